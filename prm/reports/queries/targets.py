"""What was aimed at in a report's period, put beside what was ordered.

A target counts whole for every quarter that has begun and that lies in the period with every day it has
had: what is still running is measured against all of it, and a quarter that the period cuts is left out,
since a part of its revenue says nothing about the whole of its target. What is reached is the revenue of
the quarters that count alone, also where the report shows more of them. Targets are taken as stated: a
region's is not made up from its partners', nor the vendor's from its regions'.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import case, func, select

from prm.access import Actor, visible
from prm.extensions import db
from prm.infra import clock
from prm.partners.models import Partnership, Region
from prm.permissions import P
from prm.reports.terms import Terms
from prm.revenue.models import Order
from prm.revenue.quarters import Quarter, find_quarter
from prm.revenue.queries import By as RevenueBy
from prm.revenue.queries import RevenueReport, RevenueRow, narrow_orders
from prm.revenue.queries.targets import StatedTarget, list_targets
from prm.vendors.models import Vendor

Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True)
class Aims:
    """Targets in minor units: by row of each table, and as a whole (None: there is none)."""

    start_month: int = 1
    by_quarter: dict[Quarter, int] = field(default_factory=dict)
    by_partner: dict[tuple[UUID, str], int] = field(default_factory=dict)
    by_region: dict[tuple[UUID, str], int] = field(default_factory=dict)
    #: Revenue of the quarters for which a partner or region has a target, by public id.
    measured: dict[UUID, int] = field(default_factory=dict)

    @property
    def total_minor(self) -> int | None:
        return sum(self.by_quarter.values()) if self.by_quarter else None


def find_aims(actor: Actor, vendor: Vendor, terms: Terms) -> Aims:
    """The targets of a report's period under its filters.

    By quarter they are those of the partner or region that the report is limited to, else the vendor's.
    """
    today = clock.today(vendor.time_zone)
    counted = [
        target
        for target in list_targets(actor, vendor.currency)
        if _counts(target.quarter, terms.period.first, terms.period.last, today)
    ]
    measured = {
        **_measured(actor, terms, vendor.currency, Partnership.public_id,
                    [(each.partner[0], each.quarter) for each in counted if each.partner is not None]),
        **_measured(actor, terms, vendor.currency, Region.public_id,
                    [(each.region[0], each.quarter) for each in counted if each.region is not None]),
    }  # fmt: skip
    return Aims(
        vendor.fiscal_year_start_month,
        _sums((each.quarter, each) for each in counted if _is_whole(each, terms)),
        _sums(
            (each.partner[:2], each)
            for each in counted
            if each.partner is not None
            and terms.partner in (None, each.partner[0])
            and (terms.region is None or terms.region == each.partner[2])
        ),
        _sums(
            (each.region, each)
            for each in counted
            if each.region is not None and terms.partner is None and terms.region in (None, each.region[0])
        ),
        measured,
    )


def _measured(
    actor: Actor, terms: Terms, currency: str, key: Any, stated: list[tuple[UUID, Quarter]]
) -> dict[UUID, int]:
    """Revenue of each subject in the quarters that it has a target for; `key` is its public id's column."""
    quarters = {quarter.key: quarter for _subject, quarter in stated}
    if not quarters:
        return {}
    lies_in = case(
        *((Order.ordered_on.between(each.first, each.last), name) for name, each in quarters.items()),
        else_="",
    ).label("quarter")
    statement = (
        visible(select(key, lies_in, Order.amount_minor), actor, P.ORDER_VIEW, Order)
        .select_from(Order)
        .join(Partnership, Partnership.id == Order.partnership_id)
        .outerjoin(Region, Region.id == Partnership.region_id)
    )
    found = narrow_orders(statement, replace(terms.filters(), currency=currency)).subquery()
    subject, quarter, amount = found.c
    summed = select(subject, quarter, func.sum(amount)).where(quarter != "").group_by(subject, quarter)
    sums = {(each, name): int(total) for each, name, total in db.session.execute(summed)}
    measured: dict[UUID, int] = {}
    for each, in_quarter in stated:
        measured[each] = measured.get(each, 0) + sums.get((each, in_quarter.key), 0)
    return measured


def _counts(quarter: Quarter, first: date | None, last: date | None, today: date) -> bool:
    has_begun = quarter.first <= today
    is_cut = (first is not None and first > quarter.first) or (
        last is not None and last < min(quarter.last, today)
    )
    return has_begun and not is_cut


def _is_whole(target: StatedTarget, terms: Terms) -> bool:
    if terms.partner is not None:
        return target.partner is not None and target.partner[0] == terms.partner
    if terms.region is not None:
        return target.region is not None and target.region[0] == terms.region
    return target.partner is None and target.region is None


def _sums(pairs: Iterable[tuple[Key, StatedTarget]]) -> dict[Key, int]:
    sums: dict[Key, int] = {}
    for key, target in pairs:
        sums[key] = sums.get(key, 0) + target.amount_minor
    return sums


def with_aims(report: RevenueReport, aims: Aims) -> RevenueReport:
    """A report whose rows carry their targets; who was aimed for and ordered nothing comes to it."""
    if report.by is RevenueBy.QUARTER:
        quarters = {quarter.key: quarter for quarter in aims.by_quarter}
        amounts: dict[Hashable, int] = {quarter.key: each for quarter, each in aims.by_quarter.items()}
        rows = _joined(
            report, amounts, lambda row: row.key, lambda key: (str(key), quarters[str(key)].label, None)
        )
        rows = [replace(row, measured_minor=row.revenue_minor) for row in rows]
        rows.sort(key=lambda row: find_quarter(row.key, aims.start_month) or Quarter(0, 1))
        return replace(report, rows=tuple(rows))
    named = {RevenueBy.PARTNER: aims.by_partner, RevenueBy.REGION: aims.by_region}.get(report.by, {})
    names: dict[Hashable, tuple[UUID, str]] = {public_id: (public_id, name) for public_id, name in named}
    taken = {row.key for row in report.rows}

    def empty(key: Hashable) -> tuple[str, str, UUID]:
        public_id, name = names[key]
        return (f"{name} ({public_id})" if name in taken else name, name, public_id)

    amounts = {public_id: amount for (public_id, _), amount in named.items()}
    rows = _joined(report, amounts, lambda row: row.public_id, empty)
    measured = aims.measured
    return replace(
        report,
        rows=tuple(
            replace(row, measured_minor=measured.get(row.public_id, 0)) if row.public_id else row
            for row in rows
        ),
    )


def _joined(
    report: RevenueReport,
    amounts: Mapping[Hashable, int],
    key_of: Callable[[RevenueRow], Hashable],
    empty: Callable[[Hashable], tuple[str, str, UUID | None]],
) -> list[RevenueRow]:
    """The rows with their targets, then a row of nothing ordered for every other target."""
    rows = [replace(row, target_minor=amounts.get(key_of(row))) for row in report.rows]
    added = []
    for missing in set(amounts) - {key_of(row) for row in report.rows}:
        key, label, public_id = empty(missing)
        added.append(RevenueRow(key, label, 0, 0, public_id=public_id, target_minor=amounts[missing]))
    return rows + sorted(added, key=lambda row: (-(row.target_minor or 0), row.label, row.key))
