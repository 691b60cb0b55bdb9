"""A question bank, quizzes that draw from it, and practical tasks: through the services."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import select

from prm.extensions import db
from prm.infra.db import transaction
from prm.training import services
from prm.training.models import Course
from prm.training.models.assessment import BankQuestion, Difficulty, Review
from prm.training.models.kinds import QuestionKind
from prm.training.models.tasks import TaskSubmission
from prm.training.queries import quiz
from prm.training.services import bank, quiz_settings, tasks
from tests.factories.training import CourseRef
from tests.factories.world import UserRef, VendorRef, World

# A question of each kind. What only a key says carries KEYCANARY, or is a number nobody guesses.
KINDS: dict[QuestionKind, dict[str, Any]] = {
    QuestionKind.SINGLE: {
        "prompt": "Which port?",
        "choices": [("Port 80", False), ("Port 8443", True), ("Port 25", False)],
    },
    QuestionKind.MULTIPLE: {
        "prompt": "What does a backup hold?",
        "choices": [("Settings", True), ("Passwords", False), ("Records", True)],
    },
    QuestionKind.NUMERIC: {"prompt": "How many litres?", "answer": "98765.4321", "tolerance": "0.0777"},
    QuestionKind.ORDERING: {
        "prompt": "In which order?",
        "items": ["Back up", "Drain the node", "Update it", "Let it take work again"],
    },
    QuestionKind.MATCHING: {
        "prompt": "Which belongs to which?",
        "pairs": [("Web", "Port 443"), ("Mail", "Port 587"), ("Names", "Port 53")],
        "targets": ["Port 9"],
    },
    QuestionKind.TEXT: {
        "prompt": "What is it called?",
        "accepted": [("en", "KEYCANARY backup"), ("de", "KEYCANARY Sicherung")],
    },
}

RUBRIC = (
    ("Diagnosis", ((0, "missing"), (3, "right"), (5, "right, with its reason"))),
    ("Repair", ((0, "does not work"), (5, "works"))),
)


def add_questions(
    world: World,
    vendor: VendorRef,
    count: int,
    *,
    topic: str = "Networks",
    difficulty: Difficulty = Difficulty.MEDIUM,
) -> list[UUID]:
    """As many questions with one right choice: "right 1" is right, "wrong 1" is not."""
    with world.acting(vendor) as actor, transaction():
        return [
            bank.add_bank_question(
                actor,
                topic=topic,
                difficulty=difficulty,
                kind=QuestionKind.SINGLE,
                prompt=f"{topic}, {difficulty.value}: question {number}?",
                choices=[(f"right {number}", True), (f"wrong {number}", False), (f"other {number}", False)],
                explanation=f"KEYCANARY {number}",
            ).public_id
            for number in range(1, count + 1)
        ]


def add_every_kind(world: World, vendor: VendorRef, topic: str = "Every kind") -> list[UUID]:
    """A question of each kind."""
    with world.acting(vendor) as actor, transaction():
        return [
            bank.add_bank_question(
                actor,
                topic=topic,
                difficulty=Difficulty.EASY,
                kind=kind,
                explanation=f"KEYCANARY {kind.value}",
                **written,
            ).public_id
            for kind, written in KINDS.items()
        ]


def make_exam(
    world: World,
    vendor: VendorRef,
    title: str = "Exam",
    *,
    draws: tuple[tuple[str, Difficulty | None, int], ...] = (),
    rules: dict[str, Any] | None = None,
    max_attempts: int | None = 3,
    pass_mark: int = 60,
    with_task: bool = False,
    grader: UserRef | None = None,
    is_published: bool = True,
) -> CourseRef:
    """A course of nothing but a quiz that draws, and perhaps a practical task; published."""
    with world.acting(vendor) as actor, transaction():
        version = services.create_course(actor, title=title, pass_mark=pass_mark, max_attempts=max_attempts)
        lessons = ()
        if with_task:
            lesson = tasks.add_task(
                actor,
                version.public_id,
                title="Mend the node",
                body="Mend it, and say how.",
                rubric=RUBRIC,
                grader_id=grader.public_id if grader else None,
            )
            lessons = (lesson.public_id,)
        for topic, difficulty, questions in draws:
            quiz_settings.add_draw(
                actor, version.public_id, topic=topic, difficulty=difficulty, questions=questions
            )
        if rules is not None:
            values = {
                "time_limit_minutes": None, "wait_minutes": 0, "shuffles_questions": False,
                "shuffles_choices": False, "is_one_at_a_time": False, "review_now": Review.SCORE,
                "review_over": Review.EXPLANATIONS,
            }  # fmt: skip
            quiz_settings.set_rules(
                actor, version.public_id, revision=version.revision, **{**values, **rules}
            )
        if is_published:
            services.publish_version(actor, version.public_id)
        course = db.session.scalars(select(Course).where(Course.id == version.course_id)).one()
        return CourseRef(course.id, course.public_id, version.id, version.public_id, title, tuple(lessons))


def right_answers(course: CourseRef, seed: str, wrong: int = 0) -> dict[str, Any]:
    """The right answers of the attempt with this seed, but for the first `wrong` ones."""
    answers: dict[str, Any] = {}
    for place, item in enumerate(quiz.list_items(course.version_id, seed)):
        if place < wrong:
            answers[item.id] = next(o.id for o in item.options if o.id not in item.right)
        elif item.right:
            ids = sorted(item.right)
            answers[item.id] = ids[0] if item.kind is QuestionKind.SINGLE else ids
        elif item.kind is QuestionKind.NUMERIC:
            answers[item.id] = str(item.number)
        elif item.kind is QuestionKind.ORDERING:
            answers[item.id] = {each: str(n) for n, each in enumerate(item.order, 1)}
        elif item.kind is QuestionKind.MATCHING:
            answers[item.id] = dict(item.pairs)
        else:
            answers[item.id] = item.accepted[0].text
    return answers


def take(world: World, vendor: VendorRef, user: UserRef, course: CourseRef, *, wrong: int = 0) -> UUID:
    """Take one attempt of an exam, with some answers wrong; returns the attempt."""
    with world.acting(vendor, user) as actor, transaction():
        enrolment = services.enrol(actor, course.public_id)
        sitting = services.start_quiz(actor, enrolment.public_id)
        answers = right_answers(course, sitting.seed, wrong)
        return services.submit_attempt(actor, enrolment.public_id, answers).public_id


def hand_in(world: World, vendor: VendorRef, user: UserRef, course: CourseRef, **what: Any) -> TaskSubmission:
    """Hand in a text, or what is given, for the course's first lesson."""
    with world.acting(vendor, user) as actor, transaction():
        enrolment = services.enrol(actor, course.public_id)
        return tasks.hand_in(
            actor, enrolment.public_id, course.lessons[0], **(what or {"text": "I mended it."})
        )


def newest_bank_question(world: World, vendor: VendorRef) -> BankQuestion:
    with world.acting(vendor):
        return db.session.scalars(select(BankQuestion).order_by(BankQuestion.id.desc())).first()
