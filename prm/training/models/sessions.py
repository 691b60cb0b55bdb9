"""Tables of instructor-led sessions: the lesson that is one, its dates, and who has a place on them."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from prm.extensions import db
from prm.infra.db import Keyed, UtcDateTime, VendorOwned, enum_column, tenant_key, tenant_table
from prm.infra.ids import new_random_id


class SeatStatus(StrEnum):
    PLACE = "place"  # has a place
    WAITING = "waiting"  # on the waiting list
    GIVEN_UP = "given_up"
    ATTENDED = "attended"
    ABSENT = "absent"


class LessonSession(Keyed, VendorOwned, db.Model):
    """What makes a lesson a session. `series` stays the same in every version of the course: a date that
    is planned once counts for whoever is at any of them."""

    __tablename__ = "lesson_session"
    __table_args__ = tenant_table(
        tenant_key("lesson_id", "lesson"),
        UniqueConstraint("lesson_id"),
        Index("ix_lesson_session_series", "series"),
    )

    lesson_id: Mapped[int]
    series: Mapped[UUID] = mapped_column(Uuid, default=new_random_id)


class TrainingSession(Keyed, VendorOwned, db.Model):
    """One date of a session lesson. Instants are UTC; `time_zone` is the one it was planned in.

    `places_taken` is raised by a conditional UPDATE alone, up to `places`. `link` is for those who have a
    place. A regional manager holds the sessions that they planned.
    """

    __tablename__ = "training_session"
    __table_args__ = tenant_table(
        tenant_key("course_id", "course"),
        CheckConstraint("places > 0", name="places"),
        CheckConstraint("places_taken >= 0 AND places_taken <= places", name="places_taken"),
        CheckConstraint("ends_at > starts_at", name="ends_at"),
        Index("ix_training_session_vendor_starts", "vendor_id", "starts_at"),
        Index("ix_training_session_course_series", "course_id", "series"),
    )
    reach_self = "created_by_id"

    course_id: Mapped[int]
    series: Mapped[UUID] = mapped_column(Uuid)
    title: Mapped[str] = mapped_column(String(200))
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)
    time_zone: Mapped[str] = mapped_column(String(60))
    place: Mapped[str] = mapped_column(String(300), default="")
    link: Mapped[str] = mapped_column(String(2000), default="")
    trainer: Mapped[str] = mapped_column(String(200), default="")
    places: Mapped[int]
    places_taken: Mapped[int] = mapped_column(default=0)
    cancelled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    cancel_reason: Mapped[str] = mapped_column(String(1000), default="")
    revision: Mapped[int] = mapped_column(default=1)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class SessionSeat(Keyed, VendorOwned, db.Model):
    """One person on one date. The waiting list is in the order of `asked_at`."""

    __tablename__ = "session_seat"
    __table_args__ = tenant_table(
        tenant_key("session_id", "training_session"),
        tenant_key("partnership_id", "partnership"),
        UniqueConstraint("session_id", "user_id"),
    )
    reach_own = "partnership_id"
    reach_self = "user_id"

    session_id: Mapped[int]
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    partnership_id: Mapped[int | None] = mapped_column(index=True)
    status: Mapped[SeatStatus] = enum_column(SeatStatus)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    marked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
