"""Reading people, where they belong, and who was invited."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, false, func, or_, select
from sqlalchemy.orm import aliased

from prm.access import Actor
from prm.accounts.models import (
    EmailChange,
    Invitation,
    Membership,
    MembershipGrant,
    MembershipRole,
    OutgoingMail,
    Partner,
    PartnerVendor,
    PasswordReset,
    User,
    UserSession,
)
from prm.errors import NotFound
from prm.extensions import db
from prm.infra import clock
from prm.infra.ids import token_hash
from prm.permissions import P, Reach, Role, granted_reaches

ADMIN_ROLES = (MembershipRole.VENDOR_ADMIN, MembershipRole.PARTNER_ADMIN)


# -- people ------------------------------------------------------------------------------------


def is_current(at: datetime | None = None) -> Any:
    """The criterion of a membership in force at an instant (now by default)."""
    at = at or clock.now()
    return and_(Membership.started_at <= at, or_(Membership.ended_at.is_(None), Membership.ended_at > at))


def select_people(actor: Actor, companies: Select[Any], permission: P = P.PEOPLE_VIEW) -> Select[Any]:
    """(Membership, User, company's name, its partnership's public id) of people within reach.

    `companies` selects partner_id, name, public_id and created_at of the partnerships within reach:
    what a partner's people are reached through. The vendor's own staff are reached by ALL alone.
    """
    company = companies.subquery("company")
    staff = Membership.vendor_id == actor.vendor_id if actor.reach(permission) is Reach.ALL else false()
    return (
        select(
            Membership, User, company.c.name.label("company_name"), company.c.public_id, company.c.created_at
        )
        .join(User, User.id == Membership.user_id)
        .outerjoin(company, company.c.partner_id == Membership.partner_id)
        .where(or_(staff, company.c.partner_id.is_not(None)))
    )


def get_membership(
    actor: Actor, public_id: UUID, companies: Select[Any], permission: P
) -> tuple[Membership, User, str | None]:
    """A current membership within reach, with its person and company. Raises NotFound."""
    statement = select_people(actor, companies, permission).where(
        Membership.public_id == public_id, is_current()
    )
    row = db.session.execute(statement).one_or_none()
    if row is None:
        raise NotFound
    return row[0], row[1], row.company_name


def is_replaced() -> Any:
    """The criterion of a membership that ended because a changed one began at that instant."""
    following = aliased(Membership)
    same_place = and_(
        following.user_id == Membership.user_id,
        following.vendor_id.is_not_distinct_from(Membership.vendor_id),
        following.partner_id.is_not_distinct_from(Membership.partner_id),
        following.started_at == Membership.ended_at,
    )
    return select(following.id).where(same_place).exists()


def list_past(membership: Membership, begun: datetime | None) -> list[Membership]:
    """What a person was at the same place before, newest first; nothing that ended before `begun`."""
    statement = select(Membership).where(
        Membership.user_id == membership.user_id,
        Membership.vendor_id.is_not_distinct_from(membership.vendor_id),
        Membership.partner_id.is_not_distinct_from(membership.partner_id),
        Membership.ended_at.is_not(None),
        Membership.id != membership.id,
    )
    if begun is not None:
        statement = statement.where(Membership.ended_at > begun)
    return list(
        db.session.scalars(statement.order_by(Membership.started_at.desc(), Membership.id.desc()).limit(50))
    )


def find_company_start(companies: Select[Any], membership: Membership) -> datetime | None:
    """When the work with a partner's company began; None for the vendor's own staff."""
    if membership.partner_id is None:
        return None
    company = companies.subquery("company")
    return db.session.scalars(
        select(company.c.created_at).where(company.c.partner_id == membership.partner_id).limit(1)
    ).one_or_none()


# -- grants ------------------------------------------------------------------------------------


def is_grant_open() -> Any:
    """The criterion of a grant that was not taken back and has not ended."""
    return and_(
        MembershipGrant.revoked_at.is_(None),
        or_(MembershipGrant.ends_at.is_(None), MembershipGrant.ends_at > clock.now()),
    )


def _grants_of(membership: Membership) -> Any:
    """The criterion of the grants of one stay."""
    return and_(
        MembershipGrant.user_id == membership.user_id,
        MembershipGrant.partner_id.is_not_distinct_from(membership.partner_id),
        MembershipGrant.created_at >= (membership.joined_at or membership.started_at),
    )


def list_grants(membership: Membership) -> list[tuple[MembershipGrant, str | None]]:
    """Everything given to a person with the vendor served, newest first, and who gave it."""
    rows = db.session.execute(
        select(MembershipGrant, User.name)
        .outerjoin(User, User.id == MembershipGrant.granted_by_id)
        .where(_grants_of(membership))
        .order_by(MembershipGrant.id.desc())
        .limit(100)
    )
    return [(grant, name) for grant, name in rows]


def get_grant(membership: Membership, public_id: UUID) -> MembershipGrant:
    """Raises NotFound."""
    found = db.session.scalars(
        select(MembershipGrant).where(MembershipGrant.public_id == public_id, _grants_of(membership))
    ).one_or_none()
    if found is None:
        raise NotFound
    return found


def list_granted(membership: Membership) -> tuple[tuple[P, Reach], ...]:
    """What a person may with the vendor served beyond their role, now."""
    rows = db.session.scalars(
        select(MembershipGrant.permission).where(
            _grants_of(membership), is_grant_open(), MembershipGrant.starts_at <= clock.now()
        )
    )
    role = Role(membership.role.value)
    return tuple(pair for name in rows for pair in granted_reaches(P(name), role).items())


def is_last_admin(membership: Membership) -> bool:
    """Whether nobody else could look after the vendor or company when this membership ended.

    Who counts with one vendor alone does not stand in for who acts for the company everywhere.
    """
    if membership.role not in ADMIN_ROLES:
        return False
    stands_in = Membership.at_vendor_id.is_(None)
    if membership.at_vendor_id is not None:
        stands_in = or_(stands_in, Membership.at_vendor_id == membership.at_vendor_id)
    others = select(func.count(Membership.id)).where(
        Membership.id != membership.id,
        Membership.role == membership.role,
        Membership.vendor_id == membership.vendor_id
        if membership.vendor_id is not None
        else Membership.partner_id == membership.partner_id,
        stands_in,
        is_current(),
    )
    others = others.join(User, User.id == Membership.user_id).where(User.is_active)
    return db.session.scalar(others) == 0


def acts_for_company(actor: Actor) -> bool:
    """Whether the actor is their partner company's own administrator, with every vendor of it."""
    if actor.partner_id is None or actor.membership_id is None:
        return False
    membership = db.session.get(Membership, actor.membership_id)
    return (
        membership is not None
        and membership.role is MembershipRole.PARTNER_ADMIN
        and membership.at_vendor_id is None
    )


