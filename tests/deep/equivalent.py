"""Mutants that change nothing anybody could notice, each with the reason.

A mutant belongs here only where another guard stands behind the one removed, or where what it lets
through is shown to the same people anyway. One that is caught needs no entry.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.deep.mutants import Mutant


@dataclass(frozen=True)
class Equivalents:
    """(kind, part of the mutant's line, reason)."""

    entries: tuple[tuple[str, str, str], ...]

    def reason(self, mutant: Mutant) -> str:
        for kind, part, reason in self.entries:
            if mutant.kind == kind and part in str(mutant):
                return reason
        return ""

    def unused(self, mutants: list[Mutant]) -> list[str]:
        return [
            f"{kind}: {part}"
            for kind, part, _ in self.entries
            if not any(mutant.kind == kind and part in str(mutant) for mutant in mutants)
        ]


EQUIVALENT = Equivalents(())
