"""Charts as SVG, drawn on the server: no script, nothing moves when the page loads.

Each chart is one Vega-Lite specification, drawn once per content by vl-convert. One drawing
serves screen and paper: on the page its colours are the custom properties of app.css (so that
it follows light, dark and the vendor's colour), on paper they are fixed. Numbers on axes and
marks are written by the caller's format, in the reader's locale.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from html import escape
from math import floor, log10
from typing import Any

import vl_convert
from babel import Locale
from babel.numbers import format_compact_currency, format_compact_decimal, format_percent
from markupsafe import Markup

Number = int | float | Decimal
Format = Callable[[Number], str]

VL_VERSION = "6.4"
# The widths, in CSS pixels, a chart is drawn for: phones and columns, half a page, a whole page.
WIDTHS = {"is-narrow": 320, "is-middle": 480, "is-wide": 800}
PAPER_WIDTH = "is-wide"
HEIGHT = 240
BAR_STEP = 30
MAX_SERIES = 6
# How wide a character of a label is at most, and how much wider than measured the page's font may run.
CHARACTER = 6.5
ROOM = 1.1

# placeholder in the specification → (custom property on the page, colour on paper)
_INKS: dict[str, tuple[str, str]] = {
    "#fe0001": ("--series-1", ""),  # on paper the caller's colour, or OWN_COLOUR
    "#fe0002": ("--series-2", "#c26d00"),
    "#fe0003": ("--series-3", "#0f8b8d"),
    "#fe0004": ("--series-4", "#b0479b"),
    "#fe0005": ("--series-5", "#7b8494"),
    "#fe0006": ("--series-6", "#3b82c4"),
    "#fe0010": ("--ink", "#181b22"),
    "#fe0011": ("--ink-soft", "#4d5462"),
    "#fe0012": ("--line", "#e3e6eb"),
    "#fe0013": ("--line-strong", "#d0d5dd"),
    "#fe0014": ("--surface", "#ffffff"),
}
OWN_COLOUR = "#4a49c9"
_SERIES = [f"#fe000{place}" for place in range(1, MAX_SERIES + 1)]
_INK, _SOFT, _LINE, _AXIS, _SURFACE = "#fe0010", "#fe0011", "#fe0012", "#fe0013", "#fe0014"
# Told apart without colour too: the second series' line is dashed, and so on.
_DASHES = [[1, 0], [6, 3], [2, 2], [8, 3, 2, 3], [1, 3], [10, 4]]
_FONTS = "Inter, Liberation Sans, Noto Sans, DejaVu Sans, sans-serif"


@dataclass(frozen=True)
class Chart:
    """A drawing with the words that stand for it. `drawings`: name of the width → SVG."""

    title: str
    summary: str
    drawings: Mapping[str, str]

    @property
    def is_empty(self) -> bool:
        """There was no value to draw."""
        return not self.drawings

    def for_page(self) -> Markup:
        """Every width, of which the page's style shows the one that fits. Safe to embed."""
        return Markup("".join(self._coloured(drawn, name) for name, drawn in self.drawings.items()))

    def for_paper(self, colour: str | None = None) -> str:
        """The drawing as a document of its own, in the vendor's `colour` (`#rrggbb`)."""
        if self.is_empty:
            return ""
        inks = {ink: paper or colour or OWN_COLOUR for ink, (_, paper) in _INKS.items()}
        drawing = _replace_inks(self.drawings[PAPER_WIDTH], inks)
        head = f'<svg xmlns="http://www.w3.org/2000/svg" font-family="{_FONTS}" '
        return drawing.replace("<svg ", head, 1)

    def _coloured(self, drawing: str, name: str) -> str:
        drawn = _replace_inks(drawing, {ink: f"var({property})" for ink, (property, _) in _INKS.items()})
        words = escape(f"{self.title}. {self.summary}" if self.summary else self.title)
        return drawn.replace("<svg ", f'<svg class="{name}" role="img" aria-label="{words}" ', 1)


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
    rows = _rows(labels, {"": values}, number)
    specification = _bars(rows, labels, number, is_horizontal, is_rtl)
    return _draw(specification, rows, title, summary)


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
    rows = _rows(labels, series, number)
    specification = _bars(rows, labels, number, False, is_rtl, names=list(series), is_stacked=False)
    return _draw(specification, rows, title, summary)


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
    rows = _rows(labels, series, number)
    specification = _bars(rows, labels, number, is_horizontal, is_rtl, names=list(series), is_stacked=True)
    return _draw(specification, rows, title, summary)


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
    rows = _rows(labels, series, number)
    names = list(series)
    across = _category("x", labels, is_rtl)
    up = _quantity("y", _ticks([row["value"] for row in rows]), number, is_rtl)
    colour = _colours(names, "stroke")
    encoding = {"x": across, "y": up, "color": colour, "description": {"field": "words"}}
    dashes = {
        "field": "series", "type": "nominal", "sort": None, "legend": colour["legend"],
        "scale": {"domain": names, "range": _DASHES[: len(names)]},
    }  # fmt: skip
    specification = {
        "height": HEIGHT,
        "layer": [
            {
                "mark": {"type": "line", "strokeWidth": 2, "strokeJoin": "round", "strokeCap": "round"},
                "encoding": {**encoding, "strokeDash": dashes},
            },
            {
                "mark": {"type": "circle", "size": 30, "opacity": 1},
                "encoding": encoding,
            },
        ],
    }
    return _draw(specification, rows, title, summary)


