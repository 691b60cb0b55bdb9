"""Audits and corrective actions that are due soon or overdue: looked at once a day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy import ColumnElement, and_, or_, select

from prm.audits.models import UNFINISHED, ActionStatus, Audit, AuditAction, AuditFinding, AuditStatus
from prm.extensions import db
from prm.infra import clock
from prm.notifications import thresholds
from prm.notifications.models import Kind
from prm.notifications.recipients import list_admins
from prm.notifications.services import Told, tell
from prm.notifications.thresholds import LOOK_BACK, PAST, Day, threshold_of
from prm.partners.models import Partnership
from prm.vendors.models import Vendor

DAYS = (7, 1)  # ahead of the date


def _due(day: Day) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """What is told of audits, and of the actions of audits."""
    about_now = day.today - LOOK_BACK, day.today + timedelta(days=max(DAYS))
    return (
        and_(Audit.status.in_(UNFINISHED), Audit.due_on.between(*about_now)),
        and_(
            Audit.status == AuditStatus.REPORTED,
            AuditAction.status.in_([ActionStatus.AGREED, ActionStatus.SENT_BACK]),
            AuditAction.due_on.between(*about_now),
        ),
    )


def audit_keys(day: Day, after: int) -> list[int]:
    """Keys of audits that are due about now, or have an action that is."""
    is_audit_due, is_action_due = _due(day)
    with_actions = (
        select(AuditFinding.audit_id)
        .join(AuditAction, AuditAction.finding_id == AuditFinding.id)
        .where(AuditFinding.audit_id == Audit.id, is_action_due)
    )
    statement = select(Audit.id).where(or_(is_audit_due, with_actions.exists()), Audit.id > after)
    return list(db.session.scalars(statement.order_by(Audit.id).limit(thresholds.BATCH)))


def tell_of_audits(day: Day, keys: Sequence[int]) -> None:
    """Auditors of audits that are not signed; the partner's administrators and whoever does it of actions."""
    today = day.today
    zone = db.session.scalars(select(Vendor.time_zone).where(Vendor.id == day.actor.vendor_id)).one()
    is_audit_due, is_action_due = _due(day)
    news: list[Told] = []
    audits = db.session.execute(
        select(Audit, Partnership)
        .join(Partnership, Partnership.id == Audit.partnership_id)
        .where(is_audit_due, Audit.id.in_(keys))
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
        .where(is_action_due, Audit.id.in_(keys))
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
    tell(day.actor, news)


def _facts(audit: Audit, partnership: Partnership, on: date, threshold: int) -> dict[str, object]:
    return {
        "checklist": audit.checklist_name,
        "partner": partnership.name,
        "due_on": on.isoformat(),
        "is_over": threshold == PAST,
    }
