"""How real channels are spread: few partners earn most, quarters end busily, many sleep."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from itertools import accumulate
from uuid import UUID

PARETO = 1.16  # the shape at which a fifth of the partners brings four fifths of the revenue
SEASONS = (0.8, 0.9, 1.25, 0.85, 0.95, 1.3, 0.8, 0.65, 1.2, 0.9, 1.05, 1.5)  # by month
GROWTH = 1.012  # a month

_FIRST = [
    "Bright",
    "North",
    "Harbor",
    "Cascade",
    "Blue",
    "Iron",
    "Silver",
    "Quiet",
    "Open",
    "Granite",
    "Red",
    "Summit",
    "Delta",
    "Maple",
    "Prime",
    "Polar",
    "Atlas",
    "Civic",
    "Orchard",
    "Lake",
]
_SECOND = [
    "Path",
    "Ridge",
    "Point",
    "Works",
    "Stack",
    "Bridge",
    "Field",
    "Gate",
    "Cloud",
    "Metric",
    "Forge",
    "Signal",
    "Stream",
    "Logic",
    "Harvest",
    "Anchor",
    "Circuit",
    "Tower",
    "Beacon",
    "Root",
]
_THIRD = [
    "IT",
    "Systems",
    "Group",
    "Partners",
    "Data",
    "Networks",
    "Solutions",
    "Digital",
    "Consulting",
    "Tech",
    "Services",
    "Integrators",
    "Labs",
    "GmbH",
    "Ltd",
    "SARL",
    "BV",
    "AB",
    "Inc",
    "Oy",
]


class Picker:
    """Picks positions by weight."""

    def __init__(self, rng: random.Random, weights: Sequence[float]) -> None:
        self._rng, self._sums = rng, list(accumulate(weights))
        self._range = range(len(weights))

    def pick(self, count: int) -> list[int]:
        return self._rng.choices(self._range, cum_weights=self._sums, k=count)


def weights_of_partners(rng: random.Random, count: int) -> list[float]:
    """What a partner weighs in sales and use; the largest is held to a two-hundredth of a big channel."""
    drawn = [rng.paretovariate(PARETO) for _ in range(count)]
    limit = max(sum(drawn) / 200, 25.0)
    return [min(weight, limit) for weight in drawn]


def spread(rng: random.Random, total: int, weights: Sequence[float]) -> list[int]:
    """`total` shared out by weight, at least one each."""
    counts = [1] * len(weights)
    for position in Picker(rng, weights).pick(max(0, total - len(weights))):
        counts[position] += 1
    return counts


def days_of_sales(start: date, end: date) -> tuple[list[date], list[float]]:
    """Every day and its weight: season, growth, working days, the rush before a quarter ends."""
    days, weights = [], []
    for offset in range((end - start).days):
        day = start + timedelta(days=offset)
        weight = SEASONS[day.month - 1] * GROWTH ** (offset / 30.4)
        weight *= 0.15 if day.weekday() >= 5 else 1.0
        weight *= 2.2 if day.month % 3 == 0 and day.day > 22 else 1.0
        days.append(day)
        weights.append(weight)
    return days, weights


def moment_between(rng: random.Random, start: datetime, end: datetime) -> datetime:
    """An instant of a working hour between two."""
    seconds = max(60.0, (end - start).total_seconds())
    return start + timedelta(seconds=round(rng.random() * seconds, 3))


def public_id(rng: random.Random, at: datetime) -> UUID:
    """A UUIDv7 of an instant whose random part comes from the seed."""
    value = (int(at.timestamp() * 1000) & (2**48 - 1)) << 80 | rng.getrandbits(80)
    value = value & ~(0xF << 76) | 0x7 << 76
    return UUID(int=value & ~(0x3 << 62) | 0x2 << 62)


def company_names(rng: random.Random, count: int) -> list[str]:
    """Different names of companies; beyond 8,000 with a number."""
    names = [f"{a} {b} {c}" for a in _FIRST for b in _SECOND for c in _THIRD]
    rng.shuffle(names)
    return [
        names[n % len(names)] + (f" {n // len(names) + 1}" if n >= len(names) else "") for n in range(count)
    ]
