"""Tables of imports."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from prm.extensions import db
from prm.infra.db import (
    Keyed,
    UtcDateTime,
    VendorOwned,
    enum_column,
    tenant_key,
    tenant_table,
)


class ImportKind(StrEnum):
    PARTNERS = "partners"
    PRODUCTS = "products"
    DEALS = "deals"
    ORDERS = "orders"


class BatchStatus(StrEnum):
    DRAFT = "draft"  # uploaded, mapped and previewed; nothing changed
    DUE = "due"  # confirmed, waiting for the worker
    APPLIED = "applied"
    FAILED = "failed"
    UNDONE = "undone"


class RowOutcome(StrEnum):
    INSERTED = "inserted"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    REJECTED = "rejected"


class ImportBatch(Keyed, VendorOwned, db.Model):
    """One file. `options` holds mapping, stages, date format and switches; `counts` the outcome."""

    __tablename__ = "import_batch"
    __table_args__ = tenant_table(tenant_key("file_id", "stored_file"))

    kind: Mapped[ImportKind] = enum_column(ImportKind)
    source: Mapped[str] = mapped_column(String(60))
    file_id: Mapped[int]
    options: Mapped[dict[str, Any]] = mapped_column(JSON)
    counts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    status: Mapped[BatchStatus] = enum_column(BatchStatus, default=BatchStatus.DRAFT, index=True)
    failure: Mapped[str | None] = mapped_column(String(500))
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    applied_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    undone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ImportRow(Keyed, VendorOwned, db.Model):
    """One line of a batch. `before` is the entity as it was (null where the row created it)."""

    __tablename__ = "import_row"
    __table_args__ = tenant_table(
        tenant_key("batch_id", "import_batch"),
        Index("ix_import_row_batch_line", "batch_id", "line"),
        Index("ix_import_row_entity", "vendor_id", "entity_type", "entity_id"),
    )

    batch_id: Mapped[int]
    line: Mapped[int]
    outcome: Mapped[RowOutcome] = enum_column(RowOutcome)
    raw: Mapped[dict[str, Any]] = mapped_column(JSON)
    entity_type: Mapped[str | None] = mapped_column(String(30))
    entity_id: Mapped[int | None]
    before: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    column: Mapped[str | None] = mapped_column(String(200))
    value: Mapped[str | None] = mapped_column(String(500))
    reason: Mapped[str | None] = mapped_column(String(300))
    reason_args: Mapped[dict[str, Any] | None] = mapped_column(JSON)
