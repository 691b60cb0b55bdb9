"""Certificates that people hold: one, mine, all within reach, and what expires."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import defer

from prm.access import Actor, visible, within_reach
from prm.accounts.models import Membership, User
from prm.accounts.queries import is_current
from prm.certification.models import Certificate, CertificateFile, Certification
from prm.certification.validity import EXPIRING_DAYS, Status, status_of
from prm.errors import NotFound
from prm.extensions import db
from prm.infra import clock
from prm.partners.models import Partnership, PartnershipStatus
from prm.permissions import P, Reach
from prm.training.models import Completion, CourseVersion, SkillLevel
from prm.training.models.placement import PlacementCompletion
from prm.vendors.models import Paper, Vendor

MAX_OFFERED = 200


@dataclass(frozen=True)
class HeldCertificate:
    """A certificate of one person. `days_left` counts from today to its last day, which is included.

    `papers` are those whose file exists or is being made.
    """

    public_id: UUID
    number: str
    certification: str
    skill_level: SkillLevel
    person: str
    person_public_id: UUID
    partner: str
    issued_on: date
    expires_on: date | None
    status: Status
    days_left: int | None
    papers: tuple[Paper, ...] = ()


@dataclass(frozen=True)
class Proof:
    """A completion that a certificate rests on."""

    public_id: UUID
    title: str
    version: int
    completed_on: date
    score_percent: int | None
    is_by_placement: bool = False

    @property
    def score(self) -> float | None:
        """The score as a share of 1; None without a quiz."""
        return None if self.score_percent is None else self.score_percent / 100


def today_of(actor: Actor) -> date:
    """Today in the vendor's time zone: what validity is counted in."""
    return clock.today(db.session.get_one(Vendor, actor.vendor_id).time_zone)


# -- reach -------------------------------------------------------------------------------------


def reachable(actor: Actor, permission: P = P.CERTIFICATE_VIEW) -> Any:
    """The criterion of certificates within reach: by the company they were issued at, or the one
    where their holder belongs now. A person takes their certificates along."""
    by_issue = within_reach(Certificate, actor, permission)
    if actor.reach(permission) in {Reach.OWN, Reach.SCOPE}:
        return or_(by_issue, Certificate.user_id.in_(_people_now(actor, permission)))
    return by_issue


def _people_now(actor: Actor, permission: P) -> Select[Any]:
    """Keys of people who belong today to a partnership within reach; with ALL, staff too."""
    companies = visible(select(Partnership.partner_id), actor, permission, Partnership).where(
        Partnership.partner_id.is_not(None), Partnership.status != PartnershipStatus.ENDED
    )
    belongs = Membership.partner_id.in_(companies)
    if actor.reach(permission) is Reach.ALL:
        belongs = or_(belongs, Membership.vendor_id == actor.vendor_id)
    return select(Membership.user_id).where(belongs, is_current())


def reaches_others(actor: Actor) -> bool:
    """Whether the actor sees other people's certificates."""
    return actor.reach(P.CERTIFICATE_VIEW) > Reach.SELF


# -- one ---------------------------------------------------------------------------------------


def get_certificate(actor: Actor, certificate_id: UUID, permission: P = P.CERTIFICATE_VIEW) -> Certificate:
    """One certificate by public id: within reach or, to look at, the actor's own. Raises NotFound."""
    allowed = reachable(actor, permission)
    if permission is P.CERTIFICATE_VIEW and actor.user_id is not None:
        allowed = or_(allowed, Certificate.user_id == actor.user_id)
    found = db.session.scalars(
        select(Certificate).where(Certificate.public_id == certificate_id, allowed)
    ).one_or_none()
    if found is None:
        raise NotFound
    return found


def get_own_certificate(actor: Actor, certificate_id: UUID) -> Certificate:
    """One of the acting person's own certificates. Raises NotFound."""
    found = db.session.scalars(
        select(Certificate).where(
            Certificate.public_id == certificate_id, Certificate.user_id == actor.user_id
        )
    ).one_or_none()
    if found is None:
        raise NotFound
    return found


def is_reachable(actor: Actor, certificate: Certificate, permission: P) -> bool:
    """Whether `permission` reaches this very certificate."""
    found = select(Certificate.id).where(Certificate.id == certificate.id, reachable(actor, permission))
    return db.session.scalars(found).one_or_none() is not None


