"""Changing the address one signs in with: a link to the new one, word of it to the old one.

Whether somebody else has the new address already is not told: the answer is the same, and no link
is sent there.
"""

from __future__ import annotations

from datetime import timedelta

from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import IntegrityError

from prm.access import Actor
from prm.accounts import mailbox, queries, sessions
from prm.accounts.models import EmailChange, PasswordReset, User
from prm.accounts.services.people import (
    check_email,
    find_user,
    fold_email,
    record_of_person,
    withdraw_email_changes,
)
from prm.accounts.services.sign_in import forget_failures
from prm.errors import Conflict, DomainError, TooMany
from prm.extensions import db
from prm.infra import clock
from prm.infra.db import claim
from prm.infra.ids import new_token, token_hash

MAILS_PER_HOUR = 5


def request_email_change(actor: Actor, user: User, email: str) -> EmailChange:
    """Send a link to the new address of a person, and word of it to the one they have.

    A change asked for before is withdrawn. Raises DomainError where it is no address or the same
    one, TooMany after several within an hour.
    """
    email = check_email(email)
    if email == user.email:
        message = _("This is the address you have already.")
        raise DomainError(message, {"email": message})
    now = clock.now()
    recent = db.session.scalar(
        select(func.count(EmailChange.id)).where(
            EmailChange.user_id == user.id, EmailChange.created_at > now - timedelta(hours=1)
        )
    )
    if (recent or 0) >= MAILS_PER_HOUR:
        message = _("You have asked for several changes already. Try again in an hour.")
        raise TooMany(message, {"email": message})
    withdraw_email_changes(user)
    token, minutes = new_token(), current_app.config["RESET_MINUTES"]
    change = EmailChange(
        token_hash=token_hash(token),
        user_id=user.id,
        email=email,
        created_at=now,
        expires_at=now + timedelta(minutes=minutes),
    )
    db.session.add(change)
    db.session.flush()
    record_of_person(actor, "user.email_change_requested", user, personal={"email": email})
    mailbox.queue_template(actor, user.email, "email_change_notice", user.locale, name=user.name, email=email)
    owner = find_user(email)
    if owner is None or owner.id == user.id:
        # No name in it: mistyped, it reaches a stranger.
        url = mailbox.address_of("accounts.confirm_email", token=token)
        mailbox.queue_template(actor, email, "email_change", user.locale, url=url, minutes=minutes)
    return change


def cancel_email_change(actor: Actor, user: User) -> None:
    """Withdraw what was asked for. Raises Conflict where nothing waits."""
    if queries.find_open_email_change(user.id) is None:
        raise Conflict(_("No change of your mail address is waiting any more."))
    withdraw_email_changes(user)
    record_of_person(actor, "user.email_change_withdrawn", user)


def confirm_email_change(token: str, *, session_token: str | None = None) -> User:
    """Make the address that a link was sent to the one its owner signs in with; once.

    Every session of theirs ends, but for `session_token` where that is theirs; links that were sent
    to the old address work no more. Raises Conflict where the link is used, withdrawn or too old, or
    somebody else has the address now.
    """
    gone = _("This link was used already, or is too old. Ask for a new one.")
    now = clock.now()
    claim(
        update(EmailChange)
        .where(
            EmailChange.token_hash == token_hash(token),
            queries.is_email_change_open(),
            EmailChange.user_id.in_(select(User.id).where(User.is_active)),
        )
        .values(used_at=now),
        gone,
    )
    change, user = db.session.execute(
        select(EmailChange, User)
        .join(User, User.id == EmailChange.user_id)
        .where(EmailChange.token_hash == token_hash(token))
    ).one()
    owner = find_user(change.email)
    if owner is not None and owner.id != user.id:
        raise Conflict(gone)
    forget_failures(user.email)
    former, user.email, user.email_folded = user.email, change.email, fold_email(change.email)
    try:
        db.session.flush()
    except IntegrityError as error:  # somebody else with this address came at the same moment
        raise Conflict(gone) from error
    db.session.execute(
        update(PasswordReset)
        .where(PasswordReset.user_id == user.id, PasswordReset.used_at.is_(None))
        .values(used_at=now)
        .execution_options(synchronize_session=False)
    )
    sessions.end_all_sessions(user.id, but=session_token)
    actor = Actor(name=user.name, user_id=user.id, user_public_id=user.public_id)
    record_of_person(
        actor, "user.email_changed", user, personal={"former_email": former, "email": user.email}
    )
    return user


def forget_old_changes() -> None:
    """Delete what was asked for and long has no use: it holds an address."""
    db.session.execute(
        delete(EmailChange)
        .where(EmailChange.expires_at < clock.now() - timedelta(days=1))
        .execution_options(synchronize_session=False)
    )
