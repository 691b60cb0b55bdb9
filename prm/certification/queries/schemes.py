"""Certification schemes: what they need, what a person can still earn."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from flask_babel import format_date
from flask_babel import gettext as _
from sqlalchemy import func, or_, select

from prm.access import Actor, visible
from prm.accounts.models import Membership, User
from prm.accounts.queries import is_current
from prm.certification.evidence import Taught, read_led, read_taught
from prm.certification.labels import rule_sentence
from prm.certification.models import Certificate, Certification, CertificationVersion
from prm.certification.queries.certificates import today_of
from prm.certification.queries.qualifying import Asked, Record, asked_of, meet, read_former, read_record
from prm.certification.queries.versions import find_versions, get_version, terms_of
from prm.certification.rules import (
    CertificationRule,
    ExamRule,
    ExperienceRule,
    LevelRule,
    PathRule,
    Rule,
    Teaching,
    Terms,
    reaches,
)
from prm.certification.validity import may_renew, status_of
from prm.errors import NotFound
from prm.extensions import db
from prm.infra import clock
from prm.infra.db import bound_vendor
from prm.partners.models import Partnership, PartnershipStatus
from prm.permissions import P
from prm.products.models import Product
from prm.training.models import Completion, CourseVersion
from prm.training.models.paths import LearningPath, PathCompletion
from prm.vendors.models import Vendor


@dataclass(frozen=True)
class SchemeRow:
    """A scheme in the list, what it asks today, and how many hold it. `next_on`: when that changes."""

    scheme: Certification
    version: CertificationVersion
    sentences: tuple[str, ...]
    next_on: date | None
    holders: int
    issued: int


@dataclass(frozen=True)
class Step:
    """Something that is asked of a person; `course_id` where a course is where to do it."""

    text: str
    course_id: UUID | None
    is_done: bool


@dataclass(frozen=True)
class Offer:
    """A scheme a person can earn, and how far they are."""

    scheme: Certification
    steps: tuple[Step, ...]

    @property
    def done(self) -> int:
        return sum(1 for step in self.steps if step.is_done)


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
    """Every scheme with what it asks today and how many hold it."""
    schemes = list_schemes(actor, is_active_only=False, permission=P.SCHEME_EDIT)
    today = today_of(actor)
    keys = [scheme.id for scheme in schemes]
    versions = find_versions(keys, today)
    to_come = dict(
        db.session.execute(
            select(CertificationVersion.certification_id, func.min(CertificationVersion.effective_on))
            .where(CertificationVersion.certification_id.in_(keys), CertificationVersion.effective_on > today)
            .group_by(CertificationVersion.certification_id)
        ).all()
    )
    terms = {key: terms_of(version) for key, version in versions.items()}
    named = read_named(terms.values())
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
        SchemeRow(
            scheme,
            versions[scheme.id],
            tuple(rule_sentence(rule, named) for rule in terms[scheme.id].rules),
            to_come.get(scheme.id),
            *counts.get(scheme.id, (0, 0)),
        )
        for scheme in schemes
    ]


def read_named(several: Iterable[Terms]) -> dict[UUID, str]:
    """What the things that versions speak of are called, by public id."""
    several = list(several)
    rules = [rule for terms in several for rule in terms.rules]
    named = {
        key: _("%(title)s, version %(number)s or later", title=taught.title, number=taught.number)
        for key, taught in read_taught({key for terms in several for key in terms.version_ids}).items()
    }
    for model, wanted in (
        (Certification, {r.certification_id for r in rules if isinstance(r, CertificationRule)}),
        (Product, {r.product_id for r in rules if isinstance(r, ExperienceRule) and r.product_id}),
    ):
        if wanted:
            rows = db.session.execute(select(model.public_id, model.name).where(model.public_id.in_(wanted)))
            named |= dict(rows.all())
    if paths := {rule.path_id for rule in rules if isinstance(rule, PathRule)}:
        rows = db.session.execute(
            select(LearningPath.public_id, LearningPath.title).where(LearningPath.public_id.in_(paths))
        )
        named |= dict(rows.all())
    return named


def list_schemes_needing(completion: Completion) -> list[Certification]:
    """Active schemes that a completion counts for: of the version they need, or a later one; or of a
    course on a path whose changes they ask for."""
    schemes, terms = _in_force()
    taught = read_taught({key for each in terms.values() for key in each.version_ids})
    number = db.session.scalars(
        select(CourseVersion.number).where(CourseVersion.id == completion.course_version_id)
    ).one()
    counting = {
        key
        for key, each in taught.items()
        if each.course_key == completion.course_id and each.number <= number
    }
    paths = {path_id for each in terms.values() for path_id in each.renewed_paths}
    led = read_led(paths) if paths else {}
    leading = {path_id for path_id, each in led.items() if completion.course_id in each.newest}
    return [
        scheme
        for scheme in schemes
        if terms[scheme.id].version_ids & counting or terms[scheme.id].renewed_paths & leading
    ]


def list_schemes_on_path(completion: PathCompletion) -> list[Certification]:
    """Active schemes that ask for the path completed."""
    schemes, terms = _in_force()
    path_id = db.session.scalars(
        select(LearningPath.public_id).where(LearningPath.id == completion.path_id)
    ).one()
    return [s for s in schemes if PathRule(path_id) in terms[s.id].rules]


def list_schemes_building_on(certificate: Certificate) -> list[Certification]:
    """Active schemes for which a certificate is a prerequisite."""
    schemes, terms = _in_force()
    held = certificate.certification

    def builds(rule: Rule) -> bool:
        if isinstance(rule, CertificationRule):
            return rule.certification_id == held.public_id
        return isinstance(rule, LevelRule) and reaches(held.skill_level, rule.level)

    return [s for s in schemes if s.id != held.id and any(builds(rule) for rule in terms[s.id].rules)]


def list_schemes_of_experience() -> list[Certification]:
    """Active schemes that ask for deals won: time and imports meet them, nobody's act."""
    schemes, terms = _in_force()
    return [s for s in schemes if any(isinstance(rule, ExperienceRule) for rule in terms[s.id].rules)]


