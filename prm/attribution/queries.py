"""Reads of attribution: orders with their anchors, touches, and the credits between them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cache
from itertools import chain
from typing import Any

from sqlalchemy import func, select

from prm.access import Actor, visible
from prm.attribution.credits import (
    Model,
    Tally,
    Target,
    Touches,
    TouchKind,
    Unit,
    Window,
    arrange_touches,
    split,
    split_by_target,
    tally_credits,
    window_before,
)
from prm.attribution.grouping import (
    UNATTRIBUTED,
    By,
    Catalogue,
    CreditRow,
    GroupKey,
    Named,
    group_rows,
)
from prm.certification.models import Certificate, Certification
from prm.deals.models import Deal
from prm.extensions import db
from prm.infra import clock
from prm.marketing.models import Asset, Campaign, UsageEvent
from prm.partners.models import Partnership
from prm.permissions import P
from prm.revenue.models import Order
from prm.revenue.queries import OrderFilters, narrow_orders, narrow_partners
from prm.training.models import Completion, Course
from prm.vendors.models import Vendor

DEFAULT_LOOKBACK = 90
MAX_LOOKBACK = 3650


@dataclass(frozen=True)
class Attribution:
    """Orders, touches and what every model makes of them, for one choice of orders and look-back."""

    units: list[Unit]
    touches: Touches
    tally: Tally
    catalogue: Catalogue
    lookback_days: int
    currency: str
    time_zone: str

    def rows(self, by: By) -> list[CreditRow]:
        return group_rows(self.tally, self.touches.targets, self.catalogue, by)

    def window_of(self, anchor: date) -> Window:
        return window_before(anchor, self.lookback_days, self.time_zone)


@dataclass(frozen=True, slots=True)
class OrderCredit:
    """What an order adds to one row of credit: its touches of that row, and what they earned.

    `target` is set where all of them are of one; no touches: an order that nothing came before.
    """

    unit: Unit
    touches: int
    target: Target | None
    first_at: datetime | None
    last_at: datetime | None
    amount_minor: int


def get_attribution(
    actor: Actor, vendor: Vendor, filters: OrderFilters, lookback_days: int = DEFAULT_LOOKBACK
) -> Attribution:
    """Credit the orders that `filters` leave, in the reporting currency, under every model."""
    units = list_units(actor, vendor, filters)
    touches = _read_touches(actor, vendor, filters, units, lookback_days)
    catalogue = _read_catalogue(actor)
    groupings = {
        by: [catalogue.group_of(by, target) for target in touches.targets]
        for by in (By.ASSET, By.CAMPAIGN, By.COURSE)
    }
    tally = tally_credits(units, touches, _windows(lookback_days, vendor.time_zone), groupings)
    return Attribution(units, touches, tally, catalogue, lookback_days, vendor.currency, vendor.time_zone)


def _windows(lookback_days: int, time_zone: str) -> Callable[[date], Window]:
    @cache
    def window_of(anchor: date) -> Window:
        return window_before(anchor, lookback_days, time_zone)

    return window_of


def list_units(actor: Actor, vendor: Vendor, filters: OrderFilters) -> list[Unit]:
    """The orders that `filters` leave, in the reporting currency, by day of order."""
    statement = (
        select(
            Order.id,
            Order.partnership_id,
            Order.ordered_on,
            func.coalesce(Deal.closed_on, Order.ordered_on),
            Order.amount_minor,
        )
        .join(Partnership, Partnership.id == Order.partnership_id)
        .join(Deal, Deal.id == Order.deal_id, isouter=True)
        .order_by(Order.ordered_on, Order.id)
    )
    statement = narrow_orders(
        visible(statement, actor, P.ORDER_VIEW, Order), replace(filters, currency=vendor.currency)
    )
    return [Unit(*row) for row in db.session.execute(statement)]


# -- touches -----------------------------------------------------------------------------------


def _read_touches(
    actor: Actor, vendor: Vendor, filters: OrderFilters, units: Sequence[Unit], lookback_days: int
) -> Touches:
    """Every touch that could stand before one of the units, arranged per partnership."""
    if not units:
        return Touches()
    anchors = [unit.anchor for unit in units]
    first = window_before(min(anchors), lookback_days, vendor.time_zone).start
    last = window_before(max(anchors), lookback_days, vendor.time_zone).end
    return arrange_touches(_touch_rows(actor, filters, Window(first, last)))


def _touch_rows(
    actor: Actor, filters: OrderFilters, window: Window
) -> Iterator[tuple[int, datetime, Target]]:
    """(partnership, instant, target) by kind, then instant, then public id."""
    for kind, model, at, target_id in (
        (TouchKind.USAGE, UsageEvent, UsageEvent.at, UsageEvent.asset_id),
        (TouchKind.COMPLETION, Completion, Completion.completed_at, Completion.course_id),
        (TouchKind.CERTIFICATE, Certificate, Certificate.issued_at, Certificate.certification_id),
    ):
        statement = (
            select(model.partnership_id, at, target_id)
            .join(Partnership, Partnership.id == model.partnership_id)
            .where(at >= window.start, at < window.end)
            .order_by(at, model.public_id)
        )
        # Only who made the orders counts here: dates and products narrow orders, not touches.
        statement = narrow_partners(
            visible(statement, actor, P.REPORT_VIEW, model), model.partnership_id, filters
        )
        known: dict[int, Target] = {}
        for partnership_id, instant, target in db.session.execute(statement):
            if target not in known:
                known[target] = Target(kind, target)
            yield partnership_id, instant, known[target]


def _read_catalogue(actor: Actor) -> Catalogue:
    """The names of everything that credits and orders point at."""

    def named(model: Any, name: Any) -> dict[int, Named]:
        statement = visible(select(model.id, model.public_id, name), actor, P.REPORT_VIEW, model)
        return {key: Named(public_id, text) for key, public_id, text in db.session.execute(statement)}

    campaigns = visible(select(Asset.id, Asset.campaign_id), actor, P.REPORT_VIEW, Asset)
    return Catalogue(
        assets=named(Asset, Asset.title),
        campaign_of_asset=dict(db.session.execute(campaigns).all()),
        campaigns=named(Campaign, Campaign.name),
        courses=named(Course, Course.title),
        certifications=named(Certification, Certification.name),
        partnerships=named(Partnership, Partnership.name),
    )


# -- traces ------------------------------------------------------------------------------------


def list_credits(attribution: Attribution, model: Model, by: By, key: str) -> list[OrderCredit]:
    """The orders behind one row of a grouping, by day; their amounts sum to the row's credit.

    `key` is a CreditRow's key, or UNATTRIBUTED for the orders that no touch came before. Orders
    whose touches earned nothing under the model are left out.
    """
    window_of = _windows(attribution.lookback_days, attribution.time_zone)
    wanted = _wanted(attribution, by, key)
    found: list[OrderCredit] = []
    for unit in attribution.units:
        timeline, positions = attribution.touches.before(unit, window_of(unit.anchor))
        if key == UNATTRIBUTED:
            if not positions:
                found.append(OrderCredit(unit, 0, None, None, None, unit.amount_minor))
            continue
        if by is By.PARTNER and unit.partnership_id not in wanted:
            continue
        targets = timeline.targets[positions.start : positions.stop]
        own = set(targets) if by is By.PARTNER else wanted.intersection(targets)
        earned = split_by_target(unit.amount_minor, targets, model)
        amount = sum(earned.get(target, 0) for target in own)
        if amount:
            first = next(n for n, target in enumerate(targets) if target in own)
            last = next(n for n in reversed(range(len(targets))) if targets[n] in own)
            instants = timeline.instants
            found.append(
                OrderCredit(
                    unit,
                    sum(targets.count(target) for target in own),
                    attribution.touches.targets[next(iter(own))] if len(own) == 1 else None,
                    instants[positions.start + first],
                    instants[positions.start + last],
                    amount,
                )
            )
    return found


def _wanted(attribution: Attribution, by: By, key: str) -> set[int]:
    """The partnerships (by partner) or target positions that a row's key stands for."""
    catalogue = attribution.catalogue
    if by is By.PARTNER:
        return {id_ for id_, named in catalogue.partnerships.items() if str(named.public_id) == key}

    def has_key(group: GroupKey) -> bool:
        public_id, _name = catalogue.name_of(group)
        return (str(public_id) if public_id is not None else group) == key

    groups = [catalogue.group_of(by, target) for target in attribution.touches.targets]
    matching = {group for group in set(groups) if has_key(group)}
    return {position for position, group in enumerate(groups) if group in matching}


