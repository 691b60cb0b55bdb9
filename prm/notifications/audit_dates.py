"""Audits and corrective actions that are due soon or overdue: looked at once a day."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import select

from prm.access import Actor
from prm.audits.models import UNFINISHED, ActionStatus, Audit, AuditAction, AuditFinding, AuditStatus
from prm.extensions import db
from prm.infra import clock
from prm.notifications.models import Kind
from prm.notifications.recipients import list_admins
from prm.notifications.services import Told, tell
from prm.notifications.thresholds import LOOK_BACK, PAST, threshold_of
from prm.partners.models import Partnership

DAYS = (7, 1)  # ahead of the date


def remind_of_audits(actor: Actor, today: date, zone: str) -> None:
    """Auditors of audits that are not signed; the partner's administrators and whoever does it of actions."""
    ahead = today + timedelta(days=max(DAYS))
    news: list[Told] = []
    audits = db.session.execute(
        select(Audit, Partnership)
        .join(Partnership, Partnership.id == Audit.partnership_id)
        .where(Audit.status.in_(UNFINISHED), Audit.due_on.between(today - LOOK_BACK, ahead))
    )
    for audit, partnership in audits:
        since = clock.to_zone(audit.created_at, zone).date()
        threshold = threshold_of(audit.due_on, today, DAYS, since)
        if threshold is not None:
            key = f"audit_due:{audit.public_id}:{audit.due_on}:{threshold}"
            facts = _facts(audit, partnership, audit.due_on, threshold)
            news.append(
                Told(audit.auditor_id, Kind.AUDIT_DUE, key, audit.public_id, partnership, facts=facts)
            )
    actions = db.session.execute(
        select(AuditAction, Audit, Partnership)
        .join(AuditFinding, AuditFinding.id == AuditAction.finding_id)
        .join(Audit, Audit.id == AuditFinding.audit_id)
        .join(Partnership, Partnership.id == Audit.partnership_id)
        .where(
            Audit.status == AuditStatus.REPORTED,
            AuditAction.status.in_([ActionStatus.AGREED, ActionStatus.SENT_BACK]),
            AuditAction.due_on.between(today - LOOK_BACK, ahead),
        )
    ).all()
    admins = list_admins(list({partnership.id: partnership for _a, _b, partnership in actions}.values()))
    for action, audit, partnership in actions:
        since = clock.to_zone(action.created_at, zone).date()
        threshold = threshold_of(action.due_on, today, DAYS, since)
        if threshold is None:
            continue
        key = f"audit_action:{action.public_id}:{action.due_on}:{threshold}"
        facts = {**_facts(audit, partnership, action.due_on, threshold), "is_action": True}
        news += [
            Told(
                user, Kind.AUDIT_DUE, key, audit.public_id, partnership,
                about_user_key=action.owner_id, facts=facts,
            )
            for user in dict.fromkeys([action.owner_id, *admins.get(partnership.id, ())])
        ]  # fmt: skip
    tell(actor, news)


def _facts(audit: Audit, partnership: Partnership, on: date, threshold: int) -> dict[str, object]:
    return {
        "checklist": audit.checklist_name,
        "partner": partnership.name,
        "due_on": on.isoformat(),
        "is_over": threshold == PAST,
    }
