"""What holders of a completion must redo since a new version of a course changed it.

For renewal by delta: who completed a course holds what they completed; where its newest version
changed something materially since, the lessons listed here (and the quiz, where it changed) are what
is left to do. Nothing listed: the completion is as good as one of the newest version.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select

from prm.extensions import db
from prm.training.models import Completion, Course, Enrolment, Lesson, LessonProgress
from prm.training.models.changes import DeltaEnrolment
from prm.training.queries.learning import OPEN


@dataclass(frozen=True)
class Redo:
    """What one person redoes of one course, by `redo_by` (None: no date was set).

    `lessons` are (public id, title) of those still to do, in order; `has_quiz`: the quiz is to be
    taken again. `completion_key`: the completion that stays and is renewed by doing so.
    """

    user_key: int
    course_key: int
    course_id: UUID
    title: str
    version_key: int
    enrolment_key: int
    completion_key: int
    lessons: tuple[tuple[UUID, str], ...]
    has_quiz: bool
    redo_by: date | None


def list_redo(
    user_keys: Collection[int], course_keys: Collection[int] | None = None
) -> dict[tuple[int, int], Redo]:
    """(user, course) → what they still redo, for people and courses by key (None: every course).

    Two queries. The caller has made sure of the reach.
    """
    statement = (
        select(
            Enrolment.id, Enrolment.user_id, Enrolment.course_id, Enrolment.course_version_id,
            Enrolment.due_on, DeltaEnrolment.completion_id, DeltaEnrolment.has_quiz,
            Course.public_id, Course.title,
        )
        .join(DeltaEnrolment, DeltaEnrolment.enrolment_id == Enrolment.id)
        .join(Course, Course.id == Enrolment.course_id)
        .where(Enrolment.user_id.in_(user_keys), Enrolment.status.in_(OPEN))
    )  # fmt: skip
    if course_keys is not None:
        statement = statement.where(Enrolment.course_id.in_(course_keys))
    rows = db.session.execute(statement).all()
    lessons = _open_lessons([row.id for row in rows])
    return {
        (row.user_id, row.course_id): Redo(
            row.user_id, row.course_id, row.public_id, row.title, row.course_version_id, row.id,
            row.completion_id, tuple(lessons.get(row.id, ())), row.has_quiz, row.due_on,
        )
        for row in rows
    }  # fmt: skip


def _open_lessons(enrolment_keys: Collection[int]) -> dict[int, list[tuple[UUID, str]]]:
    """Enrolment key → (public id, title) of the lessons not done in it, in order."""
    rows = db.session.execute(
        select(Enrolment.id, Lesson.public_id, Lesson.title)
        .join(Lesson, Lesson.course_version_id == Enrolment.course_version_id)
        .outerjoin(
            LessonProgress,
            (LessonProgress.enrolment_id == Enrolment.id) & (LessonProgress.lesson_id == Lesson.id),
        )
        .where(Enrolment.id.in_(enrolment_keys), LessonProgress.id.is_(None))
        .order_by(Enrolment.id, Lesson.position, Lesson.id)
    )
    found: dict[int, list[tuple[UUID, str]]] = {}
    for key, lesson_id, title in rows:
        found.setdefault(key, []).append((lesson_id, title))
    return found


def find_delta(enrolment_key: int) -> tuple[DeltaEnrolment, Completion] | None:
    """That an enrolment (by key) redoes only what changed, and the completion that stays."""
    row = db.session.execute(
        select(DeltaEnrolment, Completion)
        .join(Completion, Completion.id == DeltaEnrolment.completion_id)
        .where(DeltaEnrolment.enrolment_id == enrolment_key)
    ).first()
    return (row[0], row[1]) if row is not None else None
