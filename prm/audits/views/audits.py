"""Audits: the list, planning one, and one audit wherever it stands."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

from flask import flash, g, redirect, render_template, request, url_for
from flask_babel import format_date
from flask_babel import gettext as _
from sqlalchemy import Select, func
from werkzeug.wrappers import Response

from prm.access import Actor, current_actor, requires
from prm.audits import services
from prm.audits.forms.auditing import ChangePlanForm, PlanForm
from prm.audits.labels import auditing as labels
from prm.audits.models import UNFINISHED, Audit, AuditStatus
from prm.audits.presenting import present
from prm.audits.queries import auditing as queries
from prm.audits.queries import criteria
from prm.audits.queries.compliance import today_of
from prm.audits.views.blueprint import blueprint
from prm.errors import DomainError, NotFound
from prm.extensions import db
from prm.infra.db import transaction
from prm.infra.downloads import asked_form, table_attachment
from prm.infra.forms import show_error
from prm.infra.tables import Column, Filter, TableSpec, all_rows, paginate
from prm.partners import queries as partners
from prm.partners.models import Partnership, Region
from prm.permissions import P


@blueprint.get("/<slug:vendor>/audits/")
@requires(P.AUDIT_VIEW)
def index() -> str | Response:
    """The audits within reach, what is due first."""
    actor = current_actor()
    spec = audits_spec(actor)
    statement = queries.select_audits(actor)
    if form := asked_form(request.args):
        rows = all_rows(db.session(), statement, spec, request.args).rows
        return table_attachment(
            form,
            "audits",
            [_("Partner"), _("Checklist"), _("As of"), _("Due on"), _("Status"), _("Score"), _("Auditor")],
            (
                [p, a.checklist_name, a.as_of, a.due_on, str(labels.STATUSES[a.status]),
                 shown_score(actor, a), auditor]
                for a, p, _region, auditor in rows
            ),
        )  # fmt: skip
    page = paginate(db.session(), statement, spec, request.args, partial(url_for, "audits.index"))
    return render_template(
        "audits/index.html",
        table_page=page,
        today=today_of(actor),
        unfinished=UNFINISHED,
        statuses=labels.STATUSES,
        status_kinds=labels.STATUS_KINDS,
        counts=queries.count_by_status(actor),
        score=partial(shown_score, actor),
        format_date=format_date,
        has_checklists=bool(criteria.list_active_checklists(actor)),
    )


def shown_score(actor: Actor, audit: Audit) -> str:
    """The score in percent; nothing while it is the auditor's draft."""
    if audit.score_percent is None or not queries.shows_judgements(actor, audit):
        return ""
    return _("%(percent)s %%", percent=audit.score_percent)


def audits_spec(actor: Actor) -> TableSpec:
    """The table of audits; a partner's people see one company's, so that they need no column of it."""
    is_partner = actor.is_partner_side
    columns = [
        Column("checklist", _("Checklist"), sort=func.lower(Audit.checklist_name)),
        Column("as_of", _("As of"), sort=Audit.as_of),
        Column("due_on", _("Due on"), sort=Audit.due_on),
        Column("status", _("Status"), sort=Audit.status),
        Column("score", _("Score"), is_numeric=True),
        Column("auditor", _("Auditor"), sort=queries.Auditor.name),
    ]
    filters = [
        Filter(
            "status",
            _("Status"),
            [(s.value, label) for s, label in labels.STATUSES.items()],
            lambda statement, value: statement.where(Audit.status == AuditStatus(value)),
        )
    ]
    if not is_partner:
        columns.insert(0, Column("partner", _("Partner"), sort=Partnership.name_folded))
        columns.insert(2, Column("region", _("Region"), sort=Region.name))
        filters += [
            Filter(
                "region",
                _("Region"),
                [(name, name) for name in partners.list_regions_in_use(actor)],
                lambda statement, value: statement.where(Region.name == value),
            ),
            Filter("mine", _("Auditor"), [("yes", _("Mine"))], partial(_mine, actor)),
        ]
    return TableSpec(
        key=Audit.id,
        columns=columns,
        default_sort="-as_of",
        search=[Audit.checklist_name] if is_partner else [Partnership.name, Audit.checklist_name],
        filters=filters,
    )


def _mine(actor: Actor, statement: Select[Any], _value: str) -> Select[Any]:
    return statement.where(Audit.auditor_id == actor.user_id)


# -- planning ----------------------------------------------------------------------------------


