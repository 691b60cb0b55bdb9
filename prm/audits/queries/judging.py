"""Judging partnerships against a policy as of a date: from rows alone, in keys alone.

The verdicts of a day depend on what the database holds and on nothing else, not even on what time it
is. That is what lets them be kept: see prm/audits/services/standings.py, where every column that is
read here is either watched or known not to matter; a test compares the two.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import aliased

from prm.accounts.models import Membership
from prm.audits.policy import AgreementCurrent, CertifiedPeople, Policy, Rule, TrainingCurrent, add_months
from prm.certification.models import Certificate, Certification
from prm.extensions import db
from prm.infra import clock
from prm.partners.queries.agreements import accepted_dates
from prm.training.models import Completion, Course, CourseVersion, Enrolment

AT_ONCE = 1000
_Completed = aliased(CourseVersion, name="completed_version")


class Subject(NamedTuple):
    """A partnership as far as it matters here; `stated_on`: the day of agreement that the vendor states."""

    id: int
    partner_id: int | None
    stated_on: date | None


class Ground(NamedTuple):
    """Why a rule is not met: a stable code, whom and which enrolment it is about, since when."""

    code: str
    user: int | None = None
    enrolment: int | None = None
    on: date | None = None


@dataclass(frozen=True)
class Verdict:
    """One rule for one partnership. `holders` are the people who fulfil a rule that counts people."""

    is_met: bool
    reasons: tuple[Ground, ...] = ()
    holders: tuple[int, ...] = ()

    def as_row(self) -> dict[str, Any]:
        """What is stored of it; short, because there are many."""
        return {
            "met": self.is_met,
            "why": [[g.code, g.user, g.enrolment, g.on.isoformat() if g.on else None] for g in self.reasons],
            "who": list(self.holders),
        }

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> Verdict:
        return cls(
            row["met"],
            tuple(
                Ground(code, user, enrolment, date.fromisoformat(on) if on else None)
                for code, user, enrolment, on in row["why"]
            ),
            tuple(row["who"]),
        )


class Overdue(NamedTuple):
    enrolment: int
    title: str
    due_on: date


class _Dates(NamedTuple):
    """Of a certificate."""

    issued_on: date
    expires_on: date | None
    revoked_on: date | None
    grace_until: date | None


@dataclass
class _Facts:
    """What was true of people and partnerships at the end of one day in the vendor's zone."""

    people: dict[int, list[tuple[int, frozenset[str]]]]
    certificates: dict[tuple[int, UUID], list[_Dates]]
    overdue: dict[int, list[Overdue]]
    agreements: dict[int, date | None]


def judge(
    subjects: Sequence[Subject], policy: Policy, as_of: date, zone: str
) -> dict[int, tuple[Verdict, ...]]:
    """Partnership key → a verdict for each of the policy's rules, in their order.

    A fixed number of queries for each thousand partnerships.
    """
    verdicts = {}
    for start in range(0, len(subjects), AT_ONCE):
        some = subjects[start : start + AT_ONCE]
        facts = _read_facts(some, policy, as_of, zone)
        for subject in some:
            verdicts[subject.id] = tuple(_judge(rule, subject.id, facts, as_of) for rule in policy.rules)
    return verdicts


def _read_facts(subjects: Sequence[Subject], policy: Policy, as_of: date, zone: str) -> _Facts:
    agreements = accepted_dates({subject.id: subject.stated_on for subject in subjects}, as_of)
    by_partner = {s.partner_id: s.id for s in subjects if s.partner_id is not None}
    if not by_partner:
        return _Facts({}, {}, {}, agreements)
    end = clock.day_start(as_of + timedelta(days=1), zone)
    people: dict[int, list[tuple[int, frozenset[str]]]] = defaultdict(list)
    users = set()
    for user_id, partner_id, functions in db.session.execute(
        select(Membership.user_id, Membership.partner_id, Membership.job_functions)
        .where(
            Membership.partner_id.in_(by_partner),
            Membership.started_at < end,
            or_(Membership.ended_at.is_(None), Membership.ended_at >= end),
        )
        .order_by(Membership.user_id, Membership.id)
    ):
        people[by_partner[partner_id]].append((user_id, frozenset(functions)))
        users.add(user_id)
    certificates: dict[tuple[int, UUID], list[_Dates]] = defaultdict(list)
    for user_id, certification, issued_on, expires_on, revoked_at, grace_until in db.session.execute(
        select(
            Certificate.user_id,
            Certification.public_id,
            Certificate.issued_on,
            Certificate.expires_on,
            Certificate.revoked_at,
            Certificate.grace_until,
        )
        .join(Certification, Certification.id == Certificate.certification_id)
        .where(
            Certification.public_id.in_(policy.certifications),
            Certificate.issued_on <= as_of,
            Certificate.user_id.in_(_users_of(by_partner)),
        )
    ):
        revoked_on = clock.to_zone(revoked_at, zone).date() if revoked_at else None
        certificates[user_id, certification].append(_Dates(issued_on, expires_on, revoked_on, grace_until))
    return _Facts(people, certificates, read_overdue(by_partner, as_of, end), agreements)


