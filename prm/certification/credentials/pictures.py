"""The picture of an achievement: a badge in the vendor's colour. Pure; it names no person.

Texts are set in generic fonts and fitted to the width they have, so that an SVG looks the same
wherever it is shown. The PNG is drawn from it once and kept: drawing depends on the machine's fonts.
"""

from __future__ import annotations

import colorsys
import io
import math
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import vl_convert
from flask_babel import force_locale
from flask_babel import gettext as _
from PIL import Image

from prm.certification.credentials.building import level_text
from prm.training.models import SkillLevel

SIDE = 640
FONTS = "Inter, 'Noto Sans', 'Segoe UI', 'Helvetica Neue', Arial, sans-serif"
MAX_LINES = 3
# One form for each level: more corners, more rays.
_EDGES = {SkillLevel.FOUNDATION: 6, SkillLevel.ADVANCED: 8, SkillLevel.EXPERT: 12}


def draw_svg(facts: Mapping[str, Any]) -> bytes:
    """The picture as SVG. The same vendor, certification, level and colour give the same bytes."""
    scheme = facts["certification"]
    return _design(
        scheme["name"], scheme["level"], facts["vendor"]["name"], facts["brand"]["primary"], facts["language"]
    )


@lru_cache(maxsize=16)
def draw_png(svg: bytes) -> bytes:
    """The picture as PNG, half as large again, in as few bytes as may be."""
    packed = io.BytesIO()
    with Image.open(io.BytesIO(vl_convert.svg_to_png(svg.decode(), scale=1.5))) as drawn:
        drawn.save(packed, "PNG", optimize=True)
    return packed.getvalue()


@lru_cache(maxsize=64)
def _design(name: str, level: str, vendor: str, colour: str, language: str) -> bytes:
    with force_locale(language.replace("-", "_")):
        return _drawn(name, SkillLevel(level), vendor, colour).encode()


def _drawn(name: str, level: SkillLevel, vendor: str, colour: str) -> str:
    deep, bright = _shaded(colour, 0.30), _shaded(colour, 0.44)
    middle = SIDE / 2
    rank = list(SkillLevel).index(level) + 1
    lines, size = _wrapped(name)
    size = min(size, *(_fitted(line, size, 372) for line in lines))
    first = 306 - (len(lines) - 1) * size * 0.6
    rows = "".join(
        _text(line, middle, first + index * size * 1.2, size, weight=700, width=372)
        for index, line in enumerate(lines)
    )
    stars = "".join(
        f'<path d="{_star(middle + (index - 1) * 54, 446, 20, 8.4)}" '
        f'fill="{"#fff" if index < rank else "none"}" stroke="#fff" stroke-width="2.5" '
        'stroke-linejoin="round"/>'
        for index in range(3)
    )
    alternative = f"{name}, {level_text(level)}, {vendor}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIDE} {SIDE}" width="{SIDE}" height="{SIDE}" '
        f'role="img" aria-label={quoteattr(alternative)}>'
        f"<title>{escape(alternative)}</title>"
        '<defs><linearGradient id="ground" gradientUnits="userSpaceOnUse" x1="0" y1="40" x2="0" y2="600">'
        f'<stop offset="0" stop-color="{bright}"/><stop offset="1" stop-color="{deep}"/>'
        "</linearGradient></defs>"
        f'<path d="{_polygon(middle, middle, 312, _EDGES[level])}" fill="{deep}" stroke="{deep}" '
        'stroke-width="12" stroke-linejoin="round"/>'
        f'<path d="{_polygon(middle, middle, 296, _EDGES[level])}" fill="none" stroke="#fff" '
        'stroke-opacity=".55" stroke-width="2" stroke-linejoin="round"/>'
        f'<circle cx="{middle:.0f}" cy="{middle:.0f}" r="246" fill="url(#ground)" '
        'stroke="#fff" stroke-width="6"/>'
        f'<path d="{_rosette(middle, middle, 240, 198)}" fill="none" stroke="#fff" stroke-opacity=".28" '
        'stroke-width="1"/>'
        f"{_text(vendor, middle, 186, 28, weight=600, width=290)}"
        f'<path d="M{middle - 36:.0f} 208h72" stroke="#fff" stroke-opacity=".6" stroke-width="2"/>'
        f"{rows}"
        f"{_text(_('Certified'), middle, 412, 22, weight=500, width=260, opacity=0.92)}"
        f"{stars}"
        f"{_text(level_text(level), middle, 496, 21, weight=500, width=230, opacity=0.92)}"
        "</svg>\n"
    )


