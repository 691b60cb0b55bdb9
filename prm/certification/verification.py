"""Is a code, or a file, a certificate that counts? For anybody, so with as little as answers it.

This asks the database; credentials/checking.py answers without one.

A code tells its vendor (IssuedCode), and only that vendor is then served. A file is known by its
SHA-256 among the files issued under the code it carries: other bytes with a known code, or with a
signature of ours that does not fit, are *altered*. Nothing here writes.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import select

from prm.accounts.models import User
from prm.certification.codes import find_codes, read_code
from prm.certification.credentials.checking import is_pictured, kind_of
from prm.certification.credentials.models import Credential, CredentialKey
from prm.certification.models import Certificate, CertificateFile, Certification, IssuedCode
from prm.certification.queries.certificates import find_successor
from prm.certification.services.keys import list_roots
from prm.certification.validity import Standing, Status, own_status_of, standing_on
from prm.extensions import db
from prm.infra import clock
from prm.infra.baking import BakingError, unbake_png, unbake_svg
from prm.infra.data_integrity import list_proofs
from prm.infra.db import serve_vendor
from prm.infra.pdf import EXPLANATIONS, Problem, inspect_signature, signing_certificates
from prm.infra.signing import load_certificate
from prm.training.models import SkillLevel
from prm.vendors.models import SigningKey, Vendor

MAX_FILE_BYTES = 10_000_000


class Verdict(StrEnum):
    VALID = "valid"
    EXPIRED = "expired"
    REVOKED = "revoked"
    WITHDRAWN = "withdrawn"  # its holder was erased
    ALTERED = "altered"
    UNKNOWN = "unknown"


class FileProblem(StrEnum):
    """What is wrong with a credential or a badge. EXPLAINED says it in words, of PDF files too."""

    NO_CREDENTIAL = "no_credential"
    CREDENTIAL_CHANGED = "credential_changed"
    PICTURE_CHANGED = "picture_changed"
    REPLACED = "replaced"


def N_(message: str) -> str:
    """Mark a message for translation; whoever shows it translates it."""
    return message


EXPLAINED: dict[StrEnum, str] = {
    **EXPLANATIONS,
    FileProblem.NO_CREDENTIAL: N_("This file carries no certificate."),
    FileProblem.CREDENTIAL_CHANGED: N_("What this file says was changed after it was signed."),
    FileProblem.PICTURE_CHANGED: N_("The picture was changed, or is damaged."),
    FileProblem.REPLACED: N_("The issuer replaced this credential by a newer one of the same certificate."),
}

_VERDICTS = {
    Status.VALID: Verdict.VALID,
    Status.EXPIRING: Verdict.VALID,
    Status.GRACE: Verdict.EXPIRED,
    Status.EXPIRED: Verdict.EXPIRED,
    Status.REVOKED: Verdict.REVOKED,
}


@dataclass(frozen=True)
class Verification:
    """The answer. What it states is what was issued; nothing is stated of an unknown code or file.

    `standing` is what the certificate itself is, beside an altered file, and `detail` the same told
    apart finer. `problems` say what is wrong with a file. `asked_on` is the day somebody asked about,
    `then` what the certificate is on it.
    """

    verdict: Verdict
    standing: Verdict | None = None
    detail: Standing | None = None
    number: str | None = None
    name: str | None = None
    certification: str | None = None
    skill_level: SkillLevel | None = None
    issuer: str | None = None
    partner: str | None = None
    issued_on: date | None = None
    expires_on: date | None = None
    revoked_on: date | None = None
    withdrawn_on: date | None = None
    sha256: str | None = None
    signed_at: datetime | None = None
    problems: tuple[StrEnum, ...] = ()
    renewed_by: str | None = None
    renewed_on: date | None = None
    asked_on: date | None = None
    then: Standing | None = None
    vendor: Vendor | None = None
    code: str | None = None

    def as_json(self) -> dict[str, Any]:
        """What the page says, for machines."""
        answer: dict[str, Any] = {"status": self.verdict.value}
        if self.standing is not None:
            answer |= {
                "certificate_status": self.detail.value if self.detail else None,
                "number": self.number,
                "name": self.name,
                "certification": self.certification,
                "level": self.skill_level.value if self.skill_level else None,
                "issuer": self.issuer,
                "partner": self.partner,
                "issued_on": self.issued_on.isoformat() if self.issued_on else None,
                "expires_on": self.expires_on.isoformat() if self.expires_on else None,
                "revoked_on": self.revoked_on.isoformat() if self.revoked_on else None,
                "renewed_by": self.renewed_by,
                "renewed_on": self.renewed_on.isoformat() if self.renewed_on else None,
                "withdrawn_on": self.withdrawn_on.isoformat() if self.withdrawn_on else None,
            }
        if self.asked_on is not None and self.then is not None:
            answer |= {"on": {"date": self.asked_on.isoformat(), "status": self.then.value}}
        if self.sha256 is not None:
            answer |= {"sha256": self.sha256, "problems": [problem.value for problem in self.problems]}
        return answer


UNKNOWN = Verification(Verdict.UNKNOWN)


def check_code(text: str, on: date | None = None) -> Verification:
    """What stands behind a verification code, as typed, scanned or pasted; on a day too, if asked."""
    code = read_code(text)
    vendor_key = _vendor_of(code) if code is not None else None
    if code is None or vendor_key is None:
        return UNKNOWN
    with serve_vendor(vendor_key):
        found = _look_up(code, on)
    return found[0] if found is not None else UNKNOWN


def check_file(content: bytes) -> Verification:
    """Whether a file is, byte for byte, one that was issued, and what its certificate is today."""
    sha256 = hashlib.sha256(content).hexdigest()
    unknown = replace(UNKNOWN, sha256=sha256)
    if len(content) > MAX_FILE_BYTES:
        return replace(unknown, problems=(Problem.TOO_LARGE,))
    if kind_of(content) in {"json", "png", "svg"}:
        return _check_credential(content, unknown)
    named: Verification | None = None
    for code in find_codes(content):
        vendor_key = _vendor_of(code)
        if vendor_key is None:
            continue
        with serve_vendor(vendor_key):
            found = _look_up(code)
            if found is None:
                continue
            stated, issued = found
            verdict = inspect_signature(content, trusted_ca_pems=list_roots())
        if sha256 in issued:
            return replace(stated, sha256=sha256, signed_at=verdict.signed_at, problems=verdict.problems)
        if named is None:
            named = replace(
                stated,
                verdict=Verdict.ALTERED,
                sha256=sha256,
                problems=verdict.problems or (Problem.ALTERED,),
            )
    if named is not None:
        return named
    if _is_signed_by_us(content):
        return replace(unknown, verdict=Verdict.ALTERED, problems=(Problem.ALTERED,))
    return replace(unknown, problems=inspect_signature(content, trusted_ca_pems=[]).problems)


# -- parts -------------------------------------------------------------------------------------


def _vendor_of(code: str) -> int | None:
    return db.session.scalars(select(IssuedCode.vendor_id).where(IssuedCode.code == code)).one_or_none()


def _check_credential(content: bytes, unknown: Verification) -> Verification:
    """The same for a credential, or a picture that carries one: compared with the one that was signed."""
    kind = kind_of(content)
    document, picture = _read_credential(content, kind)
    proofs = list_proofs(document) if document else []
    for code in find_codes(content):
        vendor_key = _vendor_of(code)
        if vendor_key is None:
            continue
        with serve_vendor(vendor_key):
            found = _look_up(code)
            if found is None:
                continue
            problem = _compare(code, document, picture)
        stated = replace(found[0], sha256=unknown.sha256)
        if problem is None:
            return stated
        if problem is FileProblem.REPLACED and stated.verdict is Verdict.WITHDRAWN:
            return stated
        verdict = Verdict.REVOKED if problem is FileProblem.REPLACED else Verdict.ALTERED
        return replace(stated, verdict=verdict, problems=(problem,))
    if any(_is_key_of_ours(str(proof.get("verificationMethod"))) for proof in proofs):
        return replace(unknown, verdict=Verdict.ALTERED, problems=(FileProblem.CREDENTIAL_CHANGED,))
    return replace(unknown, problems=(FileProblem.NO_CREDENTIAL,) if not proofs else (Problem.UNTRUSTED,))


def _read_credential(content: bytes, kind: str) -> tuple[dict[str, Any] | None, bytes | None]:
    """The credential of a file and the picture around it; None where it is damaged."""
    picture = None
    try:
        if kind != "json":
            baked = unbake_png(content) if kind == "png" else unbake_svg(content)
            if baked is None:
                return None, None
            content, picture = baked.credential, baked.picture
        document = json.loads(content)
    except (BakingError, ValueError, RecursionError):
        return None, None
    return (document if isinstance(document, dict) else None), picture


def _compare(code: str, document: dict[str, Any] | None, picture: bytes | None) -> FileProblem | None:
    """What is wrong with a credential of a known code; None if it is the one that stands."""
    rows = db.session.scalars(
        select(Credential)
        .join(Certificate, Certificate.id == Credential.certificate_id)
        .where(Certificate.code == code)
    ).all()
    for row in rows:
        if document is None:
            return FileProblem.PICTURE_CHANGED
        if row.document is not None and json.loads(row.document) == document:
            if picture is not None and not is_pictured(picture, document):
                return FileProblem.PICTURE_CHANGED
            return None
    status = document.get("credentialStatus") if document else None
    index = status.get("statusListIndex") if isinstance(status, dict) else None
    if any(row.withdrawn_at is not None and str(row.list_index) == index for row in rows):
        return FileProblem.REPLACED
    return FileProblem.CREDENTIAL_CHANGED


def _is_key_of_ours(method: str) -> bool:
    """Whether an address of a key is that of one of the vendors here."""
    did, _hash, multibase = method.partition("#")
    try:
        public_id = UUID(did.rpartition(":")[2])
    except ValueError:
        return False
    vendor_key = db.session.scalars(select(Vendor.id).where(Vendor.public_id == public_id)).one_or_none()
    if vendor_key is None:
        return False
    with serve_vendor(vendor_key):
        found = select(CredentialKey.id).where(CredentialKey.multibase == multibase[:60])
        return db.session.scalars(found).first() is not None


def _look_up(code: str, on: date | None = None) -> tuple[Verification, frozenset[str]] | None:
    """What is stated of a code of the vendor served, and the SHA-256 of every file issued of it."""
    row = db.session.execute(
        select(Certificate, Certification, User, Vendor)
        .join(Certification, Certification.id == Certificate.certification_id)
        .join(User, User.id == Certificate.user_id)
        .join(Vendor, Vendor.id == Certificate.vendor_id)
        .where(Certificate.code == code)
    ).one_or_none()
    # The index is asked with what a stranger sent; whether it is the very code is told in even time.
    if row is None or not hmac.compare_digest(row[0].code, code):
        return None
    certificate, scheme, user, vendor = row
    issued = db.session.scalars(
        select(CertificateFile.sha256).where(
            CertificateFile.certificate_id == certificate.id, CertificateFile.sha256.is_not(None)
        )
    )
    today = clock.today(vendor.time_zone)
    standing = _VERDICTS[own_status_of(certificate, today)]
    successor = find_successor(certificate)
    facts = certificate.facts
    revoked_at, withdrawn_at = certificate.revoked_at, certificate.withdrawn_at
    revoked_on = clock.to_zone(revoked_at, vendor.time_zone).date() if revoked_at else None
    renewed_on = successor.issued_on if successor is not None else None
    if withdrawn_at is not None:
        standing = Verdict.WITHDRAWN
    # Of a withdrawn one neither the mark in the name's place nor the company says anything.
    partner = facts.get("partner") if withdrawn_at is None else None
    name = facts.get("person", {}).get("name", user.name) if withdrawn_at is None else None

    def standing_then(day: date) -> Standing:
        if withdrawn_at is not None:
            return Standing.WITHDRAWN
        return standing_on(certificate, day, revoked_on=revoked_on, renewed_on=renewed_on)

    stated = Verification(
        verdict=standing,
        standing=standing,
        detail=standing_then(today),
        number=certificate.number,
        name=name,
        certification=facts.get("certification", {}).get("name", scheme.name),
        skill_level=SkillLevel(facts.get("certification", {}).get("level", scheme.skill_level)),
        issuer=facts.get("vendor", {}).get("name", vendor.name),
        partner=partner["name"] if partner else None,
        issued_on=certificate.issued_on,
        expires_on=certificate.expires_on,
        revoked_on=revoked_on,
        renewed_by=successor.number if successor is not None else None,
        renewed_on=renewed_on,
        asked_on=on,
        then=standing_then(on) if on is not None else None,
        withdrawn_on=clock.to_zone(withdrawn_at, vendor.time_zone).date() if withdrawn_at else None,
        vendor=vendor,
        code=code,
    )
    return stated, frozenset(sha for sha in issued if sha)


def _is_signed_by_us(content: bytes) -> bool:
    """Whether a file brings the certificate of one of our signing keys, whatever else it says."""
    brought = signing_certificates(content)
    if not brought:
        return False
    for vendor_key in db.session.scalars(select(Vendor.id).order_by(Vendor.id)).all():
        with serve_vendor(vendor_key):
            ours = list(db.session.scalars(select(SigningKey.certificate_pem)))
        if any(load_certificate(pem).dump() in brought for pem in ours):
            return True
    return False
