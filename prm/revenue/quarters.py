"""Quarters of a vendor's fiscal year.

A fiscal year that starts in January is the calendar year and its quarters are called 2017-Q1. One
that starts in another month is named by the year in which it ends: FY2018-Q1 may be October 2017.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from flask_babel import gettext as _

_KEY = re.compile(r"(FY)?(\d{4})-Q([1-4])", re.ASCII)
_WRITTEN = (
    re.compile(r"(?:FY ?)?(?P<year>\d{4})[ /-]?Q(?P<number>[1-4])", re.ASCII),
    re.compile(r"Q(?P<number>[1-4])[ /-]?(?:FY ?)?(?P<year>\d{4})", re.ASCII),
)


@dataclass(frozen=True, order=True)
class Quarter:
    """The `number`th quarter (1–4) of the fiscal year `year`; the year starts in `start_month`."""

    year: int
    number: int
    start_month: int = 1

    @property
    def key(self) -> str:
        """2017-Q1, or FY2018-Q1 where the fiscal year is not the calendar year."""
        return f"{'FY' if self.start_month != 1 else ''}{self.year}-Q{self.number}"

    @property
    def label(self) -> str:
        """The quarter in the reader's language; says so where it is a fiscal one."""
        if self.start_month == 1:
            return _("Q%(number)s %(year)s", number=self.number, year=self.year)
        return _("Q%(number)s of fiscal year %(year)s", number=self.number, year=self.year)

    @property
    def first(self) -> date:
        """The first day."""
        months = (self.number - 1) * 3 + self.start_month - 1
        year = self.year if self.start_month == 1 else self.year - 1
        return date(year + months // 12, months % 12 + 1, 1)

    @property
    def last(self) -> date:
        """The last day."""
        return self.next.first - timedelta(days=1)

    @property
    def next(self) -> Quarter:
        if self.number == 4:
            return Quarter(self.year + 1, 1, self.start_month)
        return Quarter(self.year, self.number + 1, self.start_month)


def quarter_of(on: date, start_month: int = 1) -> Quarter:
    """The quarter in which a date lies, of a fiscal year that starts in `start_month`."""
    months = (on.month - start_month) % 12
    ends_later = start_month != 1 and on.month >= start_month
    return Quarter(on.year + ends_later, months // 3 + 1, start_month)


def find_quarter(key: str, start_month: int = 1) -> Quarter | None:
    """The quarter a key names, or None where it names none of this fiscal year's kind."""
    match = _KEY.fullmatch(key)
    if match is None or bool(match[1]) is (start_month == 1) or not 1900 <= int(match[2]) <= 2199:
        return None
    return Quarter(int(match[2]), int(match[3]), start_month)


def read_quarter(text: str, start_month: int = 1) -> Quarter | None:
    """The fiscal quarter that a person or a file names: 2025-Q1, FY2025-Q1, Q1 2025, Q1/2025."""
    plain = " ".join(text.upper().split())
    for pattern in _WRITTEN:
        match = pattern.fullmatch(plain)
        if match is not None and 1900 <= int(match["year"]) <= 2199:
            return Quarter(int(match["year"]), int(match["number"]), start_month)
    return None
