"""The rows behind the figures: orders with the import line they came from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select

from prm.access import Actor, visible
from prm.attribution.credits import Unit
from prm.customers.models import Customer
from prm.deals.models import Deal
from prm.errors import NotFound
from prm.extensions import db
from prm.imports.models import ImportBatch
from prm.partners.models import Partnership, Region
from prm.permissions import P
from prm.products.models import Product
from prm.revenue.models import Order
from prm.revenue.queries import OrderFilters, narrow_orders
from prm.vendors.models import StoredFile, Vendor


@dataclass(frozen=True)
class OrderLine:
    """An order and where it came from. `product` and `customer` are the source's words if unmatched."""

    id: int
    public_id: UUID
    external_id: str
    source_system: str
    ordered_on: date
    closed_on: date | None
    partner: str
    partner_id: UUID
    region: str
    customer: str
    product: str
    amount_minor: int
    currency: str
    batch_id: UUID | None
    file_name: str
    line: int | None


def _lines() -> Select[Any]:
    return (
        select(
            Order.id,
            Order.public_id,
            Order.external_id,
            Order.source_system,
            Order.ordered_on,
            Deal.closed_on,
            Partnership.name,
            Partnership.public_id,
            Region.name,
            Customer.name,
            Order.customer_name,
            Product.name,
            Order.product_name,
            Order.amount_minor,
            Order.currency,
            ImportBatch.public_id,
            StoredFile.name,
            Order.line,
        )
        .join(Partnership, Partnership.id == Order.partnership_id)
        .outerjoin(Region, Region.id == Partnership.region_id)
        .outerjoin(Deal, Deal.id == Order.deal_id)
        .outerjoin(Customer, Customer.id == Order.customer_id)
        .outerjoin(Product, Product.id == Order.product_id)
        .outerjoin(ImportBatch, ImportBatch.id == Order.batch_id)
        .outerjoin(StoredFile, StoredFile.id == ImportBatch.file_id)
        .order_by(Order.ordered_on, Order.id)
    )


def _line(row: Any) -> OrderLine:
    (
        id_, public_id, external_id, source, ordered_on, closed_on, partner, partner_id, region,
        customer, customer_name, product, product_name, amount, currency, batch_id, file_name, line,
    ) = row  # fmt: skip
    return OrderLine(
        id_, public_id, external_id, source, ordered_on, closed_on, partner, partner_id, region or "",
        customer or customer_name, product or product_name, amount, currency, batch_id,
        file_name or "", line,
    )  # fmt: skip


def list_order_lines(actor: Actor, filters: OrderFilters) -> list[OrderLine]:
    """The orders that `filters` leave, by day of order."""
    statement = narrow_orders(visible(_lines(), actor, P.ORDER_VIEW, Order), filters)
    return [_line(row) for row in db.session.execute(statement)]


def find_order_lines(actor: Actor, order_ids: Iterable[int]) -> dict[int, OrderLine]:
    """The orders of some keys: those on one page of a trace."""
    statement = visible(_lines(), actor, P.ORDER_VIEW, Order).where(Order.id.in_(sorted(set(order_ids))))
    return {row[0]: _line(row) for row in db.session.execute(statement)}


def get_unit(actor: Actor, vendor: Vendor, order_id: UUID) -> tuple[Unit, OrderLine]:
    """One order as it is credited, and as it is shown. Raises NotFound."""
    statement = visible(_lines(), actor, P.ORDER_VIEW, Order).where(Order.public_id == order_id)
    row = db.session.execute(statement.add_columns(Order.partnership_id)).one_or_none()
    if row is None:
        raise NotFound
    *values, partnership_id = row
    line = _line(values)
    anchor = line.closed_on or line.ordered_on
    return Unit(line.id, partnership_id, line.ordered_on, anchor, line.amount_minor), line
