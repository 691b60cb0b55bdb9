"""A vendor's colour as a stylesheet in which every text stays readable.

A vendor picks one colour; pages need it as a button with a label on it, as a mark on white
and on black, and as text in both modes. Each form is the colour itself where that is
readable, else the nearest shade that is (WCAG 2.2: 4.5 : 1 for text, 3 : 1 for marks).
"""

import re

Rgb = tuple[int, int, int]

BLACK: Rgb = (0, 0, 0)
WHITE: Rgb = (255, 255, 255)
LABEL_CONTRAST = 4.6
MARK_CONTRAST = 3.1
# Light text on dark needs more than the rule asks for to look as firm as dark on light.
TEXT_CONTRAST_LIGHT = 4.6
TEXT_CONTRAST_DARK = 6.5
# How far a colour may be darkened so that its label can be white.
LABEL_REACH = 0.2
# The surfaces of static/css/app/tokens.css on which the colour is put, hardest first.
LIGHT_SURFACES: tuple[Rgb, ...] = ((0xEE, 0xF0, 0xF3), WHITE)
DARK_SURFACES: tuple[Rgb, ...] = ((0x24, 0x29, 0x32), (0x17, 0x1A, 0x20))
# The strongest tint of itself that the colour is written on (see .monogram-round:hover).
TINT = 0.24


def brand_stylesheet(colour: str) -> str:
    """The custom properties of `colour` (`#rrggbb`). Raises ValueError for anything else."""
    base = parse_colour(colour)
    light_fill = _fill(base)
    dark_fill = _readable_on(light_fill, DARK_SURFACES[-1:], WHITE, MARK_CONTRAST)
    light_label, dark_label = _label(light_fill), _label(dark_fill)
    pairs = {
        "--brand-fill": (light_fill, dark_fill),
        "--brand-fill-hover": (_away(light_fill, light_label), _away(dark_fill, dark_label)),
        "--brand-on-fill": (light_label, dark_label),
        "--brand-mark": (
            _readable_on(base, LIGHT_SURFACES, BLACK, MARK_CONTRAST),
            _readable_on(base, DARK_SURFACES, WHITE, MARK_CONTRAST),
        ),
        "--brand-text": (
            _readable_on(base, _tinted(LIGHT_SURFACES, light_fill), BLACK, TEXT_CONTRAST_LIGHT),
            _readable_on(base, _tinted(DARK_SURFACES, dark_fill), WHITE, TEXT_CONTRAST_DARK),
        ),
    }
    lines = (f"  {name}: light-dark({_hex(light)}, {_hex(dark)});" for name, (light, dark) in pairs.items())
    return ":root {\n" + "\n".join(lines) + "\n}\n"


def contrast(one: Rgb, other: Rgb) -> float:
    """WCAG's contrast ratio, 1 to 21."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def parse_colour(colour: str) -> Rgb:
    """Red, green and blue of `#rrggbb`. Raises ValueError for anything else."""
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", colour):
        raise ValueError(f"not a colour of the form #rrggbb: {colour!r}")
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _hex(colour: Rgb) -> str:
    return "#{:02x}{:02x}{:02x}".format(*colour)


def _mix(colour: Rgb, towards: Rgb, share: float) -> Rgb:
    red, green, blue = (
        round(one + (other - one) * share) for one, other in zip(colour, towards, strict=True)
    )
    return red, green, blue


def _luminance(colour: Rgb) -> float:
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in (channel / 255 for channel in colour)
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _readable_on(colour: Rgb, surfaces: tuple[Rgb, ...], towards: Rgb, wanted: float) -> Rgb:
    """The shade of `colour` nearest to it that has the wanted contrast on every surface."""
    for step in range(51):
        shade = _mix(colour, towards, step / 50)
        if all(contrast(shade, surface) >= wanted for surface in surfaces):
            return shade
    return towards


def _tinted(surfaces: tuple[Rgb, ...], fill: Rgb) -> tuple[Rgb, ...]:
    return *surfaces, _mix(surfaces[-1], fill, TINT)


def _fill(colour: Rgb) -> Rgb:
    """The colour, a little darker where that is all a white label needs."""
    shade = _readable_on(colour, (WHITE,), BLACK, LABEL_CONTRAST)
    return shade if contrast(shade, colour) <= contrast(_mix(colour, BLACK, LABEL_REACH), colour) else colour


def _label(fill: Rgb) -> Rgb:
    """White where it is readable on `fill`, else black, which then is."""
    return WHITE if contrast(WHITE, fill) >= LABEL_CONTRAST else BLACK


def _away(fill: Rgb, label: Rgb) -> Rgb:
    """`fill` under the pointer: a step away from its label, so that contrast only grows."""
    return _mix(fill, BLACK if label == WHITE else WHITE, 0.14)
