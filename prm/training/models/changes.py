"""Tables of what a new version of a course changes, and of who redoes what of it."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from prm.extensions import db
from prm.infra.db import Keyed, UtcDateTime, VendorOwned, enum_column, tenant_key, tenant_table


class ChangeKind(StrEnum):
    """What a change means for who has completed an earlier version."""

    EDITORIAL = "editorial"  # nothing to redo
    MATERIAL = "material"  # to be redone


class LessonChange(Keyed, VendorOwned, db.Model):
    """What a lesson of a later version is compared with the version before.

    `origin_id`: the lesson it was copied from; null: it is new. `change` is the author's word on
    publishing; a copy that nobody changed stays editorial.
    """

    __tablename__ = "lesson_change"
    __table_args__ = tenant_table(
        tenant_key("lesson_id", "lesson", ondelete="CASCADE"),
        tenant_key("origin_id", "lesson"),
        UniqueConstraint("lesson_id"),
        Index("ix_lesson_change_origin", "origin_id"),
    )

    lesson_id: Mapped[int]
    origin_id: Mapped[int | None]
    change: Mapped[ChangeKind] = enum_column(ChangeKind, default=ChangeKind.EDITORIAL)


class VersionChange(Keyed, VendorOwned, db.Model):
    """What the publication of a version after the first asks of who completed an earlier one.

    `quiz`: what the change of the quiz means. `redo_by`: the date by which holders of an earlier
    completion redo what is material; null: no date. `spread_at` null: not all of them are asked yet.
    """

    __tablename__ = "version_change"
    __table_args__ = tenant_table(
        tenant_key("course_version_id", "course_version"), UniqueConstraint("course_version_id")
    )

    course_version_id: Mapped[int]
    quiz: Mapped[ChangeKind] = enum_column(ChangeKind, default=ChangeKind.EDITORIAL)
    redo_by: Mapped[date | None]
    spread_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class DeltaEnrolment(Keyed, VendorOwned, db.Model):
    """That an enrolment redoes only what changed since a completion.

    The lessons that need not be redone are done in it, at the time at which they were first done.
    `has_quiz`: the quiz is to be taken again; else the completion's score stays.
    """

    __tablename__ = "delta_enrolment"
    __table_args__ = tenant_table(
        tenant_key("enrolment_id", "enrolment"),
        tenant_key("completion_id", "completion"),
        UniqueConstraint("enrolment_id"),
        Index("ix_delta_enrolment_completion", "completion_id"),
    )

    enrolment_id: Mapped[int]
    completion_id: Mapped[int]
    has_quiz: Mapped[bool]
