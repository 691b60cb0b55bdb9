"""Lists of one bit per credential, as the W3C Bitstring Status List packs them. Pure."""

from __future__ import annotations

import base64
import binascii
import gzip
import zlib
from collections.abc import Iterable

# The least the standard allows: fewer would tell whose bit was asked for.
LENGTH = 131_072
MAX_BYTES = 1_000_000


def pack_bits(indexes: Iterable[int]) -> str:
    """A list of LENGTH bits with those set, as an `encodedList`. The same bits, the same text."""
    bits = bytearray(LENGTH // 8)
    for index in indexes:
        if not 0 <= index < LENGTH:
            raise ValueError(f"There is no bit {index}.")
        bits[index // 8] |= 0x80 >> index % 8  # index 0 is the leftmost bit
    packed = gzip.compress(bytes(bits), mtime=0)
    # Which system packed it is written into the header, and differs between Python's versions.
    packed = packed[:9] + b"\xff" + packed[10:]
    return "u" + base64.urlsafe_b64encode(packed).decode("ascii").rstrip("=")


def read_bit(encoded: str, index: int) -> bool:
    """Whether a bit of an `encodedList` is set. Raises ValueError where there is no such list or bit."""
    if not encoded.startswith("u"):
        raise ValueError("The list is not written in base64url.")
    try:
        packed = base64.b64decode(encoded[1:] + "=" * (-len(encoded[1:]) % 4), b"-_", validate=True)
        unpacker = zlib.decompressobj(31)
        bits = unpacker.decompress(packed, MAX_BYTES)
    except (binascii.Error, zlib.error) as error:
        raise ValueError("The list is damaged.") from error
    if not unpacker.eof or len(bits) * 8 < LENGTH:
        raise ValueError("The list is too short or too long.")
    if not 0 <= index < len(bits) * 8:
        raise ValueError(f"There is no bit {index}.")
    return bool(bits[index // 8] & (0x80 >> index % 8))
