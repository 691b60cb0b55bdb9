"""Pictures that carry a signed credential ("baked badges", Open Badges 3.0, section 5.3). Pure.

A PNG carries it in an iTXt chunk, an SVG in an element right after its own start. Taken out again,
what is left is byte for byte the picture it was put into.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

PNG_START = b"\x89PNG\r\n\x1a\n"
KEYWORD = b"openbadgecredential"
NAMESPACE = "https://purl.imsglobal.org/ob/v3p0"

MAX_CHUNKS = 10_000
_DECLARATION = f' xmlns:openbadges="{NAMESPACE}"'.encode()
_SVG_START = re.compile(rb"<svg\b[^<>]*>")
_SVG_CREDENTIAL = re.compile(
    rb"<openbadges:credential>\s*<!\[CDATA\[(.*?)\]\]>\s*</openbadges:credential>", re.DOTALL
)


class BakingError(ValueError):
    """A picture is damaged, or none at all."""


@dataclass(frozen=True)
class Baked:
    """A credential (UTF-8 JSON) and the bytes of the picture without it."""

    credential: bytes
    picture: bytes


def bake_png(picture: bytes, credential: bytes) -> bytes:
    """The PNG with a credential in it. Raises BakingError where it is no PNG."""
    chunks = list(_chunks(picture))
    carried = KEYWORD + b"\0\0\0\0\0" + credential  # not compressed, no language, no other keyword
    chunks.insert(1, (b"iTXt", carried))
    return PNG_START + b"".join(_chunk(kind, body) for kind, body in chunks)


def unbake_png(content: bytes) -> Baked | None:
    """What a PNG carries; None where it carries no credential. Raises BakingError for a damaged one."""
    found: list[bytes] = []
    kept = []
    for kind, body in _chunks(content):
        if kind == b"iTXt" and body.startswith(KEYWORD + b"\0"):
            found.append(_carried(body[len(KEYWORD) + 1 :]))
        else:
            kept.append(_chunk(kind, body))
    if len(found) > 1:
        raise BakingError("The picture carries several credentials.")
    return Baked(found[0], PNG_START + b"".join(kept)) if found else None


def bake_svg(picture: bytes, credential: bytes) -> bytes:
    """The SVG with a credential in it. Raises BakingError where it is no SVG of ours."""
    start = _SVG_START.search(picture)
    if start is None or _DECLARATION in picture or b"]]>" in credential:
        raise BakingError("This is no picture that a credential can be put into.")
    inside = b"<openbadges:credential><![CDATA[" + credential + b"]]></openbadges:credential>"
    return picture[: start.end() - 1] + _DECLARATION + b">" + inside + picture[start.end() :]


def unbake_svg(content: bytes) -> Baked | None:
    """What an SVG carries; None where it carries no credential. It is searched, never parsed as XML.

    Raises BakingError where it carries several.
    """
    found = list(_SVG_CREDENTIAL.finditer(content))
    if len(found) > 1:
        raise BakingError("The picture carries several credentials.")
    if not found:
        return None
    match = found[0]
    picture = content[: match.start()] + content[match.end() :]
    return Baked(match[1], picture.replace(_DECLARATION, b"", 1))


# -- parts -------------------------------------------------------------------------------------


def _carried(body: bytes) -> bytes:
    """The text of an iTXt chunk after its keyword."""
    if body[:1] != b"\0":
        raise BakingError("The credential in the picture is compressed; ours are not.")
    _language, separator, rest = body[2:].partition(b"\0")
    _translated, second, text = rest.partition(b"\0")
    if not separator or not second:
        raise BakingError("The picture is damaged.")
    return text


def _chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    if not content.startswith(PNG_START):
        raise BakingError("This is no PNG.")
    place = len(PNG_START)
    for _ in range(MAX_CHUNKS):
        if place == len(content):
            return
        if place + 12 > len(content):
            break
        (length,) = struct.unpack_from(">I", content, place)
        kind, body = content[place + 4 : place + 8], content[place + 8 : place + 8 + length]
        end = place + 12 + length
        if end > len(content) or _chunk(kind, body) != content[place:end]:
            break
        yield kind, body
        place = end
    raise BakingError("The picture is damaged.")


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
