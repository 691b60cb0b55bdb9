"""How the quiz of a draft is taken, and what it draws from the bank."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import delete, insert, select

from prm.access import Actor, visible
from prm.errors import DomainError, NotFound
from prm.extensions import db
from prm.journal.services import record
from prm.permissions import P
from prm.training.models import CourseVersion
from prm.training.models.assessment import (
    BankQuestion,
    BankQuestionVersion,
    Difficulty,
    QuizDraw,
    QuizPool,
    QuizRules,
    Review,
)
from prm.training.queries.bank import fold_topic
from prm.training.services import drafts

MAX_MINUTES = 600
MAX_WAIT = 60 * 24 * 90  # minutes
MAX_DRAWN = 200
_ORDER = list(Review)


def set_rules(
    actor: Actor,
    version_id: UUID,
    *,
    revision: int,
    time_limit_minutes: int | None,
    wait_minutes: int,
    shuffles_questions: bool,
    shuffles_choices: bool,
    is_one_at_a_time: bool,
    review_now: Review,
    review_over: Review,
    placement_percent: int | None = None,
) -> QuizRules:
    """Say how a draft's quiz is taken (models/assessment.py). Raises NotFound, Conflict, DomainError."""
    version = drafts.lock_draft(actor, version_id)
    drafts.check_revision(version, revision)
    if time_limit_minutes is not None and not 1 <= time_limit_minutes <= MAX_MINUTES:
        raise _wrong("time_limit_minutes", _("Allow between 1 and %(count)s minutes.", count=MAX_MINUTES))
    if not 0 <= wait_minutes <= MAX_WAIT:
        raise _wrong("wait_minutes", _("Let people wait for at most %(count)s days.", count=90))
    if _ORDER.index(review_over) < _ORDER.index(review_now):
        raise _wrong("review_over", _("What is shown at the end is at least what is shown before."))
    if placement_percent is not None and not version.pass_mark <= placement_percent <= 100:
        raise _wrong(
            "placement_percent",
            _("Enter between %(mark)s, the pass mark, and 100 percent.", mark=version.pass_mark),
        )
    rules = _rules(version)
    if rules is None:
        rules = QuizRules(vendor_id=actor.vendor_id, course_version_id=version.id)
        db.session.add(rules)
    rules.time_limit_minutes, rules.wait_minutes = time_limit_minutes, wait_minutes
    rules.shuffles_questions, rules.shuffles_choices = shuffles_questions, shuffles_choices
    rules.is_one_at_a_time = is_one_at_a_time
    rules.review_now, rules.review_over = review_now, review_over
    rules.placement_percent = placement_percent
    version.revision = revision + 1
    db.session.flush()
    return rules


def add_draw(
    actor: Actor, version_id: UUID, *, topic: str, difficulty: Difficulty | None, questions: int
) -> QuizDraw:
    """Let a draft's quiz draw some questions of a topic. Raises NotFound, Conflict, DomainError."""
    version = drafts.lock_draft(actor, version_id)
    name = drafts.need(drafts.clean_line(topic), "topic", _("Choose a topic."), 80)
    if not 1 <= questions <= MAX_DRAWN:
        raise _wrong("questions", _("Draw between 1 and %(count)s questions.", count=MAX_DRAWN))
    draws = _draws(version)
    if len(draws) >= 50:
        raise _wrong("topic", _("A quiz has at most %(count)s draws.", count=50))
    draw = QuizDraw(
        vendor_id=actor.vendor_id,
        course_version_id=version.id,
        position=drafts.next_position(draws),
        topic=name,
        topic_folded=fold_topic(name),
        difficulty=difficulty,
        questions=questions,
    )
    db.session.add(draw)
    db.session.flush()
    return draw


def delete_draw(actor: Actor, draw_id: UUID) -> CourseVersion:
    """Take a draw out of a draft's quiz; returns the draft. Raises NotFound, Conflict if published."""
    draw = get_draw(actor, draw_id)
    version = drafts.lock_draft_of(actor, draw)
    db.session.delete(draw)
    db.session.flush()
    return version


def get_draw(actor: Actor, draw_id: UUID) -> QuizDraw:
    """One draw, for its authors. Raises NotFound."""
    draw = db.session.scalars(
        visible(select(QuizDraw), actor, P.COURSE_EDIT).where(QuizDraw.public_id == draw_id)
    ).one_or_none()
    if draw is None:
        raise NotFound
    return draw


def keep_pools(actor: Actor, version: CourseVersion) -> None:
    """Keep what a version that is being published draws from: the bank's questions as they stand now."""
    draws = _draws(version)
    if not draws:
        return
    db.session.execute(delete(QuizPool).where(QuizPool.draw_id.in_([draw.id for draw in draws])))
    rows = []
    for draw in draws:
        statement = (
            select(BankQuestionVersion.id)
            .join(
                BankQuestion,
                (BankQuestion.id == BankQuestionVersion.bank_question_id)
                & (BankQuestion.newest == BankQuestionVersion.number),
            )
            .where(BankQuestion.topic_folded == draw.topic_folded, BankQuestion.retired_at.is_(None))
            .order_by(BankQuestionVersion.id)
        )
        if draw.difficulty is not None:
            statement = statement.where(BankQuestion.difficulty == draw.difficulty)
        rows += [{"draw_id": draw.id, "question_version_id": key} for key in db.session.scalars(statement)]
    db.session.execute(insert(QuizPool), rows)
    record(
        actor,
        "quiz.pool_kept",
        version,
        facts={"draws": len(draws), "questions": len({row["question_version_id"] for row in rows})},
    )


def copy_settings(actor: Actor, source: CourseVersion, draft: CourseVersion) -> None:
    """Give a new draft the rules and the draws of the version that it was copied from."""
    for model in (QuizRules, QuizDraw):
        rows = db.session.scalars(
            select(model).where(model.course_version_id == source.id).order_by(model.id)
        ).all()
        for row in rows:
            db.session.add(model(**_values(row), course_version_id=draft.id))
    db.session.flush()


def _values(row: Any) -> dict[str, Any]:
    passed_over = {"id", "public_id", "course_version_id"}
    return {
        column.key: getattr(row, column.key)
        for column in type(row).__mapper__.column_attrs
        if column.key not in passed_over
    }


def _rules(version: CourseVersion) -> QuizRules | None:
    return db.session.scalars(
        select(QuizRules).where(QuizRules.course_version_id == version.id)
    ).one_or_none()


def _draws(version: CourseVersion) -> list[QuizDraw]:
    return list(
        db.session.scalars(
            select(QuizDraw)
            .where(QuizDraw.course_version_id == version.id)
            .order_by(QuizDraw.position, QuizDraw.id)
            .execution_options(populate_existing=True)
        )
    )


def _wrong(field: str, message: str) -> DomainError:
    return DomainError(message, {field: message})
