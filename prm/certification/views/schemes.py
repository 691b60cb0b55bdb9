"""Certifications a vendor offers: making, changing and applying them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import format_date
from flask_babel import gettext as _
from sqlalchemy import func
from werkzeug.wrappers import Response

from prm.access import Actor, current_actor, requires
from prm.certification import services
from prm.certification.batches.queries import count_progress, find_open_batch, get_batch, list_exceptions
from prm.certification.batches.services import start_batch
from prm.certification.evidence import read_taught
from prm.certification.forms import SchemeForm
from prm.certification.labels import BATCH_STATES, RENEWAL_LABELS, renewal_sentence, rule_sentence
from prm.certification.models import Certification
from prm.certification.queries import schemes as queries
from prm.certification.queries.affected import preview_terms
from prm.certification.queries.certificates import today_of
from prm.certification.queries.versions import get_version, list_versions, terms_of
from prm.certification.rules import (
    CertificationRule,
    CourseRule,
    ExamRule,
    ExperienceRule,
    LevelRule,
    PathRule,
    Renewal,
    Rule,
    Terms,
)
from prm.certification.services.schemes import check_terms
from prm.certification.views.blueprint import blueprint
from prm.errors import DomainError
from prm.extensions import db
from prm.infra.db import transaction
from prm.infra.forms import show_error
from prm.permissions import P
from prm.products.models import Product
from prm.products.queries import products
from prm.training.labels import SKILL_LEVELS
from prm.training.models import SkillLevel
from prm.training.queries import list_published_versions
from prm.training.queries.paths import list_published_paths

NO_RULES = Terms(validity_months=24)


@blueprint.get("/<slug:vendor>/certification/schemes")
@requires(P.SCHEME_EDIT)
def schemes() -> str:
    """Every certification: what it needs, who holds it."""
    return render_template(
        "certification/schemes.html",
        rows=queries.list_scheme_rows(current_actor()),
        skill_levels=SKILL_LEVELS,
    )


@blueprint.route("/<slug:vendor>/certification/schemes/new", methods=["GET", "POST"])
@requires(P.SCHEME_EDIT)
def create_scheme() -> str | Response | tuple[str, int]:
    """A new certification."""
    actor = current_actor()
    start = {"skill_level": SkillLevel.FOUNDATION.value, "is_active": True, **_values_of(NO_RULES)}
    form = SchemeForm(data=start if request.method == "GET" else None)
    _offer(actor, form, None, NO_RULES)
    if form.validate_on_submit():
        try:
            with transaction():
                scheme = services.create_scheme(actor, **_named(form), **_asked(form))
            flash(_("“%(name)s” can be earned now.", name=scheme.name), "success")
            return redirect(url_for("certification.edit_scheme", scheme_id=scheme.public_id))
        except DomainError as error:
            show_error(form, error)
    page = render_template(
        "certification/edit_scheme.html", form=form, scheme=None, qualified=0, running=None
    )
    return (page, 422) if request.method == "POST" else page


@blueprint.route("/<slug:vendor>/certification/schemes/<uuid:scheme_id>", methods=["GET", "POST"])
@requires(P.SCHEME_EDIT)
def edit_scheme(scheme_id: UUID) -> str | Response | tuple[str, int]:
    """Change a certification, or first see whom that would affect; its versions; who qualifies now can be
    issued a certificate with one press."""
    actor = current_actor()
    scheme = queries.get_scheme(actor, scheme_id, P.SCHEME_EDIT)
    newest = terms_of(list_versions(scheme)[0])
    form = SchemeForm(data=_start(scheme, newest) if request.method == "GET" else None)
    _offer(actor, form, scheme, newest)
    status, affected = 422, None
    if form.validate_on_submit():
        try:
            if request.form.get("preview"):
                terms = _terms(form)
                check_terms(actor, terms, SkillLevel(form.skill_level.data), scheme)
                affected, status = preview_terms(actor, scheme, terms), 200
            else:
                return _change(actor, scheme_id, form)
        except DomainError as error:
            show_error(form, error)
            status = error.status
            scheme = queries.get_scheme(actor, scheme_id, P.SCHEME_EDIT)
            form.revision.data = str(scheme.revision)
    page = render_template(
        "certification/edit_scheme.html",
        form=form,
        scheme=scheme,
        qualified=len(services.list_issuable(actor, scheme)),
        affected=affected,
        versions=_versions(actor, scheme),
        running=find_open_batch(scheme),
    )
    return (page, status) if request.method == "POST" else page


def _change(actor: Actor, scheme_id: UUID, form: SchemeForm) -> Response:
    with transaction():
        scheme = queries.get_scheme(actor, scheme_id, P.SCHEME_EDIT)
        before = list_versions(scheme)[0].number
        version = services.change_scheme(
            actor, scheme, revision=_whole(form.revision.data), effective_on=form.effective_on.data,
            **_named(form), **_asked(form),
        )  # fmt: skip
    if version.number > before:
        on = format_date(version.effective_on, "long", rebase=False)
        flash(_("Version %(number)s holds from %(date)s on.", number=version.number, date=on), "success")
    flash(_("The changes are saved. What was issued before stays as it is."), "success")
    return redirect(url_for("certification.edit_scheme", scheme_id=scheme_id))


@blueprint.post("/<slug:vendor>/certification/schemes/<uuid:scheme_id>/apply")
@requires(P.SCHEME_EDIT)
def apply_scheme(scheme_id: UUID) -> Response:
    """Issue a certificate to everybody who qualifies: in the background, however many they are."""
    actor = current_actor()
    with transaction():
        scheme = queries.get_scheme(actor, scheme_id, P.SCHEME_EDIT)
        running = find_open_batch(scheme)
        batch = running or start_batch(actor, scheme)
    if batch is None:
        flash(_("Nobody qualifies who does not hold it already."), "info")
        return redirect(url_for("certification.edit_scheme", scheme_id=scheme_id))
    return redirect(url_for("certification.batch", batch_id=batch.public_id), 303)


@blueprint.get("/<slug:vendor>/certification/batches/<uuid:batch_id>")
@requires(P.SCHEME_EDIT)
def batch(batch_id: UUID) -> str:
    """How far the issue to everybody who qualifies is."""
    found = get_batch(current_actor(), batch_id)
    return render_template(
        "certification/batch.html",
        batch=found,
        progress_of=count_progress(found),
        exceptions=list_exceptions(found),
        states=BATCH_STATES,
    )


# -- parts -------------------------------------------------------------------------------------


def _offer(actor: Actor, form: SchemeForm, scheme: Certification | None, terms: Terms) -> None:
    """What can be chosen: what is offered today, and what the newest version names."""
    levels = [(level.value, str(label)) for level, label in SKILL_LEVELS.items()]
    form.skill_level.choices = levels
    form.needs_level.choices = [("", _("None")), *levels[:-1]]
    kept = read_taught(terms.version_ids).values()
    taught = [
        (public_id, _("%(title)s, version %(number)s or later", title=title, number=number))
        for public_id, title, number in queries.offered_versions(list_published_versions(actor), kept)
    ]
    form.versions.choices = taught
    for exam in form.exams:
        exam.form.version.choices = [("", _("None")), *taught]
    form.renewal_exam.choices = [("", _("None")), *taught]
    form.renewal.choices = [(each.value, str(label)) for each, label in RENEWAL_LABELS.items()]
    kept_paths = [rule for rule in terms.others if isinstance(rule, PathRule)]
    titles = queries.read_named([Terms(tuple(kept_paths))])
    titles |= {path.public_id: path.title for path in list_published_paths(actor)}
    form.paths.choices = sorted(
        ((str(path_id), title) for path_id, title in titles.items()), key=lambda choice: choice[1].casefold()
    )
    named = {r.certification_id for r in terms.others if isinstance(r, CertificationRule)}
    form.prerequisites.choices = [
        (str(other.public_id), other.name)
        for other in queries.list_schemes(actor, is_active_only=False)
        if (scheme is None or other.id != scheme.id) and (other.is_active or other.public_id in named)
    ]
    sold = db.session.scalars(products(actor).order_by(func.lower(Product.name), Product.id))
    form.deal_product.choices = [("", _("Any product")), *((str(p.public_id), p.name) for p in sold)]


def _start(scheme: Certification, terms: Terms) -> dict[str, Any]:
    return {
        "name": scheme.name,
        "summary": scheme.summary,
        "skill_level": scheme.skill_level.value,
        "is_active": scheme.is_active,
        "revision": scheme.revision,
        **_values_of(terms),
    }


def _values_of(terms: Terms) -> dict[str, Any]:
    """The fields of the form that say what a version asks."""
    values: dict[str, Any] = {
        "versions": [], "exams": [], "paths": [], "prerequisites": [],
        "validity_months": terms.validity_months, "grace_days": terms.grace_days,
        "renewal": terms.renewal.value,
    }  # fmt: skip
    for rule in terms.rules:
        match rule:
            case CourseRule():
                values["versions"].append(str(rule.version_id))
            case ExamRule():
                values["exams"].append({"version": str(rule.version_id), "minimum": rule.minimum})
            case PathRule():
                values["paths"].append(str(rule.path_id))
            case CertificationRule():
                values["prerequisites"].append(str(rule.certification_id))
            case LevelRule():
                values["needs_level"] = rule.level.value
            case ExperienceRule():
                values |= {
                    "deals": rule.deals, "deal_months": rule.months,
                    "deal_product": str(rule.product_id) if rule.product_id else "",
                }  # fmt: skip
    if terms.renewal_exam is not None:
        values["renewal_exam"] = str(terms.renewal_exam.version_id)
        values["renewal_minimum"] = terms.renewal_exam.minimum
    return values


def _named(form: SchemeForm) -> dict[str, Any]:
    return {
        "name": form.name.data or "",
        "summary": form.summary.data or "",
        "skill_level": SkillLevel(form.skill_level.data),
        "is_active": form.is_active.data,
    }


def _asked(form: SchemeForm) -> dict[str, Any]:
    """What the form asks, as the services take it. Raises DomainError for halves of a rule."""
    terms = _terms(form)
    return {
        "validity_months": terms.validity_months,
        "course_version_ids": [r.version_id for r in terms.rules if isinstance(r, CourseRule)],
        "further": [r for r in terms.rules if not isinstance(r, CourseRule)],
        "grace_days": terms.grace_days,
        "renewal": terms.renewal,
        "renewal_exam": terms.renewal_exam,
    }


def _terms(form: SchemeForm) -> Terms:
    rules: list[Rule] = [CourseRule(UUID(each)) for each in form.versions.data or ()]
    for entry in form.exams:
        exam = entry.form
        if exam.version.data and not exam.minimum.data:
            message = _("Enter the score that passes.")
            exam.minimum.errors = [*exam.minimum.errors, message]
            raise DomainError(message)
        if exam.version.data:
            rules.append(ExamRule(UUID(exam.version.data), exam.minimum.data))
    rules += [PathRule(UUID(each)) for each in form.paths.data or ()]
    rules += [CertificationRule(UUID(each)) for each in form.prerequisites.data or ()]
    if form.needs_level.data:
        rules.append(LevelRule(SkillLevel(form.needs_level.data)))
    if form.deals.data:
        if not form.deal_months.data:
            message = _("Enter within how many months.")
            raise DomainError(message, {"deal_months": message})
        product = UUID(form.deal_product.data) if form.deal_product.data else None
        rules.append(ExperienceRule(form.deals.data, form.deal_months.data, product))
    renewal = Renewal(form.renewal.data)
    exam_rule = None
    if renewal is Renewal.EXAM and form.renewal_exam.data:
        if not form.renewal_minimum.data:
            message = _("Enter the score that passes.")
            raise DomainError(message, {"renewal_minimum": message})
        exam_rule = ExamRule(UUID(form.renewal_exam.data), form.renewal_minimum.data)
    return Terms(tuple(rules), form.validity_months.data, form.grace_days.data or 0, renewal, exam_rule)


def _versions(actor: Actor, scheme: Certification) -> list[dict[str, Any]]:
    """The versions of a scheme in words, the newest first."""
    today, rows = today_of(actor), list_versions(scheme)
    current = get_version(scheme, today)
    several = [terms_of(row) for row in rows]
    named = queries.read_named(several)
    return [
        {
            "number": row.number,
            "effective_on": row.effective_on,
            "is_current": row.id == current.id,
            "is_to_come": row.effective_on > today,
            "rules": [rule_sentence(rule, named) for rule in terms.rules],
            "renewal": renewal_sentence(terms, named),
        }
        for row, terms in zip(rows, several, strict=True)
    ]


def _whole(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else 0
