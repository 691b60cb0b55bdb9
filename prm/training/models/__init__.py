"""Tables of training."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from prm.accounts.models import User
from prm.extensions import db
from prm.infra.db import (
    ExactDecimal,
    Keyed,
    UtcDateTime,
    VendorOwned,
    enum_column,
    tenant_key,
    tenant_table,
)
from prm.infra.ids import new_random_id
from prm.training.models.kinds import QuestionKind
from prm.training.models.versioned import SkillLevel as SkillLevel
from prm.training.models.versioned import Taught, TaughtVersion
from prm.training.models.versioned import VersionStatus as VersionStatus


class LessonKind(StrEnum):
    """What a lesson is made of; everything but its text stands in models/content.py."""

    TEXT = "text"
    PACKAGE = "package"  # SCORM
    VIDEO = "video"
    FILE = "file"
    LINK = "link"
    TASK = "task"  # a practical task, see models/tasks.py
    SESSION = "session"  # led by an instructor on a date, see models/sessions.py


class EnrolmentStatus(StrEnum):
    ASSIGNED = "assigned"
    STARTED = "started"
    COMPLETED = "completed"
    FAILED = "failed"  # no attempt left
    EXCUSED = "excused"  # need not take it


class Course(Keyed, VendorOwned, Taught, db.Model):
    """A course. What is taught stands in its versions."""

    __tablename__ = "course"
    __table_args__ = tenant_table()


class CourseVersion(Keyed, VendorOwned, TaughtVersion, db.Model):
    """One version: `pass_mark` in whole percent; `max_attempts` per enrolment (null: unlimited)."""

    __tablename__ = "course_version"
    __table_args__ = tenant_table(
        tenant_key("course_id", "course"),
        UniqueConstraint("course_id", "number"),
        CheckConstraint("pass_mark BETWEEN 0 AND 100", name="pass_mark"),
        CheckConstraint("max_attempts IS NULL OR max_attempts > 0", name="max_attempts"),
    )

    course_id: Mapped[int]
    pass_mark: Mapped[int] = mapped_column(default=80)
    max_attempts: Mapped[int | None]

    course: Mapped[Course] = relationship(viewonly=True)


class Lesson(Keyed, VendorOwned, db.Model):
    """A step of a version. `body` is Markdown: the lesson itself where it is a text, else a few words
    before what it is."""

    __tablename__ = "lesson"
    __table_args__ = tenant_table(
        tenant_key("course_version_id", "course_version"),
        Index("ix_lesson_version_position", "course_version_id", "position"),
    )

    course_version_id: Mapped[int]
    position: Mapped[int]
    kind: Mapped[LessonKind] = enum_column(LessonKind, default=LessonKind.TEXT)
    title: Mapped[str] = mapped_column(String(200))
    body: Mapped[str]  # Markdown
    minutes: Mapped[int | None]
    revision: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": revision}


class LessonImage(Keyed, VendorOwned, db.Model):
    """An image that a course's lessons show."""

    __tablename__ = "lesson_image"
    __table_args__ = tenant_table(tenant_key("course_id", "course"), tenant_key("file_id", "stored_file"))

    course_id: Mapped[int]
    file_id: Mapped[int]
    alt: Mapped[str] = mapped_column(String(300), default="")
    width: Mapped[int]
    height: Mapped[int]


class Question(Keyed, VendorOwned, db.Model):
    """A quiz question. `numeric_answer` ± `tolerance` are exact decimals. Never sent to a learner whole.

    `parts` is what the kinds consist of that have no choices and no number (prm/training/items.py).
    """

    __tablename__ = "question"
    __table_args__ = tenant_table(
        tenant_key("course_version_id", "course_version"),
        Index("ix_question_version_position", "course_version_id", "position"),
    )

    course_version_id: Mapped[int]
    position: Mapped[int]
    kind: Mapped[QuestionKind] = enum_column(QuestionKind)
    prompt: Mapped[str]
    explanation: Mapped[str] = mapped_column(default="")
    numeric_answer: Mapped[Decimal | None] = mapped_column(ExactDecimal)
    tolerance: Mapped[Decimal | None] = mapped_column(ExactDecimal)
    parts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    revision: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": revision}


class Choice(Keyed, VendorOwned, db.Model):
    """A choice of a question. Its public id is random: one made in order would tell in which order the
    author wrote, which says something about the right one where choices are shuffled."""

    __tablename__ = "choice"
    __table_args__ = tenant_table(tenant_key("question_id", "question"))

    public_id: Mapped[UUID] = mapped_column(Uuid, unique=True, default=new_random_id)
    question_id: Mapped[int]
    position: Mapped[int]
    text: Mapped[str]
    is_correct: Mapped[bool]


