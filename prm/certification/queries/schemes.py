"""Certification schemes: what they need, who meets that, what a person can still earn."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import aliased

from prm.access import Actor, visible
from prm.accounts.models import Membership, User
from prm.accounts.queries import is_current
from prm.certification.models import Certificate, Certification, CertificationRequirement
from prm.certification.queries.certificates import today_of
from prm.certification.validity import may_renew, status_of
from prm.errors import NotFound
from prm.extensions import db
from prm.partners.models import Partnership, PartnershipStatus
from prm.permissions import P
from prm.training.models import Completion, Course, CourseVersion

_Required = aliased(CourseVersion)


@dataclass(frozen=True)
class Needed:
    """A course a scheme needs: this version of it or a later one."""

    requirement_key: int
    version_key: int
    version_id: UUID
    course_key: int
    course_id: UUID
    title: str
    number: int


@dataclass(frozen=True)
class Evidence:
    """A completion that meets one requirement."""

    requirement_key: int
    user_key: int
    completion_key: int
    completion_id: UUID
    course_id: UUID
    title: str
    number: int
    completed_at: datetime


@dataclass(frozen=True)
class SchemeRow:
    """A scheme in the list: how many hold it, and how many of those lapse within 90 days."""

    scheme: Certification
    needed: tuple[Needed, ...]
    holders: int
    issued: int


@dataclass(frozen=True)
class Offer:
    """A scheme a person can earn, and how far they are: each course with whether it is done."""

    scheme: Certification
    steps: tuple[tuple[Needed, bool], ...]

    @property
    def done(self) -> int:
        return sum(1 for _needed, is_done in self.steps if is_done)


@dataclass(frozen=True)
class Qualified:
    """Somebody who meets a scheme and could be issued a certificate of it now."""

    user_key: int
    evidence: tuple[Evidence, ...] = field(repr=False)


def get_scheme(actor: Actor, scheme_id: UUID, permission: P = P.SCHEME_VIEW) -> Certification:
    """One scheme by public id. Raises NotFound."""
    found = db.session.scalars(
        visible(select(Certification), actor, permission).where(Certification.public_id == scheme_id)
    ).one_or_none()
    if found is None:
        raise NotFound
    return found


def find_scheme(actor: Actor, named: str) -> Certification | None:
    """A scheme by its public id or its name; case does not count where that names one."""
    schemes = list_schemes(actor, is_active_only=False)
    exact = [s for s in schemes if str(s.public_id) == named.strip().lower() or s.name == named.strip()]
    folded = [s for s in schemes if s.name.casefold() == named.strip().casefold()]
    return (exact or (folded if len(folded) == 1 else []) or [None])[0]


def list_schemes(
    actor: Actor, *, is_active_only: bool = True, permission: P = P.SCHEME_VIEW
) -> list[Certification]:
    """Schemes by name."""
    statement = visible(select(Certification), actor, permission)
    if is_active_only:
        statement = statement.where(Certification.is_active)
    return list(db.session.scalars(statement.order_by(func.lower(Certification.name), Certification.id)))


def list_scheme_rows(actor: Actor) -> list[SchemeRow]:
    """Every scheme with what it needs and how many hold it."""
    schemes = list_schemes(actor, is_active_only=False, permission=P.SCHEME_EDIT)
    needed = list_needed([scheme.id for scheme in schemes])
    today = today_of(actor)
    stands = Certificate.revoked_at.is_(None) & or_(
        Certificate.expires_on.is_(None), Certificate.expires_on >= today
    )
    counts = {
        key: (holders, issued)
        for key, holders, issued in db.session.execute(
            select(
                Certificate.certification_id,
                func.count(Certificate.user_id.distinct()).filter(stands),
                func.count(Certificate.id),
            ).group_by(Certificate.certification_id)
        )
    }
    return [
        SchemeRow(scheme, tuple(needed.get(scheme.id, ())), *counts.get(scheme.id, (0, 0)))
        for scheme in schemes
    ]


def list_needed(scheme_keys: Collection[int]) -> dict[int, list[Needed]]:
    """What schemes (by key) need, by the courses' titles."""
    found: dict[int, list[Needed]] = {}
    for requirement, version, course_id in db.session.execute(
        select(CertificationRequirement, CourseVersion, Course.public_id)
        .join(CourseVersion, CourseVersion.id == CertificationRequirement.course_version_id)
        .join(Course, Course.id == CourseVersion.course_id)
        .where(CertificationRequirement.certification_id.in_(scheme_keys))
        .order_by(func.lower(CourseVersion.title), CertificationRequirement.id)
    ):
        found.setdefault(requirement.certification_id, []).append(
            Needed(
                requirement.id, version.id, version.public_id, version.course_id, course_id,
                version.title, version.number,
            )
        )  # fmt: skip
    return found


def list_schemes_needing(completion: Completion) -> list[Certification]:
    """Active schemes that a completion counts for: of the version they need, or a later one."""
    number = select(CourseVersion.number).where(CourseVersion.id == completion.course_version_id)
    return list(
        db.session.scalars(
            select(Certification)
            .join(CertificationRequirement, CertificationRequirement.certification_id == Certification.id)
            .join(_Required, _Required.id == CertificationRequirement.course_version_id)
            .where(
                Certification.is_active,
                _Required.course_id == completion.course_id,
                _Required.number <= number.scalar_subquery(),
            )
            .order_by(Certification.id)
            .distinct()
        )
    )


# -- who meets a scheme ------------------------------------------------------------------------


