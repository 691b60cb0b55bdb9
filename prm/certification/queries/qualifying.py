"""Who meets a scheme, who may be issued a certificate of it, and what is still to be done."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from sqlalchemy import select

from prm.access import Actor
from prm.certification import evidence as sources
from prm.certification.evidence import Done, Followed, Held, Led, Taught, Won
from prm.certification.models import Certificate, Certification
from prm.certification.queries.certificates import today_of
from prm.certification.queries.versions import get_version, terms_of
from prm.certification.rules import (
    CertificationRule,
    CourseRule,
    ExamRule,
    ExperienceRule,
    LevelRule,
    PathRule,
    Renewal,
    Rule,
    Terms,
    months_before,
    reaches,
)
from prm.certification.validity import may_renew
from prm.extensions import db
from prm.infra import clock
from prm.vendors.models import Vendor


@dataclass(frozen=True)
class Met:
    """How a rule is met: by a completion, or by what `stated` says of it; `at` is when it came to be."""

    rule: Rule
    at: datetime
    done: Done | None = None
    stated: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Asked:
    """A rule as it is asked of somebody: only by what was completed `after`, or of the newest version of
    what is taught."""

    rule: Rule
    after: datetime | None = None
    newest: bool = False


@dataclass(frozen=True)
class Record:
    """What people have to show for some rules on a day of the vendor's zone."""

    today: date
    zone: str
    taught: Mapping[UUID, Taught]
    led: Mapping[UUID, Led]
    completions: Mapping[int, Sequence[Done]]
    followed: Mapping[int, Sequence[Followed]]
    held: Mapping[int, Sequence[Held]]
    won: Mapping[int, Sequence[Won]]

    @property
    def people(self) -> set[int]:
        return {*self.completions, *self.followed, *self.held, *self.won}


@dataclass(frozen=True)
class Qualified:
    """Somebody who meets a scheme and could be issued a certificate of it now."""

    user_key: int
    evidence: tuple[Met, ...] = field(repr=False)


@dataclass(frozen=True)
class Former:
    """The dates of a certificate that somebody was issued of a scheme."""

    issued_at: datetime
    issued_on: date
    expires_on: date | None
    grace_until: date | None
    renewed_on: date | None
    revoked_at: datetime | None


def read_record(actor: Actor, several: Iterable[Terms], user_keys: Collection[int] | None = None) -> Record:
    """What people (all, or those given by key) have to show for several versions: a fixed number of
    queries."""
    several = list(several)
    rules = [rule for terms in several for rule in terms.rules]
    version_ids = {each for terms in several for each in terms.version_ids}
    today = today_of(actor)
    taught = sources.read_taught(version_ids) if version_ids else {}
    renewing = {path_id for terms in several for path_id in terms.renewed_paths}
    led = sources.read_led(renewing) if renewing else {}
    courses = {each.course_key for each in taught.values()}
    courses |= {course_key for each in led.values() for course_key in each.newest}
    months = [rule.months for rule in rules if isinstance(rule, ExperienceRule)]
    paths = {rule.path_id for rule in rules if isinstance(rule, PathRule)}
    needs_held = any(isinstance(rule, CertificationRule | LevelRule) for rule in rules)
    return Record(
        today,
        db.session.get_one(Vendor, actor.vendor_id).time_zone,
        taught,
        led,
        sources.read_completions(courses, user_keys) if courses else {},
        sources.read_followed(paths, user_keys) if paths else {},
        sources.read_held(user_keys, today) if needs_held else {},
        sources.read_won(actor, months_before(today, max(months)), user_keys) if months else {},
    )


def read_former(scheme: Certification, user_keys: Collection[int] | None = None) -> dict[int, list[Former]]:
    """By person, the certificates issued of a scheme, the oldest first."""
    statement = select(
        Certificate.user_id, Certificate.issued_at, Certificate.issued_on, Certificate.expires_on,
        Certificate.grace_until, Certificate.renewed_on, Certificate.revoked_at,
    ).where(Certificate.certification_id == scheme.id)  # fmt: skip
    if user_keys is not None:
        statement = statement.where(Certificate.user_id.in_(user_keys))
    found: dict[int, list[Former]] = {}
    for user_key, *dates in db.session.execute(statement.order_by(Certificate.id)):
        found.setdefault(user_key, []).append(Former(*dates))
    return found


# -- judging, without the database -------------------------------------------------------------


def asked_of(terms: Terms, former: Sequence[Former], today: date) -> tuple[list[Asked], bool]:
    """What somebody has to meet who was issued `former`, and whether that renews a certificate by what
    has changed or by an exam alone. What came before a revocation no longer counts."""
    voided = max((each.revoked_at for each in former if each.revoked_at), default=None)
    last = next((each for each in reversed(former) if each.revoked_at is None), None)
    if last is None or not _is_in_time(terms, last, voided, today):
        return [Asked(rule, voided) for rule in terms.rules], False
    others = [Asked(rule, voided, newest=terms.renewal is Renewal.DELTA) for rule in terms.others]
    if terms.renewal is Renewal.EXAM and terms.renewal_exam is not None:
        return [Asked(terms.renewal_exam, last.issued_at), *others], True
    return [*(Asked(rule, voided, newest=True) for rule in terms.taught), *others], True


