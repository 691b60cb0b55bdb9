"""What dates make due: looked at once a day for each vendor, told once for each threshold.

A day is looked at in batches, each in a short transaction of its own that also says how far the look
has come: memory stays the same however large the channel is, nobody waits for it, and whoever is
killed is followed by the next worker where the last batch ended.

A threshold is a number of days ahead of a date; past the date it is 0. Only the nearest one that is
reached is told, so that a worker that was away for weeks sends one reminder and not three. What was
already that near when it came into being is not told: the person has just been told the date.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256

from sqlalchemy import ColumnElement, select

from prm.access import Actor, system_actor
from prm.audits.policy import AgreementCurrent, add_months
from prm.audits.queries.compliance import Standing, find_policy, list_standings
from prm.certification.models import Certificate, Certification
from prm.certification.queries.certificates import is_renewed
from prm.extensions import db
from prm.infra import clock
from prm.infra.db import bound_vendor, transaction
from prm.notifications.models import ComplianceSeen, Kind, ReminderPlan, ReminderProgress, ReminderStage
from prm.notifications.queries import Plan, find_plan
from prm.notifications.recipients import list_admins, list_recipients, list_staff_admins
from prm.notifications.services import Told, leave_out_told, tell
from prm.notifications.services.preferences import get_plan_row
from prm.partners.models import Partnership, PartnershipStatus
from prm.training.models import Course, Enrolment
from prm.training.queries.learning import OPEN, is_latest
from prm.vendors.models import Vendor

LOOK_BACK = timedelta(days=30)  # what passed longer ago is not news, even on the first day
PAST = 0
BATCH = 250  # enrolments, people or partnerships in one transaction


def read_standings(vendor_id: int, partnership_ids: Sequence[int] | None = None) -> list[Standing]:
    """How partnerships of the vendor served stand today, all without keys: slow, so read before
    transaction()."""
    return list_standings(system_actor(vendor_id), _today(vendor_id), partnership_ids=partnership_ids)


def remind(vendor_id: int) -> int:
    """Look at today for the vendor served, or go on where a look was cut short; how many batches.

    Not inside transaction(): each batch is one. Of several workers at it, each takes other batches.
    """
    batches = 0
    while is_due(vendor_id):
        batches += remind_of_batch(vendor_id)
    return batches


def remind_of_batch(vendor_id: int) -> bool:
    """One batch of today; False where another worker was faster. Not inside transaction()."""
    today = _today(vendor_id)
    place = _place(today)
    keys = _BATCHES[place.stage](_Day(system_actor(vendor_id), find_plan(), today), place.after_id)
    standings = read_standings(vendor_id, keys) if keys and place.stage is ReminderStage.COMPLIANCE else []
    with transaction():
        row = get_plan_row()
        if (row.ran_on is not None and row.ran_on >= today) or _place(today) != place:
            return False
        plan = Plan(row.course_days, row.certificate_days, row.agreement_days)
        day = _Day(system_actor(vendor_id), plan, today)
        if keys and place.stage is ReminderStage.COMPLIANCE:
            _compliance(day, standings)
        elif keys:
            _TELL[place.stage](day, keys)
        _move_on(row, place, today, keys)
    return True


@dataclass(frozen=True)
class _Place:
    stage: ReminderStage
    after_id: int


@dataclass(frozen=True)
class _Day:
    """What every stage needs to know of the day it looks at."""

    actor: Actor
    plan: Plan
    today: date


def _place(today: date) -> _Place:
    """Where to go on; a look at an earlier day that was never ended is not: thresholds catch up."""
    row = db.session.scalars(select(ReminderProgress)).one_or_none()
    if row is None or row.on != today:
        return _Place(ReminderStage.COURSES, 0)
    return _Place(row.stage, row.after_id)


def _move_on(plan: ReminderPlan, place: _Place, today: date, keys: Sequence[int]) -> None:
    """Say that a batch was told: the next key, the next stage, or the end of the day."""
    stages = list(ReminderStage)
    later = stages[stages.index(place.stage) + 1 :]
    row = db.session.scalars(select(ReminderProgress)).one_or_none()
    if not keys and not later:
        plan.ran_on = today
        if row is not None:
            db.session.delete(row)
        return
    if row is None:
        row = ReminderProgress()
        db.session.add(row)
    row.on = today
    row.stage, row.after_id = (place.stage, keys[-1]) if keys else (later[0], 0)


def is_due(vendor_id: int) -> bool:
    """Whether remind() has yet to look at today for the vendor served."""
    ran_on = db.session.scalars(select(ReminderPlan.ran_on)).one_or_none()
    return ran_on is None or ran_on < _today(vendor_id)


def _today(vendor_id: int) -> date:
    return clock.today(db.session.scalars(select(Vendor.time_zone).where(Vendor.id == vendor_id)).one())


def threshold_of(on: date, today: date, days: Sequence[int], since: date) -> int | None:
    """The nearest threshold that a date has reached, PAST once it lies behind; None: nothing to tell.

    `since` is the day on which the date was first known. Pure.
    """
    left = (on - today).days
    if left < 0:
        return PAST if today - on <= LOOK_BACK else None
    reached = [each for each in days if left <= each]
    if not reached:
        return None
    nearest = min(reached)
    return nearest if on - timedelta(days=nearest) > since else None


# -- courses -----------------------------------------------------------------------------------


def _due_courses(day: _Day) -> tuple[ColumnElement[bool], ...]:
    ahead = day.today + timedelta(days=max(day.plan.course_days, default=0))
    return (
        Enrolment.status.in_(OPEN), Enrolment.due_on.between(day.today - LOOK_BACK, ahead), is_latest(),
    )  # fmt: skip


def _course_keys(day: _Day, after: int) -> list[int]:
    """Keys of enrolments that are due about now."""
    statement = select(Enrolment.id).where(*_due_courses(day), Enrolment.id > after)
    return list(db.session.scalars(statement.order_by(Enrolment.id).limit(BATCH)))


def _courses(day: _Day, keys: Sequence[int]) -> None:
    today = day.today
    zone = db.session.scalars(select(Vendor.time_zone).where(Vendor.id == bound_vendor())).one()
    rows = db.session.execute(
        select(
            Enrolment.user_id, Enrolment.public_id, Enrolment.due_on, Enrolment.assigned_at,
            Course.public_id, Course.title,
        )
        .join(Course, Course.id == Enrolment.course_id)
        .where(*_due_courses(day), Enrolment.id.in_(keys))
    )  # fmt: skip
    news = []
    for user_key, enrolment_id, due_on, assigned_at, course_id, title in rows:
        since = clock.to_zone(assigned_at, zone).date()
        threshold = threshold_of(due_on, today, day.plan.course_days, since)
        if threshold is None:
            continue
        news.append(
            Told(
                user_key,
                Kind.COURSE_OVERDUE if threshold == PAST else Kind.COURSE_DUE,
                f"course:{enrolment_id}:{due_on}:{threshold}",
                course_id,
                facts={"course": title, "due_on": due_on.isoformat()},
            )
        )
    tell(day.actor, news)


# -- certificates ------------------------------------------------------------------------------


def _lapsing(day: _Day) -> tuple[ColumnElement[bool], ...]:
    ahead = day.today + timedelta(days=max(day.plan.certificate_days, default=0))
    return (
        Certificate.revoked_at.is_(None),
        Certificate.expires_on.between(day.today - LOOK_BACK, ahead),
        ~is_renewed(),
    )


def _holder_keys(day: _Day, after: int) -> list[int]:
    """Keys of people who hold a certificate that expires about now: each in one batch with all of
    theirs, since the company gets one line about each."""
    statement = select(Certificate.user_id).where(*_lapsing(day), Certificate.user_id > after)
    return list(db.session.scalars(statement.distinct().order_by(Certificate.user_id).limit(BATCH)))


def _certificates(day: _Day, keys: Sequence[int]) -> None:
    """Each holder of each certificate; the administrators of their company by person."""
    rows = db.session.execute(
        select(
            Certificate.user_id, Certificate.public_id, Certificate.expires_on, Certificate.issued_on,
            Certification.name,
        )
        .join(Certification, Certification.id == Certificate.certification_id)
        .where(*_lapsing(day), Certificate.user_id.in_(keys))
        .order_by(Certificate.id)
    )  # fmt: skip
    news: list[Told] = []
    for user_key, certificate_id, expires_on, issued_on, title in rows:
        threshold = threshold_of(expires_on, day.today, day.plan.certificate_days, issued_on)
        if threshold is None:
            continue
        key = f"certificate:{certificate_id}:{threshold}"
        news.append(
            Told(
                user_key,
                Kind.CERTIFICATE_EXPIRED if threshold == PAST else Kind.CERTIFICATE_EXPIRING,
                key,
                certificate_id,
                facts={"title": title, "expires_on": expires_on.isoformat()},
            )
        )
    fresh = leave_out_told(news)
    tell(day.actor, fresh + _to_administrators(fresh))


def _to_administrators(fresh: Iterable[Told]) -> list[Told]:
    """One line per person for the administrators of the company where that person is now: of what
    the person is told of today for the first time."""
    by_person: dict[int, list[Told]] = {}
    for each in fresh:
        by_person.setdefault(each.user_key, []).append(each)
    holders = list_recipients(list(by_person))
    keys = {h.actor.partnership_id for h in holders.values() if h.actor.partnership_id is not None}
    partnerships = {
        row.id: row for row in db.session.scalars(select(Partnership).where(Partnership.id.in_(keys)))
    }
    admins = list_admins(list(partnerships.values()))
    news = []
    for user_key, lapsing in by_person.items():
        holder = holders.get(user_key)
        partnership = partnerships.get(holder.actor.partnership_id or 0) if holder else None
        if partnership is None:
            continue
        past = sum(1 for each in lapsing if each.kind is Kind.CERTIFICATE_EXPIRED)
        named = ",".join(sorted(each.key for each in lapsing))
        news += [
            Told(
                admin,
                Kind.COLLEAGUE_CERTIFICATES,
                f"colleague:{sha256(named.encode()).hexdigest()}",
                partnership=partnership,
                about_user_key=user_key,
                facts={"expiring": len(lapsing) - past, "expired": past},
            )
            for admin in admins.get(partnership.id, ())
            if admin != user_key
        ]
    return news


# -- companies ---------------------------------------------------------------------------------


def _partnership_keys(day: _Day, after: int) -> list[int]:
    """Keys of partnerships that have not ended."""
    statement = select(Partnership.id).where(
        Partnership.status != PartnershipStatus.ENDED, Partnership.id > after
    )
    return list(db.session.scalars(statement.order_by(Partnership.id).limit(BATCH)))


def _agreement_keys(day: _Day, after: int) -> list[int]:
    """The same, where the policy in force lets agreements run out."""
    return _partnership_keys(day, after) if _agreement_months(day) else []


def _agreement_months(day: _Day) -> list[int]:
    policy = find_policy(day.actor, day.today)
    return [rule.months for rule in policy.rules if isinstance(rule, AgreementCurrent)] if policy else []


def _partnerships(keys: Sequence[int]) -> dict[int, Partnership]:
    rows = db.session.scalars(
        select(Partnership).where(Partnership.id.in_(keys), Partnership.status != PartnershipStatus.ENDED)
    )
    return {row.id: row for row in rows}


def _concerned(partnerships: Sequence[Partnership]) -> dict[int, list[int]]:
    """Partnership key → who is told of its affairs: its manager (without one, the vendor's
    administrators), and its own administrators."""
    own = list_admins(partnerships)
    unmanaged = list_staff_admins() if any(p.manager_user_id is None for p in partnerships) else []
    return {
        p.id: [*([p.manager_user_id] if p.manager_user_id is not None else unmanaged), *own.get(p.id, ())]
        for p in partnerships
    }


def _agreements(day: _Day, keys: Sequence[int]) -> None:
    """Agreements that the policy in force lets run out."""
    months = _agreement_months(day)
    if not months:
        return
    ending = []
    for partnership in _partnerships(keys).values():
        accepted_on = partnership.agreement_accepted_on
        if accepted_on is None:
            continue
        ends_on = add_months(accepted_on, min(months))
        threshold = threshold_of(ends_on, day.today, day.plan.agreement_days, accepted_on)
        if threshold is not None:
            ending.append((partnership, ends_on, threshold))
    concerned = _concerned([partnership for partnership, _on, _threshold in ending])
    tell(
        day.actor,
        [
            Told(
                user_key,
                Kind.AGREEMENT_ENDING,
                f"agreement:{partnership.public_id}:{ends_on}:{threshold}",
                partnership.public_id,
                partnership,
                facts={
                    "partner": partnership.name,
                    "ends_on": ends_on.isoformat(),
                    "is_over": threshold == PAST,
                },
            )
            for partnership, ends_on, threshold in ending
            for user_key in concerned[partnership.id]
        ],
    )


def _compliance(day: _Day, standings: Sequence[Standing]) -> None:
    """Partnerships that were compliant when last looked at, and are not today."""
    today, keys = day.today, [each.partnership_id for each in standings]
    partnerships = _partnerships(keys)
    seen = {
        row.partnership_id: row
        for row in db.session.scalars(select(ComplianceSeen).where(ComplianceSeen.partnership_id.in_(keys)))
    }
    lost = []
    for standing in standings:
        is_compliant = standing.is_compliant
        if is_compliant is None or standing.partnership_id not in partnerships:  # ended meanwhile
            continue
        before = seen.get(standing.partnership_id)
        if before is None:
            db.session.add(
                ComplianceSeen(
                    vendor_id=bound_vendor(),
                    partnership_id=standing.partnership_id,
                    is_compliant=is_compliant,
                    changed_on=today,
                )
            )
        elif before.is_compliant != is_compliant:
            before.is_compliant, before.changed_on = is_compliant, today
            if not is_compliant:
                lost.append(standing)
    concerned = _concerned([partnerships[each.partnership_id] for each in lost])
    tell(
        day.actor,
        [
            Told(
                user_key,
                Kind.COMPLIANCE_LOST,
                f"compliance:{standing.public_id}:{today}",
                standing.public_id,
                partnerships[standing.partnership_id],
                facts={
                    "partner": standing.name,
                    "rules": sum(1 for cell in standing.cells if not cell.is_met),
                },
            )
            for standing in lost
            for user_key in concerned[standing.partnership_id]
        ],
    )


_BATCHES: dict[ReminderStage, Callable[[_Day, int], list[int]]] = {
    ReminderStage.COURSES: _course_keys,
    ReminderStage.CERTIFICATES: _holder_keys,
    ReminderStage.AGREEMENTS: _agreement_keys,
    ReminderStage.COMPLIANCE: _partnership_keys,
}
_TELL: dict[ReminderStage, Callable[[_Day, Sequence[int]], None]] = {
    ReminderStage.COURSES: _courses,
    ReminderStage.CERTIFICATES: _certificates,
    ReminderStage.AGREEMENTS: _agreements,
}
