"""Places of sessions: signing up, giving up, moving up from the waiting list, who was there."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import exists, or_, select, update

from prm.access import Actor, require, visible
from prm.accounts.models import Membership
from prm.errors import Conflict, NotFound
from prm.extensions import db
from prm.infra import clock
from prm.infra.db import claim
from prm.journal.services import record
from prm.partners.models import Partnership
from prm.permissions import P
from prm.training.models import Enrolment, Lesson
from prm.training.models.sessions import LessonSession, SeatStatus, SessionSeat, TrainingSession
from prm.training.queries.learning import OPEN, is_latest
from prm.training.queries.sessions import HELD, get_held, get_offered
from prm.training.services.learning import finish_lesson, lock_enrolment


def sign_up(actor: Actor, session_id: UUID) -> SessionSeat:
    """Take a place on a date of a course that one takes, or stand in its waiting list where it is full.

    Twice is once. Raises NotFound; Conflict where it has begun or is cancelled, the course is over for the
    person, or they are on another date of the same lesson.
    """
    session = get_offered(actor, session_id)
    # The enrolment first: one person's sign-ups for two dates come one after the other.
    enrolment = _my_open_enrolment(actor, session)
    session = lock_session(session)
    _check_open(session)
    seat = _own_seat(actor, session)
    if seat is not None and seat.status in HELD:
        return seat
    _check_no_other(actor, session)
    status = SeatStatus.PLACE if _take_place(session) else SeatStatus.WAITING
    if seat is None:
        seat = SessionSeat(vendor_id=actor.vendor_id, session_id=session.id, user_id=actor.user_id)
        db.session.add(seat)
    seat.status, seat.partnership_id, seat.asked_at = status, enrolment.partnership_id, clock.now()
    db.session.flush()
    done = "signed_up" if seat.status is SeatStatus.PLACE else "waiting"
    record(actor, f"training_session.{done}", seat, facts={"session": session.public_id})
    return seat


def give_up(actor: Actor, session_id: UUID) -> SessionSeat:
    """Give up one's place, or leave the waiting list; who has waited longest moves up. Twice is once.

    Raises NotFound; Conflict where it has begun or is cancelled.
    """
    session = lock_session(get_offered(actor, session_id))
    seat = _own_seat(actor, session)
    if seat is None:
        raise NotFound
    _give_up(actor, session, seat, "training_session.given_up")
    return seat


def release_seat(actor: Actor, session_id: UUID, seat_id: UUID) -> SessionSeat:
    """Take somebody off a date, or off its waiting list, for them; they are told. Twice is once.

    Raises NotFound where the seat is out of reach or on another date; Conflict where that has begun or is
    cancelled.
    """
    require(actor, P.SESSION_HOLD)
    session = lock_session(get_held(actor, session_id))
    seat = db.session.scalars(
        visible(select(SessionSeat), actor, P.SESSION_HOLD)
        .where(SessionSeat.session_id == session.id, SessionSeat.public_id == seat_id)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if seat is None:
        raise NotFound
    _give_up(actor, session, seat, "training_session.released")
    return seat


def _give_up(actor: Actor, session: TrainingSession, seat: SessionSeat, action: str) -> None:
    """End a seat on a locked date; who has waited longest moves up."""
    _check_open(session)
    if seat.status not in HELD:
        return
    had_place = seat.status is SeatStatus.PLACE
    seat.status = SeatStatus.GIVEN_UP
    db.session.flush()
    record(actor, action, seat, facts={"session": session.public_id})
    if had_place:
        _free_place(session)
        fill_places(actor, session)


def fill_places(actor: Actor, session: TrainingSession) -> list[SessionSeat]:
    """Give the free places of a locked date to who has waited longest, and still takes the course and
    belongs here. Returns whom."""
    free = session.places - session.places_taken
    if free <= 0:
        return []
    takes_it = exists().where(
        Enrolment.user_id == SessionSeat.user_id,
        Enrolment.course_id == session.course_id,
        Enrolment.status.in_(OPEN),
    )
    partner = (
        select(Partnership.partner_id)
        .where(Partnership.id == SessionSeat.partnership_id)
        .correlate(SessionSeat)
        .scalar_subquery()
    )
    belongs = exists().where(
        Membership.user_id == SessionSeat.user_id,
        Membership.ended_at.is_(None),
        or_(Membership.vendor_id == session.vendor_id, Membership.partner_id == partner),
    )
    seats = db.session.scalars(
        select(SessionSeat)
        .where(
            SessionSeat.session_id == session.id, SessionSeat.status == SeatStatus.WAITING, takes_it, belongs
        )
        .order_by(SessionSeat.asked_at, SessionSeat.id)
        .limit(free)
        .execution_options(populate_existing=True)
    ).all()
    for seat in seats:
        if not _take_place(session):
            break
        seat.status = SeatStatus.PLACE
        db.session.flush()
        record(actor, "training_session.moved_up", seat, facts={"session": session.public_id})
    return list(seats)


def mark_attendance(
    actor: Actor, session_id: UUID, *, attended: Sequence[UUID], absent: Sequence[UUID]
) -> int:
    """Say who was there and who was not (by the public id of their place); returns how many newly were.

    Attending completes the lesson of whoever still takes the course, and stays: what it completed is not
    taken away. Absence is kept, and may turn out to be a mistake. Raises NotFound where a place is out of
    reach or on another date; Conflict before the session begins, and of a cancelled one.
    """
    require(actor, P.SESSION_HOLD)
    session = get_held(actor, session_id)
    if session.cancelled_at is not None:
        raise Conflict(_("This session is cancelled."))
    if session.starts_at > clock.now():
        raise Conflict(_("This session has not begun yet."))
    wanted = {**dict.fromkeys(absent, SeatStatus.ABSENT), **dict.fromkeys(attended, SeatStatus.ATTENDED)}
    reached = visible(select(SessionSeat), actor, P.SESSION_HOLD).where(
        SessionSeat.session_id == session.id,
        SessionSeat.public_id.in_(list(wanted)),
        SessionSeat.status.in_((SeatStatus.PLACE, SeatStatus.ATTENDED, SeatStatus.ABSENT)),
    )
    people = db.session.scalars(reached).all()
    if len(people) != len(wanted):
        raise NotFound
    enrolments = _lock_enrolments(session, [seat.user_id for seat in people])
    newly = 0
    for seat in db.session.scalars(
        reached.order_by(SessionSeat.id).with_for_update().execution_options(populate_existing=True)
    ).all():
        status = wanted[seat.public_id]
        if seat.status is status or seat.status is SeatStatus.ATTENDED:
            continue
        seat.status, seat.marked_at = status, clock.now()
        db.session.flush()
        is_there = status is SeatStatus.ATTENDED
        action = "training_session.attended" if is_there else "training_session.missed"
        record(actor, action, seat, facts={"session": session.public_id})
        if is_there:
            newly += 1
            _finish(actor, session, enrolments.get(seat.user_id))
    return newly


# -- parts -------------------------------------------------------------------------------------


def lock_session(session: TrainingSession) -> TrainingSession:
    """The same, locked: its places and its waiting list change one after the other."""
    row: TrainingSession = db.session.scalars(
        select(TrainingSession)
        .where(TrainingSession.id == session.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    return row


def _take_place(session: TrainingSession) -> bool:
    """Take one place, if there is one."""
    try:
        claim(
            update(TrainingSession)
            .where(
                TrainingSession.id == session.id,
                TrainingSession.cancelled_at.is_(None),
                TrainingSession.places_taken < TrainingSession.places,
            )
            .values(places_taken=TrainingSession.places_taken + 1),
            _("No place is left."),
        )
    except Conflict:
        return False
    db.session.refresh(session, ["places_taken"])
    return True


def _free_place(session: TrainingSession) -> None:
    claim(
        update(TrainingSession)
        .where(TrainingSession.id == session.id, TrainingSession.places_taken > 0)
        .values(places_taken=TrainingSession.places_taken - 1),
        _("No place is taken."),
    )
    db.session.refresh(session, ["places_taken"])


def _my_open_enrolment(actor: Actor, session: TrainingSession) -> Enrolment:
    latest = db.session.scalars(
        visible(select(Enrolment), actor, P.COURSE_TAKE).where(
            Enrolment.course_id == session.course_id, is_latest()
        )
    ).one()
    enrolment = lock_enrolment(actor, latest.public_id)
    if enrolment.status not in OPEN or _lesson_key(session, enrolment) is None:
        raise Conflict(_("There is nothing left for you to do in this session."))
    return enrolment


def _lesson_key(session: TrainingSession, enrolment: Enrolment) -> int | None:
    """The lesson of the person's version that a date belongs to; an old version may have none."""
    return db.session.scalars(
        select(Lesson.id)
        .join(LessonSession, LessonSession.lesson_id == Lesson.id)
        .where(
            Lesson.course_version_id == enrolment.course_version_id, LessonSession.series == session.series
        )
    ).one_or_none()


