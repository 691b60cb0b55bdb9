"""Verbs on campaigns of audits: chosen at once, planned one by one in the background."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import insert, select, update

from prm.access import Actor, require
from prm.accounts.models import User
from prm.audits.models import AuditCampaign, AuditCampaignTarget, Checklist, TargetOutcome
from prm.audits.queries import auditing
from prm.audits.queries import campaigns as queries
from prm.audits.queries.compliance import today_of
from prm.audits.services.auditing import open_audit, plan_audit
from prm.errors import DomainError
from prm.extensions import db
from prm.infra import clock
from prm.infra.names import fold_name
from prm.journal.services import announce, record
from prm.partners.models import Partnership
from prm.permissions import P

BATCH = 20  # audits made in one transaction


def start_campaign(
    actor: Actor,
    *,
    name: str,
    checklist: Checklist,
    as_of: date,
    due_on: date,
    auditor_id: UUID,
    chosen: queries.Chosen,
    by_manager: bool = False,
    opens_at_once: bool = False,
) -> AuditCampaign:
    """Choose the partnerships now; a job plans an audit for each.

    Raises DomainError naming the field: a name that is taken, dates that cannot be, or a filter that
    no partnership within reach fits.
    """
    require(actor, P.AUDIT_CONDUCT)
    name = " ".join(name.split())[:200]
    today = today_of(actor)
    if not name:
        raise _at("name", _("Enter a name."))
    if db.session.scalar(select(AuditCampaign.id).where(AuditCampaign.name_folded == fold_name(name))):
        raise _at("name", _("There is already a campaign of this name."))
    if as_of > today:
        raise _at("as_of", _("Evidence can be taken as of today or earlier, not of the future."))
    if due_on < today:
        raise _at("due_on", _("The due date has passed already."))
    auditor = next((c for c in auditing.list_auditors(actor) if c.public_id == auditor_id), None)
    if auditor is None:
        raise _at("auditor", _("Choose one of your channel managers or administrators."))
    partnership_ids = queries.choose(actor, chosen, as_of)
    if not partnership_ids:
        raise DomainError(_("No partner fits these filters."))
    campaign = AuditCampaign(
        name=name,
        name_folded=fold_name(name),
        checklist_id=checklist.id,
        as_of=as_of,
        due_on=due_on,
        auditor_id=auditor.user_id,
        by_manager=by_manager,
        opens_at_once=opens_at_once,
        chosen_by=chosen.stored(),
        created_by_id=actor.user_id,
        created_at=clock.now(),
    )
    db.session.add(campaign)
    db.session.flush()
    db.session.execute(
        insert(AuditCampaignTarget),
        [{"campaign_id": campaign.id, "partnership_id": key} for key in partnership_ids],
    )
    record(
        actor,
        "audit_campaign.started",
        campaign,
        facts={
            "name": name,
            "checklist": checklist.name,
            "as_of": as_of,
            "chosen_by": chosen.stored(),
            "partners": len(partnership_ids),
        },
    )
    announce(actor, "audit_campaign.due", campaign)
    return campaign


def _at(field: str, message: str) -> DomainError:
    return DomainError(message, {field: message})


def make_next(actor: Actor, campaign_id: int) -> int:
    """Make the audits of the next few waiting partnerships; returns how many waited.

    What cannot be planned keeps its reason; the others go on. Safe to run twice: a target is waited
    for by whoever locked it.
    """
    campaign = db.session.get_one(AuditCampaign, campaign_id)
    targets = db.session.scalars(
        select(AuditCampaignTarget)
        .where(
            AuditCampaignTarget.campaign_id == campaign_id,
            AuditCampaignTarget.outcome == TargetOutcome.WAITING,
        )
        .order_by(AuditCampaignTarget.id)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    ).all()
    checklist = db.session.get_one(Checklist, campaign.checklist_id)
    colleagues = auditing.list_auditors(actor)
    for target in targets:
        values: dict[str, Any] = {}
        try:
            with db.session.begin_nested():
                audit = _make(actor, campaign, checklist, target, colleagues)
            values = {"outcome": TargetOutcome.MADE, "audit_id": audit.id, "reason": ""}
        except DomainError as error:
            values = {"outcome": TargetOutcome.FAILED, "reason": str(error)[:300]}
        db.session.execute(
            update(AuditCampaignTarget).where(AuditCampaignTarget.id == target.id).values(**values)
        )
    return len(targets)


def _make(
    actor: Actor,
    campaign: AuditCampaign,
    checklist: Checklist,
    target: AuditCampaignTarget,
    colleagues: Sequence[auditing.Colleague],
) -> Any:
    partnership = db.session.get_one(Partnership, target.partnership_id)
    auditor_id = db.session.get_one(User, campaign.auditor_id).public_id
    if campaign.by_manager:
        own = next((c for c in colleagues if c.user_id == partnership.manager_user_id), None)
        auditor_id = own.public_id if own is not None else auditor_id
    audit = plan_audit(
        actor,
        partnership,
        checklist=checklist,
        as_of=campaign.as_of,
        # A job that comes late must not fail on a date that was good when a person chose it.
        due_on=max(campaign.due_on, today_of(actor)),
        auditor_id=auditor_id,
        campaign_id=campaign.id,
    )
    if campaign.opens_at_once:
        open_audit(actor, audit)
    return audit
