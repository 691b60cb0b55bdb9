"""Who is told of what happens in an audit: what prm/reactions.py calls, `function(actor, subject)`."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from prm.access import Actor
from prm.audits.models import (
    Audit,
    AuditAction,
    AuditCampaign,
    AuditFinding,
    AuditItem,
)
from prm.extensions import db
from prm.notifications.models import Kind
from prm.notifications.recipients import list_admins, list_signers
from prm.notifications.services import Told, tell
from prm.partners.models import Partnership


def audit_assigned(actor: Actor, audit: Audit) -> None:
    """Its auditor, unless they took it themselves; of a campaign's many audits once."""
    if audit.auditor_id == actor.user_id:
        return
    if audit.campaign_id is not None and audit.opened_at is None:
        campaign = db.session.get_one(AuditCampaign, audit.campaign_id)
        key, subject, facts = f"audit_campaign:{campaign.public_id}", None, {"campaign": campaign.name}
    else:
        key, subject, facts = f"audit_assigned:{audit.public_id}", audit.public_id, _facts(audit)
    partnership = _partnership(audit)
    tell(actor, [Told(audit.auditor_id, Kind.AUDIT_ASSIGNED, key, subject, partnership, facts=facts)])


def audit_opened(actor: Actor, audit: Audit) -> None:
    """The partner's administrators: answers and evidence are asked for."""
    _tell_partner(actor, audit, Kind.AUDIT_ASKED, "opened")


def audit_answered(actor: Actor, audit: Audit) -> None:
    """The auditor: the partner has handed its answers in."""
    at = audit.handed_in_at.isoformat() if audit.handed_in_at is not None else ""
    _tell_auditor(actor, audit, Kind.AUDIT_ANSWERED, f"answered:{at}")


def audit_reported(actor: Actor, audit: Audit) -> None:
    """The partner's administrators: findings are out."""
    found = select(AuditFinding.id).where(AuditFinding.audit_id == audit.id)
    count = len(db.session.scalars(found).all())
    at = audit.reported_at.isoformat() if audit.reported_at is not None else ""
    _tell_partner(actor, audit, Kind.AUDIT_REPORTED, f"reported:{at}", findings=count)


def action_proved(actor: Actor, action: AuditAction) -> None:
    """The auditor: a proof waits to be looked at."""
    audit = _audit_of(action)
    at = action.proved_at.isoformat() if action.proved_at is not None else ""
    _tell_auditor(actor, audit, Kind.AUDIT_PROVED, f"proved:{action.public_id}:{at}")


def audit_submitted(actor: Actor, audit: Audit) -> None:
    """Who may sign and took no part."""
    partnership = _partnership(audit)
    parts = {audit.auditor_id}
    judged = select(AuditItem.judged_by_id).where(AuditItem.audit_id == audit.id)
    found = select(AuditFinding.created_by_id).where(AuditFinding.audit_id == audit.id)
    verified = (
        select(AuditAction.verified_by_id)
        .join(AuditFinding, AuditFinding.id == AuditAction.finding_id)
        .where(AuditFinding.audit_id == audit.id)
    )
    for each in (judged, found, verified):
        parts |= {key for key in db.session.scalars(each) if key is not None}
    at = audit.submitted_at.isoformat() if audit.submitted_at is not None else ""
    key = f"audit_sign_off:{audit.public_id}:{at}"
    tell(
        actor,
        [
            Told(user, Kind.AUDIT_SIGN_OFF, key, audit.public_id, partnership, facts=_facts(audit))
            for user in list_signers()
            if user not in parts
        ],
    )


def audit_returned(actor: Actor, audit: Audit) -> None:
    """The auditor: somebody sent it back."""
    _tell_auditor(actor, audit, Kind.AUDIT_RETURNED, f"returned:{audit.touched_at.isoformat()}")


def audit_closed(actor: Actor, audit: Audit) -> None:
    """The auditor, who planned it and the partner's administrators: the report is there."""
    partnership = _partnership(audit)
    admins = list_admins([partnership]).get(partnership.id, [])
    wanted = dict.fromkeys([audit.auditor_id, audit.planned_by_id, *admins])
    key = f"audit_closed:{audit.public_id}"
    tell(
        actor,
        [
            Told(user, Kind.AUDIT_CLOSED, key, audit.public_id, partnership, facts=_facts(audit))
            for user in wanted
            if user is not None
        ],
    )


def _tell_partner(actor: Actor, audit: Audit, kind: Kind, what: str, **more: Any) -> None:
    partnership = _partnership(audit)
    key, facts = f"audit_{what}:{audit.public_id}", {**_facts(audit), **more}
    tell(
        actor,
        [
            Told(user, kind, key, audit.public_id, partnership, facts=facts)
            for user in list_admins([partnership]).get(partnership.id, ())
        ],
    )


def _tell_auditor(actor: Actor, audit: Audit, kind: Kind, what: str) -> None:
    key = f"audit_{what}:{audit.public_id}"
    partnership = _partnership(audit)
    tell(actor, [Told(audit.auditor_id, kind, key, audit.public_id, partnership, facts=_facts(audit))])


def _partnership(audit: Audit) -> Partnership:
    return db.session.get_one(Partnership, audit.partnership_id)


def _audit_of(action: AuditAction) -> Audit:
    finding = db.session.get_one(AuditFinding, action.finding_id)
    return db.session.get_one(Audit, finding.audit_id)


def _facts(audit: Audit) -> dict[str, Any]:
    return {
        "checklist": audit.checklist_name,
        "partner": _partnership(audit).name,
        "due_on": audit.due_on.isoformat(),
    }
