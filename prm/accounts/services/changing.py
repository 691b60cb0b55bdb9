"""Changing what a person is where they belong: role, job functions, regions; and extra permissions.

A membership is not written over: the one there is ends, another begins at the same instant. What
was true on an earlier day stays so.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select, update

from prm.access import Actor, require
from prm.accounts import queries
from prm.accounts.models import (
    Invitation,
    JobFunction,
    Membership,
    MembershipGrant,
    MembershipRole,
    Partner,
    User,
)
from prm.accounts.services.people import withdraw_invitations_of
from prm.errors import Conflict, DomainError, Forbidden
from prm.extensions import db
from prm.infra import clock
from prm.infra.db import claim
from prm.journal.services import record
from prm.permissions import GRANTS, PARTNER_ROLES, VENDOR_ROLES, P, Role, granted_reaches
from prm.vendors.models import Vendor

MAX_REASON = 300


def list_possible_roles(membership: Membership) -> tuple[Role, ...]:
    """Roles of the side that a membership is on, most powerful first."""
    roles = PARTNER_ROLES if membership.partner_id is not None else VENDOR_ROLES
    return tuple(role for role in Role if role in roles)


def change_membership(
    actor: Actor,
    membership: Membership,
    *,
    role: Role,
    job_functions: Sequence[JobFunction],
    region_names: Sequence[str] = (),
) -> Membership:
    """Change role, job functions and regions of somebody within reach, from now on; the new membership.

    Nothing changed leaves everything as it is. Raises Forbidden where the membership counts with
    vendors that the actor does not act for, DomainError for one's own role and the last
    administrator's, Conflict where it ended meanwhile.
    """
    require(actor, P.PEOPLE_EDIT)
    is_companys = membership.partner_id is not None and membership.at_vendor_id is None
    if is_companys and not queries.acts_for_company(actor):
        raise Forbidden(_("Only the company's own administrator changes this."))
    if role not in list_possible_roles(membership):
        message = _("Choose one of the roles.")
        raise DomainError(message, {"role": message})
    # Two administrators who demote each other at the same moment: the second waits here.
    owner: type[Partner] | type[Vendor] = Partner if membership.partner_id is not None else Vendor
    owner_id = membership.partner_id if membership.partner_id is not None else membership.vendor_id
    db.session.execute(select(owner.id).where(owner.id == owner_id).with_for_update())
    db.session.refresh(membership)
    now = clock.now()
    if membership.ended_at is not None and membership.ended_at <= now:
        raise Conflict(_("This membership has ended already."))
    wanted: dict[str, Any] = {
        "role": role.value,
        "job_functions": [JobFunction(f).value for f in job_functions],
        "region_names": list(region_names) if role is Role.CHANNEL_MANAGER else [],
    }
    before: dict[str, Any] = {
        "role": membership.role.value,
        "job_functions": membership.job_functions,
        "region_names": membership.region_names,
    }
    changed = {name: [before[name], wanted[name]] for name in wanted if before[name] != wanted[name]}
    if not changed:
        return membership
    if "role" in changed:
        _check_role_change(actor, membership)
    membership.ended_at = now
    following = Membership(
        user_id=membership.user_id,
        vendor_id=membership.vendor_id,
        partner_id=membership.partner_id,
        at_vendor_id=membership.at_vendor_id,
        role=MembershipRole(role.value),
        job_functions=wanted["job_functions"],
        region_names=wanted["region_names"],
        joined_at=membership.joined_at or membership.started_at,
        started_at=now,
    )
    db.session.add(following)
    db.session.flush()
    record(actor, "membership.changed", following, facts=changed)
    return following


def _check_role_change(actor: Actor, membership: Membership) -> None:
    """Raises DomainError where the role must stay; whom they invited in the former role do not come."""
    if membership.user_id == actor.user_id:
        message = _("You cannot change your own role. Ask another administrator.")
        raise DomainError(message, {"role": message})
    if queries.is_last_admin(membership):
        message = _("This is the last administrator there. Make somebody else one first.")
        raise DomainError(message, {"role": message})
    withdraw_invitations_of(membership.user_id, Invitation.vendor_id == actor.vendor_id)


# -- extra permissions -------------------------------------------------------------------------


def list_grantable(membership: Membership) -> tuple[P, ...]:
    """Permissions that can be given to somebody of this role beyond it."""
    return tuple(p for p in GRANTS if granted_reaches(p, Role(membership.role.value)))


def grant_permission(
    actor: Actor,
    membership: Membership,
    permission: P,
    *,
    starts_on: date,
    ends_on: date | None,
    reason: str,
    time_zone: str,
) -> MembershipGrant:
    """Give somebody a permission beyond their role with this vendor, from the beginning of a day to the
    end of another in `time_zone`. Raises DomainError naming the field at fault.
    """
    require(actor, P.PEOPLE_GRANT)
    if permission not in list_grantable(membership):
        message = _("Choose one of the permissions.")
        raise DomainError(message, {"permission": message})
    reason = " ".join(reason.split())
    if not reason:
        message = _("Say why: it is kept in the journal.")
        raise DomainError(message, {"reason": message})
    today = clock.today(time_zone)
    if not today <= starts_on <= today + timedelta(days=3660):
        message = _("Choose today or a later day.")
        raise DomainError(message, {"starts_on": message})
    if ends_on is not None and not starts_on <= ends_on <= starts_on + timedelta(days=3660):
        message = _("Choose the first day or a later one.")
        raise DomainError(message, {"ends_on": message})
    now = clock.now()
    grant = MembershipGrant(
        user_id=membership.user_id,
        partner_id=membership.partner_id,
        permission=permission.value,
        starts_at=now if starts_on == today else clock.day_start(starts_on, time_zone),
        ends_at=clock.day_start(ends_on + timedelta(days=1), time_zone) if ends_on is not None else None,
        reason=reason[:MAX_REASON],
        granted_by_id=actor.user_id,
        created_at=now,
    )
    db.session.add(grant)
    db.session.flush()
    user = db.session.get_one(User, membership.user_id)
    record(
        actor,
        "grant.given",
        grant,
        facts={
            "permission": permission.value,
            "membership": str(membership.public_id),
            "starts_on": starts_on.isoformat(),
            "ends_on": ends_on.isoformat() if ends_on is not None else None,
        },
        personal={"name": user.name, "reason": grant.reason},
    )
    return grant


def revoke_grant(actor: Actor, grant: MembershipGrant) -> None:
    """Take a permission back, now. Raises Conflict where it was taken back or ended already."""
    require(actor, P.PEOPLE_GRANT)
    now = clock.now()
    claim(
        update(MembershipGrant)
        .where(MembershipGrant.id == grant.id, queries.is_grant_open())
        .values(revoked_at=now, revoked_by_id=actor.user_id),
        _("This permission was taken back or has ended already."),
    )
    record(actor, "grant.revoked", grant, facts={"permission": grant.permission})
