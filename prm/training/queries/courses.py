"""What is taught: courses, their versions, lessons, questions, images."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from prm.access import Actor, visible
from prm.errors import NotFound
from prm.extensions import db
from prm.infra import clock
from prm.permissions import P
from prm.training.models import (
    Choice,
    Completion,
    Course,
    CourseVersion,
    Enrolment,
    Lesson,
    LessonImage,
    Question,
    SkillLevel,
    VersionStatus,
)
from prm.training.queries.counting import questions_asked
from prm.vendors.models import StoredFile, Vendor


@dataclass(frozen=True)
class PublishedVersion:
    """A published version of a course. `id` and `course_id` are keys, the public ids go into URLs."""

    id: int
    public_id: UUID
    course_id: int
    course_public_id: UUID
    title: str
    summary: str
    number: int
    skill_level: SkillLevel
    job_functions: tuple[str, ...]
    pass_mark: int
    max_attempts: int | None
    lessons: int
    minutes: int
    questions: int
    published_at: datetime


@dataclass(frozen=True)
class AuthoredCourse:
    """A course as its authors see it: what is published, and the draft if there is one."""

    public_id: UUID
    title: str
    skill_level: SkillLevel
    job_functions: tuple[str, ...]
    published: CourseVersion | None
    draft: CourseVersion | None
    learners: int = 0
    completions: int = 0
    created_at: datetime | None = None


@dataclass(frozen=True)
class QuestionWithChoices:
    """A question with its key: for authors only."""

    question: Question
    choices: list[Choice] = field(default_factory=list)


def today_of(actor: Actor) -> date:
    """Today in the vendor's time zone: what due dates are compared with."""
    vendor = db.session.get(Vendor, actor.vendor_id)
    assert vendor is not None
    return clock.today(vendor.time_zone)


# -- the catalogue -----------------------------------------------------------------------------


def list_published_versions(actor: Actor, *, is_newest_only: bool = True) -> list[PublishedVersion]:
    """Published versions by title: the newest of each course, or all of them (newest first)."""
    newest = (
        select(CourseVersion.course_id, func.max(CourseVersion.number).label("number"))
        .where(CourseVersion.status == VersionStatus.PUBLISHED)
        .group_by(CourseVersion.course_id)
        .subquery()
    )
    statement = visible(_published(), actor, P.COURSE_VIEW, CourseVersion)
    if is_newest_only:
        statement = statement.join(
            newest,
            (newest.c.course_id == CourseVersion.course_id) & (newest.c.number == CourseVersion.number),
        )
    rows = db.session.execute(
        statement.order_by(
            func.lower(CourseVersion.title), CourseVersion.course_id, CourseVersion.number.desc()
        )
    )
    return [_as_published(row) for row in rows]


def find_newest_version(actor: Actor, course_id: UUID) -> PublishedVersion | None:
    """The newest published version of a course by its public id, if any."""
    row = db.session.execute(
        visible(_published(), actor, P.COURSE_VIEW, CourseVersion)
        .where(Course.public_id == course_id)
        .order_by(CourseVersion.number.desc())
        .limit(1)
    ).first()
    return _as_published(row) if row is not None else None


def get_published_version(actor: Actor, version_id: int) -> PublishedVersion:
    """One published version by key. Raises NotFound."""
    row = db.session.execute(
        visible(_published(), actor, P.COURSE_VIEW, CourseVersion).where(CourseVersion.id == version_id)
    ).first()
    if row is None:
        raise NotFound
    return _as_published(row)


def _published() -> Any:
    lessons = (
        select(func.count(Lesson.id))
        .where(Lesson.course_version_id == CourseVersion.id)
        .correlate(CourseVersion)
        .scalar_subquery()
    )
    minutes = (
        select(func.coalesce(func.sum(Lesson.minutes), 0))
        .where(Lesson.course_version_id == CourseVersion.id)
        .correlate(CourseVersion)
        .scalar_subquery()
    )
    return (
        select(
            CourseVersion,
            Course,
            lessons.label("lessons"),
            minutes.label("minutes"),
            questions_asked(CourseVersion.id, CourseVersion).label("questions"),
        )
        .join(Course, Course.id == CourseVersion.course_id)
        .where(CourseVersion.status == VersionStatus.PUBLISHED)
    )