def has_own_admin(partner_id: int) -> bool:
    """Whether a company has an administrator who acts for it with every vendor."""
    statement = (
        select(Membership.id)
        .join(User, User.id == Membership.user_id)
        .where(
            Membership.partner_id == partner_id,
            Membership.role == MembershipRole.PARTNER_ADMIN,
            Membership.at_vendor_id.is_(None),
            User.is_active,
            is_current(),
        )
    )
    return db.session.scalars(statement.limit(1)).one_or_none() is not None


def list_own_admins(partner_id: int | None) -> list[User]:
    """Who looks after a company's people, with every vendor of it; by name."""
    return list(
        db.session.scalars(
            select(User)
            .join(Membership, Membership.user_id == User.id)
            .where(
                Membership.partner_id == partner_id,
                Membership.role == MembershipRole.PARTNER_ADMIN,
                Membership.at_vendor_id.is_(None),
                User.is_active,
                is_current(),
            )
            .order_by(func.lower(User.name), User.id)
            .limit(20)
        )
    )


def works_with_others(partner_id: int, vendor_id: int) -> bool:
    """Whether a company works with another vendor too. Never shown to any vendor."""
    statement = select(PartnerVendor.vendor_id).where(
        PartnerVendor.partner_id == partner_id, PartnerVendor.vendor_id != vendor_id
    )
    return db.session.scalars(statement.limit(1)).one_or_none() is not None


def list_own_companies(user_id: int) -> list[Partner]:
    """The companies that a person looks after as their own administrator, by name."""
    return list(
        db.session.scalars(
            select(Partner)
            .join(Membership, Membership.partner_id == Partner.id)
            .where(
                Membership.user_id == user_id,
                Membership.role == MembershipRole.PARTNER_ADMIN,
                Membership.at_vendor_id.is_(None),
                is_current(),
            )
            .order_by(Partner.name, Partner.id)
        )
    )


