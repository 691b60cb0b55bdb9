"""Two sessions of a course that everybody takes, their dates, and who has a place on them."""

from __future__ import annotations

from datetime import datetime, timedelta

from prm.infra.ids import new_random_id
from prm.training.models import Course, CourseVersion, Enrolment, Lesson, LessonKind
from prm.training.models.sessions import LessonSession, SeatStatus, SessionSeat, TrainingSession
from tests.access.filling import Filler

PLACES, TAKEN = 50, 9  # of the latter: everybody whom rows_learning lets begin the course


def add_sessions(f: Filler, version: CourseVersion, other: Course) -> None:
    """`session` has places for everybody, `held_session` is theirs to give up, `begun_session` to be marked;
    `untaken_session` is of a course that nobody takes, and planned by somebody else than the others."""
    begun = f.now - timedelta(hours=1)
    coming = f.now + timedelta(days=400)
    for position, (name, dates) in enumerate(
        (("session", {"session": coming}), ("held", {"held_session": coming, "begun_session": begun})), 22
    ):
        lesson = f.add(
            Lesson(
                course_version_id=version.id, position=position, kind=LessonKind.SESSION,
                title=f.say("COURSE"), body=f.say("COURSE"),
            ),
            f"{name}_lesson",
        )  # fmt: skip
        series = f.add(LessonSession(lesson_id=lesson.id, series=new_random_id())).series
        for thing, starts in dates.items():
            f.add(_date(f, version.course_id, series, starts, "west", taken=name == "held"), thing)
    f.add(_date(f, other.id, new_random_id(), coming, "admin2"), "untaken_session")


def _date(
    f: Filler, course_id: int, series: object, starts: datetime, planner: str, *, taken: bool = False
) -> TrainingSession:
    return TrainingSession(
        course_id=course_id, series=series, title=f.say("COURSE"), starts_at=starts,
        ends_at=starts + timedelta(hours=3), time_zone="UTC", place="Room 1", trainer="Tara", places=PLACES,
        places_taken=TAKEN if taken else 0,
        created_by_id=f.tenant.people[planner].id, created_at=f.now,
    )  # fmt: skip


def seat_somebody(f: Filler, key: str, enrolment: Enrolment) -> None:
    """A place on the date to come (`<key>.held_seat`), and on the one that has begun (`<key>.seat`)."""
    for thing in ("held_session", "begun_session"):
        session = f.tenant.things[thing]
        f.add(
            SessionSeat(
                session_id=session.id, user_id=enrolment.user_id, partnership_id=enrolment.partnership_id,
                status=SeatStatus.PLACE, asked_at=f.now - timedelta(days=1),
            ),
            f"{key}.seat" if thing == "begun_session" else f"{key}.held_seat",
        )  # fmt: skip
