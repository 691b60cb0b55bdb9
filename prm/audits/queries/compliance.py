"""Is a partnership compliant, as of a date, and what is the evidence?

Everything is read in a fixed number of queries, however many partnerships there are.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import func, or_, select

from prm.access import Actor, visible
from prm.accounts.models import Membership, User
from prm.audits.models import CompliancePolicy
from prm.audits.policy import (
    AgreementCurrent,
    CertifiedPeople,
    Rule,
    TrainingCurrent,
    add_months,
    from_row,
)
from prm.certification.models import Certificate, Certification
from prm.extensions import db
from prm.infra import clock
from prm.partners.models import Partnership, PartnershipStatus, Region
from prm.partners.queries.agreements import accepted_dates
from prm.permissions import P
from prm.training.models import Completion, Course, CourseVersion, Enrolment
from prm.vendors.models import Vendor


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


@dataclass(frozen=True)
class Policy:
    """One version of the policy in force. `certifications` names what its rules speak of."""

    number: int
    effective_on: date
    rules: tuple[Rule, ...]
    certifications: dict[UUID, str]


@dataclass
class _Facts:
    """What was true of people and partnerships at the end of one day in the vendor's zone."""

    people: dict[int, list[tuple[int, UUID, str, frozenset[str]]]]
    certificates: dict[tuple[int, UUID], list[tuple[date, date | None, date | None]]]
    overdue: dict[int, list[tuple[int, str, date]]]
    agreements: dict[int, date | None] = field(default_factory=dict)


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
    """Every partnership within reach that had not ended, against the policy then in force, by name."""
    policy = find_policy(actor, as_of)
    statement = (
        select(Partnership, Region.name, User.name)
        .outerjoin(Region, Region.id == Partnership.region_id)
        .outerjoin(User, User.id == Partnership.manager_user_id)
        .order_by(Partnership.name_folded, Partnership.id)
    )
    if partnership_ids is None:
        statement = statement.where(Partnership.status != PartnershipStatus.ENDED)
    else:
        statement = statement.where(Partnership.id.in_(partnership_ids))
    rows = db.session.execute(visible(statement, actor, permission, Partnership)).all()
    facts = _read_facts(actor, [row[0] for row in rows], policy, as_of)
    return [
        Standing(
            partnership.id,
            partnership.public_id,
            partnership.name,
            partnership.status,
            region or "",
            manager or partnership.manager_name or "",
            tuple(_judge(rule, partnership, facts, policy, as_of) for rule in policy.rules) if policy else (),
        )
        for partnership, region, manager in rows
    ]


def _read_facts(
    actor: Actor, partnerships: Sequence[Partnership], policy: Policy | None, as_of: date
) -> _Facts:
    by_partner = {p.partner_id: p.id for p in partnerships if p.partner_id is not None}
    agreements = accepted_dates(partnerships, as_of)
    if policy is None or not by_partner:
        return _Facts({}, {}, {}, agreements)
    end = end_of_day(actor, as_of)
    people: dict[int, list[tuple[int, UUID, str, frozenset[str]]]] = defaultdict(list)
    for user_id, public_id, name, partner_id, functions in db.session.execute(
        select(User.id, User.public_id, User.name, Membership.partner_id, Membership.job_functions)
        .join(Membership, Membership.user_id == User.id)
        .where(
            Membership.partner_id.in_(by_partner),
            Membership.started_at < end,
            or_(Membership.ended_at.is_(None), Membership.ended_at >= end),
        )
        .order_by(User.name, User.id)
    ):
        people[by_partner[partner_id]].append((user_id, public_id, name, frozenset(functions)))
    certificates: dict[tuple[int, UUID], list[tuple[date, date | None, date | None]]] = defaultdict(list)
    zone = time_zone_of(actor)
    for user_id, certification, issued_on, expires_on, revoked_at in db.session.execute(
        select(
            Certificate.user_id,
            Certification.public_id,
            Certificate.issued_on,
            Certificate.expires_on,
            Certificate.revoked_at,
        )
        .join(Certification, Certification.id == Certificate.certification_id)
        .where(
            Certification.public_id.in_(policy.certifications),
            Certificate.issued_on <= as_of,
            Certificate.user_id.in_(_users_of(by_partner)),
        )
    ):
        revoked_on = clock.to_zone(revoked_at, zone).date() if revoked_at else None
        certificates[user_id, certification].append((issued_on, expires_on, revoked_on))
    return _Facts(people, certificates, read_overdue(by_partner, as_of, end), agreements)


