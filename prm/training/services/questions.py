"""Writing a quiz: questions with their keys."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import delete, select

from prm.access import Actor
from prm.extensions import db
from prm.training.items import CHOICE_KINDS, Choices, Written, parts_of, read_choices, read_numbers
from prm.training.models import Choice, CourseVersion, Question, QuestionKind
from prm.training.queries.courses import get_question
from prm.training.services import drafts

MAX_PROMPT = 4000


def add_question(
    actor: Actor,
    version_id: UUID,
    *,
    kind: QuestionKind,
    prompt: str,
    explanation: str = "",
    **written: Any,
) -> Question:
    """Add a question at the end of a draft's quiz.

    `written` are the fields of items.Written that the kind has: `choices`, `answer` ± `tolerance`,
    `items`, `pairs` and `targets`, `accepted`. Raises DomainError where the key is not one: exactly one
    right choice of a single, at least one of a multiple.
    """
    version = drafts.lock_draft(actor, version_id)
    question = Question(vendor_id=actor.vendor_id, course_version_id=version.id, kind=kind, position=0)
    kept = _write(question, prompt, explanation, Written(**written))
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
    explanation: str = "",
    **written: Any,
) -> Question:
    """Change a draft's question; its kind stays. Raises as add_question, and Conflict where somebody
    saved since `revision` was read."""
    question = get_question(actor, question_id).question
    drafts.lock_draft_of(actor, question)
    db.session.refresh(question)
    drafts.check_revision(question, revision)
    kept = _write(question, prompt, explanation, Written(**written))
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


def _questions(version: CourseVersion) -> list[Question]:
    return list(
        db.session.scalars(
            select(Question)
            .where(Question.course_version_id == version.id)
            .order_by(Question.position, Question.id)
            .execution_options(populate_existing=True)
        )
    )


def _write(question: Question, prompt: str, explanation: str, written: Written) -> Choices:
    question.prompt = drafts.need(drafts.clean_text(prompt), "prompt", _("Write the question."), MAX_PROMPT)
    question.explanation = drafts.at_most(drafts.clean_text(explanation).strip(), "explanation", MAX_PROMPT)
    if question.kind is QuestionKind.NUMERIC:
        question.numeric_answer, question.tolerance = read_numbers(written)
        return ()
    if question.kind in CHOICE_KINDS:
        return read_choices(question.kind, written.choices)
    question.parts = parts_of(question.kind, written)
    return ()


def _add_choices(question: Question, choices: Choices) -> None:
    db.session.add_all(
        Choice(
            vendor_id=question.vendor_id, question_id=question.id, position=n, text=text, is_correct=is_right
        )
        for n, (text, is_right) in enumerate(choices, 1)
    )
    db.session.flush()
