"""Issuing certificates: on evidence, by decision, and to everybody who qualifies."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from flask import current_app
from flask_babel import format_date
from flask_babel import gettext as _
from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from prm.access import Actor, system_actor
from prm.accounts.models import User
from prm.certification.codes import new_code
from prm.certification.designs.queries import find_design
from prm.certification.models import (
    Certificate,
    CertificateCounter,
    Certification,
    CertificationVersion,
    IssueBasis,
    IssuedCode,
)
from prm.certification.queries.certificates import today_of
from prm.certification.queries.people import find_partnership
from prm.certification.queries.qualifying import Met, Qualified, list_qualified
from prm.certification.queries.schemes import (
    list_belonging,
    list_schemes_building_on,
    list_schemes_needing,
    list_schemes_of_experience,
    list_schemes_on_path,
)
from prm.certification.queries.versions import get_version
from prm.certification.services.files import make_file_due
from prm.certification.services.keys import ensure_signing_key
from prm.certification.services.texts import required_reason
from prm.certification.validity import last_day_of_grace, last_valid_day, may_renew
from prm.errors import Conflict, DomainError
from prm.extensions import db
from prm.infra import clock
from prm.infra.ids import new_public_id
from prm.journal.services import lock_chain, record
from prm.partners.models import Partnership
from prm.training.models import Completion
from prm.training.models.paths import PathCompletion
from prm.vendors.models import Vendor

FACTS_FORMAT = 1
ON_EXPERIENCE_AT_ONCE = 200
MAX_PREFIX = 20


def issue_on_evidence(actor: Actor, completion: Completion) -> list[Certificate]:
    """Issue what a completion completes: a certificate of every active scheme that is met by it.

    Nothing where a valid one is held that is not due for renewal. Recording the completion holds
    the vendor's chain, so that of two completions at once the later sees the earlier.
    """
    schemes = list_schemes_needing(completion)
    return _issue_of(schemes, completion.vendor_id, completion.user_id, completion.partnership_id)


def issue_on_path(actor: Actor, completion: PathCompletion) -> list[Certificate]:
    """The same for a learning path that was completed."""
    schemes = list_schemes_on_path(completion)
    return _issue_of(schemes, completion.vendor_id, completion.user_id, completion.partnership_id)


def issue_on_certificate(actor: Actor, certificate: Certificate) -> list[Certificate]:
    """Issue what a certificate completes: of every active scheme that it was the last prerequisite of."""
    schemes = list_schemes_building_on(certificate)
    return _issue_of(schemes, certificate.vendor_id, certificate.user_id, certificate.partnership_id)


def issue_on_experience(actor: Actor, *, limit: int = ON_EXPERIENCE_AT_ONCE) -> int:
    """Issue what deals won have completed, to at most `limit` people; how many certificates."""
    lock_chain()
    issued = 0
    for scheme in list_schemes_of_experience():
        for qualified in list_issuable(actor, scheme)[: limit - issued]:
            user = db.session.get_one(User, qualified.user_key)
            _issue(actor, scheme, user, IssueBasis.EVIDENCE, evidence=qualified.evidence)
            issued += 1
    return issued


def renew_certificate(actor: Actor, certificate: Certificate) -> Certificate:
    """Renew one's own certificate where everything that renewing it asks is done.

    Raises Conflict where something is missing still, or it is too early.
    """
    lock_chain()
    scheme = certificate.certification
    qualified = list_qualified(scheme, system_actor(certificate.vendor_id), [certificate.user_id])
    if actor.user_id != certificate.user_id or not qualified:
        raise Conflict(_("Certificate %(number)s cannot be renewed yet.", number=certificate.number))
    user = db.session.get_one(User, certificate.user_id)
    return _issue(
        actor,
        scheme,
        user,
        IssueBasis.EVIDENCE,
        evidence=qualified[0].evidence,
        otherwise_at=certificate.partnership_id,
    )


def issue_by_decision(actor: Actor, scheme: Certification, user: User, *, reason: str) -> Certificate:
    """Issue a certificate to a person because the actor says so, with a reason that is kept.

    Raises DomainError without a reason or for a scheme that is closed, Conflict where the person
    holds a valid certificate that is not due for renewal.
    """
    lock_chain()
    reason = required_reason(reason)
    if not scheme.is_active:
        message = _("“%(name)s” is closed: no certificate of it is issued.", name=scheme.name)
        raise DomainError(message, {"certification": message})
    today = today_of(actor)
    for held in _list_held(scheme, user):
        if not may_renew(held, today):
            raise Conflict(_already_held(user, held))
    return _issue(actor, scheme, user, IssueBasis.DECISION, reason=reason)


def issue_to_people(actor: Actor, scheme: Certification, user_keys: Collection[int]) -> list[Certificate]:
    """Issue a certificate to those of some people who meet a scheme and belong here today.

    Their files are due, but no job is told of each: the caller prints them.
    """
    lock_chain()
    belonging = list_belonging(actor)
    chosen = [q for q in list_qualified(scheme, actor, user_keys) if q.user_key in belonging]
    users = {
        user.id: user
        for user in db.session.scalars(select(User).where(User.id.in_([q.user_key for q in chosen])))
    }
    return [
        _issue(
            actor,
            scheme,
            users[qualified.user_key],
            IssueBasis.EVIDENCE,
            evidence=qualified.evidence,
            is_one_of_many=True,
        )
        for qualified in chosen
    ]


def list_issuable(actor: Actor, scheme: Certification) -> list[Qualified]:
    """Who meets a scheme, belongs here today and holds nothing valid of it."""
    belonging = list_belonging(actor)
    return [q for q in list_qualified(scheme, actor) if q.user_key in belonging]


# -- parts -------------------------------------------------------------------------------------


def _issue_of(
    schemes: Sequence[Certification], vendor_key: int, user_key: int, otherwise_at: int | None
) -> list[Certificate]:
    actor = system_actor(vendor_key)
    issued = []
    for scheme in schemes:
        for qualified in list_qualified(scheme, actor, [user_key]):
            user = db.session.get_one(User, qualified.user_key)
            issued.append(
                _issue(
                    actor,
                    scheme,
                    user,
                    IssueBasis.EVIDENCE,
                    evidence=qualified.evidence,
                    otherwise_at=otherwise_at,
                )
            )
    return issued


def _issue(
    actor: Actor,
    scheme: Certification,
    user: User,
    basis: IssueBasis,
    *,
    evidence: Sequence[Met] = (),
    reason: str | None = None,
    otherwise_at: int | None = None,
    is_one_of_many: bool = False,
) -> Certificate:
    """Take a number, freeze the facts, make the first file due. `otherwise_at` is the key of the
    partnership to name where the person belongs to none today."""
    vendor = db.session.get_one(Vendor, actor.vendor_id)
    now = clock.now()
    issued_on = clock.to_zone(now, vendor.time_zone).date()
    ensure_signing_key(actor, vendor)
    partnership = find_partnership(user.id, vendor.id)
    if partnership is None and otherwise_at is not None:
        partnership = db.session.get(Partnership, otherwise_at)
    previous = _find_renewed(scheme, user)
    version = get_version(scheme, issued_on)
    expires_on = last_valid_day(issued_on, version.validity_months)
    certificate = Certificate(
        public_id=new_public_id(),
        vendor_id=vendor.id,
        number=_take_number(vendor, issued_on.year),
        code=new_code(),
        certification_id=scheme.id,
        version_id=version.id,
        user_id=user.id,
        partnership_id=partnership.id if partnership is not None else None,
        issued_at=now,
        issued_on=issued_on,
        expires_on=expires_on,
        grace_until=last_day_of_grace(expires_on, version.grace_days),
        basis=basis,
        reason=reason,
        issued_by_id=actor.user_id,
        previous_id=previous.id if previous is not None else None,
    )
    certificate.facts = freeze_facts(
        certificate, vendor, scheme, version, user, partnership, previous, evidence
    )
    if previous is not None:
        previous.renewed_on = issued_on
    db.session.add(certificate)
    db.session.add(IssuedCode(code=certificate.code, vendor_id=vendor.id))
    db.session.flush()
    record(
        actor,
        "certificate.issued",
        certificate,
        facts={
            "number": certificate.number,
            "certification": scheme.public_id,
            "user": user.public_id,
            "partnership": partnership.public_id if partnership is not None else None,
            "basis": basis.value,
            "version": version.number,
            "evidence": [each.done.public_id for each in evidence if each.done is not None],
            "previous": previous.number if previous is not None else None,
            "expires_on": certificate.expires_on,
        },
        personal={"name": user.name, "reason": reason},
    )
    make_file_due(actor, certificate, vendor.paper, now, is_one_of_many=is_one_of_many)
    return certificate


def freeze_facts(
    certificate: Certificate,
    vendor: Vendor,
    scheme: Certification,
    version: CertificationVersion,
    user: User,
    partnership: Partnership | None,
    previous: Certificate | None,
    evidence: Sequence[Met],
) -> dict[str, Any]:
    """All that the printed certificate shows, and what it rests on. No score: whoever is shown the
    certificate gets this too."""
    expires_on = certificate.expires_on
    done = sorted(
        (each.done for each in evidence if each.done is not None),
        key=lambda each: (each.completed_at, each.key),
    )
    return {
        "format": FACTS_FORMAT,
        "id": str(certificate.public_id),
        "number": certificate.number,
        "code": certificate.code,
        "verify_url": current_app.config["VERIFY_URL"] + certificate.code,
        "language": _language_of(user),
        "vendor": {"id": str(vendor.public_id), "name": vendor.name},
        "brand": {
            "primary": vendor.brand_primary,
            "ink": vendor.brand_ink,
            **({"logo": vendor.logo_sha256} if vendor.logo_sha256 else {}),
        },
        "person": {"id": str(user.public_id), "name": user.name},
        "partner": {"id": str(partnership.public_id), "name": partnership.name} if partnership else None,
        "certification": {
            "id": str(scheme.public_id),
            "name": scheme.name,
            "summary": scheme.summary,
            "level": scheme.skill_level.value,
            "version": version.number,
        },
        "issued_at": certificate.issued_at.isoformat(),
        "issued_on": certificate.issued_on.isoformat(),
        "expires_on": expires_on.isoformat() if expires_on else None,
        "time_zone": vendor.time_zone,
        "basis": certificate.basis.value,
        "evidence": [
            {
                "completion": str(each.public_id),
                "course": str(each.course_id),
                "title": each.title,
                "version": each.number,
                "completed_on": clock.to_zone(each.completed_at, vendor.time_zone).date().isoformat(),
            }
            for each in done
        ],
        "conditions": [dict(each.stated) for each in evidence if each.stated is not None],
        "previous": {"id": str(previous.public_id), "number": previous.number} if previous else None,
        **({"design": str(design.public_id)} if (design := find_design(scheme)) is not None else {}),
    }


def _language_of(user: User) -> str:
    """The person's language if the portal speaks it, else the portal's first, as a BCP 47 tag."""
    offered: list[str] = current_app.config["LANGUAGES"]
    return (user.locale if user.locale in offered else offered[0]).replace("_", "-")


def _take_number(vendor: Vendor, year: int) -> str:
    """The next number of the vendor: taken by a conditional UPDATE, given back if this fails."""
    session = db.session()
    is_postgresql = session.get_bind().dialect.name == "postgresql"
    insert = (pg_insert if is_postgresql else sqlite_insert)(CertificateCounter)
    session.execute(
        insert.on_conflict_do_nothing(index_elements=["vendor_id"]),
        [{"vendor_id": vendor.id, "last_number": 0}],
    )
    taken = session.execute(
        update(CertificateCounter)
        .where(CertificateCounter.vendor_id == vendor.id)
        .values(last_number=CertificateCounter.last_number + 1)
        .returning(CertificateCounter.last_number)
        .execution_options(synchronize_session=False)
    ).scalar_one()
    prefix = vendor.slug.upper()[:MAX_PREFIX].rstrip("-")
    return f"{prefix}-{year}-{taken:06}"


def _list_held(scheme: Certification, user: User) -> list[Certificate]:
    return list(
        db.session.scalars(
            select(Certificate)
            .where(Certificate.certification_id == scheme.id, Certificate.user_id == user.id)
            .order_by(Certificate.id)
        )
    )


def _find_renewed(scheme: Certification, user: User) -> Certificate | None:
    """The latest certificate that was not revoked: what a new one follows."""
    standing = [held for held in _list_held(scheme, user) if held.revoked_at is None]
    return standing[-1] if standing else None


def _already_held(user: User, held: Certificate) -> str:
    if held.expires_on is None:
        return _(
            "%(name)s already holds certificate %(number)s, which does not expire.",
            name=user.name,
            number=held.number,
        )
    return _(
        "%(name)s already holds certificate %(number)s, valid until %(date)s.",
        name=user.name,
        number=held.number,
        date=format_date(held.expires_on, "long", rebase=False),
    )
