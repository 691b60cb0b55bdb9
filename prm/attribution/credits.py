"""The arithmetic of credit: which touches stand before an order, and what a model gives each.

Pure: no database, no request, no clock. docs/decisions/0003-touches-and-credits.md states the
rules so that anybody can recompute the figures from the exported rows.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from operator import itemgetter
from types import MappingProxyType
from typing import Any, NamedTuple

from prm.infra import clock


class Model(StrEnum):
    """How the credit of an order is shared among the touches before it."""

    FIRST = "first"
    LAST = "last"
    LINEAR = "linear"


class TouchKind(StrEnum):
    """What a partnership did. The order of the members settles touches of the same instant."""

    USAGE = "usage"
    COMPLETION = "completion"
    CERTIFICATE = "certificate"


class Target(NamedTuple):
    """What a touch is credited to: an asset, a course or a certification, by its key."""

    kind: TouchKind
    id: int


class Window(NamedTuple):
    """The instants before an order that count: `start <= at < end`."""

    start: datetime
    end: datetime


# The dates whose beginning is an instant in every zone.
_FIRST_DAY, _LAST_DAY = date(1, 1, 3), date(9999, 12, 29)


def window_before(anchor: date, lookback_days: int, time_zone: str) -> Window:
    """The `lookback_days` whole days before the day `anchor`, in the vendor's zone.

    The day itself does not count: of a date nobody knows the hour.
    """
    end = min(max(anchor, _FIRST_DAY), _LAST_DAY)
    start = date.fromordinal(max(end.toordinal() - lookback_days, _FIRST_DAY.toordinal()))
    return Window(clock.day_start(start, time_zone), clock.day_start(end, time_zone))


@dataclass(frozen=True, slots=True)
class Unit:
    """An order as it is credited and counted; the amount in minor units of the reporting currency.

    Touches count before `anchor`: the day its deal closed, else the day it was ordered.
    """

    id: int
    partnership_id: int
    ordered_on: date
    anchor: date
    amount_minor: int


@dataclass(slots=True)
class Timeline:
    """The touches of one partnership, earliest first; two lists of the same length.

    Touches of one instant stand in the order of TouchKind, then of their public ids. A target is
    its position in `Touches.targets`: counting small numbers is what makes long windows cheap.
    """

    instants: list[datetime] = field(default_factory=list)
    targets: list[int] = field(default_factory=list)

    def within(self, window: Window) -> range:
        """The positions of the touches inside a window."""
        return range(bisect_left(self.instants, window.start), bisect_left(self.instants, window.end))


NO_TOUCHES = Timeline()


@dataclass
class Touches:
    """The timelines of partnerships, by key, and what their targets stand for."""

    targets: list[Target] = field(default_factory=list)
    by_partnership: dict[int, Timeline] = field(default_factory=dict)

    def before(self, unit: Unit, window: Window) -> tuple[Timeline, range]:
        """The timeline of the unit's partnership and the positions on it inside the window."""
        timeline = self.by_partnership.get(unit.partnership_id, NO_TOUCHES)
        return timeline, timeline.within(window)


def arrange_touches(touches: Iterable[tuple[int, datetime, Target]]) -> Touches:
    """Timelines of (partnership, instant, target) that come sorted by kind and public id.

    Sorting by the instant alone keeps that order among touches of one instant.
    """
    arranged = Touches()
    codes: dict[Target, int] = {}
    loose: dict[int, list[tuple[datetime, int]]] = {}
    for partnership_id, at, target in touches:
        code = codes.get(target)
        if code is None:
            code = codes[target] = len(arranged.targets)
            arranged.targets.append(target)
        loose.setdefault(partnership_id, []).append((at, code))
    for partnership_id, entries in loose.items():
        entries.sort(key=itemgetter(0))
        instants, targets = [at for at, _code in entries], [code for _at, code in entries]
        arranged.by_partnership[partnership_id] = Timeline(instants, targets)
    return arranged


def split(amount_minor: int, count: int, model: Model) -> list[int]:
    """What each of `count` touches, earliest first, earns of an order; sums to the amount exactly.

    Linear shares are equal but for the minor units that do not divide: the earliest touches get
    one more each. A negative amount is shared as its mirror image. No touch earns nothing: [].
    """
    if not count:
        return []
    if model is Model.LINEAR:
        share, left = divmod(abs(amount_minor), count)
        sign = -1 if amount_minor < 0 else 1
        return [sign * (share + (position < left)) for position in range(count)]
    shares = [0] * count
    shares[0 if model is Model.FIRST else -1] = amount_minor
    return shares


def split_by_target(amount_minor: int, targets: Sequence[int], model: Model) -> dict[int, int]:
    """The same, summed per target: what `split` gives, without a number for every touch."""
    if not targets:
        return {}
    if model is not Model.LINEAR:
        return {targets[0 if model is Model.FIRST else -1]: amount_minor}
    share, left = divmod(abs(amount_minor), len(targets))
    sign = -1 if amount_minor < 0 else 1
    favoured = Counter(targets[:left])
    return {target: sign * (share * count + favoured[target]) for target, count in Counter(targets).items()}


@dataclass
class Tally:
    """Credits summed over orders, under every model at once; amounts in minor units.

    Targets are positions in `Touches.targets`. `orders_by_group` counts the orders that have a
    touch of a group in their window, for each of the groupings asked for.
    """

    revenue_minor: int = 0
    attributed_minor: int = 0
    orders: int = 0
    influenced_orders: int = 0
    by_target: dict[Model, Counter[int]] = field(default_factory=lambda: {m: Counter() for m in Model})
    by_partnership: Counter[int] = field(default_factory=Counter)
    orders_by_partnership: Counter[int] = field(default_factory=Counter)
    orders_by_group: dict[str, Counter[Any]] = field(default_factory=dict)

    @property
    def unattributed_minor(self) -> int:
        return self.revenue_minor - self.attributed_minor

    @property
    def untouched_orders(self) -> int:
        return self.orders - self.influenced_orders


def tally_credits(
    units: Iterable[Unit],
    touches: Touches,
    window_of: Callable[[date], Window],
    groupings: Mapping[str, Sequence[Hashable]] = MappingProxyType({}),
) -> Tally:
    """Credit every unit under every model. A grouping names the group of each target, by position."""
    tally = Tally(orders_by_group={name: Counter() for name in groupings})
    for unit in units:
        timeline, positions = touches.before(unit, window_of(unit.anchor))
        targets = timeline.targets[positions.start : positions.stop]
        tally.orders += 1
        tally.revenue_minor += unit.amount_minor
        if not targets:
            continue
        tally.influenced_orders += 1
        tally.attributed_minor += unit.amount_minor
        tally.by_partnership[unit.partnership_id] += unit.amount_minor
        tally.orders_by_partnership[unit.partnership_id] += 1
        for model, credits in tally.by_target.items():
            for target, credit in split_by_target(unit.amount_minor, targets, model).items():
                credits[target] += credit
        distinct = set(targets)
        for name, group_of in groupings.items():
            tally.orders_by_group[name].update({group_of[target] for target in distinct})
    return tally
