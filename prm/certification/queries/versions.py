"""Versions of schemes: which one is in force on a day, and what it asks."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from sqlalchemy import select

from prm.certification.models import Certification, CertificationVersion
from prm.certification.rules import ExamRule, Terms, from_row
from prm.extensions import db


def terms_of(version: CertificationVersion) -> Terms:
    """What a version asks."""
    exam = from_row(version.renewal_exam) if version.renewal_exam else None
    return Terms(
        tuple(from_row(row) for row in version.rules),
        version.validity_months,
        version.grace_days,
        version.renewal,
        exam if isinstance(exam, ExamRule) else None,
    )


def list_versions(scheme: Certification) -> list[CertificationVersion]:
    """Every version, the newest first: also one whose day has yet to come."""
    return list(
        db.session.scalars(
            select(CertificationVersion)
            .where(CertificationVersion.certification_id == scheme.id)
            .order_by(CertificationVersion.number.desc())
        )
    )


def find_versions(scheme_keys: Collection[int], on: date) -> dict[int, CertificationVersion]:
    """Scheme (key) → the version in force on a day; before the first one's day, that one."""
    found: dict[int, CertificationVersion] = {}
    for version in db.session.scalars(
        select(CertificationVersion)
        .where(CertificationVersion.certification_id.in_(scheme_keys))
        .order_by(CertificationVersion.certification_id, CertificationVersion.number)
    ):
        if version.effective_on <= on or version.certification_id not in found:
            found[version.certification_id] = version
    return found


def get_version(scheme: Certification, on: date) -> CertificationVersion:
    """The version of a scheme in force on a day."""
    return find_versions([scheme.id], on)[scheme.id]
