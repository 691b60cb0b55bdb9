"""Dates as files write them: patterns people can state, and evidence where nothing is stated."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache

from prm.infra.importing.cells import Cell, text_of
from prm.infra.importing.errors import row_reason
from prm.infra.wording import N_, Notice

FIRST_YEAR, LAST_YEAR = 1900, 2199
MAX_TEXT = 48
_MONTH_NAMES = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
_MONTHS = tuple(name[:3] for name in _MONTH_NAMES)
_TIME = (
    r"(?:[T ] ?\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?(?: ?[AaPp]\.?[Mm]\.?)?"
    r"(?: ?(?:Z|UTC|[+-]\d{2}:?\d{2}))?)?"
)
_TOKENS = (
    ("YYYY", "year", r"(?P<year>\d{4})"),
    ("YY", "year", r"(?P<year>\d{2})"),
    ("MMMM", "month", r"(?P<month>[A-Za-z]{3,9})\.?"),
    ("MMM", "month", r"(?P<month>[A-Za-z]{3,9})\.?"),
    ("MM", "month", r"(?P<month>\d{2})"),
    ("M", "month", r"(?P<month>\d{1,2})"),
    ("DD", "day", r"(?P<day>\d{2})"),
    ("D", "day", r"(?P<day>\d{1,2})"),
)
_STRPTIME = {"%Y": "YYYY", "%y": "YY", "%m": "MM", "%d": "DD", "%b": "MMM", "%B": "MMMM", "%e": "D"}
_SEPARATORS = " ./-,"

#: What is considered where no pattern is stated. A year is never followed by day and month here:
#: nobody writes that, and it would make every ISO date ambiguous.
CANDIDATES = (
    "YYYY-MM-DD",
    "YYYY/MM/DD",
    "YYYY.MM.DD",
    "YYYYMMDD",
    "MM/DD/YYYY",
    "DD/MM/YYYY",
    "DD.MM.YYYY",
    "MM.DD.YYYY",
    "DD-MM-YYYY",
    "MM-DD-YYYY",
    "DD MM YYYY",
    "MM/DD/YY",
    "DD/MM/YY",
    "YY/MM/DD",
    "DD.MM.YY",
    "MM.DD.YY",
    "DD-MM-YY",
    "MM-DD-YY",
    "YY-MM-DD",
    "DD MMM YYYY",
    "DD-MMM-YYYY",
    "DD-MMM-YY",
    "DD. MMM YYYY",
    "MMM DD, YYYY",
    "MMM DD YYYY",
)


class DateError(ValueError):
    """A value that is not a date of the format; `.notice` says why."""

    def __init__(self, notice: Notice) -> None:
        self.notice = notice
        super().__init__(notice.text())


class DatePatternError(ValueError):
    """What was stated is not a date pattern; `.notice` says so to the person who stated it."""

    def __init__(self, pattern: str) -> None:
        self.notice = Notice("date_pattern_unknown", _NO_PATTERN, {"pattern": pattern[:40]})
        super().__init__(self.notice.text())


@dataclass(frozen=True)
class DateFormat:
    """A compiled pattern; `pattern` is its canonical spelling, MM/DD/YYYY for %m/%d/%Y and m/d/yyyy."""

    pattern: str
    _expression: re.Pattern[str] = field(repr=False)

    def parse(self, text: str) -> date:
        """Read one date. A time of day after it is accepted and left out. Raises DateError.

        Days and months may come without leading zeros; two-digit years 69–99 are of the 1900s.
        """
        text = text.strip()
        match = self._expression.fullmatch(text) if len(text) <= MAX_TEXT else None
        if match is None:
            raise DateError(row_reason("date_unreadable", format=self.pattern))
        year = int(match["year"])
        if len(match["year"]) == 2:
            year += 1900 if year >= 69 else 2000
        month = _month(match["month"])
        if month is None:
            raise DateError(row_reason("date_unreadable", format=self.pattern))
        if not FIRST_YEAR <= year <= LAST_YEAR:
            raise DateError(row_reason("date_out_of_range", first=FIRST_YEAR, last=LAST_YEAR))
        try:
            return date(year, month, int(match["day"]))
        except ValueError as error:
            raise DateError(row_reason("date_impossible")) from error

    def fits(self, text: str) -> bool:
        try:
            self.parse(text)
        except DateError:
            return False
        return True

    def __str__(self) -> str:
        return self.pattern


@dataclass(frozen=True)
class DateFormatGuess:
    """What the values of a column say about how its dates are written.

    `format` is None unless exactly one candidate fits every readable value. `is_ambiguous`: several
    fit them all. `is_conflicting`: none does; `conflicts` names a line for and one against the best.
    `evidence_line` is the line that ruled the last rival out. `unreadable` lines fit no candidate at
    all and decide nothing.
    """

    format: DateFormat | None
    candidates: tuple[str, ...]
    is_ambiguous: bool
    is_conflicting: bool
    checked: int
    evidence_line: int | None = None
    evidence_value: str | None = None
    conflicts: tuple[tuple[int, str], ...] = ()
    unreadable: tuple[tuple[int, str], ...] = ()

    @property
    def notice(self) -> Notice | None:
        """What to tell the person, or None where there is nothing to decide."""
        if self.is_ambiguous:
            return Notice("date_ambiguous", _AMBIGUOUS, {"formats": ", ".join(self.candidates)})
        if self.is_conflicting:
            lines = ", ".join(f"{line} ({value})" for line, value in self.conflicts)
            return Notice("date_conflicting", _CONFLICTING, {"lines": lines})
        if self.format is not None and self.evidence_line is not None:
            params = {
                "format": self.format.pattern,
                "line": self.evidence_line,
                "value": self.evidence_value,
            }
            return Notice("date_format_found", _FOUND, params)
        return None


_NO_PATTERN = N_("“%(pattern)s” is not a date pattern: write it like DD.MM.YYYY.")
_AMBIGUOUS = N_("Every date here can be read in several ways: %(formats)s. Say which one it is.")
_CONFLICTING = N_("The dates are not all written the same way; compare lines %(lines)s.")
_FOUND = N_("Dates are read as %(format)s: line %(line)s (%(value)s) allows nothing else.")


def compile_date_format(pattern: str) -> DateFormat:
    """Compile `MM/DD/YYYY`, `d.m.yy`, `TT.MM.JJJJ`, `DD MMM YYYY` or `%m/%d/%Y`.

    A time part is allowed at the end (`HH:mm`, `%H:%M:%S`) and means nothing. Raises
    DatePatternError for a pattern without exactly one day, month and year, or with anything else.
    """
    return _compile(pattern[:200].strip())


@lru_cache(maxsize=256)
def _compile(pattern: str) -> DateFormat:
    plain = pattern
    if "%" in plain:
        plain = re.split(r"[T ]?%[HIMpSfzT]", plain, maxsplit=1)[0].replace("%F", "YYYY-MM-DD")
        plain = re.sub(r"%-?([A-Za-z])", lambda m: _STRPTIME.get("%" + m[1], m[0]), plain)
    plain = plain.upper()
    if "J" in plain or "T" in plain.split("H")[0].rstrip("T "):
        plain = plain.replace("TT", "DD").replace("J", "Y")
    plain = plain.split("H")[0].rstrip("T ") if "H" in plain else plain
    names: list[str] = []
    expression: list[str] = []
    canonical: list[str] = []
    rest, is_after_digits = plain, False
    while rest:
        token = next((token for token in _TOKENS if rest.startswith(token[0])), None)
        if token is not None:
            code, name, expr = token
            rest = rest[len(code) :]
            if code in ("MM", "M", "DD", "D"):
                if not is_after_digits and not rest[:1].isalpha():
                    expr = rf"(?P<{name}>\d{{1,2}})"
                elif len(code) == 1:
                    raise DatePatternError(pattern)
                code = code[0] * 2
            names.append(name)
            expression.append(expr)
            canonical.append(code)
            is_after_digits = code not in ("MMM", "MMMM")
        elif rest[0] in _SEPARATORS:
            expression.append("[ \u00a0]" if rest[0] == " " else re.escape(rest[0]))
            canonical.append(rest[0])
            rest, is_after_digits = rest[1:], False
        else:
            raise DatePatternError(pattern)
    if sorted(names) != ["day", "month", "year"]:
        raise DatePatternError(pattern)
    return DateFormat("".join(canonical), re.compile("".join(expression) + _TIME, re.ASCII))


def detect_date_format(
    values: Iterable[tuple[int, Cell]], candidates: Iterable[str] = CANDIDATES
) -> DateFormatGuess:
    """Look at *all* values of a column, given as (line, cell); blanks and true dates are neutral.

    Never chooses among formats that all fit: 3/1/2017 alone is ambiguous, one 10/20/2016 settles it.
    """
    formats = [compile_date_format(candidate) for candidate in candidates]
    known: dict[str, int] = {}
    everything = (1 << len(formats)) - 1
    fitting = [0] * len(formats)
    first_without: list[tuple[int, str] | None] = [None] * len(formats)
    first_with: list[tuple[int, str] | None] = [None] * len(formats)
    unreadable: list[tuple[int, str]] = []
    checked = 0
    for line, cell in values:
        if isinstance(cell, date) or not (text := text_of(cell).strip()):
            continue
        mask = known.get(text)
        if mask is None:
            could_be = len(text) <= MAX_TEXT and any(c.isdigit() for c in text)
            fits = (1 << i for i, each in enumerate(formats) if could_be and each.fits(text))
            mask = sum(fits)
            if len(known) < 100_000:
                known[text] = mask
        if not mask:
            if len(unreadable) < 20:
                unreadable.append((line, text[:80]))
            continue
        checked += 1
        for index in range(len(formats)):
            if mask >> index & 1:
                fitting[index] += 1
                if first_with[index] is None:
                    first_with[index] = (line, text)
            elif first_without[index] is None:
                first_without[index] = (line, text)
        everything &= mask
    alive = [i for i in range(len(formats)) if everything >> i & 1] if checked else []
    names = tuple(formats[i].pattern for i in alive)
    if len(alive) == 1:
        # The rivals are those that fitted something; the one that held out longest was ruled out
        # by the line that settles the matter.
        rivals = [first_without[i] for i in range(len(formats)) if fitting[i] and i != alive[0]]
        last = max((rival for rival in rivals if rival), default=(None, None))
        return DateFormatGuess(
            formats[alive[0]], names, False, False, checked, last[0], last[1], (), tuple(unreadable)
        )
    if alive:
        return DateFormatGuess(None, names, True, False, checked, unreadable=tuple(unreadable))
    conflicts: tuple[tuple[int, str], ...] = ()
    if checked:
        best = max(range(len(formats)), key=lambda i: fitting[i])
        pair = (first_with[best], first_without[best])
        conflicts = tuple(sorted(each for each in pair if each))
        names = tuple(formats[i].pattern for i in range(len(formats)) if fitting[i])
    return DateFormatGuess(None, names, False, checked > 0, checked, None, None, conflicts, tuple(unreadable))


def parse_date(cell: Cell, date_format: DateFormat | None) -> date:
    """A cell as a date: true dates of a sheet as they are, text by the format. Raises DateError.

    Without a format only YYYY-MM-DD is understood.
    """
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    text = text_of(cell)
    if date_format is not None:
        return date_format.parse(text)
    iso = _compile("YYYY-MM-DD")
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}" + _TIME, text.strip()[:MAX_TEXT]):
        return iso.parse(text)
    raise DateError(row_reason("date_format_unknown"))


def _month(text: str) -> int | None:
    if text.isdigit():
        return int(text)
    folded = text.casefold()
    if folded == "sept":
        return 9
    names = _MONTHS if len(folded) == 3 else _MONTH_NAMES
    return names.index(folded) + 1 if folded in names else None
