"""Pages of onboarding: the template, one partnership's plan."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_babel import format_date
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from prm.access import current_actor, requires
from prm.errors import Conflict, DomainError
from prm.infra import clock
from prm.infra.db import transaction
from prm.infra.forms import show_error
from prm.onboarding import queries, services
from prm.onboarding.forms import ReasonForm, StepForm
from prm.onboarding.labels import KIND_LABELS, SIDE_LABELS, step_title
from prm.onboarding.models import MilestoneKind, Side
from prm.onboarding.steps import Step
from prm.partners.models import PartnershipStatus
from prm.partners.queries import get_partnership
from prm.partners.tabs import partner_tabs
from prm.permissions import P

blueprint = Blueprint("onboarding", __name__)


@blueprint.route("/<slug:vendor>/onboarding/template", methods=["GET", "POST"])
@requires(P.VENDOR_SETTINGS)
def template() -> str | Response | tuple[str, int]:
    """The vendor's milestones; add one."""
    actor = current_actor()
    form, status = _step_form(), 200
    if request.method == "POST":
        status = 422
    if form.validate_on_submit():
        try:
            with transaction():
                services.add_step(actor, _step(form), number=form.looked_at())
            flash(_("The milestone is added. Plans that have begun stay as they are."), "success")
            return redirect(url_for("onboarding.template"), 303)
        except DomainError as error:
            status = error.status
            show_error(form, error)
    newest = queries.find_template(actor)
    form.number.data = str(newest.number if newest else 0)
    names = queries.certification_names()
    page = render_template(
        "onboarding/template.html",
        form=form,
        steps=[(at, step, _title(step, names)) for at, step in enumerate(queries.steps_of(newest), 1)],
        number=newest.number if newest else 0,
        SIDE_LABELS=SIDE_LABELS,
    )
    return page, status


def _step_form() -> StepForm:
    form = StepForm()
    form.kind.choices = [(k.value, str(label)) for k, label in KIND_LABELS.items()]
    form.side.choices = [(s.value, str(label)) for s, label in SIDE_LABELS.items()]
    names = queries.certification_names()
    form.certification.choices = [("", _("None")), *[(str(key), name) for key, name in names.items()]]
    if request.method == "GET":
        form.count.data, form.days.data, form.side.data = 1, 30, Side.PARTNER.value
    return form


def _step(form: StepForm) -> Step:
    kind = MilestoneKind(form.kind.data)
    is_counted = kind in {MilestoneKind.PEOPLE, MilestoneKind.CERTIFIED}
    return Step(
        kind,
        Side(form.side.data) if kind is MilestoneKind.MANUAL else Side.PARTNER,
        form.days.data if form.days.data is not None else -1,
        (form.count.data if form.count.data is not None else 1) if is_counted else 1,
        " ".join((form.title.data or "").split()) if kind is MilestoneKind.MANUAL else "",
        UUID(form.certification.data)
        if kind is MilestoneKind.CERTIFIED and form.certification.data
        else None,
    )


def _title(step: Step, names: dict[UUID, str]) -> str:
    name = names.get(step.certification_id, "") if step.certification_id else ""
    return step_title(step.kind, step.title, step.count, name)


@blueprint.post("/<slug:vendor>/onboarding/template/usual")
@requires(P.VENDOR_SETTINGS)
def add_usual_steps() -> Response:
    """Begin with the usual milestones."""
    try:
        with transaction():
            services.add_usual_steps(current_actor(), number=_looked_at())
        flash(_("The usual milestones are there. Change what is different with you."), "success")
    except Conflict as error:
        flash(str(error), "danger")
    return redirect(url_for("onboarding.template"), 303)


def _looked_at() -> int:
    """The version of the template that the page showed; -1, which there never is, where it named none."""
    number = request.form.get("number", "")
    return int(number) if number.isascii() and number.isdigit() and len(number) < 9 else -1


