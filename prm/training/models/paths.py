"""Tables of learning paths: ordered courses for a job function and a skill level, and who is on them."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from prm.extensions import db
from prm.infra.db import Keyed, UtcDateTime, VendorOwned, enum_column, tenant_key, tenant_table
from prm.training.models.versioned import Taught, TaughtVersion


class PathStatus(StrEnum):
    """Where somebody is on a path."""

    OPEN = "open"
    COMPLETED = "completed"
    EXCUSED = "excused"  # nothing left to do, since they are excused from the rest: no completion


class LearningPath(Keyed, VendorOwned, Taught, db.Model):
    """A path. What it consists of stands in its versions."""

    __tablename__ = "learning_path"
    __table_args__ = tenant_table()


class PathVersion(Keyed, VendorOwned, TaughtVersion, db.Model):
    """One version.

    `is_in_order`: a course opens when the one before it is done; else all open at once. `asks_again`:
    who completed an earlier version is to complete this one, by `again_by`; what they did counts.
    `accepts_placement`: a course completed by a placement test counts; else its lessons are to be done too.
    `spread_at` null on a published one: not everybody who is on an earlier version is moved yet.
    """

    __tablename__ = "path_version"
    __table_args__ = tenant_table(
        tenant_key("path_id", "learning_path"), UniqueConstraint("path_id", "number")
    )

    path_id: Mapped[int]
    is_in_order: Mapped[bool] = mapped_column(default=True)
    accepts_placement: Mapped[bool] = mapped_column(default=True)
    asks_again: Mapped[bool] = mapped_column(default=False)
    again_by: Mapped[date | None]
    spread_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    path: Mapped[LearningPath] = relationship(viewonly=True)


class PathStep(Keyed, VendorOwned, db.Model):
    """A course of a path, in its place."""

    __tablename__ = "path_step"
    __table_args__ = tenant_table(
        tenant_key("path_version_id", "path_version"),
        tenant_key("course_id", "course"),
        UniqueConstraint("path_version_id", "course_id"),
    )

    path_version_id: Mapped[int]
    course_id: Mapped[int]
    position: Mapped[int]


class PathPrerequisite(Keyed, VendorOwned, db.Model):
    """A path (any version of it) that somebody must have completed before this one opens."""

    __tablename__ = "path_prerequisite"
    __table_args__ = tenant_table(
        tenant_key("path_version_id", "path_version"),
        tenant_key("required_path_id", "learning_path"),
        UniqueConstraint("path_version_id", "required_path_id"),
    )

    path_version_id: Mapped[int]
    required_path_id: Mapped[int]


class PathAssignment(Keyed, VendorOwned, db.Model):
    """A path for one person, for everybody of a partnership, or (neither) for everybody of the channel.

    `job_functions` narrows everybody to the people of those functions; empty: all of them. Who
    joins later is enrolled on joining. Due at `due_on`, or `due_days` after somebody joined (after the
    assignment where that is later). `spread_at` null: not everybody meant is enrolled yet.
    """

    __tablename__ = "path_assignment"
    __table_args__ = tenant_table(
        tenant_key("path_id", "learning_path"),
        tenant_key("partnership_id", "partnership"),
        CheckConstraint("due_on IS NULL OR due_days IS NULL", name="one_due"),
        CheckConstraint("due_days IS NULL OR due_days > 0", name="due_days"),
        Index("ix_path_assignment_vendor_partnership", "vendor_id", "partnership_id"),
    )
    reach_own = "partnership_id"
    reach_self = "user_id"

    path_id: Mapped[int]
    partnership_id: Mapped[int | None]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"), index=True)
    job_functions: Mapped[list[str]] = mapped_column(JSON, default=list)
    due_on: Mapped[date | None]
    due_days: Mapped[int | None]
    assigned_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    assigned_at: Mapped[datetime] = mapped_column(UtcDateTime)
    spread_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class PathEnrolment(Keyed, VendorOwned, db.Model):
    """One person on one path, on the version named. `assignment_id` is null where they chose it."""

    __tablename__ = "path_enrolment"
    __table_args__ = tenant_table(
        tenant_key("path_id", "learning_path"),
        tenant_key("path_version_id", "path_version"),
        tenant_key("partnership_id", "partnership"),
        tenant_key("assignment_id", "path_assignment"),
        UniqueConstraint("vendor_id", "user_id", "path_id"),
        Index("ix_path_enrolment_vendor_partnership", "vendor_id", "partnership_id"),
        Index("ix_path_enrolment_vendor_path", "vendor_id", "path_id", "status"),
    )
    reach_own = "partnership_id"
    reach_self = "user_id"

    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    partnership_id: Mapped[int | None]
    path_id: Mapped[int]
    path_version_id: Mapped[int]
    status: Mapped[PathStatus] = enum_column(PathStatus, default=PathStatus.OPEN)
    assignment_id: Mapped[int | None]
    due_on: Mapped[date | None]
    assigned_at: Mapped[datetime] = mapped_column(UtcDateTime)


class PathCompletion(Keyed, VendorOwned, db.Model):
    """A path version completed by a person; once. `completed_at` is when the last thing it asks for was."""

    __tablename__ = "path_completion"
    __table_args__ = tenant_table(
        tenant_key("path_id", "learning_path"),
        tenant_key("path_version_id", "path_version"),
        tenant_key("partnership_id", "partnership"),
        UniqueConstraint("vendor_id", "user_id", "path_version_id"),
        Index("ix_path_completion_vendor_partnership", "vendor_id", "partnership_id"),
    )
    reach_own = "partnership_id"
    reach_self = "user_id"

    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    partnership_id: Mapped[int | None]
    path_id: Mapped[int]
    path_version_id: Mapped[int]
    completed_at: Mapped[datetime] = mapped_column(UtcDateTime)
