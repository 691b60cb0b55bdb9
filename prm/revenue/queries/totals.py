"""What orders sum to: by quarter, partner, region or product, with nothing lost on the way."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import Select, func, select

from prm.access import Actor, visible
from prm.extensions import db
from prm.partners.models import Partnership, Region
from prm.permissions import P
from prm.products.models import Product
from prm.revenue.models import Order
from prm.revenue.quarters import quarter_of
from prm.revenue.queries.orders import NONE, OrderFilters, narrow_orders
from prm.vendors.models import Vendor


class By(StrEnum):
    QUARTER = "quarter"
    PARTNER = "partner"
    REGION = "region"
    PRODUCT = "product"


@dataclass(frozen=True)
class RevenueRow:
    """One line of a report. `key` is stable and unique in it, `label` is for people.

    `link` are the parameters with which the list of orders shows exactly the rows behind it.
    `is_unmatched`: a product name that is no product of ours yet. `target_minor`: what was aimed at, and
    `measured_minor` the revenue of the quarters that is for; reports fill them in, revenue_by does not.
    """

    key: str
    label: str
    revenue_minor: int
    orders: int
    link: dict[str, str] = field(default_factory=dict)
    public_id: UUID | None = None
    is_unmatched: bool = False
    target_minor: int | None = None
    measured_minor: int = 0


@dataclass(frozen=True)
class CurrencyTotal:
    """Orders in one currency. They are never added to those of another."""

    currency: str
    total_minor: int
    orders: int


@dataclass(frozen=True)
class RevenueReport:
    """Revenue in `currency`, in its minor units. The rows always sum to the total.

    `other_currencies` holds what the same filters find in currencies that are not in the rows.
    """

    by: By
    currency: str
    total_minor: int
    orders: int
    rows: tuple[RevenueRow, ...]
    other_currencies: tuple[CurrencyTotal, ...]
    date_from: date | None
    date_to: date | None


def revenue_by(
    actor: Actor,
    by: By | str = By.QUARTER,
    date_from: date | None = None,
    date_to: date | None = None,
    *,
    currency: str | None = None,
    filters: OrderFilters | None = None,
) -> RevenueReport:
    """Sum the orders within the actor's reach, by `by`, both dates included.

    In the vendor's currency unless another is named. Quarters come in order of time, the rest by
    revenue, largest first; rows without a region or product stand under a key of their own.
    """
    by = By(by)
    currency = currency or reporting_currency(actor)
    wanted = replace(
        filters or OrderFilters(),
        **{k: v for k, v in (("date_from", date_from), ("date_to", date_to)) if v is not None},
    )
    totals = _by_currency(actor, replace(wanted, currency=None))
    in_currency = replace(wanted, currency=currency)
    rows = tuple(_ROWS[by](actor, in_currency))
    own = totals.get(currency, CurrencyTotal(currency, 0, 0))
    others = tuple(each for code, each in sorted(totals.items()) if code != currency)
    common = _common_link(wanted) | ({"currency": currency} if others else {})
    return RevenueReport(
        by=by,
        currency=currency,
        total_minor=sum(row.revenue_minor for row in rows),
        orders=own.orders,
        rows=tuple(replace(row, link={**common, **row.link}) for row in rows),
        other_currencies=others,
        date_from=wanted.date_from,
        date_to=wanted.date_to,
    )


def reporting_currency(actor: Actor) -> str:
    """The currency in which the vendor reports."""
    return db.session.scalars(select(Vendor.currency).where(Vendor.id == actor.vendor_id)).one()


def fiscal_start_month(actor: Actor) -> int:
    """The month (1–12) in which the vendor's fiscal year starts."""
    return db.session.scalars(
        select(Vendor.fiscal_year_start_month).where(Vendor.id == actor.vendor_id)
    ).one()


def _summed(actor: Actor, filters: OrderFilters, *keys: Any) -> Select[Any]:
    """select keys, sum of amounts, count of orders, grouped by the keys."""
    statement = select(*keys, func.sum(Order.amount_minor), func.count(Order.id)).select_from(Order)
    return narrow_orders(visible(statement.group_by(*keys), actor, P.ORDER_VIEW, Order), filters)


def _by_currency(actor: Actor, filters: OrderFilters) -> dict[str, CurrencyTotal]:
    found = db.session.execute(_summed(actor, filters, Order.currency))
    return {code: CurrencyTotal(code, int(total), count) for code, total, count in found}


def _by_quarter(actor: Actor, filters: OrderFilters) -> Iterable[RevenueRow]:
    found = db.session.execute(_summed(actor, filters, Order.ordered_on))
    days = [Day(on, int(total), count) for on, total, count in found]
    return in_quarters(days, fiscal_start_month(actor), filters)


@dataclass(frozen=True)
class Day:
    """What orders of one day sum to, in one currency."""

    on: date
    revenue_minor: int
    orders: int


def list_daily(actor: Actor, date_from: date, date_to: date) -> list[Day]:
    """The days with orders within reach between two, both included, in the vendor's currency.

    What a page shows for several stretches of time is summed from it: one query for all of them.
    """
    filters = OrderFilters(date_from=date_from, date_to=date_to, currency=reporting_currency(actor))
    found = db.session.execute(_summed(actor, filters, Order.ordered_on).order_by(Order.ordered_on))
    return [Day(on, int(total), count) for on, total, count in found]


