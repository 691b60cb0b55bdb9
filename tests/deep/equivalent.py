"""Whether a mutant can be noticed at all: by the table of reasons, and by what can be reckoned."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from prm.permissions import TABLE, P, Reach
from tests.deep.reasons import REASONS
from tests.deep.tested import TESTED

if TYPE_CHECKING:
    from tests.deep.mutants import Mutant


@dataclass(frozen=True)
class Entries:
    """(kind, file and function or place, the mutant's text up to there, what is said of it)."""

    entries: tuple[tuple[str, str, str, str], ...]

    def of(self, mutant: Mutant) -> str:
        return next((entry[3] for entry in self.entries if _is_about(entry, mutant)), "")

    def unused(self, mutants: list[Mutant]) -> list[str]:
        return [
            " ".join(entry[:3])
            for entry in self.entries
            if not any(_is_about(entry, mutant) for mutant in mutants)
        ]


def _is_about(entry: tuple[str, str, str, str], mutant: Mutant) -> bool:
    kind, at, text, _ = entry
    return mutant.kind == kind and at == (mutant.at or mutant.place) and mutant.text.startswith(text)


EQUIVALENT = Entries(REASONS)
BY_TESTS = Entries(TESTED)


def _permission_of(mutant: Mutant) -> P | None:
    named = re.findall(r"\bP\.([A-Z_]+)", mutant.text)
    return P[named[0]] if len(named) == 1 and named[0] in P.__members__ else None


def of_the_whole_vendor(mutant: Mutant) -> str:
    """The reason where a visible() is about a permission that reaches the whole vendor or nothing.

    All it adds is the vendor: the tenant filter does that too, and its own mutants are run without
    this half. Who has no reach is refused by the mark, whose mutants are run as well.
    """
    permission = _permission_of(mutant)
    if mutant.kind != "visible" or permission is None:
        return ""
    reaches = set(TABLE[permission].values())
    return "the permission reaches the whole vendor or nothing" if reaches <= {Reach.ALL, Reach.NO} else ""


def behind_the_marks(mutant: Mutant, marks: Collection[P | str | None]) -> str:
    """The reason where every address that leads to a guard is marked for people whom it lets pass.

    `marks` are those of all addresses that reached it. The marks' own mutants are run as well.
    """
    permission = _permission_of(mutant)
    if permission is None or not marks or not all(isinstance(mark, P) for mark in marks):
        return ""
    named = ", ".join(sorted(str(mark) for mark in marks))
    roles = {r for mark in marks for r, reach in TABLE[P(str(mark))].items() if reach is not Reach.NO}
    reaches = {TABLE[permission][role] for role in roles}
    if mutant.kind == "visible" and reaches == {Reach.ALL}:
        return f"whoever gets there ({named}) reaches the whole vendor: all it adds is the vendor"
    if mutant.kind in {"require", "can"} and Reach.NO not in reaches:
        return f"whoever gets there ({named}) has {permission}: the gate has asked"
    return ""


def asked_again(mutant: Mutant, others: Iterable[Mutant], endpoints_of: Callable[[Mutant], set[str]]) -> str:
    """The reason where who lacks an address's permission is refused by what the address leads to.

    Only of a mark that is removed unnoticed, so that everybody who lacks its permission still got 403.
    """
    if mutant.kind != "mark":
        return ""
    permission = mutant.text.partition("(")[2].partition(")")[0]
    for other in others:
        if (
            other.kind == "require"
            and _permission_of(other) == permission
            and mutant.place in endpoints_of(other)
        ):
            return f"{other.at or other.place} asks for {permission} too"
    return ""
