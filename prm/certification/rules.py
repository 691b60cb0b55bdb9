"""What a version of a scheme asks, and what it asks to renew. Pure: no database, no request.

A rule is stored as {"kind": …, parameters} and read back as one of the dataclasses below. What a person
has to show for each is read by prm/certification/evidence.py.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Literal
from uuid import UUID

from prm.training.models import SkillLevel

LEVELS = tuple(SkillLevel)


class Renewal(StrEnum):
    ANEW = "anew"  # everything, something of it completed since
    DELTA = "delta"  # the newest version of what has changed since
    EXAM = "exam"  # one exam, passed since


@dataclass(frozen=True)
class CourseRule:
    """A course completed: this version of it (public id) or a later one."""

    version_id: UUID
    kind: Literal["course"] = "course"


@dataclass(frozen=True)
class ExamRule:
    """The same, with at least `minimum` percent in its quiz."""

    version_id: UUID
    minimum: int
    kind: Literal["exam"] = "exam"


@dataclass(frozen=True)
class ExperienceRule:
    """The person's company won `deals` deals (of a product, if one is named) in the last `months` months."""

    deals: int
    months: int
    product_id: UUID | None = None
    kind: Literal["experience"] = "experience"


@dataclass(frozen=True)
class CertificationRule:
    """A valid certificate of another certification."""

    certification_id: UUID
    kind: Literal["certification"] = "certification"


@dataclass(frozen=True)
class LevelRule:
    """A valid certificate of any certification of this level or one above it."""

    level: SkillLevel
    kind: Literal["level"] = "level"


@dataclass(frozen=True)
class PathRule:
    """A learning path (public id) completed, any version of it."""

    path_id: UUID
    kind: Literal["path"] = "path"


Rule = CourseRule | ExamRule | PathRule | ExperienceRule | CertificationRule | LevelRule
Teaching = CourseRule | ExamRule


@dataclass(frozen=True)
class Terms:
    """All that a version says. `renewal_exam` where it is renewed by one."""

    rules: tuple[Rule, ...] = ()
    validity_months: int | None = None
    grace_days: int = 0
    renewal: Renewal = Renewal.ANEW
    renewal_exam: ExamRule | None = None

    @property
    def taught(self) -> tuple[Teaching, ...]:
        """The rules that a completion of a course meets."""
        return tuple(rule for rule in self.rules if isinstance(rule, Teaching))

    @property
    def others(self) -> tuple[Rule, ...]:
        return tuple(rule for rule in self.rules if not isinstance(rule, Teaching))

    @property
    def version_ids(self) -> set[UUID]:
        """Every course version (public id) that anything here speaks of."""
        named = {rule.version_id for rule in self.taught}
        return named | ({self.renewal_exam.version_id} if self.renewal_exam else set())

    @property
    def renewed_paths(self) -> set[UUID]:
        """Every learning path (public id) whose changes a renewal asks for."""
        if self.renewal is not Renewal.DELTA:
            return set()
        return {rule.path_id for rule in self.rules if isinstance(rule, PathRule)}


def to_row(rule: Rule) -> dict[str, Any]:
    """What is stored of a rule."""
    return {name: str(value) if isinstance(value, UUID) else value for name, value in asdict(rule).items()}


def to_rows(rules: Iterable[Rule]) -> list[dict[str, Any]]:
    return [to_row(rule) for rule in rules]


def from_row(row: Mapping[str, Any]) -> Rule:
    """The rule that a stored row states. Raises ValueError for a kind this program does not know."""
    match row.get("kind"):
        case "course":
            return CourseRule(UUID(row["version_id"]))
        case "exam":
            return ExamRule(UUID(row["version_id"]), int(row["minimum"]))
        case "path":
            return PathRule(UUID(row["path_id"]))
        case "experience":
            product = row.get("product_id")
            return ExperienceRule(int(row["deals"]), int(row["months"]), UUID(product) if product else None)
        case "certification":
            return CertificationRule(UUID(row["certification_id"]))
        case "level":
            return LevelRule(SkillLevel(row["level"]))
        case other:
            raise ValueError(f"unknown rule of a certification: {other!r}")


def reaches(level: SkillLevel, wanted: SkillLevel) -> bool:
    """Whether a certificate of `level` counts where `wanted` is asked: at it, or above."""
    return LEVELS.index(level) >= LEVELS.index(wanted)


def months_before(day: date, months: int) -> date:
    """The same day `months` earlier, or the month's last where it is shorter."""
    years, month = divmod(day.month - 1 - months, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))
