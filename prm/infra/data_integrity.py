"""Signed JSON-LD: Data Integrity proofs of the cryptosuite eddsa-rdfc-2022 (W3C vc-di-eddsa).

What is signed is not the text but what it says: document and proof options are turned into canonical
N-Quads (RDFC-1.0), each is hashed, and Ed25519 signs both hashes. The contexts stand beside this
module; a document that names another one is refused, so nothing is ever fetched. Pure: no database,
no clock.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from pyld import jsonld

CREDENTIALS_V2 = "https://www.w3.org/ns/credentials/v2"
OPEN_BADGES_3 = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
CRYPTOSUITE = "eddsa-rdfc-2022"

MAX_DEPTH = 24
MAX_VALUES = 4000
# Canonicalisation tries the orders of nodes without an id that look alike: few of those, and none twice.
MAX_NAMELESS = 24

_FOLDER = Path(__file__).parent / "contexts"
_FILES = {CREDENTIALS_V2: "credentials-v2.jsonld", OPEN_BADGES_3: "ob-v3p0-3.0.3.json"}
_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
# What relative addresses would be resolved against: a signed document has none.
_BASE = "https://relative.invalid/"
# Multicodec: an Ed25519 public key.
_ED25519_PREFIX = b"\xed\x01"
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)")


class IntegrityError(Exception):
    """A document cannot be signed, or is not what was signed."""


class UnknownContext(IntegrityError):
    """A document names a context that is not one of ours."""


def context_urls() -> tuple[str, ...]:
    """The contexts that documents may name."""
    return tuple(_FILES)


@cache
def read_context(url: str) -> str:
    """A context as JSON text. Raises UnknownContext."""
    if url not in _FILES:
        raise UnknownContext(f"No context is kept for {url}.")
    return (_FOLDER / _FILES[url]).read_text(encoding="utf-8")


def sign_document(
    document: Mapping[str, Any], key: Ed25519PrivateKey, *, method: str, created: datetime
) -> dict[str, Any]:
    """The document with one proof (in a list, as Open Badges asks). The same input, the same bytes.

    `method` is the address of the public key, `created` the time the signer claims.
    Raises IntegrityError for a document that is no JSON-LD of known contexts or loses a term.
    """
    options = {
        "type": "DataIntegrityProof",
        "cryptosuite": CRYPTOSUITE,
        "created": created.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "verificationMethod": method,
        "proofPurpose": "assertionMethod",
    }
    unsigned = {name: value for name, value in document.items() if name != "proof"}
    value = key.sign(_signed_bytes(unsigned, options))
    return {**unsigned, "proof": [{**options, "proofValue": encode_base58(value)}]}


def verify_proof(document: Mapping[str, Any], proof: Mapping[str, Any], key: Ed25519PublicKey) -> bool:
    """Whether `proof` is the key's signature of the document without its proofs.

    Raises IntegrityError where that cannot be told: another suite, an unknown context, bombs.
    """
    if proof.get("type") != "DataIntegrityProof" or proof.get("cryptosuite") != CRYPTOSUITE:
        raise IntegrityError(f"The proof is not of {CRYPTOSUITE}.")
    created = proof.get("created")
    if created is not None and not (isinstance(created, str) and _INSTANT.fullmatch(created)):
        raise IntegrityError("The proof's time is none.")
    if proof.get("proofPurpose") != "assertionMethod":
        raise IntegrityError("The proof is for another purpose.")
    unsigned = {name: value for name, value in document.items() if name != "proof"}
    options = {name: value for name, value in proof.items() if name not in {"proofValue", "@context"}}
    try:
        key.verify(decode_base58(str(proof.get("proofValue", ""))), _signed_bytes(unsigned, options))
    except InvalidSignature:
        return False
    return True


def list_proofs(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The proofs of a document, be it one or a list of them."""
    found = document.get("proof", [])
    found = found if isinstance(found, list) else [found]
    return [each for each in found if isinstance(each, dict)]


def read_signed(document: Mapping[str, Any]) -> dict[str, Any]:
    """What a document says in the terms of its contexts.

    JSON-LD drops what its contexts do not define, so no signature covers that: a document with such a
    term is refused (IntegrityError). Show what this returns, never the document itself.
    """
    unsigned = {name: value for name, value in document.items() if name != "proof"}
    _measure(unsigned)
    contexts = unsigned.get("@context")
    compacted: dict[str, Any] = _processed(jsonld.compact, unsigned, contexts)
    if _paths(unsigned) - _paths(compacted):
        raise IntegrityError("The document uses a term that its contexts do not define.")
    return compacted


def canonize(document: Mapping[str, Any]) -> str:
    """The canonical N-Quads of a document. Raises IntegrityError."""
    _measure(document)
    quads: str = _processed(jsonld.normalize, document)
    if f"<{_BASE}" in quads:
        raise IntegrityError("The document uses a term that its contexts do not define.")
    return quads


