"""Tables of placement tests: a version's own quiz taken once, before its lessons, to do without them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from prm.extensions import db
from prm.infra.db import Keyed, UtcDateTime, VendorOwned, tenant_key, tenant_table


class PlacementTest(Keyed, VendorOwned, db.Model):
    """The one placement test of an enrolment: no attempt of the quiz, and never a second one.

    `seed`, `answers`, `flagged`, `ends_at` as of a QuizSitting. `needed_percent` is the mark that held when
    it was started. `submitted_at` null: still open, and nothing scored; it is set without a score where the
    test was overtaken by something else that completed or ended the enrolment.
    """

    __tablename__ = "placement_test"
    __table_args__ = tenant_table(
        tenant_key("enrolment_id", "enrolment"),
        UniqueConstraint("enrolment_id"),
        Index("ix_placement_test_open", "vendor_id", "submitted_at", "ends_at"),
    )

    enrolment_id: Mapped[int]
    seed: Mapped[str] = mapped_column(String(64))
    needed_percent: Mapped[int]
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answers: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    flagged: Mapped[list[str]] = mapped_column(JSON, default=list)
    saved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    submitted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    correct: Mapped[int | None]
    questions: Mapped[int | None]
    score_percent: Mapped[int | None]
    has_passed: Mapped[bool] = mapped_column(default=False)


class PlacementCompletion(Keyed, VendorOwned, db.Model):
    """That a completion rests on a placement test: its lessons were not done.

    `lessons_done_at`: when the person did all of them afterwards, where they did; from then on paths that
    accept no placement count it too. It stays a completion by placement.
    """

    __tablename__ = "placement_completion"
    __table_args__ = tenant_table(
        tenant_key("completion_id", "completion"), UniqueConstraint("completion_id")
    )

    completion_id: Mapped[int]
    lessons_done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
