"""The executive's figures, composed once: page, PDF, XLSX and command show these and no others."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func, select

from prm.access import Actor, visible
from prm.attribution.credits import Model
from prm.attribution.grouping import By, CreditRow, disagreement_minor
from prm.attribution.queries import Attribution, get_attribution
from prm.extensions import db
from prm.infra import clock
from prm.partners.models import Partnership, Region
from prm.partners.queries import has_partners
from prm.permissions import P
from prm.reports.periods import Against, Period, Preset, compared_periods, period_of
from prm.reports.queries.targets import Aims, find_aims, with_aims
from prm.reports.queries.trained import TrainedSplit, split_by_training
from prm.reports.terms import Terms
from prm.revenue.models import Order
from prm.revenue.quarters import Quarter, quarter_of
from prm.revenue.queries import By as RevenueBy
from prm.revenue.queries import CurrencyTotal, RevenueReport, RevenueRow, revenue_by
from prm.vendors.models import Vendor

CREDIT_GROUPINGS = (By.CAMPAIGN, By.ASSET, By.COURSE)


@dataclass(frozen=True)
class Comparison:
    """Revenue of another period under the same filters."""

    period: Period
    revenue_minor: int
    orders: int


@dataclass(frozen=True)
class Overview:
    """All figures of the revenue report. Amounts in minor units of `currency`."""

    vendor_name: str
    currency: str
    time_zone: str
    as_of: datetime
    terms: Terms
    by_quarter: RevenueReport
    by_partner: RevenueReport
    by_region: RevenueReport
    by_product: RevenueReport
    quarters: tuple[Quarter, ...]
    quarters_by_region: Mapping[str, tuple[int, ...]]
    comparisons: Mapping[Against, Comparison]
    aims: Aims
    partners: int
    attribution: Attribution
    credits: Mapping[By, tuple[CreditRow, ...]]
    trained: TrainedSplit
    fingerprint: str

    @property
    def revenue_minor(self) -> int:
        return self.by_quarter.total_minor

    @property
    def orders(self) -> int:
        return self.by_quarter.orders

    @property
    def attributed_minor(self) -> int:
        return self.attribution.tally.attributed_minor

    @property
    def unattributed_minor(self) -> int:
        return self.attribution.tally.unattributed_minor

    @property
    def other_currencies(self) -> tuple[CurrencyTotal, ...]:
        return self.by_quarter.other_currencies

    @property
    def measured_minor(self) -> int:
        """Revenue of the quarters that have a target."""
        return sum(row.measured_minor for row in self.by_quarter.rows if row.target_minor is not None)

    @property
    def partners_with_revenue(self) -> int:
        return sum(row.orders > 0 for row in self.by_partner.rows)


def compose_overview(actor: Actor, vendor: Vendor, terms: Terms) -> Overview:
    """Read and compute everything the revenue report shows, as of now."""
    filters = terms.filters()
    aims = find_aims(actor, vendor, terms)
    totals = {by: with_aims(revenue_by(actor, by, filters=filters), aims) for by in RevenueBy}
    attribution = get_attribution(actor, vendor, filters, terms.lookback_days)
    credits = {by: tuple(attribution.rows(by)) for by in CREDIT_GROUPINGS}
    trained = split_by_training(actor, vendor, attribution.units, terms.period.first, terms.period.last)
    quarters, by_region = _quarters_by_region(actor, vendor, attribution)
    comparisons = {
        against: _compare(actor, vendor, terms, period)
        for against, period in compared_periods(
            terms.preset, terms.period, vendor.fiscal_year_start_month
        ).items()
    }
    return Overview(
        vendor_name=vendor.name,
        currency=vendor.currency,
        time_zone=vendor.time_zone,
        as_of=clock.now(),
        terms=terms,
        by_quarter=totals[RevenueBy.QUARTER],
        by_partner=totals[RevenueBy.PARTNER],
        by_region=totals[RevenueBy.REGION],
        by_product=totals[RevenueBy.PRODUCT],
        quarters=quarters,
        quarters_by_region=by_region,
        comparisons=comparisons,
        aims=aims,
        partners=_count_partners(actor, terms),
        attribution=attribution,
        credits=credits,
        trained=trained,
        fingerprint=_fingerprint(totals, credits, attribution, trained),
    )


def _compare(actor: Actor, vendor: Vendor, terms: Terms, period: Period) -> Comparison:
    report = revenue_by(actor, RevenueBy.REGION, filters=terms.filters(period))
    return Comparison(period, report.total_minor, report.orders)


def _count_partners(actor: Actor, terms: Terms) -> int:
    """Partnerships under the filters, whether or not they ordered; of two that were merged, one."""
    statement = visible(select(func.count(Partnership.id)), actor, P.REPORT_VIEW, Partnership).where(
        Partnership.merged_into_id.is_(None)
    )
    if terms.partner is not None:
        statement = statement.where(Partnership.public_id == terms.partner)
    if isinstance(terms.region, str):
        statement = statement.where(Partnership.region_id.is_(None))
    elif terms.region is not None:
        region = select(Region.id).where(Region.public_id == terms.region)
        statement = statement.where(Partnership.region_id.in_(region))
    return db.session.scalars(statement).one()


def _quarters_by_region(
    actor: Actor, vendor: Vendor, attribution: Attribution
) -> tuple[tuple[Quarter, ...], dict[str, tuple[int, ...]]]:
    """Every quarter from the first order to the last, and each region's revenue in it.

    Quarters in which nothing was ordered are there too: time does not jump. "" is no region.
    """
    units = attribution.units
    if not units:
        return (), {}
    statement = visible(
        select(Partnership.id, Region.name).join(Region, Region.id == Partnership.region_id),
        actor,
        P.REPORT_VIEW,
        Partnership,
    )
    region_of: dict[int, str] = dict(db.session.execute(statement).all())  # type: ignore[arg-type]
    start_month = vendor.fiscal_year_start_month
    sums: dict[tuple[str, Quarter], int] = {}
    quarter_of_day: dict[date, Quarter] = {}
    for unit in units:
        quarter = quarter_of_day.get(unit.ordered_on)
        if quarter is None:
            quarter = quarter_of_day[unit.ordered_on] = quarter_of(unit.ordered_on, start_month)
        key = region_of.get(unit.partnership_id, ""), quarter
        sums[key] = sums.get(key, 0) + unit.amount_minor
    quarters = _between(min(quarter_of_day.values()), max(quarter_of_day.values()))
    totals: dict[str, int] = {}
    for (region, _quarter), amount in sums.items():
        totals[region] = totals.get(region, 0) + amount
    ranked = sorted(totals, key=lambda region: (-totals[region], region))
    return quarters, {region: tuple(sums.get((region, q), 0) for q in quarters) for region in ranked}


#: A stray date centuries away must not draw a thousand empty quarters.
MOST_QUARTERS = 400


def _between(first: Quarter, last: Quarter) -> tuple[Quarter, ...]:
    quarters = [first]
    while quarters[-1] < last and len(quarters) < MOST_QUARTERS:
        quarters.append(quarters[-1].next)
    return tuple(quarters)


def disagreement(rows: Sequence[CreditRow]) -> dict[tuple[Model, Model], int]:
    """How much credit changes hands between the rows, for every two models."""
    models = list(Model)
    return {
        (one, other): disagreement_minor(rows, one, other)
        for place, one in enumerate(models)
        for other in models[place + 1 :]
    }


def _aim(row: RevenueRow) -> list[int]:
    return [] if row.target_minor is None else [row.target_minor]


def _fingerprint(
    totals: Mapping[RevenueBy, RevenueReport],
    credits: Mapping[By, tuple[CreditRow, ...]],
    attribution: Attribution,
    trained: TrainedSplit,
) -> str:
    """Eight characters that differ when any figure does, so that two printouts can be compared.

    Sorted by key: names, and the order they bring, depend on the reader's language.
    """
    figures = {
        "totals": {
            by.value: sorted([r.key, r.revenue_minor, r.orders, *_aim(r)] for r in totals[by].rows)
            for by in totals
        },
        "credits": {
            by.value: sorted([row.key, *(row.credits[model] for model in Model)] for row in rows)
            for by, rows in credits.items()
        },
        "unattributed": attribution.tally.unattributed_minor,
        "trained": [
            [side.partners, side.orders, side.revenue_minor, side.median_minor, side.partner_days]
            for side in (trained.trained, trained.untrained)
        ],
    }
    written = json.dumps(figures, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(written.encode()).hexdigest()[:8]


# -- what can be asked -------------------------------------------------------------------------


@dataclass(frozen=True)
class Choices:
    """What the filters offer, and the period shown where none is asked for."""

    regions: tuple[tuple[str, str], ...]
    partners: tuple[tuple[str, str], ...]
    has_orders: bool
    default_preset: Preset


MOST_PARTNERS_OFFERED = 300


def read_choices(actor: Actor, vendor: Vendor, partner: str = "") -> Choices:
    """Regions and partners to filter by; the trailing year by default, if anything was ordered in it.

    Where there are more partners than a list is good for, only the `partner` (a public id) that a
    link already names is offered.
    """
    regions = db.session.execute(
        visible(
            select(Region.public_id, Region.name).where(has_partners()), actor, P.REPORT_VIEW, Region
        ).order_by(Region.name)
    )
    offered = visible(select(Partnership.public_id, Partnership.name), actor, P.REPORT_VIEW, Partnership)
    partners = db.session.execute(
        offered.order_by(Partnership.name_folded, Partnership.id).limit(MOST_PARTNERS_OFFERED + 1)
    ).all()
    if len(partners) > MOST_PARTNERS_OFFERED:
        named = _find_id(partner)
        partners = db.session.execute(offered.where(Partnership.public_id == named)).all() if named else []
    trailing = period_of(Preset.TRAILING, clock.today(vendor.time_zone), vendor.fiscal_year_start_month)
    latest = db.session.scalars(
        visible(select(func.max(Order.ordered_on)), actor, P.ORDER_VIEW, Order).where(
            Order.ordered_on <= trailing.last
        )
    ).one()
    has_orders = latest is not None or bool(
        db.session.scalars(visible(select(Order.id), actor, P.ORDER_VIEW, Order).limit(1)).first()
    )
    is_recent = latest is not None and trailing.first is not None and latest >= trailing.first
    return Choices(
        regions=tuple((str(public_id), name) for public_id, name in regions),
        partners=tuple((str(public_id), name) for public_id, name in partners),
        has_orders=has_orders,
        default_preset=Preset.TRAILING if is_recent else Preset.ALL,
    )


def _find_id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
