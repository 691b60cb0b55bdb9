"""Which orders there are: one, or those that a set of filters leaves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import selectinload

from prm.access import Actor, visible
from prm.customers.models import Customer
from prm.deals.models import Deal
from prm.errors import NotFound
from prm.extensions import db
from prm.partners.models import Partnership, Region
from prm.permissions import P
from prm.products.models import Product
from prm.revenue.models import Order

NONE = "none"  # in a filter: rows that have no region, or no product at all


@dataclass(frozen=True)
class OrderFilters:
    """What narrows orders; None everywhere is all of them. Dates include both ends.

    `region` and `product` are public ids, or NONE for rows without. `product_name` is an unmatched
    name as the source writes it.
    """

    date_from: date | None = None
    date_to: date | None = None
    currency: str | None = None
    partner: UUID | None = None
    region: UUID | str | None = None
    product: UUID | str | None = None
    product_name: str | None = None


def narrow_orders(statement: Select[Any], filters: OrderFilters) -> Select[Any]:
    """The statement over Order, with the filters applied."""
    if filters.date_from is not None:
        statement = statement.where(Order.ordered_on >= filters.date_from)
    if filters.date_to is not None:
        statement = statement.where(Order.ordered_on <= filters.date_to)
    if filters.currency is not None:
        statement = statement.where(Order.currency == filters.currency)
    if filters.partner is not None:
        statement = statement.where(_is_of(Partnership.public_id == filters.partner))
    if filters.region == NONE:
        statement = statement.where(_is_of(Partnership.region_id.is_(None)))
    elif isinstance(filters.region, UUID):
        region = select(Region.id).where(Region.public_id == filters.region)
        statement = statement.where(_is_of(Partnership.region_id.in_(region)))
    if filters.product == NONE:
        statement = statement.where(Order.product_id.is_(None), Order.product_name == "")
    elif isinstance(filters.product, UUID):
        product = select(Product.id).where(Product.public_id == filters.product)
        statement = statement.where(Order.product_id.in_(product))
    if filters.product_name is not None:
        statement = statement.where(Order.product_id.is_(None), Order.product_name == filters.product_name)
    return statement


def _is_of(criterion: Any) -> Any:
    return Order.partnership_id.in_(select(Partnership.id).where(criterion))


def partner_of(column: Any) -> Any:
    """A column of an order's partnership as a value: who only counts and sums orders need not join it."""
    return select(column).where(Partnership.id == Order.partnership_id).correlate(Order).scalar_subquery()


def orders_for_page() -> Select[Any]:
    """What a page of orders shows beside them; narrowed by the keys of what it lists only."""
    return select(Order).options(
        selectinload(Order.partnership), selectinload(Order.customer), selectinload(Order.product)
    )


def orders(actor: Actor) -> Select[Any]:
    """The orders within reach, for a table."""
    return visible(select(Order), actor, P.ORDER_VIEW)


def orders_for_export(actor: Actor) -> Select[Any]:
    """The same orders as plain columns, to be written to a file."""
    statement = (
        select(
            Order.external_id, Order.ordered_on, Partnership.name, Region.name, Customer.name,
            Order.customer_name, Product.name, Order.product_name, Order.amount_minor, Order.currency,
            Order.deal_external_id, Order.source_system,
        )
        .select_from(Order)
        .join(Partnership, Partnership.id == Order.partnership_id)
        .outerjoin(Region, Region.id == Partnership.region_id)
        .outerjoin(Customer, Customer.id == Order.customer_id)
        .outerjoin(Product, Product.id == Order.product_id)
    )  # fmt: skip
    return visible(statement, actor, P.ORDER_VIEW, Order)


def orders_of_deal(actor: Actor, deal_key: int) -> list[Order]:
    """The orders that a deal became, oldest first."""
    statement = visible(select(Order), actor, P.ORDER_VIEW).where(Order.deal_id == deal_key)
    return list(db.session.scalars(statement.order_by(Order.ordered_on, Order.id)))


def list_order_currencies(actor: Actor) -> list[str]:
    """The currencies that orders within reach are in."""
    statement = visible(select(Order.currency), actor, P.ORDER_VIEW, Order)
    return sorted(db.session.scalars(statement.distinct()))


def find_order(actor: Actor, order_id: UUID) -> Order | None:
    """The order of that public id, or None where there is none within reach."""
    return db.session.scalars(
        visible(select(Order).where(Order.public_id == order_id), actor, P.ORDER_VIEW).options(
            selectinload(Order.partnership).selectinload(Partnership.region),
            selectinload(Order.customer),
            selectinload(Order.product),
        )
    ).one_or_none()


def find_deal_of(actor: Actor, order: Order) -> Deal | None:
    """The deal that an order came from, within reach: a source may name another partner's."""
    return db.session.scalars(
        visible(select(Deal), actor, P.DEAL_VIEW).where(Deal.id == order.deal_id)
    ).one_or_none()


def get_order(actor: Actor, order_id: UUID) -> Order:
    """The order of that public id. Raises NotFound."""
    order = find_order(actor, order_id)
    if order is None:
        raise NotFound
    return order
