"""What a criterion can demand, and how its result is judged. Pure: no database, no request.

Four kinds, each with its terms; stored as {parameter: value} in a criterion's version and read back as
one of the dataclasses below.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Any
from uuid import UUID

from prm.audits.models.criteria import CriterionKind
from prm.audits.policy import add_months as add_months


class Metric(StrEnum):
    """The closed list of what can be computed from rows as of a date."""

    CERTIFIED_PEOPLE = "certified_people"
    ACCREDITATIONS = "accreditations"
    OVERDUE_ASSIGNMENTS = "overdue_assignments"
    AGREEMENT_AGE = "agreement_age"
    REVENUE_12_MONTHS = "revenue_12_months"
    USAGE_90_DAYS = "usage_90_days"
    COMPLETIONS_12_MONTHS = "completions_12_months"


class Unit(StrEnum):
    PEOPLE = "people"
    ACCREDITATIONS = "accreditations"
    ASSIGNMENTS = "assignments"
    MONTHS = "months"
    MONEY = "money"
    EVENTS = "events"
    COMPLETIONS = "completions"


class Comparison(StrEnum):
    AT_LEAST = "at_least"
    AT_MOST = "at_most"


class Population(StrEnum):
    """What a sample can be drawn from."""

    COMPLETIONS = "completions"
    CERTIFICATES = "certificates"
    ORDERS = "orders"
    USAGE = "usage"


UNITS = {
    Metric.CERTIFIED_PEOPLE: Unit.PEOPLE,
    Metric.ACCREDITATIONS: Unit.ACCREDITATIONS,
    Metric.OVERDUE_ASSIGNMENTS: Unit.ASSIGNMENTS,
    Metric.AGREEMENT_AGE: Unit.MONTHS,
    Metric.REVENUE_12_MONTHS: Unit.MONEY,
    Metric.USAGE_90_DAYS: Unit.EVENTS,
    Metric.COMPLETIONS_12_MONTHS: Unit.COMPLETIONS,
}
MAX_THRESHOLD = 10**12
MAX_SAMPLE = 200
MAX_LEVELS = 10


@dataclass(frozen=True)
class MetricTerms:
    """A metric compared with a threshold in its unit (money: whole units of the vendor's currency).

    The last one narrows accreditations, the three before it certified people: empty or None is any.
    """

    metric: Metric
    comparison: Comparison
    threshold: int
    certification_id: UUID | None = None
    job_function: str = ""
    skill_level: str = ""
    accreditation_id: UUID | None = None

    @property
    def unit(self) -> Unit:
        return UNITS[self.metric]

    def is_met_by(self, value: int | None, minor_units: int = 1) -> bool:
        """Whether `value` (money: in minor units, `minor_units` to the whole) satisfies the threshold.

        Nothing to measure satisfies nothing.
        """
        if value is None:
            return False
        wanted = self.threshold * (minor_units if self.unit is Unit.MONEY else 1)
        return value >= wanted if self.comparison is Comparison.AT_LEAST else value <= wanted


@dataclass(frozen=True)
class DocumentTerms:
    """A file that must still be valid so many days after the audit's date."""

    valid_days: int = 0


@dataclass(frozen=True)
class Level:
    points: int
    words: str


@dataclass(frozen=True)
class GradedTerms:
    """A rubric, best level first; from `pass_points` on it is met."""

    levels: tuple[Level, ...]
    pass_points: int

    @property
    def best(self) -> int:
        return max(level.points for level in self.levels)


@dataclass(frozen=True)
class SampleTerms:
    """So many rows of a kind, drawn by the audit's seed; at most `allowed` of them may be not ok."""

    population: Population
    size: int
    allowed: int = 0


Terms = MetricTerms | DocumentTerms | GradedTerms | SampleTerms


def kind_of(terms: Terms) -> CriterionKind:
    match terms:
        case MetricTerms():
            return CriterionKind.METRIC
        case DocumentTerms():
            return CriterionKind.DOCUMENT
        case GradedTerms():
            return CriterionKind.GRADED
        case _:
            return CriterionKind.SAMPLE


def to_parameters(terms: Terms) -> dict[str, Any]:
    """What a version stores."""
    return {k: str(v) if isinstance(v, UUID) else v for k, v in asdict(terms).items()}


def from_parameters(kind: CriterionKind, stored: Mapping[str, Any]) -> Terms:
    """The terms that a version states. Raises KeyError or ValueError for what this kind does not know."""
    if kind is CriterionKind.METRIC:
        certification, accreditation = stored["certification_id"], stored.get("accreditation_id")
        return MetricTerms(
            Metric(stored["metric"]),
            Comparison(stored["comparison"]),
            int(stored["threshold"]),
            UUID(certification) if certification else None,
            str(stored["job_function"]),
            str(stored["skill_level"]),
            UUID(accreditation) if accreditation else None,
        )
    if kind is CriterionKind.DOCUMENT:
        return DocumentTerms(int(stored["valid_days"]))
    if kind is CriterionKind.GRADED:
        levels = tuple(Level(int(each["points"]), str(each["words"])) for each in stored["levels"])
        return GradedTerms(levels, int(stored["pass_points"]))
    return SampleTerms(Population(stored["population"]), int(stored["size"]), int(stored["allowed"]))


def draw_sample(seed: str, as_of: str, ids: Iterable[str], size: int) -> list[tuple[str, str]]:
    """`size` of the ids in the order of their draws, as (draw, id): the same for the same seed and date.

    A draw is the SHA-256 of "seed:date:id": nobody can choose it, anybody can repeat it.
    """
    drawn = sorted((hashlib.sha256(f"{seed}:{as_of}:{each}".encode()).hexdigest(), each) for each in ids)
    return drawn[:size]


def score_percent(parts: Sequence[tuple[int, Fraction]]) -> int | None:
    """The weighted share of what was reached, in whole percent, half up; None where nothing counts."""
    weights = sum(weight for weight, _share in parts)
    if not weights:
        return None
    reached = sum((weight * share for weight, share in parts), Fraction(0))
    return int(reached * 100 / weights + Fraction(1, 2))