def money_format(currency: str, locale: Locale | str) -> Format:
    """Amounts in major units, short: $1.2M, 1,2 Mio. €."""
    return lambda value: format_compact_currency(
        _decimal(value), currency, locale=locale, fraction_digits=_digits(value)
    )


def count_format(locale: Locale | str) -> Format:
    """Counts, short: 950, 1.2K, 1234 → 1.2K."""
    return lambda value: format_compact_decimal(
        _decimal(value), locale=locale, fraction_digits=_digits(value)
    )


def percent_format(locale: Locale | str) -> Format:
    """Shares of one: 0.62 → 62%."""
    return lambda value: format_percent(_decimal(value), locale=locale)


# ---------------------------------------------------------------- specifications


def _rows(
    labels: Sequence[str], series: Mapping[str, Sequence[Number | None]], number: Format
) -> list[dict[str, Any]]:
    if len(series) > MAX_SERIES:
        raise ValueError(f"at most {MAX_SERIES} series can be told apart")
    rows = []
    for name, values in series.items():
        if len(values) != len(labels):
            raise ValueError("as many values as labels")
        for place, (label, value) in enumerate(zip(labels, values, strict=True)):
            shown = "" if value is None else number(value)
            words = f"{label}, {name}: {shown}" if name else f"{label}: {shown}"
            rows.append(
                {
                    # Two labels may read alike: the place tells them apart.
                    "place": place,
                    "label": label,
                    "series": name,
                    "value": None if value is None else float(value),
                    "shown": shown,
                    "words": words,
                }
            )
    return rows


def _bars(
    rows: list[dict[str, Any]],
    labels: Sequence[str],
    number: Format,
    is_horizontal: bool,
    is_rtl: bool,
    names: list[str] | None = None,
    is_stacked: bool = False,
) -> dict[str, Any]:
    along, across = ("y", "x") if is_horizontal else ("x", "y")
    heights = [row["value"] for row in rows]
    if is_stacked:
        heights = [
            sum(row["value"] or 0 for row in rows if row["place"] == place) for place in range(len(labels))
        ]
    longest = max((len(row["shown"]) for row in rows), default=0)
    quantity = _quantity(across, _ticks(heights), number, is_rtl)
    has_numbers = names is None and (
        is_horizontal or longest * CHARACTER < WIDTHS["is-narrow"] * 0.85 / max(len(labels), 1)
    )
    if has_numbers and is_horizontal:
        # The numbers stand at the bars' ends instead of on an axis, and need room there.
        low, high = min(0.0, *_known(heights)), max(0.0, *_known(heights))
        room = (longest * CHARACTER + 8) / (WIDTHS["is-narrow"] * 0.6)
        quantity["axis"] = None
        quantity["scale"]["domain"] = [low, low + (high - low or 1.0) / (1 - min(room, 0.6))]
    encoding = {
        along: _category(along, labels, is_rtl),
        across: {**quantity, "stack": "zero" if is_stacked else None},
        "description": {"field": "words"},
    }
    bar: dict[str, Any] = {"type": "bar", "color": _SERIES[0], "cornerRadiusEnd": 3, "minBandSize": 2}
    if is_horizontal and is_rtl:
        bar |= {"cornerRadiusEnd": 0, "cornerRadiusTopLeft": 3, "cornerRadiusBottomLeft": 3}
    if names is not None:
        encoding["color"] = _colours(names)
        encoding["order"] = {"field": "rank"}
        for row in rows:
            row["rank"] = names.index(row["series"])
        if is_stacked:
            bar = {"type": "bar", "minBandSize": 2, "stroke": _SURFACE, "strokeWidth": 1}
        else:
            encoding["xOffset"] = {
                "field": "series", "sort": None, "scale": {"domain": names, "reverse": is_rtl},
            }  # fmt: skip
    layers: list[dict[str, Any]] = [{"mark": bar, "encoding": encoding}]
    if has_numbers:
        layers.append({"mark": _numbers_beside(is_horizontal, is_rtl), "encoding": {
            along: encoding[along], across: encoding[across], "text": {"field": "shown"}}})  # fmt: skip
    height: Any = {"step": BAR_STEP} if is_horizontal else HEIGHT
    return {"height": height, "layer": layers}


