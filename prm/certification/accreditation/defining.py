"""Making and changing accreditations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import delete, select

from prm.access import Actor, require, visible
from prm.accounts.models import JobFunction
from prm.certification.accreditation.models import Accreditation, AccreditationRule
from prm.certification.models import Certification
from prm.certification.services.texts import one_line
from prm.errors import Conflict, DomainError
from prm.extensions import db
from prm.infra import clock
from prm.journal.services import lock_chain, record
from prm.partners.models import Region
from prm.permissions import P
from prm.training.models import SkillLevel

MAX_RULES = 10
MAX_PEOPLE = 1000


@dataclass(frozen=True)
class Wanted:
    """A rule as somebody asks for it: at least so many people certified."""

    minimum: int
    certification_id: UUID | None = None
    skill_level: SkillLevel | None = None
    job_function: str = ""


def create_accreditation(
    actor: Actor,
    *,
    name: str,
    summary: str = "",
    skill_level: SkillLevel = SkillLevel.FOUNDATION,
    region: str = "",
    rules: Sequence[Wanted],
    is_active: bool = True,
) -> Accreditation:
    """Make an accreditation; companies that meet it are awarded it soon. `region` empty: anywhere.

    Raises DomainError naming the field that cannot be.
    """
    require(actor, P.SCHEME_EDIT)
    lock_chain()
    region_key, certifications = _check(actor, name, region, rules, None)
    row = Accreditation(
        vendor_id=actor.vendor_id,
        name=one_line(name, 200),
        summary=one_line(summary, 1000),
        skill_level=skill_level,
        region_id=region_key,
        is_active=is_active,
        created_at=clock.now(),
        changed_at=clock.now(),
    )
    db.session.add(row)
    db.session.flush()
    _write_rules(row, rules, certifications)
    _record(actor, "accreditation.created", row, region, rules)
    return row


def change_accreditation(
    actor: Actor,
    row: Accreditation,
    *,
    name: str,
    summary: str,
    skill_level: SkillLevel,
    region: str,
    rules: Sequence[Wanted],
    is_active: bool,
    revision: int,
) -> None:
    """Change what it asks; every company is looked at anew soon. What was awarded keeps its facts.

    Raises DomainError as create_accreditation does, Conflict where `revision` is no longer the newest.
    """
    require(actor, P.SCHEME_EDIT)
    lock_chain()
    db.session.refresh(row)
    if row.revision != revision:
        raise Conflict(
            _("Somebody else changed this accreditation meanwhile. Look at it again before you save.")
        )
    region_key, certifications = _check(actor, name, region, rules, row)
    row.name, row.summary = one_line(name, 200), one_line(summary, 1000)
    row.skill_level, row.region_id, row.is_active = skill_level, region_key, is_active
    row.changed_at = clock.now()
    db.session.execute(delete(AccreditationRule).where(AccreditationRule.accreditation_id == row.id))
    _write_rules(row, rules, certifications)
    _record(actor, "accreditation.changed", row, region, rules)


def wanted_of(rules: Sequence[AccreditationRule]) -> list[Wanted]:
    """Rules as somebody would ask for them."""
    return [
        Wanted(
            rule.minimum,
            rule.certification.public_id if rule.certification is not None else None,
            rule.skill_level,
            rule.job_function,
        )
        for rule in rules
    ]


def _check(
    actor: Actor, name: str, region: str, rules: Sequence[Wanted], row: Accreditation | None
) -> tuple[int | None, dict[UUID, int]]:
    """The region's key, and the keys of the certifications that the rules name."""
    plain = one_line(name, 200)
    if not plain:
        raise DomainError(_("An accreditation needs a name."), {"name": _("Enter a name.")})
    taken = select(Accreditation.id).where(Accreditation.name == plain)
    if row is not None:
        taken = taken.where(Accreditation.id != row.id)
    if db.session.scalars(taken).first() is not None:
        message = _("There is already an accreditation called “%(name)s”.", name=plain)
        raise DomainError(message, {"name": message})
    region_key = None
    if region:
        region_key = db.session.scalars(select(Region.id).where(Region.name == region)).one_or_none()
        if region_key is None:
            message = _("Choose one of the regions.")
            raise DomainError(message, {"region": message})
    if not rules or len(rules) > MAX_RULES:
        message = _("Ask for certified people, by one rule at least.")
        raise DomainError(message, {"rules": message})
    for rule in rules:
        if not 1 <= rule.minimum <= MAX_PEOPLE:
            message = _("Ask for between 1 and 1,000 people.")
            raise DomainError(message, {"rules": message})
        if rule.job_function and rule.job_function not in set(JobFunction):
            raise DomainError(_("Choose one of the job functions."))
    named = {rule.certification_id for rule in rules if rule.certification_id is not None}
    known = dict(
        db.session.execute(
            visible(
                select(Certification.public_id, Certification.id), actor, P.SCHEME_VIEW, Certification
            ).where(Certification.public_id.in_(named))
        ).all()
    )
    if len(known) < len(named):
        message = _("Choose among your certifications.")
        raise DomainError(message, {"rules": message})
    return region_key, known


def _write_rules(row: Accreditation, rules: Sequence[Wanted], certifications: dict[UUID, int]) -> None:
    for position, rule in enumerate(rules):
        db.session.add(
            AccreditationRule(
                vendor_id=row.vendor_id,
                accreditation_id=row.id,
                position=position,
                minimum=rule.minimum,
                certification_id=certifications[rule.certification_id] if rule.certification_id else None,
                skill_level=rule.skill_level,
                job_function=rule.job_function,
            )
        )
    db.session.flush()


def _record(actor: Actor, action: str, row: Accreditation, region: str, rules: Sequence[Wanted]) -> None:
    record(
        actor,
        action,
        row,
        facts={
            "name": row.name,
            "level": row.skill_level.value,
            "region": region or None,
            "is_active": row.is_active,
            "rules": [
                {
                    "minimum": rule.minimum,
                    "certification": rule.certification_id,
                    "level": rule.skill_level.value if rule.skill_level else None,
                    "function": rule.job_function or None,
                }
                for rule in rules
            ],
        },
    )
