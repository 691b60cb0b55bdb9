"""Making and changing certification schemes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import delete, insert, select

from prm.access import Actor, visible
from prm.certification.models import Certification, CertificationRequirement
from prm.certification.services.texts import one_line
from prm.errors import Conflict, DomainError
from prm.extensions import db
from prm.infra import clock
from prm.journal.services import lock_chain, record
from prm.permissions import P
from prm.training.models import CourseVersion, SkillLevel, VersionStatus

MAX_MONTHS = 600
MAX_NEEDED = 50


def create_scheme(
    actor: Actor,
    *,
    name: str,
    summary: str = "",
    skill_level: SkillLevel = SkillLevel.FOUNDATION,
    validity_months: int | None = 24,
    course_version_ids: Sequence[UUID] = (),
    is_active: bool = True,
) -> Certification:
    """Make a scheme that needs these published course versions (public ids); without any, its
    certificates are issued by decision alone.

    Raises DomainError naming the field that cannot be.
    """
    lock_chain()
    versions = _check(actor, name, validity_months, course_version_ids, None)
    scheme = Certification(
        vendor_id=actor.vendor_id,
        name=one_line(name, 200),
        summary=one_line(summary, 1000),
        skill_level=skill_level,
        validity_months=validity_months,
        is_active=is_active,
        created_at=clock.now(),
    )
    db.session.add(scheme)
    db.session.flush()
    _write_needed(scheme, versions)
    record(actor, "certification.created", scheme, facts=_stated(scheme, versions))
    return scheme


def change_scheme(
    actor: Actor,
    scheme: Certification,
    *,
    name: str,
    summary: str,
    skill_level: SkillLevel,
    validity_months: int | None,
    course_version_ids: Sequence[UUID],
    is_active: bool,
    revision: int,
) -> None:
    """Change a scheme. What was issued keeps its facts and its dates.

    Raises DomainError as create_scheme does, Conflict where `revision` is no longer the newest.
    """
    lock_chain()
    db.session.refresh(scheme)
    if scheme.revision != revision:
        raise Conflict(
            _("Somebody else changed this certification meanwhile. Look at it again before you save.")
        )
    versions = _check(actor, name, validity_months, course_version_ids, scheme)
    before = _needed_versions(scheme)
    scheme.name = one_line(name, 200)
    scheme.summary = one_line(summary, 1000)
    scheme.skill_level = skill_level
    scheme.validity_months = validity_months
    scheme.is_active = is_active
    if {version.id for version in versions} != before:
        db.session.execute(
            delete(CertificationRequirement).where(CertificationRequirement.certification_id == scheme.id)
        )
        _write_needed(scheme, versions)
    db.session.flush()
    record(actor, "certification.changed", scheme, facts=_stated(scheme, versions))


def _check(
    actor: Actor,
    name: str,
    validity_months: int | None,
    course_version_ids: Sequence[UUID],
    scheme: Certification | None,
) -> list[CourseVersion]:
    """The versions chosen, in the order of their titles."""
    plain = one_line(name, 200)
    if not plain:
        raise DomainError(_("A certification needs a name."), {"name": _("Enter a name.")})
    taken = select(Certification.id).where(Certification.name == plain)
    if scheme is not None:
        taken = taken.where(Certification.id != scheme.id)
    if db.session.scalars(taken).first() is not None:
        message = _("There is already a certification called “%(name)s”.", name=plain)
        raise DomainError(message, {"name": message})
    if validity_months is not None and not 1 <= validity_months <= MAX_MONTHS:
        message = _("Validity goes from 1 to %(most)s months.", most=MAX_MONTHS)
        raise DomainError(message, {"validity_months": message})
    wanted = set(course_version_ids)
    versions = list(
        db.session.scalars(
            visible(select(CourseVersion), actor, P.COURSE_VIEW)
            .where(CourseVersion.public_id.in_(wanted), CourseVersion.status == VersionStatus.PUBLISHED)
            .order_by(CourseVersion.title, CourseVersion.id)
        )
    )
    if len(versions) < len(wanted) or len(wanted) > MAX_NEEDED:
        message = _("Choose among the published versions.")
        raise DomainError(message, {"versions": message})
    courses = [version.course_id for version in versions]
    if len(set(courses)) < len(courses):
        message = _("Choose one version of each course; later ones count too.")
        raise DomainError(message, {"versions": message})
    return versions


def _needed_versions(scheme: Certification) -> set[int]:
    return set(
        db.session.scalars(
            select(CertificationRequirement.course_version_id).where(
                CertificationRequirement.certification_id == scheme.id
            )
        )
    )


def _write_needed(scheme: Certification, versions: Sequence[CourseVersion]) -> None:
    rows: list[dict[str, Any]] = [
        {"certification_id": scheme.id, "course_version_id": version.id} for version in versions
    ]
    if rows:
        db.session.execute(insert(CertificationRequirement), rows)


def _stated(scheme: Certification, versions: Sequence[CourseVersion]) -> dict[str, Any]:
    return {
        "name": scheme.name,
        "level": scheme.skill_level.value,
        "validity_months": scheme.validity_months,
        "is_active": scheme.is_active,
        "needs": [version.public_id for version in versions],
    }
