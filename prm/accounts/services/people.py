"""Verbs on a person: created, changed, closed; their password."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from babel import Locale, UnknownLocaleError
from email_validator import EmailNotValidError, validate_email
from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError

from prm.access import Actor
from prm.accounts import mailbox, sessions
from prm.accounts.models import EmailChange, Invitation, PasswordReset, SignInStep, User
from prm.accounts.passwords import hash_password
from prm.accounts.switcher import list_places
from prm.errors import Conflict, DomainError
from prm.extensions import db
from prm.infra import clock
from prm.infra.time_zones import is_time_zone
from prm.journal.chain import INSTALLATION
from prm.journal.services import record


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


def check_name(name: str) -> str:
    """The name with single spaces. Raises DomainError without one."""
    name = " ".join(name.split())[:120]
    if not name:
        raise DomainError(_("Enter a name."), {"name": _("Enter a name.")})
    return name


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

    Raises DomainError where the address is malformed or taken, the zone unknown or the password refused.
    """
    email, name = check_email(email), check_name(name)
    _check_zone(time_zone)
    if find_user(email) is not None:
        message = _("There is already a person with the address %(email)s.", email=email)
        raise DomainError(message, {"email": message})
    user = User(
        email=email,
        email_folded=fold_email(email),
        name=name,
        password_hash=hash_password(password) if password is not None else None,
        locale=_known_locale(locale),
        time_zone=time_zone,
        created_at=clock.now(),
    )
    db.session.add(user)
    try:
        db.session.flush()
    except IntegrityError as error:  # somebody else with this address came at the same moment
        message = _("There is already a person with the address %(email)s.", email=email)
        raise Conflict(message, {"email": message}) from error
    record(actor, "user.created", user, personal={"email": email, "name": user.name}, chain=INSTALLATION)
    return user


def _known_locale(locale: str | None) -> str:
    offered: list[str] = current_app.config["LANGUAGES"]
    try:
        return str(Locale.parse(locale)) if locale in offered else offered[0]
    except UnknownLocaleError:
        return offered[0]


def _check_zone(time_zone: str) -> None:
    if not is_time_zone(time_zone):
        message = _("%(zone)s is not a time zone.", zone=time_zone[:60])
        raise DomainError(message, {"time_zone": message})


def change_profile(actor: Actor, user: User, *, name: str, locale: str, time_zone: str) -> None:
    """Change what a person states of themselves. Raises DomainError naming the field at fault."""
    name = check_name(name)
    if locale not in current_app.config["LANGUAGES"]:
        raise DomainError(_("Choose one of the languages offered."), {"locale": _("Choose a language.")})
    _check_zone(time_zone)
    if (user.name, user.locale, user.time_zone) == (name, locale, time_zone):
        return
    renamed = user.name != name
    user.name, user.locale, user.time_zone = name, locale, time_zone
    record(
        actor,
        "user.changed",
        user,
        facts={"locale": locale, "time_zone": time_zone},
        personal={"name": name} if renamed else None,
        chain=INSTALLATION,
    )


def set_locale(user: User, locale: str) -> None:
    """Remember the language a person chose with a click; a language not offered is ignored."""
    if locale in current_app.config["LANGUAGES"]:
        user.locale = locale


def set_password(actor: Actor, user: User, password: str) -> None:
    """Change a password; every session of the person ends, and every link that could set another.

    Raises DomainError if it is refused.
    """
    hashed = hash_password(password)
    db.session.execute(update(User).where(User.id == user.id).values(password_hash=hashed))
    db.session.execute(
        update(PasswordReset)
        .where(PasswordReset.user_id == user.id, PasswordReset.used_at.is_(None))
        .values(used_at=clock.now())
        .execution_options(synchronize_session=False)
    )
    withdraw_email_changes(user)
    db.session.execute(
        delete(SignInStep).where(SignInStep.user_id == user.id).execution_options(synchronize_session=False)
    )
    sessions.end_all_sessions(user.id)
    record(actor, "user.password_set", user, chain=INSTALLATION)


def change_password(actor: Actor, user: User, *, current: str, new: str) -> None:
    """Set a new password for somebody who has just proven the current one; a mail tells them.

    Ends every session of theirs, this one too. Raises DomainError where the new one is refused.
    """
    if current == new:
        message = _("Choose a password other than the current one.")
        raise DomainError(message, {"password": message})
    set_password(actor, user, new)
    mailbox.queue_template(actor, user.email, "password_changed", user.locale, name=user.name)


def withdraw_email_changes(user: User) -> None:
    """Make links useless that would change the address a person signs in with."""
    db.session.execute(
        update(EmailChange)
        .where(
            EmailChange.user_id == user.id,
            EmailChange.used_at.is_(None),
            EmailChange.withdrawn_at.is_(None),
        )
        .values(withdrawn_at=clock.now())
        .execution_options(synchronize_session=False)
    )


def record_of_person(
    actor: Actor, action: str, user: User, *, personal: Mapping[str, str | None] | None = None
) -> None:
    """Journal what a person did to their own account: the installation's journal, and that of each
    vendor they work for or with. None of these names another."""
    places = sorted(list_places(user.id), key=lambda place: place.vendor_id)
    for chain in (INSTALLATION, *(str(place.vendor_public_id) for place in places)):
        record(actor, action, user, personal=personal, chain=chain)


def withdraw_invitations_of(user_id: int, *criteria: Any) -> None:
    """Make the open invitations that a person sent useless, or those of them that meet `criteria`:
    who loses their place must not have left a door open."""
    db.session.execute(
        update(Invitation)
        .where(
            Invitation.invited_by_id == user_id,
            Invitation.accepted_at.is_(None),
            Invitation.withdrawn_at.is_(None),
            *criteria,
        )
        .values(withdrawn_at=clock.now())
        .execution_options(synchronize_session=False)
    )


def close_account(actor: Actor, user: User) -> None:
    """Close a person's account: every session ends, no sign-in any more; history stays.

    Whom they invited can no longer come by that.
    """
    user.is_active = False
    sessions.end_all_sessions(user.id)
    withdraw_invitations_of(user.id)
    record(actor, "user.closed", user, chain=INSTALLATION)


def reopen_account(actor: Actor, user: User) -> None:
    """Let a person whose account was closed sign in again."""
    user.is_active = True
    record(actor, "user.reopened", user, chain=INSTALLATION)