def _numbers_beside(is_horizontal: bool, is_rtl: bool) -> dict[str, Any]:
    mark: dict[str, Any] = {"type": "text", "color": _INK, "fontSize": 11 * ROOM, "fontWeight": 500}
    if is_horizontal:
        return {**mark, "align": "right" if is_rtl else "left", "dx": -6 if is_rtl else 6}
    return {**mark, "baseline": "bottom", "dy": -4}


def _category(channel: str, labels: Sequence[str], is_rtl: bool) -> dict[str, Any]:
    is_lying = channel == "y"
    axis = {
        "labelExpr": f"({json.dumps(list(labels))})[datum.value]",
        "labelLimit": 150 if is_lying else 90,
        "labelAngle": 0,
        "labelOverlap": False if is_lying else "greedy",
        "labelSeparation": 6,
        "ticks": False,
        "domain": not is_lying,
        "grid": False,
        "title": None,
    }
    if is_lying and is_rtl:
        axis["orient"] = "right"
    scale = {"reverse": is_rtl and not is_lying, "paddingInner": 0.38, "paddingOuter": 0.2}
    return {"field": "place", "type": "ordinal", "sort": None, "axis": axis, "scale": scale}


def _quantity(channel: str, ticks: list[float], number: Format, is_rtl: bool) -> dict[str, Any]:
    shown = {_key(tick): number(tick) for tick in ticks}
    is_upright = channel == "y"
    axis: dict[str, Any] = {
        "values": ticks,
        "labelExpr": f"({json.dumps(shown)})['' + datum.value]",
        "title": None,
        "ticks": False,
        "domain": False,
        "orient": ("right" if is_rtl else "left") if is_upright else "bottom",
    }
    scale = {"domain": [ticks[0], ticks[-1]], "reverse": is_rtl and not is_upright, "nice": False}
    return {"field": "value", "type": "quantitative", "axis": axis, "scale": scale}


def _colours(names: list[str], symbol: str = "square") -> dict[str, Any]:
    legend = {
        "title": None, "orient": "top", "direction": "horizontal", "symbolType": symbol,
        "symbolSize": 300 if symbol == "stroke" else 90, "symbolOpacity": 1, "offset": 10,
        "columnPadding": 14, "labelLimit": 200,
    }  # fmt: skip
    return {
        "field": "series",
        "type": "nominal",
        "sort": None,
        "scale": {"domain": names, "range": _SERIES[: len(names)]},
        "legend": legend if len(names) > 1 else None,
    }


def _known(values: Sequence[float | None]) -> list[float]:
    return [value for value in values if value is not None] or [0.0]


def _ticks(values: Sequence[float | None]) -> list[float]:
    """Four to six round numbers that begin at or below and end at or above the values and zero."""
    low, high = min(0.0, *_known(values)), max(0.0, *_known(values))
    if low == high:
        high = 1.0
    rough = (high - low) / 4
    power = 10.0 ** floor(log10(rough))
    step = next(power * factor for factor in (1, 2, 2.5, 5, 10) if power * factor >= rough)
    first = floor(low / step)
    count = next(n for n in range(1, 12) if (first + n) * step >= high)
    return [_round(step * (first + place), step) for place in range(count + 1)]


