"""A question bank, an exam that draws from it with some weeks of attempts, and a practical task."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from prm.access import Actor, system_actor
from prm.accounts.models import Membership, User
from prm.demo.people import SIGN_INS
from prm.extensions import db
from prm.infra import clock
from prm.infra.db import serve_vendor, transaction
from prm.partners.models import Partnership
from prm.permissions import Role
from prm.training import services as training
from prm.training.items import Item
from prm.training.models import SkillLevel
from prm.training.models.assessment import Difficulty as D
from prm.training.models.assessment import Review
from prm.training.models.kinds import QuestionKind as K
from prm.training.queries import quiz
from prm.training.queries.tasks import get_task
from prm.training.services import bank, quiz_settings, tasks

EXAM = "Lumen Advanced: exam"
PRACTICE = "Lumen in practice: a customer's first dashboard"
TAKERS = 40

BANK: tuple[tuple[str, D, K, str, dict[str, Any], str], ...] = (
    ("Data model", D.EASY, K.SINGLE, "What is a fact?",
     {"choices": [("A number somebody is paid for", True), ("A word to sort by", False),
                  ("A report", False)]},
     "Facts are numbers; dimensions are the words to sort them by."),
    ("Data model", D.MEDIUM, K.SINGLE, "Two departments use one word for two things. What do you make?",
     {"choices": [("Two dimensions", True), ("One dimension with a filter", False), ("Two reports", False)]},
     "Otherwise each reads the other's numbers as its own."),
    ("Data model", D.MEDIUM, K.MULTIPLE, "Which of these are dimensions?",
     {"choices": [("Region", True), ("Month", True), ("Revenue", False), ("Product", True)]},
     "Revenue is a fact."),
    ("Data model", D.HARD, K.MATCHING, "Which belongs to which?",
     {"pairs": [("Revenue", "Fact"), ("Region", "Dimension"), ("Daily at six", "Schedule")],
      "targets": ["Connector"]},
     "A connector brings the data in; it is none of these."),
    ("Data model", D.EASY, K.TEXT, "What is a word to sort numbers by called?",
     {"accepted": [("en", "dimension"), ("en", "a dimension"), ("de", "Dimension")]}, "A dimension."),
    ("Imports", D.EASY, K.NUMERIC, "A file has 12,500 rows, 4 % are rejected. How many are taken?",
     {"answer": "12000", "tolerance": "0"}, "12,500 less 500."),
    ("Imports", D.MEDIUM, K.ORDERING, "In which order do you bring a new source in?",
     {"items": ["Ask who owns the data", "Load a sample", "Map its columns", "Run it dry", "Schedule it"]},
     "A schedule comes last: it repeats whatever went wrong before."),
    ("Imports", D.MEDIUM, K.SINGLE, "A dry run rejects every date. What do you look at first?",
     {"choices": [("How the file writes dates", True), ("The server's clock", False),
                  ("The licence", False), ("The customer's time zone", False)]},
     "Day and month are easily swapped."),
    ("Imports", D.HARD, K.SINGLE, "The same file arrives twice. What happens?",
     {"choices": [("Nothing is counted twice, since rows are known by their key, whatever the file is called",
                   True), ("Everything is counted twice", False), ("It is refused", False)]},
     "Rows are known by their key."),
    ("Imports", D.HARD, K.NUMERIC, "A sync takes 90 s for 6,000 rows. How many seconds for 10,000?",
     {"answer": "150", "tolerance": "5"}, "15 ms a row."),
    ("Imports", D.MEDIUM, K.MULTIPLE, "What does undoing an import take back?",
     {"choices": [("The rows it added", True), ("The changes it made", True), ("Your mapping", False)]},
     "The mapping stays: you will want it for the mended file."),
    ("Imports", D.EASY, K.SINGLE, "Who may run an import?",
     {"choices": [("Whoever has the right to", True), ("Everybody", False), ("Nobody at night", False)]}, ""),
)  # fmt: skip

RUBRIC = (
    ("Questions to the customer", ((0, "none"), (2, "some"), (4, "who reads, what for, how often"))),
    ("The dashboard", ((0, "does not answer them"), (3, "answers most"), (6, "answers all, on one page"))),
    ("Handing over", ((0, "missing"), (2, "described"))),
)
ANSWER = (
    "The operations manager reads it every morning, to see which sites are late. I made one page: late "
    "sites first, then the trend of the week. The team lead got a copy and changed a filter herself."
)


def add_assessment(vendor_id: int, now: datetime, seed: int) -> None:
    """The bank, the exam, the task; what people did with them in the weeks before now."""
    rng = random.Random(f"assessment-{seed}")
    with serve_vendor(vendor_id):
        author = staff_of(vendor_id, Role.CONTENT_AUTHOR)
        takers = list_takers(vendor_id)
        with clock.freeze(now - timedelta(days=45)), transaction():
            exam = _write_exam(author)
            practice, lesson = _write_practice(author)
        for number, actor in enumerate(takers[:TAKERS]):
            at = now - timedelta(days=40 - number * 38 / TAKERS, minutes=rng.randint(0, 400))
            with clock.freeze(at), transaction():
                _take_exam(actor, exam, rng)
        names = {person.name for person in SIGN_INS}
        shown = [actor for actor in takers if actor.name in names]
        with clock.freeze(now - timedelta(hours=3)), transaction():
            for actor in [each for each in takers[TAKERS:] if each.name in names][:2]:
                enrolment = training.enrol(actor, exam)
                training.start_quiz(actor, enrolment.public_id)
        for days, actor, levels in (
            (9, takers[0], (2, 1, 1)),
            (4, takers[1], (0, 1, 0)),
            (2, shown[-1], None),
        ):
            with clock.freeze(now - timedelta(days=days)), transaction():
                enrolment = training.enrol(actor, practice)
                handed = tasks.hand_in(actor, enrolment.public_id, lesson, text=ANSWER)
            if levels is None:
                continue
            with clock.freeze(now - timedelta(days=days - 1)), transaction():
                criteria = get_task(handed.lesson_id).criteria
                chosen = {each.id: place for each, place in zip(criteria, levels, strict=True)}
                feedback = "The page is clear. Say next time who keeps it up to date."
                tasks.grade(author, handed.public_id, levels=chosen, feedback=feedback)


def _write_exam(author: Actor) -> UUID:
    for topic, difficulty, kind, prompt, written, explanation in BANK:
        bank.add_bank_question(
            author, topic=topic, difficulty=difficulty, kind=kind, prompt=prompt, explanation=explanation,
            **written,
        )  # fmt: skip
    version = training.create_course(
        author,
        title=EXAM,
        summary="Six questions out of the bank, a quarter of an hour.",
        skill_level=SkillLevel.ADVANCED,
        pass_mark=60,
        max_attempts=3,
    )
    for topic, difficulty, questions in (
        ("Data model", None, 3),
        ("Imports", None, 2),
        ("Imports", D.HARD, 1),
    ):
        quiz_settings.add_draw(
            author, version.public_id, topic=topic, difficulty=difficulty, questions=questions
        )
    quiz_settings.set_rules(
        author,
        version.public_id,
        revision=version.revision,
        time_limit_minutes=None,
        wait_minutes=60,
        shuffles_questions=True,
        shuffles_choices=True,
        is_one_at_a_time=True,
        review_now=Review.MARKS,
        review_over=Review.EXPLANATIONS,
    )
    training.publish_version(author, version.public_id)
    return version.course.public_id


def _write_practice(author: Actor) -> tuple[UUID, UUID]:
    version = training.create_course(
        author,
        title=PRACTICE,
        summary="Build one for a real customer, and say how it went.",
        skill_level=SkillLevel.EXPERT,
    )
    lesson = tasks.add_task(
        author,
        version.public_id,
        title="A customer's first dashboard",
        body="Build a dashboard with a customer. Hand in what you asked, what you built, and how you handed "
        "it over: a page of text, or a file.",
        minutes=120,
        rubric=RUBRIC,
        pass_percent=60,
        grader_id=author.user_public_id,
    )
    training.publish_version(author, version.public_id)
    return version.course.public_id, lesson.public_id


def _take_exam(actor: Actor, exam: UUID, rng: random.Random) -> None:
    enrolment = training.enrol(actor, exam)
    sitting = training.start_quiz(actor, enrolment.public_id)
    able = rng.random()
    answers = {
        item.id: _answer(item, rng.random() < 0.25 + 0.7 * able, rng)
        for item in quiz.list_items(enrolment.course_version_id, sitting.seed)
    }
    training.submit_attempt(actor, enrolment.public_id, answers)


def _answer(item: Item, knows: bool, rng: random.Random) -> Any:
    ids = sorted(option.id for option in item.options)
    if item.kind is K.NUMERIC:
        return str(item.number) if knows else str(rng.randint(1, 99))
    if item.kind is K.TEXT:
        return item.accepted[0].text.upper() if knows else "a column"
    if item.kind is K.ORDERING:
        return list(item.order) if knows else list(reversed(item.order))
    if item.kind is K.MATCHING:
        return dict(item.pairs) if knows else dict.fromkeys(item.pairs, item.targets[0].id)
    right = sorted(item.right)
    if item.kind is K.SINGLE:
        by_text = sorted((o.text, o.id) for o in item.options if o.id not in item.right)
        return right[0] if knows else rng.choice(by_text)[1]
    return right if knows else ids


def staff_of(vendor_id: int, role: Role) -> Actor:
    """The first person of a role at a vendor."""
    user = db.session.execute(
        select(User.id, User.public_id, User.name)
        .join(Membership, Membership.user_id == User.id)
        .where(Membership.vendor_id == vendor_id, Membership.role == role.value)
        .order_by(User.id)
        .limit(1)
    ).one()
    return Actor(
        role=role, name=user.name, user_id=user.id, user_public_id=user.public_id, vendor_id=vendor_id
    )


def list_takers(vendor_id: int) -> Sequence[Actor]:
    """People of partners, those who sign in to the demo last."""
    system = system_actor(vendor_id)
    rows = db.session.execute(
        select(User.id, User.public_id, User.name, Membership.partner_id, Partnership.id.label("partnership"))
        .join(Membership, Membership.user_id == User.id)
        .join(Partnership, Partnership.partner_id == Membership.partner_id)
        .where(Membership.ended_at.is_(None), User.is_active)
        .order_by(User.id)
    ).all()
    names = {person.name for person in SIGN_INS}
    return [
        Actor(
            role=Role.PARTNER_MEMBER, name=row.name, user_id=row.id, user_public_id=row.public_id,
            vendor_id=system.vendor_id, partner_id=row.partner_id, partnership_id=row.partnership,
        )
        for row in sorted(rows, key=lambda row: (row.name in names, row.id))
    ]  # fmt: skip
