"""Tables of revenue."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from prm.customers.models import Customer
from prm.deals.models import Deal
from prm.extensions import db
from prm.infra.db import Keyed, UtcDateTime, VendorOwned, tenant_key, tenant_table
from prm.partners.models import Partnership
from prm.products.models import Product


class Order(Keyed, VendorOwned, db.Model):
    """An order. `amount_minor` in minor units of `currency`; negative amounts are credit notes.

    `product_name` and `customer_name` are the source's words; "" where it had none. `is_derived`: made
    from a deal that was won (same source, same external id), and following that deal.
    """

    __tablename__ = "sales_order"
    __table_args__ = tenant_table(
        tenant_key("partnership_id", "partnership"),
        tenant_key("customer_id", "customer"),
        tenant_key("product_id", "product"),
        tenant_key("deal_id", "deal"),
        tenant_key("batch_id", "import_batch"),
        UniqueConstraint("vendor_id", "source_system", "external_id"),
        Index("ix_sales_order_vendor_date", "vendor_id", "ordered_on"),
        Index("ix_sales_order_vendor_partnership", "vendor_id", "partnership_id", "ordered_on"),
        Index("ix_sales_order_unmatched_product", "vendor_id", "product_id", "product_name"),
        Index("ix_sales_order_unmatched_customer", "vendor_id", "customer_id", "customer_name"),
        Index("ix_sales_order_vendor_deal", "vendor_id", "deal_id"),
        Index("ix_sales_order_vendor_batch", "vendor_id", "batch_id", "line"),
    )
    reach_own = "partnership_id"

    partnership_id: Mapped[int]
    customer_id: Mapped[int | None]
    customer_name: Mapped[str] = mapped_column(String(200), default="")
    product_id: Mapped[int | None]
    product_name: Mapped[str] = mapped_column(String(200), default="")
    ordered_on: Mapped[date]
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    deal_id: Mapped[int | None]
    deal_external_id: Mapped[str | None] = mapped_column(String(120))
    is_derived: Mapped[bool] = mapped_column(default=False)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    source_system: Mapped[str] = mapped_column(String(60))
    external_id: Mapped[str] = mapped_column(String(120))
    batch_id: Mapped[int | None]
    line: Mapped[int | None]

    partnership: Mapped[Partnership] = relationship(viewonly=True)
    customer: Mapped[Customer | None] = relationship(viewonly=True)
    product: Mapped[Product | None] = relationship(viewonly=True)
    deal: Mapped[Deal | None] = relationship(viewonly=True)
