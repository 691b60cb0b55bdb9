"""Drawings and measures a printed page needs: the QR code, the rosette, the size of a name."""

import math
import re
import unicodedata
import zlib
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import segno

# The mask is fixed so that the same address always gives the same picture.
QR_MASK = 4
QR_QUIET_ZONE = 4

DARK_RUN = re.compile(rb"\x01+")
COLOUR = re.compile(r"#[0-9a-fA-F]{6}")


# Class names of the style sheet, from the widest room to the narrowest.
STEPS = ("large", "medium", "small", "tiny", "minute")


@dataclass(frozen=True)
class FittedText:
    """A text with the size step and the direction it is set in.

    `step` is one of STEPS, a class name of the style sheet. `direction` is "ltr" or "rtl",
    that of the first letter that has one.
    """

    text: str
    step: str
    direction: str

    def __str__(self) -> str:
        return self.text


def fit_text(text: str, *limits: int) -> FittedText:
    """Choose the size step of a text from its width, measured in small Latin letters.

    Each limit is the widest a text may be for one more of STEPS; what is wider than the last
    gets the step after it. A Chinese character counts as two letters, a combining mark as none.
    """
    if len(limits) >= len(STEPS):
        raise ValueError(f"At most {len(STEPS) - 1} limits.")
    one_line = " ".join(text.split())
    width = sum(_letter_width(character) for character in one_line)
    step = STEPS[sum(width > limit for limit in limits)]
    return FittedText(text=one_line, step=step, direction=text_direction(one_line))


def text_direction(text: str) -> str:
    """Return "rtl" if the first letter with a direction runs from right to left."""
    for character in text:
        bidirectional = unicodedata.bidirectional(character)
        if bidirectional in ("R", "AL"):
            return "rtl"
        if bidirectional == "L":
            return "ltr"
    return "ltr"


def _letter_width(character: str) -> float:
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    if unicodedata.east_asian_width(character) in ("W", "F"):
        return 2
    if character in "MWŒÆ@":
        return 1.9
    if character in "mwœæ" or unicodedata.category(character) == "Lu":
        return 1.35
    return 1


@dataclass(frozen=True)
class Drawing:
    """Lines and areas in one colour, ready for a page: PDF operators in a square of `side` units whose
    origin is its upper left corner.

    WeasyPrint takes it for one of its own images. To parse and draw the same picture as SVG costs
    most of the time that a certificate takes.
    """

    side: float
    packed: bytes = field(repr=False)

    def get_intrinsic_size(self, _resolution: float, _font_size: float) -> tuple[None, None, float]:
        """Width, height and ratio: it has no size of its own."""
        return None, None, 1

    def draw(self, stream: Any, width: float, height: float, _style: Any) -> None:
        """Place it, `width` times `height` large, at the origin of a stream."""
        with stream.stacked():
            stream.transform(a=width / self.side, d=height / self.side)
            group = stream.add_group(0, 0, self.side, self.side)
            group.stream, group.compress = [self.packed], False
            group.extra["Filter"] = "/FlateDecode"
            stream.draw_x_object(group.id)


def qr_svg(url: str, capitals: str = "", *, colour: str = "#000000") -> bytes:
    """Return the QR code of an address as SVG: one filled path, quiet zone included.

    `capitals` follows the address: capital letters and digits, packed tighter than other letters.
    The same address always gives the same bytes. Error correction M: 15 % may be lost.
    """
    side, runs = _qr_runs(url, capitals)
    path = "".join(f"M{x} {y}h{length}v1h-{length}z" for x, y, length in runs)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}">'
        f'<path fill="{_checked(colour)}" d="{path}"/></svg>'
    ).encode("ascii")


def qr_drawing(url: str, capitals: str = "", *, colour: str = "#000000") -> Drawing:
    """The picture of qr_svg, for a page."""
    side, runs = _qr_runs(url, capitals)
    areas = " ".join(f"{x} {y} {length} 1 re" for x, y, length in runs)
    return _drawing(side, f"{_operands(colour)} rg {areas} f")


def _qr_runs(url: str, capitals: str) -> tuple[int, list[tuple[int, int, int]]]:
    """The side with its quiet zone, and each run of dark modules: x, y, length."""
    parts = [url, *filter(None, [capitals])]
    code = segno.make(parts, error="m", micro=False, boost_error=False, mask=QR_MASK)
    runs = []
    for y, row in enumerate(code.matrix):
        for dark in DARK_RUN.finditer(row):
            runs.append((dark.start() + QR_QUIET_ZONE, y + QR_QUIET_ZONE, dark.end() - dark.start()))
    return len(code.matrix) + 2 * QR_QUIET_ZONE, runs


@lru_cache(maxsize=64)
def rosette_svg(colour: str, *, hollow: float = 0.7, strength: float = 1.0, width: float = 0.35) -> bytes:
    """Return a guilloche rosette of fine lines as SVG, 200 units across.

    `hollow` is the part of the radius that stays empty in the middle (0 to 0.9), `strength`
    how much of the colour is mixed into white (0 to 1), `width` that of the line in units.
    """
    path = "".join("M" + "L".join(line) + "Z" for line in _rosette_lines(hollow))
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 200 200">'
        f'<path fill="none" stroke="{_tinted(colour, strength)}" stroke-width="{width}" '
        f'stroke-linejoin="round" d="{path}"/></svg>'
    ).encode("ascii")


@lru_cache(maxsize=64)
def rosette_drawing(
    colour: str, *, hollow: float = 0.7, strength: float = 1.0, width: float = 0.35
) -> Drawing:
    """The picture of rosette_svg, for a page."""
    path = " ".join(f"{' l '.join(line).replace(' l ', ' m ', 1)} l h" for line in _rosette_lines(hollow))
    return _drawing(200, f"{_operands(_tinted(colour, strength))} RG {width} w 1 j {path} S")


def nothing() -> Drawing:
    """A picture on which nothing is to be seen."""
    return _drawing(1, "n")


def _rosette_lines(hollow: float) -> list[list[str]]:
    """The points of each closed line."""
    if not 0 <= hollow <= 0.9:
        raise ValueError("hollow goes from 0 to 0.9.")
    outer, inner = 99.0, 99.0 * hollow
    middle, reach = (outer + inner) / 2, (outer - inner) / 2
    lines = []
    for petals, turns, share in ((31, 7, 1.0), (43, 11, 0.62), (23, 5, 0.34)):
        points = []
        steps = 24 * petals
        for index in range(steps):
            angle = 2 * math.pi * turns * index / steps
            radius = middle + reach * share * math.sin(petals * angle / turns)
            x, y = radius * math.cos(angle), radius * math.sin(angle)
            points.append(f"{100 + x:.2f} {100 + y:.2f}")
        lines.append(points)
    return lines


def _drawing(side: float, operators: str) -> Drawing:
    return Drawing(side, zlib.compress(operators.encode("ascii"), 9))


def _operands(colour: str) -> str:
    return " ".join(f"{channel / 255:.4g}" for channel in bytes.fromhex(_checked(colour)[1:]))


def _checked(colour: str) -> str:
    if not COLOUR.fullmatch(colour):
        raise ValueError(f"A colour is written #rrggbb, not {colour!r}.")
    return colour.lower()


def _tinted(colour: str, strength: float) -> str:
    if not 0 <= strength <= 1:
        raise ValueError("strength goes from 0 to 1.")
    channels = bytes.fromhex(_checked(colour)[1:])
    return "#" + bytes(round(255 - (255 - c) * strength) for c in channels).hex()