def _users_of(by_partner: dict[int, int]) -> object:
    return select(Membership.user_id).where(Membership.partner_id.in_(by_partner))


def read_overdue(
    by_partner: dict[int, int], as_of: date, end: datetime
) -> dict[int, list[tuple[int, str, date]]]:
    """Courses past due by `as_of` and not completed by then: person, course, due date."""
    overdue: dict[int, list[tuple[int, str, date]]] = defaultdict(list)
    completed_since = select(Completion.course_id).where(
        Completion.user_id == Enrolment.user_id,
        Completion.course_id == Enrolment.course_id,
        Completion.completed_at < end,
    )
    for user_id, title, due_on in db.session.execute(
        select(Enrolment.user_id, CourseVersion.title, Enrolment.due_on)
        .join(Course, Course.id == Enrolment.course_id)
        .join(CourseVersion, CourseVersion.id == Enrolment.course_version_id)
        .where(
            Enrolment.due_on < as_of,
            Enrolment.assigned_at < end,
            Enrolment.user_id.in_(_users_of(by_partner)),
            ~completed_since.exists(),
        )
        .order_by(Enrolment.due_on, Enrolment.id)
    ):
        overdue[user_id].append((user_id, title, due_on))
    return overdue


def _judge(rule: Rule, partnership: Partnership, facts: _Facts, policy: Policy, as_of: date) -> Cell:
    people = facts.people.get(partnership.id, [])
    if isinstance(rule, AgreementCurrent):
        return _judge_agreement(rule, facts.agreements.get(partnership.id), as_of)
    if isinstance(rule, TrainingCurrent):
        reasons = tuple(
            Reason("overdue", name, public_id, title, due_on)
            for user_id, public_id, name, _functions in people
            for _user, title, due_on in facts.overdue.get(user_id, ())
        )
        return Cell(rule, not reasons, reasons)
    return _judge_certified(rule, people, facts, policy, as_of)


def _judge_agreement(rule: AgreementCurrent, accepted_on: date | None, as_of: date) -> Cell:
    if accepted_on is None or accepted_on > as_of:
        return Cell(rule, False, (Reason("agreement_missing"),))
    runs_out = add_months(accepted_on, rule.months)
    if runs_out < as_of:
        return Cell(rule, False, (Reason("agreement_ran_out", on=runs_out),))
    return Cell(rule, True)


def _judge_certified(
    rule: CertifiedPeople,
    people: list[tuple[int, UUID, str, frozenset[str]]],
    facts: _Facts,
    policy: Policy,
    as_of: date,
) -> Cell:
    holders: list[str] = []
    lapsed: list[Reason] = []
    others: list[Reason] = []
    name = policy.certifications.get(rule.certification_id, "")
    for user_id, public_id, person, functions in people:
        if rule.job_function and rule.job_function not in functions:
            continue
        held = facts.certificates.get((user_id, rule.certification_id), [])
        if any(is_valid_on(as_of, *dates) for dates in held):
            holders.append(person)
        elif held:
            code, on = max((_lapse(*dates) for dates in held), key=lambda lapse: lapse[1])
            lapsed.append(Reason(code, person, public_id, name, on))
        else:
            others.append(Reason("never_certified", person, public_id, name))
    is_met = len(holders) >= rule.minimum
    reasons = () if is_met else tuple([*lapsed, *others] or [Reason("nobody", subject=name)])
    return Cell(rule, is_met, reasons, len(holders), rule.minimum, tuple(holders))


def _lapse(_issued_on: date, expires_on: date | None, revoked_on: date | None) -> tuple[str, date]:
    if revoked_on is not None:
        return "revoked", revoked_on
    assert expires_on is not None
    return "expired", expires_on


def is_valid_on(day: date, issued_on: date, expires_on: date | None, revoked_on: date | None) -> bool:
    """Whether a certificate is valid on a day: its last day counts, the day of revocation does not."""
    return (
        issued_on <= day
        and (expires_on is None or expires_on >= day)
        and (revoked_on is None or revoked_on > day)
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


def count_compliant(standings: Iterable[Standing]) -> tuple[int, int]:
    """(compliant, judged): partnerships without a policy in force are not judged."""
    judged = [s for s in standings if s.is_compliant is not None]
    return sum(1 for s in judged if s.is_compliant), len(judged)


def next_policy_number() -> int:
    return (db.session.scalar(select(func.max(CompliancePolicy.number))) or 0) + 1
