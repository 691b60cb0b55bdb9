"""Mutants that change nothing anybody could notice, each with the reason.

A mutant belongs here only where another guard stands behind the one removed, or where what it lets
through is shown to the same people anyway. One that is caught needs no entry.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from prm.permissions import TABLE, P, Reach

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


def of_the_whole_vendor(mutant: Mutant) -> str:
    """The reason where a visible() is about a permission that reaches the whole vendor or nothing.

    All it adds is the vendor: the tenant filter does that too, and its own mutants are run without
    this half. Who has no reach is refused by the mark, whose mutants are run as well.
    """
    named = re.findall(r"\bP\.([A-Z_]+)", mutant.text)
    if mutant.kind != "visible" or len(named) != 1 or named[0] not in P.__members__:
        return ""
    reaches = set(TABLE[P[named[0]]].values())
    return "the permission reaches the whole vendor or nothing" if reaches <= {Reach.ALL, Reach.NO} else ""
