"""Writing a quiz: questions with their keys."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import delete, select

from prm.access import Actor
from prm.errors import DomainError
from prm.extensions import db
from prm.training.models import Choice, CourseVersion, Question, QuestionKind
from prm.training.queries.courses import get_question
from prm.training.scoring import parse_number
from prm.training.services import drafts

MAX_CHOICES = 20
MAX_PROMPT = 4000

Choices = Sequence[tuple[str, bool]]  # text, whether it is right


def add_question(
    actor: Actor,
    version_id: UUID,
    *,
    kind: QuestionKind,
    prompt: str,
    choices: Choices = (),
    answer: str | Decimal | None = None,
    tolerance: str | Decimal = "0",
    explanation: str = "",
) -> Question:
    """Add a question at the end of a draft's quiz.

    `choices` for the kinds that have some; `answer` ± `tolerance` for a number. Raises DomainError
    where the key is not one: exactly one right choice of a single, at least one of a multiple.
    """
    version = drafts.lock_draft(actor, version_id)
    question = Question(vendor_id=actor.vendor_id, course_version_id=version.id, kind=kind, position=0)
    kept = _write(question, prompt, choices, answer, tolerance, explanation)
    question.position = drafts.next_position(_questions(version))
    db.session.add(question)
    db.session.flush()
    _add_choices(question, kept)
    return question


def edit_question(
    actor: Actor,
    question_id: UUID,
    *,
    revision: int,
    prompt: str,
    choices: Choices = (),
    answer: str | Decimal | None = None,
    tolerance: str | Decimal = "0",
    explanation: str = "",
) -> Question:
    """Change a draft's question; its kind stays. Raises as add_question, and Conflict where somebody
    saved since `revision` was read."""
    question = get_question(actor, question_id).question
    drafts.lock_draft_of(actor, question)
    db.session.refresh(question)
    drafts.check_revision(question, revision)
    kept = _write(question, prompt, choices, answer, tolerance, explanation)
    # Choices alone may have changed: the question counts as changed with them.
    question.revision = revision + 1
    db.session.flush()
    db.session.execute(delete(Choice).where(Choice.question_id == question.id))
    _add_choices(question, kept)
    return question


def move_question(actor: Actor, question_id: UUID, *, step: int) -> bool:
    """Move a question up (-1) or down (+1) in its draft; False where it stands at the end."""
    question = get_question(actor, question_id).question
    version = drafts.lock_draft_of(actor, question)
    is_moved = drafts.swap(_questions(version), question.id, step)
    db.session.flush()
    return is_moved


def delete_question(actor: Actor, question_id: UUID) -> CourseVersion:
    """Delete a question of a draft; returns the draft. Raises NotFound, Conflict if published."""
    question = get_question(actor, question_id).question
    version = drafts.lock_draft_of(actor, question)
    db.session.execute(delete(Choice).where(Choice.question_id == question.id))
    db.session.delete(question)
    db.session.flush()
    return version


def check_choices(kind: QuestionKind, choices: Choices) -> None:
    """Raises DomainError where these choices are no key for a question of the kind."""
    if len(choices) < 2:
        raise _wrong_choices(_("Write at least two choices."))
    if len({text.casefold() for text, _right in choices}) < len(choices):
        raise _wrong_choices(_("Two choices say the same."))
    right = sum(is_right for _text, is_right in choices)
    if kind is QuestionKind.SINGLE and right != 1:
        raise _wrong_choices(_("Mark exactly one choice as right."))
    if kind is QuestionKind.MULTIPLE and right < 1:
        raise _wrong_choices(_("Mark at least one choice as right."))


def _wrong_choices(message: str) -> DomainError:
    return DomainError(message, {"choices": message})


def _questions(version: CourseVersion) -> list[Question]:
    return list(
        db.session.scalars(
            select(Question)
            .where(Question.course_version_id == version.id)
            .order_by(Question.position, Question.id)
            .execution_options(populate_existing=True)
        )
    )


def _write(
    question: Question,
    prompt: str,
    choices: Choices,
    answer: str | Decimal | None,
    tolerance: str | Decimal,
    explanation: str,
) -> Choices:
    question.prompt = drafts.need(drafts.clean_text(prompt), "prompt", _("Write the question."), MAX_PROMPT)
    question.explanation = drafts.at_most(drafts.clean_text(explanation).strip(), "explanation", MAX_PROMPT)
    if question.kind is QuestionKind.NUMERIC:
        number, margin = _number(answer, "answer"), _number(tolerance, "tolerance")
        if margin < 0:
            message = _("The tolerance is zero or more.")
            raise DomainError(message, {"tolerance": message})
        question.numeric_answer, question.tolerance = number, margin
        return ()
    kept = [(drafts.clean_line(text), is_right) for text, is_right in choices]
    if any(is_right and not text for text, is_right in kept):
        raise _wrong_choices(_("A choice that is marked as right has no text."))
    kept = [(drafts.at_most(text, "choices", 500), is_right) for text, is_right in kept if text]
    if len(kept) > MAX_CHOICES:
        raise _wrong_choices(_("A question has at most %(count)s choices.", count=MAX_CHOICES))
    check_choices(question.kind, kept)
    return kept


def _number(value: str | Decimal | None, field: str) -> Decimal:
    number = parse_number(str(value)) if value is not None else None
    if number is None:
        message = _("Enter a number such as 3.5, without thousands separators.")
        raise DomainError(message, {field: message})
    return number


def _add_choices(question: Question, choices: Choices) -> None:
    db.session.add_all(
        Choice(
            vendor_id=question.vendor_id, question_id=question.id, position=n, text=text, is_correct=is_right
        )
        for n, (text, is_right) in enumerate(choices, 1)
    )
    db.session.flush()