def _as_published(row: Any) -> PublishedVersion:
    version, course = row.CourseVersion, row.Course
    return PublishedVersion(
        id=version.id,
        public_id=version.public_id,
        course_id=course.id,
        course_public_id=course.public_id,
        title=version.title,
        summary=version.summary,
        number=version.number,
        skill_level=course.skill_level,
        job_functions=tuple(course.job_functions),
        pass_mark=version.pass_mark,
        max_attempts=version.max_attempts,
        lessons=row.lessons,
        minutes=row.minutes,
        questions=row.questions,
        published_at=version.published_at,
    )


# -- for authors -------------------------------------------------------------------------------


def list_authored_courses(actor: Actor) -> list[AuthoredCourse]:
    """Every course with its newest published version, its draft, and how many take it."""
    courses = list(
        db.session.scalars(visible(select(Course), actor, P.COURSE_EDIT).order_by(func.lower(Course.title)))
    )
    versions: dict[int, list[CourseVersion]] = {}
    for version in db.session.scalars(
        visible(select(CourseVersion), actor, P.COURSE_EDIT).order_by(CourseVersion.number.desc())
    ):
        versions.setdefault(version.course_id, []).append(version)
    learners = _counts(Enrolment.course_id, func.count(Enrolment.user_id.distinct()))
    completions = _counts(Completion.course_id, func.count(Completion.user_id.distinct()))
    return [
        AuthoredCourse(
            public_id=course.public_id,
            title=course.title,
            skill_level=course.skill_level,
            job_functions=tuple(course.job_functions),
            published=_first(versions.get(course.id, ()), VersionStatus.PUBLISHED),
            draft=_first(versions.get(course.id, ()), VersionStatus.DRAFT),
            learners=learners.get(course.id, 0),
            completions=completions.get(course.id, 0),
            created_at=course.created_at,
        )
        for course in courses
    ]


def list_drafts(actor: Actor, limit: int) -> list[CourseVersion]:
    """The versions being written, by title."""
    drafts = (
        visible(select(CourseVersion), actor, P.COURSE_EDIT)
        .join(Course, Course.id == CourseVersion.course_id)
        .where(CourseVersion.status == VersionStatus.DRAFT)
        .options(selectinload(CourseVersion.course))
    )
    return list(db.session.scalars(drafts.order_by(func.lower(Course.title), CourseVersion.id).limit(limit)))


def _counts(key: Any, counted: Any) -> dict[int, int]:
    rows = db.session.execute(select(key, counted).group_by(key))
    return {course_id: count for course_id, count in rows}  # noqa: C416 - a result is not a dict's argument


def _first(versions: Sequence[CourseVersion], status: VersionStatus) -> CourseVersion | None:
    return next((version for version in versions if version.status is status), None)


def get_course(actor: Actor, course_id: UUID) -> Course:
    """One course by public id, for its authors. Raises NotFound."""
    course = db.session.scalars(
        visible(select(Course), actor, P.COURSE_EDIT).where(Course.public_id == course_id)
    ).one_or_none()
    if course is None:
        raise NotFound
    return course


def get_version(actor: Actor, version_id: UUID) -> CourseVersion:
    """One version, draft or published, for its authors. Raises NotFound."""
    version = db.session.scalars(
        visible(select(CourseVersion), actor, P.COURSE_EDIT).where(CourseVersion.public_id == version_id)
    ).one_or_none()
    if version is None:
        raise NotFound
    return version


