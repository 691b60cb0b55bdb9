"""Two partnerships found to be one: what was moved, so that it can be moved back."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from prm.extensions import db
from prm.infra.db import Keyed, UtcDateTime, VendorOwned, enum_column, tenant_key, tenant_table


class PartnershipMerge(Keyed, VendorOwned, db.Model):
    """That `absorbed` was found to be `survivor`; `absorbed_status` and the accounts are as before."""

    __tablename__ = "partnership_merge"
    __table_args__ = tenant_table(
        tenant_key("survivor_id", "partnership"),
        tenant_key("absorbed_id", "partnership"),
        CheckConstraint("survivor_id <> absorbed_id", name="two"),
    )

    survivor_id: Mapped[int] = mapped_column(index=True)
    absorbed_id: Mapped[int] = mapped_column(index=True)
    absorbed_status: Mapped[str] = mapped_column(String(20))
    survivor_partner_id: Mapped[int | None] = mapped_column(ForeignKey("partner.id"))
    absorbed_partner_id: Mapped[int | None] = mapped_column(ForeignKey("partner.id"))
    merged_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    merged_at: Mapped[datetime] = mapped_column(UtcDateTime)
    unmerged_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    unmerged_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class MoveKind(StrEnum):
    MOVED = "moved"
    MADE = "made"


class PartnershipMove(VendorOwned, db.Model):
    """One row that a merge moved (a column of it pointed at the absorbed one), or made."""

    __tablename__ = "partnership_move"
    __table_args__ = tenant_table(
        tenant_key("merge_id", "partnership_merge"),
        Index("ix_partnership_move_merge", "vendor_id", "merge_id", "table_name", "column_name"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    merge_id: Mapped[int]
    kind: Mapped[MoveKind] = enum_column(MoveKind)
    table_name: Mapped[str] = mapped_column(String(63))
    column_name: Mapped[str] = mapped_column(String(63))
    row_id: Mapped[int]
