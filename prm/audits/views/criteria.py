"""The criteria library and its checklists."""

from __future__ import annotations

from functools import partial
from typing import Any
from uuid import UUID

from flask import flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from prm.access import current_actor, requires
from prm.accounts.labels import FUNCTION_LABELS
from prm.audits import services
from prm.audits.criteria import from_parameters
from prm.audits.forms.criteria import FORMS, ChecklistForm, MetricForm, SampleForm
from prm.audits.labels import auditing as labels
from prm.audits.models import Checklist, Criterion, CriterionKind
from prm.audits.queries import criteria as queries
from prm.audits.views.blueprint import blueprint
from prm.errors import DomainError
from prm.extensions import db
from prm.infra.db import transaction
from prm.infra.forms import show_error
from prm.infra.tables import Column, Filter, TableSpec, paginate
from prm.permissions import P
from prm.training.labels import SKILL_LEVELS


@blueprint.get("/<slug:vendor>/audits/criteria/")
@requires(P.CRITERIA_EDIT)
def criteria() -> str:
    """What audits can ask for."""
    actor = current_actor()
    spec = TableSpec(
        key=Criterion.id,
        columns=[
            Column("name", _("Name"), sort=Criterion.name_folded),
            Column("kind", _("Kind"), sort=Criterion.kind),
            Column("demand", _("What it asks for")),
            Column("number", _("Version"), sort=Criterion.number, is_numeric=True),
            Column("state", _("Status"), sort=Criterion.is_active),
        ],
        default_sort="name",
        search=[Criterion.name],
        filters=[
            Filter(
                "kind",
                _("Kind"),
                [(kind.value, label) for kind, label in labels.KINDS.items()],
                lambda statement, value: statement.where(Criterion.kind == CriterionKind(value)),
            )
        ],
    )
    page = paginate(
        db.session(), queries.select_criteria(actor), spec, request.args, partial(url_for, "audits.criteria")
    )
    certifications = queries.name_narrowings()
    stated = queries.versions_of(page.rows)
    return render_template(
        "audits/criteria.html",
        table_page=page,
        kinds=labels.KINDS,
        kind_hints=labels.KIND_HINTS,
        demands={
            key: labels.demand_sentence(each.terms, certifications, g.vendor.currency)
            for key, each in stated.items()
        },
    )


@blueprint.route("/<slug:vendor>/audits/criteria/new", methods=["GET", "POST"])
@requires(P.CRITERIA_EDIT)
def create_criterion() -> str | Response | tuple[str, int]:
    """A new criterion of the kind that the address names."""
    asked = request.args.get("kind", "")
    kind = CriterionKind(asked) if asked in set(CriterionKind) else CriterionKind.METRIC
    form = FORMS[kind]()
    _offer(form)
    if form.validate_on_submit():
        try:
            with transaction():
                made = services.create_criterion(
                    current_actor(),
                    name=form.name.data or "",
                    guidance=form.guidance.data or "",
                    terms=form.terms(),
                )
            flash(_("“%(name)s” is in the library.", name=made.name), "success")
            return redirect(url_for("audits.criteria"))
        except DomainError as error:
            show_error(form, error)
    return _criterion_page(form, kind, None)


@blueprint.route("/<slug:vendor>/audits/criteria/<uuid:criterion_id>", methods=["GET", "POST"])
@requires(P.CRITERIA_EDIT)
def edit_criterion(criterion_id: UUID) -> str | Response | tuple[str, int]:
    """A criterion, its next version, and those before."""
    actor = current_actor()
    stated = queries.get_criterion(actor, criterion_id)
    kind = stated.criterion.kind
    start = {
        "name": stated.criterion.name,
        "guidance": stated.version.guidance,
        "is_active": stated.criterion.is_active,
        "revision": stated.criterion.revision,
        **FORMS[kind].values(stated.terms),
    }
    form = FORMS[kind](data=start if request.method == "GET" else None)
    _offer(form)
    status = 422
    if form.validate_on_submit():
        try:
            with transaction():
                stated = queries.get_criterion(actor, criterion_id)
                services.change_criterion(
                    actor,
                    stated.criterion,
                    name=form.name.data or "",
                    guidance=form.guidance.data or "",
                    terms=form.terms(),
                    is_active=form.is_active.data,
                    revision=whole(form.revision.data),
                )
            flash(_("Version %(number)s is in the library.", number=stated.criterion.number), "success")
            return redirect(url_for("audits.criteria"))
        except DomainError as error:
            show_error(form, error)
            status = error.status
            stated = queries.get_criterion(actor, criterion_id)
            form.revision.data = str(stated.criterion.revision)
    return _criterion_page(form, kind, stated, status)


