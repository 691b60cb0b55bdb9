"""Which sign is the decimal one: evidence from all values of a column."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from prm.infra.importing.cells import Cell
from prm.infra.wording import N_, Notice

_MAX_TEXT = 64
# From the first digit to the last, with a sign before it unless that ends an abbreviation ("Fr.5").
_NUMBER = re.compile(r"(?:(?<![^\W\d_])[.,])?\d(?:.*\d)?")
_OTHER_GROUPING = set(" '\u2019\u00a0\u202f\u2009\u2007")


@dataclass(frozen=True)
class DecimalGuess:
    """What the values say about the decimal sign.

    `decimal` is '.' or ',' where the values prove it, or '.' where no value has either sign (then
    nothing depends on it). `is_ambiguous`: some could be thousands or decimals (1,234) and none
    proves which. `is_conflicting`: values prove both; `conflicts` names a line for each.
    """

    decimal: str | None
    is_ambiguous: bool
    is_conflicting: bool
    evidence_line: int | None = None
    evidence_value: str | None = None
    conflicts: tuple[tuple[int, str], ...] = ()

    @property
    def notice(self) -> Notice | None:
        """What to tell the person, or None where there is nothing to decide."""
        params = {"line": self.evidence_line, "value": self.evidence_value}
        if self.is_ambiguous:
            return Notice("decimal_ambiguous", _AMBIGUOUS, params)
        if self.is_conflicting:
            lines = ", ".join(f"{line} ({value})" for line, value in self.conflicts)
            return Notice("decimal_conflicting", _CONFLICTING, {"lines": lines})
        if self.evidence_line is not None:
            return Notice("decimal_found", _FOUND, {**params, "decimal": self.decimal})
        return None


_AMBIGUOUS = N_("Line %(line)s (%(value)s) can be thousands or decimals: say which is the decimal sign.")
_CONFLICTING = N_("The amounts are not all written the same way; compare lines %(lines)s.")
_FOUND = N_("“%(decimal)s” is the decimal sign: see line %(line)s (%(value)s).")


def detect_decimal(values: Iterable[tuple[int, Cell]]) -> DecimalGuess:
    """Look at all values of a column, given as (line, cell); what is not a number decides nothing."""
    proofs: dict[str, tuple[int, str]] = {}
    doubtful: tuple[int, str] | None = None
    for line, cell in values:
        if not isinstance(cell, str):
            continue
        shown = cell.strip()
        verdict = _verdict(shown)
        if verdict == "?":
            doubtful = doubtful or (line, shown)
        elif verdict is not None:
            proofs.setdefault(verdict, (line, shown))
            if len(proofs) == 2:
                return DecimalGuess(None, False, True, conflicts=tuple(sorted(proofs.values())))
    if proofs:
        [(decimal, (line, shown))] = proofs.items()
        return DecimalGuess(decimal, False, False, line, shown)
    if doubtful:
        return DecimalGuess(None, True, False, *doubtful)
    return DecimalGuess(".", False, False)


def _verdict(text: str) -> str | None:
    """'.' or ',' where one value proves it, '?' where it could be either, None where it says nothing."""
    found = _NUMBER.search(text) if len(text) <= _MAX_TEXT else None
    if found is None:
        return None
    number = "".join("0" if c.isdecimal() else c for c in found.group())
    grouping = set(number) - set("0.,")
    if not grouping <= _OTHER_GROUPING:
        return None
    present = [sign for sign in ".," if sign in number]
    if len(present) == 2:
        last = max(present, key=number.rfind)
        return last if number.count(last) == 1 else None
    if not present:
        return None
    sign = present[0]
    if number.count(sign) > 1:
        return "," if sign == "." else "."
    whole, _, fraction = number.partition(sign)
    is_three = len(fraction) == 3 and 1 <= len(whole) <= 3 and not grouping
    if is_three and not found.group().startswith("0"):
        return "?"
    return sign
