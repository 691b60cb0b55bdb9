"""The quiz: its questions without their keys, attempts, and what a result may show."""

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
from prm.training.models import Attempt, Choice, Enrolment, Question, QuestionKind
from prm.training.queries.courses import list_choices
from prm.training.scoring import Key, score_answers


@dataclass(frozen=True)
class QuizQuestion:
    """A question as a learner gets it: nothing here says what is right."""

    public_id: UUID
    kind: QuestionKind
    prompt: str
    choices: tuple[tuple[UUID, str], ...]


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


def list_quiz_questions(version_key: int) -> list[QuizQuestion]:
    """The questions of a version without anything that says what is right."""
    choices: dict[int, list[tuple[UUID, str]]] = {}
    for question_key, public_id, text in db.session.execute(
        select(Choice.question_id, Choice.public_id, Choice.text)
        .join(Question, Question.id == Choice.question_id)
        .where(Question.course_version_id == version_key)
        .order_by(Choice.position, Choice.id)
    ):
        choices.setdefault(question_key, []).append((public_id, text))
    rows = db.session.execute(
        select(Question.id, Question.public_id, Question.kind, Question.prompt)
        .where(Question.course_version_id == version_key)
        .order_by(Question.position, Question.id)
    )
    return [QuizQuestion(row.public_id, row.kind, row.prompt, tuple(choices.get(row.id, ()))) for row in rows]


def list_keys(version_key: int) -> list[Key]:
    """What is right, for scoring; never for a page."""
    return [key for _question, _choices, key in _with_keys(version_key)]


def _with_keys(version_key: int) -> list[tuple[Question, list[Choice], Key]]:
    questions = list(
        db.session.scalars(
            select(Question)
            .where(Question.course_version_id == version_key)
            .order_by(Question.position, Question.id)
        )
    )
    choices = list_choices([question.id for question in questions])
    return [(each, choices.get(each.id, []), _key(each, choices.get(each.id, []))) for each in questions]


def _key(question: Question, choices: list[Choice]) -> Key:
    return Key(
        question_id=str(question.public_id),
        kind=question.kind,
        choices=frozenset(str(choice.public_id) for choice in choices),
        right=frozenset(str(choice.public_id) for choice in choices if choice.is_correct),
        number=question.numeric_answer,
        tolerance=question.tolerance or Decimal(0),
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


def review_attempt(attempt: Attempt, version_key: int) -> list[ReviewedQuestion]:
    """Question by question what was answered and whether it was right.

    Only for somebody who has passed or has no attempt left: it tells the key.
    """
    questions = _with_keys(version_key)
    score = score_answers([key for _q, _c, key in questions], attempt.answers)
    reviewed = []
    for question, choices, key in questions:
        answer = attempt.answers.get(key.question_id)
        if question.kind is QuestionKind.NUMERIC:
            shown = (answer,) if isinstance(answer, str) else ()
        else:
            chosen = {answer} if isinstance(answer, str) else set(answer or ())
            shown = tuple(choice.text for choice in choices if str(choice.public_id) in chosen)
        reviewed.append(
            ReviewedQuestion(question.prompt, shown, key.question_id in score.right, question.explanation)
        )
    return reviewed
