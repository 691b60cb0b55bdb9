"""Tables of bulk actions."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, Index, String, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from prm.extensions import db
from prm.infra.db import Keyed, UtcDateTime, VendorOwned, enum_column, tenant_key, tenant_table


class ItemOutcome(StrEnum):
    WAITING = "waiting"
    DONE = "done"
    REFUSED = "refused"


class BulkRun(Keyed, VendorOwned, db.Model):
    """An action on many rows as one person asked for it. `asked` holds the values of its form."""

    __tablename__ = "bulk_run"
    __table_args__ = tenant_table()
    reach_self = "user_id"

    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    action: Mapped[str] = mapped_column(String(60))
    asked: Mapped[dict[str, Any]] = mapped_column(JSON)
    total: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class BulkItem(VendorOwned, db.Model):
    """One row of it; what is waiting is due, whatever became of the job."""

    __tablename__ = "bulk_item"
    __table_args__ = tenant_table(
        tenant_key("run_id", "bulk_run"), Index("ix_bulk_item_run_outcome", "run_id", "outcome", "id")
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int]
    subject: Mapped[UUID] = mapped_column(Uuid)
    label: Mapped[str] = mapped_column(String(200))
    outcome: Mapped[ItemOutcome] = enum_column(ItemOutcome, default=ItemOutcome.WAITING)
    reason: Mapped[str] = mapped_column(String(500), default="")