def _users_of(partner_ids: Collection[int]) -> Any:
    return select(Membership.user_id).where(Membership.partner_id.in_(partner_ids))


def read_overdue(partner_ids: Collection[int], as_of: date, end: datetime) -> dict[int, list[Overdue]]:
    """By person, courses past due by `as_of` and not completed by then, the longest due first. Who is to
    redo what a newer version changed has completed an earlier one: that does not count."""
    overdue: dict[int, list[Overdue]] = defaultdict(list)
    completed_since = (
        select(Completion.course_id)
        .join(_Completed, _Completed.id == Completion.course_version_id)
        .where(
            Completion.user_id == Enrolment.user_id,
            Completion.course_id == Enrolment.course_id,
            Completion.completed_at < end,
            _Completed.number >= CourseVersion.number,
        )
    )
    for user_id, enrolment_id, title, due_on in db.session.execute(
        select(Enrolment.user_id, Enrolment.id, CourseVersion.title, Enrolment.due_on)
        .join(Course, Course.id == Enrolment.course_id)
        .join(CourseVersion, CourseVersion.id == Enrolment.course_version_id)
        .where(
            Enrolment.due_on < as_of,
            Enrolment.assigned_at < end,
            Enrolment.user_id.in_(_users_of(partner_ids)),
            ~completed_since.exists(),
        )
        .order_by(Enrolment.due_on, Enrolment.id)
    ):
        overdue[user_id].append(Overdue(enrolment_id, title, due_on))
    return overdue


def _judge(rule: Rule, partnership_id: int, facts: _Facts, as_of: date) -> Verdict:
    if isinstance(rule, AgreementCurrent):
        return _judge_agreement(rule, facts.agreements.get(partnership_id), as_of)
    people = facts.people.get(partnership_id, [])
    if isinstance(rule, TrainingCurrent):
        reasons = tuple(
            Ground("overdue", user_id, overdue.enrolment, overdue.due_on)
            for user_id, _functions in people
            for overdue in facts.overdue.get(user_id, ())
        )
        return Verdict(not reasons, reasons)
    return _judge_certified(rule, people, facts, as_of)


def _judge_agreement(rule: AgreementCurrent, accepted_on: date | None, as_of: date) -> Verdict:
    if accepted_on is None or accepted_on > as_of:
        return Verdict(False, (Ground("agreement_missing"),))
    runs_out = add_months(accepted_on, rule.months)
    if runs_out < as_of:
        return Verdict(False, (Ground("agreement_ran_out", on=runs_out),))
    return Verdict(True)


def _judge_certified(
    rule: CertifiedPeople, people: Sequence[tuple[int, frozenset[str]]], facts: _Facts, as_of: date
) -> Verdict:
    holders: list[int] = []
    reasons: list[Ground] = []
    for user_id, functions in people:
        if rule.job_function and rule.job_function not in functions:
            continue
        held = facts.certificates.get((user_id, rule.certification_id), [])
        if any(is_valid_on(as_of, *dates[:3]) for dates in held):
            holders.append(user_id)
        elif held:
            code, on = max((_lapse(dates, as_of) for dates in held), key=lambda lapse: lapse[1])
            reasons.append(Ground(code, user_id, on=on))
        else:
            reasons.append(Ground("never_certified", user_id))
    if len(holders) >= rule.minimum:
        return Verdict(True, (), tuple(holders))
    return Verdict(False, tuple(reasons or [Ground("nobody")]), tuple(holders))


def _lapse(dates: _Dates, as_of: date) -> tuple[str, date]:
    if dates.revoked_on is not None:
        return "revoked", dates.revoked_on
    assert dates.expires_on is not None
    if dates.grace_until is not None and dates.grace_until >= as_of:
        return "in_grace", dates.expires_on
    return "expired", dates.expires_on


def is_valid_on(day: date, issued_on: date, expires_on: date | None, revoked_on: date | None) -> bool:
    """Whether a certificate is valid on a day: its last day counts, the day of revocation does not."""
    return (
        issued_on <= day
        and (expires_on is None or expires_on >= day)
        and (revoked_on is None or revoked_on > day)
    )