@blueprint.post("/<slug:vendor>/onboarding/template/<int(max=100):position>/remove")
@requires(P.VENDOR_SETTINGS)
def remove_step(position: int) -> Response:
    """Leave a milestone out of plans to come; it can be added again."""
    try:
        with transaction():
            services.remove_step(current_actor(), position, number=_looked_at())
        flash(_("The milestone is removed. Plans that have begun stay as they are."), "success")
    except Conflict as error:
        flash(str(error), "danger")
    return redirect(url_for("onboarding.template"), 303)


@blueprint.get("/<slug:vendor>/onboarding/<uuid:partnership_id>")
@requires(P.PARTNER_STORY)
def plan(partnership_id: UUID) -> str:
    """One partnership's milestones: whose they are, when they are due, what is met."""
    actor = current_actor()
    partnership = get_partnership(actor, partnership_id, P.PARTNER_STORY)
    progress = queries.find_progress(actor, partnership, clock.today(g.vendor.time_zone))
    own_side = Side.PARTNER if actor.partnership_id is not None else Side.VENDOR
    is_completed = progress is not None and progress.is_completed
    return render_template(
        "onboarding/plan.html",
        partnership=partnership,
        tabs=partner_tabs(actor, partnership, "onboarding.plan"),
        progress=progress,
        rows=shown_steps(progress) if progress else [],
        own_side=own_side,
        is_open=progress is not None and not is_completed,
        is_onboarding=partnership.status in {PartnershipStatus.ONBOARDING, PartnershipStatus.APPLIED},
        began=format_date(progress.plan.began_on, "long") if progress else "",
        completed=format_date(progress.plan.completed_at, "long")
        if progress and progress.is_completed
        else "",
        MANUAL=MilestoneKind.MANUAL,
        SIDE_LABELS=SIDE_LABELS,
        format_date=format_date,
    )


def shown_steps(progress: queries.Progress) -> list[dict[str, Any]]:
    """The steps of a plan with their titles, for a template."""
    return [
        {"step": step, "title": step_title(step.kind, step.title, step.count, step.certification)}
        for step in progress.steps
    ]


@blueprint.post("/<slug:vendor>/onboarding/milestones/<uuid:milestone_id>/tick")
@requires(P.MILESTONE_TICK)
def tick(milestone_id: UUID) -> Response:
    """Say that a milestone of one's own side is done, or is not after all."""
    actor = current_actor()
    with transaction():
        milestone = queries.get_milestone(actor, milestone_id)
        services.tick_milestone(actor, milestone, is_done=request.form.get("done", "1") == "1")
        partnership = services.find_partnership(milestone.partnership_id)
    assert partnership is not None
    flash(_("The milestone is saved."), "success")
    return redirect(url_for("onboarding.plan", partnership_id=partnership.public_id), 303)


@blueprint.route("/<slug:vendor>/onboarding/<uuid:partnership_id>/activate", methods=["GET", "POST"])
@requires(P.PARTNER_EDIT)
def activate(partnership_id: UUID) -> str | Response | tuple[str, int]:
    """Make a partnership active before its plan is completed, for a reason."""
    actor = current_actor()
    partnership = get_partnership(actor, partnership_id, P.PARTNER_EDIT)
    form, status = ReasonForm(), 422 if request.method == "POST" else 200
    if form.validate_on_submit():
        try:
            with transaction():
                partnership = get_partnership(actor, partnership_id, P.PARTNER_EDIT)
                services.activate_early(actor, partnership, reason=form.reason.data or "")
            flash(_("%(name)s is active.", name=partnership.name), "success")
            return redirect(url_for("partners.story", partnership_id=partnership.public_id), 303)
        except DomainError as error:
            status = error.status
            show_error(form, error)
    progress = queries.find_progress(actor, partnership, clock.today(g.vendor.time_zone))
    page = render_template(
        "onboarding/activate.html",
        form=form,
        partnership=partnership,
        waiting=[row for row in shown_steps(progress) if not row["step"].is_met] if progress else [],
    )
    return page, status
