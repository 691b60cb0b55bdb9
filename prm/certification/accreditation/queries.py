"""Reading accreditations and awards."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import contains_eager, defer, joinedload

from prm.access import Actor, visible
from prm.accounts.models import Membership, User
from prm.accounts.queries import is_current
from prm.certification.accreditation.judging import Line, Paper, Somebody
from prm.certification.accreditation.models import Accreditation, AccreditationAward, AccreditationRule
from prm.certification.models import Certificate, Certification
from prm.errors import NotFound
from prm.extensions import db
from prm.partners.models import Partnership, PartnershipBranch, Region
from prm.permissions import P


@dataclass(frozen=True)
class Offered:
    """An accreditation, what it asks, and how many companies have it today."""

    row: Accreditation
    rules: tuple[AccreditationRule, ...]
    region: str
    awards: int


# -- what can be awarded -----------------------------------------------------------------------


def get_accreditation(actor: Actor, accreditation_id: UUID) -> Accreditation:
    """One by public id, to change it. Raises NotFound."""
    found = db.session.scalars(
        visible(select(Accreditation), actor, P.SCHEME_EDIT).where(
            Accreditation.public_id == accreditation_id
        )
    ).one_or_none()
    if found is None:
        raise NotFound
    return found


def list_accreditations(actor: Actor) -> list[Accreditation]:
    """All of the vendor's, by name."""
    statement = select(Accreditation).where(Accreditation.vendor_id == actor.vendor_id)
    return list(db.session.scalars(statement.order_by(func.lower(Accreditation.name), Accreditation.id)))


def list_offered(actor: Actor) -> list[Offered]:
    """All of the vendor's with their rules, by name."""
    rows = list_accreditations(actor)
    rules = list_rules([row.id for row in rows])
    counts = dict(
        db.session.execute(
            select(AccreditationAward.accreditation_id, func.count(AccreditationAward.id))
            .where(AccreditationAward.ended_at.is_(None))
            .group_by(AccreditationAward.accreditation_id)
        ).all()
    )
    regions = dict(db.session.execute(select(Region.id, Region.name)).all())
    return [
        Offered(row, tuple(rules.get(row.id, ())), regions.get(row.region_id, ""), counts.get(row.id, 0))
        for row in rows
    ]


def list_rules(accreditation_keys: Collection[int]) -> dict[int, list[AccreditationRule]]:
    """The rules of accreditations, in their order."""
    found: dict[int, list[AccreditationRule]] = defaultdict(list)
    for rule in db.session.scalars(
        select(AccreditationRule)
        .options(joinedload(AccreditationRule.certification))
        .where(AccreditationRule.accreditation_id.in_(accreditation_keys))
        .order_by(AccreditationRule.accreditation_id, AccreditationRule.position)
    ):
        found[rule.accreditation_id].append(rule)
    return found


def line_of(rule: AccreditationRule) -> Line:
    return Line(rule.minimum, rule.certification_id, rule.skill_level, rule.job_function)


# -- what it is judged from --------------------------------------------------------------------


def read_people(partner_keys: Collection[int]) -> dict[int, list[Somebody]]:
    """By company (key of the partner), the people who belong to it now and what they hold."""
    certificates: dict[int, list[Paper]] = defaultdict(list)
    rows = db.session.execute(
        select(Membership.partner_id, Membership.user_id, Membership.job_functions)
        .join(User, User.id == Membership.user_id)
        .where(Membership.partner_id.in_(partner_keys), is_current(), User.is_active)
        .order_by(Membership.user_id, Membership.id)
    ).all()
    belongs = select(Membership.user_id).where(Membership.partner_id.in_(partner_keys), is_current())
    for user_key, scheme_key, level, issued_on, expires_on in db.session.execute(
        select(
            Certificate.user_id, Certificate.certification_id, Certification.skill_level,
            Certificate.issued_on, Certificate.expires_on,
        )
        .join(Certification, Certification.id == Certificate.certification_id)
        .where(Certificate.revoked_at.is_(None), Certificate.user_id.in_(belongs))
    ):  # fmt: skip
        certificates[user_key].append(Paper(scheme_key, level, issued_on, expires_on))
    people: dict[int, dict[int, Somebody]] = defaultdict(dict)
    for partner_key, user_key, functions in rows:
        known = people[partner_key].get(user_key)
        both = frozenset(functions) | (known.job_functions if known else frozenset())
        people[partner_key][user_key] = Somebody(user_key, both, tuple(certificates.get(user_key, ())))
    return {partner_key: list(found.values()) for partner_key, found in people.items()}


def read_regions(partnership_keys: Collection[int]) -> dict[int, set[int]]:
    """By partnership, the regions of its head office and its branches."""
    found: dict[int, set[int]] = defaultdict(set)
    for statement in (
        select(Partnership.id, Partnership.region_id).where(Partnership.id.in_(partnership_keys)),
        select(PartnershipBranch.partnership_id, PartnershipBranch.region_id).where(
            PartnershipBranch.partnership_id.in_(partnership_keys)
        ),
    ):
        for key, region_key in db.session.execute(statement):
            if region_key is not None:
                found[key].add(region_key)
    return found


# -- awards ------------------------------------------------------------------------------------


def select_awards(actor: Actor) -> Select[Any]:
    """Every award within reach, past ones too, with its company and accreditation."""
    statement = (
        select(AccreditationAward)
        .join(AccreditationAward.partnership)
        .join(AccreditationAward.accreditation)
        .options(
            contains_eager(AccreditationAward.partnership),
            contains_eager(AccreditationAward.accreditation),
            defer(AccreditationAward.facts),
        )
    )
    return visible(statement, actor, P.ACCREDITATION_VIEW)


def get_award(actor: Actor, award_id: UUID) -> AccreditationAward:
    """One award by public id. Raises NotFound."""
    statement = visible(select(AccreditationAward), actor, P.ACCREDITATION_VIEW)
    found = db.session.scalars(statement.where(AccreditationAward.public_id == award_id)).one_or_none()
    if found is None:
        raise NotFound
    return found


def list_of_partnership(actor: Actor, partnership: Partnership, as_of: date) -> list[AccreditationAward]:
    """A company's awards as of a day, those in force first, then the newest; none that began later."""
    statement = select_awards(actor).where(
        AccreditationAward.partnership_id == partnership.id, AccreditationAward.awarded_on <= as_of
    )
    rows = list(db.session.scalars(statement.order_by(AccreditationAward.id.desc())))
    return sorted(rows, key=lambda row: row.ended_on is not None and row.ended_on <= as_of)


def list_history(award: AccreditationAward) -> list[AccreditationAward]:
    """Every award of the same accreditation to the same company, the newest first."""
    return list(
        db.session.scalars(
            select(AccreditationAward)
            .where(
                AccreditationAward.accreditation_id == award.accreditation_id,
                AccreditationAward.partnership_id == award.partnership_id,
            )
            .order_by(AccreditationAward.id.desc())
            .limit(100)
        )
    )


def list_people(awards: Sequence[AccreditationAward]) -> dict[int, str]:
    """The names of the people whom awards hang on or rest on, by key."""
    keys = {key for award in awards for key in award.hangs_on}
    keys |= {key for award in awards for line in award.holders for key in line}
    return dict(db.session.execute(select(User.id, User.name).where(User.id.in_(keys))).all())
