"""The places a person can go: every vendor they work for or with."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import or_, select

from prm.accounts.models import Membership, Partner, PartnerVendor
from prm.extensions import db
from prm.infra import clock
from prm.permissions import Role
from prm.vendors.models import Vendor


@dataclass(frozen=True)
class Place:
    """One vendor as one person reaches it. `partner_name` is None for the vendor's own staff."""

    vendor_id: int
    vendor_public_id: UUID
    slug: str
    vendor_name: str
    partner_name: str | None
    role: str


def list_places(user_id: int) -> list[Place]:
    """Where a person can go today, by vendor name; one query, no tenant rows."""
    now = clock.now()
    statement = (
        select(
            Vendor.id,
            Vendor.public_id,
            Vendor.slug,
            Vendor.name,
            Partner.name.label("partner_name"),
            Membership.role,
        )
        .select_from(Membership)
        .outerjoin(PartnerVendor, PartnerVendor.partner_id == Membership.partner_id)
        .outerjoin(Partner, Partner.id == Membership.partner_id)
        .join(Vendor, or_(Vendor.id == Membership.vendor_id, Vendor.id == PartnerVendor.vendor_id))
        .where(
            Membership.user_id == user_id,
            or_(Membership.at_vendor_id.is_(None), Membership.at_vendor_id == Vendor.id),
            Membership.started_at <= now,
            or_(Membership.ended_at.is_(None), Membership.ended_at > now),
        )
        .order_by(Vendor.name, Membership.vendor_id.is_(None), Membership.id)
        .execution_options(every_vendor=True)
    )
    places: dict[int, Place] = {}
    for row in db.session.execute(statement):
        places.setdefault(
            row.id,
            Place(row.id, row.public_id, row.slug, row.name, row.partner_name, row.role.value),
        )
    return list(places.values())


def list_demanding_second_factor(user_id: int) -> list[str]:
    """Names of the vendors that let a person in with a second factor only."""
    places = {place.vendor_id: Role(place.role) for place in list_places(user_id)}
    vendors = db.session.scalars(select(Vendor).where(Vendor.id.in_(places)).order_by(Vendor.name, Vendor.id))
    return [vendor.name for vendor in vendors if vendor.second_factor.demands(places[vendor.id])]