@blueprint.route("/<slug:vendor>/audits/new", methods=["GET", "POST"])
@requires(P.AUDIT_CONDUCT)
def plan() -> str | Response | tuple[str, int]:
    """Plan an audit of one partner."""
    actor = current_actor()
    today = today_of(actor)
    start = {"as_of": today, "due_on": today + timedelta(days=30), "auditor": str(actor.user_public_id)}
    if request.method == "GET" and (company := _asked_company(actor)):
        start["company"] = company
    form = PlanForm(data=start if request.method == "GET" else None)
    offer_plan(actor, form)
    if form.validate_on_submit():
        try:
            with transaction():
                made = services.plan_audit(
                    actor,
                    _named(actor, form.company.data or ""),
                    checklist=criteria.get_checklist(UUID(form.checklist.data)),
                    as_of=form.as_of.data,
                    due_on=form.due_on.data,
                    auditor_id=UUID(form.auditor.data),
                    seed=form.seed.data or "",
                )
            flash(_("The audit is planned. Open it to take the evidence."), "success")
            return redirect(url_for("audits.audit", audit_id=made.public_id))
        except DomainError as error:
            show_error(form, error)
    page = render_template(
        "audits/plan.html",
        form=form,
        companies=partners.list_companies(actor, P.AUDIT_CONDUCT, 500),
        has_checklists=bool(form.checklist.choices),
    )
    return (page, 422) if request.method == "POST" else page


def _asked_company(actor: Actor) -> str:
    try:
        asked = UUID(request.args.get("company_id", ""))
        return partners.get_partnership(actor, asked, P.AUDIT_CONDUCT).name
    except (ValueError, NotFound):
        return ""


def offer_plan(actor: Actor, form: Any) -> None:
    """The choices that plans have in common."""
    if "checklist" in form:
        form.checklist.choices = [
            (str(each.public_id), each.name) for each in criteria.list_active_checklists(actor)
        ]
    form.auditor.choices = [(str(each.public_id), each.name) for each in queries.list_auditors(actor)]


def _named(actor: Actor, name: str) -> Partnership:
    found = partners.list_named(actor, name, P.AUDIT_CONDUCT)
    if len(found) != 1:
        message = (
            _("Several partners have this name. Begin from the partner's own page.")
            if found
            else _("There is no partner of this name. Choose one from the list.")
        )
        raise DomainError(message, {"company": message})
    return found[0]


@blueprint.route("/<slug:vendor>/audits/<uuid:audit_id>/plan", methods=["GET", "POST"])
@requires(P.AUDIT_CONDUCT)
def change_plan(audit_id: UUID) -> str | Response | tuple[str, int]:
    """Another due date, or another auditor."""
    actor = current_actor()
    found = queries.get_audit(actor, audit_id, P.AUDIT_CONDUCT)
    colleagues = {each.user_id: str(each.public_id) for each in queries.list_auditors(actor)}
    start = {"due_on": found.due_on, "auditor": colleagues.get(found.auditor_id, "")}
    form = ChangePlanForm(data=start if request.method == "GET" else None)
    offer_plan(actor, form)
    return form_page(
        form,
        lambda: services.change_plan(
            actor,
            queries.get_audit(actor, audit_id, P.AUDIT_CONDUCT),
            due_on=form.due_on.data,
            auditor_id=UUID(form.auditor.data),
        ),
        found,
        title=_("Change the plan"),
        lead=_("An audit can be handed over until it is submitted. Whoever judged something cannot sign it."),
        submit=_("Save"),
        done=_("The changes are saved."),
    )


def form_page(
    form: Any,
    act: Callable[[], object],
    audit: Audit,
    *,
    title: str,
    submit: str,
    done: str,
    lead: str = "",
    quote: str = "",
    is_upload: bool = False,
    hints: dict[str, str] | None = None,
    kind: str = "primary",
) -> str | Response | tuple[str, int]:
    """A page of one form about an audit: does `act` with what was sent and goes back to the audit, or
    shows the form, with what is wrong and what was typed."""
    back = url_for("audits.audit", audit_id=audit.public_id)
    status = 422
    if form.validate_on_submit():
        try:
            with transaction():
                act()
            flash(done, "success")
            return redirect(back)
        except DomainError as error:
            show_error(form, error)
            status = error.status
    page = render_template(
        "audits/form.html",
        form=form,
        title=title,
        lead=lead,
        quote=quote,
        submit_label=submit,
        submit_kind=kind,
        back=back,
        audit_title=audit.checklist_name,
        is_upload=is_upload,
        hints=hints or {},
    )
    return (page, status) if request.method == "POST" else page


# -- one audit ---------------------------------------------------------------------------------


