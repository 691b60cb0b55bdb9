"""Instructor-led sessions: the lesson, planning its dates, changing and cancelling them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import select

from prm.access import Actor, require, visible
from prm.errors import Conflict, DomainError, NotFound
from prm.extensions import db
from prm.infra import clock
from prm.infra.time_zones import is_time_zone
from prm.journal.services import announce, record
from prm.permissions import P
from prm.training.models import CourseVersion, Lesson, LessonKind, VersionStatus
from prm.training.models.sessions import LessonSession, TrainingSession
from prm.training.queries.sessions import get_held
from prm.training.services.authoring import append_lesson
from prm.training.services.content import check_address
from prm.training.services.drafts import check_revision
from prm.training.services.seats import fill_places, lock_session
from prm.training.wording import at_most, clean_line

MAX_PLACES = 10_000


@dataclass(frozen=True)
class Plan:
    """What a date is planned with. `starts` and `ends` are on the clocks of `time_zone`; without a title the
    date is called like its lesson."""

    starts: datetime
    ends: datetime
    time_zone: str
    places: int
    title: str = ""
    place: str = ""
    link: str = ""
    trainer: str = ""


def add_session_lesson(
    actor: Actor, version_id: UUID, *, title: str, body: str, minutes: int | None = None
) -> Lesson:
    """Add a session at the end of a draft; its dates are planned once it is published. Raises as
    append_lesson."""
    lesson = append_lesson(
        actor, version_id, kind=LessonKind.SESSION, title=title, body=body, minutes=minutes
    )
    db.session.add(LessonSession(vendor_id=actor.vendor_id, lesson_id=lesson.id))
    db.session.flush()
    return lesson


def plan_session(actor: Actor, lesson_id: UUID, plan: Plan) -> TrainingSession:
    """Plan a date of a published session lesson. Raises NotFound, DomainError."""
    require(actor, P.SESSION_HOLD)
    found = db.session.execute(
        visible(
            select(CourseVersion.course_id, LessonSession.series, Lesson.title)
            .join(Lesson, Lesson.course_version_id == CourseVersion.id)
            .join(LessonSession, LessonSession.lesson_id == Lesson.id),
            actor,
            P.COURSE_VIEW,
            CourseVersion,
        ).where(Lesson.public_id == lesson_id, CourseVersion.status == VersionStatus.PUBLISHED)
    ).one_or_none()
    if found is None:
        raise NotFound
    session = TrainingSession(
        vendor_id=actor.vendor_id,
        course_id=found.course_id,
        series=found.series,
        title=found.title,
        places_taken=0,
        created_by_id=actor.user_id,
        created_at=clock.now(),
    )
    _write(session, plan)
    db.session.add(session)
    db.session.flush()
    record(actor, "training_session.planned", session, facts=_facts(session))
    return session


def edit_session(actor: Actor, session_id: UUID, plan: Plan, *, revision: int) -> TrainingSession:
    """Change a date that has not begun. Whoever has a place or waits is told where its time or place moved;
    more places go to who waits. Raises NotFound, DomainError, Conflict where somebody saved since `revision`
    was read."""
    require(actor, P.SESSION_HOLD)
    session = _to_come(actor, session_id)
    check_revision(session, revision)
    before = (session.starts_at, session.ends_at, session.place, session.link)
    _write(session, plan)
    session.revision = revision + 1
    db.session.flush()
    record(actor, "training_session.changed", session, facts=_facts(session))
    if (session.starts_at, session.ends_at, session.place, session.link) != before:
        announce(actor, "training_session.moved", session)
    fill_places(actor, session)
    return session


def cancel_session(actor: Actor, session_id: UUID, *, reason: str = "") -> TrainingSession:
    """Cancel a date that has not begun: everybody on it is told, and finds `reason` with the date.

    Raises NotFound, Conflict, DomainError.
    """
    require(actor, P.SESSION_HOLD)
    session = _to_come(actor, session_id)
    session.cancel_reason = at_most(clean_line(reason), "reason", 1000)
    session.cancelled_at = clock.now()
    db.session.flush()
    record(actor, "training_session.cancelled", session)
    return session


def _to_come(actor: Actor, session_id: UUID) -> TrainingSession:
    session = lock_session(get_held(actor, session_id))
    if session.cancelled_at is not None:
        raise Conflict(_("This session is cancelled."))
    if session.starts_at <= clock.now():
        raise Conflict(_("This session has begun: it can be changed no more."))
    return session


def _write(session: TrainingSession, plan: Plan) -> None:
    if not is_time_zone(plan.time_zone):
        raise _wrong("time_zone", _("Use a name such as Europe/Berlin."))
    starts, ends = (
        _instant(each, plan.time_zone, name) for name, each in (("starts", plan.starts), ("ends", plan.ends))
    )
    if starts <= clock.now():
        raise _wrong("starts", _("Choose a time to come."))
    if ends <= starts:
        raise _wrong("ends", _("A session ends after it begins."))
    if not 1 <= plan.places <= MAX_PLACES:
        raise _wrong("places", _("Offer between 1 and %(count)s places.", count=MAX_PLACES))
    if plan.places < session.places_taken:
        message = _("%(count)s places are taken already: offer at least as many.", count=session.places_taken)
        raise _wrong("places", message)
    place, link = at_most(clean_line(plan.place), "place", 300), clean_line(plan.link)
    if link:
        try:
            link = at_most(check_address(link), "link", 2000)
        except DomainError as error:
            raise _wrong("link", str(error)) from None
    if not place and not link:
        raise _wrong("place", _("Say where it takes place, or give a link to join by."))
    session.title = at_most(clean_line(plan.title), "title", 200) or session.title
    session.starts_at, session.ends_at, session.time_zone = starts, ends, plan.time_zone
    session.place, session.link, session.places = place, link, plan.places
    session.trainer = at_most(clean_line(plan.trainer), "trainer", 200)


def _instant(local: datetime, zone_name: str, field: str) -> datetime:
    """A wall clock's time as an instant; of an hour that comes twice, the first."""
    try:
        instant = local.replace(tzinfo=clock.zone(zone_name)).astimezone(UTC)
        is_there = clock.to_zone(instant, zone_name).replace(tzinfo=None) == local
    except OverflowError:
        is_there = False
    if not is_there:
        raise _wrong(field, _("There is no such time in %(zone)s.", zone=zone_name))
    return instant


def _facts(session: TrainingSession) -> dict[str, object]:
    return {
        "starts_at": session.starts_at.isoformat(),
        "ends_at": session.ends_at.isoformat(),
        "places": session.places,
    }


def _wrong(field: str, message: str) -> DomainError:
    return DomainError(message, {field: message})
