"""Tables of products."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from prm.extensions import db
from prm.infra.db import Keyed, UtcDateTime, VendorOwned, tenant_key, tenant_table


class Product(Keyed, VendorOwned, db.Model):
    """Something the vendor sells. `price_minor` is the list price in minor units of `currency`.

    It holds until a ProductPrice has begun. What is not sold any more keeps what was ordered of it.
    """

    __tablename__ = "product"
    __table_args__ = tenant_table(UniqueConstraint("vendor_id", "name_folded"))

    name: Mapped[str] = mapped_column(String(200))
    name_folded: Mapped[str] = mapped_column(String(200))
    price_minor: Mapped[int | None] = mapped_column(BigInteger)
    currency: Mapped[str | None] = mapped_column(String(3))
    is_active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ProductPrice(Keyed, VendorOwned, db.Model):
    """A list price from a day on, in minor units of `currency`."""

    __tablename__ = "product_price"
    __table_args__ = tenant_table(
        tenant_key("product_id", "product"),
        UniqueConstraint("vendor_id", "product_id", "valid_from", "currency"),
        CheckConstraint("amount_minor >= 0", name="amount"),
    )

    product_id: Mapped[int]
    valid_from: Mapped[date]
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))


class ProductAlias(Keyed, VendorOwned, db.Model):
    """What a source system calls a product. Unique per vendor, however it is cased or spaced."""

    __tablename__ = "product_alias"
    __table_args__ = tenant_table(
        tenant_key("product_id", "product"), UniqueConstraint("vendor_id", "value_folded")
    )

    product_id: Mapped[int]
    value: Mapped[str] = mapped_column(String(200))
    value_folded: Mapped[str] = mapped_column(String(200))