@dataclass(frozen=True)
class TouchShares:
    """One touch before an order, and what each model gives it of the order."""

    target: Target
    name: str
    at: datetime
    shares: dict[Model, int]


def list_touches_before(attribution: Attribution, unit: Unit) -> list[TouchShares]:
    """The touches in an order's window, earliest first, under every model."""
    timeline, positions = attribution.touches.before(unit, attribution.window_of(unit.anchor))
    shares = {model: split(unit.amount_minor, len(positions), model) for model in Model}
    found = []
    for number, position in enumerate(positions):
        target = attribution.touches.targets[timeline.targets[position]]
        found.append(
            TouchShares(
                target,
                name_of_target(attribution.catalogue, target),
                timeline.instants[position],
                {model: shares[model][number] for model in Model},
            )
        )
    return found


def name_of_target(catalogue: Catalogue, target: Target) -> str:
    names = {
        TouchKind.USAGE: catalogue.assets,
        TouchKind.COMPLETION: catalogue.courses,
        TouchKind.CERTIFICATE: catalogue.certifications,
    }
    return names[target.kind][target.id].name


# -- what anybody needs to recompute the figures -----------------------------------------------

ORDER_COLUMNS = (
    "order_id", "external_id", "partnership_id", "partner", "ordered_on", "deal_closed_on",
    "amount_minor", "currency",
)  # fmt: skip
TOUCH_COLUMNS = (
    "touch_id", "kind", "partnership_id", "at", "target_id", "target", "campaign_id", "campaign",
)  # fmt: skip