def whole(text: str | None) -> int:
    """A number that a form carried along; 0 where it is none."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else 0


def _offer(form: Any) -> None:
    if isinstance(form, MetricForm):
        form.metric.choices = [
            (m.value, f"{label} ({labels.UNITS[labels.unit_of(m)]})") for m, label in labels.METRICS.items()
        ]
        form.comparison.choices = [(c.value, str(label)) for c, label in labels.COMPARISONS.items()]
        form.certification.choices = [
            ("", _("Any certification")),
            *[(str(public_id), name) for public_id, name in queries.list_certifications()],
        ]
        form.accreditation.choices = [
            ("", _("Any accreditation")),
            *[(str(public_id), name) for public_id, name in queries.list_accreditations()],
        ]
        form.skill_level.choices = [
            ("", _("Any level")),
            *[(level.value, str(label)) for level, label in SKILL_LEVELS.items()],
        ]
        form.job_function.choices = [
            ("", _("Any function")),
            *[(each.value, str(label)) for each, label in FUNCTION_LABELS.items()],
        ]
    elif isinstance(form, SampleForm):
        form.population.choices = [(p.value, str(label)) for p, label in labels.POPULATIONS.items()]


def _criterion_page(
    form: Any, kind: CriterionKind, stated: queries.Stated | None, status: int = 422
) -> str | tuple[str, int]:
    certifications = queries.name_narrowings()
    versions = queries.list_versions(stated.criterion) if stated else []
    page = render_template(
        "audits/edit_criterion.html",
        form=form,
        kind=kind.value,
        kind_label=labels.KINDS[kind],
        kinds=labels.KINDS,
        kind_hints=labels.KIND_HINTS,
        stated=stated,
        versions=[
            (
                version,
                labels.demand_sentence(
                    from_parameters(kind, version.parameters), certifications, g.vendor.currency
                ),
            )
            for version in versions
        ],
    )
    return (page, status) if request.method == "POST" else page


# -- checklists --------------------------------------------------------------------------------


@blueprint.get("/<slug:vendor>/audits/checklists/")
@requires(P.CRITERIA_EDIT)
def checklists() -> str:
    """The checklists that audits are planned with."""
    spec = TableSpec(
        key=Checklist.id,
        columns=[
            Column("name", _("Name"), sort=Checklist.name_folded),
            Column("lines", _("Criteria"), is_numeric=True),
            Column("state", _("Status"), sort=Checklist.is_active),
        ],
        default_sort="name",
        search=[Checklist.name],
    )
    page = paginate(
        db.session(),
        queries.select_checklists(current_actor()),
        spec,
        request.args,
        partial(url_for, "audits.checklists"),
    )
    return render_template("audits/checklists.html", table_page=page)


@blueprint.route("/<slug:vendor>/audits/checklists/new", methods=["GET", "POST"])
@requires(P.CRITERIA_EDIT)
def create_checklist() -> str | Response | tuple[str, int]:
    """A new checklist."""
    form = ChecklistForm()
    if form.validate_on_submit():
        try:
            with transaction():
                made = services.create_checklist(
                    current_actor(), name=form.name.data or "", lines=_lines_sent()
                )
            flash(_("The checklist “%(name)s” is made.", name=made.name), "success")
            return redirect(url_for("audits.checklists"))
        except DomainError as error:
            show_error(form, error)
    return _checklist_page(form, None)


@blueprint.route("/<slug:vendor>/audits/checklists/<uuid:checklist_id>", methods=["GET", "POST"])
@requires(P.CRITERIA_EDIT)
def edit_checklist(checklist_id: UUID) -> str | Response | tuple[str, int]:
    """A checklist and what it holds."""
    actor = current_actor()
    found = queries.get_checklist(checklist_id)
    start = {"name": found.name, "is_active": found.is_active, "revision": found.revision}
    form = ChecklistForm(data=start if request.method == "GET" else None)
    status = 422
    if form.validate_on_submit():
        try:
            with transaction():
                found = queries.get_checklist(checklist_id)
                services.change_checklist(
                    actor,
                    found,
                    name=form.name.data or "",
                    lines=_lines_sent(),
                    is_active=form.is_active.data,
                    revision=whole(form.revision.data),
                )
            flash(_("The changes are saved."), "success")
            return redirect(url_for("audits.checklists"))
        except DomainError as error:
            show_error(form, error)
            status = error.status
            found = queries.get_checklist(checklist_id)
            form.revision.data = str(found.revision)
    return _checklist_page(form, found, status)


def _lines_sent() -> list[tuple[UUID, int]]:
    """(criterion, weight) in the order of the positions that were typed; without one it is left out."""
    lines = []
    for name, typed in request.form.items():
        if not name.startswith("position-") or not typed.strip():
            continue
        try:
            criterion_id = UUID(name.removeprefix("position-"))
        except ValueError:
            continue
        weight = request.form.get(f"weight-{criterion_id}", "1").strip()
        if not whole(typed.strip()) or not whole(weight):
            message = _("Positions and weights are whole numbers from 1 on.")
            raise DomainError(message, {"lines": message})
        lines.append((whole(typed.strip()), len(lines), criterion_id, whole(weight)))
    return [(criterion_id, weight) for _position, _n, criterion_id, weight in sorted(lines)]


def _checklist_page(form: ChecklistForm, found: Checklist | None, status: int = 422) -> str | tuple[str, int]:
    certifications = queries.name_narrowings()
    held = {
        line.stated.criterion.public_id: (position, line.weight)
        for position, line in enumerate(queries.list_lines(found) if found else [], 1)
    }
    is_sent = request.method == "POST"
    rows = []
    for stated in queries.list_active_criteria(current_actor()):
        key = stated.criterion.public_id
        position, weight = held.get(key, ("", 1))
        rows.append(
            {
                "id": key,
                "name": stated.criterion.name,
                "kind": str(labels.KINDS[stated.criterion.kind]),
                "demand": labels.demand_sentence(stated.terms, certifications, g.vendor.currency),
                "position": request.form.get(f"position-{key}", "") if is_sent else position,
                "weight": request.form.get(f"weight-{key}", "1") if is_sent else weight,
            }
        )
    rows.sort(key=lambda row: whole(str(row["position"])) or 10**9)
    page = render_template("audits/edit_checklist.html", form=form, checklist=found, rows=rows)
    return (page, status) if is_sent else page