# -- keys --------------------------------------------------------------------------------------


def encode_key(key: Ed25519PublicKey) -> str:
    """A public key as Multikey text: z6Mk…"""
    return encode_base58(_ED25519_PREFIX + key.public_bytes_raw())


def decode_key(text: str) -> Ed25519PublicKey:
    """The public key of Multikey text. Raises IntegrityError where it is no Ed25519 key."""
    raw = decode_base58(text)
    if not raw.startswith(_ED25519_PREFIX) or len(raw) != 34:
        raise IntegrityError("This is no Ed25519 key.")
    return Ed25519PublicKey.from_public_bytes(raw[2:])


def encode_base58(raw: bytes) -> str:
    """Multibase of base 58 (Bitcoin's letters), with its z."""
    number = int.from_bytes(raw)
    letters = []
    while number:
        number, rest = divmod(number, 58)
        letters.append(_BASE58[rest])
    zeros = len(raw) - len(raw.lstrip(b"\0"))
    return "z" + "1" * zeros + "".join(reversed(letters))


def decode_base58(text: str) -> bytes:
    """The bytes of multibase base 58. Raises IntegrityError."""
    if not text.startswith("z") or len(text) > 200:
        raise IntegrityError("This is no text of base 58.")
    number = 0
    for letter in text[1:]:
        digit = _BASE58.find(letter)
        if digit < 0:
            raise IntegrityError("This is no text of base 58.")
        number = number * 58 + digit
    zeros = len(text[1:]) - len(text[1:].lstrip("1"))
    return b"\0" * zeros + number.to_bytes((number.bit_length() + 7) // 8)


# -- parts -------------------------------------------------------------------------------------


def _signed_bytes(unsigned: Mapping[str, Any], options: Mapping[str, Any]) -> bytes:
    configured = {"@context": unsigned.get("@context"), **options}
    hashes = [hashlib.sha256(canonize(each).encode()).digest() for each in (configured, unsigned)]
    return hashes[0] + hashes[1]


def _load(url: str, options: Any) -> dict[str, Any]:
    return {
        "contentType": "application/ld+json",
        "contextUrl": None,
        "documentUrl": url,
        "document": _parsed_context(url),
    }


@cache
def _parsed_context(url: str) -> Any:
    return json.loads(read_context(url))


def _processed(function: Any, document: Mapping[str, Any], *more: Any) -> Any:
    options: dict[str, Any] = {"documentLoader": _load, "base": _BASE}
    if function is jsonld.normalize:
        options |= {"algorithm": "URDNA2015", "format": "application/n-quads"}
    try:
        return function(dict(document), *more, options)
    # Whatever a hostile document makes the processor raise, it is no document of ours.
    except Exception as error:
        raise IntegrityError(f"This is no JSON-LD of a known kind: {error}") from error


def _measure(document: Mapping[str, Any]) -> None:
    """Raises IntegrityError where a document is deeper or larger than any of ours, names other contexts
    or brings its own: canonicalisation can be made to take for ever."""
    contexts = document.get("@context")
    contexts = contexts if isinstance(contexts, list) else [contexts]
    for each in contexts:
        if not isinstance(each, str) or each not in _FILES:
            raise UnknownContext("The document names a context that is not kept here.")
    nameless = 0
    for values, (depth, name, value) in enumerate(_walk(document, 0)):
        nameless += isinstance(value, Mapping) and not ({"id", "@id"} & value.keys())
        if depth > MAX_DEPTH or values > MAX_VALUES or nameless > MAX_NAMELESS:
            raise IntegrityError("The document is too large to be one of ours.")
        if depth and name == "@context":
            raise UnknownContext("The document brings a context of its own.")
        if isinstance(value, str) and value.startswith("_:"):
            raise IntegrityError("The document names nodes that have no name.")
        if isinstance(value, list) and len({json.dumps(e, sort_keys=True) for e in value}) < len(value):
            raise IntegrityError("The document lists something twice.")


def _paths(value: Any, above: tuple[str, ...] = ()) -> set[tuple[str, ...]]:
    """Every name in a document with the names above it; lists do not count."""
    if isinstance(value, list):
        return {path for each in value for path in _paths(each, above)}
    if not isinstance(value, Mapping):
        return set()
    found = {(*above, name) for name in value}
    return found.union(*(_paths(each, (*above, name)) for name, each in value.items()))


def _walk(value: Any, depth: int) -> Iterator[tuple[int, str, Any]]:
    items: Any = ()
    if isinstance(value, Mapping):
        items = value.items()
    elif isinstance(value, list):
        items = (("", each) for each in value)
    if depth > MAX_DEPTH + 1:
        return
    for name, each in items:
        yield depth, name, each
        yield from _walk(each, depth + 1)
