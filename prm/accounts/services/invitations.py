"""Invitations: a link by mail, once, for some days.

Nobody gives away more than they have: who may invite whom is decided here, from the reach of the
permission, not by what a form offers.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Protocol
from uuid import UUID

from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import select, update

from prm.access import Actor, require
from prm.accounts import mailbox, queries, sessions
from prm.accounts.labels import ROLE_LABELS
from prm.accounts.models import Invitation, JobFunction, MembershipRole, User
from prm.accounts.services.memberships import add_membership
from prm.accounts.services.people import check_email, check_name, create_user, find_user, fold_email
from prm.errors import Conflict, DomainError, Forbidden, NotFound
from prm.extensions import db
from prm.infra import clock
from prm.infra.db import claim
from prm.infra.ids import new_token, token_hash
from prm.journal.services import record
from prm.permissions import PARTNER_ROLES, VENDOR_ROLES, P, Reach, Role
from prm.vendors.languages import default_language
from prm.vendors.models import Vendor


class Company(Protocol):
    """A partnership, as far as an invitation needs to know it."""

    id: int
    public_id: UUID
    vendor_id: int
    name: str
    region_id: int | None
    partner_id: int | None


def list_invitable_roles(actor: Actor) -> tuple[Role, ...]:
    """Roles that the actor may give to somebody, most powerful first."""
    reach = actor.reach(P.PEOPLE_INVITE)
    roles = VENDOR_ROLES | PARTNER_ROLES if reach is Reach.ALL else PARTNER_ROLES
    return tuple(role for role in Role if role in roles) if reach is not Reach.NO else ()


def invite(
    actor: Actor,
    *,
    email: str,
    name: str,
    role: Role,
    company: Company | None = None,
    job_functions: Sequence[JobFunction] = (),
    region_names: Sequence[str] = (),
    locale: str | None = None,
) -> Invitation:
    """Invite somebody to the vendor, or (with `company`) to a partnership; the mail is made due.

    `locale`: the language of somebody new, where it is known; else that of who invites.

    An open invitation of the same address to the same place is replaced. Raises Forbidden for a role
    or company beyond the actor's reach, DomainError naming the field at fault.
    """
    email, name = check_invitation(actor, email, name, role, company)
    db.session.execute(
        update(Invitation)
        .where(
            Invitation.vendor_id == actor.vendor_id,
            Invitation.email == email,
            Invitation.partnership_public_id == (company.public_id if company else None),
            queries.is_open(),
        )
        .values(withdrawn_at=clock.now())
        .execution_options(synchronize_session=False)
    )
    token, now = new_token(), clock.now()
    invitation = Invitation(
        token_hash=token_hash(token),
        email=email,
        name=name,
        role=MembershipRole(role.value),
        job_functions=[JobFunction(f).value for f in job_functions],
        region_names=list(region_names) if role is Role.CHANNEL_MANAGER else [],
        vendor_id=actor.vendor_id,
        partnership_public_id=company.public_id if company else None,
        company_name=company.name if company else None,
        is_for_company=queries.acts_for_company(actor),
        invited_by_id=actor.user_id,
        created_at=now,
        expires_at=now + timedelta(days=current_app.config["INVITATION_DAYS"]),
    )
    db.session.add(invitation)
    db.session.flush()
    record(actor, "invitation.sent", invitation, facts={"role": role.value}, personal={"email": email})
    vendor = db.session.get_one(Vendor, actor.vendor_id)
    known = find_user(email)
    mailbox.queue_template(
        actor,
        email,
        "invitation",
        known.locale if known is not None else locale or default_language(vendor) or actor.locale,
        vendor_id=vendor.id,
        name=name,
        inviter=actor.name,
        vendor=vendor.name,
        company=invitation.company_name,
        role=ROLE_LABELS[role],
        days=current_app.config["INVITATION_DAYS"],
        url=mailbox.address_of("accounts.invitation", token=token),
    )
    return invitation


def check_invitation(
    actor: Actor, email: str, name: str, role: Role, company: Company | None
) -> tuple[str, str]:
    """The address and name as they would be invited. Raises what invite() would raise."""
    _check_reach(actor, role, company)
    email, name = check_email(email), check_name(name)
    _check_new(actor, email, company)
    return email, name


def _check_reach(actor: Actor, role: Role, company: Company | None) -> None:
    if role not in list_invitable_roles(actor):
        raise Forbidden(_("You cannot give somebody this role."))
    if (role in PARTNER_ROLES) is not (company is not None):
        message = _("Choose the partner for a partner's role, and none for a role of yours.")
        raise DomainError(message, {"company": message})
    if company is None:
        return
    reach = actor.reach(P.PEOPLE_INVITE)
    is_within = company.vendor_id == actor.vendor_id and (
        reach is Reach.ALL
        or (reach is Reach.SCOPE and (actor.region_ids is None or company.region_id in actor.region_ids))
        or (reach is Reach.OWN and company.id == actor.partnership_id)
    )
    if not is_within:
        raise NotFound


def _check_new(actor: Actor, email: str, company: Company | None) -> None:
    """Raises DomainError where the person belongs there already, as the actor can see anyway."""
    user = find_user(email)
    if user is None:
        return
    for membership in sessions.list_memberships(user.id):
        here = (
            membership.vendor_id == actor.vendor_id
            if company is None
            else company.partner_id is not None
            and membership.partner_id == company.partner_id
            and not (membership.at_vendor_id is not None and queries.acts_for_company(actor))
        )
        if here:
            message = _("%(name)s already belongs there.", name=user.name)
            raise DomainError(message, {"email": message})


def invite_again(actor: Actor, invitation: Invitation, company: Company | None) -> Invitation:
    """Send an open invitation once more, as the actor's: a new link, a new time to come; the old one ends.

    Raises as invite does.
    """
    return invite(
        actor,
        email=invitation.email,
        name=invitation.name,
        role=Role(invitation.role.value),
        company=company,
        job_functions=[JobFunction(each) for each in invitation.job_functions],
        region_names=invitation.region_names,
    )


def withdraw_invitation(actor: Actor, invitation: Invitation) -> None:
    """Make an open invitation's link useless. Raises Conflict where it was accepted meanwhile."""
    require(actor, P.PEOPLE_INVITE)
    claim(
        update(Invitation)
        .where(Invitation.id == invitation.id, queries.is_open())
        .values(withdrawn_at=clock.now()),
        _("This invitation was accepted or withdrawn already."),
    )
    record(actor, "invitation.withdrawn", invitation)


