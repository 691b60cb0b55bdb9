"""Placement tests: whether one is offered, and the one that somebody takes or took."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select

from prm.extensions import db
from prm.training.models import Lesson, LessonKind
from prm.training.models.placement import PlacementCompletion, PlacementTest
from prm.training.queries.learning import OPEN, LearningItem
from prm.training.queries.quiz import get_rules


def find_placement(enrolment_key: int) -> PlacementTest | None:
    """The placement test of an enrolment (by key), taken or being taken."""
    return db.session.scalars(
        select(PlacementTest)
        .where(PlacementTest.enrolment_id == enrolment_key)
        .execution_options(populate_existing=True)
    ).one_or_none()


def list_placements(enrolment_keys: list[int]) -> dict[int, PlacementTest]:
    """Enrolment key → the placement test that was taken in it."""
    rows = db.session.scalars(
        select(PlacementTest).where(
            PlacementTest.enrolment_id.in_(enrolment_keys), PlacementTest.score_percent.is_not(None)
        )
    )
    return {row.enrolment_id: row for row in rows}


def is_placed(completion_key: int) -> bool:
    """Whether a completion (by key) rests on a placement test and its lessons were not done since."""
    found = db.session.scalars(
        select(PlacementCompletion.id).where(
            PlacementCompletion.completion_id == completion_key,
            PlacementCompletion.lessons_done_at.is_(None),
        )
    )
    return found.first() is not None


def is_offered(item: LearningItem, test: PlacementTest | None) -> bool:
    """Whether the person may take the placement test, or go on with it: before any lesson, and once."""
    return (
        item.status in OPEN
        and not item.is_delta
        and item.questions > 0
        and item.lessons_done == 0
        and item.tasks_waiting == 0
        and item.attempts_used == 0
        and (test is None or test.submitted_at is None)
        and placement_percent(item.version_key) is not None
    )


def placement_percent(version_key: int) -> int | None:
    """The mark of a version's placement test; None where none is offered.

    None is where there is no lesson to skip, or one that only a person's grade proves.
    """
    percent = get_rules(version_key).placement_percent
    if percent is None or not count_lessons(version_key) or has_task(version_key):
        return None
    return percent


def count_lessons(version_key: int) -> int:
    return db.session.execute(
        select(func.count(Lesson.id)).where(Lesson.course_version_id == version_key)
    ).scalar_one()


def has_task(version_key: int) -> bool:
    """Whether a version (by key) has a practical task, which no quiz can prove."""
    task = select(Lesson.id).where(Lesson.course_version_id == version_key, Lesson.kind == LessonKind.TASK)
    return db.session.scalars(task.limit(1)).first() is not None


def list_expired_placements(before: datetime, limit: int = 500) -> list[int]:
    """The keys of open placement tests whose time ended before an instant, at the vendor served."""
    return list(
        db.session.scalars(
            select(PlacementTest.id)
            .where(PlacementTest.submitted_at.is_(None), PlacementTest.ends_at < before)
            .order_by(PlacementTest.ends_at)
            .limit(limit)
        )
    )