def list_proofs(certificate: Certificate, time_zone: str) -> list[Proof]:
    """The completions that a certificate rests on, in the order of its facts."""
    wanted = [UUID(each["completion"]) for each in certificate.facts.get("evidence", ())]
    rows = {
        completion.public_id: (completion, version, placed)
        for completion, version, placed in db.session.execute(
            select(Completion, CourseVersion, PlacementCompletion.id)
            .join(CourseVersion, CourseVersion.id == Completion.course_version_id)
            .outerjoin(PlacementCompletion, PlacementCompletion.completion_id == Completion.id)
            .where(Completion.public_id.in_(wanted))
        )
    }
    return [
        Proof(
            public_id,
            version.title,
            version.number,
            clock.to_zone(completion.completed_at, time_zone).date(),
            completion.score_percent,
            placed is not None,
        )
        for public_id in wanted
        if public_id in rows
        for completion, version, placed in [rows[public_id]]
    ]


def find_previous(certificate: Certificate) -> Certificate | None:
    """What a certificate renews."""
    if certificate.previous_id is None:
        return None
    return db.session.get(Certificate, certificate.previous_id)


def find_successor(certificate: Certificate) -> Certificate | None:
    """The certificate that renews this one, if it still stands."""
    return db.session.scalars(
        select(Certificate)
        .where(Certificate.previous_id == certificate.id, Certificate.revoked_at.is_(None))
        .order_by(Certificate.id.desc())
        .limit(1)
    ).one_or_none()


def list_chain(certificate: Certificate) -> list[Certificate]:
    """All that the same person was issued of the same scheme, the newest first: what renewed what, and
    what began anew."""
    return list(
        db.session.scalars(
            select(Certificate)
            .options(defer(Certificate.facts))
            .where(
                Certificate.user_id == certificate.user_id,
                Certificate.certification_id == certificate.certification_id,
            )
            .order_by(Certificate.id.desc())
            .limit(MAX_OFFERED)
        )
    )


def list_names(user_ids: Sequence[int | None]) -> dict[int, str]:
    """Names of people by key."""
    keys = {key for key in user_ids if key is not None}
    return dict(db.session.execute(select(User.id, User.name).where(User.id.in_(keys))).all())


# -- several -----------------------------------------------------------------------------------


def list_my_certificates(actor: Actor) -> list[HeldCertificate]:
    """What the acting person holds of this vendor: what counts first, then the newest first."""
    rows = _held(actor, Certificate.user_id == actor.user_id)
    order = {Status.EXPIRING: 0, Status.VALID: 0, Status.GRACE: 1, Status.EXPIRED: 2, Status.REVOKED: 3}
    return sorted(rows, key=lambda row: order.get(row.status, 4))


def list_expiring(actor: Actor, days: int, limit: int = 50) -> list[HeldCertificate]:
    """Certificates within reach whose last day is within `days` and that nothing renewed, soonest first.

    Only of people who belong here today; for those who see nobody else's, their own.
    """
    statement = is_expiring(actor, days, today_of(actor))
    return _held(actor, *statement, order=(Certificate.expires_on, Certificate.id), limit=limit)


def count_expiring(actor: Actor, days: int) -> int:
    """How many list_expiring would list without a limit."""
    criteria = is_expiring(actor, days, today_of(actor))
    return db.session.execute(select(func.count(Certificate.id)).where(*criteria)).scalar_one()


def count_expiring_by_days(actor: Actor, spans: Sequence[int]) -> dict[int, int]:
    """The same for several spans, in one query."""
    today = today_of(actor)
    counted = [
        func.count(Certificate.id).filter(Certificate.expires_on <= today + timedelta(days=days))
        for days in spans
    ]
    row = db.session.execute(select(*counted).where(*is_expiring(actor, max(spans), today))).one()
    return dict(zip(spans, row, strict=True))


def is_expiring(actor: Actor, days: int, today: date) -> tuple[Any, ...]:
    if reaches_others(actor):
        # Asked of the few that expire, rather than after listing everybody.
        people = _people_now(actor, P.CERTIFICATE_VIEW)
        whose = people.where(Membership.user_id == Certificate.user_id).correlate(Certificate).exists()
    else:
        whose = Certificate.user_id == actor.user_id
    return (
        whose,
        Certificate.revoked_at.is_(None),
        Certificate.expires_on >= today,
        Certificate.expires_on <= today + timedelta(days=days),
        ~is_renewed(),
    )


