"""The Vega-Lite specifications of our charts: what they have in common is said once, here.

See prm/infra/charts.py, which is what pages use.
"""

import json
import textwrap
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from math import floor, isfinite, log10
from typing import Any

from prm.infra.chart_drawing import INK, ROOM, SERIES, SURFACE, WIDTHS

Number = int | float | Decimal
Format = Callable[[Number], str]

HEIGHT = 240
BAR_STEP = 30
MAX_SERIES = len(SERIES)
MAX_LABEL = 120
# How wide a character of a label is at most.
CHARACTER = 6.5
LABEL_GAP = 6
# Told apart without colour too: the second series' line is dashed, and so on.
DASHES = [[1, 0], [6, 3], [2, 2], [8, 3, 2, 3], [1, 3], [10, 4]]


def to_rows(
    labels: Sequence[str], series: Mapping[str, Sequence[Number | None]], number: Format
) -> list[dict[str, Any]]:
    """One row per series and label. Raises ValueError: too many series, or not as many values as labels."""
    if len(series) > MAX_SERIES:
        raise ValueError(f"at most {MAX_SERIES} series can be told apart")
    rows = []
    for name, values in series.items():
        if len(values) != len(labels):
            raise ValueError("as many values as labels")
        for place, (label, value) in enumerate(zip(map(to_text, labels), values, strict=True)):
            shown = "" if value is None else number(value)
            words = f"{label}, {name}: {shown}" if name else f"{label}: {shown}"
            rows.append(
                {
                    # Two labels may read alike: the place tells them apart.
                    "place": place,
                    "label": label,
                    "series": name,
                    "value": None if value is None else _finite(value),
                    "shown": shown,
                    "words": words,
                }
            )
    return rows


def bar_specification(
    rows: list[dict[str, Any]],
    labels: Sequence[str],
    number: Format,
    is_horizontal: bool,
    is_rtl: bool,
    names: list[str] | None = None,
    is_stacked: bool = False,
) -> dict[str, Any]:
    """Bars, upright or lying; with `names` one per series, side by side or stacked."""
    along, across = ("y", "x") if is_horizontal else ("x", "y")
    heights = [row["value"] for row in rows]
    if is_stacked:
        heights = [
            sum(row["value"] or 0 for row in rows if row["place"] == place) for place in range(len(labels))
        ]
    longest = max((len(row["shown"]) for row in rows), default=0)
    quantity = _quantity(across, nice_ticks(heights), number, is_rtl)
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
    bar: dict[str, Any] = {"type": "bar", "color": SERIES[0], "cornerRadiusEnd": 3, "minBandSize": 2}
    if is_horizontal and is_rtl:
        bar |= {"cornerRadiusEnd": 0, "cornerRadiusTopLeft": 3, "cornerRadiusBottomLeft": 3}
    if names is not None:
        encoding["color"] = _colours(names)
        encoding["order"] = {"field": "rank"}
        for row in rows:
            row["rank"] = names.index(row["series"])
        if is_stacked:
            bar = {"type": "bar", "minBandSize": 2, "stroke": SURFACE, "strokeWidth": 1}
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
    mark: dict[str, Any] = {
        "type": "text",
        "aria": False,
        "color": INK,
        "fontSize": 11 * ROOM,
        "fontWeight": 500,
    }
    if is_horizontal:
        return {**mark, "align": "right" if is_rtl else "left", "dx": -6 if is_rtl else 6}
    return {**mark, "baseline": "bottom", "dy": -4}


def _category(channel: str, labels: Sequence[str], is_rtl: bool) -> dict[str, Any]:
    is_lying = channel == "y"
    shown = [to_text(label) for label in labels]
    axis = {
        "labelExpr": f"({json.dumps(shown if is_lying else _in_lines(shown))})[datum.value]",
        "labelLimit": 150 if is_lying else 90,
        "labelAngle": 0,
        "labelOverlap": False if is_lying else "greedy",
        "labelSeparation": LABEL_GAP,
        "ticks": False,
        "domain": not is_lying,
        "grid": False,
        "title": None,
    }
    if is_lying and is_rtl:
        axis["orient"] = "right"
    scale = {"reverse": is_rtl and not is_lying, "paddingInner": 0.38, "paddingOuter": 0.2}
    return {"field": "place", "type": "ordinal", "sort": None, "axis": axis, "scale": scale}


def _in_lines(labels: list[str]) -> list[str] | list[list[str]]:
    """Labels of several words, as "Q3 2025", in up to three lines where side by side they would touch."""
    step = WIDTHS["is-narrow"] * 0.85 / max(len(labels), 1)
    if max((len(label) for label in labels), default=0) * CHARACTER + LABEL_GAP <= step:
        return labels
    width = max(1, int((step - LABEL_GAP) / CHARACTER))
    in_lines = [textwrap.wrap(label, width, break_long_words=False) or [label] for label in labels]
    return in_lines if all(len(lines) <= 3 for lines in in_lines) else labels


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
        "scale": {"domain": names, "range": SERIES[: len(names)]},
        "legend": legend if len(names) > 1 else None,
    }


def to_text(label: str) -> str:
    """The label without what XML cannot carry, and no longer than can be read (measuring text is slow)."""
    kept = label if len(label) <= MAX_LABEL else label[: MAX_LABEL - 1] + "…"
    return "".join(" " if unicodedata.category(letter) in {"Cc", "Cs"} else letter for letter in kept)


def _finite(value: Number) -> float:
    if not isfinite(number := float(value)):
        raise ValueError("a value must be a number")
    return number


def _known(values: Sequence[float | None]) -> list[float]:
    return [value for value in values if value is not None] or [0.0]


def nice_ticks(values: Sequence[float | None]) -> list[float]:
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


def line_specification(
    rows: list[dict[str, Any]], labels: Sequence[str], names: list[str], number: Format, is_rtl: bool
) -> dict[str, Any]:
    """Lines with a point per value, dashed differently."""
    across = _category("x", labels, is_rtl)
    up = _quantity("y", nice_ticks([row["value"] for row in rows]), number, is_rtl)
    colour = _colours(names, "stroke")
    encoding = {"x": across, "y": up, "color": colour, "description": {"field": "words"}}
    dashes = {
        "field": "series", "type": "nominal", "sort": None, "legend": colour["legend"],
        "scale": {"domain": names, "range": DASHES[: len(names)]},
    }  # fmt: skip
    return {
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
