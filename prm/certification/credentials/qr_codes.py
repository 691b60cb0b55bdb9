"""What a certificate's QR code says beside its address: the facts, signed. Pure.

The payload follows the address behind a `#`, so that a telephone opens the verification page (and
never sends the payload along), while a checker without network reads it. In base 32: a QR code packs
capital letters and digits tighter than anything else.

    payload   = base32(version 1 | the first 4 bytes of the key's SHA-256 | signature | body)
    signature = Ed25519("prm-qr-1" 0x1f code 0x1f body)
    body      = name, certification, level (1 to 3), number, issued, expires, list.index: by 0x1f
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from prm.certification.credentials.building import Place
from prm.training.models import SkillLevel

VERSION = b"\x01"
SEPARATOR = "\x1f"
KEY_LENGTH, SIGNATURE_LENGTH = 4, 64
HEAD = len(VERSION) + KEY_LENGTH + SIGNATURE_LENGTH
# What a name may take, so that the code stays readable when printed at 25 mm.
MAX_TEXT_BYTES = 72
FIELDS = ("name", "certification", "level", "number", "issued_on", "expires_on", "place")


@dataclass(frozen=True)
class CodeFacts:
    """What a QR code states; long texts end with an ellipsis. Dates are ISO; '' where it has no end."""

    name: str
    certification: str
    level: str
    number: str
    issued_on: str
    expires_on: str
    place: Place


class BadPayload(ValueError):
    """This is no payload of a certificate's QR code."""


def key_mark(key: Ed25519PublicKey) -> bytes:
    """How a payload names its key."""
    return hashlib.sha256(key.public_bytes_raw()).digest()[:KEY_LENGTH]


def sign_code(facts: Mapping[str, Any], place: Place, key: Ed25519PrivateKey) -> str:
    """The payload of a certificate's QR code. The same facts and key, the same text."""
    level = list(SkillLevel).index(SkillLevel(facts["certification"]["level"])) + 1
    fields = (
        _bounded(facts["person"]["name"]),
        _bounded(facts["certification"]["name"]),
        str(level),
        facts["number"],
        facts["issued_on"].replace("-", ""),
        (facts["expires_on"] or "").replace("-", ""),
        f"{place.number}.{place.index}",
    )
    body = SEPARATOR.join(fields).encode()
    signature = key.sign(_signed(facts["code"], body))
    packed = VERSION + key_mark(key.public_key()) + signature + body
    return base64.b32encode(packed).decode("ascii").rstrip("=")


def read_mark(payload: str) -> bytes:
    """The mark of the key that a payload names. Raises BadPayload."""
    return _unpacked(payload)[1 : 1 + KEY_LENGTH]


def verify_code(code: str, payload: str, key: Ed25519PublicKey) -> CodeFacts | None:
    """What a payload states beside a code, if `key` signed both; else None. Raises BadPayload."""
    packed = _unpacked(payload)
    signature, body = packed[1 + KEY_LENGTH : HEAD], packed[HEAD:]
    try:
        key.verify(signature, _signed(code, body))
    except InvalidSignature:
        return None
    values = body.decode().split(SEPARATOR)
    number, _dot, index = values[-1].partition(".")
    level = list(SkillLevel)[int(values[2]) - 1].value
    return CodeFacts(
        values[0],
        values[1],
        level,
        values[3],
        _iso(values[4]),
        _iso(values[5]),
        Place(int(number), int(index)),
    )


def _unpacked(payload: str) -> bytes:
    if len(payload) > 2000:
        raise BadPayload("This is too long.")
    try:
        packed = base64.b32decode(payload + "=" * (-len(payload) % 8))
    except binascii.Error as error:
        raise BadPayload("This is no text of base 32.") from error
    is_plain = base64.b32encode(packed).decode("ascii").rstrip("=") == payload  # no other way to write it
    if packed[:1] != VERSION or len(packed) <= HEAD or not is_plain:
        raise BadPayload("This is no payload of a certificate.")
    return packed


def _signed(code: str, body: bytes) -> bytes:
    return b"prm-qr-1" + SEPARATOR.encode() + code.encode() + SEPARATOR.encode() + body


def _bounded(text: str) -> str:
    plain = " ".join(text.replace(SEPARATOR, " ").split())
    if len(plain.encode()) <= MAX_TEXT_BYTES:
        return plain
    return plain.encode()[: MAX_TEXT_BYTES - 3].decode(errors="ignore").rstrip() + "…"


def _iso(digits: str) -> str:
    return f"{digits[:4]}-{digits[4:6]}-{digits[6:]}" if digits else ""
