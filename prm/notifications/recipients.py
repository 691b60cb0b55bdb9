"""Who is told, and whether they may be: the people behind keys, as they act at the vendor served."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select

from prm.access import Actor
from prm.accounts.models import Membership, MembershipRole, User
from prm.accounts.queries import is_current
from prm.extensions import db
from prm.infra.db import bound_vendor
from prm.notifications.kinds import KINDS
from prm.notifications.models import Kind
from prm.partners.models import Partnership, PartnershipStatus, Region
from prm.permissions import P, Reach, Role, reach_of

AT_ONCE = 2000  # people asked for in one query


@dataclass(frozen=True)
class Recipient:
    actor: Actor
    email: str


def list_recipients(user_keys: Collection[int]) -> dict[int, Recipient]:
    """User key → the person as they act here today; who belongs here no more is left out.

    The rule is that of prm/partners/actors.py, for many people in a fixed number of queries.
    """
    found: dict[int, Recipient] = {}
    ordered = sorted(set(user_keys))
    for start in range(0, len(ordered), AT_ONCE):
        found.update(_some(ordered[start : start + AT_ONCE]))
    return found


def _some(user_keys: list[int]) -> dict[int, Recipient]:
    vendor_id = bound_vendor()
    memberships: dict[int, list[Membership]] = {}
    users: dict[int, User] = {}
    for membership, user in db.session.execute(
        select(Membership, User)
        .join(User, User.id == Membership.user_id)
        .where(User.id.in_(user_keys), User.is_active, is_current())
        .order_by(Membership.id)
    ):
        memberships.setdefault(user.id, []).append(membership)
        users[user.id] = user
    companies = {m.partner_id for held in memberships.values() for m in held if m.partner_id is not None}
    partnerships: dict[int, int] = {}  # partner key → partnership key
    if companies:
        for partner_id, partnership_id in db.session.execute(
            select(Partnership.partner_id, Partnership.id)
            .where(Partnership.partner_id.in_(companies), Partnership.status != PartnershipStatus.ENDED)
            .order_by(Partnership.id)
        ):
            partnerships[partner_id] = partnership_id
    regions: dict[str, int] = {}
    if any(m.region_names for held in memberships.values() for m in held):
        regions = dict(db.session.execute(select(Region.name, Region.id)).all())
    found = {}
    for user_key, held in memberships.items():
        actor = _actor(users[user_key], held, vendor_id, partnerships, regions)
        if actor is not None:
            found[user_key] = Recipient(actor, users[user_key].email)
    return found


def _actor(
    user: User,
    held: list[Membership],
    vendor_id: int | None,
    partnerships: dict[int, int],
    regions: dict[str, int],
) -> Actor | None:
    membership = next((m for m in held if m.vendor_id == vendor_id), None)
    partnership_id = None
    if membership is None:
        by_partner = {m.partner_id: m for m in held if m.partner_id in partnerships}
        if not by_partner:
            return None
        partner_id = min(by_partner, key=lambda key: partnerships[key or 0])
        membership, partnership_id = by_partner[partner_id], partnerships[partner_id or 0]
    region_ids = None
    if membership.region_names and membership.vendor_id is not None:
        region_ids = frozenset(regions[name] for name in membership.region_names if name in regions)
    return Actor(
        role=Role(membership.role.value),
        name=user.name,
        user_id=user.id,
        user_public_id=user.public_id,
        vendor_id=vendor_id,
        membership_id=membership.id,
        partner_id=membership.partner_id,
        partnership_id=partnership_id,
        region_ids=region_ids,
        locale=user.locale,
        time_zone=user.time_zone,
    )


def may_be_told(actor: Actor, kind: Kind, partnership: Partnership | None) -> bool:
    """Whether the permission table lets somebody know: what the page of notifications asks in SQL."""
    permission = KINDS[kind].permission
    if permission is None:
        return True
    reach = actor.reach(permission)
    if reach is Reach.ALL or (reach is Reach.SCOPE and actor.region_ids is None):
        return True
    if partnership is None or reach in {Reach.NO, Reach.SELF}:
        return False
    if reach is Reach.OWN:
        return partnership.id == actor.partnership_id
    return partnership.region_id in (actor.region_ids or ())


def list_admins(partnerships: Collection[Partnership]) -> dict[int, list[int]]:
    """Partnership key → the keys of its company's administrators."""
    by_partner = {p.partner_id: p.id for p in partnerships if p.partner_id is not None}
    admins: dict[int, list[int]] = {}
    for partner_id, user_id in db.session.execute(
        select(Membership.partner_id, Membership.user_id)
        .where(
            Membership.partner_id.in_(by_partner),
            Membership.role == MembershipRole.PARTNER_ADMIN,
            is_current(),
        )
        .order_by(Membership.id)
    ):
        admins.setdefault(by_partner[partner_id], []).append(user_id)
    return admins


def list_signers() -> list[int]:
    """Keys of the vendor's people whose role signs audits; how far each reaches is told apart later."""
    roles = [
        MembershipRole(role.value)
        for role in Role
        if role.is_vendor_side and reach_of(role, P.AUDIT_SIGN_OFF)
    ]
    return list(
        db.session.scalars(
            select(Membership.user_id)
            .where(Membership.vendor_id == bound_vendor(), Membership.role.in_(roles), is_current())
            .order_by(Membership.user_id)
        )
    )


def list_staff_admins() -> list[int]:
    """Keys of the vendor's administrators."""
    return list(
        db.session.scalars(
            select(Membership.user_id).where(
                Membership.vendor_id == bound_vendor(),
                Membership.role == MembershipRole.VENDOR_ADMIN,
                is_current(),
            )
        )
    )
