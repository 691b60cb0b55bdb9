"""A partnership of the demo while its history is planned."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from prm.access import Actor
from prm.accounts.models import JobFunction


@dataclass
class Company:
    """A partnership of the demo and how eager it is (0 to 1)."""

    name: str
    region: str
    eagerness: float
    joins: datetime
    is_idle: bool = False  # sells, but neither learns nor uses material
    is_untaught: bool = False  # uses material, but nobody learns
    id: int = 0
    public_id: UUID | None = None
    people: list[Actor] = field(default_factory=list)
    functions: dict[int, frozenset[JobFunction]] = field(default_factory=dict)
