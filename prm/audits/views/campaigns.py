"""Campaigns of audits: one checklist over the partners that a filter chooses."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import format_date
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from prm.access import Actor, current_actor, requires
from prm.accounts.models import User
from prm.audits import services
from prm.audits.forms.auditing import CampaignForm
from prm.audits.labels import auditing as labels
from prm.audits.models import Audit, AuditCampaign, AuditCampaignTarget, AuditStatus, Checklist, TargetOutcome
from prm.audits.queries import campaigns as queries
from prm.audits.queries.compliance import today_of
from prm.audits.queries.criteria import get_checklist, list_active_checklists
from prm.audits.views.audits import offer_plan, shown_score
from prm.audits.views.blueprint import blueprint
from prm.errors import DomainError
from prm.extensions import db
from prm.infra.db import transaction
from prm.infra.downloads import asked_form, table_attachment
from prm.infra.forms import show_error
from prm.infra.tables import Column, Filter, TableSpec, all_rows, paginate
from prm.partners import queries as partners
from prm.partners.labels import STATUS_LABELS, TYPE_LABELS
from prm.partners.models import Partnership, PartnershipStatus, PartnershipType
from prm.permissions import P


@blueprint.get("/<slug:vendor>/audits/campaigns/")
@requires(P.AUDIT_CONDUCT)
def campaigns() -> str:
    """Every campaign, newest first."""
    actor = current_actor()
    spec = TableSpec(
        key=AuditCampaign.id,
        columns=[
            Column("name", _("Campaign"), sort=AuditCampaign.name_folded),
            Column("checklist", _("Checklist"), sort=Checklist.name_folded),
            Column("as_of", _("As of"), sort=AuditCampaign.as_of),
            Column("due_on", _("Due on"), sort=AuditCampaign.due_on),
            Column("partners", _("Partners"), is_numeric=True),
            Column("closed", _("Closed"), is_numeric=True),
        ],
        default_sort="-as_of",
        search=[AuditCampaign.name],
    )
    page = paginate(
        db.session(), queries.select_campaigns(actor), spec, request.args,
        partial(url_for, "audits.campaigns"),
    )  # fmt: skip
    return render_template(
        "audits/campaigns.html",
        table_page=page,
        format_date=format_date,
        has_checklists=bool(list_active_checklists(actor)),
    )


@blueprint.route("/<slug:vendor>/audits/campaigns/new", methods=["GET", "POST"])
@requires(P.AUDIT_CONDUCT)
def start_campaign() -> str | Response | tuple[str, int]:
    """Choose partners, a checklist and dates; the audits are made in the background."""
    actor = current_actor()
    today = today_of(actor)
    start = {"as_of": today, "due_on": today + timedelta(days=60), "auditor": str(actor.user_public_id)}
    form = CampaignForm(data=start if request.method == "GET" else None)
    offer_plan(actor, form)
    _offer_filters(actor, form)
    if form.validate_on_submit():
        try:
            with transaction():
                made = services.start_campaign(
                    actor,
                    name=form.name.data or "",
                    checklist=get_checklist(UUID(form.checklist.data)),
                    as_of=form.as_of.data,
                    due_on=form.due_on.data,
                    auditor_id=UUID(form.auditor.data),
                    chosen=_chosen(form),
                    by_manager=form.by_manager.data,
                    opens_at_once=form.opens_at_once.data,
                )
            flash(_("The campaign has begun. Its audits are being made."), "success")
            return redirect(url_for("audits.campaign", campaign_id=made.public_id))
        except DomainError as error:
            show_error(form, error)
    page = render_template(
        "audits/start_campaign.html", form=form, has_checklists=bool(form.checklist.choices)
    )
    return (page, 422) if request.method == "POST" else page


def _offer_filters(actor: Actor, form: CampaignForm) -> None:
    form.region.choices = [
        ("", _("Any region")),
        *[(name, name) for name in partners.list_regions_in_use(actor)],
    ]
    form.status.choices = [
        ("", _("Any status but ended")),
        *[(s.value, str(label)) for s, label in STATUS_LABELS.items()],
    ]
    form.type.choices = [("", _("Any type")), *[(t.value, str(label)) for t, label in TYPE_LABELS.items()]]
    form.compliance.choices = [
        ("", _("Compliant or not")),
        ("failing", _("Not compliant")),
        ("met", _("Compliant")),
    ]


def _chosen(form: CampaignForm) -> queries.Chosen:
    return queries.Chosen(
        form.region.data or "",
        PartnershipStatus(form.status.data) if form.status.data else None,
        PartnershipType(form.type.data) if form.type.data else None,
        {"met": True, "failing": False}.get(form.compliance.data or ""),
    )


@blueprint.get("/<slug:vendor>/audits/campaigns/<uuid:campaign_id>")
@requires(P.AUDIT_CONDUCT)
def campaign(campaign_id: UUID) -> str | Response:
    """How far a campaign is: each partner, and the totals."""
    actor = current_actor()
    found = queries.get_campaign(actor, campaign_id)
    spec = TableSpec(
        key=AuditCampaignTarget.id,
        columns=[
            Column("partner", _("Partner"), sort=Partnership.name_folded),
            Column("outcome", _("Planning"), sort=AuditCampaignTarget.outcome),
            Column("status", _("Audit"), sort=Audit.status),
            Column("score", _("Score"), sort=Audit.score_percent, is_numeric=True),
        ],
        default_sort="partner",
        search=[Partnership.name],
        filters=[
            Filter(
                "outcome",
                _("Planning"),
                [(o.value, label) for o, label in labels.OUTCOMES.items()],
                lambda statement, value: statement.where(AuditCampaignTarget.outcome == TargetOutcome(value)),
            ),
            Filter(
                "status",
                _("Audit"),
                [(s.value, label) for s, label in labels.STATUSES.items()],
                lambda statement, value: statement.where(Audit.status == AuditStatus(value)),
            ),
        ],
    )
    statement = queries.select_targets(actor, found)
    if form := asked_form(request.args):
        rows = all_rows(db.session(), statement, spec, request.args).rows
        return table_attachment(
            form,
            "campaign",
            [_("Partner"), _("Planning"), _("Reason"), _("Audit"), _("Score")],
            (
                [name, str(labels.OUTCOMES[t.outcome]), t.reason,
                 str(labels.STATUSES[a.status]) if a else "", shown_score(actor, a) if a else ""]
                for t, name, a in rows
            ),
        )  # fmt: skip
    here = partial(url_for, "audits.campaign", campaign_id=found.public_id)
    totals = queries.get_totals(actor, found)
    return render_template(
        "audits/campaign.html",
        campaign=found,
        checklist=db.session.get_one(Checklist, found.checklist_id).name,
        auditor=db.session.get_one(User, found.auditor_id).name,
        chosen=_chosen_words(queries.Chosen.read(found.chosen_by)),
        totals=totals,
        made=totals.partners - totals.waiting,
        table_page=paginate(db.session(), statement, spec, request.args, here),
        outcomes=labels.OUTCOMES,
        statuses=labels.STATUSES,
        status_kinds=labels.STATUS_KINDS,
        score=partial(shown_score, actor),
        format_date=format_date,
    )


def _chosen_words(chosen: queries.Chosen) -> str:
    """The filter in words."""
    words = [
        chosen.region,
        str(STATUS_LABELS[chosen.status]) if chosen.status else "",
        str(TYPE_LABELS[chosen.type]) if chosen.type else "",
        {True: _("Compliant"), False: _("Not compliant"), None: ""}[chosen.is_compliant],
    ]
    return ", ".join(word for word in words if word) or _("All partners that have not ended")
