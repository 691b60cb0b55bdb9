"""How many questions a quiz asks: its own, and those that it draws."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select

from prm.extensions import db
from prm.training.models import Question
from prm.training.models.assessment import QuizDraw


def questions_asked(version_key: Any, correlated: Any) -> Any:
    """An expression for the number of questions of the version whose key the column holds."""
    own = select(func.count(Question.id)).where(Question.course_version_id == version_key)
    drawn = select(func.coalesce(func.sum(QuizDraw.questions), 0)).where(
        QuizDraw.course_version_id == version_key
    )
    return own.correlate(correlated).scalar_subquery() + drawn.correlate(correlated).scalar_subquery()


def count_questions(version_key: int) -> int:
    """How many questions the quiz of a version (by key) asks."""
    own = db.session.scalar(select(func.count(Question.id)).where(Question.course_version_id == version_key))
    drawn = db.session.scalar(
        select(func.coalesce(func.sum(QuizDraw.questions), 0)).where(
            QuizDraw.course_version_id == version_key
        )
    )
    return int(own or 0) + int(drawn or 0)
