"""Charts as SVG, drawn on the server: no script, nothing moves when the page loads.

Each chart is one Vega-Lite specification, drawn once per content by vl-convert. One drawing
serves screen and paper: on the page its colours are the custom properties of app.css (so that
it follows light, dark and the vendor's colour), on paper they are fixed. Numbers on axes and
marks are written by the caller's format, in the reader's locale.
"""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal

from babel import Locale
from babel.numbers import (
    format_compact_currency,
    format_compact_decimal,
    format_currency,
    format_decimal,
    format_percent,
)

from prm.infra.chart_drawing import Chart, PaperChart, draw
from prm.infra.chart_specs import (
    MAX_SERIES,
    Format,
    Number,
    bar_specification,
    line_specification,
    to_rows,
    to_text,
)

__all__ = [
    "MAX_SERIES", "Chart", "Format", "Number", "PaperChart", "bar_chart", "count_format", "grouped_bar",
    "line_chart", "money_format", "percent_format", "stacked_bar",
]  # fmt: skip


# What Babel leaves long where CLDR has no short form; and the decimals of a currency's pattern.
_UNGROUPED = re.compile(r"\d{5}")
_DECIMALS = re.compile(r"\.0+")


def bar_chart(
    labels: Sequence[str],
    values: Sequence[Number | None],
    *,
    title: str,
    number: Format,
    summary: str = "",
    is_horizontal: bool = False,
    is_rtl: bool = False,
) -> Chart:
    """One bar per label: over time upright, or ranked lying (`is_horizontal`), longest as given."""
    rows = to_rows(labels, {"": values}, number)
    specification = bar_specification(rows, labels, number, is_horizontal, is_rtl)
    return draw(specification, rows, title, summary)


def grouped_bar(
    labels: Sequence[str],
    series: Mapping[str, Sequence[Number | None]],
    *,
    title: str,
    number: Format,
    summary: str = "",
    is_rtl: bool = False,
) -> Chart:
    """Bars side by side, for example this year and last. At most six series (ValueError)."""
    series = {to_text(name): values for name, values in series.items()}
    rows = to_rows(labels, series, number)
    specification = bar_specification(
        rows, labels, number, False, is_rtl, names=list(series), is_stacked=False
    )
    return draw(specification, rows, title, summary)


def stacked_bar(
    labels: Sequence[str],
    series: Mapping[str, Sequence[Number | None]],
    *,
    title: str,
    number: Format,
    summary: str = "",
    is_horizontal: bool = False,
    is_rtl: bool = False,
) -> Chart:
    """Parts of a whole per label, none negative. At most six series (ValueError)."""
    if any(value is not None and value < 0 for values in series.values() for value in values):
        raise ValueError("a part of a whole cannot be negative")
    series = {to_text(name): values for name, values in series.items()}
    rows = to_rows(labels, series, number)
    specification = bar_specification(
        rows, labels, number, is_horizontal, is_rtl, names=list(series), is_stacked=True
    )
    return draw(specification, rows, title, summary)


def line_chart(
    labels: Sequence[str],
    series: Mapping[str, Sequence[Number | None]],
    *,
    title: str,
    number: Format,
    summary: str = "",
    is_rtl: bool = False,
) -> Chart:
    """A line per series over the labels; None leaves a gap. At most six series (ValueError)."""
    series = {to_text(name): values for name, values in series.items()}
    rows = to_rows(labels, series, number)
    specification = line_specification(rows, labels, list(series), number, is_rtl)
    return draw(specification, rows, title, summary)


def money_format(currency: str, locale: Locale | str) -> Format:
    """Amounts in major units, short: $1.2M, 1,2 Mio. €, 701.079 € (German shortens from a million)."""
    known = Locale.parse(locale)
    whole = _DECIMALS.sub("", known.currency_formats["standard"].pattern)

    def short(value: Number) -> str:
        shown = format_compact_currency(
            _decimal(value), currency, locale=known, fraction_digits=_digits(value)
        )
        if _UNGROUPED.search(shown):
            return format_currency(_decimal(value), currency, whole, locale=known, currency_digits=False)
        return shown

    return short


def count_format(locale: Locale | str) -> Format:
    """Counts, short: 950, 1.2K, 951K; 12.345 where the language shortens from a million."""
    known = Locale.parse(locale)

    def short(value: Number) -> str:
        shown = format_compact_decimal(_decimal(value), locale=known, fraction_digits=_digits(value))
        return format_decimal(round(_decimal(value)), locale=known) if _UNGROUPED.search(shown) else shown

    return short


def percent_format(locale: Locale | str) -> Format:
    """Shares of one: 0.62 → 62%."""
    return lambda value: format_percent(_decimal(value), locale=locale)


def _decimal(value: Number) -> Decimal:
    return value if isinstance(value, Decimal) else Decimal(str(value))


def _digits(value: Number) -> int:
    """One decimal of a short number where it says something: 1.2K, but 951K and 2M."""
    size = abs(_decimal(value))
    if size >= 1000:
        size = size.scaleb(-(size.adjusted() // 3 * 3))
    return 0 if size == int(size) or size >= 100 else 1
