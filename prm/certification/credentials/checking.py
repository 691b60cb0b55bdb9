"""Checking a certificate without the portal: a file and an issuer's public keys are enough.

PDF, JSON, baked PNG or SVG, or the text of a QR code. No database, no network, no clock of its own.
static/js/offline_checker.js does the same in a browser; tests hold both to the same verdicts.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any

from prm.certification.codes import read_code
from prm.certification.credentials.addresses import status_list_url
from prm.certification.credentials.building import FILE_NAME
from prm.certification.credentials.qr_codes import BadPayload, CodeFacts, key_mark, read_mark, verify_code
from prm.certification.credentials.trust import Trust, TrustedKey
from prm.infra.baking import PNG_START, BakingError, unbake_png, unbake_svg
from prm.infra.bitstrings import read_bit
from prm.infra.data_integrity import IntegrityError, decode_key, list_proofs, read_signed, verify_proof
from prm.infra.pdf import Problem, extract_attachment, inspect_signature, is_plainly_signed

MAX_BYTES = 10_000_000
# What a credential has even where it is damaged.
MARKS = (b"eddsa-rdfc-2022", b"www.w3.org/ns/credentials/v2")


class Offline(StrEnum):
    """What a check says, the first that applies."""

    UNREADABLE = "unreadable"
    ALTERED = "altered"
    UNKNOWN_ISSUER = "unknown_issuer"
    REVOKED = "revoked"
    NOT_YET = "not_yet_valid"
    EXPIRED = "expired"
    VALID = "valid"


class Reason(StrEnum):
    """Why a verdict is what it is."""

    NO_CERTIFICATE = "no_certificate"
    TOO_LARGE = "too_large"
    DOCUMENT_CHANGED = "document_changed"
    DOCUMENT_UNSIGNED = "document_unsigned"
    CREDENTIAL_CHANGED = "credential_changed"
    PICTURE_CHANGED = "picture_changed"
    CODE_CHANGED = "code_changed"
    KEY_UNKNOWN = "key_unknown"
    KEY_REVOKED = "key_revoked"


class Unchecked(StrEnum):
    """What could not be checked."""

    REVOCATION = "revocation"
    RENEWAL = "renewal"
    PERSON = "person"
    PRINTED_PAGE = "printed_page"


@dataclass(frozen=True)
class OfflineVerdict:
    """The answer. `stated` is what the issuer signed, and empty unless its signature fits.

    `revocation_as_of`: the status list asked is true from then; None: none was at hand.
    """

    verdict: Offline
    kind: str
    reasons: tuple[Reason, ...] = ()
    stated: Mapping[str, str | None] = field(default_factory=dict)
    unchecked: tuple[Unchecked, ...] = ()
    revocation_as_of: str | None = None
    sha256: str | None = None

    def as_json(self) -> dict[str, Any]:
        return {
            "status": self.verdict.value,
            "kind": self.kind,
            "reasons": [reason.value for reason in self.reasons],
            **self.stated,
            "revocation_as_of": self.revocation_as_of,
            "not_checked": [each.value for each in self.unchecked],
            "sha256": self.sha256,
        }


class _Refused(Exception):
    def __init__(self, verdict: Offline, reason: Reason) -> None:
        self.verdict, self.reason = verdict, reason


def check_offline(content: bytes, trust: Trust, at: datetime) -> OfflineVerdict:
    """Judge a file, or the text of a QR code, at an instant; whatever the bytes are, there is a verdict."""
    sha256 = hashlib.sha256(content).hexdigest()
    kind = kind_of(content)
    try:
        if len(content) > MAX_BYTES:
            raise _Refused(Offline.UNREADABLE, Reason.TOO_LARGE)
        verdict = _check(content, kind, trust, at)
    except _Refused as refused:
        verdict = OfflineVerdict(refused.verdict, kind, (refused.reason,))
    return replace(verdict, sha256=sha256)


def at_noon(on: date) -> datetime:
    """The instant that stands for a day asked about."""
    return datetime(on.year, on.month, on.day, 12, tzinfo=UTC)


def kind_of(content: bytes) -> str:
    """What a file looks like: pdf, png, svg, json or qr."""
    start = content[:1000].lstrip(b"\xef\xbb\xbf \t\r\n")
    if start.startswith(b"%PDF-"):
        return "pdf"
    if start.startswith(PNG_START):
        return "png"
    if start.startswith(b"{"):
        return "json"
    return "svg" if b"<svg" in start else "qr"


# -- parts -------------------------------------------------------------------------------------


def _check(content: bytes, kind: str, trust: Trust, at: datetime) -> OfflineVerdict:
    if kind == "qr":
        return _check_code(content, trust, at)
    picture = None
    if kind == "pdf":
        credential = _from_pdf(content, trust)
    elif kind in {"png", "svg"}:
        try:
            baked = unbake_png(content) if kind == "png" else unbake_svg(content)
        except BakingError:
            raise _Refused(Offline.ALTERED, Reason.PICTURE_CHANGED) from None
        if baked is None:
            raise _Refused(Offline.UNREADABLE, Reason.NO_CERTIFICATE)
        credential, picture = baked.credential, baked.picture
    else:
        credential = content
    return _check_credential(credential, kind, picture, trust, at)


def _from_pdf(content: bytes, trust: Trust) -> bytes:
    """The credential inside a PDF whose own signature fits."""
    verdict = inspect_signature(content, trusted_ca_pems=trust.roots)
    if not verdict.genuine:
        if Problem.UNTRUSTED in verdict.problems:
            raise _Refused(Offline.UNKNOWN_ISSUER, Reason.KEY_UNKNOWN)
        if Problem.UNSIGNED in verdict.problems:
            raise _Refused(Offline.UNREADABLE, Reason.DOCUMENT_UNSIGNED)
        raise _Refused(Offline.ALTERED, Reason.DOCUMENT_CHANGED)
    if not is_plainly_signed(content):
        raise _Refused(Offline.ALTERED, Reason.DOCUMENT_CHANGED)
    credential = extract_attachment(content, FILE_NAME)
    if credential is None:
        raise _Refused(Offline.UNREADABLE, Reason.NO_CERTIFICATE)
    return credential


def _check_credential(
    content: bytes, kind: str, picture: bytes | None, trust: Trust, at: datetime
) -> OfflineVerdict:
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        raise _Refused(_broken(kind, content), Reason.CREDENTIAL_CHANGED) from None
    proofs = list_proofs(document) if isinstance(document, dict) else []
    if not proofs:
        raise _Refused(_broken(kind, content), Reason.NO_CERTIFICATE)
    key = _find_key(trust, proofs)
    issuer = document.get("issuer")
    named = issuer.get("id") if isinstance(issuer, dict) else issuer
    try:
        fits = len(proofs) == 1 and verify_proof(document, proofs[0], decode_key(key.multibase))
        said = read_signed(document)
        stated = _stated(said, key)
    except (IntegrityError, LookupError, TypeError, ValueError, AttributeError, RecursionError):
        raise _Refused(Offline.ALTERED, Reason.CREDENTIAL_CHANGED) from None
    if not fits or named != key.did:
        raise _Refused(Offline.ALTERED, Reason.CREDENTIAL_CHANGED)
    if picture is not None and not is_pictured(picture, said):
        raise _Refused(Offline.ALTERED, Reason.PICTURE_CHANGED)
    status = said["credentialStatus"]
    address, index = str(status["statusListCredential"]), int(status["statusListIndex"])
    is_revoked, as_of = _look_up(trust, key, address, index)
    return _judged(kind, stated, said.get("validFrom"), said.get("validUntil"), is_revoked, as_of, at)


def _check_code(content: bytes, trust: Trust, at: datetime) -> OfflineVerdict:
    try:
        address, _hash, payload = content.decode("ascii").strip().partition("#")
        code = read_code(address)
        if code is None or not payload:
            raise _Refused(Offline.UNREADABLE, Reason.NO_CERTIFICATE)
        mark = read_mark(payload)
        marked = [each for each in trust.keys.values() if key_mark(decode_key(each.multibase)) == mark]
        if not marked:
            raise _Refused(Offline.UNKNOWN_ISSUER, Reason.KEY_UNKNOWN)
        key = marked[0]
        if key.revoked:
            raise _Refused(Offline.UNKNOWN_ISSUER, Reason.KEY_REVOKED)
        facts = verify_code(code, payload, decode_key(key.multibase))
    except (BadPayload, UnicodeError):
        raise _Refused(Offline.UNREADABLE, Reason.NO_CERTIFICATE) from None
    if facts is None:
        raise _Refused(Offline.ALTERED, Reason.CODE_CHANGED)
    lists = status_list_url(trust.addresses[key.did], facts.place.number)
    is_revoked, as_of = _look_up(trust, key, lists, facts.place.index)
    since = f"{facts.issued_on}T00:00:00Z"
    until = f"{facts.expires_on}T23:59:59Z" if facts.expires_on else None
    return _judged("qr", _stated_by_code(facts, key), since, until, is_revoked, as_of, at)


def _find_key(trust: Trust, proofs: list[dict[str, Any]]) -> TrustedKey:
    key = trust.keys.get(str(proofs[0].get("verificationMethod")))
    if key is None:
        raise _Refused(Offline.UNKNOWN_ISSUER, Reason.KEY_UNKNOWN)
    if key.revoked:
        raise _Refused(Offline.UNKNOWN_ISSUER, Reason.KEY_REVOKED)
    return key


def _look_up(trust: Trust, key: TrustedKey, address: str, index: int) -> tuple[bool | None, str | None]:
    """Whether the bit is set, and as of when; (None, None) without the list."""
    found = trust.lists.get(address)
    if found is None or found.get("issuer") != key.did:
        return None, None
    try:
        return read_bit(found["credentialSubject"]["encodedList"], index), str(found["validFrom"])
    except (ValueError, KeyError, TypeError):
        return None, None


def _judged(
    kind: str,
    stated: Mapping[str, str | None],
    since: Any,
    until: Any,
    is_revoked: bool | None,
    as_of: str | None,
    at: datetime,
) -> OfflineVerdict:
    verdict = Offline.VALID
    if is_revoked:
        verdict = Offline.REVOKED
    elif until and datetime.fromisoformat(str(until)) < at:
        verdict = Offline.EXPIRED
    elif since and datetime.fromisoformat(str(since)) > at:
        verdict = Offline.NOT_YET
    unchecked = [Unchecked.RENEWAL, Unchecked.PERSON]
    if is_revoked is None:
        unchecked.insert(0, Unchecked.REVOCATION)
    if kind == "qr":
        unchecked.append(Unchecked.PRINTED_PAGE)
    return OfflineVerdict(verdict, kind, (), stated, tuple(unchecked), as_of)


def _stated(said: Mapping[str, Any], key: TrustedKey) -> dict[str, str | None]:
    """What the signed terms say, for people to compare."""
    subject = said["credentialSubject"]
    achievement = subject["achievement"]
    named = {each["identityType"]: each["identityHash"] for each in _listed(subject["identifier"])}
    levels = _listed(achievement.get("alignment", []))
    return {
        "number": subject["licenseNumber"],
        "name": named["name"],
        "certification": achievement["name"],
        "level": levels[0]["targetCode"] if levels else None,
        "issuer": key.issuer,
        "partner": named.get("ext:company"),
        "valid_from": said["validFrom"],
        "valid_until": said.get("validUntil"),
        "verify_url": said["id"],
    }


def _stated_by_code(facts: CodeFacts, key: TrustedKey) -> dict[str, str | None]:
    return {
        "number": facts.number,
        "name": facts.name,
        "certification": facts.certification,
        "level": facts.level,
        "issuer": key.issuer,
        "partner": None,
        "valid_from": facts.issued_on,
        "valid_until": facts.expires_on or None,
        "verify_url": None,
    }


def is_pictured(picture: bytes, said: Mapping[str, Any]) -> bool:
    """Whether a picture without its credential is one of those that the credential states."""
    digest = "sha384-" + base64.b64encode(hashlib.sha384(picture).digest()).decode("ascii")
    return any(each.get("digestSRI") == digest for each in _listed(said.get("relatedResource", [])))


def _listed(value: Any) -> list[dict[str, Any]]:
    return value if isinstance(value, list) else [value]


def _broken(kind: str, content: bytes) -> Offline:
    """A JSON file may be anything; inside a picture or a PDF, or with its marks, it was a credential."""
    is_other = kind == "json" and not any(mark in content for mark in MARKS)
    return Offline.UNREADABLE if is_other else Offline.ALTERED