def _check_open(session: TrainingSession) -> None:
    if session.cancelled_at is not None:
        raise Conflict(_("This session is cancelled."))
    if session.starts_at <= clock.now():
        raise Conflict(_("This session has begun: nobody can sign up or give up their place any more."))


def _check_no_other(actor: Actor, session: TrainingSession) -> None:
    other = db.session.scalars(
        select(SessionSeat.id)
        .join(TrainingSession, TrainingSession.id == SessionSeat.session_id)
        .where(
            SessionSeat.user_id == actor.user_id,
            SessionSeat.status.in_(HELD),
            TrainingSession.id != session.id,
            TrainingSession.series == session.series,
            TrainingSession.cancelled_at.is_(None),
            TrainingSession.ends_at > clock.now(),
        )
    ).first()
    if other is not None:
        raise Conflict(_("You are on another date of this session. Give that up first."))


def _own_seat(actor: Actor, session: TrainingSession) -> SessionSeat | None:
    return db.session.scalars(
        visible(select(SessionSeat), actor, P.COURSE_TAKE)
        .where(SessionSeat.session_id == session.id)
        .execution_options(populate_existing=True)
    ).one_or_none()


def _lock_enrolments(session: TrainingSession, user_keys: Sequence[int]) -> dict[int, Enrolment]:
    """The latest enrolments of people in the course, by their keys, locked in one order."""
    rows = db.session.scalars(
        select(Enrolment)
        .where(Enrolment.course_id == session.course_id, Enrolment.user_id.in_(user_keys), is_latest())
        .order_by(Enrolment.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return {row.user_id: row for row in rows}


def _finish(actor: Actor, session: TrainingSession, enrolment: Enrolment | None) -> None:
    if enrolment is None or enrolment.status not in OPEN:
        return
    lesson_key = _lesson_key(session, enrolment)
    if lesson_key is not None:
        finish_lesson(actor, enrolment, lesson_key)
