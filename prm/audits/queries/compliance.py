"""Is a partnership compliant, as of a date, and what is the evidence?

Everything is read in a fixed number of queries, however many partnerships there are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select

from prm.access import Actor, visible
from prm.accounts.models import User
from prm.audits.models import CompliancePolicy
from prm.audits.policy import CertifiedPeople, Policy, Rule, from_row
from prm.audits.queries.judging import Ground, Subject, Verdict, judge
from prm.certification.models import Certification
from prm.extensions import db
from prm.infra import clock
from prm.partners.models import Partnership, PartnershipStatus, Region
from prm.permissions import P
from prm.training.models import CourseVersion, Enrolment
from prm.vendors.models import Vendor

_NAMED_AT_ONCE = 5000


@dataclass(frozen=True)
class Reason:
    """Why a rule is not met: a stable code for the wording, the person and the date it hangs on."""

    code: str
    person: str = ""
    person_id: UUID | None = None
    subject: str = ""
    on: date | None = None


@dataclass(frozen=True)
class Cell:
    """One rule for one partnership. `held` of `needed` where the rule counts people."""

    rule: Rule
    is_met: bool
    reasons: tuple[Reason, ...] = ()
    held: int | None = None
    needed: int | None = None
    people: tuple[str, ...] = ()


@dataclass(frozen=True)
class Standing:
    """A partnership against the policy, as of a date. `is_compliant` None: no policy was in force."""

    partnership_id: int
    public_id: UUID
    name: str
    status: PartnershipStatus
    region: str
    manager: str
    cells: tuple[Cell, ...]

    @property
    def is_compliant(self) -> bool | None:
        return all(cell.is_met for cell in self.cells) if self.cells else None


def find_policy(actor: Actor, as_of: date) -> Policy | None:
    """The version in force on a date: the latest that took effect by then."""
    row = db.session.scalars(
        select(CompliancePolicy)
        .where(CompliancePolicy.effective_on <= as_of)
        .order_by(CompliancePolicy.effective_on.desc(), CompliancePolicy.number.desc())
        .limit(1)
    ).one_or_none()
    return _policy(row) if row is not None else None


def list_policies(actor: Actor) -> list[Policy]:
    """Every version, newest first."""
    rows = db.session.scalars(select(CompliancePolicy).order_by(CompliancePolicy.number.desc()))
    return [_policy(row) for row in rows]


def _policy(row: CompliancePolicy) -> Policy:
    rules = tuple(from_row(rule) for rule in row.rules)
    wanted = {r.certification_id for r in rules if isinstance(r, CertifiedPeople)}
    names = db.session.execute(
        select(Certification.public_id, Certification.name).where(Certification.public_id.in_(wanted))
    )
    return Policy(row.number, row.effective_on, rules, dict(names.all()))


def list_standings(
    actor: Actor,
    as_of: date,
    *,
    permission: P = P.COMPLIANCE_VIEW,
    partnership_ids: Sequence[int] | None = None,
) -> list[Standing]:
    """Every partnership within reach that had not ended, against the policy then in force, by name.

    Judged anew, whatever the day. For many of them today see read_judged() in standings.py.
    """
    policy = find_policy(actor, as_of)
    statement = select_named(actor, permission).order_by(Partnership.name_folded, Partnership.id)
    if partnership_ids is None:
        statement = statement.where(Partnership.status != PartnershipStatus.ENDED)
    else:
        statement = statement.where(Partnership.id.in_(partnership_ids))
    rows = [tuple(row) for row in db.session.execute(statement)]
    verdicts = {}
    if policy is not None:
        subjects = [Subject(p.id, p.partner_id, p.agreement_accepted_on) for p, _region, _manager in rows]
        verdicts = judge(subjects, policy, as_of, time_zone_of(actor))
    return dress(rows, verdicts, policy)


def select_named(actor: Actor, permission: P) -> Select[Any]:
    """(Partnership, region's name, manager's name) of every partnership within reach."""
    statement = (
        select(Partnership, Region.name.label("region_name"), User.name.label("manager_user_name"))
        .outerjoin(Region, Region.id == Partnership.region_id)
        .outerjoin(User, User.id == Partnership.manager_user_id)
    )
    return visible(statement, actor, permission, Partnership)


def dress(
    rows: Sequence[tuple[Partnership, str | None, str | None]],
    verdicts: Mapping[int, Sequence[Verdict]],
    policy: Policy | None,
) -> list[Standing]:
    """Standings of verdicts, in the order of `rows`: with the names that people and courses have now."""
    standings: list[Standing] = []
    waiting: list[tuple[Partnership, str | None, str | None]] = []
    named = 0
    for row in rows:
        waiting.append(row)
        named += sum(len(v.reasons) + len(v.holders) for v in verdicts.get(row[0].id, ()))
        if named > _NAMED_AT_ONCE:
            standings += _dress_some(waiting, verdicts, policy)
            waiting, named = [], 0
    return standings + (_dress_some(waiting, verdicts, policy) if waiting else [])


def _dress_some(
    rows: Sequence[tuple[Partnership, str | None, str | None]],
    verdicts: Mapping[int, Sequence[Verdict]],
    policy: Policy | None,
) -> list[Standing]:
    names = _read_names([v for row in rows for v in verdicts.get(row[0].id, ())])
    return [
        Standing(
            partnership.id,
            partnership.public_id,
            partnership.name,
            partnership.status,
            region or "",
            manager or partnership.manager_name or "",
            tuple(
                _cell(rule, verdict, names, policy)
                for rule, verdict in zip(policy.rules, verdicts.get(partnership.id, ()), strict=True)
            )
            if policy is not None
            else (),
        )
        for partnership, region, manager in rows
    ]


@dataclass(frozen=True)
class _Names:
    """What keys stand for. `people` by place in the order of names, public id and name."""

    people: dict[int, tuple[int, UUID, str]]
    courses: dict[int, str]


def _read_names(verdicts: Sequence[Verdict]) -> _Names:
    users = {key for v in verdicts for key in v.holders}
    users |= {ground.user for v in verdicts for ground in v.reasons if ground.user is not None}
    enrolments = {g.enrolment for v in verdicts for g in v.reasons if g.enrolment is not None}
    # The database orders names, since it and Python may disagree about letters.
    people = db.session.execute(
        select(User.id, User.public_id, User.name).where(User.id.in_(users)).order_by(User.name, User.id)
    )
    courses = db.session.execute(
        select(Enrolment.id, CourseVersion.title)
        .join(CourseVersion, CourseVersion.id == Enrolment.course_version_id)
        .where(Enrolment.id.in_(enrolments))
    )
    return _Names(
        {key: (place, public_id, name) for place, (key, public_id, name) in enumerate(people)},
        dict(courses.all()),
    )


def _cell(rule: Rule, verdict: Verdict, names: _Names, policy: Policy) -> Cell:
    def place(ground: Ground) -> tuple[bool, int]:
        """Who once held it before who never did, then by name."""
        return ground.code == "never_certified", names.people[ground.user][0] if ground.user else 0

    certification = ""
    if isinstance(rule, CertifiedPeople):
        certification = policy.certifications.get(rule.certification_id, "")
    reasons = []
    for ground in sorted(verdict.reasons, key=place):
        _place, public_id, name = names.people[ground.user] if ground.user is not None else (0, None, "")
        subject = names.courses[ground.enrolment] if ground.enrolment is not None else certification
        reasons.append(Reason(ground.code, name, public_id, subject, ground.on))
    if not isinstance(rule, CertifiedPeople):
        return Cell(rule, verdict.is_met, tuple(reasons))
    holders = sorted(names.people[key][::2] for key in verdict.holders)
    return Cell(
        rule, verdict.is_met, tuple(reasons), len(holders), rule.minimum, tuple(name for _p, name in holders)
    )


# -- dates of the vendor -----------------------------------------------------------------------


def time_zone_of(actor: Actor) -> str:
    """The vendor's time zone: a report's days are its days."""
    return db.session.scalars(select(Vendor.time_zone).where(Vendor.id == actor.vendor_id)).one()


def today_of(actor: Actor) -> date:
    return clock.today(time_zone_of(actor))


def end_of_day(actor: Actor, day: date) -> datetime:
    """The first instant after `day` in the vendor's zone."""
    return clock.day_start(day + timedelta(days=1), time_zone_of(actor))


def next_policy_number() -> int:
    return (db.session.scalar(select(func.max(CompliancePolicy.number))) or 0) + 1
