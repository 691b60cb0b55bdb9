"""Whatever colour a vendor picks, what is written with it and on it stays readable."""

import re
from itertools import product
from pathlib import Path

import pytest

from prm.infra.brand_css import DARK_SURFACES, LIGHT_SURFACES, brand_stylesheet, contrast

STEPS = (0x00, 0x33, 0x66, 0x99, 0xCC, 0xFF)
COLOURS = [f"#{r:02x}{g:02x}{b:02x}" for r, g, b in product(STEPS, repeat=3)]
Rgb = tuple[int, int, int]


def pairs(colour: str) -> dict[str, tuple[Rgb, Rgb]]:
    """name → (light, dark) of the stylesheet."""
    found = re.findall(r"--brand-([\w-]+): light-dark\(#(\w{6}), #(\w{6})\);", brand_stylesheet(colour))
    return {name: (rgb(light), rgb(dark)) for name, light, dark in found}


def rgb(hexadecimal: str) -> Rgb:
    red, green, blue = bytes.fromhex(hexadecimal)
    return red, green, blue


def test_contrast_is_wcags() -> None:
    assert contrast((0, 0, 0), (255, 255, 255)) == pytest.approx(21)
    assert contrast((0x76, 0x76, 0x76), (255, 255, 255)) == pytest.approx(4.54, abs=0.01)


def test_every_colour_stays_readable() -> None:
    for colour in COLOURS:
        made = pairs(colour)
        for mode, surfaces in enumerate((LIGHT_SURFACES, DARK_SURFACES)):
            label = made["on-fill"][mode]
            assert contrast(label, made["fill"][mode]) >= 4.5, colour
            assert contrast(label, made["fill-hover"][mode]) >= 4.5, colour
            for surface in surfaces:
                assert contrast(made["text"][mode], surface) >= 4.5, colour
                assert contrast(made["mark"][mode], surface) >= 3, colour


@pytest.mark.parametrize("colour", ["#1f4e8c", "#0b7a4b", "#4a49c9"])
def test_a_colour_that_is_readable_is_left_as_it_is(colour: str) -> None:
    assert pairs(colour)["fill"][0] == pairs(colour)["mark"][0] == rgb(colour[1:])


@pytest.mark.parametrize(
    "colour", ["", "red", "#fff", "#12345g", "#1234567", "#123456;}body{", " #123456", "#123456\n"]
)
def test_anything_but_a_colour_is_refused(colour: str) -> None:
    with pytest.raises(ValueError, match="#rrggbb"):
        brand_stylesheet(colour)


def test_our_own_colour_in_the_stylesheet_is_made_the_same_way() -> None:
    css = (Path(__file__).parents[2] / "static/css/app/tokens.css").read_text()
    for line in brand_stylesheet("#4a49c9").splitlines()[1:-1]:
        assert line in css