def accept_invitation(
    token: str,
    *,
    user_id: int | None,
    name: str = "",
    password: str = "",
    locale: str | None = None,
    time_zone: str = "UTC",
    partner_public_id: UUID | None = None,
) -> User:
    """Accept an invitation as the person signed in (`user_id`), or as a new one with a password.

    Serve the inviting vendor. `partner_public_id`: the company whose administrator the person is,
    to be linked to the inviting partnership. What follows for a partner's people (the company's
    account, the link, the membership) is a reaction, see prm/reactions.py. Raises Conflict where the
    invitation is gone, Forbidden where it is somebody else's, DomainError naming the field at fault.
    """
    gone = _("This invitation was accepted or withdrawn, or it is too old. Ask for a new one.")
    invitation = db.session.scalars(
        select(Invitation).where(Invitation.token_hash == token_hash(token))
    ).one_or_none()
    if invitation is None:
        raise Conflict(gone)
    claim(
        update(Invitation)
        .where(Invitation.id == invitation.id, queries.is_open())
        .values(accepted_at=clock.now()),
        gone,
    )
    inviting = Actor(vendor_id=invitation.vendor_id)
    user = _accepting(inviting, invitation, user_id, name, password, locale, time_zone)
    invitation.accepted_by_id = user.id
    if partner_public_id is not None:
        own = {partner.public_id: partner.id for partner in queries.list_own_companies(user.id)}
        if partner_public_id not in own or invitation.role is not MembershipRole.PARTNER_ADMIN:
            message = _("Choose a company that you administer.")
            raise DomainError(message, {"company": message})
        invitation.partner_id = own[partner_public_id]
    db.session.flush()
    role = Role(invitation.role.value)
    actor = Actor(
        role=role, name=user.name, user_id=user.id, user_public_id=user.public_id,
        vendor_id=invitation.vendor_id, locale=user.locale, time_zone=user.time_zone,
    )  # fmt: skip
    if role in VENDOR_ROLES:
        add_membership(
            actor,
            user,
            role,
            vendor_id=invitation.vendor_id,
            job_functions=[JobFunction(f) for f in invitation.job_functions],
            region_names=invitation.region_names,
        )
    record(actor, "invitation.accepted", invitation, facts={"role": role.value})
    return user


def _accepting(
    actor: Actor,
    invitation: Invitation,
    user_id: int | None,
    name: str,
    password: str,
    locale: str | None,
    time_zone: str,
) -> User:
    """Who accepts: the owner of the address invited, signed in; or a new person with that address."""
    if user_id is None:
        if find_user(invitation.email) is not None:
            raise Forbidden(_("There is an account with this address already. Sign in to accept."))
        return create_user(
            actor, email=invitation.email, name=name, password=password, locale=locale, time_zone=time_zone
        )
    user = db.session.get_one(User, user_id)
    if user.email_folded != fold_email(invitation.email):
        raise Forbidden(_("This invitation was sent to another address than yours."))
    return user
