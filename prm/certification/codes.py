"""Verification codes: unguessable, readable aloud, and found again in any file that carries one.

140 random bits as 28 letters of Crockford's base 32 (no I, L, O, U), in groups of four:
`7Q2M-9XK4-TDPW-8RB3-HNCF-51AZ-K8G0`. Pure: no database, no request.
"""

from __future__ import annotations

import re
import secrets
import zlib
from itertools import islice

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
GROUPS, GROUP_LENGTH = 7, 4
LENGTH = GROUPS * GROUP_LENGTH
# As people misread and mistype them.
_LOOKALIKES = str.maketrans("OIL", "011")
_CODE = re.compile(
    rb"(?<![0-9A-Za-z-])[%(a)s]{4}(?:-[%(a)s]{4}){6}(?![0-9A-Za-z-])" % {b"a": ALPHABET.encode()}
)

MAX_FOUND = 20
# What unpacking the streams of a file from anybody may cost.
MAX_STREAMS = 400
MAX_EACH = 1_000_000
MAX_WORK = 20_000_000  # bytes read and written, over all streams
PIECE = 128
_STREAM = re.compile(rb"stream\r?\n")


def new_code() -> str:
    """A code nobody can guess: 140 random bits."""
    return _grouped("".join(secrets.choice(ALPHABET) for _ in range(LENGTH)))


def read_code(text: str) -> str | None:
    """The code as it is stored, from what a person typed, scanned or pasted; None if it is none.

    Case, spaces and hyphens do not count, the letters O, I and L are read as digits, and of an
    address its last part is read.
    """
    last = text.strip().rstrip("/").rpartition("/")[2][:100]
    letters = "".join(character for character in last if character not in "-–— \t")
    if not letters.isascii():
        return None
    letters = letters.upper().translate(_LOOKALIKES)
    if len(letters) != LENGTH or any(letter not in ALPHABET for letter in letters):
        return None
    return _grouped(letters)


def find_codes(content: bytes) -> list[str]:
    """The codes a file carries, plainly or in its packed streams; at most MAX_FOUND of them.

    The file is never parsed, and unpacked only within bounds: it may be anything.
    """
    found = _find(content, {})
    view = memoryview(content)
    budget = MAX_WORK
    for match in islice(_STREAM.finditer(content), MAX_STREAMS):
        if budget <= 0 or len(found) >= MAX_FOUND:
            break
        part, work = _unpack(view[match.end() : match.end() + MAX_EACH])
        budget -= work
        found = _find(part, found)
    return list(found)[:MAX_FOUND]


def _find(content: bytes, found: dict[str, None]) -> dict[str, None]:
    for match in _CODE.finditer(content):
        if len(found) >= MAX_FOUND:
            break
        found[match.group().decode("ascii")] = None
    return found


def _unpack(packed: memoryview) -> tuple[bytes, int]:
    """What a stream gives until it ends or is damaged, and how many bytes were read and written."""
    if len(packed) < 3 or packed[0] & 0x0F != 8:
        return b"", 1
    # Without zlib's frame: a wrong checksum at the end would cost all that came before it. In small
    # pieces: the piece with the damage is lost.
    unpacker = zlib.decompressobj(-zlib.MAX_WBITS)
    out = bytearray()
    read = 2
    while read < len(packed) and len(out) < MAX_EACH and not unpacker.eof:
        try:
            out += unpacker.decompress(packed[read : read + PIECE], MAX_EACH - len(out))
        except zlib.error:
            break
        read += PIECE
    return bytes(out), read + len(out)


def _grouped(letters: str) -> str:
    return "-".join(letters[at : at + GROUP_LENGTH] for at in range(0, LENGTH, GROUP_LENGTH))
