"""Tables of imports."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from prm.accounts.models import User
from prm.extensions import db
from prm.infra.db import (
    Keyed,
    UtcDateTime,
    VendorOwned,
    enum_column,
    tenant_key,
    tenant_table,
)
from prm.vendors.models import StoredFile


class ImportKind(StrEnum):
    PARTNERS = "partners"
    PRODUCTS = "products"
    DEALS = "deals"
    ORDERS = "orders"
    INVOICES = "invoices"
    PAYMENTS = "payments"
    TARGETS = "targets"
    PEOPLE = "people"
    COMPLETIONS = "completions"
    CERTIFICATES = "certificates"  # of others: evidence, none of ours

    @property
    def is_about_people(self) -> bool:
        """Whether its files hold personal data: kept once, and shown to who may see people."""
        return self in PERSONAL


PERSONAL = frozenset({ImportKind.PEOPLE, ImportKind.COMPLETIONS, ImportKind.CERTIFICATES})


class BatchStatus(StrEnum):
    DRAFT = "draft"  # uploaded; columns are being mapped
    CHECKING = "checking"  # mapped, waiting for its dry run
    CHECKED = "checked"  # dry run done, to be confirmed; nothing changed so far
    DUE = "due"  # confirmed, waiting for the worker
    APPLIED = "applied"
    FAILED = "failed"
    UNDONE = "undone"


class RowOutcome(StrEnum):
    INSERTED = "inserted"
    UPDATED = "updated"
    UNCHANGED = "unchanged"  # counted, not kept: its trace stays with the batch that changed it last
    REJECTED = "rejected"


class ChangeAction(StrEnum):
    INSERTED = "inserted"
    UPDATED = "updated"
    DELETED = "deleted"


class ImportBatch(Keyed, VendorOwned, db.Model):
    """One file. `options` says how to read it, `file_facts` what was seen in it, `counts` the outcome.

    `counts` is the dry run's report until the batch is applied, then the one of what was done.
    """

    __tablename__ = "import_batch"
    __table_args__ = tenant_table(tenant_key("file_id", "stored_file"))

    kind: Mapped[ImportKind] = enum_column(ImportKind)
    source: Mapped[str] = mapped_column(String(60))
    file_id: Mapped[int]
    options: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    file_facts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    counts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    status: Mapped[BatchStatus] = enum_column(BatchStatus, default=BatchStatus.DRAFT, index=True)
    failure: Mapped[str | None] = mapped_column(String(500))
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    applied_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    undone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    file: Mapped[StoredFile] = relationship(viewonly=True)
    created_by: Mapped[User | None] = relationship(viewonly=True)


class ImportMapping(Keyed, VendorOwned, db.Model):
    """How files of one kind from one source were read the last time: proposed for the next one."""

    __tablename__ = "import_mapping"
    __table_args__ = tenant_table(UniqueConstraint("vendor_id", "kind", "source"))

    kind: Mapped[ImportKind] = enum_column(ImportKind)
    source: Mapped[str] = mapped_column(String(60))
    options: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    saved_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ImportRow(VendorOwned, db.Model):
    """One line of a batch that changed something or was rejected, with its cells as the file has them.

    `reasons` of a rejected one: [{"column", "value", "msgid", "args"}], to be said in the reader's
    language.
    """

    __tablename__ = "import_row"
    __table_args__ = tenant_table(
        tenant_key("batch_id", "import_batch"),
        Index("ix_import_row_batch_line", "batch_id", "line"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    batch_id: Mapped[int]
    line: Mapped[int]
    outcome: Mapped[RowOutcome] = enum_column(RowOutcome)
    raw: Mapped[dict[str, Any]] = mapped_column(JSON)
    reasons: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)


class DropStatus(StrEnum):
    DONE = "done"
    FAILED = "failed"


class DroppedFile(Keyed, VendorOwned, db.Model):
    """A file that came through the drop folder, known by its hash: the same one is never taken twice.

    `batch_id` is its import, `message` why there is none.
    """

    __tablename__ = "dropped_file"
    __table_args__ = tenant_table(
        tenant_key("batch_id", "import_batch"),
        UniqueConstraint("vendor_id", "kind", "source", "sha256"),
    )

    kind: Mapped[ImportKind] = enum_column(ImportKind)
    source: Mapped[str] = mapped_column(String(60))
    name: Mapped[str] = mapped_column(String(150))
    sha256: Mapped[str] = mapped_column(String(64))
    status: Mapped[DropStatus] = enum_column(DropStatus, default=DropStatus.FAILED)
    message: Mapped[str] = mapped_column(String(500), default="")
    batch_id: Mapped[int | None]
    arrived_at: Mapped[datetime] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    batch: Mapped[ImportBatch | None] = relationship(viewonly=True)


class ConflictDecision(StrEnum):
    OPEN = "open"
    OURS = "ours"
    THEIRS = "theirs"
    SUPERSEDED = "superseded"  # a later file spoke of the same field


class ImportConflict(Keyed, VendorOwned, db.Model):
    """A field that a person had changed by hand and that a file would have changed otherwise.

    `ours` and `theirs` hold the columns of the field as a change does; a region that was not there is
    held by its name. Nothing is overwritten before somebody decides.
    """

    __tablename__ = "import_conflict"
    __table_args__ = tenant_table(
        tenant_key("batch_id", "import_batch"),
        Index("ix_import_conflict_batch", "vendor_id", "batch_id"),
        Index("ix_import_conflict_entity", "vendor_id", "entity_type", "entity_id"),
    )

    batch_id: Mapped[int]
    line: Mapped[int]
    entity_type: Mapped[str] = mapped_column(String(30))
    entity_id: Mapped[int]
    record: Mapped[str] = mapped_column(String(200))
    field: Mapped[str] = mapped_column(String(30))
    ours: Mapped[dict[str, Any]] = mapped_column(JSON)
    theirs: Mapped[dict[str, Any]] = mapped_column(JSON)
    ours_shown: Mapped[str] = mapped_column(String(300))
    theirs_shown: Mapped[str] = mapped_column(String(300))
    decision: Mapped[ConflictDecision] = enum_column(ConflictDecision, default=ConflictDecision.OPEN)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))


class ImportChange(VendorOwned, db.Model):
    """One row of ours that a batch made, changed or removed: what an undo reads.

    `before` and `after` hold all its columns (null where there was or is none). One line may change
    several: a deal, the order it became, the customer it named first.
    """

    __tablename__ = "import_change"
    __table_args__ = tenant_table(
        tenant_key("batch_id", "import_batch"),
        Index("ix_import_change_batch_type", "batch_id", "entity_type"),
        Index("ix_import_change_entity", "vendor_id", "entity_type", "entity_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    batch_id: Mapped[int]
    line: Mapped[int | None]
    entity_type: Mapped[str] = mapped_column(String(30))
    entity_id: Mapped[int]
    action: Mapped[ChangeAction] = enum_column(ChangeAction)
    before: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    after: Mapped[dict[str, Any] | None] = mapped_column(JSON)
