"""Marking notifications read."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import update

from prm.access import Actor, require
from prm.extensions import db
from prm.infra import clock
from prm.notifications.models import Notification
from prm.notifications.queries import get_notification, is_mine
from prm.permissions import P


def mark_read(actor: Actor, notification_id: UUID) -> Notification:
    """Mark one of one's own notifications read; it stays so. Raises NotFound."""
    require(actor, P.NOTIFICATION_VIEW)
    row = get_notification(actor, notification_id)
    if row.read_at is None:
        row.read_at = clock.now()
    return row


def mark_all_read(actor: Actor, *, until: datetime | None = None) -> int:
    """Mark every unread notification of the actor's read (those up to an instant); returns how many."""
    require(actor, P.NOTIFICATION_VIEW)
    statement = update(Notification).where(
        is_mine(actor), Notification.is_shown, Notification.read_at.is_(None)
    )
    if until is not None:
        statement = statement.where(Notification.at <= until)
    changed = db.session.execute(
        statement.values(read_at=clock.now()).execution_options(synchronize_session=False)
    )
    return int(changed.rowcount)