def _round(value: float, step: float) -> float:
    """Without the dust of binary fractions: 0.30000000000000004 → 0.3."""
    rounded = round(value, max(0, 2 - floor(log10(step))))
    return rounded if rounded % 1 else int(rounded)


def _key(tick: float) -> str:
    """How Vega writes the number when it becomes text."""
    return str(int(tick)) if tick == int(tick) else repr(tick)


def _decimal(value: Number) -> Decimal:
    return value if isinstance(value, Decimal) else Decimal(str(value))


def _digits(value: Number) -> int:
    """One decimal of a short number where it says something: 1.2K, but 951K and 2M."""
    size = abs(_decimal(value))
    if size >= 1000:
        size = size.scaleb(-(size.adjusted() // 3 * 3))
    return 0 if size == int(size) or size >= 100 else 1


# ---------------------------------------------------------------- drawing


def _draw(specification: dict[str, Any], rows: list[dict[str, Any]], title: str, summary: str) -> Chart:
    if not any(row["value"] is not None for row in rows):
        return Chart(title, summary, {})
    whole = {
        "data": {"values": rows},
        "config": _CONFIG,
        "autosize": {"type": "fit-x", "contains": "padding"},
        "padding": {"left": 2, "right": 8, "top": 4, "bottom": 0},
        "background": None,
        **specification,
    }
    return Chart(
        title,
        summary,
        {
            name: _svg(json.dumps({**whole, "width": width}, sort_keys=True, ensure_ascii=False))
            for name, width in WIDTHS.items()
        },
    )


_CONFIG = {
    "font": _FONTS,
    "view": {"stroke": None},
    "axis": {
        "labelColor": _SOFT, "labelFontSize": 11.5 * ROOM, "labelPadding": 8,
        "gridColor": _LINE, "domainColor": _AXIS, "tickColor": _AXIS,
    },
    "legend": {"labelColor": _SOFT, "labelFontSize": 11.5 * ROOM},
}  # fmt: skip


@lru_cache(maxsize=256)
def _svg(specification: str) -> str:
    """The drawing of a specification, bare: no size, font, ids or words of Vega's own."""
    drawn = vl_convert.vegalite_to_svg(specification, vl_version=VL_VERSION, allowed_base_urls=[])
    return _tidy(drawn)


def _tidy(svg: str) -> str:
    # Marks carry their words in aria-label; as <title> they are shown under the pointer too.
    svg = re.sub(
        r'<(path|text)([^>]*?) aria-label="([^"]*)"([^>]*?)(?:/>|>)',
        lambda mark: _titled(mark) if 'role="graphics-symbol"' in mark.group(0) else mark.group(0),
        svg,
    )
    # Vega describes axes and legends in English.
    svg = re.sub(r' (?:role|aria-[a-z]+|class|pointer-events|xmlns:xlink|xmlns|version)="[^"]*"', "", svg)
    svg = re.sub(r' font-family="[^"]*"', "", svg)
    # Text was measured in a font of the server's, a little larger than it is shown.
    svg = re.sub(
        r'font-size="([\d.]+)px"', lambda size: f'font-size="{float(size.group(1)) / ROOM:.4g}"', svg
    )
    svg = re.sub(r' opacity="1"| stroke-miterlimit="10"', "", svg)
    svg = re.sub(r'<path d="(?:M0,0h0v0h0Z)?"(?: display="none")?/>', "", svg)
    while "<g></g>" in svg:
        svg = svg.replace("<g></g>", "")
    svg = re.sub(
        r'^<svg [^>]*?width="([\d.]+)" height="([\d.]+)"', r'<svg direction="ltr" width="\1" height="\2"', svg
    )
    return re.sub(r"(\d+\.\d{2})\d+", r"\1", svg)


def _titled(mark: re.Match[str]) -> str:
    name, before, words, after = mark.groups()
    opened = f"<{name}{before}{after}><title>{words}</title>"
    return opened + (f"</{name}>" if mark.group(0).endswith("/>") else "")


def _replace_inks(drawing: str, inks: Mapping[str, str]) -> str:
    return re.sub(r"#fe00\d\d", lambda ink: inks[ink.group(0)], drawing)
