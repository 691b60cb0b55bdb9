"""The quiz: what an attempt asks, without and with its key; attempts, and what a result may show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import select

from prm.access import Actor, visible
from prm.errors import NotFound
from prm.extensions import db
from prm.permissions import P
from prm.training.drawing import Draw, draw_ids, order_items
from prm.training.items import CHOICE_KINDS, Item, Option, item_of
from prm.training.models import Attempt, Choice, Enrolment, Question, QuestionKind
from prm.training.models.assessment import (
    BankQuestionVersion,
    QuizDraw,
    QuizPool,
    QuizRules,
    QuizSitting,
    Review,
)
from prm.training.queries.courses import list_choices
from prm.training.queries.learning import LearningItem
from prm.training.scoring import Answer, is_right


@dataclass(frozen=True)
class Rules:
    """How a quiz is taken: the row of models/assessment.py, or what holds without one."""

    time_limit_minutes: int | None = None
    wait_minutes: int = 0
    shuffles_questions: bool = False
    shuffles_choices: bool = False
    is_one_at_a_time: bool = False
    review_now: Review = Review.SCORE
    review_over: Review = Review.EXPLANATIONS
    placement_percent: int | None = None

    def review(self, is_over: bool) -> Review:
        return self.review_over if is_over else self.review_now


@dataclass(frozen=True)
class QuizQuestion:
    """A question as a learner gets it: nothing here says what is right."""

    public_id: str
    kind: QuestionKind
    prompt: str
    choices: tuple[tuple[str, str], ...]
    targets: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class ReviewedQuestion:
    """A question of a finished quiz: what the person answered, and whether that was right."""

    prompt: str
    answers: tuple[str, ...]
    is_right: bool
    explanation: str


@dataclass(frozen=True)
class AttemptSummary:
    public_id: UUID
    number: int
    submitted_at: datetime
    correct: int
    questions: int
    score_percent: int
    has_passed: bool


# -- what is asked -----------------------------------------------------------------------------


def get_rules(version_key: int) -> Rules:
    """How the quiz of a version (by key) is taken."""
    row = db.session.scalars(
        select(QuizRules).where(QuizRules.course_version_id == version_key)
    ).one_or_none()
    if row is None:
        return Rules()
    return Rules(
        row.time_limit_minutes, row.wait_minutes, row.shuffles_questions, row.shuffles_choices,
        row.is_one_at_a_time, row.review_now, row.review_over, row.placement_percent,
    )  # fmt: skip


def item_of_question(question: Question, choices: list[Choice]) -> Item:
    """A version's own question with its key."""
    parts = dict(question.parts or {})
    if question.kind in CHOICE_KINDS:
        parts["choices"] = [
            {"id": str(choice.public_id), "text": choice.text, "right": choice.is_correct}
            for choice in choices
        ]
    if question.kind is QuestionKind.NUMERIC and question.numeric_answer is not None:
        parts["answer"] = question.numeric_answer
        parts["tolerance"] = question.tolerance or Decimal(0)
    return item_of(
        str(question.public_id),
        question.kind,
        question.prompt,
        question.explanation,
        parts,
        own_key=question.id,
    )


def item_of_bank(version: BankQuestionVersion) -> Item:
    """A question of the bank with its key."""
    return item_of(
        str(version.public_id),
        version.kind,
        version.prompt,
        version.explanation,
        version.parts,
        bank_key=version.id,
    )


def list_own_items(version_key: int) -> list[Item]:
    """The questions that a version has of its own, in order, with their keys."""
    questions = list(
        db.session.scalars(
            select(Question)
            .where(Question.course_version_id == version_key)
            .order_by(Question.position, Question.id)
        )
    )
    choices = list_choices([question.id for question in questions])
    return [item_of_question(each, choices.get(each.id, [])) for each in questions]


def list_items(version_key: int, seed: str) -> list[Item]:
    """What an attempt with this seed asks, in the order in which it is shown, with the keys: for scoring
    and for what follows it, never for a page before. The same whenever it is asked."""
    own = list_own_items(version_key)
    by_id = {item.id: item for item in _drawn(version_key, seed)}
    rules = get_rules(version_key)
    return order_items(
        seed,
        [*own, *by_id.values()],
        shuffles_questions=rules.shuffles_questions and bool(seed),
        shuffles_choices=rules.shuffles_choices and bool(seed),
    )


def _drawn(version_key: int, seed: str) -> list[Item]:
    """The bank's questions that the seed draws for a published version."""
    draws = db.session.execute(
        select(QuizDraw.id, QuizDraw.questions)
        .where(QuizDraw.course_version_id == version_key)
        .order_by(QuizDraw.position, QuizDraw.id)
    ).all()
    if not draws:
        return []
    pools: dict[int, list[str]] = {}
    for draw_key, public_id in db.session.execute(
        select(QuizPool.draw_id, BankQuestionVersion.public_id)
        .join(BankQuestionVersion, BankQuestionVersion.id == QuizPool.question_version_id)
        .where(QuizPool.draw_id.in_([draw.id for draw in draws]))
    ):
        pools.setdefault(draw_key, []).append(str(public_id))
    ids = draw_ids(seed, [Draw(draw.questions, pools.get(draw.id, [])) for draw in draws])
    found = {
        str(row.public_id): item_of_bank(row)
        for row in db.session.scalars(
            select(BankQuestionVersion).where(BankQuestionVersion.public_id.in_([UUID(each) for each in ids]))
        )
    }
    return [found[each] for each in ids]


