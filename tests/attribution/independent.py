"""The same figures a second time, from exported rows alone; shares no code with prm/.

Written from docs/decisions/0003-touches-and-credits.md: every rule there is one step here, done
slowly and plainly. Rows are dicts of text, as csv.DictReader gives them.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from datetime import date, datetime
from fractions import Fraction
from math import floor
from pathlib import Path
from zoneinfo import ZoneInfo

RANK = {"usage": 0, "completion": 1, "certificate": 2}


def read_rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def local_day(instant: str, zone: str) -> date:
    return datetime.fromisoformat(instant).astimezone(ZoneInfo(zone)).date()


class Ledger:
    """Exported orders and touches, each order with the touches that compete for it, earliest first."""

    def __init__(
        self, orders: list[dict[str, str]], touches: list[dict[str, str]], *, zone: str, lookback: int = 90
    ) -> None:
        own: dict[str, list[tuple[date, datetime, dict[str, str]]]] = defaultdict(list)
        for touch in touches:
            day = local_day(touch["at"], zone)
            own[touch["partnership_id"]].append((day, datetime.fromisoformat(touch["at"]), touch))
        self.names = {order["partnership_id"]: order["partner"] for order in orders}
        self.entries: list[tuple[dict[str, str], list[dict[str, str]]]] = []
        for order in orders:
            anchor = date.fromisoformat(order["deal_closed_on"] or order["ordered_on"])
            competing = [
                (at, RANK[touch["kind"]], touch["touch_id"], touch)
                for day, at, touch in own[order["partnership_id"]]
                if 1 <= (anchor - day).days <= lookback
            ]
            self.entries.append((order, [touch for *_key, touch in sorted(competing, key=lambda c: c[:3])]))


def shares(amount: int, count: int, model: str) -> list[int]:
    """What each touch gets; largest remainder, ties to the earlier touch."""
    if model == "first":
        return [amount] + [0] * (count - 1)
    if model == "last":
        return [0] * (count - 1) + [amount]
    exact = Fraction(abs(amount), count)
    given = [floor(exact)] * count
    position = 0
    while sum(given) < abs(amount):
        given[position] += 1
        position += 1
    return [-part for part in given] if amount < 0 else given


def row_of(touch: dict[str, str], by: str) -> tuple[str | None, str]:
    """(id, name) of the row a touch counts for."""
    if by == "partner":
        return touch["partnership_id"], ""
    if by == "course":
        if touch["kind"] == "usage":
            return None, "Use of assets"
        prefix = "Certification: " if touch["kind"] == "certificate" else ""
        return touch["target_id"], prefix + touch["target"]
    if touch["kind"] != "usage":
        return None, "Training and certification"
    if by == "asset":
        return touch["target_id"], touch["target"]
    if not touch["campaign_id"]:
        return None, "Assets without a campaign"
    return touch["campaign_id"], touch["campaign"]


def report(
    ledger: Ledger,
    *,
    model: str,
    by: str,
    currency: str,
    date_from: str | None = None,
    date_to: str | None = None,
) -> dict[str, object]:
    """What `flask attribution report --json` must print, with rows as {(id, name): credit}."""
    credits: dict[tuple[str | None, str], int] = defaultdict(int)
    revenue = attributed = 0
    for order, competing in ledger.entries:
        if order["currency"] != currency:
            continue
        if (date_from and order["ordered_on"] < date_from) or (date_to and order["ordered_on"] > date_to):
            continue
        amount = int(order["amount_minor"])
        revenue += amount
        if not competing:
            continue
        attributed += amount
        for touch, share in zip(competing, shares(amount, len(competing), model), strict=True):
            key, name = row_of(touch, by)
            credits[key, ledger.names[key] if by == "partner" and key else name] += share
    return {
        "model": model,
        "currency": currency,
        "revenue_minor": revenue,
        "attributed_minor": attributed,
        "unattributed_minor": revenue - attributed,
        "rows": {key: credit for key, credit in credits.items() if credit},
    }


def figures(ledger: Ledger, currency: str, groupings: tuple[str, ...]) -> dict:
    """What every form of the revenue report shows: {(grouping, model): {row: minor units}}."""
    found = {}
    for by in groupings:
        for model in ("first", "last", "linear"):
            one = report(ledger, model=model, by=by, currency=currency)
            found[by, model] = {name: credit for (_id, name), credit in one["rows"].items()} | {
                "Credited": one["attributed_minor"],
                "Unattributed": one["unattributed_minor"],
                "Revenue": one["revenue_minor"],
            }
    return found
