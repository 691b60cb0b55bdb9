"""Figures as a reader's language writes them: the one place where a report turns numbers to text."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction

from babel import Locale
from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal
from flask_babel import get_locale
from flask_babel import gettext as _

from prm.infra import clock
from prm.infra.money import format_money, format_whole_money, minor_to_decimal
from prm.reports.periods import Period

DASH = "–"


@dataclass(frozen=True)
class Formats:
    """How one report writes its figures: in one language, of one currency."""

    locale: Locale
    currency: str

    @property
    def is_rtl(self) -> bool:
        return bool(self.locale.text_direction == "rtl")

    def money(self, minor: int | None) -> str:
        """The exact amount."""
        return DASH if minor is None else format_money(minor, self.currency, self.locale)

    def short_money(self, minor: int) -> str:
        """The amount in whole units, for a headline; tables show it exactly."""
        return format_whole_money(minor, self.currency, self.locale)

    def major(self, minor: int) -> Decimal:
        return minor_to_decimal(minor, self.currency)

    def count(self, number: int) -> str:
        return str(format_decimal(number, locale=self.locale))

    def share(self, part: int, whole: int) -> str:
        """A part in percent with one decimal; a dash where there is no whole."""
        return self._percent(Fraction(part, whole)) if whole > 0 else DASH

    def change(self, now: int, before: int) -> str:
        """The change in percent, signed; a dash where there was nothing to compare with."""
        if before <= 0:
            return DASH
        change = Fraction(now - before, before)
        return ("+" if change > 0 else "") + self._percent(change)

    def _percent(self, fraction: Fraction) -> str:
        pattern = copy.copy(self.locale.percent_formats[None])
        pattern.frac_prec = (1, 1)
        permille = round(fraction * 1000)
        return str(pattern.apply(Decimal(permille) / 1000, self.locale))

    def date(self, on: date) -> str:
        return str(format_date(on, "medium", locale=self.locale))

    def instant(self, at: datetime, zone_name: str) -> str:
        """On the wall clock of a zone, to the second."""
        shown = clock.to_zone(at, zone_name)
        return str(format_datetime(shown.replace(tzinfo=None), "medium", locale=self.locale))

    def period(self, period: Period) -> str:
        first, last = period.first, period.last
        if first is not None and last is not None:
            return _("%(first)s – %(last)s", first=self.date(first), last=self.date(last))
        if first is not None:
            return _("from %(first)s", first=self.date(first))
        if last is not None:
            return _("until %(last)s", last=self.date(last))
        return _("all dates")


def formats_for(currency: str) -> Formats:
    """In the language of the reader, or the first offered where nobody reads yet (a command)."""
    return Formats(get_locale() or Locale("en"), currency)
