"""Is a code, or a file, a certificate that counts? For anybody, so with as little as answers it.

A code tells its vendor (IssuedCode), and only that vendor is then served. A file is known by its
SHA-256 among the files issued under the code it carries: other bytes with a known code, or with a
signature of ours that does not fit, are *altered*. Nothing here writes.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import select

from prm.accounts.models import User
from prm.certification.codes import find_codes, read_code
from prm.certification.models import Certificate, CertificateFile, Certification, IssuedCode
from prm.certification.services.keys import list_roots
from prm.certification.validity import Status, status_of
from prm.extensions import db
from prm.infra import clock
from prm.infra.db import serve_vendor
from prm.infra.pdf import Problem, inspect_signature, signing_certificates
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


_VERDICTS = {
    Status.VALID: Verdict.VALID,
    Status.EXPIRING: Verdict.VALID,
    Status.EXPIRED: Verdict.EXPIRED,
    Status.REVOKED: Verdict.REVOKED,
}


@dataclass(frozen=True)
class Verification:
    """The answer. What it states is what was issued; nothing is stated of an unknown code or file.

    `standing` is what the certificate itself is, beside an altered file. `problems` say what is
    wrong with a file.
    """

    verdict: Verdict
    standing: Verdict | None = None
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
    problems: tuple[Problem, ...] = ()
    vendor: Vendor | None = None
    code: str | None = None

    def as_json(self) -> dict[str, Any]:
        """What the page says, for machines."""
        answer: dict[str, Any] = {"status": self.verdict.value}
        if self.standing is not None:
            answer |= {
                "certificate_status": self.standing.value,
                "number": self.number,
                "name": self.name,
                "certification": self.certification,
                "level": self.skill_level.value if self.skill_level else None,
                "issuer": self.issuer,
                "partner": self.partner,
                "issued_on": self.issued_on.isoformat() if self.issued_on else None,
                "expires_on": self.expires_on.isoformat() if self.expires_on else None,
                "revoked_on": self.revoked_on.isoformat() if self.revoked_on else None,
                "withdrawn_on": self.withdrawn_on.isoformat() if self.withdrawn_on else None,
            }
        if self.sha256 is not None:
            answer |= {"sha256": self.sha256, "problems": [problem.value for problem in self.problems]}
        return answer


UNKNOWN = Verification(Verdict.UNKNOWN)


def check_code(text: str) -> Verification:
    """What stands behind a verification code, as typed, scanned or pasted."""
    code = read_code(text)
    vendor_key = _vendor_of(code) if code is not None else None
    if code is None or vendor_key is None:
        return UNKNOWN
    with serve_vendor(vendor_key):
        found = _look_up(code)
    return found[0] if found is not None else UNKNOWN


def check_file(content: bytes) -> Verification:
    """Whether a file is, byte for byte, one that was issued, and what its certificate is today."""
    sha256 = hashlib.sha256(content).hexdigest()
    unknown = replace(UNKNOWN, sha256=sha256)
    if len(content) > MAX_FILE_BYTES:
        return replace(unknown, problems=(Problem.TOO_LARGE,))
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


def _look_up(code: str) -> tuple[Verification, frozenset[str]] | None:
    """What is stated of a code of the vendor served, and the SHA-256 of every file issued of it."""
    row = db.session.execute(
        select(Certificate, Certification, User, Vendor)
        .join(Certification, Certification.id == Certificate.certification_id)
        .join(User, User.id == Certificate.user_id)
        .join(Vendor, Vendor.id == Certificate.vendor_id)
        .where(Certificate.code == code)
    ).one_or_none()
    if row is None:
        return None
    certificate, scheme, user, vendor = row
    issued = db.session.scalars(
        select(CertificateFile.sha256).where(
            CertificateFile.certificate_id == certificate.id, CertificateFile.sha256.is_not(None)
        )
    )
    standing = _VERDICTS[status_of(certificate, clock.today(vendor.time_zone))]
    facts = certificate.facts
    revoked_at, withdrawn_at = certificate.revoked_at, certificate.withdrawn_at
    if withdrawn_at is not None:
        standing = Verdict.WITHDRAWN
    # Of a withdrawn one neither the mark in the name's place nor the company says anything.
    partner = facts.get("partner") if withdrawn_at is None else None
    name = facts.get("person", {}).get("name", user.name) if withdrawn_at is None else None
    stated = Verification(
        verdict=standing,
        standing=standing,
        number=certificate.number,
        name=name,
        certification=facts.get("certification", {}).get("name", scheme.name),
        skill_level=SkillLevel(facts.get("certification", {}).get("level", scheme.skill_level)),
        issuer=facts.get("vendor", {}).get("name", vendor.name),
        partner=partner["name"] if partner else None,
        issued_on=certificate.issued_on,
        expires_on=certificate.expires_on,
        revoked_on=clock.to_zone(revoked_at, vendor.time_zone).date() if revoked_at else None,
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
