"""Pictures that carry a credential, and lists of bits: read back by programs that are not ours."""

from __future__ import annotations

import base64
import gzip
import io
import random
import xml.etree.ElementTree as ElementTree

import pytest
from PIL import Image

from prm.infra.baking import BakingError, bake_png, bake_svg, unbake_png, unbake_svg
from prm.infra.bitstrings import LENGTH, pack_bits, read_bit

CREDENTIAL = '{"name": "Zoë Ångström", "x": "<&>"}\n'.encode()
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><circle r="4"/></svg>\n'


def png() -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (24, 16), "#1f4e8c").save(made, "PNG")
    return made.getvalue()


def test_pillow_finds_the_credential_in_a_png_and_the_same_picture() -> None:
    baked = bake_png(png(), CREDENTIAL)
    with Image.open(io.BytesIO(baked)) as picture:
        picture.load()
        assert picture.text["openbadgecredential"].encode() == CREDENTIAL
        assert picture.getpixel((3, 3)) == (0x1F, 0x4E, 0x8C)
    read = unbake_png(baked)
    assert read is not None and (read.credential, read.picture) == (CREDENTIAL, png())
    assert unbake_png(png()) is None


def test_an_xml_parser_finds_the_credential_in_an_svg() -> None:
    baked = bake_svg(SVG, CREDENTIAL)
    root = ElementTree.fromstring(baked)
    first = root[0]
    assert first.tag == "{https://purl.imsglobal.org/ob/v3p0}credential"
    assert (first.text or "").encode() == CREDENTIAL
    read = unbake_svg(baked)
    assert read is not None and (read.credential, read.picture) == (CREDENTIAL, SVG)
    assert unbake_svg(SVG) is None
    with pytest.raises(BakingError):
        bake_svg(baked, CREDENTIAL)
    with pytest.raises(BakingError):
        unbake_svg(baked.replace(b"</svg>", baked))


def test_every_flipped_byte_of_a_png_shows() -> None:
    baked = bake_png(png(), CREDENTIAL)
    for place in range(len(baked)):
        flipped = bytearray(baked)
        flipped[place] ^= 1
        with pytest.raises(BakingError):
            unbake_png(bytes(flipped))
    for cut in (0, 7, 20, len(baked) - 1):
        with pytest.raises(BakingError):
            unbake_png(baked[:cut])


def test_a_bit_that_is_set_is_read_back_and_no_other() -> None:
    dice = random.Random(7)
    chosen = set(dice.sample(range(LENGTH), 200)) | {0, LENGTH - 1}
    packed = pack_bits(chosen)
    assert packed == pack_bits(sorted(chosen, reverse=True))
    for index in [*chosen, *dice.sample(range(LENGTH), 300)]:
        assert read_bit(packed, index) is (index in chosen)
    # As the standard words it: gzip in base64url, the first bit the leftmost.
    bits = gzip.decompress(base64.urlsafe_b64decode(packed[1:] + "=" * (-len(packed[1:]) % 4)))
    assert len(bits) == 16 * 1024 and bits[0] & 0x80 and bits[-1] & 1


def test_a_damaged_or_hostile_list_is_refused() -> None:
    good = pack_bits([5])
    bomb = "u" + base64.urlsafe_b64encode(gzip.compress(b"\0" * 50_000_000)).decode().rstrip("=")
    short = "u" + base64.urlsafe_b64encode(gzip.compress(b"\0" * 100)).decode().rstrip("=")
    for wrong in ("", "z" + good[1:], good[:-20], "u!!!", "uAAAA", bomb, short):
        with pytest.raises(ValueError):
            read_bit(wrong, 5)
    for index in (-1, LENGTH):
        with pytest.raises(ValueError):
            read_bit(good, index)
        with pytest.raises(ValueError):
            pack_bits([index])
