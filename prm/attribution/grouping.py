"""How credits are summed up: by asset, campaign, course or partner.

Every touch competes for every order, whatever the grouping, so each grouping shows the same
credited total. What a grouping has no name for stands in one row of its own, never left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from flask_babel import gettext as _

from prm.attribution.credits import Model, Tally, Target, TouchKind


class By(StrEnum):
    ASSET = "asset"
    CAMPAIGN = "campaign"
    COURSE = "course"
    PARTNER = "partner"


# Groups without a row in the database behind them.
TRAINING = "training"
ASSETS = "assets"
NO_CAMPAIGN = "no-campaign"
UNATTRIBUTED = "unattributed"
NAMELESS = (TRAINING, ASSETS, NO_CAMPAIGN, UNATTRIBUTED)

#: The key of a group: (kind of row, its database key), or one of NAMELESS.
GroupKey = tuple[str, int] | str


@dataclass(frozen=True)
class Named:
    public_id: UUID
    name: str


@dataclass(frozen=True)
class Catalogue:
    """The names of what touches and orders point at, by database key."""

    assets: Mapping[int, Named]
    campaign_of_asset: Mapping[int, int | None]
    campaigns: Mapping[int, Named]
    courses: Mapping[int, Named]
    certifications: Mapping[int, Named]
    partnerships: Mapping[int, Named]

    def group_of(self, by: By, target: Target) -> GroupKey:
        """The group that a touch of `target` belongs to. Not for partners, who are no targets."""
        if by is By.COURSE:
            if target.kind is TouchKind.USAGE:
                return ASSETS
            return ("course" if target.kind is TouchKind.COMPLETION else "certification", target.id)
        if target.kind is not TouchKind.USAGE:
            return TRAINING
        if by is By.ASSET:
            return ("asset", target.id)
        campaign_id = self.campaign_of_asset.get(target.id)
        return NO_CAMPAIGN if campaign_id is None else ("campaign", campaign_id)

    def name_of(self, group: GroupKey) -> tuple[UUID | None, str]:
        """(public id, name) of a group; no id where no row of the database is behind it."""
        if isinstance(group, str):
            return None, {
                TRAINING: _("Training and certification"),
                ASSETS: _("Use of assets"),
                NO_CAMPAIGN: _("Assets without a campaign"),
                UNATTRIBUTED: _("Unattributed"),
            }[group]
        kind, key = group
        named = {
            "asset": self.assets,
            "campaign": self.campaigns,
            "course": self.courses,
            "certification": self.certifications,
            "partner": self.partnerships,
        }[kind][key]
        if kind == "certification":
            return named.public_id, _("Certification: %(name)s", name=named.name)
        return named.public_id, named.name


@dataclass(frozen=True)
class CreditRow:
    """A group and what each model gives it, in minor units. `orders`: those it came before."""

    key: str  # the public id, or one of NAMELESS: what an address carries
    id: UUID | None
    name: str
    credits: Mapping[Model, int]
    orders: int

    @property
    def spread_minor(self) -> int:
        """How far apart the models are about this row."""
        return max(self.credits.values()) - min(self.credits.values())


def group_rows(tally: Tally, targets: list[Target], catalogue: Catalogue, by: By) -> list[CreditRow]:
    """The rows of a grouping that have an order behind them, without the unattributed one.

    For every model they sum to the tally's attributed amount. Sorted by name; a page sorts by
    what it shows.
    """
    credits: dict[GroupKey, dict[Model, int]] = {}
    orders: Mapping[GroupKey, int]
    if by is By.PARTNER:
        # A touch earns only from orders of its own partnership: the models cannot disagree.
        credits = {
            ("partner", key): dict.fromkeys(Model, amount) for key, amount in tally.by_partnership.items()
        }
        orders = {("partner", key): count for key, count in tally.orders_by_partnership.items()}
    else:
        orders = tally.orders_by_group[by]
        credits = {group: dict.fromkeys(Model, 0) for group in orders}
        for model, earned in tally.by_target.items():
            for position, amount in earned.items():
                credits[catalogue.group_of(by, targets[position])][model] += amount
    rows = []
    for group, amounts in credits.items():
        public_id, name = catalogue.name_of(group)
        key = str(public_id) if public_id is not None else str(group)
        rows.append(CreditRow(key, public_id, name, amounts, orders[group]))
    return sorted(rows, key=lambda row: (row.name.casefold(), row.key))


def rank_rows(rows: Iterable[CreditRow], model: Model) -> list[CreditRow]:
    """Rows that a model gives something, most first; ties by name, then key."""
    return sorted(
        (row for row in rows if row.credits[model]),
        key=lambda row: (-row.credits[model], row.name.casefold(), row.key),
    )


def disagreement_minor(rows: Iterable[CreditRow], one: Model, other: Model) -> int:
    """How much credit changes hands between rows when one model replaces another."""
    return sum(abs(row.credits[one] - row.credits[other]) for row in rows) // 2
