"""What dates make due: looked at once a day for each vendor, told once for each threshold.

A threshold is a number of days ahead of a date; past the date it is 0. Only the nearest one that is
reached is told, so that a worker that was away for weeks sends one reminder and not three. What was
already that near when it came into being is not told: the person has just been told the date.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256

from sqlalchemy import or_, select, update

from prm.access import Actor, system_actor
from prm.audits.policy import AgreementCurrent, add_months
from prm.audits.queries.compliance import find_policy
from prm.audits.queries.standings import read_judged
from prm.certification.models import Certificate, Certification
from prm.certification.queries.certificates import is_renewed
from prm.extensions import db
from prm.infra import clock
from prm.infra.db import bound_vendor
from prm.notifications.models import ComplianceSeen, Kind, ReminderPlan
from prm.notifications.queries import Plan
from prm.notifications.recipients import list_admins, list_recipients, list_staff_admins
from prm.notifications.services import Told, leave_out_told, tell
from prm.notifications.services.preferences import get_plan_row
from prm.partners.models import Partnership, PartnershipStatus
from prm.training.models import Course, Enrolment
from prm.training.queries.learning import OPEN, is_latest
from prm.vendors.models import Vendor

LOOK_BACK = timedelta(days=30)  # what passed longer ago is not news, even on the first day
PAST = 0
_CHUNK = 1000


@dataclass(frozen=True)
class Stands:
    """How a partnership stands today, and how many rules it misses."""

    partnership_id: int
    is_compliant: bool
    missed: int


def read_standings(vendor_id: int) -> list[Stands]:
    """Every partnership of the vendor served that stands otherwise today than when last looked at, or was
    never looked at. Read before transaction(): it may be slow."""
    judged = read_judged(system_actor(vendor_id), _today(vendor_id))
    if judged.policy is None:
        return []
    table = judged.table.c
    rows = db.session.execute(
        judged.select(select(Partnership.id, table.is_compliant, table.missed))
        .outerjoin(ComplianceSeen, ComplianceSeen.partnership_id == Partnership.id)
        .where(or_(ComplianceSeen.id.is_(None), ComplianceSeen.is_compliant != table.is_compliant))
        .order_by(Partnership.name_folded, Partnership.id)
    )
    return [Stands(*row) for row in rows]


def remind(vendor_id: int, changed: Sequence[Stands]) -> bool:
    """Look at today for the vendor served, unless that was done. Inside transaction()."""
    vendor = db.session.get_one(Vendor, vendor_id)
    today = clock.today(vendor.time_zone)
    row = get_plan_row()
    taken = db.session.execute(
        update(ReminderPlan)
        .where(
            ReminderPlan.id == row.id,
            ReminderPlan.ran_on.is_(None) | (ReminderPlan.ran_on < today),
        )
        .values(ran_on=today)
        .execution_options(synchronize_session=False)
    )
    if taken.rowcount != 1:
        return False
    actor = system_actor(vendor_id)
    plan = Plan(row.course_days, row.certificate_days, row.agreement_days)
    _courses(actor, plan, today, vendor.time_zone)
    _certificates(actor, plan, today)
    _agreements(actor, plan, today)
    _compliance(actor, today, changed)
    return True


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


def _courses(actor: Actor, plan: Plan, today: date, zone: str) -> None:
    ahead = today + timedelta(days=max(plan.course_days, default=0))
    rows = db.session.execute(
        select(
            Enrolment.user_id, Enrolment.public_id, Enrolment.due_on, Enrolment.assigned_at,
            Course.public_id, Course.title,
        )
        .join(Course, Course.id == Enrolment.course_id)
        .where(
            Enrolment.status.in_(OPEN),
            Enrolment.due_on.between(today - LOOK_BACK, ahead),
            is_latest(),
        )
    )  # fmt: skip
    news = []
    for user_key, enrolment_id, due_on, assigned_at, course_id, title in rows:
        since = clock.to_zone(assigned_at, zone).date()
        threshold = threshold_of(due_on, today, plan.course_days, since)
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
    tell(actor, news)


# -- certificates ------------------------------------------------------------------------------


def _certificates(actor: Actor, plan: Plan, today: date) -> None:
    """Each holder of each certificate; the administrators of their company by person."""
    ahead = today + timedelta(days=max(plan.certificate_days, default=0))
    rows = db.session.execute(
        select(
            Certificate.user_id, Certificate.public_id, Certificate.expires_on, Certificate.issued_on,
            Certification.name,
        )
        .join(Certification, Certification.id == Certificate.certification_id)
        .where(
            Certificate.revoked_at.is_(None),
            Certificate.expires_on.between(today - LOOK_BACK, ahead),
            ~is_renewed(),
        )
        .order_by(Certificate.id)
    )  # fmt: skip
    news: list[Told] = []
    for user_key, certificate_id, expires_on, issued_on, title in rows:
        threshold = threshold_of(expires_on, today, plan.certificate_days, issued_on)
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
    tell(actor, fresh + _to_administrators(fresh))


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


def _concerned(partnerships: Sequence[Partnership]) -> dict[int, list[int]]:
    """Partnership key → who is told of its affairs: its manager (without one, the vendor's
    administrators), and its own administrators."""
    own = list_admins(partnerships)
    unmanaged = list_staff_admins() if any(p.manager_user_id is None for p in partnerships) else []
    return {
        p.id: [*([p.manager_user_id] if p.manager_user_id is not None else unmanaged), *own.get(p.id, ())]
        for p in partnerships
    }


def _agreements(actor: Actor, plan: Plan, today: date) -> None:
    """Agreements that the policy in force lets run out."""
    policy = find_policy(actor, today)
    months = [rule.months for rule in policy.rules if isinstance(rule, AgreementCurrent)] if policy else []
    if not months:
        return
    ahead = today + timedelta(days=max(plan.agreement_days, default=0))
    near = select(Partnership).where(
        Partnership.status != PartnershipStatus.ENDED,
        # Months differ by at most three days: threshold_of() has the last word.
        Partnership.agreement_accepted_on.between(
            add_months(today - LOOK_BACK, -min(months)) - timedelta(days=3),
            add_months(ahead, -min(months)) + timedelta(days=3),
        ),
    )
    ending = []
    for partnership in db.session.scalars(near.order_by(Partnership.id)):
        accepted_on = partnership.agreement_accepted_on
        if accepted_on is None:
            continue
        ends_on = add_months(accepted_on, min(months))
        threshold = threshold_of(ends_on, today, plan.agreement_days, accepted_on)
        if threshold is not None:
            ending.append((partnership, ends_on, threshold))
    concerned = _concerned([partnership for partnership, _on, _threshold in ending])
    tell(
        actor,
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


def _compliance(actor: Actor, today: date, changed: Sequence[Stands]) -> None:
    """Partnerships that were compliant when last looked at, and are not today."""
    seen: dict[int, ComplianceSeen] = {}
    partnerships: dict[int, Partnership] = {}
    for start in range(0, len(changed), _CHUNK):
        keys = [each.partnership_id for each in changed[start : start + _CHUNK]]
        known = select(ComplianceSeen).where(ComplianceSeen.partnership_id.in_(keys))
        seen |= {row.partnership_id: row for row in db.session.scalars(known)}
        named = select(Partnership).where(Partnership.id.in_(keys))
        partnerships |= {row.id: row for row in db.session.scalars(named)}
    lost = []
    for standing in changed:
        is_compliant = standing.is_compliant
        if standing.partnership_id not in partnerships:
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
        actor,
        [
            Told(
                user_key,
                Kind.COMPLIANCE_LOST,
                f"compliance:{partnership.public_id}:{today}",
                partnership.public_id,
                partnership,
                facts={"partner": partnership.name, "rules": standing.missed},
            )
            for standing in lost
            for partnership in [partnerships[standing.partnership_id]]
            for user_key in concerned[partnership.id]
        ],
    )
