"""Periods of a report: what people call them, the days they are, and what they are compared with."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from prm.revenue.quarters import Quarter, quarter_of


class Preset(StrEnum):
    THIS_QUARTER = "this_quarter"
    LAST_QUARTER = "last_quarter"
    THIS_YEAR = "this_year"
    LAST_YEAR = "last_year"
    TRAILING = "trailing_12"
    ALL = "all"
    CUSTOM = "custom"


class Against(StrEnum):
    """What a period is compared with."""

    PREVIOUS = "previous"
    YEAR_BEFORE = "year_before"


@dataclass(frozen=True)
class Period:
    """From the first day to the last, both included; None is open."""

    first: date | None = None
    last: date | None = None


OPEN = Period()


def period_of(
    preset: Preset, today: date, start_month: int, first: date | None = None, last: date | None = None
) -> Period:
    """The days of a preset, of a fiscal year that starts in `start_month`.

    What is still running ends today. `first` and `last` are those of CUSTOM.
    """
    quarter = quarter_of(today, start_month)
    year = Quarter(quarter.year, 1, start_month)
    if preset is Preset.THIS_QUARTER:
        return Period(quarter.first, today)
    if preset is Preset.LAST_QUARTER:
        before = _quarter_before(quarter)
        return Period(before.first, before.last)
    if preset is Preset.THIS_YEAR:
        return Period(year.first, today)
    if preset is Preset.LAST_YEAR:
        return Period(_years_before(year.first), year.first - timedelta(days=1))
    if preset is Preset.TRAILING:
        return Period(_years_before(today) + timedelta(days=1), today)
    if preset is Preset.CUSTOM:
        return Period(first, last)
    return OPEN


def compared_periods(preset: Preset, period: Period, start_month: int) -> dict[Against, Period]:
    """What to compare with: the period before, as long, and the same days a year earlier.

    A running period is compared with as much of the other as has passed of it. Where both are the
    same days they stand once, as the year before. An open period is compared with nothing.
    """
    first, last = period.first, period.last
    if first is None or last is None or first.year < 3 or last < first:
        return {}
    earlier = Period(_years_before(first), _years_before(last))
    days = last - first
    if preset in (Preset.THIS_QUARTER, Preset.LAST_QUARTER):
        quarter = _quarter_before(quarter_of(first, start_month))
        end = quarter.last if preset is Preset.LAST_QUARTER else min(quarter.first + days, quarter.last)
        previous = Period(quarter.first, end)
    elif preset is Preset.CUSTOM:
        end = first - timedelta(days=1)
        if days.days >= end.toordinal() - 1:
            return {Against.YEAR_BEFORE: earlier}
        previous = Period(end - days, end)
    else:
        previous = earlier
    if previous == earlier:
        return {Against.YEAR_BEFORE: earlier}
    return {Against.PREVIOUS: previous, Against.YEAR_BEFORE: earlier}


def _quarter_before(quarter: Quarter) -> Quarter:
    if quarter.number == 1:
        return Quarter(quarter.year - 1, 4, quarter.start_month)
    return Quarter(quarter.year, quarter.number - 1, quarter.start_month)


def _years_before(on: date, years: int = 1) -> date:
    """The same day of an earlier year; the end of a month stays the end of it."""
    year = on.year - years
    end = calendar.monthrange(year, on.month)[1]
    is_end = on.day == calendar.monthrange(on.year, on.month)[1]
    return date(year, on.month, end if is_end else min(on.day, end))
