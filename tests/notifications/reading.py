"""What people are told: read as they read it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from prm.extensions import db
from prm.notifications import queries
from prm.notifications.labels import sentence
from prm.notifications.models import Kind, Notification
from tests.factories import UserRef, VendorRef, World


@dataclass(frozen=True)
class Row:
    public_id: UUID
    kind: Kind
    text: str
    is_read: bool
    mail_due_at: datetime | None
    mailed_at: datetime | None


def told(world: World, vendor: VendorRef, user: UserRef) -> list[Row]:
    """What somebody finds behind the bell, in the order it was told."""
    with world.acting(vendor, user) as actor, world.app.test_request_context():
        rows = list(db.session.scalars(queries.select_notifications(actor).order_by(Notification.id)))
        names = queries.list_names(rows)
        return [
            Row(
                r.public_id, r.kind, sentence(r, names), r.read_at is not None, r.mail_due_at, r.mailed_at
            )
            for r in rows
        ]  # fmt: skip


def kinds(world: World, vendor: VendorRef, user: UserRef) -> list[Kind]:
    return [row.kind for row in told(world, vendor, user)]


def written(world: World, vendor: VendorRef) -> int:
    """How many rows there are at a vendor, whosever."""
    with world.acting(vendor):
        return len(list(db.session.scalars(select(Notification.id))))
