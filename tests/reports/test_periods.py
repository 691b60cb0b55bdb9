"""What a period's name means, and what it is compared with."""

from __future__ import annotations

from datetime import date

import pytest

from prm.reports.periods import OPEN, Against, Period, Preset, compared_periods, period_of


def days(text: str) -> Period:
    first, last = text.split("…")
    return Period(date.fromisoformat(first), date.fromisoformat(last))


@pytest.mark.parametrize(
    ("preset", "today", "start_month", "expected"),
    [
        (Preset.THIS_QUARTER, "2026-11-21", 1, "2026-10-01…2026-11-21"),
        (Preset.LAST_QUARTER, "2026-11-21", 1, "2026-07-01…2026-09-30"),
        (Preset.LAST_QUARTER, "2026-02-01", 1, "2025-10-01…2025-12-31"),
        (Preset.THIS_YEAR, "2026-11-21", 1, "2026-01-01…2026-11-21"),
        (Preset.LAST_YEAR, "2026-11-21", 1, "2025-01-01…2025-12-31"),
        (Preset.TRAILING, "2026-11-21", 1, "2025-11-22…2026-11-21"),
        (Preset.TRAILING, "2024-02-29", 1, "2023-03-01…2024-02-29"),
        # A fiscal year from October: 2026-11-21 lies in the first quarter of 2027.
        (Preset.THIS_QUARTER, "2026-11-21", 10, "2026-10-01…2026-11-21"),
        (Preset.LAST_QUARTER, "2026-11-21", 10, "2026-07-01…2026-09-30"),
        (Preset.THIS_YEAR, "2026-09-30", 10, "2025-10-01…2026-09-30"),
        (Preset.LAST_YEAR, "2026-11-21", 10, "2025-10-01…2026-09-30"),
    ],
)
def test_presets_are_days(preset: Preset, today: str, start_month: int, expected: str) -> None:
    assert period_of(preset, date.fromisoformat(today), start_month) == days(expected)


def test_all_is_open_and_own_dates_are_as_given() -> None:
    today = date(2026, 11, 21)
    assert period_of(Preset.ALL, today, 1) == OPEN
    assert period_of(Preset.CUSTOM, today, 1, date(2026, 1, 1), None) == Period(date(2026, 1, 1))


@pytest.mark.parametrize(
    ("preset", "period", "previous", "year_before"),
    [
        # As much of the quarter before as has passed of this one.
        (
            Preset.THIS_QUARTER, "2026-10-01…2026-11-21", "2026-07-01…2026-08-21", "2025-10-01…2025-11-21",
        ),
        (
            Preset.LAST_QUARTER, "2026-07-01…2026-09-30", "2026-04-01…2026-06-30", "2025-07-01…2025-09-30",
        ),
        # The quarter before is shorter: it is taken whole, and no day of this one is in it.
        (
            Preset.THIS_QUARTER, "2026-04-01…2026-06-30", "2026-01-01…2026-03-31", "2025-04-01…2025-06-30",
        ),
        (Preset.THIS_YEAR, "2026-01-01…2026-11-21", None, "2025-01-01…2025-11-21"),
        (Preset.TRAILING, "2025-11-22…2026-11-21", None, "2024-11-22…2025-11-21"),
        (Preset.LAST_YEAR, "2025-01-01…2025-12-31", None, "2024-01-01…2024-12-31"),
        (Preset.CUSTOM, "2026-03-01…2026-03-10", "2026-02-19…2026-02-28", "2025-03-01…2025-03-10"),
        # The end of a month stays the end of it, also of February.
        (Preset.CUSTOM, "2025-02-01…2025-02-28", "2025-01-04…2025-01-31", "2024-02-01…2024-02-29"),
    ],
)  # fmt: skip
def test_a_period_is_compared_with_as_many_days(
    preset: Preset, period: str, previous: str | None, year_before: str
) -> None:
    expected = {Against.PREVIOUS: days(previous)} if previous else {}
    expected[Against.YEAR_BEFORE] = days(year_before)
    assert compared_periods(preset, days(period), 1) == expected


@pytest.mark.parametrize(
    "period", [OPEN, Period(date(2026, 1, 1)), Period(None, date(2026, 1, 1)), Period(date.min, date.max)]
)
def test_an_open_period_is_compared_with_nothing(period: Period) -> None:
    assert compared_periods(Preset.CUSTOM, period, 1) == {}


def test_dates_at_the_ends_of_the_calendar_are_compared_where_they_can_be() -> None:
    early = Period(date(3, 1, 1), date(9999, 12, 31))
    assert compared_periods(Preset.CUSTOM, early, 1) == {
        Against.YEAR_BEFORE: Period(date(2, 1, 1), date(9998, 12, 31))
    }