@blueprint.get("/<slug:vendor>/audits/<uuid:audit_id>")
@requires(P.AUDIT_VIEW)
def audit(audit_id: UUID) -> str:
    """One audit, wherever it stands."""
    return audit_page(queries.get_audit(current_actor(), audit_id))


def audit_page(found: Audit, problem: str = "") -> str:
    """The page of an audit; `problem` says why what was asked did not happen."""
    actor = current_actor()
    dossier = queries.get_dossier(found)
    certifications = criteria.name_narrowings()
    with_judgements = queries.shows_judgements(actor, found)
    is_auditor = actor.user_id == found.auditor_id and actor.can(P.AUDIT_CONDUCT)
    has_taken_part = services.took_part(actor, found) if found.status is AuditStatus.REVIEW else False
    lines = []
    if found.status is AuditStatus.PLANNED:
        checklist = db.session.get_one(criteria.Checklist, found.checklist_id)
        lines = [
            (
                line.stated.criterion.name,
                labels.demand_sentence(line.stated.terms, certifications, g.vendor.currency),
                line.weight,
            )
            for line in criteria.list_lines(checklist)
        ]
    return render_template(
        "audits/audit.html",
        audit=found,
        shown=present(
            dossier,
            certifications=certifications,
            currency=g.vendor.currency,
            with_judgements=with_judgements,
        ),
        partnership=dossier.partnership,
        planned_auditor=next(
            (c.name for c in queries.list_auditors(actor) if c.user_id == found.auditor_id), "–"
        )
        if not dossier.tokens
        else "",
        problem=problem,
        lines=lines,
        with_judgements=with_judgements,
        is_auditor=is_auditor,
        has_taken_part=has_taken_part,
        judged=sum(item.verdict is not None for item in dossier.items),
        answered=sum(item.answered_at is not None for item in dossier.items),
        steps=_steps(found),
        is_overdue=found.status in UNFINISHED and found.due_on < today_of(actor),
    )


def _steps(found: Audit) -> list[tuple[str, str]]:
    order = [AuditStatus.PLANNED, AuditStatus.OPEN, AuditStatus.REPORTED, AuditStatus.REVIEW]
    names = [_("Plan"), _("Evidence and judgement"), _("Findings and actions"), _("Sign-off")]
    if found.status is AuditStatus.CLOSED:
        return [(name, "done") for name in names]
    if found.status is AuditStatus.WITHDRAWN:
        return []
    here = order.index(found.status)
    return [
        (name, "done" if place < here else "current" if place == here else "todo")
        for place, name in enumerate(names)
    ]


def act_on(
    audit_id: UUID, act: Callable[[Actor, Audit], None], done: str, permission: P = P.AUDIT_CONDUCT
) -> Response | tuple[str, int]:
    """Do one thing to an audit and show it again; a broken rule is said on the audit's page."""
    actor = current_actor()
    try:
        with transaction():
            act(actor, queries.get_audit(actor, audit_id, permission))
    except NotFound:
        raise
    except DomainError as error:
        return audit_page(queries.get_audit(actor, audit_id), str(error)), error.status
    flash(done, "success")
    return redirect(url_for("audits.audit", audit_id=audit_id))


@blueprint.post("/<slug:vendor>/audits/<uuid:audit_id>/open")
@requires(P.AUDIT_CONDUCT)
def open_audit(audit_id: UUID) -> Response | tuple[str, int]:
    """Freeze criteria and evidence; from here on the partner sees it."""
    return act_on(audit_id, services.open_audit, _("The audit is open. The evidence is taken."))


@blueprint.post("/<slug:vendor>/audits/<uuid:audit_id>/withdraw")
@requires(P.AUDIT_CONDUCT)
def withdraw(audit_id: UUID) -> Response | tuple[str, int]:
    """Give up an audit that was only planned."""
    return act_on(audit_id, services.withdraw_audit, _("The audit is withdrawn."))


@blueprint.post("/<slug:vendor>/audits/<uuid:audit_id>/hand-in")
@requires(P.AUDIT_ANSWER)
def hand_in(audit_id: UUID) -> Response | tuple[str, int]:
    """The partner's answers are complete."""
    done = _("The auditor is told that your answers are complete.")
    return act_on(audit_id, services.hand_in_answers, done, P.AUDIT_ANSWER)


@blueprint.post("/<slug:vendor>/audits/<uuid:audit_id>/submit")
@requires(P.AUDIT_CONDUCT)
def submit(audit_id: UUID) -> Response | tuple[str, int]:
    """Ask a second person to sign."""
    return act_on(audit_id, services.submit_audit, _("The audit waits for somebody else's signature."))
