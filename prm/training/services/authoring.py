"""Writing courses: the draft's details and lessons."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import select

from prm.access import Actor, require, visible
from prm.accounts.models import JobFunction
from prm.errors import DomainError
from prm.extensions import db
from prm.infra import clock
from prm.infra.markdown import MAX_TEXT
from prm.journal.services import record
from prm.permissions import P
from prm.training.models import Course, CourseVersion, Lesson, LessonKind, SkillLevel
from prm.training.queries.courses import get_lesson
from prm.training.services import drafts
from prm.training.services.attached import drop_content

MAX_ATTEMPTS = 100
MAX_MINUTES = 1000


def create_course(
    actor: Actor,
    *,
    title: str,
    summary: str = "",
    skill_level: SkillLevel = SkillLevel.FOUNDATION,
    job_functions: Sequence[JobFunction] = (),
    pass_mark: int = 80,
    max_attempts: int | None = 3,
) -> CourseVersion:
    """Begin a course; returns its first draft. Raises DomainError without a title.

    `pass_mark` in whole percent of the questions; `max_attempts` None: as many as somebody likes.
    """
    require(actor, P.COURSE_EDIT)
    course = Course(
        vendor_id=actor.vendor_id,
        title="",
        skill_level=skill_level,
        job_functions=[],
        created_by_id=actor.user_id,
        created_at=clock.now(),
    )
    version = CourseVersion(vendor_id=actor.vendor_id, number=1, title="")
    drafts.describe(course, version, title, summary, skill_level, job_functions)
    _set_quiz(version, pass_mark, max_attempts)
    db.session.add(course)
    db.session.flush()
    version.course_id = course.id
    db.session.add(version)
    db.session.flush()
    record(actor, "course.created", course, facts={"title": course.title})
    return version


def edit_version(
    actor: Actor,
    version_id: UUID,
    *,
    revision: int,
    title: str,
    summary: str,
    skill_level: SkillLevel,
    job_functions: Sequence[JobFunction],
    pass_mark: int,
    max_attempts: int | None,
) -> CourseVersion:
    """Change a draft's details. Level and functions are the course's and apply at once.

    `revision` is the one the person saw: raises Conflict where it is no longer the draft's.
    """
    version = drafts.lock_draft(actor, version_id)
    drafts.check_revision(version, revision)
    course = db.session.scalars(
        visible(select(Course), actor, P.COURSE_EDIT).where(Course.id == version.course_id)
    ).one()
    drafts.describe(course, version, title, summary, skill_level, job_functions)
    _set_quiz(version, pass_mark, max_attempts)
    db.session.flush()
    return version


def _set_quiz(version: CourseVersion, pass_mark: int, max_attempts: int | None) -> None:
    if not 0 <= pass_mark <= 100:
        message = _("The pass mark lies between 0 and 100 percent.")
        raise DomainError(message, {"pass_mark": message})
    if max_attempts is not None and not 1 <= max_attempts <= MAX_ATTEMPTS:
        message = _("Allow between 1 and %(count)s attempts.", count=MAX_ATTEMPTS)
        raise DomainError(message, {"max_attempts": message})
    version.pass_mark, version.max_attempts = pass_mark, max_attempts


# -- lessons -----------------------------------------------------------------------------------


def add_lesson(
    actor: Actor, version_id: UUID, *, title: str, body: str, minutes: int | None = None
) -> Lesson:
    """Add a lesson (Markdown) at the end of a draft; `minutes` is how long it takes, about.

    Raises NotFound, Conflict where the version is published, DomainError without title or text.
    """
    return append_lesson(actor, version_id, kind=LessonKind.TEXT, title=title, body=body, minutes=minutes)


def append_lesson(
    actor: Actor, version_id: UUID, *, kind: LessonKind, title: str, body: str, minutes: int | None
) -> Lesson:
    """Add a lesson of any kind; what it is made of is the caller's. Raises as add_lesson."""
    version = drafts.lock_draft(actor, version_id)
    lesson = Lesson(vendor_id=actor.vendor_id, course_version_id=version.id, position=0, kind=kind)
    _write(lesson, title, body, minutes)
    lesson.position = drafts.next_position(_lessons(version))
    db.session.add(lesson)
    db.session.flush()
    return lesson


def edit_lesson(
    actor: Actor, lesson_id: UUID, *, revision: int, title: str, body: str, minutes: int | None
) -> Lesson:
    """Change a draft's lesson. Raises Conflict where somebody saved since `revision` was read."""
    lesson = get_lesson(actor, lesson_id)
    change_lesson(actor, lesson, revision=revision, title=title, body=body, minutes=minutes)
    return lesson


def change_lesson(
    actor: Actor, lesson: Lesson, *, revision: int, title: str, body: str, minutes: int | None
) -> None:
    """Change what lessons of every kind have. Raises as edit_lesson."""
    drafts.lock_draft_of(actor, lesson)
    db.session.refresh(lesson)
    drafts.check_revision(lesson, revision)
    _write(lesson, title, body, minutes)
    # What it is made of may be all that changes: the lesson counts as changed with it.
    lesson.revision = revision + 1 if lesson.kind is not LessonKind.TEXT else lesson.revision
    db.session.flush()


def move_lesson(actor: Actor, lesson_id: UUID, *, step: int) -> bool:
    """Move a lesson up (-1) or down (+1) in its draft; False where it stands at the end."""
    lesson = get_lesson(actor, lesson_id)
    version = drafts.lock_draft_of(actor, lesson)
    is_moved = drafts.swap(_lessons(version), lesson.id, step)
    db.session.flush()
    return is_moved


def delete_lesson(actor: Actor, lesson_id: UUID) -> CourseVersion:
    """Delete a lesson of a draft; returns the draft. Raises NotFound, Conflict if published."""
    lesson = get_lesson(actor, lesson_id)
    version = drafts.lock_draft_of(actor, lesson)
    drop_content(lesson)
    db.session.delete(lesson)
    db.session.flush()
    return version


def _lessons(version: CourseVersion) -> list[Lesson]:
    return list(
        db.session.scalars(
            select(Lesson)
            .where(Lesson.course_version_id == version.id)
            .order_by(Lesson.position, Lesson.id)
            .execution_options(populate_existing=True)
        )
    )


def _write(lesson: Lesson, title: str, body: str, minutes: int | None) -> None:
    lesson.title = drafts.need(drafts.clean_line(title), "title", _("Enter a title."), 200)
    lesson.body = drafts.at_most(drafts.clean_text(body), "body", MAX_TEXT)
    if lesson.kind is LessonKind.TEXT:
        drafts.need(lesson.body, "body", _("Write the lesson."), MAX_TEXT)
    if minutes is not None and not 1 <= minutes <= MAX_MINUTES:
        message = _("Enter between 1 and %(count)s minutes.", count=MAX_MINUTES)
        raise DomainError(message, {"minutes": message})
    lesson.minutes = minutes
