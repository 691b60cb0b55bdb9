"""Verbs on people and where they belong."""

from __future__ import annotations

from collections.abc import Sequence

from babel import Locale, UnknownLocaleError
from email_validator import EmailNotValidError, validate_email
from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import select, update

from prm.access import Actor
from prm.accounts import sessions
from prm.accounts.models import (
    JobFunction,
    Membership,
    MembershipRole,
    Partner,
    PartnerVendor,
    User,
)
from prm.accounts.passwords import hash_password
from prm.errors import DomainError
from prm.extensions import db
from prm.infra import clock
from prm.journal.services import INSTALLATION, record
from prm.permissions import PARTNER_ROLES, VENDOR_ROLES, Role


def fold_email(email: str) -> str:
    """How addresses are compared: case does not tell people apart."""
    return email.strip().casefold()


def check_email(email: str) -> str:
    """The address, normalised. Raises DomainError where it is none (its host is not looked up)."""
    try:
        return validate_email(email, check_deliverability=False, test_environment=True).normalized
    except EmailNotValidError:
        message = _("%(email)s is not a mail address.", email=email[:120])
        raise DomainError(message, {"email": message}) from None


def find_user(email: str) -> User | None:
    return db.session.scalars(select(User).where(User.email_folded == fold_email(email))).one_or_none()


def create_user(
    actor: Actor,
    *,
    email: str,
    name: str,
    password: str | None = None,
    locale: str | None = None,
    time_zone: str = "UTC",
) -> User:
    """Create a person who can sign in (once they have a password).

    Raises DomainError where the address is malformed or taken, or the password is refused.
    """
    email = check_email(email)
    if not name.strip():
        raise DomainError(_("Enter a name."), {"name": _("Enter a name.")})
    if find_user(email) is not None:
        message = _("There is already a person with the address %(email)s.", email=email)
        raise DomainError(message, {"email": message})
    user = User(
        email=email,
        email_folded=fold_email(email),
        name=name.strip()[:120],
        password_hash=hash_password(password) if password is not None else None,
        locale=_known_locale(locale),
        time_zone=time_zone,
        created_at=clock.now(),
    )
    db.session.add(user)
    db.session.flush()
    record(actor, "user.created", user, personal={"email": email, "name": user.name}, chain=INSTALLATION)
    return user


def _known_locale(locale: str | None) -> str:
    offered: list[str] = current_app.config["LANGUAGES"]
    try:
        return str(Locale.parse(locale)) if locale in offered else offered[0]
    except UnknownLocaleError:
        return offered[0]


def add_membership(
    actor: Actor,
    user: User,
    role: Role,
    *,
    vendor_id: int | None = None,
    partner_id: int | None = None,
    job_functions: Sequence[JobFunction] = (),
    region_names: Sequence[str] = (),
) -> Membership:
    """Affiliate a person with a vendor, a partner or (operator) the installation, from now on.

    Raises DomainError where the role belongs to the other side, or the person already belongs there.
    """
    wanted = (role in VENDOR_ROLES, role in PARTNER_ROLES)
    if wanted != (vendor_id is not None, partner_id is not None):
        raise DomainError(
            _("The role %(role)s does not belong there.", role=role.value),
            {"role": _("Vendor roles go with a vendor, partner roles with a partner.")},
        )
    for membership in sessions.list_memberships(user.id):
        if (membership.vendor_id, membership.partner_id) == (vendor_id, partner_id):
            raise DomainError(_("%(name)s already belongs there.", name=user.name))
    membership = Membership(
        user_id=user.id,
        vendor_id=vendor_id,
        partner_id=partner_id,
        role=MembershipRole(role.value),
        job_functions=[JobFunction(f).value for f in job_functions],
        region_names=list(region_names),
        started_at=clock.now(),
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


def end_membership(actor: Actor, membership: Membership) -> None:
    """End a membership now: what hangs on it stops with the next request; history stays."""
    membership.ended_at = clock.now()
    record(actor, "membership.ended", membership, facts={"role": membership.role.value})


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


def set_password(actor: Actor, user: User, password: str) -> None:
    """Change a password and end every session of the person. Raises DomainError if it is refused."""
    hashed = hash_password(password)
    db.session.execute(update(User).where(User.id == user.id).values(password_hash=hashed))
    sessions.end_all_sessions(user.id)
    record(actor, "user.password_set", user, chain=INSTALLATION)