def get_course_of(actor: Actor, version: CourseVersion) -> Course:
    """The course of a version."""
    return db.session.scalars(
        visible(select(Course), actor, P.COURSE_EDIT).where(Course.id == version.course_id)
    ).one()


def get_version_of(actor: Actor, part: Lesson | Question) -> CourseVersion:
    """The version that a lesson or a question stands in."""
    return db.session.scalars(
        visible(select(CourseVersion), actor, P.COURSE_EDIT).where(CourseVersion.id == part.course_version_id)
    ).one()


def find_draft(actor: Actor, course_id: int) -> CourseVersion | None:
    """The draft of a course (by key), if there is one."""
    return db.session.scalars(
        visible(select(CourseVersion), actor, P.COURSE_EDIT).where(
            CourseVersion.course_id == course_id, CourseVersion.status == VersionStatus.DRAFT
        )
    ).one_or_none()


def list_versions(actor: Actor, course_id: int) -> list[CourseVersion]:
    """All versions of a course (by key), the newest first."""
    return list(
        db.session.scalars(
            visible(select(CourseVersion), actor, P.COURSE_EDIT)
            .where(CourseVersion.course_id == course_id)
            .order_by(CourseVersion.number.desc())
        )
    )


def get_lesson(actor: Actor, lesson_id: UUID) -> Lesson:
    """One lesson for its authors. Raises NotFound."""
    lesson = db.session.scalars(
        visible(select(Lesson), actor, P.COURSE_EDIT).where(Lesson.public_id == lesson_id)
    ).one_or_none()
    if lesson is None:
        raise NotFound
    return lesson


def list_lessons(actor: Actor, version_id: int) -> list[Lesson]:
    """The lessons of a version (by key), in order."""
    return list(
        db.session.scalars(
            visible(select(Lesson), actor, P.COURSE_VIEW)
            .where(Lesson.course_version_id == version_id)
            .order_by(Lesson.position, Lesson.id)
        )
    )


def get_question(actor: Actor, question_id: UUID) -> QuestionWithChoices:
    """One question with its key, for its authors. Raises NotFound."""
    question = db.session.scalars(
        visible(select(Question), actor, P.COURSE_EDIT).where(Question.public_id == question_id)
    ).one_or_none()
    if question is None:
        raise NotFound
    return QuestionWithChoices(question, list_choices([question.id]).get(question.id, []))


def list_questions(actor: Actor, version_id: int) -> list[QuestionWithChoices]:
    """The questions of a version (by key) with their keys, in order: for authors only."""
    questions = list(
        db.session.scalars(
            visible(select(Question), actor, P.COURSE_EDIT)
            .where(Question.course_version_id == version_id)
            .order_by(Question.position, Question.id)
        )
    )
    choices = list_choices([question.id for question in questions])
    return [QuestionWithChoices(question, choices.get(question.id, [])) for question in questions]


def list_choices(question_ids: Sequence[int]) -> dict[int, list[Choice]]:
    """The choices, right and wrong, of questions by their keys."""
    found: dict[int, list[Choice]] = {}
    for choice in db.session.scalars(
        select(Choice).where(Choice.question_id.in_(question_ids)).order_by(Choice.position, Choice.id)
    ):
        found.setdefault(choice.question_id, []).append(choice)
    return found


def list_images(course_id: int) -> list[LessonImage]:
    """The images of a course (by key), the newest first."""
    return list(
        db.session.scalars(
            select(LessonImage).where(LessonImage.course_id == course_id).order_by(LessonImage.id.desc())
        )
    )


def get_image_file(actor: Actor, image_id: UUID) -> StoredFile:
    """The file of a lesson's image. Raises NotFound."""
    stored = db.session.scalars(
        visible(
            select(StoredFile).join(LessonImage, LessonImage.file_id == StoredFile.id),
            actor,
            P.COURSE_VIEW,
            LessonImage,
        ).where(LessonImage.public_id == image_id)
    ).one_or_none()
    if stored is None:
        raise NotFound
    return stored
