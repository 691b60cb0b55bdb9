"""Tables of revenue."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, Index, String, UniqueConstraint
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
        # Sums are read from it alone: by currency, within dates, of some partnerships.
        Index("ix_sales_order_sums", "vendor_id", "currency", "ordered_on", "amount_minor", "partnership_id"),
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


class Invoice(Keyed, VendorOwned, db.Model):
    """An invoice. `amount_minor` in minor units of `currency`; negative amounts are credit notes.

    `order_external_id` is the source's word for its order, "" where it named none; `order_id` the
    order of that id from the same source, once there is one.
    """

    __tablename__ = "invoice"
    __table_args__ = tenant_table(
        tenant_key("partnership_id", "partnership"),
        tenant_key("order_id", "sales_order"),
        tenant_key("batch_id", "import_batch"),
        UniqueConstraint("vendor_id", "source_system", "external_id"),
        Index("ix_invoice_vendor_date", "vendor_id", "invoiced_on"),
        Index("ix_invoice_vendor_partnership", "vendor_id", "partnership_id", "invoiced_on"),
        Index("ix_invoice_vendor_order", "vendor_id", "order_id"),
        Index("ix_invoice_waiting", "vendor_id", "source_system", "order_external_id"),
    )
    reach_own = "partnership_id"

    partnership_id: Mapped[int]
    order_id: Mapped[int | None]
    order_external_id: Mapped[str] = mapped_column(String(120), default="")
    invoiced_on: Mapped[date]
    due_on: Mapped[date | None]
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    source_system: Mapped[str] = mapped_column(String(60))
    external_id: Mapped[str] = mapped_column(String(120))
    batch_id: Mapped[int | None]
    line: Mapped[int | None]

    partnership: Mapped[Partnership] = relationship(viewonly=True)
    order: Mapped[Order | None] = relationship(viewonly=True)


class Payment(Keyed, VendorOwned, db.Model):
    """What was paid on an invoice, in its currency; a negative amount went back."""

    __tablename__ = "payment"
    __table_args__ = tenant_table(
        tenant_key("invoice_id", "invoice"),
        tenant_key("batch_id", "import_batch"),
        UniqueConstraint("vendor_id", "source_system", "external_id"),
        Index("ix_payment_vendor_invoice", "vendor_id", "invoice_id"),
    )

    invoice_id: Mapped[int]
    paid_on: Mapped[date]
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    source_system: Mapped[str] = mapped_column(String(60))
    external_id: Mapped[str] = mapped_column(String(120))
    batch_id: Mapped[int | None]
    line: Mapped[int | None]


class Target(Keyed, VendorOwned, db.Model):
    """Revenue aimed at in one fiscal quarter: by a partnership, in a region, or by the whole vendor.

    `scope` says which in one value (see scope_of), since columns that are empty are never alike.
    `fiscal_year` and `quarter` are the vendor's: see prm/revenue/quarters.py.
    """

    __tablename__ = "target"
    __table_args__ = tenant_table(
        tenant_key("partnership_id", "partnership"),
        tenant_key("region_id", "region"),
        UniqueConstraint("vendor_id", "fiscal_year", "quarter", "scope"),
        CheckConstraint("quarter BETWEEN 1 AND 4", name="quarter"),
        CheckConstraint("amount_minor >= 0", name="amount"),
        CheckConstraint("partnership_id IS NULL OR region_id IS NULL", name="one_scope"),
    )
    reach_own = "partnership_id"

    partnership_id: Mapped[int | None]
    region_id: Mapped[int | None]
    scope: Mapped[str] = mapped_column(String(40))
    fiscal_year: Mapped[int]
    quarter: Mapped[int]
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))


def scope_of(partnership_id: int | None, region_id: int | None) -> str:
    """What Target.scope holds."""
    if partnership_id is not None:
        return f"partnership:{partnership_id}"
    return f"region:{region_id}" if region_id is not None else "vendor"
