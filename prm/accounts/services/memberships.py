"""Verbs on where people belong: a vendor, a partner company, the installation."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext as _
from sqlalchemy import select

from prm.access import Actor, require
from prm.accounts import queries, sessions
from prm.accounts.models import (
    Invitation,
    JobFunction,
    Membership,
    MembershipRole,
    Partner,
    PartnerVendor,
    User,
)
from prm.accounts.services.people import withdraw_invitations_of
from prm.errors import Conflict, DomainError
from prm.extensions import db
from prm.infra import clock
from prm.journal.chain import INSTALLATION
from prm.journal.services import record
from prm.permissions import PARTNER_ROLES, VENDOR_ROLES, P, Role
from prm.vendors.models import Vendor


def add_membership(
    actor: Actor,
    user: User,
    role: Role,
    *,
    vendor_id: int | None = None,
    partner_id: int | None = None,
    at_vendor_id: int | None = None,
    job_functions: Sequence[JobFunction] = (),
    region_names: Sequence[str] = (),
) -> Membership:
    """Affiliate a person with a vendor, a partner or (operator) the installation, from now on.

    `at_vendor_id` lets a partner's person count with that vendor alone. Raises DomainError where the
    role belongs to the other side, or the person already belongs there.
    """
    wanted = (role in VENDOR_ROLES, role in PARTNER_ROLES)
    if wanted != (vendor_id is not None, partner_id is not None):
        raise DomainError(
            _("The role %(role)s does not belong there.", role=role.value),
            {"role": _("Vendor roles go with a vendor, partner roles with a partner.")},
        )
    for existing in sessions.list_memberships(user.id):
        if (existing.vendor_id, existing.partner_id) != (vendor_id, partner_id):
            continue
        if existing.at_vendor_id is None or at_vendor_id is not None:
            raise DomainError(_("%(name)s already belongs there.", name=user.name))
    if partner_id is not None and at_vendor_id is None:
        _end_limited(actor, user, partner_id)
    membership = Membership(
        user_id=user.id,
        vendor_id=vendor_id,
        partner_id=partner_id,
        at_vendor_id=at_vendor_id,
        role=MembershipRole(role.value),
        job_functions=[JobFunction(f).value for f in job_functions],
        region_names=list(region_names),
        joined_at=(now := clock.now()),
        started_at=now,
    )
    db.session.add(membership)
    db.session.flush()
    record(
        actor,
        "membership.started",
        membership,
        facts={"role": role.value, "job_functions": membership.job_functions},
        personal={"name": user.name, "email": user.email},
    )
    return membership


def _end_limited(actor: Actor, user: User, partner_id: int) -> None:
    """Who comes to act for a company everywhere no longer needs what counted with one vendor."""
    statement = select(Membership).where(
        Membership.user_id == user.id, Membership.partner_id == partner_id, Membership.ended_at.is_(None)
    )
    for membership in db.session.scalars(statement.execution_options(every_vendor=True)):
        membership.ended_at = clock.now()


def end_membership(actor: Actor, membership: Membership) -> None:
    """End a membership now: what hangs on it stops with the next request; history stays."""
    membership.ended_at = clock.now()
    record(actor, "membership.ended", membership, facts={"role": membership.role.value})


def retire_person(actor: Actor, membership: Membership) -> None:
    """End somebody's membership within the actor's reach, now.

    A partner company's own administrator ends it everywhere. Anybody else ends it with this vendor
    alone: with the company's other vendors it goes on. Whom the person invited there can no longer
    come by that. Raises DomainError for one's own membership
    and for the last administrator, Conflict where it ended already.
    """
    require(actor, P.PEOPLE_RETIRE)
    if membership.user_id == actor.user_id:
        raise DomainError(_("You cannot end your own membership. Ask another administrator."))
    # Two administrators who end each other at the same moment: the second waits here.
    owner: type[Partner] | type[Vendor] = Partner if membership.partner_id is not None else Vendor
    owner_id = membership.partner_id if membership.partner_id is not None else membership.vendor_id
    db.session.execute(select(owner.id).where(owner.id == owner_id).with_for_update())
    db.session.refresh(membership)
    if membership.ended_at is not None and membership.ended_at <= clock.now():
        raise Conflict(_("This membership has ended already."))
    if queries.is_last_admin(membership):
        raise DomainError(
            _("This is the last administrator there. Invite another one first, then end this membership.")
        )
    here = Invitation.vendor_id == actor.vendor_id
    if membership.partner_id is not None and membership.at_vendor_id is None:
        if queries.acts_for_company(actor):
            here = Invitation.partnership_public_id.is_not(None)
        else:
            _go_on_elsewhere(actor, membership)
    withdraw_invitations_of(membership.user_id, here)
    end_membership(actor, membership)


def _go_on_elsewhere(actor: Actor, membership: Membership) -> None:
    """One vendor ends what it may end: the person still belongs to the company with its others."""
    others = select(PartnerVendor.vendor_id).where(
        PartnerVendor.partner_id == membership.partner_id, PartnerVendor.vendor_id != actor.vendor_id
    )
    for vendor_id in db.session.scalars(others).all():
        going_on = Membership(
            user_id=membership.user_id,
            partner_id=membership.partner_id,
            at_vendor_id=vendor_id,
            role=membership.role,
            job_functions=list(membership.job_functions),
            region_names=[],
            joined_at=membership.joined_at or membership.started_at,
            started_at=clock.now(),
        )
        db.session.add(going_on)
        db.session.flush()
        # Not in the vendors' own journals: one must not read in them that there is another.
        record(actor, "membership.continued", going_on, chain=INSTALLATION)


def create_partner(actor: Actor, *, name: str) -> Partner:
    """The company's own account; made when its first person joins."""
    partner = Partner(name=name, created_at=clock.now())
    db.session.add(partner)
    db.session.flush()
    record(actor, "partner.created", partner, chain=INSTALLATION)
    return partner


def link_partner(partner_id: int, vendor_id: int) -> None:
    """Remember that a partner's people reach a vendor, for the switcher."""
    if db.session.get(PartnerVendor, (partner_id, vendor_id)) is None:
        db.session.add(PartnerVendor(partner_id=partner_id, vendor_id=vendor_id))
        db.session.flush()


def unlink_partner(partner_id: int, vendor_id: int) -> None:
    """Forget that a partner's people reach a vendor: the partnership has ended."""
    found = db.session.get(PartnerVendor, (partner_id, vendor_id))
    if found is not None:
        db.session.delete(found)
        db.session.flush()
