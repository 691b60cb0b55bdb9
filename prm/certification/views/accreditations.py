"""Accreditations of companies: who has which, on whom it hangs; and what they ask."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from functools import partial
from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from prm.access import Actor, current_actor, requires
from prm.accounts.labels import FUNCTION_LABELS
from prm.certification.accreditation import defining, printing, queries
from prm.certification.accreditation.defining import Wanted
from prm.certification.accreditation.forms import AccreditationForm
from prm.certification.accreditation.labels import (
    END_LABELS,
    STATE_LABELS,
    STATE_SIGNS,
    hanging_sentence,
    rule_sentence,
)
from prm.certification.accreditation.listing import list_spec
from prm.certification.accreditation.models import AccreditationAward
from prm.certification.accreditation.states import end_of, state_of
from prm.certification.queries.certificates import today_of
from prm.certification.queries.schemes import list_schemes
from prm.certification.views.blueprint import blueprint
from prm.errors import DomainError
from prm.extensions import db
from prm.infra.db import transaction
from prm.infra.downloads import asked_form, attachment, table_attachment
from prm.infra.forms import show_error
from prm.infra.tables import all_rows, paginate
from prm.partners.queries import list_region_names
from prm.permissions import P
from prm.training.labels import SKILL_LEVELS
from prm.training.models import SkillLevel


@blueprint.get("/<slug:vendor>/certification/accreditations")
@requires(P.ACCREDITATION_VIEW)
def accreditations() -> str | Response:
    """Every accreditation within reach: whose, since when, on whom it hangs, when it lapses."""
    actor = current_actor()
    today = today_of(actor)
    spec, statement = list_spec(actor, today), queries.select_awards(actor)
    if form := asked_form(request.args):
        rows = list(all_rows(db.session(), statement, spec, request.args).rows)
        return table_attachment(form, f"accreditations-{today.isoformat()}", _columns(), _lines(rows, today))
    page = paginate(
        db.session(), statement, spec, request.args, partial(url_for, "certification.accreditations")
    )
    names = queries.list_people(page.rows)
    return render_template(
        "certification/accreditations.html",
        table_page=page,
        shown={award.id: shown(award, today, names) for award in page.rows},
        is_own=actor.partnership_id is not None,
    )


@blueprint.get("/<slug:vendor>/certification/accreditations/<uuid:award_id>")
@requires(P.ACCREDITATION_VIEW)
def accreditation(award_id: UUID) -> str:
    """One award: what it rests on, on whom it hangs, when it lapses, and what was before."""
    actor = current_actor()
    award = queries.get_award(actor, award_id)
    today = today_of(actor)
    history = queries.list_history(award)
    names = queries.list_people([award])
    rules = queries.list_rules([award.accreditation_id]).get(award.accreditation_id, [])
    holds = state_of(award, today).holds
    return render_template(
        "certification/accreditation.html",
        award=award,
        facts=award.facts,
        level=SKILL_LEVELS[award.facts["accreditation"]["level"]],
        **shown(award, today, names),
        holds=holds,
        rules=[
            (rule_sentence(rule), sorted(names.get(key, "–") for key in keys))
            for rule, keys in zip(rules, [*award.holders, *[[]] * len(rules)], strict=False)
        ]
        if holds
        else [],
        history=[(row, shown(row, today, {})) for row in history] if len(history) > 1 else [],
        verify_path=url_for("certification.verify", code=award.code),
    )


@blueprint.get("/<slug:vendor>/certification/accreditations/<uuid:award_id>/document")
@requires(P.ACCREDITATION_VIEW)
def accreditation_document(award_id: UUID) -> Response:
    """The signed PDF of an award."""
    award = queries.get_award(current_actor(), award_id)
    return attachment(printing.read_document(award), printing.file_name(award), printing.MEDIA_TYPE)


# -- what they ask -----------------------------------------------------------------------------


@blueprint.get("/<slug:vendor>/certification/accreditation-rules")
@requires(P.SCHEME_EDIT)
def accreditation_rules() -> str:
    """Every accreditation that can be awarded: what it asks, how many have it."""
    return render_template(
        "certification/accreditation_rules.html",
        rows=queries.list_offered(current_actor()),
        rule_sentence=rule_sentence,
        skill_levels=SKILL_LEVELS,
    )


@blueprint.route("/<slug:vendor>/certification/accreditation-rules/new", methods=["GET", "POST"])
@requires(P.SCHEME_EDIT)
def create_accreditation() -> str | Response | tuple[str, int]:
    """A new accreditation."""
    actor = current_actor()
    start = {"skill_level": SkillLevel.FOUNDATION.value, "is_active": True, "lines": [{"minimum": 2}]}
    form = AccreditationForm(data=start if request.method == "GET" else None)
    _offer(actor, form, set())
    if form.validate_on_submit():
        try:
            with transaction():
                row = defining.create_accreditation(actor, **_values(form))
            flash(_("“%(name)s” is awarded to whoever meets it.", name=row.name), "success")
            return redirect(url_for("certification.accreditation_rules"))
        except DomainError as error:
            show_error(form, error)
    page = render_template("certification/edit_accreditation.html", form=form, row=None)
    return (page, 422) if request.method == "POST" else page


@blueprint.route(
    "/<slug:vendor>/certification/accreditation-rules/<uuid:accreditation_id>", methods=["GET", "POST"]
)
@requires(P.SCHEME_EDIT)
def edit_accreditation(accreditation_id: UUID) -> str | Response | tuple[str, int]:
    """Change what an accreditation asks."""
    actor = current_actor()
    row = queries.get_accreditation(actor, accreditation_id)
    kept = queries.list_rules([row.id]).get(row.id, [])
    start = {
        "name": row.name, "summary": row.summary, "skill_level": row.skill_level.value,
        "region": row.region.name if row.region is not None else "", "is_active": row.is_active,
        "revision": row.revision,
        "lines": [
            {
                "minimum": rule.minimum, "skill_level": rule.skill_level.value if rule.skill_level else "",
                "certification": str(rule.certification_id) if rule.certification_id else "",
                "job_function": rule.job_function,
            }
            for rule in defining.wanted_of(kept)
        ],
    }  # fmt: skip
    form = AccreditationForm(data=start if request.method == "GET" else None)
    _offer(actor, form, {rule.certification_id for rule in defining.wanted_of(kept) if rule.certification_id})
    status = 422
    if form.validate_on_submit():
        try:
            with transaction():
                row = queries.get_accreditation(actor, accreditation_id)
                defining.change_accreditation(
                    actor, row, revision=_whole(form.revision.data), **_values(form)
                )
            flash(_("The changes are saved. Every company is looked at anew."), "success")
            return redirect(url_for("certification.accreditation_rules"))
        except DomainError as error:
            show_error(form, error)
            status = error.status
            row = queries.get_accreditation(actor, accreditation_id)
            form.revision.data = str(row.revision)
    page = render_template("certification/edit_accreditation.html", form=form, row=row)
    return (page, status) if request.method == "POST" else page


# -- parts -------------------------------------------------------------------------------------


def shown(award: AccreditationAward, today: date, names: dict[int, str]) -> dict[str, Any]:
    """What pages show of an award: its state in words and colour, on whom it hangs, its last word."""
    state = state_of(award, today)
    kind, icon = STATE_SIGNS[state]
    hangs_on = sorted(names[key] for key in award.hangs_on if key in names) if state.holds else []
    return {
        "state": state.value,
        "state_label": STATE_LABELS[state],
        "state_kind": kind,
        "state_icon": icon,
        "hangs_on": hangs_on,
        "hanging": hanging_sentence(hangs_on) if hangs_on else "",
        "lapses_on": award.lapses_on if state.holds else None,
        "ended_on": end_of(award, today),
        "end_label": END_LABELS[award.end_reason] if award.end_reason else None,
    }


def _columns() -> list[str]:
    return [
        _("Company"), _("Accreditation"), _("Level"), _("State"), _("Since"), _("Lapses on"), _("Ended on"),
        _("Why"), _("Hangs on"),
    ]  # fmt: skip


def _lines(rows: Iterable[AccreditationAward], today: date) -> Iterator[list[Any]]:
    awards = list(rows)
    names = queries.list_people(awards)
    for award in awards:
        said = shown(award, today, names)
        yield [
            award.partnership.name,
            award.accreditation.name,
            str(SKILL_LEVELS[award.accreditation.skill_level]),
            str(said["state_label"]),
            award.awarded_on,
            said["lapses_on"],
            said["ended_on"],
            str(said["end_label"] or ""),
            ", ".join(said["hangs_on"]),
        ]


def _offer(actor: Actor, form: AccreditationForm, kept: set[UUID]) -> None:
    levels = [(level.value, str(label)) for level, label in SKILL_LEVELS.items()]
    form.skill_level.choices = levels
    form.region.choices = [("", _("Anywhere")), *((name, name) for name in list_region_names(actor))]
    schemes = [
        (str(scheme.public_id), scheme.name)
        for scheme in list_schemes(actor, is_active_only=False)
        if scheme.is_active or scheme.public_id in kept
    ]
    for entry in form.lines:
        line = entry.form
        line.certification.choices = [("", _("Any certification")), *schemes]
        line.skill_level.choices = [("", _("Any level")), *levels]
        line.job_function.choices = [
            ("", _("Any function")),
            *((function.value, str(label)) for function, label in FUNCTION_LABELS.items()),
        ]


def _values(form: AccreditationForm) -> dict[str, Any]:
    rules = []
    for entry in form.lines:
        line = entry.form
        if line.minimum.data:
            rules.append(
                Wanted(
                    line.minimum.data,
                    UUID(line.certification.data) if line.certification.data else None,
                    SkillLevel(line.skill_level.data) if line.skill_level.data else None,
                    line.job_function.data or "",
                )
            )
        elif line.certification.data or line.skill_level.data or line.job_function.data:
            line.minimum.errors = [*line.minimum.errors, _("Enter how many people.")]
            raise DomainError(_("Enter how many people."))
    return {
        "name": form.name.data or "",
        "summary": form.summary.data or "",
        "skill_level": SkillLevel(form.skill_level.data),
        "region": form.region.data or "",
        "rules": rules,
        "is_active": form.is_active.data,
    }


def _whole(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else 0
