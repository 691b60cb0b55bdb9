"""Agreements that run out and compliance that is lost: looked at once a day."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from prm.audits.policy import AgreementCurrent, add_months
from prm.audits.queries.compliance import Standing, find_policy
from prm.extensions import db
from prm.infra.db import bound_vendor
from prm.notifications import thresholds
from prm.notifications.models import ComplianceSeen, Kind
from prm.notifications.recipients import list_admins, list_staff_admins
from prm.notifications.services import Told, tell
from prm.notifications.thresholds import PAST, Day, threshold_of
from prm.partners.models import Partnership, PartnershipStatus


def partnership_keys(day: Day, after: int) -> list[int]:
    """Keys of partnerships that have not ended."""
    statement = select(Partnership.id).where(
        Partnership.status != PartnershipStatus.ENDED, Partnership.id > after
    )
    return list(db.session.scalars(statement.order_by(Partnership.id).limit(thresholds.BATCH)))


def agreement_keys(day: Day, after: int) -> list[int]:
    """The same, where the policy in force lets agreements run out."""
    return partnership_keys(day, after) if _agreement_months(day) else []


def _agreement_months(day: Day) -> list[int]:
    policy = find_policy(day.actor, day.today)
    return [rule.months for rule in policy.rules if isinstance(rule, AgreementCurrent)] if policy else []


def _partnerships(keys: Sequence[int]) -> dict[int, Partnership]:
    rows = db.session.scalars(
        select(Partnership).where(Partnership.id.in_(keys), Partnership.status != PartnershipStatus.ENDED)
    )
    return {row.id: row for row in rows}


def list_concerned(partnerships: Sequence[Partnership]) -> dict[int, list[int]]:
    """Partnership key → who is told of its affairs: its manager (without one, the vendor's
    administrators), and its own administrators."""
    own = list_admins(partnerships)
    unmanaged = list_staff_admins() if any(p.manager_user_id is None for p in partnerships) else []
    return {
        p.id: [*([p.manager_user_id] if p.manager_user_id is not None else unmanaged), *own.get(p.id, ())]
        for p in partnerships
    }


def tell_of_agreements(day: Day, keys: Sequence[int]) -> None:
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
    concerned = list_concerned([partnership for partnership, _on, _threshold in ending])
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


def tell_of_compliance(day: Day, standings: Sequence[Standing]) -> None:
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
    concerned = list_concerned([partnerships[each.partnership_id] for each in lost])
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
