"""The rules a compliance policy is made of. Pure: no database, no request.

Three kinds. Each is stored as {"kind": …, parameters} in a policy version and read back as one of
the dataclasses below.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Literal
from uuid import UUID


@dataclass(frozen=True)
class CertifiedPeople:
    """At least `minimum` people hold a valid certificate of a certification.

    `job_function` empty: people of any function count.
    """

    certification_id: UUID
    minimum: int = 1
    job_function: str = ""
    kind: Literal["certified_people"] = "certified_people"


@dataclass(frozen=True)
class TrainingCurrent:
    """Nobody of the partnership has an assigned course past its due date."""

    kind: Literal["training_current"] = "training_current"


@dataclass(frozen=True)
class AgreementCurrent:
    """The partner agreement was accepted, and not more than `months` months ago."""

    months: int = 12
    kind: Literal["agreement_current"] = "agreement_current"


Rule = CertifiedPeople | TrainingCurrent | AgreementCurrent


@dataclass(frozen=True)
class Policy:
    """One version of the policy in force. `certifications` names what its rules speak of."""

    number: int
    effective_on: date
    rules: tuple[Rule, ...]
    certifications: dict[UUID, str]


def to_rows(rules: list[Rule]) -> list[dict[str, Any]]:
    """What a policy version stores."""
    return [{k: str(v) if isinstance(v, UUID) else v for k, v in asdict(r).items()} for r in rules]


def from_row(row: Mapping[str, Any]) -> Rule:
    """The rule that a stored row states. Raises ValueError for a kind this version does not know."""
    match row.get("kind"):
        case "certified_people":
            return CertifiedPeople(
                UUID(row["certification_id"]), int(row["minimum"]), str(row["job_function"])
            )
        case "training_current":
            return TrainingCurrent()
        case "agreement_current":
            return AgreementCurrent(int(row["months"]))
        case other:
            raise ValueError(f"unknown rule of a compliance policy: {other!r}")


def add_months(day: date, months: int) -> date:
    """The same day `months` later, or the month's last day where it is shorter (31 Jan + 1 → 28 Feb)."""
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month, min(day.day, last))
        except ValueError:
            continue
    raise ValueError(day)