def _text(
    words: str, x: float, y: float, size: float, *, weight: int, width: float, opacity: float = 1
) -> str:
    """A line of text in the middle of x, set smaller where it would be wider than `width`."""
    fitted = _fitted(words, size, width)
    return (
        f'<text x="{x:.0f}" y="{y:.1f}" text-anchor="middle" font-family="{_fonts(words)}" '
        f'font-size="{fitted:.1f}" font-weight="{weight}" fill="#fff"'
        f"{'' if opacity == 1 else f' fill-opacity={quoteattr(str(opacity))}'}>{escape(words)}</text>"
    )


def _fitted(words: str, size: float, width: float) -> float:
    """The size at which a line is at most `width` wide."""
    taken = _width(words) * size * 0.56
    return size if taken <= width else size * width / taken


def _fonts(words: str) -> str:
    """The fonts for a text, first those that have its script: fallbacks would be of another weight."""
    if any(unicodedata.east_asian_width(character) in ("W", "F") for character in words):
        return f"'Noto Sans CJK JP', {FONTS}"
    if any(unicodedata.bidirectional(character) == "AL" for character in words):
        return f"'Noto Sans Arabic', {FONTS}"
    return FONTS


def _wrapped(name: str) -> tuple[list[str], float]:
    """The name on at most three lines, and the size they are set in."""
    for lines_most, size in ((1, 52.0), (2, 44.0), (MAX_LINES, 36.0)):
        room = 372 / (size * 0.56)
        lines = _fill(name, room)
        if len(lines) <= lines_most:
            return lines, size
    lines = _fill(name, max(room, _width(name) / MAX_LINES * 1.25))
    if len(lines) > MAX_LINES:
        lines = [*lines[: MAX_LINES - 1], " ".join(lines[MAX_LINES - 1 :])]
    return lines, 32.0


def _fill(name: str, room: float) -> list[str]:
    lines = [""]
    for word in name.split():
        joined = f"{lines[-1]} {word}".strip()
        if lines[-1] and _width(joined) > room:
            lines.append(word)
        else:
            lines[-1] = joined
    return lines


def _width(text: str) -> float:
    """The width of a text in average small letters."""
    total = 0.0
    for character in text:
        if unicodedata.category(character) in ("Mn", "Me", "Cf"):
            continue
        if unicodedata.east_asian_width(character) in ("W", "F"):
            total += 1.8
        elif character in "mwMW@":
            total += 1.5
        elif character in "iljtf.,;:'|! ":
            total += 0.55
        else:
            total += 1.2 if character.isupper() else 1.0
    return total


def _polygon(x: float, y: float, radius: float, corners: int) -> str:
    """A regular polygon that stands on an edge's middle or a corner, whichever is steadier."""
    turn = math.pi / corners if corners % 4 == 0 else 0
    points = (
        (x + radius * math.sin(turn + 2 * math.pi * i / corners),
         y - radius * math.cos(turn + 2 * math.pi * i / corners))
        for i in range(corners)
    )  # fmt: skip
    return "M" + "L".join(f"{px:.1f} {py:.1f}" for px, py in points) + "Z"


def _star(x: float, y: float, outer: float, inner: float) -> str:
    points = []
    for index in range(10):
        radius = outer if index % 2 == 0 else inner
        angle = math.pi * index / 5
        points.append(f"{x + radius * math.sin(angle):.1f} {y - radius * math.cos(angle):.1f}")
    return "M" + "L".join(points) + "Z"


def _rosette(x: float, y: float, outer: float, inner: float) -> str:
    """A ring of fine waves, as on bank notes."""
    middle, reach = (outer + inner) / 2, (outer - inner) / 2
    paths = []
    for petals, phase in ((36, 0.0), (36, math.pi)):
        points = []
        for index in range(0, 720, 1):
            angle = 2 * math.pi * index / 720
            radius = middle + reach * math.sin(petals * angle + phase)
            points.append(f"{x + radius * math.cos(angle):.1f} {y + radius * math.sin(angle):.1f}")
        paths.append("M" + "L".join(points) + "Z")
    return "".join(paths)


def _shaded(colour: str, most: float) -> str:
    """The colour, darkened until white letters on it are read easily."""
    red, green, blue = (channel / 255 for channel in bytes.fromhex(colour[1:]))
    hue, light, strength = colorsys.rgb_to_hls(red, green, blue)
    light = min(light, most)
    for _step in range(40):
        channels = colorsys.hls_to_rgb(hue, light, strength)
        if 1.05 / (_luminance(channels) + 0.05) >= 5 or light <= 0:
            break
        light = max(0.0, light - 0.02)
    return "#" + bytes(round(channel * 255) for channel in channels).hex()


def _luminance(channels: tuple[float, float, float]) -> float:
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
