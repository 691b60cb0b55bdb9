"""Tables of deals."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import BigInteger, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from prm.customers.models import Customer
from prm.extensions import db
from prm.infra.db import (
    Keyed,
    UtcDateTime,
    VendorOwned,
    enum_column,
    tenant_key,
    tenant_table,
)
from prm.partners.models import Partnership
from prm.products.models import Product


class DealStage(StrEnum):
    SUBMITTED = "submitted"
    APPROVED = "approved"
    REJECTED = "rejected"
    WON = "won"
    LOST = "lost"
    EXPIRED = "expired"


OPEN_STAGES = (DealStage.SUBMITTED, DealStage.APPROVED)


class Deal(Keyed, VendorOwned, db.Model):
    """An opportunity. `amount_minor` in minor units of `currency`; null where the source has none.

    `registered_on` is the source's date (may be absent), `received_at` the server's instant.
    `product_name` and `customer_name` are the source's words; "" where it had none.
    """

    __tablename__ = "deal"
    __table_args__ = tenant_table(
        tenant_key("partnership_id", "partnership"),
        tenant_key("customer_id", "customer"),
        tenant_key("product_id", "product"),
        tenant_key("batch_id", "import_batch"),
        UniqueConstraint("vendor_id", "source_system", "external_id"),
        Index("ix_deal_vendor_partnership", "vendor_id", "partnership_id"),
        Index("ix_deal_vendor_registered", "vendor_id", "registered_on"),
        Index("ix_deal_sums", "vendor_id", "currency", "amount_minor"),  # read from it alone
        Index("ix_deal_unmatched_product", "vendor_id", "product_id", "product_name"),
        Index("ix_deal_unmatched_customer", "vendor_id", "customer_id", "customer_name"),
        Index("ix_deal_vendor_batch", "vendor_id", "batch_id", "line"),
    )
    reach_own = "partnership_id"

    partnership_id: Mapped[int]
    customer_id: Mapped[int | None]
    customer_name: Mapped[str] = mapped_column(String(200), default="")
    product_id: Mapped[int | None]
    product_name: Mapped[str] = mapped_column(String(200), default="")
    stage: Mapped[DealStage] = enum_column(DealStage)
    amount_minor: Mapped[int | None] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    registered_on: Mapped[date | None]
    closed_on: Mapped[date | None]
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    source_system: Mapped[str] = mapped_column(String(60))
    external_id: Mapped[str] = mapped_column(String(120))
    batch_id: Mapped[int | None]
    line: Mapped[int | None]

    partnership: Mapped[Partnership] = relationship(viewonly=True)
    customer: Mapped[Customer | None] = relationship(viewonly=True)
    product: Mapped[Product | None] = relationship(viewonly=True)
