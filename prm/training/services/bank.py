"""Writing the question bank."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import select

from prm.access import Actor, require, visible
from prm.errors import Conflict, NotFound
from prm.extensions import db
from prm.infra import clock
from prm.journal.services import record
from prm.permissions import P
from prm.training.items import Written, parts_of, written_of
from prm.training.models.assessment import BankQuestion, BankQuestionVersion, Difficulty
from prm.training.models.kinds import QuestionKind
from prm.training.queries.bank import fold_topic
from prm.training.queries.quiz import item_of_bank
from prm.training.services.questions import MAX_PROMPT
from prm.training.wording import at_most, clean_line, clean_text, need

MAX_TOPIC = 80


def add_bank_question(
    actor: Actor,
    *,
    topic: str,
    difficulty: Difficulty,
    kind: QuestionKind,
    prompt: str,
    explanation: str = "",
    **written: Any,
) -> BankQuestion:
    """Put a question into the bank. `written` as for a version's own question (services/questions.py).

    Raises DomainError with a field for what is missing or no key.
    """
    require(actor, P.COURSE_EDIT)
    question = BankQuestion(
        vendor_id=actor.vendor_id, created_by_id=actor.user_id, created_at=clock.now(), newest=1
    )
    _file_under(question, topic, difficulty)
    version = _version(actor, kind, prompt, explanation, Written(**written))
    db.session.add(question)
    db.session.flush()
    version.bank_question_id, version.number = question.id, 1
    db.session.add(version)
    db.session.flush()
    record(actor, "bank_question.added", question, facts={"kind": kind.value})
    return question


def edit_bank_question(
    actor: Actor,
    question_id: UUID,
    *,
    revision: int,
    topic: str,
    difficulty: Difficulty,
    prompt: str,
    explanation: str = "",
    **written: Any,
) -> BankQuestion:
    """Change a question of the bank: what it says and its key become a new version of it, so that
    quizzes which are published keep asking the old one. Its kind stays. Raises NotFound, DomainError, and
    Conflict where somebody saved since `revision` was read."""
    question = _locked(actor, question_id)
    _check_revision(question, revision)
    before = db.session.scalars(
        select(BankQuestionVersion).where(
            BankQuestionVersion.bank_question_id == question.id,
            BankQuestionVersion.number == question.newest,
        )
    ).one()
    _file_under(question, topic, difficulty)
    version = _version(actor, before.kind, prompt, explanation, Written(**written))
    if _says(version) != _says(before):
        version.bank_question_id, version.number = question.id, question.newest + 1
        question.newest = version.number
        db.session.add(version)
    question.revision = revision + 1
    db.session.flush()
    record(actor, "bank_question.edited", question, facts={"version": question.newest})
    return question


def retire_bank_question(actor: Actor, question_id: UUID, *, is_retired: bool) -> BankQuestion:
    """Take a question out of use, or back into it. Published quizzes keep it. Raises NotFound."""
    question = _locked(actor, question_id)
    question.retired_at = clock.now() if is_retired else None
    db.session.flush()
    record(actor, "bank_question.retired" if is_retired else "bank_question.restored", question)
    return question


def _locked(actor: Actor, question_id: UUID) -> BankQuestion:
    question = db.session.scalars(
        visible(select(BankQuestion), actor, P.COURSE_EDIT)
        .where(BankQuestion.public_id == question_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if question is None:
        raise NotFound
    return question


def _check_revision(question: BankQuestion, revision: int) -> None:
    if question.revision != revision:
        raise Conflict(
            _("Somebody else saved this while you were writing. Compare both texts, then save again.")
        )


def _file_under(question: BankQuestion, topic: str, difficulty: Difficulty) -> None:
    question.topic = need(clean_line(topic), "topic", _("Enter a topic."), MAX_TOPIC)
    question.topic_folded = need(fold_topic(topic), "topic", _("Enter a topic."), 2 * MAX_TOPIC)
    question.difficulty = difficulty


def _version(
    actor: Actor, kind: QuestionKind, prompt: str, explanation: str, written: Written
) -> BankQuestionVersion:
    return BankQuestionVersion(
        vendor_id=actor.vendor_id,
        kind=kind,
        prompt=need(clean_text(prompt), "prompt", _("Write the question."), MAX_PROMPT),
        explanation=at_most(clean_text(explanation).strip(), "explanation", MAX_PROMPT),
        parts=parts_of(kind, written),
        created_by_id=actor.user_id,
        created_at=clock.now(),
    )


def _says(version: BankQuestionVersion) -> tuple[Any, ...]:
    """What a version says, whatever its ids."""
    return version.prompt, version.explanation, written_of(item_of_bank(version))