def list_order_rows(actor: Actor, filters: OrderFilters) -> Iterator[tuple[Any, ...]]:
    """Orders of every currency as ORDER_COLUMNS, with public ids: plain facts, nothing derived."""
    statement = (
        select(
            Order.public_id,
            Order.external_id,
            Partnership.public_id,
            Partnership.name,
            Order.ordered_on,
            Deal.closed_on,
            Order.amount_minor,
            Order.currency,
        )
        .join(Partnership, Partnership.id == Order.partnership_id)
        .join(Deal, Deal.id == Order.deal_id, isouter=True)
        .order_by(Order.ordered_on, Order.public_id)
    )
    statement = narrow_orders(visible(statement, actor, P.ORDER_VIEW, Order), filters)
    for row in db.session.execute(statement):
        yield tuple(row)


def list_touch_rows(actor: Actor) -> Iterator[tuple[Any, ...]]:
    """Every touch as TOUCH_COLUMNS; instants in UTC to the microsecond."""
    partnership = Partnership.public_id
    usage = (
        select(
            UsageEvent.public_id, partnership, UsageEvent.at, Asset.public_id, Asset.title,
            Campaign.public_id, Campaign.name,
        )
        .join(Partnership, Partnership.id == UsageEvent.partnership_id)
        .join(Asset, Asset.id == UsageEvent.asset_id)
        .join(Campaign, Campaign.id == Asset.campaign_id, isouter=True)
        .order_by(UsageEvent.at, UsageEvent.public_id)
    )  # fmt: skip
    completions = (
        select(Completion.public_id, partnership, Completion.completed_at, Course.public_id, Course.title)
        .join(Partnership, Partnership.id == Completion.partnership_id)
        .join(Course, Course.id == Completion.course_id)
        .order_by(Completion.completed_at, Completion.public_id)
    )
    certificates = (
        select(
            Certificate.public_id, partnership, Certificate.issued_at, Certification.public_id,
            Certification.name,
        )
        .join(Partnership, Partnership.id == Certificate.partnership_id)
        .join(Certification, Certification.id == Certificate.certification_id)
        .order_by(Certificate.issued_at, Certificate.public_id)
    )  # fmt: skip
    for kind, model, statement in (
        (TouchKind.USAGE, UsageEvent, usage),
        (TouchKind.COMPLETION, Completion, completions),
        (TouchKind.CERTIFICATE, Certificate, certificates),
    ):
        for row in db.session.execute(visible(statement, actor, P.REPORT_VIEW, model)):
            public_id, partnership_id, at, *target = row
            instant = clock.to_zone(at, "UTC").isoformat(timespec="microseconds")
            yield public_id, kind.value, partnership_id, instant, *chain(target, [None] * (4 - len(target)))
