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

from prm.access import system_actor
from prm.audits.queries.compliance import Standing, list_standings
from prm.certification.models import Certificate, Certification
from prm.certification.queries.certificates import is_renewed
from prm.extensions import db
from prm.infra import clock
from prm.infra.db import bound_vendor, transaction
from prm.notifications import thresholds
from prm.notifications.audit_dates import audit_keys, tell_of_audits
from prm.notifications.company_dates import (
    agreement_keys,
    partnership_keys,
    tell_of_agreements,
    tell_of_compliance,
)
from prm.notifications.escalation import escalation_keys, tell_of_overdue
from prm.notifications.models import Kind, ReminderPlan, ReminderProgress, ReminderStage
from prm.notifications.queries import find_plan, plan_of
from prm.notifications.recipients import list_admins, list_recipients
from prm.notifications.services import Told, leave_out_told, tell
from prm.notifications.services.preferences import get_plan_row
from prm.notifications.thresholds import LOOK_BACK, PAST, Day, threshold_of
from prm.partners.models import Partnership
from prm.training.models import Course, Enrolment
from prm.training.queries.learning import OPEN, is_latest
from prm.vendors.models import Vendor


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
    keys = _BATCHES[place.stage](Day(system_actor(vendor_id), find_plan(), today), place.after_id)
    standings = read_standings(vendor_id, keys) if keys and place.stage is ReminderStage.COMPLIANCE else []
    with transaction():
        row = get_plan_row()
        if (row.ran_on is not None and row.ran_on >= today) or _place(today) != place:
            return False
        plan = plan_of(row)
        day = Day(system_actor(vendor_id), plan, today)
        if keys and place.stage is ReminderStage.COMPLIANCE:
            tell_of_compliance(day, standings)
        elif keys:
            _TELL[place.stage](day, keys)
        _move_on(row, place, today, keys)
    return True


@dataclass(frozen=True)
class _Place:
    stage: ReminderStage
    after_id: int


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


# -- courses -----------------------------------------------------------------------------------


def _due_courses(day: Day) -> tuple[ColumnElement[bool], ...]:
    ahead = day.today + timedelta(days=max(day.plan.course_days, default=0))
    return (
        Enrolment.status.in_(OPEN), Enrolment.due_on.between(day.today - LOOK_BACK, ahead), is_latest(),
    )  # fmt: skip


def _course_keys(day: Day, after: int) -> list[int]:
    """Keys of enrolments that are due about now."""
    statement = select(Enrolment.id).where(*_due_courses(day), Enrolment.id > after)
    return list(db.session.scalars(statement.order_by(Enrolment.id).limit(thresholds.BATCH)))


def _courses(day: Day, keys: Sequence[int]) -> None:
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


def _lapsing(day: Day) -> tuple[ColumnElement[bool], ...]:
    ahead = day.today + timedelta(days=max(day.plan.certificate_days, default=0))
    return (
        Certificate.revoked_at.is_(None),
        Certificate.expires_on.between(day.today - LOOK_BACK, ahead),
        ~is_renewed(),
    )


def _holder_keys(day: Day, after: int) -> list[int]:
    """Keys of people who hold a certificate that expires about now: each in one batch with all of
    theirs, since the company gets one line about each."""
    statement = select(Certificate.user_id).where(*_lapsing(day), Certificate.user_id > after)
    return list(
        db.session.scalars(statement.distinct().order_by(Certificate.user_id).limit(thresholds.BATCH))
    )


def _certificates(day: Day, keys: Sequence[int]) -> None:
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


_BATCHES: dict[ReminderStage, Callable[[Day, int], list[int]]] = {
    ReminderStage.COURSES: _course_keys,
    ReminderStage.ESCALATIONS: escalation_keys,
    ReminderStage.CERTIFICATES: _holder_keys,
    ReminderStage.AGREEMENTS: agreement_keys,
    ReminderStage.AUDITS: audit_keys,
    ReminderStage.COMPLIANCE: partnership_keys,
}
_TELL: dict[ReminderStage, Callable[[Day, Sequence[int]], None]] = {
    ReminderStage.COURSES: _courses,
    ReminderStage.ESCALATIONS: tell_of_overdue,
    ReminderStage.CERTIFICATES: _certificates,
    ReminderStage.AGREEMENTS: tell_of_agreements,
    ReminderStage.AUDITS: tell_of_audits,
}