def without_key(item: Item) -> QuizQuestion:
    """A question as a learner gets it."""
    return QuizQuestion(item.id, item.kind, item.prompt, _pairs(item.options), _pairs(item.targets))


def list_quiz_questions(version_key: int, seed: str) -> list[QuizQuestion]:
    """What an attempt asks, without anything that says what is right."""
    return [without_key(item) for item in list_items(version_key, seed)]


def _pairs(options: tuple[Option, ...]) -> tuple[tuple[str, str], ...]:
    return tuple((option.id, option.text) for option in options)


# -- being taken -------------------------------------------------------------------------------


def find_sitting(enrolment_key: int, number: int) -> QuizSitting | None:
    """The attempt of that number as it is or was taken."""
    return db.session.scalars(
        select(QuizSitting)
        .where(QuizSitting.enrolment_id == enrolment_key, QuizSitting.number == number)
        .execution_options(populate_existing=True)
    ).one_or_none()


def find_open_sitting(enrolment_key: int) -> QuizSitting | None:
    """The attempt that is being taken, if one is."""
    return db.session.scalars(
        select(QuizSitting)
        .where(QuizSitting.enrolment_id == enrolment_key, QuizSitting.submitted_at.is_(None))
        .order_by(QuizSitting.number.desc())
        .limit(1)
        .execution_options(populate_existing=True)
    ).one_or_none()


def list_expired_sittings(before: datetime, limit: int = 500) -> list[int]:
    """The keys of open sittings whose time ended before an instant, at the vendor served."""
    return list(
        db.session.scalars(
            select(QuizSitting.id)
            .where(QuizSitting.submitted_at.is_(None), QuizSitting.ends_at < before)
            .order_by(QuizSitting.ends_at)
            .limit(limit)
        )
    )


# -- attempts ----------------------------------------------------------------------------------


def list_attempts(enrolment_key: int) -> list[AttemptSummary]:
    """The attempts of an enrolment (by key), the latest first."""
    return list_attempts_of([enrolment_key]).get(enrolment_key, [])


def list_attempts_of(enrolment_keys: list[int]) -> dict[int, list[AttemptSummary]]:
    """The same for several enrolments."""
    found: dict[int, list[AttemptSummary]] = {}
    rows = db.session.execute(
        select(
            Attempt.enrolment_id, Attempt.public_id, Attempt.number, Attempt.submitted_at, Attempt.correct,
            Attempt.questions, Attempt.score_percent, Attempt.has_passed,
        )
        .where(Attempt.enrolment_id.in_(enrolment_keys))
        .order_by(Attempt.number.desc())
    )  # fmt: skip
    for enrolment_key, *values in rows:
        found.setdefault(enrolment_key, []).append(AttemptSummary(*values))
    return found


def find_attempt(enrolment_key: int, number: int) -> AttemptSummary | None:
    """The attempt of that number, if it was submitted."""
    return next((each for each in list_attempts(enrolment_key) if each.number == number), None)


def get_attempt(actor: Actor, attempt_id: UUID) -> Attempt:
    """One of the person's own attempts. Raises NotFound."""
    attempt = db.session.scalars(
        visible(
            select(Attempt).join(Enrolment, Enrolment.id == Attempt.enrolment_id),
            actor,
            P.COURSE_TAKE,
            Enrolment,
        ).where(Attempt.public_id == attempt_id)
    ).one_or_none()
    if attempt is None:
        raise NotFound
    return attempt


def review_of(item: LearningItem) -> Review:
    """What the person may be shown of their attempts, as things stand."""
    return get_rules(item.version_key).review(item.is_quiz_passed or item.attempts_left == 0)


def review_attempt(attempt: Attempt, version_key: int) -> list[ReviewedQuestion]:
    """Question by question, as they were shown, what was answered and whether it was right.

    Only for somebody whom the quiz's rules let see it: it tells the key.
    """
    sitting = find_sitting(attempt.enrolment_id, attempt.number)
    reviewed = []
    for item in list_items(version_key, sitting.seed if sitting else ""):
        answer = attempt.answers.get(item.id)
        reviewed.append(
            ReviewedQuestion(
                item.prompt, say_answer(item, answer), is_right(item.key, answer), item.explanation
            )
        )
    return reviewed


def say_answer(item: Item, answer: Answer | None) -> tuple[str, ...]:
    """A kept answer in words."""
    if answer is None:
        return ()
    texts = {option.id: option.text for option in item.options}
    if isinstance(answer, dict):
        targets = {target.id: target.text for target in item.targets}
        return tuple(
            f"{option.text} – {targets.get(answer.get(option.id, ''), '?')}" for option in item.options
        )
    if item.kind in (QuestionKind.NUMERIC, QuestionKind.TEXT):
        return (str(answer),)
    if item.kind is QuestionKind.ORDERING:
        return tuple(texts.get(each, "?") for each in answer)
    chosen = {answer} if isinstance(answer, str) else set(answer)
    return tuple(option.text for option in item.options if option.id in chosen)