def _is_in_time(terms: Terms, last: Former, voided: datetime | None, today: date) -> bool:
    if terms.renewal is Renewal.ANEW or (voided is not None and voided > last.issued_at):
        return False
    end = last.grace_until or last.expires_on
    return end is None or today <= end


def meet(asked: Asked, user_key: int, record: Record) -> Met | None:
    """How a person meets a rule; None where they do not."""
    rule = asked.rule
    if isinstance(rule, CourseRule | ExamRule):
        return _complete(asked, rule, record.completions.get(user_key, ()), record)
    if isinstance(rule, PathRule):
        return _follow(asked, rule, user_key, record)
    if isinstance(rule, ExperienceRule):
        since = months_before(record.today, rule.months)
        won = [
            deal
            for deal in record.won.get(user_key, ())
            if deal.closed_on >= since and rule.product_id in (None, deal.product_id)
        ]
        if len(won) < rule.deals:
            return None
        at = datetime.combine(won[-1].closed_on, time(), tzinfo=clock.now().tzinfo)
        return Met(rule, at, stated={"kind": rule.kind, "deals": len(won), "months": rule.months})
    for held in record.held.get(user_key, ()):
        if not held.stands:
            continue
        if isinstance(rule, CertificationRule):
            counts = held.certification_id == rule.certification_id
        else:
            counts = reaches(held.level, rule.level)
        if counts:
            return Met(rule, held.issued_at, stated={"kind": rule.kind, "number": held.number})
    return None


def _complete(
    asked: Asked, rule: CourseRule | ExamRule, completions: Sequence[Done], record: Record
) -> Met | None:
    taught = record.taught.get(rule.version_id)
    if taught is None:
        return None
    least = taught.newest if asked.newest else taught.number
    for done in reversed(completions):  # the best comes last
        if done.course_key != taught.course_key or done.number < least:
            continue
        if asked.after is not None and done.completed_at <= asked.after:
            continue
        if isinstance(rule, ExamRule) and (done.score_percent or 0) < rule.minimum:
            continue
        return Met(rule, done.completed_at, done)
    return None


def _follow(asked: Asked, rule: PathRule, user_key: int, record: Record) -> Met | None:
    if asked.newest and not _is_up_to_date(rule, user_key, record):
        return None
    for each in reversed(record.followed.get(user_key, ())):  # the latest comes last
        if each.path_id == rule.path_id and (asked.after is None or each.completed_at > asked.after):
            on = clock.to_zone(each.completed_at, record.zone).date().isoformat()
            stated = {"kind": rule.kind, "path": str(each.path_id), "title": each.title, "completed_on": on}
            return Met(rule, each.completed_at, stated=stated)
    return None


def _is_up_to_date(rule: PathRule, user_key: int, record: Record) -> bool:
    """Whether somebody has done again what a path asks again, and of each of its courses that they have
    completed what has changed materially."""
    led = record.led.get(rule.path_id)
    if led is None:
        return True
    best = {done.course_key: done.number for done in record.completions.get(user_key, ())}
    followed = [f.number for f in record.followed.get(user_key, ()) if f.path_id == rule.path_id]
    return max(followed, default=0) >= led.number and all(
        best[course] >= number for course, number in led.newest.items() if course in best
    )


def qualify(terms: Terms, user_key: int, record: Record, former: Sequence[Former]) -> tuple[Met, ...] | None:
    """What a certificate issued to a person now would rest on; None where none can be.

    Nothing for who holds one that is not due for renewal. Where one was issued before and everything is
    asked anew, something must have come to be since.
    """
    if not terms.rules or any(not may_renew(each, record.today) for each in former):
        return None
    asked, is_light = asked_of(terms, former, record.today)
    met = [meet(each, user_key, record) for each in asked]
    evidence = tuple(each for each in met if each is not None)
    if len(evidence) < len(met):
        return None
    last_issue = max((each.issued_at for each in former), default=None)
    if last_issue is not None and not is_light and max(each.at for each in evidence) <= last_issue:
        return None
    return evidence


# -- asking ------------------------------------------------------------------------------------


def list_qualified(
    scheme: Certification, actor: Actor, user_keys: Collection[int] | None = None
) -> list[Qualified]:
    """People (all, or those given by key) who meet the version of an active scheme that is in force, and
    hold nothing valid of it. By key of the person."""
    if not scheme.is_active:
        return []
    terms = terms_of(get_version(scheme, today_of(actor)))
    record = read_record(actor, [terms], user_keys)
    former = read_former(scheme, user_keys)
    found = []
    for user_key in sorted(record.people):
        evidence = qualify(terms, user_key, record, former.get(user_key, ()))
        if evidence is not None:
            found.append(Qualified(user_key, evidence))
    return found


def list_meeting(terms: Terms, record: Record) -> set[int]:
    """Keys of people who meet every rule, whatever they hold."""
    if not terms.rules:
        return set()
    return {
        user_key
        for user_key in record.people
        if all(meet(Asked(rule), user_key, record) is not None for rule in terms.rules)
    }
