"""Making and changing certification schemes: what they are called, and the versions of what they ask."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm.attributes import flag_modified

from prm.access import Actor, visible
from prm.certification.models import Certification, CertificationVersion
from prm.certification.queries.certificates import today_of
from prm.certification.queries.versions import find_versions, list_versions, terms_of
from prm.certification.rules import (
    CertificationRule,
    CourseRule,
    ExamRule,
    ExperienceRule,
    LevelRule,
    PathRule,
    Renewal,
    Rule,
    Teaching,
    Terms,
    to_row,
    to_rows,
)
from prm.certification.services.texts import one_line
from prm.errors import Conflict, DomainError
from prm.extensions import db
from prm.infra import clock
from prm.journal.services import lock_chain, record
from prm.permissions import P
from prm.products.models import Product
from prm.training.models import CourseVersion, SkillLevel, VersionStatus
from prm.training.queries.paths import list_published_paths

MAX_MONTHS = 600
MAX_NEEDED = 50
MAX_GRACE = 365
MAX_DEALS = 1000
MAX_AHEAD = timedelta(days=3660)


def create_scheme(
    actor: Actor,
    *,
    name: str,
    summary: str = "",
    skill_level: SkillLevel = SkillLevel.FOUNDATION,
    validity_months: int | None = 24,
    course_version_ids: Sequence[UUID] = (),
    is_active: bool = True,
    further: Sequence[Rule] = (),
    grace_days: int = 0,
    renewal: Renewal = Renewal.ANEW,
    renewal_exam: ExamRule | None = None,
) -> Certification:
    """Make a scheme that needs these published course versions (public ids) and what `further` says;
    without any rule, its certificates are issued by decision alone. Its first version holds from today.

    Raises DomainError naming the field that cannot be.
    """
    lock_chain()
    rules = (*map(CourseRule, dict.fromkeys(course_version_ids)), *further)
    terms = Terms(rules, validity_months, grace_days, renewal, renewal_exam)
    _check(actor, name, terms, skill_level, None)
    scheme = Certification(
        vendor_id=actor.vendor_id,
        name=one_line(name, 200),
        summary=one_line(summary, 1000),
        skill_level=skill_level,
        is_active=is_active,
        created_at=clock.now(),
    )
    db.session.add(scheme)
    db.session.flush()
    version = _write_version(actor, scheme, 1, today_of(actor), terms)
    record(actor, "certification.created", scheme, facts=_stated(scheme, version))
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
    further: Sequence[Rule] = (),
    grace_days: int = 0,
    renewal: Renewal = Renewal.ANEW,
    renewal_exam: ExamRule | None = None,
    effective_on: date | None = None,
) -> CertificationVersion:
    """Change a scheme. Other rules make a new version, which holds from `effective_on` (today) on; what was
    issued keeps its facts, its dates and the version it was issued under. Returns the newest version.

    Raises DomainError as create_scheme does, or for a date before today or before that of the version
    before; Conflict where `revision` is no longer the newest.
    """
    lock_chain()
    db.session.refresh(scheme)
    if scheme.revision != revision:
        raise Conflict(
            _("Somebody else changed this certification meanwhile. Look at it again before you save.")
        )
    rules = (*map(CourseRule, dict.fromkeys(course_version_ids)), *further)
    terms = Terms(rules, validity_months, grace_days, renewal, renewal_exam)
    newest = list_versions(scheme)[0]
    is_changed = is_other(terms, terms_of(newest))
    if is_changed:
        _check_date(actor, newest, effective_on)
    _check(actor, name, terms, skill_level, scheme)
    scheme.name = one_line(name, 200)
    scheme.summary = one_line(summary, 1000)
    scheme.skill_level = skill_level
    scheme.is_active = is_active
    version = newest
    if is_changed:
        # Two who change the rules alone are told apart, too.
        flag_modified(scheme, "name")
        version = _write_version(actor, scheme, newest.number + 1, effective_on or today_of(actor), terms)
    db.session.flush()
    record(actor, "certification.changed", scheme, facts=_stated(scheme, version))
    return version


def is_other(terms: Terms, before: Terms) -> bool:
    """Whether two versions ask different things, in whichever order they say them."""

    def said(each: Terms) -> tuple[Any, ...]:
        return (
            frozenset(each.rules), each.validity_months, each.grace_days, each.renewal, each.renewal_exam,
        )  # fmt: skip

    return said(terms) != said(before)


def _check_date(actor: Actor, newest: CertificationVersion, effective_on: date | None) -> None:
    today = today_of(actor)
    on = effective_on or today
    if on < today:
        message = _("Choose today or a later day: what was issued before names the rules of its day.")
    elif on < newest.effective_on:
        message = _("This version cannot take effect before the one it follows.")
    elif on > today + MAX_AHEAD:
        message = _("Choose a day within the next ten years.")
    else:
        return
    raise DomainError(message, {"effective_on": message})


def _check(
    actor: Actor, name: str, terms: Terms, skill_level: SkillLevel, scheme: Certification | None
) -> None:
    plain = one_line(name, 200)
    if not plain:
        raise DomainError(_("A certification needs a name."), {"name": _("Enter a name.")})
    taken = select(Certification.id).where(Certification.name == plain)
    if scheme is not None:
        taken = taken.where(Certification.id != scheme.id)
    if db.session.scalars(taken).first() is not None:
        message = _("There is already a certification called “%(name)s”.", name=plain)
        raise DomainError(message, {"name": message})
    if terms.validity_months is not None and not 1 <= terms.validity_months <= MAX_MONTHS:
        message = _("Validity goes from 1 to %(most)s months.", most=MAX_MONTHS)
        raise DomainError(message, {"validity_months": message})
    if not 0 <= terms.grace_days <= MAX_GRACE:
        message = _("Grace goes from 0 to %(most)s days.", most=MAX_GRACE)
        raise DomainError(message, {"grace_days": message})
    check_terms(actor, terms, skill_level, scheme)


def check_terms(actor: Actor, terms: Terms, skill_level: SkillLevel, scheme: Certification | None) -> None:
    """Raises DomainError for rules that cannot be, or that nobody could ever meet."""
    _check_taught(actor, terms)
    if terms.renewal is Renewal.EXAM and terms.renewal_exam is None:
        message = _("Choose the exam that renews a certificate.")
        raise DomainError(message, {"renewal_exam": message})
    is_taught = any(isinstance(rule, Teaching | PathRule) for rule in terms.rules)
    if terms.renewal is Renewal.DELTA and not is_taught:
        message = _("Without a course or path nothing can change: choose another way to renew.")
        raise DomainError(message, {"renewal": message})
    for rule in terms.others:
        if isinstance(rule, ExperienceRule):
            _check_experience(actor, rule)
        elif isinstance(rule, LevelRule) and rule.level not in _below(skill_level):
            message = _("A prerequisite is of a lower level than the certification itself.")
            raise DomainError(message, {"needs_level": message})
    _check_paths(actor, terms)
    _check_prerequisites(actor, terms, scheme)


def _check_paths(actor: Actor, terms: Terms) -> None:
    wanted = {rule.path_id for rule in terms.others if isinstance(rule, PathRule)}
    if not wanted <= {path.public_id for path in list_published_paths(actor)}:
        message = _("Choose among the published learning paths.")
        raise DomainError(message, {"paths": message})


def _check_taught(actor: Actor, terms: Terms) -> None:
    exams = [rule for rule in terms.taught if isinstance(rule, ExamRule)]
    if terms.renewal_exam is not None:
        exams.append(terms.renewal_exam)
    for exam in exams:
        if not 1 <= exam.minimum <= 100:
            message = _("A score goes from 1 to 100 percent.")
            raise DomainError(
                message, {"exams" if exam is not terms.renewal_exam else "renewal_exam": message}
            )
    wanted = terms.version_ids
    versions = {
        version.public_id: version
        for version in db.session.scalars(
            visible(select(CourseVersion), actor, P.COURSE_VIEW).where(
                CourseVersion.public_id.in_(wanted), CourseVersion.status == VersionStatus.PUBLISHED
            )
        )
    }
    if len(versions) < len(wanted) or len(terms.rules) > MAX_NEEDED:
        message = _("Choose among the published versions.")
        raise DomainError(message, {"versions": message})
    courses = [versions[rule.version_id].course_id for rule in terms.taught]
    if len(set(courses)) < len(courses):
        message = _("Choose one version of each course; later ones count too.")
        raise DomainError(message, {"versions": message})


def _check_experience(actor: Actor, rule: ExperienceRule) -> None:
    if not 1 <= rule.deals <= MAX_DEALS:
        message = _("Ask for between 1 and %(most)s deals.", most=MAX_DEALS)
        raise DomainError(message, {"deals": message})
    if not 1 <= rule.months <= 120:
        message = _("Ask for between 1 and 120 months.")
        raise DomainError(message, {"deal_months": message})
    known = visible(select(Product.id), actor, P.PRODUCT_VIEW, Product).where(
        Product.public_id == rule.product_id
    )
    if rule.product_id is not None and db.session.scalars(known).first() is None:
        message = _("Choose one of the products.")
        raise DomainError(message, {"deal_product": message})


def _check_prerequisites(actor: Actor, terms: Terms, scheme: Certification | None) -> None:
    """Others that exist, none of which needs this one, directly or by way of others."""
    wanted = [rule.certification_id for rule in terms.others if isinstance(rule, CertificationRule)]
    if not wanted:
        return
    others = {
        each.id: each.public_id
        for each in db.session.scalars(visible(select(Certification), actor, P.SCHEME_VIEW))
    }
    needs: dict[UUID, set[UUID]] = {}
    for key, version in find_versions(others, date.max).items():
        needs[others[key]] = {
            rule.certification_id for rule in terms_of(version).others if isinstance(rule, CertificationRule)
        }
    if not set(wanted) <= set(others.values()):
        message = _("Choose among your certifications.")
        raise DomainError(message, {"prerequisites": message})
    reached, waiting = set(wanted), list(wanted)
    while waiting:
        new = needs.get(waiting.pop(), set()) - reached
        reached |= new
        waiting += new
    if scheme is not None and scheme.public_id in reached:
        message = _("Two certifications cannot need each other: nobody could begin.")
        raise DomainError(message, {"prerequisites": message})


def _below(level: SkillLevel) -> tuple[SkillLevel, ...]:
    levels = tuple(SkillLevel)
    return levels[: levels.index(level)]


def _write_version(
    actor: Actor, scheme: Certification, number: int, effective_on: date, terms: Terms
) -> CertificationVersion:
    version = CertificationVersion(
        vendor_id=scheme.vendor_id,
        certification_id=scheme.id,
        number=number,
        effective_on=effective_on,
        rules=to_rows(terms.rules),
        validity_months=terms.validity_months,
        grace_days=terms.grace_days,
        renewal=terms.renewal,
        renewal_exam=to_row(terms.renewal_exam) if terms.renewal_exam else None,
        created_by_id=actor.user_id,
        created_at=clock.now(),
    )
    db.session.add(version)
    db.session.flush()
    return version


def _stated(scheme: Certification, version: CertificationVersion) -> dict[str, Any]:
    return {
        "name": scheme.name,
        "level": scheme.skill_level.value,
        "is_active": scheme.is_active,
        "version": version.number,
        "effective_on": version.effective_on,
        "validity_months": version.validity_months,
        "grace_days": version.grace_days,
        "renewal": version.renewal.value,
        "renewal_exam": version.renewal_exam,
        "rules": version.rules,
    }
