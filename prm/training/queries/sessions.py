"""Instructor-led sessions: their dates for who learns, and for who holds them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, and_, exists, func, or_, select
from sqlalchemy.orm import aliased

from prm.access import Actor, or_mine, visible
from prm.accounts.models import User
from prm.errors import NotFound
from prm.extensions import db
from prm.infra import clock
from prm.infra.tables import Column, Filter, TablePage, TableSpec, paginate
from prm.partners.models import Partnership
from prm.permissions import P
from prm.training.models import Course, CourseVersion, Enrolment, Lesson, VersionStatus
from prm.training.models.sessions import LessonSession, SeatStatus, SessionSeat, TrainingSession
from prm.training.queries.learning import LearningItem

_Newer = aliased(CourseVersion)
_Before = aliased(SessionSeat)
HELD = (SeatStatus.PLACE, SeatStatus.WAITING)
_SHOWN_AFTERWARDS = (SeatStatus.PLACE, SeatStatus.ATTENDED, SeatStatus.ABSENT)


@dataclass(frozen=True)
class Date:
    """One date as a learner sees it. `link` is empty for who has no place; `queue` is their place in the
    waiting list, from 1. `starts_there` and `ends_there` are on the clocks of `time_zone`."""

    public_id: UUID
    lesson_id: UUID
    title: str
    starts_at: datetime
    ends_at: datetime
    time_zone: str
    place: str
    link: str
    trainer: str
    places_left: int
    is_cancelled: bool
    cancel_reason: str
    has_begun: bool
    status: SeatStatus | None
    queue: int | None

    @property
    def starts_there(self) -> datetime:
        return clock.to_zone(self.starts_at, self.time_zone)

    @property
    def ends_there(self) -> datetime:
        return clock.to_zone(self.ends_at, self.time_zone)

    @property
    def is_mine(self) -> bool:
        """A place, or one on the waiting list, of a date that takes place."""
        return self.status in HELD and not self.is_cancelled

    @property
    def is_open(self) -> bool:
        """Whether somebody may sign up, or give up what they have."""
        return not (self.is_cancelled or self.has_begun)


@dataclass(frozen=True)
class MySession:
    """A date that somebody has a place on, or waits for."""

    public_id: UUID
    course_id: UUID
    course: str
    title: str
    starts_at: datetime
    ends_at: datetime
    place: str
    link: str
    status: SeatStatus
    planned_at: datetime


@dataclass(frozen=True)
class Attendee:
    public_id: UUID
    name: str
    company: str | None
    status: SeatStatus


# -- for who learns ----------------------------------------------------------------------------


def list_dates(item: LearningItem, lesson_key: int | None = None) -> list[Date]:
    """The dates of the session lessons that somebody takes (or of one of them, by key), soonest first:
    those to come, and those that they have to do with. The caller made sure whose `item` it is."""
    now = clock.now()
    queue = (
        select(func.count(_Before.id))
        .where(
            _Before.session_id == TrainingSession.id,
            _Before.status == SeatStatus.WAITING,
            or_(
                _Before.asked_at < SessionSeat.asked_at,
                and_(_Before.asked_at == SessionSeat.asked_at, _Before.id <= SessionSeat.id),
            ),
        )
        .correlate(TrainingSession, SessionSeat)
        .scalar_subquery()
    )
    statement = (
        select(TrainingSession, SessionSeat.status, Lesson.public_id.label("lesson_id"), queue.label("queue"))
        .join(LessonSession, LessonSession.series == TrainingSession.series)
        .join(Lesson, Lesson.id == LessonSession.lesson_id)
        .outerjoin(
            SessionSeat,
            (SessionSeat.session_id == TrainingSession.id) & (SessionSeat.user_id == item.user_key),
        )
        .where(
            TrainingSession.course_id == item.course_key,
            Lesson.course_version_id == item.version_key,
            or_(
                and_(TrainingSession.starts_at > now, TrainingSession.cancelled_at.is_(None)),
                and_(TrainingSession.ends_at > now, SessionSeat.status.in_(HELD)),
                and_(TrainingSession.cancelled_at.is_(None), SessionSeat.status.in_(_SHOWN_AFTERWARDS)),
            ),
        )
        .order_by(TrainingSession.starts_at, TrainingSession.id)
    )
    if lesson_key is not None:
        statement = statement.where(Lesson.id == lesson_key)
    return [_date(row, now) for row in db.session.execute(statement)]


def _date(row: Any, now: datetime) -> Date:
    session: TrainingSession = row.TrainingSession
    has_place = row.status in (SeatStatus.PLACE, SeatStatus.ATTENDED)
    return Date(
        session.public_id,
        row.lesson_id,
        session.title,
        session.starts_at,
        session.ends_at,
        session.time_zone,
        session.place,
        session.link if has_place else "",
        session.trainer,
        session.places - session.places_taken,
        session.cancelled_at is not None,
        session.cancel_reason,
        session.starts_at <= now,
        row.status,
        row.queue if row.status is SeatStatus.WAITING else None,
    )


def list_my_sessions(actor: Actor) -> list[MySession]:
    """What the person has a place on or waits for and is not over, soonest first."""
    rows = db.session.execute(
        visible(
            select(SessionSeat, TrainingSession, Course)
            .join(TrainingSession, TrainingSession.id == SessionSeat.session_id)
            .join(Course, Course.id == TrainingSession.course_id),
            actor,
            P.COURSE_TAKE,
            SessionSeat,
        )
        .where(
            SessionSeat.status.in_(HELD),
            TrainingSession.cancelled_at.is_(None),
            TrainingSession.ends_at > clock.now(),
        )
        .order_by(TrainingSession.starts_at, TrainingSession.id)
    )
    return [
        MySession(
            session.public_id,
            course.public_id,
            course.title,
            session.title,
            session.starts_at,
            session.ends_at,
            session.place,
            session.link if seat.status is SeatStatus.PLACE else "",
            seat.status,
            session.created_at,
        )
        for seat, session, course in rows
    ]


def next_sessions(actor: Actor) -> dict[UUID, MySession]:
    """Of each course (by public id) the soonest date that the person has a place on or waits for."""
    return {each.course_id: each for each in reversed(list_my_sessions(actor))}


def get_offered(actor: Actor, session_id: UUID) -> TrainingSession:
    """A date of a course that the person takes. Raises NotFound."""
    mine = visible(select(Enrolment.course_id), actor, P.COURSE_TAKE, Enrolment)
    return _one(select(TrainingSession).where(TrainingSession.course_id.in_(mine)), session_id)


# -- for who holds them ------------------------------------------------------------------------


def get_held(actor: Actor, session_id: UUID) -> TrainingSession:
    """A date that the person looks after: any of the vendor's, a regional manager's own. Raises NotFound."""
    held = or_mine(TrainingSession, actor, P.SESSION_HOLD)
    return _one(select(TrainingSession).where(held), session_id)


def _one(statement: Select[Any], session_id: UUID) -> TrainingSession:
    row: TrainingSession | None = db.session.scalars(
        statement.where(TrainingSession.public_id == session_id)
    ).one_or_none()
    if row is None:
        raise NotFound
    return row


def get_course_of(session: TrainingSession) -> Course:
    return db.session.scalars(select(Course).where(Course.id == session.course_id)).one()


def list_attendees(actor: Actor, session: TrainingSession) -> list[Attendee]:
    """Who is on a date, within reach: places by name, then the waiting list in its order."""
    rows = db.session.execute(
        visible(
            select(SessionSeat, User.name.label("person"), Partnership.name.label("company"))
            .join(User, User.id == SessionSeat.user_id)
            .outerjoin(Partnership, Partnership.id == SessionSeat.partnership_id),
            actor,
            P.SESSION_HOLD,
            SessionSeat,
        )
        .where(SessionSeat.session_id == session.id, SessionSeat.status != SeatStatus.GIVEN_UP)
        .order_by(SessionSeat.asked_at, SessionSeat.id)
    ).all()
    people = [
        Attendee(row.SessionSeat.public_id, row.person, row.company, row.SessionSeat.status) for row in rows
    ]
    waiting = [each for each in people if each.status is SeatStatus.WAITING]
    placed = [each for each in people if each.status is not SeatStatus.WAITING]
    return [*sorted(placed, key=lambda each: each.name.casefold()), *waiting]


def list_session_lessons(actor: Actor) -> list[tuple[UUID, str, str]]:
    """(public id, title of the course, title) of every session lesson in a course's newest version."""
    newer = exists().where(
        _Newer.course_id == CourseVersion.course_id,
        _Newer.status == VersionStatus.PUBLISHED,
        _Newer.number > CourseVersion.number,
    )
    rows = db.session.execute(
        visible(
            select(Lesson.public_id, CourseVersion.title.label("course"), Lesson.title)
            .join(LessonSession, LessonSession.lesson_id == Lesson.id)
            .join(CourseVersion, CourseVersion.id == Lesson.course_version_id),
            actor,
            P.COURSE_VIEW,
            CourseVersion,
        )
        .where(CourseVersion.status == VersionStatus.PUBLISHED, ~newer)
        .order_by(func.lower(CourseVersion.title), Lesson.position, Lesson.id)
    )
    return [(row.public_id, row.course, row.title) for row in rows]


