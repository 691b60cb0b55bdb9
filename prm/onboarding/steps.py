"""The steps that a template is made of. Pure: no database, no request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from prm.onboarding.models import MilestoneKind, Side


@dataclass(frozen=True)
class Step:
    """One milestone of a template, due so many days after the plan begins.

    `count` people for PEOPLE and CERTIFIED; `title` for MANUAL; `certification_id` for CERTIFIED.
    """

    kind: MilestoneKind
    side: Side
    days: int
    count: int = 1
    title: str = ""
    certification_id: UUID | None = None


def to_row(step: Step) -> dict[str, Any]:
    """What a template stores of a step."""
    row = asdict(step)
    return {**row, "certification_id": str(step.certification_id) if step.certification_id else None}


def from_row(row: Mapping[str, Any]) -> Step:
    """The step that a stored row states."""
    certification = row["certification_id"]
    return Step(
        MilestoneKind(row["kind"]),
        Side(row["side"]),
        int(row["days"]),
        int(row["count"]),
        str(row["title"]),
        UUID(certification) if certification else None,
    )