def list_qualified(
    scheme: Certification, actor: Actor, user_keys: Collection[int] | None = None
) -> list[Qualified]:
    """People (all, or those given by key) who meet an active scheme now and hold nothing valid of it.

    Every requirement is met by the person's best completion: of the latest version, then the latest.
    What came before a revocation no longer counts; where a certificate was issued before, something
    must have been completed since. By key of the person.
    """
    needed = {each.requirement_key for each in list_needed([scheme.id]).get(scheme.id, ())}
    if not needed or not scheme.is_active:
        return []
    today = today_of(actor)
    held: dict[int, list[Any]] = {}
    dates = select(
        Certificate.user_id,
        Certificate.issued_at,
        Certificate.issued_on,
        Certificate.expires_on,
        Certificate.revoked_at,
    ).where(Certificate.certification_id == scheme.id)
    if user_keys is not None:
        dates = dates.where(Certificate.user_id.in_(user_keys))
    for certificate in db.session.execute(dates.order_by(Certificate.id)):
        held.setdefault(certificate.user_id, []).append(certificate)
    qualified = []
    for user_key, completions in _evidence(scheme, user_keys).items():
        certificates = held.get(user_key, [])
        if any(not may_renew(c, today) for c in certificates):
            continue
        voided = max((c.revoked_at for c in certificates if c.revoked_at), default=None)
        best: dict[int, Evidence] = {}
        for each in completions:  # the best of a requirement comes last
            if voided is None or each.completed_at > voided:
                best[each.requirement_key] = each
        newest = max((each.completed_at for each in best.values()), default=None)
        last_issue = max((c.issued_at for c in certificates), default=None)
        is_new = last_issue is None or (newest is not None and newest > last_issue)
        if set(best) == needed and is_new:
            evidence = sorted(best.values(), key=lambda each: (each.completed_at, each.completion_key))
            qualified.append(Qualified(user_key, tuple(evidence)))
    return sorted(qualified, key=lambda each: each.user_key)


def list_belonging(actor: Actor) -> set[int]:
    """Keys of people who belong today to the vendor or to one of its partnerships."""
    companies = select(Partnership.partner_id).where(
        Partnership.partner_id.is_not(None),
        Partnership.status != PartnershipStatus.ENDED,
    )
    return set(
        db.session.scalars(
            select(Membership.user_id)
            .join(User, User.id == Membership.user_id)
            .where(
                or_(Membership.vendor_id == actor.vendor_id, Membership.partner_id.in_(companies)),
                is_current(),
                User.is_active,
            )
        )
    )


def _evidence(scheme: Certification, user_keys: Collection[int] | None) -> dict[int, list[Evidence]]:
    """Completions that count for a scheme by person; of one requirement, the best comes last."""
    statement: Any = (
        select(
            CertificationRequirement.id, Completion.user_id, Completion.id, Completion.public_id,
            Course.public_id, CourseVersion.title, CourseVersion.number, Completion.completed_at,
        )
        .join(CourseVersion, CourseVersion.id == Completion.course_version_id)
        .join(Course, Course.id == Completion.course_id)
        .join(
            _Required,
            (_Required.course_id == Completion.course_id) & (_Required.number <= CourseVersion.number),
        )
        .join(CertificationRequirement, CertificationRequirement.course_version_id == _Required.id)
        .where(CertificationRequirement.certification_id == scheme.id)
        .order_by(CourseVersion.number, Completion.completed_at, Completion.id)
    )  # fmt: skip
    if user_keys is not None:
        statement = statement.where(Completion.user_id.in_(user_keys))
    found: dict[int, list[Evidence]] = {}
    for row in db.session.execute(statement):
        evidence = Evidence(*row)
        found.setdefault(evidence.user_key, []).append(evidence)
    return found


# -- for learners ------------------------------------------------------------------------------


def list_offers(actor: Actor) -> list[Offer]:
    """Active schemes that the acting person does not hold validly, with what is done; nearest first."""
    if actor.user_id is None:
        return []
    schemes = list_schemes(actor)
    today = today_of(actor)
    held = {
        certificate.certification_id
        for certificate in db.session.scalars(select(Certificate).where(Certificate.user_id == actor.user_id))
        if status_of(certificate, today).holds
    }
    needed = list_needed([scheme.id for scheme in schemes])
    best: dict[int, int] = dict(
        db.session.execute(
            select(Completion.course_id, func.max(CourseVersion.number))
            .join(CourseVersion, CourseVersion.id == Completion.course_version_id)
            .where(Completion.user_id == actor.user_id)
            .group_by(Completion.course_id)
        ).all()
    )
    offers = [
        Offer(
            scheme,
            tuple((each, best.get(each.course_key, 0) >= each.number) for each in needed[scheme.id]),
        )
        for scheme in schemes
        if scheme.id in needed and scheme.id not in held
    ]
    return sorted(offers, key=lambda offer: (offer.done - len(offer.steps), -offer.done))


def offered_versions(published: Sequence[Any], kept: Sequence[Needed]) -> list[tuple[str, str, int]]:
    """(public id, title, number) to choose from: the newest of each course, and what is needed now."""
    offered = {str(v.public_id): (v.title, v.number) for v in published}
    offered.update({str(n.version_id): (n.title, n.number) for n in kept})
    rows = [(public_id, title, number) for public_id, (title, number) in offered.items()]
    return sorted(rows, key=lambda row: (row[1].casefold(), row[2], row[0]))
