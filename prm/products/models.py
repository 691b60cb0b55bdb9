"""Tables of products."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from prm.extensions import db
from prm.infra.db import Keyed, UtcDateTime, VendorOwned, tenant_key, tenant_table


class Product(Keyed, VendorOwned, db.Model):
    """Something the vendor sells. `price_minor` is the list price in minor units of `currency`."""

    __tablename__ = "product"
    __table_args__ = tenant_table(UniqueConstraint("vendor_id", "name_folded"))

    name: Mapped[str] = mapped_column(String(200))
    name_folded: Mapped[str] = mapped_column(String(200))
    price_minor: Mapped[int | None] = mapped_column(BigInteger)
    currency: Mapped[str | None] = mapped_column(String(3))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ProductAlias(Keyed, VendorOwned, db.Model):
    """What a source system calls a product. Unique per vendor, however it is cased or spaced."""

    __tablename__ = "product_alias"
    __table_args__ = tenant_table(
        tenant_key("product_id", "product"), UniqueConstraint("vendor_id", "value_folded")
    )

    product_id: Mapped[int]
    value: Mapped[str] = mapped_column(String(200))
    value_folded: Mapped[str] = mapped_column(String(200))
