"""What a page and a PDF print: finished texts and addresses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from prm.attribution.credits import Model
from prm.attribution.grouping import By

#: url(endpoint, **arguments) → an address, or None on paper.
Link = Callable[..., str | None]


@dataclass(frozen=True)
class Stat:
    """A headline figure."""

    label: str
    value: str
    url: str | None = None
    delta: str = ""
    delta_kind: str = "neutral"
    hint: str = ""
    icon: str = ""


@dataclass(frozen=True)
class Line:
    """A row of revenue. `permille` of the largest row is its bar. `target` is what was aimed at,
    `reached` the part of it that is there; "" where there is none."""

    label: str
    amount: str
    orders: str
    share: str
    url: str | None = None
    permille: int = 0
    note: str = ""
    is_rest: bool = False
    target: str = ""
    reached: str = ""


@dataclass(frozen=True)
class CreditLine:
    """A row of credit under every model."""

    label: str
    amounts: dict[Model, str]
    urls: dict[Model, str | None]
    spread: str
    orders: str
    is_rest: bool = False


@dataclass(frozen=True)
class CreditTable:
    """One grouping of the credits; `summary` is what is credited, unattributed, and their sum."""

    by: By
    label: str  # what a row is: "Campaign"
    title: str  # "By campaign"
    caption: str  # "Credit by campaign"
    lines: list[CreditLine]
    summary: list[CreditLine]
    url: str | None = None


@dataclass(frozen=True)
class TrainedLine:
    """Partners while trained or untrained."""

    label: str
    partners: str
    orders: str
    revenue: str
    mean: str
    median: str
    per_30_days: str


@dataclass(frozen=True)
class Shown:
    """Everything a page or a PDF prints of an overview."""

    period: str
    stats: list[Stat]
    quarters: list[Line]
    quarter_note: str
    regions: list[Line]
    products: list[Line]
    partners: list[Line]
    totals: Line
    credits: list[CreditTable]
    disagreements: list[str]
    trained: list[TrainedLine]
    trained_note: str
    notes: list[str]
    facts: list[tuple[str, str]] = field(default_factory=list)
