"""Tables of customers."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from prm.extensions import db
from prm.infra.db import Keyed, UtcDateTime, VendorOwned, tenant_key, tenant_table


class Customer(Keyed, VendorOwned, db.Model):
    __tablename__ = "customer"
    __table_args__ = tenant_table(UniqueConstraint("vendor_id", "name_folded"))

    name: Mapped[str] = mapped_column(String(200))
    name_folded: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class CustomerAlias(Keyed, VendorOwned, db.Model):
    """What a source system calls a customer."""

    __tablename__ = "customer_alias"
    __table_args__ = tenant_table(
        tenant_key("customer_id", "customer"), UniqueConstraint("vendor_id", "value_folded")
    )

    customer_id: Mapped[int]
    value: Mapped[str] = mapped_column(String(200))
    value_folded: Mapped[str] = mapped_column(String(200))