def _spec() -> TableSpec:
    def by_time(statement: Select[Any], when: str) -> Select[Any]:
        if when == "cancelled":
            return statement.where(TrainingSession.cancelled_at.is_not(None))
        is_over = TrainingSession.ends_at <= clock.now()
        return statement.where(
            is_over if when == "past" else ~is_over, TrainingSession.cancelled_at.is_(None)
        )

    options: Sequence[tuple[str, Any]] = [
        ("coming", _l("To come")), ("past", _l("Over")), ("cancelled", _l("Cancelled")),
    ]  # fmt: skip
    return TableSpec(
        key=TrainingSession.id,
        columns=[
            Column("title", _l("Session"), func.lower(TrainingSession.title)),
            Column("starts_at", _l("Begins"), TrainingSession.starts_at),
            Column("place", _l("Place"), func.lower(TrainingSession.place)),
            Column("trainer", _l("Trainer"), func.lower(TrainingSession.trainer)),
            Column("places_taken", _l("Places"), TrainingSession.places_taken),
            Column("waiting", _l("Waiting")),
        ],
        default_sort="starts_at",
        search=[TrainingSession.title, TrainingSession.trainer, TrainingSession.place, Course.title],
        filters=[Filter("when", _l("When"), options, by_time)],
    )


def page_of_sessions(actor: Actor, args: Mapping[str, Any]) -> TablePage:
    """The page of dates that the URL asks for."""
    waiting = (
        select(func.count(SessionSeat.id))
        .where(SessionSeat.session_id == TrainingSession.id, SessionSeat.status == SeatStatus.WAITING)
        .correlate(TrainingSession)
        .scalar_subquery()
    )
    statement = (
        select(TrainingSession, Course.title.label("course"), waiting.label("waiting"))
        .join(Course, Course.id == TrainingSession.course_id)
        .where(or_mine(TrainingSession, actor, P.SESSION_HOLD))
    )
    return paginate(db.session(), statement, _spec(), args)
