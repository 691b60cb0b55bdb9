"""Reading what a partnership was at an instant."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import and_, or_, select

from prm.accounts.models import User
from prm.extensions import db
from prm.infra import clock
from prm.infra.db import bound_vendor
from prm.partners.models import Partnership, PartnershipMerge, PartnershipPast, PartnershipStatus
from prm.partners.models.partnerships import PartnershipType
from prm.vendors.models import Vendor


@dataclass(frozen=True)
class State:
    """What was stated of a partnership. `status` None: it was not entered yet."""

    status: PartnershipStatus | None
    type: PartnershipType
    region: str
    manager: str
    agreement_accepted_on: date | None


def state_before(partnership: Partnership, end: datetime) -> State:
    """How a partnership stood when all before `end` had happened. Two queries."""
    past = db.session.scalars(
        select(PartnershipPast)
        .where(PartnershipPast.partnership_id == partnership.id, PartnershipPast.until >= end)
        .order_by(PartnershipPast.until, PartnershipPast.id)
        .limit(1)
    ).one_or_none()
    stated = past if past is not None else partnership
    if past is not None:
        region = past.region_name
    else:
        region = partnership.region.name if partnership.region is not None else None
    manager = db.session.get(User, stated.manager_user_id) if stated.manager_user_id is not None else None
    return State(
        stated.status if partnership.created_at < end else None,
        stated.type,
        region or "",
        manager.name if manager is not None else stated.manager_name or "",
        stated.agreement_accepted_on,
    )


@dataclass(frozen=True)
class Merged:
    """That a partnership was merged into another: until when, where it was taken apart since."""

    survivor: Partnership
    since: datetime
    until: datetime | None


def find_merged(partnership: Partnership, end: datetime) -> Merged | None:
    """Into which partnership this one is merged now, or was just before `end`."""
    row = db.session.execute(
        select(Partnership, PartnershipMerge.merged_at, PartnershipMerge.unmerged_at)
        .join(PartnershipMerge, PartnershipMerge.survivor_id == Partnership.id)
        .where(
            PartnershipMerge.absorbed_id == partnership.id,
            or_(
                PartnershipMerge.unmerged_at.is_(None),
                and_(PartnershipMerge.merged_at < end, PartnershipMerge.unmerged_at >= end),
            ),
        )
        .order_by(PartnershipMerge.id.desc())
        .limit(1)
    ).one_or_none()
    return Merged(*row) if row is not None else None


def stated_acceptances(on: date) -> dict[int, date | None]:
    """What was stated at the end of a day of when partnerships accepted the agreement, where that
    was changed since. In the vendor's zone; by key of the partnership."""
    zone = db.session.scalars(select(Vendor.time_zone).where(Vendor.id == bound_vendor())).one()
    if on >= clock.today(zone):
        return {}
    rows = db.session.execute(
        select(PartnershipPast.partnership_id, PartnershipPast.agreement_accepted_on)
        .where(PartnershipPast.until >= clock.day_start(on + timedelta(days=1), zone))
        .order_by(PartnershipPast.until.desc(), PartnershipPast.id.desc())
    )
    return dict(map(tuple, rows))  # of several the earliest, which comes last
