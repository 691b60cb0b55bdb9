"""A workshop held by people on dates of its own, and a course that the experienced may skip by a test."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from prm.access import Actor
from prm.demo.assessment import list_takers, staff_of
from prm.demo.people import SIGN_INS
from prm.extensions import db
from prm.infra import clock
from prm.infra.db import serve_vendor, transaction
from prm.permissions import Role
from prm.training import services as training
from prm.training.models import SkillLevel
from prm.training.models.assessment import Review
from prm.training.models.kinds import QuestionKind as K
from prm.training.models.sessions import SessionSeat, TrainingSession
from prm.training.services import quiz_settings, seats, sessions

WORKSHOP = "Lumen on site: a workshop"
SAFETY = "Working safely with customers' data"
ZONE = "America/New_York"

LESSONS = (
    ("Whose data it is", "The customer's, always. You work on it **at the customer's**, or on a copy that "
     "they know of.\n\nA copy is deleted on the day the work is done, and the customer is told so.", 6),
    ("What you never send", "No export by mail, no screenshot with names in it, no password in a ticket."
     "\n\nAsk for a sample with invented names: most questions need no more.", 6),
)  # fmt: skip
QUESTIONS = (
    ("A customer mails you an export with names in it. What do you do first?",
     [("Tell them, and delete it", True), ("Load it, since it is there", False),
      ("Forward it to support", False)]),
    ("When is a copy of a customer's data deleted?",
     [("On the day the work is done", True), ("After a year", False), ("When somebody asks", False)]),
    ("Which of these may stand in a ticket?",
     [("The number of rows", True), ("The customer's password", False), ("A list of names", False)]),
    ("What is enough for most questions?",
     [("A sample with invented names", True), ("The whole database", False)]),
)  # fmt: skip


def add_workshop(vendor_id: int, now: datetime) -> None:
    """Write both courses six weeks ago; hold a date, fill one, and leave one open."""
    with serve_vendor(vendor_id):
        author = staff_of(vendor_id, Role.CONTENT_AUTHOR)
        manager = staff_of(vendor_id, Role.CHANNEL_MANAGER)
        with clock.freeze(now - timedelta(days=42)), transaction():
            workshop, lesson = _write_workshop(author)
            safety = _write_safety(author)
        names = {person.name for person in SIGN_INS}
        takers = list_takers(vendor_id)
        guests = [actor for actor in takers if actor.name not in names][-9:]
        shown = [actor for actor in takers if actor.name in names]
        with clock.freeze(now - timedelta(days=30)), transaction():
            noon = now.replace(hour=12, minute=0, second=0, microsecond=0, tzinfo=None)
            first = sessions.Plan(
                noon - timedelta(days=12), noon - timedelta(days=12) + timedelta(hours=3), ZONE, 5,
                place="Lumen House, Boston", trainer="Theo Lang",
            )  # fmt: skip
            second = replace(
                first, starts=noon + timedelta(days=11), ends=noon + timedelta(days=11, hours=3), places=4
            )
            third = replace(
                second, starts=noon + timedelta(days=32), ends=noon + timedelta(days=32, hours=3), places=12,
                place="", link="https://meet.lumen.example/workshop",
            )  # fmt: skip
            held, full, _open = [
                sessions.plan_session(manager, lesson, each) for each in (first, second, third)
            ]
        with clock.freeze(now - timedelta(days=20)), transaction():
            for actor in [*guests, *shown]:
                training.enrol(actor, workshop)
            for actor in guests[:5]:
                seats.sign_up(actor, held.public_id)
            for actor in [shown[1], *guests[5:]]:  # one more than there are places
                seats.sign_up(actor, full.public_id)
        with clock.freeze(now - timedelta(days=11)), transaction():
            _hold(manager, held, guests[:4])
        with clock.freeze(now - timedelta(days=9)), transaction():
            for actor in shown:
                training.enrol(actor, safety)


def _hold(manager: Actor, session: TrainingSession, there: Sequence[Actor]) -> None:
    found = db.session.execute(
        select(SessionSeat.public_id, SessionSeat.user_id).where(SessionSeat.session_id == session.id)
    ).all()
    keys = {actor.user_id for actor in there}
    seats.mark_attendance(
        manager,
        session.public_id,
        attended=[row.public_id for row in found if row.user_id in keys],
        absent=[row.public_id for row in found if row.user_id not in keys],
    )


def _write_workshop(author: Actor) -> tuple[UUID, UUID]:
    version = training.create_course(
        author,
        title=WORKSHOP,
        summary="Half a day with a trainer: a customer's data, from the first file to the dashboard.",
        skill_level=SkillLevel.ADVANCED,
    )
    training.add_lesson(
        author,
        version.public_id,
        title="What to bring",
        body="A laptop, and a file of a customer's that you may show. No file? Take our sample.",
        minutes=5,
    )
    lesson = sessions.add_session_lesson(
        author,
        version.public_id,
        title="The workshop",
        body="Three hours in a small group, with time for your own case.",
        minutes=180,
    )
    training.publish_version(author, version.public_id)
    return version.course.public_id, lesson.public_id


def _write_safety(author: Actor) -> UUID:
    version = training.create_course(
        author,
        title=SAFETY,
        summary="What everybody who touches a customer's data knows. Prove it, and skip the lessons.",
        skill_level=SkillLevel.FOUNDATION,
        pass_mark=70,
    )
    for title, body, minutes in LESSONS:
        training.add_lesson(author, version.public_id, title=title, body=body, minutes=minutes)
    for prompt, choices in QUESTIONS:
        training.add_question(author, version.public_id, kind=K.SINGLE, prompt=prompt, choices=choices)
    db.session.refresh(version)
    quiz_settings.set_rules(
        author,
        version.public_id,
        revision=version.revision,
        time_limit_minutes=10,
        wait_minutes=0,
        shuffles_questions=True,
        shuffles_choices=True,
        is_one_at_a_time=False,
        review_now=Review.MARKS,
        review_over=Review.EXPLANATIONS,
        placement_percent=100,
    )
    training.publish_version(author, version.public_id)
    return version.course.public_id