def list_names(refs: Sequence[str]) -> dict[str, str]:
    """What the people behind actor references of the journal ("user:<id>") are called."""
    ids = []
    for ref in refs:
        try:
            ids.append(UUID(ref.removeprefix("user:")))
        except ValueError:
            continue
    rows = db.session.execute(select(User.public_id, User.name).where(User.public_id.in_(ids)))
    return {f"user:{public_id}": name for public_id, name in rows}


# -- sessions ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class OpenSession:
    client_name: str
    created_at: datetime
    expires_at: datetime
    is_this: bool


def list_sessions(user_id: int, token: str) -> list[OpenSession]:
    """A person's open sessions, newest first; `token` is this one's."""
    rows = db.session.scalars(
        select(UserSession)
        .where(
            UserSession.user_id == user_id,
            UserSession.ended_at.is_(None),
            UserSession.expires_at > clock.now(),
        )
        .order_by(UserSession.created_at.desc(), UserSession.id.desc())
        .limit(50)
    )
    here = token_hash(token)
    return [OpenSession(r.client_name, r.created_at, r.expires_at, r.token_hash == here) for r in rows]


# -- invitations and resets --------------------------------------------------------------------


def is_open() -> Any:
    """The criterion of an invitation that can still be accepted."""
    return and_(
        Invitation.accepted_at.is_(None),
        Invitation.withdrawn_at.is_(None),
        Invitation.expires_at > clock.now(),
    )


def select_invitations(actor: Actor, companies: Select[Any], permission: P) -> Select[Any]:
    """(Invitation, name of who invited) of open invitations within reach; see select_people."""
    reached = companies.subquery("company")
    within = Invitation.partnership_public_id.in_(select(reached.c.public_id))
    if actor.reach(permission) is Reach.ALL:
        within = or_(within, Invitation.partnership_public_id.is_(None))
    return (
        select(Invitation, User.name.label("invited_by"))
        .outerjoin(User, User.id == Invitation.invited_by_id)
        .where(Invitation.vendor_id == actor.vendor_id, within, is_open())
    )


def get_invitation(actor: Actor, public_id: UUID, companies: Select[Any], permission: P) -> Invitation:
    """Raises NotFound where it is not open any more, or not within reach."""
    statement = select_invitations(actor, companies, permission).where(Invitation.public_id == public_id)
    row = db.session.execute(statement).one_or_none()
    if row is None:
        raise NotFound
    invitation: Invitation = row[0]
    return invitation


def find_invitation(token: str) -> Invitation | None:
    """The open invitation behind a link's token."""
    return db.session.scalars(
        select(Invitation).where(Invitation.token_hash == token_hash(token), is_open())
    ).one_or_none()


def find_reset(token: str) -> PasswordReset | None:
    """The reset that a link's token still allows."""
    return db.session.scalars(
        select(PasswordReset)
        .join(User, User.id == PasswordReset.user_id)
        .where(
            PasswordReset.token_hash == token_hash(token),
            PasswordReset.used_at.is_(None),
            PasswordReset.expires_at > clock.now(),
            User.is_active,
        )
    ).one_or_none()


def is_email_change_open() -> Any:
    """The criterion of a change of address that can still be confirmed."""
    return and_(
        EmailChange.used_at.is_(None),
        EmailChange.withdrawn_at.is_(None),
        EmailChange.expires_at > clock.now(),
    )


def find_email_change(token: str) -> EmailChange | None:
    """The change of address that a link's token still confirms."""
    return db.session.scalars(
        select(EmailChange)
        .join(User, User.id == EmailChange.user_id)
        .where(EmailChange.token_hash == token_hash(token), is_email_change_open(), User.is_active)
    ).one_or_none()


def find_open_email_change(user_id: int) -> EmailChange | None:
    """The change of address that waits for its confirmation."""
    return db.session.scalars(
        select(EmailChange)
        .where(EmailChange.user_id == user_id, is_email_change_open())
        .order_by(EmailChange.id.desc())
        .limit(1)
    ).one_or_none()


# -- mail --------------------------------------------------------------------------------------


def list_mails(limit: int = 100) -> list[OutgoingMail]:
    """The newest mails of the installation: what a demo's page of sent mail shows."""
    return list(
        db.session.scalars(
            select(OutgoingMail).order_by(OutgoingMail.created_at.desc(), OutgoingMail.id.desc()).limit(limit)
        )
    )
