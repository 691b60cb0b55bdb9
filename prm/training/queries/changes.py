"""What a version of a course changed since the one before: compared, and as its author said."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import inspect, select

from prm.extensions import db
from prm.training.models import CourseVersion, Lesson, Question, VersionStatus
from prm.training.models.assessment import QuizDraw
from prm.training.models.changes import ChangeKind, LessonChange, VersionChange
from prm.training.models.content import LessonFile, LessonLink, LessonPackage, LessonVideo
from prm.training.models.tasks import LessonTask
from prm.training.queries.courses import list_choices

_CONTENT = (LessonPackage, LessonVideo, LessonFile, LessonLink, LessonTask)
_OWN = frozenset(
    {"id", "public_id", "vendor_id", "lesson_id", "question_id", "course_version_id", "revision"}
)


@dataclass(frozen=True)
class ChangedLesson:
    """A lesson that is new or differs from what it was copied from."""

    key: int
    lesson_id: UUID
    title: str
    is_new: bool


@dataclass(frozen=True)
class Delta:
    """What is redone from one version to a later one, by keys.

    `carried`: lesson of the later version → the lesson of the earlier one that stands for it. All
    other lessons are to be done. `has_quiz`: so is the quiz.
    """

    carried: dict[int, int]
    redone: frozenset[int]
    has_quiz: bool

    @property
    def is_material(self) -> bool:
        return bool(self.redone) or self.has_quiz


def list_changed_lessons(version: CourseVersion) -> list[ChangedLesson]:
    """The lessons of a version after the first that are new or differ from what they were copied from."""
    rows = db.session.execute(
        select(Lesson, LessonChange)
        .outerjoin(LessonChange, LessonChange.lesson_id == Lesson.id)
        .where(Lesson.course_version_id == version.id)
        .order_by(Lesson.position, Lesson.id)
    ).all()
    origins = {
        each.id: each
        for each in db.session.scalars(
            select(Lesson).where(Lesson.id.in_([c.origin_id for _lesson, c in rows if c and c.origin_id]))
        )
    }
    content = _content_of([lesson.id for lesson, _change in rows] + list(origins))
    found = []
    for lesson, change in rows:
        origin = origins.get(change.origin_id) if change is not None and change.origin_id else None
        if origin is None:
            found.append(ChangedLesson(lesson.id, lesson.public_id, lesson.title, True))
        elif _text_of(lesson) != _text_of(origin) or content.get(lesson.id) != content.get(origin.id):
            found.append(ChangedLesson(lesson.id, lesson.public_id, lesson.title, False))
    return found


def _text_of(lesson: Lesson) -> tuple[Any, ...]:
    return (lesson.kind, lesson.title, lesson.body, lesson.minutes)


def _content_of(lesson_keys: Collection[int]) -> dict[int, list[tuple[Any, ...]]]:
    """Lesson key → what it is made of beside its text, comparable."""
    found: dict[int, list[tuple[Any, ...]]] = {}
    for model in _CONTENT:
        names = [each.key for each in inspect(model).column_attrs if each.key not in _OWN]
        for row in db.session.scalars(select(model).where(model.lesson_id.in_(lesson_keys))):
            found.setdefault(row.lesson_id, []).append(tuple(getattr(row, name) for name in names))
    return found


def is_quiz_changed(version: CourseVersion) -> bool:
    """Whether questions, answers or pass mark differ from the version before."""
    before = find_version_before(version)
    if before is None:
        return False
    return version.pass_mark != before.pass_mark or _quiz_of(version.id) != _quiz_of(before.id)


def _quiz_of(version_key: int) -> list[tuple[Any, ...]]:
    questions = list(
        db.session.scalars(
            select(Question)
            .where(Question.course_version_id == version_key)
            .order_by(Question.position, Question.id)
        )
    )
    choices = list_choices([question.id for question in questions])
    drawn: list[tuple[Any, ...]] = [
        (each.topic_folded, each.difficulty, each.questions)
        for each in db.session.scalars(
            select(QuizDraw).where(QuizDraw.course_version_id == version_key).order_by(QuizDraw.position)
        )
    ]
    return drawn + [
        (
            question.kind, question.prompt, question.numeric_answer, question.tolerance,
            [(choice.text, choice.is_correct) for choice in choices.get(question.id, ())],
        )
        for question in questions
    ]  # fmt: skip


def find_version_before(version: CourseVersion) -> CourseVersion | None:
    """The version published before, if any."""
    return db.session.scalars(
        select(CourseVersion)
        .where(CourseVersion.course_id == version.course_id, CourseVersion.number < version.number)
        .order_by(CourseVersion.number.desc())
        .limit(1)
    ).one_or_none()


def get_delta(earlier: CourseVersion, later: CourseVersion) -> Delta:
    """What somebody who completed the earlier version redoes to have completed the later one.

    A lesson is redone if it is new, or any version between changed it materially.
    """
    versions = list(
        db.session.scalars(
            select(CourseVersion)
            .where(
                CourseVersion.course_id == later.course_id,
                CourseVersion.number > earlier.number,
                CourseVersion.number <= later.number,
                CourseVersion.status == VersionStatus.PUBLISHED,
            )
            .order_by(CourseVersion.number)
        )
    )
    keys = [each.id for each in versions]
    lessons: dict[int, list[int]] = {}
    for key, lesson in db.session.execute(
        select(Lesson.course_version_id, Lesson.id).where(Lesson.course_version_id.in_([*keys, earlier.id]))
    ):
        lessons.setdefault(key, []).append(lesson)
    changes = {
        row.lesson_id: row
        for row in db.session.scalars(
            select(LessonChange)
            .join(Lesson, Lesson.id == LessonChange.lesson_id)
            .where(Lesson.course_version_id.in_(keys))
        )
    }
    quizzes = db.session.scalars(select(VersionChange.quiz).where(VersionChange.course_version_id.in_(keys)))
    # Lesson of the version looked at → the earlier version's, None where it is to be done; an editorial
    # new lesson stands for itself: nobody who was through with the course needs to read it.
    now: dict[int, int | None] = {lesson: lesson for lesson in lessons.get(earlier.id, ())}
    for version in versions:
        now = {lesson: _origin_in(now, lesson, changes.get(lesson)) for lesson in lessons.get(version.id, ())}
    return Delta(
        {lesson: origin for lesson, origin in now.items() if origin is not None},
        frozenset(lesson for lesson, origin in now.items() if origin is None),
        ChangeKind.MATERIAL in set(quizzes),
    )


def _origin_in(before: dict[int, int | None], lesson: int, change: LessonChange | None) -> int | None:
    if change is None or change.change is ChangeKind.MATERIAL:
        return None
    if change.origin_id is None:
        return lesson
    return before.get(change.origin_id, lesson)
