"""The private address of a person's calendar: made, renewed, ended."""

from __future__ import annotations

from sqlalchemy import delete, select

from prm.access import Actor, require
from prm.extensions import db
from prm.infra import clock
from prm.infra.ids import new_token, token_hash
from prm.journal.services import record
from prm.permissions import P
from prm.training.models.feeds import CalendarFeed
from prm.vendors.models import Vendor


def renew_feed(actor: Actor) -> str:
    """A new token for the acting person's calendar; the one before no longer opens anything.

    It is told here alone: only its hash is kept.
    """
    require(actor, P.COURSE_TAKE)
    _delete(actor)
    token = new_token()
    db.session.add(
        CalendarFeed(
            vendor_id=actor.vendor_id,
            user_id=actor.user_id,
            token_hash=token_hash(token),
            created_at=clock.now(),
        )
    )
    record(actor, "calendar_feed.renewed", _vendor(actor))
    return token


def end_feed(actor: Actor) -> None:
    """No address opens the acting person's calendar any more. Twice is once."""
    require(actor, P.COURSE_TAKE)
    if _delete(actor):
        record(actor, "calendar_feed.ended", _vendor(actor))


def find_feed(actor: Actor) -> CalendarFeed | None:
    """The acting person's feed with the vendor served."""
    return db.session.scalars(
        select(CalendarFeed).where(
            CalendarFeed.vendor_id == actor.vendor_id, CalendarFeed.user_id == actor.user_id
        )
    ).one_or_none()


def find_feed_by(token: str) -> CalendarFeed | None:
    """The feed that an address names, whoever asks."""
    return db.session.scalars(
        select(CalendarFeed).where(CalendarFeed.token_hash == token_hash(token))
    ).one_or_none()


def _delete(actor: Actor) -> int:
    mine = (CalendarFeed.vendor_id == actor.vendor_id, CalendarFeed.user_id == actor.user_id)
    found: int = db.session.execute(delete(CalendarFeed).where(*mine)).rowcount
    return found


def _vendor(actor: Actor) -> Vendor:
    return db.session.get_one(Vendor, actor.vendor_id)