def _in_force() -> tuple[list[Certification], dict[int, Terms]]:
    """Active schemes of the vendor served and what each asks today."""
    zone = db.session.scalars(select(Vendor.time_zone).where(Vendor.id == bound_vendor())).one()
    schemes = list(
        db.session.scalars(select(Certification).where(Certification.is_active).order_by(Certification.id))
    )
    versions = find_versions([scheme.id for scheme in schemes], clock.today(zone))
    return schemes, {key: terms_of(version) for key, version in versions.items()}


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
    wanted = [scheme for scheme in schemes if scheme.id not in held]
    versions = find_versions([scheme.id for scheme in wanted], today)
    terms = {key: terms_of(version) for key, version in versions.items()}
    record = read_record(actor, terms.values(), [actor.user_id])
    named = read_named(terms.values())
    offers = [
        Offer(scheme, _steps([Asked(r) for r in terms[scheme.id].rules], actor.user_id, record, named))
        for scheme in wanted
        if terms[scheme.id].rules
    ]
    return sorted(offers, key=lambda offer: (offer.done - len(offer.steps), -offer.done))


def list_renewal_steps(actor: Actor, certificate: Certificate) -> tuple[Step, ...]:
    """What renewing a certificate asks of its holder under the version in force, and what is done of it.

    Nothing where it cannot be renewed: too early, renewed or revoked already, or by decision alone.
    """
    today, scheme = today_of(actor), certificate.certification
    if certificate.revoked_at or certificate.renewed_on or certificate.withdrawn_at:
        return ()
    if not scheme.is_active or not may_renew(certificate, today):
        return ()
    terms = terms_of(get_version(scheme, today))
    user_key = certificate.user_id
    former = read_former(scheme, [user_key]).get(user_key, [])
    asked, is_light = asked_of(terms, former, today)
    record = read_record(actor, [terms], [user_key])
    steps = _steps(asked, user_key, record, read_named([terms]))
    if not steps or is_light:
        return steps
    met = [found for each in asked if (found := meet(each, user_key, record)) is not None]
    last_issue = max(each.issued_at for each in former)
    since = format_date(certificate.issued_on, "long", rebase=False)
    is_new = any(each.at > last_issue for each in met)
    return (*steps, Step(_("Something of it completed since %(date)s", date=since), None, is_new))


def _steps(
    asked: Sequence[Asked], user_key: int, record: Record, named: Mapping[UUID, str]
) -> tuple[Step, ...]:
    steps = []
    for each in asked:
        taught = record.taught.get(each.rule.version_id) if isinstance(each.rule, Teaching) else None
        text = taught.title if taught is not None else rule_sentence(each.rule, named)
        if taught is not None and isinstance(each.rule, ExamRule):
            text = _("%(title)s: at least %(minimum)s %%", title=text, minimum=each.rule.minimum)
        is_done = meet(each, user_key, record) is not None
        steps.append(Step(text, taught.course_id if taught is not None else None, is_done))
    return tuple(steps)


def offered_versions(published: Sequence[Any], kept: Iterable[Taught]) -> list[tuple[str, str, int]]:
    """(public id, title, number) to choose from: the newest of each course, and what is needed now."""
    offered = {str(v.public_id): (v.title, v.number) for v in published}
    offered.update({str(n.version_id): (n.title, n.number) for n in kept})
    rows = [(public_id, title, number) for public_id, (title, number) in offered.items()]
    return sorted(rows, key=lambda row: (row[1].casefold(), row[2], row[0]))
