"""The actor a person is at one vendor: as its staff, or as one of a partner's people."""

from __future__ import annotations

from sqlalchemy import select

from prm.access import Actor, visible
from prm.accounts import sessions
from prm.accounts.models import Membership
from prm.accounts.queries import list_granted
from prm.extensions import db
from prm.infra.db import bind_vendor
from prm.partners.models import Partnership, PartnershipStatus, Region
from prm.permissions import P, Role
from prm.vendors.models import Vendor


def find_actor(signed_in: sessions.SignedIn, vendor: Vendor) -> Actor | None:
    """The person in their role at `vendor`, or None. Binds the database session to the vendor.

    The vendor's own staff act as staff, even where they also belong to a partner of it.
    """
    bind_vendor(vendor.id)
    memberships = sessions.list_memberships(signed_in.user_id)
    for membership in memberships:
        if membership.vendor_id == vendor.id:
            return _actor(signed_in, vendor, membership, None)
    of_partner = {m.partner_id: m for m in memberships if m.partner_id is not None}
    if of_partner:
        partnership = db.session.scalars(
            select(Partnership)
            .where(Partnership.partner_id.in_(of_partner), Partnership.status != PartnershipStatus.ENDED)
            .order_by(Partnership.id)
            .limit(1)
        ).one_or_none()
        if partnership is not None:
            return _actor(signed_in, vendor, of_partner[partnership.partner_id], partnership)
    return None


def is_within_reach(actor: Actor, partnership_id: int | None, permission: P) -> bool:
    """Whether a permission of the actor reaches a partnership of the vendor served."""
    if partnership_id is None:
        return False
    statement = visible(select(Partnership).where(Partnership.id == partnership_id), actor, permission)
    return db.session.scalars(statement).one_or_none() is not None


def _actor(
    signed_in: sessions.SignedIn, vendor: Vendor, membership: Membership, partnership: Partnership | None
) -> Actor:
    regions: frozenset[int] | None = None
    if membership.region_names and membership.vendor_id is not None:
        regions = frozenset(
            db.session.scalars(select(Region.id).where(Region.name.in_(membership.region_names)))
        )
    return Actor(
        role=Role(membership.role.value),
        name=signed_in.name,
        user_id=signed_in.user_id,
        user_public_id=signed_in.public_id,
        vendor_id=vendor.id,
        membership_id=membership.id,
        partner_id=membership.partner_id,
        partnership_id=partnership.id if partnership is not None else None,
        region_ids=regions,
        granted=list_granted(membership),
        locale=signed_in.locale,
        time_zone=signed_in.time_zone,
    )
