"""Courses overdue for long: told to the company's administrators, later to its channel manager, each once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from hashlib import sha256

from sqlalchemy import insert, select

from prm.accounts.models import Membership, User
from prm.accounts.queries import is_current
from prm.extensions import db
from prm.infra.db import bound_vendor
from prm.notifications.company_dates import partnership_keys
from prm.notifications.models import Escalation, Kind
from prm.notifications.recipients import list_admins, list_staff_admins
from prm.notifications.services import Told, tell
from prm.notifications.thresholds import Day
from prm.partners.models import Partnership
from prm.training.models import Enrolment
from prm.training.queries.learning import OPEN, is_latest

ADMINISTRATORS, MANAGER = 1, 2


def escalation_keys(day: Day, after: int) -> list[int]:
    """Keys of the partnerships to look at; none where nothing is escalated."""
    return partnership_keys(day, after) if day.plan.escalation_days else []


def tell_of_overdue(day: Day, keys: Sequence[int]) -> None:
    """One line for each company and step about what is newly overdue for that long.

    The days of the plan, ascending: the first is the administrators', the second the manager's. A date
    that was moved and passes again is told again.
    """
    steps = enumerate(sorted(day.plan.escalation_days), ADMINISTRATORS)
    for step, days in list(steps)[:MANAGER]:
        _tell(day, keys, step, days)


def _tell(day: Day, keys: Sequence[int], step: int, days: int) -> None:
    told = select(Escalation.id).where(
        Escalation.enrolment_id == Enrolment.id,
        Escalation.due_on == Enrolment.due_on,
        Escalation.step == step,
    )
    rows = db.session.execute(
        select(Enrolment.id, Enrolment.due_on, Enrolment.user_id, Enrolment.course_id, Partnership.id)
        .join(Partnership, Partnership.id == Enrolment.partnership_id)
        .join(
            Membership,
            (Membership.user_id == Enrolment.user_id) & (Membership.partner_id == Partnership.partner_id),
        )
        .join(User, User.id == Enrolment.user_id)
        .where(
            Enrolment.partnership_id.in_(keys),
            Enrolment.status.in_(OPEN),
            Enrolment.due_on <= day.today - timedelta(days=days),
            is_latest(),
            is_current(),
            User.is_active,
            ~told.exists(),
        )
        .order_by(Enrolment.id)
        .distinct()
    ).all()
    if not rows:
        return
    found: dict[int, list[tuple[int, int, int]]] = {}
    for enrolment, _due_on, user, course, partnership in rows:
        found.setdefault(partnership, []).append((enrolment, user, course))
    partnerships = {
        row.id: row for row in db.session.scalars(select(Partnership).where(Partnership.id.in_(list(found))))
    }
    recipients = _recipients(step, partnerships)
    tell(
        day.actor,
        [
            Told(
                user_key,
                Kind.TRAINING_OVERDUE,
                f"escalated:{step}:{day.today}:{_digest(overdue)}",
                None,
                partnerships[key],
                facts={
                    "partner": partnerships[key].name,
                    "people": len({user for _enrolment, user, _course in overdue}),
                    "courses": len({course for _enrolment, _user, course in overdue}),
                    "days": days,
                },
            )
            for key, overdue in found.items()
            for user_key in recipients[key]
        ],
    )
    db.session.execute(
        insert(Escalation),
        [
            {"vendor_id": bound_vendor(), "enrolment_id": row[0], "due_on": row[1], "step": step}
            for row in rows
        ],
    )


def _recipients(step: int, partnerships: dict[int, Partnership]) -> dict[int, list[int]]:
    """Partnership key → who is told: its own administrators, or its manager (without one, the vendor's
    administrators)."""
    if step == ADMINISTRATORS:
        admins = list_admins(list(partnerships.values()))
        return {key: admins.get(key, []) for key in partnerships}
    unmanaged = list_staff_admins() if any(p.manager_user_id is None for p in partnerships.values()) else []
    return {
        key: [each.manager_user_id] if each.manager_user_id is not None else unmanaged
        for key, each in partnerships.items()
    }


def _digest(overdue: Sequence[tuple[int, int, int]]) -> str:
    return sha256(",".join(str(enrolment) for enrolment, _u, _c in overdue).encode()).hexdigest()[:32]