def is_renewed() -> Any:
    """The criterion of a certificate that another one, not revoked, follows."""
    return Certificate.renewed_on.is_not(None)


def has_status(status: Status, today: date) -> Any:
    """The criterion that status_of answers with `status` today."""
    soon = today + timedelta(days=EXPIRING_DAYS)
    renewed = and_(Certificate.renewed_on.is_not(None), Certificate.renewed_on <= today)
    stands = Certificate.revoked_at.is_(None) & ~renewed
    over = stands & (Certificate.expires_on < today)
    in_grace = and_(Certificate.grace_until.is_not(None), Certificate.grace_until >= today)
    return {
        Status.REVOKED: Certificate.revoked_at.is_not(None),
        Status.RENEWED: Certificate.revoked_at.is_(None) & renewed,
        Status.GRACE: over & in_grace,
        Status.EXPIRED: over & ~in_grace,
        Status.EXPIRING: stands & Certificate.expires_on.between(today, soon),
        Status.VALID: stands & or_(Certificate.expires_on.is_(None), Certificate.expires_on > soon),
    }[status]


def select_certificates(actor: Actor) -> Select[Any]:
    """(Certificate, Certification, person, company) of every certificate within reach."""
    return (
        select(
            Certificate,
            Certification,
            User.name.label("person"),
            Partnership.name.label("partner"),
        )
        .join(Certification, Certification.id == Certificate.certification_id)
        .join(User, User.id == Certificate.user_id)
        .outerjoin(Partnership, Partnership.id == Certificate.partnership_id)
        .options(defer(Certificate.facts))
        .where(reachable(actor))
    )


def certificates(actor: Actor) -> Select[Any]:
    """The same certificates alone: who only counts and sorts them need not look everything else up."""
    return select(Certificate).where(reachable(actor))


def one_of(model: Any, column: Any, key: Any) -> Any:
    """A column of what a certificate's `key` points at, as a value."""
    return select(column).where(model.id == key).correlate(Certificate).scalar_subquery()


def list_partners(actor: Actor) -> list[tuple[UUID, str]]:
    """The companies that certificates within reach were issued at, by name; the first 200."""
    rows = db.session.execute(
        select(Partnership.public_id, Partnership.name)
        .where(
            Partnership.id.in_(
                select(Certificate.partnership_id).where(
                    reachable(actor), Certificate.partnership_id.is_not(None)
                )
            )
        )
        .order_by(Partnership.name_folded, Partnership.id)
        .limit(MAX_OFFERED)
    )
    return [(public_id, name) for public_id, name in rows]


def _held(
    actor: Actor, *criteria: Any, order: tuple[Any, ...] = (), limit: int | None = None
) -> list[HeldCertificate]:
    today = today_of(actor)
    rows = db.session.execute(
        select(Certificate, Certification, User, Partnership.name)
        .join(Certification, Certification.id == Certificate.certification_id)
        .join(User, User.id == Certificate.user_id)
        .outerjoin(Partnership, Partnership.id == Certificate.partnership_id)
        .options(defer(Certificate.facts))
        .where(*criteria)
        .order_by(*(order or (Certificate.issued_at.desc(), Certificate.id.desc())))
        .limit(limit)
    ).all()
    papers: dict[int, list[Paper]] = {}
    for certificate_id, paper in db.session.execute(
        select(CertificateFile.certificate_id, CertificateFile.paper)
        .where(CertificateFile.certificate_id.in_([row[0].id for row in rows]))
        .order_by(CertificateFile.id)
    ):
        papers.setdefault(certificate_id, []).append(paper)
    return [
        HeldCertificate(
            public_id=certificate.public_id,
            number=certificate.number,
            certification=certification.name,
            skill_level=certification.skill_level,
            person=user.name,
            person_public_id=user.public_id,
            partner=partner or "",
            issued_on=certificate.issued_on,
            expires_on=certificate.expires_on,
            status=status_of(certificate, today),
            days_left=(certificate.expires_on - today).days if certificate.expires_on else None,
            papers=tuple(papers.get(certificate.id, ())),
        )
        for certificate, certification, user, partner in rows
    ]
