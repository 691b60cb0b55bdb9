"""How partners are built: their branches, and who sells through whom."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from prm.extensions import db
from prm.infra.db import Keyed, UtcDateTime, VendorOwned, tenant_key, tenant_table
from prm.partners.models.partnerships import Region


class PartnershipBranch(Keyed, VendorOwned, db.Model):
    """A place of a partner beside its head office."""

    __tablename__ = "partnership_branch"
    __table_args__ = tenant_table(
        tenant_key("partnership_id", "partnership"), tenant_key("region_id", "region")
    )
    reach_own = "partnership_id"

    partnership_id: Mapped[int] = mapped_column(index=True)
    name: Mapped[str] = mapped_column(String(120))
    address: Mapped[str] = mapped_column(String(500), default="")
    region_id: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    region: Mapped[Region | None] = relationship(viewonly=True)


class PartnershipParent(Keyed, VendorOwned, db.Model):
    """That a partner buys through another: a reseller and its distributor. One parent each."""

    __tablename__ = "partnership_parent"
    __table_args__ = tenant_table(
        tenant_key("partnership_id", "partnership"),
        tenant_key("parent_id", "partnership"),
        UniqueConstraint("vendor_id", "partnership_id"),
        CheckConstraint("partnership_id <> parent_id", name="not_itself"),
    )
    reach_own = "partnership_id"

    partnership_id: Mapped[int]
    parent_id: Mapped[int] = mapped_column(index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
