"""Trained and untrained partners' revenue: a comparison, not a cause.

Trained on a date means holding a valid certificate on that date (docs/decisions/0003).
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction

from sqlalchemy import select

from prm.access import Actor, visible
from prm.accounts.models import Membership
from prm.attribution.credits import Unit
from prm.certification.models import Certificate
from prm.extensions import db
from prm.infra import clock
from prm.partners.models import Partnership
from prm.permissions import P
from prm.vendors.models import Vendor

#: A stretch of days, both included.
Stretch = tuple[date, date]
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Side:
    """Partners while trained, or while not. Amounts in minor units, rounded half to even.

    `partners` were in this state on at least one day of the period; `partner_days` counts those
    days. `mean` and `median` are of revenue per partner, `per_30_days` per partner and 30 days.
    """

    partners: int
    orders: int
    revenue_minor: int
    mean_minor: int | None
    median_minor: int | None
    partner_days: int
    per_30_days_minor: int | None


@dataclass(frozen=True)
class TrainedSplit:
    """Both sides, over partners that ordered in the period, and the days it was taken over."""

    trained: Side
    untrained: Side
    first: date | None
    last: date | None


def split_by_training(
    actor: Actor, vendor: Vendor, units: Sequence[Unit], first: date | None, last: date | None
) -> TrainedSplit:
    """Split the units by whether their partnership was trained on the day of order.

    An open end of the period is the first or last day on which something was ordered.
    """
    days = [unit.ordered_on for unit in units]
    first = first or min(days, default=None)
    last = last or max(days, default=None)
    stretches = read_trained_stretches(actor, vendor) if units else {}
    return split_units(units, stretches, first, last)


def split_units(
    units: Iterable[Unit], stretches: dict[int, list[Stretch]], first: date | None, last: date | None
) -> TrainedSplit:
    """The split itself; `stretches` per partnership, in order and apart from each other."""
    revenue: tuple[dict[int, int], dict[int, int]] = ({}, {})
    orders = [0, 0]
    partnerships = set()
    for unit in units:
        side = is_within(unit.ordered_on, stretches.get(unit.partnership_id, []))
        revenue[side][unit.partnership_id] = revenue[side].get(unit.partnership_id, 0) + unit.amount_minor
        orders[side] += 1
        partnerships.add(unit.partnership_id)
    exposure: tuple[dict[int, int], dict[int, int]] = ({}, {})
    if first is not None and last is not None:
        whole = (last - first).days + 1
        for partnership in partnerships:
            trained = count_days(stretches.get(partnership, []), first, last)
            exposure[True][partnership], exposure[False][partnership] = trained, whole - trained
    sides = [_side(revenue[side], exposure[side], orders[side]) for side in (False, True)]
    return TrainedSplit(sides[True], sides[False], first, last)


def _side(revenue: dict[int, int], exposure: dict[int, int], orders: int) -> Side:
    amounts = sorted(revenue.get(key, 0) for key, days in exposure.items() if days)
    total, days, count = sum(revenue.values()), sum(exposure.values()), len(amounts)
    middle = amounts[(count - 1) // 2 : count // 2 + 1]
    return Side(
        partners=count,
        orders=orders,
        revenue_minor=total,
        mean_minor=round(Fraction(total, count)) if count else None,
        median_minor=round(Fraction(sum(middle), len(middle))) if count else None,
        partner_days=days,
        per_30_days_minor=round(Fraction(total * 30, days)) if days else None,
    )


def is_within(on: date, stretches: list[Stretch]) -> bool:
    position = bisect_right(stretches, (on, date.max)) - 1
    return position >= 0 and on <= stretches[position][1]


def count_days(stretches: list[Stretch], first: date, last: date) -> int:
    """How many days from first to last lie in the stretches."""
    return sum(max(0, (min(end, last) - max(start, first)).days + 1) for start, end in stretches)


def merge(stretches: Iterable[Stretch]) -> list[Stretch]:
    """The same days in order, without overlaps."""
    merged: list[Stretch] = []
    for start, end in sorted(stretch for stretch in stretches if stretch[0] <= stretch[1]):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return merged


def read_trained_stretches(actor: Actor, vendor: Vendor) -> dict[int, list[Stretch]]:
    """Per partnership, the days on which one of its people held a valid certificate."""
    certificates = db.session.execute(
        visible(
            select(
                Certificate.user_id,
                Certificate.partnership_id,
                Certificate.issued_on,
                Certificate.expires_on,
                Certificate.revoked_at,
            ),
            actor,
            P.REPORT_VIEW,
        )
    ).all()
    if not certificates:
        return {}
    stays = _read_stays(actor, vendor)
    found: dict[int, list[Stretch]] = defaultdict(list)
    for user_id, named, issued_on, expires_on, revoked_at in certificates:
        end = min(expires_on or date.max, _day_before(revoked_at, vendor))
        for partnership_id, there in stays.get(user_id, {}).items():
            for number, (start, until) in enumerate(there):
                # A certificate that names the partnership proves the person was there by then.
                since = min(start, issued_on) if partnership_id == named and not number else start
                found[partnership_id].append((max(issued_on, since), min(end, until)))
    return {partnership_id: merge(stretches) for partnership_id, stretches in found.items()}


def _read_stays(actor: Actor, vendor: Vendor) -> dict[int, dict[int, list[Stretch]]]:
    """Per certificate holder and partnership, when they belonged to it, earliest first."""
    accounts = visible(
        select(Partnership.partner_id, Partnership.id).where(Partnership.partner_id.is_not(None)),
        actor,
        P.REPORT_VIEW,
        Partnership,
    )
    partnership_of: dict[int, int] = dict(db.session.execute(accounts).all())  # type: ignore[arg-type]
    statement = (
        select(Membership.user_id, Membership.partner_id, Membership.started_at, Membership.ended_at)
        .where(
            Membership.partner_id.in_(select(Partnership.partner_id)),
            Membership.user_id.in_(select(Certificate.user_id)),
        )
        .order_by(Membership.started_at, Membership.id)
    )
    stays: dict[int, dict[int, list[Stretch]]] = defaultdict(lambda: defaultdict(list))
    for user_id, partner_id, started_at, ended_at in db.session.execute(statement):
        if partner_id in partnership_of:
            stretch = (_day(started_at, vendor), _day_before(ended_at, vendor))
            stays[user_id][partnership_of[partner_id]].append(stretch)
    return stays


def _day(instant: datetime, vendor: Vendor) -> date:
    return clock.to_zone(instant, vendor.time_zone).date()


def _day_before(instant: datetime | None, vendor: Vendor) -> date:
    """The last whole day before something ended; never, where it has not."""
    return date.max if instant is None else _day(instant, vendor) - DAY