class Assignment(Keyed, VendorOwned, db.Model):
    """A course due by a date, for one person or (user_id null) everybody of a partnership.

    `job_functions` narrows everybody to the people of those functions; empty: all of them. Who
    joins later is enrolled on joining. Due at `due_on`, or `due_days` after somebody joined (after the
    assignment where that is later).
    """

    __tablename__ = "assignment"
    __table_args__ = tenant_table(
        tenant_key("course_id", "course"),
        tenant_key("partnership_id", "partnership"),
        Index("ix_assignment_vendor_partnership", "vendor_id", "partnership_id"),
    )
    reach_own = "partnership_id"
    reach_self = "user_id"

    course_id: Mapped[int]
    partnership_id: Mapped[int | None]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"), index=True)
    job_functions: Mapped[list[str]] = mapped_column(JSON, default=list)
    due_on: Mapped[date | None]
    due_days: Mapped[int | None]
    assigned_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    assigned_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Enrolment(Keyed, VendorOwned, db.Model):
    """One person in one course version, and the partnership they belonged to.

    `attempts_used` is taken by a conditional UPDATE, against the version's maximum plus
    `extra_attempts`. `current_lesson_id` is where they left. `assignment_id` is null where the
    person enrolled themselves.
    """

    __tablename__ = "enrolment"
    __table_args__ = tenant_table(
        tenant_key("course_id", "course"),
        tenant_key("course_version_id", "course_version"),
        tenant_key("partnership_id", "partnership"),
        tenant_key("current_lesson_id", "lesson"),
        tenant_key("assignment_id", "assignment"),
        UniqueConstraint("vendor_id", "user_id", "course_version_id"),
        Index("ix_enrolment_vendor_partnership", "vendor_id", "partnership_id"),
    )
    reach_own = "partnership_id"
    reach_self = "user_id"

    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    partnership_id: Mapped[int | None]
    course_id: Mapped[int]
    course_version_id: Mapped[int]
    status: Mapped[EnrolmentStatus] = enum_column(EnrolmentStatus, default=EnrolmentStatus.ASSIGNED)
    assignment_id: Mapped[int | None]
    due_on: Mapped[date | None]
    assigned_at: Mapped[datetime] = mapped_column(UtcDateTime)
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    current_lesson_id: Mapped[int | None]
    attempts_used: Mapped[int] = mapped_column(default=0)
    extra_attempts: Mapped[int] = mapped_column(default=0)

    user: Mapped[User] = relationship(viewonly=True)
    version: Mapped[CourseVersion] = relationship(viewonly=True)
    course: Mapped[Course] = relationship(viewonly=True)


class LessonProgress(Keyed, VendorOwned, db.Model):
    __tablename__ = "lesson_progress"
    __table_args__ = tenant_table(
        tenant_key("enrolment_id", "enrolment"),
        tenant_key("lesson_id", "lesson"),
        UniqueConstraint("enrolment_id", "lesson_id"),
    )

    enrolment_id: Mapped[int]
    lesson_id: Mapped[int]
    completed_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Attempt(Keyed, VendorOwned, db.Model):
    """One submitted quiz. `answers` maps question public ids to what was answered."""

    __tablename__ = "attempt"
    __table_args__ = tenant_table(
        tenant_key("enrolment_id", "enrolment"), UniqueConstraint("enrolment_id", "number")
    )

    enrolment_id: Mapped[int]
    number: Mapped[int]
    submitted_at: Mapped[datetime] = mapped_column(UtcDateTime)
    answers: Mapped[dict[str, Any]] = mapped_column(JSON)
    correct: Mapped[int]
    questions: Mapped[int]
    score_percent: Mapped[int]
    has_passed: Mapped[bool]


class Completion(Keyed, VendorOwned, db.Model):
    """A course version completed by a person; once per enrolment. `score_percent` null without a quiz."""

    __tablename__ = "completion"
    __table_args__ = tenant_table(
        tenant_key("enrolment_id", "enrolment"),
        tenant_key("course_id", "course"),
        tenant_key("course_version_id", "course_version"),
        tenant_key("partnership_id", "partnership"),
        UniqueConstraint("enrolment_id"),
        Index("ix_completion_vendor_partnership", "vendor_id", "partnership_id", "completed_at"),
        Index("ix_completion_vendor_user", "vendor_id", "user_id", "course_id", "completed_at"),
    )
    reach_own = "partnership_id"
    reach_self = "user_id"

    enrolment_id: Mapped[int]
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    partnership_id: Mapped[int | None]
    course_id: Mapped[int]
    course_version_id: Mapped[int]
    completed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    score_percent: Mapped[int | None]