def in_quarters(days: Iterable[Day], start_month: int, filters: OrderFilters) -> Iterable[RevenueRow]:
    """Days summed by fiscal quarter, in order of time."""
    sums: dict[Any, tuple[int, int]] = {}
    for ordered_on, total, count in ((day.on, day.revenue_minor, day.orders) for day in days):
        quarter = quarter_of(ordered_on, start_month)
        before = sums.get(quarter, (0, 0))
        sums[quarter] = (before[0] + int(total), before[1] + count)
    for quarter, (total, count) in sorted(sums.items()):
        first, last = quarter.first, quarter.last
        # A quarter that the report's dates cut opens only the part that was counted.
        link = {
            "from": max(first, filters.date_from or first).isoformat(),
            "to": min(last, filters.date_to or last).isoformat(),
        }
        yield RevenueRow(quarter.key, quarter.label, total, count, link)


def _by_partner(actor: Actor, filters: OrderFilters) -> Iterable[RevenueRow]:
    keys = (Partnership.id, Partnership.public_id, Partnership.name, Partnership.external_id)
    rows = [
        RevenueRow(name, name, int(total), count, {"partner": str(public_id)}, public_id)
        for _id, public_id, name, _external, total, count in db.session.execute(
            _summed(actor, filters, *keys).join(Partnership, Partnership.id == Order.partnership_id)
        )
    ]
    return _unique(sorted(rows, key=_largest_first))


def list_largest_partners(actor: Actor, date_from: date, date_to: date, limit: int) -> list[RevenueRow]:
    """The first rows of revenue_by(PARTNER), without the thousands behind them; of equal ones the older."""
    filters = OrderFilters(date_from=date_from, date_to=date_to, currency=reporting_currency(actor))
    summed = (
        _summed(actor, filters, Order.partnership_id)
        .with_only_columns(
            Order.partnership_id.label("key"),
            func.sum(Order.amount_minor).label("total"),
            func.count(Order.id).label("count"),
        )
        .order_by(func.sum(Order.amount_minor).desc(), Order.partnership_id)
        .limit(limit)
        .subquery("summed")
    )
    found = db.session.execute(
        select(Partnership.public_id, Partnership.name, summed.c.total, summed.c.count)
        .join(summed, summed.c.key == Partnership.id)
        .order_by(summed.c.total.desc(), Partnership.id)
    )
    common = _common_link(filters) | {"currency": filters.currency or ""}
    return [
        RevenueRow(name, name, int(total), count, {**common, "partner": str(public_id)}, public_id)
        for public_id, name, total, count in found
    ]


def _by_region(actor: Actor, filters: OrderFilters) -> Iterable[RevenueRow]:
    statement = (
        _summed(actor, filters, Region.id, Region.public_id, Region.name)
        .join(Partnership, Partnership.id == Order.partnership_id)
        .outerjoin(Region, Region.id == Partnership.region_id)
    )
    rows = [
        RevenueRow(name, name, int(total), count, {"region": str(public_id)}, public_id)
        if name is not None
        else RevenueRow("", _("No region"), int(total), count, {"region": NONE})
        for _id, public_id, name, total, count in db.session.execute(statement)
    ]
    return _unique(sorted(rows, key=_largest_first))


def _by_product(actor: Actor, filters: OrderFilters) -> Iterable[RevenueRow]:
    matched = _summed(actor, filters, Product.id, Product.public_id, Product.name).join(
        Product, Product.id == Order.product_id
    )
    unmatched = _summed(actor, filters, Order.product_name).where(Order.product_id.is_(None))
    rows = [
        RevenueRow(name, name, int(total), count, {"product": str(public_id)}, public_id)
        for _id, public_id, name, total, count in db.session.execute(matched)
    ]
    for name, total, count in db.session.execute(unmatched):
        label, link = (name, {"product_name": name}) if name else (_("No product"), {"product": NONE})
        rows.append(RevenueRow(name, label, int(total), count, link, None, True))
    return _unique(sorted(rows, key=_largest_first))


_ROWS = {
    By.QUARTER: _by_quarter,
    By.PARTNER: _by_partner,
    By.REGION: _by_region,
    By.PRODUCT: _by_product,
}


def _largest_first(row: RevenueRow) -> tuple[int, str, str]:
    return (-row.revenue_minor, row.key, str(row.public_id))


def _unique(rows: list[RevenueRow]) -> list[RevenueRow]:
    """Names need not be unique, keys are: of equal ones, those after the first get their id appended."""
    seen: set[str] = set()
    unique = []
    for row in rows:
        key = f"{row.key} ({row.public_id or 'unmatched'})" if row.key in seen else row.key
        seen.add(key)
        unique.append(replace(row, key=key))
    return unique


def _common_link(filters: OrderFilters) -> dict[str, str]:
    """The report's own filters, for the list of orders behind a row."""
    common = {
        "from": filters.date_from.isoformat() if filters.date_from else None,
        "to": filters.date_to.isoformat() if filters.date_to else None,
        "partner": filters.partner,
        "region": filters.region,
        "product": filters.product,
        "product_name": filters.product_name,
    }
    return {name: str(value) for name, value in common.items() if value is not None}
