"""Telling people: a row each, once per event, if the permission table lets them know."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from prm.access import Actor
from prm.extensions import db
from prm.infra import clock
from prm.infra.db import bound_vendor
from prm.infra.ids import new_public_id
from prm.journal.services import announce
from prm.notifications.models import Kind, MailWhen, Notification
from prm.notifications.queries import Wanted, list_wanted
from prm.notifications.recipients import list_recipients, may_be_told
from prm.partners.models import Partnership

MORNING = time(7)  # of the person's own zone: when the digest goes out
_CHUNK = 2000


@dataclass(frozen=True)
class Told:
    """One person to be told of one event. `key` names the event: twice the same is told once."""

    user_key: int
    kind: Kind
    key: str
    subject_id: UUID | None = None
    partnership: Partnership | None = None
    about_user_key: int | None = None
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class MailDue:
    """What prm/reactions.py hears of when mails are due at once."""

    vendor_id: int


def tell(actor: Actor, news: Sequence[Told]) -> int:
    """Write the notifications of people who belong here and may know; returns how many are new.

    Inside transaction(), in a fixed number of queries. Mails at once are made by a job after it.
    """
    if not news:
        return 0
    recipients = list_recipients([each.user_key for each in news])
    allowed = [
        each
        for each in news
        if each.user_key in recipients
        and may_be_told(recipients[each.user_key].actor, each.kind, each.partnership)
    ]
    allowed = leave_out_told(allowed)
    if not allowed:
        return 0
    users = sorted({each.user_key for each in allowed})
    kinds = sorted({each.kind for each in allowed})
    wanted: dict[tuple[int, Kind], Wanted] = {}
    for start in range(0, len(users), _CHUNK):
        wanted.update(list_wanted(users[start : start + _CHUNK], kinds))
    now, vendor_id = clock.now(), bound_vendor()
    rows = [
        {
            "public_id": new_public_id(),
            "vendor_id": vendor_id,
            "user_id": each.user_key,
            "kind": each.kind,
            "key": each.key,
            "subject_id": each.subject_id,
            "partnership_id": each.partnership.id if each.partnership is not None else None,
            "about_user_id": each.about_user_key,
            "facts": each.facts,
            "at": now,
            "is_shown": wanted[each.user_key, each.kind].in_portal,
            "read_at": None,
            "mailed_at": None,
            "mail_due_at": mail_due(
                wanted[each.user_key, each.kind].mail, now, recipients[each.user_key].actor.time_zone
            ),
        }
        for each in allowed
    ]
    is_postgresql = db.session.get_bind().dialect.name == "postgresql"
    statement = (pg_insert if is_postgresql else sqlite_insert)(Notification).on_conflict_do_nothing(
        index_elements=["vendor_id", "user_id", "key"]
    )
    # In one order, so that two who tell the same people do not wait in a ring.
    rows.sort(key=lambda row: (row["user_id"], row["key"]))
    db.session.execute(statement, rows)
    if vendor_id is not None and any(row["mail_due_at"] == now for row in rows):
        announce(actor, "notification.mail_due", MailDue(vendor_id))
    return len(rows)


def leave_out_told(news: Sequence[Told]) -> list[Told]:
    """What was not told yet, each once."""
    wanted = {(each.user_key, each.key): each for each in reversed(news)}
    keys = sorted({key for _user, key in wanted})
    for start in range(0, len(keys), _CHUNK):
        for user_key, key in db.session.execute(
            select(Notification.user_id, Notification.key).where(
                Notification.key.in_(keys[start : start + _CHUNK])
            )
        ):
            wanted.pop((user_key, key), None)
    return list(wanted.values())


def mail_due(when: MailWhen, now: datetime, zone_name: str) -> datetime | None:
    """The instant at which a mail is due: now, the next morning of a zone, or never."""
    if when is MailWhen.OFF:
        return None
    if when is MailWhen.AT_ONCE:
        return now
    return next_morning(now, zone_name)


def next_morning(now: datetime, zone_name: str) -> datetime:
    """The next instant at which it is MORNING on the clocks of a zone."""
    here = clock.to_zone(now, zone_name)
    morning = here.replace(hour=MORNING.hour, minute=0, second=0, microsecond=0)
    if morning <= here:
        morning = (here + timedelta(days=1)).replace(hour=MORNING.hour, minute=0, second=0, microsecond=0)
    return morning
