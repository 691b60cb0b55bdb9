"""Courses with a session, and dates of it: through the services."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from prm.extensions import db
from prm.infra import clock
from prm.infra.db import transaction
from prm.training import services
from prm.training.models import Course
from prm.training.models.sessions import SessionSeat, TrainingSession
from prm.training.services import seats, sessions
from tests.factories.training import CourseRef
from tests.factories.world import UserRef, VendorRef, World


def make_workshop(world: World, vendor: VendorRef, title: str = "Workshop") -> CourseRef:
    """A published course of nothing but a session."""
    with world.acting(vendor) as actor, transaction():
        version = services.create_course(actor, title=title)
        lesson = sessions.add_session_lesson(
            actor, version.public_id, title=f"{title} day", body="Bring a laptop."
        )
        services.publish_version(actor, version.public_id)
        course = db.session.scalars(select(Course).where(Course.id == version.course_id)).one()
        return CourseRef(
            course.id, course.public_id, version.id, version.public_id, title, (lesson.public_id,)
        )


def plan_of(places: int = 2, days: int = 3, **details: Any) -> sessions.Plan:
    """So many days from now, two hours in Berlin."""
    starts = datetime.combine(clock.today("Europe/Berlin") + timedelta(days=days), datetime.min.time())
    values = {
        "starts": starts + timedelta(hours=10), "ends": starts + timedelta(hours=12),
        "time_zone": "Europe/Berlin", "places": places, "place": "Room 1",
        "link": "https://meet.example.com/room", "trainer": "Tara Trainer",
    }  # fmt: skip
    return sessions.Plan(**{**values, **details})


def plan(
    world: World, vendor: VendorRef, course: CourseRef, *, by: UserRef | None = None, **details: Any
) -> TrainingSession:
    with world.acting(vendor, by) as actor, transaction():
        return sessions.plan_session(actor, course.lessons[0], plan_of(**details))


def sign_up(
    world: World, vendor: VendorRef, user: UserRef, course: CourseRef, session: TrainingSession
) -> SessionSeat:
    """Begin the course and take a place, or wait for one."""
    with world.acting(vendor, user) as actor, transaction():
        services.enrol(actor, course.public_id)
        return seats.sign_up(actor, session.public_id)
