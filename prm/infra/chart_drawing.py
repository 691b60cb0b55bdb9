"""Drawing a chart: Vega-Lite specification → SVG for the page, HTML and image for paper.

See prm/infra/charts.py, which is what pages use.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from typing import Any
from xml.etree import ElementTree

import vl_convert
from markupsafe import Markup

VL_VERSION = "6.4"
# The widths, in CSS pixels, a chart is drawn for: phones and columns, half a page, a whole page.
WIDTHS = {"is-narrow": 320, "is-middle": 480, "is-wide": 800}
PAPER_DRAWING = "is-wide"
# The text width of a portrait A4 page with the margins of report_pdf.css.
PAPER_WIDTH_MM = 178.0
# How much wider than measured the page's font may run.
ROOM = 1.1
FONTS = "Inter, Liberation Sans, Noto Sans, DejaVu Sans, sans-serif"

# placeholder in the specification → (custom property on the page, colour on paper)
INKS: dict[str, tuple[str, str]] = {
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
SERIES = [ink for ink, (name, _) in INKS.items() if name.startswith("--series")]
# The attributes that draw something; the others say in English what Vega did.
_KEPT = frozenset({
    "d", "transform", "x", "y", "dy", "x1", "x2", "y1", "y2", "width", "height", "viewBox",
    "fill", "fill-opacity", "stroke", "stroke-width", "stroke-opacity", "stroke-dasharray",
    "stroke-linecap", "stroke-linejoin", "text-anchor", "font-size", "font-weight",
})  # fmt: skip
_MARKS = frozenset({"bar", "circle"})
_NOTHING = frozenset({"", "M0,0h0v0h0Z"})
_LONG_DECIMALS = re.compile(r"(\.\d\d)\d+")
INK, SOFT, LINE, AXIS, SURFACE = "#fe0010", "#fe0011", "#fe0012", "#fe0013", "#fe0014"

_CONFIG = {
    "font": FONTS,
    "view": {"stroke": None},
    "axis": {
        "labelColor": SOFT, "labelFontSize": 11.5 * ROOM, "labelPadding": 8,
        "gridColor": LINE, "domainColor": AXIS, "tickColor": AXIS,
    },
    "legend": {"labelColor": SOFT, "labelFontSize": 11.5 * ROOM},
}  # fmt: skip


@dataclass(frozen=True)
class PaperChart:
    """A chart in a PDF: put `html` into the document and hand `svg` over as the image `name`."""

    name: str
    html: Markup
    svg: bytes


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

    def for_paper(
        self, name: str, *, colour: str = OWN_COLOUR, width_mm: float = PAPER_WIDTH_MM
    ) -> PaperChart:
        """The same for a PDF: `html`, which shows the image `prm:NAME`, and the image's bytes.

        The letters are in the HTML, because WeasyPrint sets a drawing's text letter by letter: Arabic
        would be neither joined nor in its order.
        """
        if self.is_empty:
            return PaperChart(name, Markup(""), b"")
        drawing = ElementTree.fromstring(self.drawings[PAPER_DRAWING])
        _dye(drawing, {f"var({ink})": paper or colour for ink, paper in INKS.values()})
        scale = width_mm / float(drawing.attrib["width"])
        labels = "".join(_lift_labels(drawing, 0.0, 0.0, scale))
        height = float(drawing.attrib["height"]) * scale
        drawing.set("xmlns", "http://www.w3.org/2000/svg")
        html = (
            f'<div class="paper-chart" style="width:{width_mm:.2f}mm;height:{height:.2f}mm">'
            f'<img src="prm:{escape(name)}" alt="{escape(self._words)}">{labels}</div>'
        )
        return PaperChart(name, Markup(html), ElementTree.tostring(drawing))

    @property
    def _words(self) -> str:
        return f"{self.title}. {self.summary}" if self.summary else self.title

    def _coloured(self, drawing: str, name: str) -> str:
        head = f'<svg class="{name}" role="img" aria-label="{escape(self._words)}" direction="ltr" '
        return drawing.replace("<svg ", head, 1)


def draw(specification: dict[str, Any], rows: list[dict[str, Any]], title: str, summary: str) -> Chart:
    """Draw the specification of `rows` in every width, or nothing where no row has a value."""
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


@lru_cache(maxsize=256)
def _svg(specification: str) -> str:
    """The drawing of a specification, bare: no words, fonts or identifiers of Vega's own."""
    drawn = vl_convert.vegalite_to_svg(specification, vl_version=VL_VERSION, allowed_base_urls=[])
    drawing = ElementTree.fromstring(drawn)
    _tidy(drawing)
    return ElementTree.tostring(drawing, encoding="unicode")


def _tidy(element: ElementTree.Element) -> None:
    element.tag = element.tag.rpartition("}")[2]
    # A mark carries its words in aria-label; as <title> they are shown under the pointer too.
    # Axes and legends carry English descriptions: the figure's own words stand for them.
    words = element.get("aria-label", "") if element.get("role") == "graphics-symbol" else ""
    is_mark = element.get("aria-roledescription") in _MARKS
    element.attrib = {
        name: _attribute(name, value) for name, value in element.attrib.items() if name in _KEPT
    }
    for child in list(element):
        _tidy(child)
        if (child.tag == "g" and len(child) == 0) or (child.tag == "path" and child.get("d", "") in _NOTHING):
            element.remove(child)
    if words and is_mark and element.tag != "text":
        title = ElementTree.Element("title")
        title.text = words
        element.insert(0, title)


def _attribute(name: str, value: str) -> str:
    if name in {"fill", "stroke"}:
        return f"var({INKS[value][0]})" if value in INKS else value
    if name == "font-size":
        # Text was measured in a font of the server's, a little larger than it is shown.
        return f"{float(value.removesuffix('px')) / ROOM:.4g}"
    if name in {"d", "transform"}:
        return _LONG_DECIMALS.sub(r"\1", value)
    return value


def _dye(element: ElementTree.Element, inks: Mapping[str, str]) -> None:
    for each in element.iter():
        for name in ("fill", "stroke"):
            if each.get(name) in inks:
                each.set(name, inks[each.get(name, "")])


def _lift_labels(element: ElementTree.Element, left: float, top: float, scale: float) -> list[str]:
    """Take every text and every word for the pointer out of the drawing; gives the texts as HTML."""
    found = []
    for child in list(element):
        x, y = left, top
        for moved in re.finditer(r"translate\(([-\d.]+),([-\d.]+)\)", child.get("transform", "")):
            x, y = x + float(moved.group(1)), y + float(moved.group(2))
        if child.tag == "text":
            element.remove(child)
            found.append(_paper_label(child, x * scale, y * scale, scale))
        elif child.tag == "title":
            element.remove(child)
        else:
            found += _lift_labels(child, x, y, scale)
    return found


def _paper_label(text: ElementTree.Element, x: float, baseline: float, scale: float) -> str:
    size = float(text.attrib["font-size"]) * scale
    box = 90.0  # wider than any label; what it is aligned to is what matters
    side, start = {
        "start": ("left", x),
        "middle": ("center", x - box / 2),
        "end": ("right", x - box),
    }[text.get("text-anchor", "start")]
    weight, colour = text.get("font-weight", "400"), text.get("fill", "#000")
    style = (
        f"left:{start:.2f}mm;top:{baseline - 0.97 * size:.2f}mm;width:{box:.0f}mm;text-align:{side};"
        f"font-size:{size:.2f}mm;font-weight:{weight};color:{colour}"
    )
    return f'<p style="{style}">{escape(text.text or "")}</p>'
