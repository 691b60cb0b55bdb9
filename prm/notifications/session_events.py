"""Who is told of training sessions: what prm/reactions.py calls, `function(actor, subject)`."""

from __future__ import annotations

from sqlalchemy import select

from prm.access import Actor
from prm.extensions import db
from prm.infra import clock
from prm.notifications.models import Kind
from prm.notifications.services import Told, tell
from prm.training.models import Course
from prm.training.models.sessions import SessionSeat, TrainingSession
from prm.training.queries.sessions import HELD


def place_given(actor: Actor, seat: SessionSeat) -> None:
    """Who moved up from the waiting list."""
    session = db.session.get_one(TrainingSession, seat.session_id)
    _tell(actor, session, [seat.user_id], "place")


def seat_released(actor: Actor, seat: SessionSeat) -> None:
    """Whom somebody else took off a date."""
    session = db.session.get_one(TrainingSession, seat.session_id)
    _tell(actor, session, [seat.user_id], "released")


def session_moved(actor: Actor, session: TrainingSession) -> None:
    """Everybody who has a place or waits for one."""
    _tell(actor, session, _people_on(session), "moved")


def session_cancelled(actor: Actor, session: TrainingSession) -> None:
    """The same people."""
    _tell(actor, session, _people_on(session), "cancelled")


def _people_on(session: TrainingSession) -> list[int]:
    return list(
        db.session.scalars(
            select(SessionSeat.user_id).where(
                SessionSeat.session_id == session.id, SessionSeat.status.in_(HELD)
            )
        )
    )


def _tell(actor: Actor, session: TrainingSession, people: list[int], what: str) -> None:
    course_id = db.session.scalars(select(Course.public_id).where(Course.id == session.course_id)).one()
    # The same can happen again: a place given up and got once more, a date moved twice.
    key = f"session:{what}:{session.public_id}:{clock.now().isoformat()}"
    facts = {
        "what": what,
        "session": session.title,
        "on": clock.to_zone(session.starts_at, session.time_zone).date().isoformat(),
    }
    tell(actor, [Told(user_key, Kind.SESSION_NEWS, key, course_id, facts=facts) for user_key in people])
