"""Tables of practical tasks: what is asked, what was handed in, how it was graded."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from prm.extensions import db
from prm.infra.db import Keyed, UtcDateTime, VendorOwned, enum_column, tenant_key, tenant_table


class TaskStatus(StrEnum):
    WAITING = "waiting"  # for a grade
    PASSED = "passed"
    FAILED = "failed"
    APPEALED = "appealed"  # waits for the second grade


class LessonTask(Keyed, VendorOwned, db.Model):
    """What makes a lesson a practical task. The task itself is the lesson's text.

    `rubric` is a list of criteria: {"id", "title", "levels": [{"points", "text"}, …]}, levels from the
    fewest points to the most. `pass_percent` of all points. `grader_id` is who grades by default; null:
    whoever may.
    """

    __tablename__ = "lesson_task"
    __table_args__ = tenant_table(
        tenant_key("lesson_id", "lesson"),
        UniqueConstraint("lesson_id"),
        CheckConstraint("pass_percent BETWEEN 0 AND 100", name="pass_percent"),
    )

    lesson_id: Mapped[int]
    rubric: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    pass_percent: Mapped[int]
    grader_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))


class TaskSubmission(Keyed, VendorOwned, db.Model):
    """What somebody handed in. `grader_id` is who is to grade it, if anybody is named."""

    __tablename__ = "task_submission"
    __table_args__ = tenant_table(
        tenant_key("enrolment_id", "enrolment"),
        tenant_key("lesson_id", "lesson"),
        tenant_key("partnership_id", "partnership"),
        tenant_key("file_id", "stored_file"),
        UniqueConstraint("enrolment_id", "lesson_id", "number"),
        Index("ix_task_submission_vendor_status", "vendor_id", "status", "handed_in_at"),
    )
    reach_own = "partnership_id"
    reach_self = "user_id"

    enrolment_id: Mapped[int]
    lesson_id: Mapped[int]
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    partnership_id: Mapped[int | None]
    number: Mapped[int]
    text: Mapped[str] = mapped_column(default="")
    file_id: Mapped[int | None]
    handed_in_at: Mapped[datetime] = mapped_column(UtcDateTime)
    status: Mapped[TaskStatus] = enum_column(TaskStatus, default=TaskStatus.WAITING)
    grader_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    appeal: Mapped[str] = mapped_column(default="")
    appealed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class TaskGrading(Keyed, VendorOwned, db.Model):
    """One grading. `levels` maps a criterion's id to the level's place, `comments` to a remark.

    `round` 2 is the second one, on appeal, by somebody else.
    """

    __tablename__ = "task_grading"
    __table_args__ = tenant_table(
        tenant_key("submission_id", "task_submission"),
        UniqueConstraint("submission_id", "round"),
        CheckConstraint("round IN (1, 2)", name="round"),
    )

    submission_id: Mapped[int]
    round: Mapped[int]
    grader_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    levels: Mapped[dict[str, int]] = mapped_column(JSON)
    comments: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    points: Mapped[int]
    points_possible: Mapped[int]
    percent: Mapped[int]
    has_passed: Mapped[bool]
    feedback: Mapped[str] = mapped_column(default="")
    graded_at: Mapped[datetime] = mapped_column(UtcDateTime)
