"""Password resets: a link by mail, once, for a short time.

The request does the same for every address: it writes one row. A job makes the link.
"""

from __future__ import annotations

from datetime import timedelta

from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import delete, func, select, update

from prm.access import Actor, system_actor
from prm.accounts import mailbox
from prm.accounts.models import PasswordReset, User
from prm.accounts.services.people import find_user, set_password
from prm.accounts.services.sign_in import forget_failures
from prm.extensions import db
from prm.infra import clock
from prm.infra.db import claim
from prm.infra.ids import new_token, token_hash
from prm.journal.chain import INSTALLATION
from prm.journal.services import announce, record

MAILS_PER_HOUR = 3
FIRST_PASSWORD_DAYS = 7


def request_reset(actor: Actor, email: str) -> None:
    """Note that somebody asked for a link to `email`; whether anybody has that address stays here."""
    user = find_user(email)
    now = clock.now()
    recent = db.session.scalar(
        select(func.count(PasswordReset.id)).where(
            PasswordReset.user_id == (user.id if user is not None else 0),
            PasswordReset.created_at > now - timedelta(hours=1),
        )
    )
    is_meant = user is not None and user.is_active and (recent or 0) < MAILS_PER_HOUR
    row = PasswordReset(
        user_id=user.id if user is not None and is_meant else None,
        created_at=now,
        expires_at=now + timedelta(minutes=current_app.config["RESET_MINUTES"]),
    )
    db.session.add(row)
    announce(actor, "reset.requested", row)


def send_link(reset_id: int) -> None:
    """Make the link of a request and the mail that carries it; once, and nothing for nobody."""
    token = new_token()
    taken = db.session.execute(
        update(PasswordReset)
        .where(
            PasswordReset.id == reset_id,
            PasswordReset.user_id.is_not(None),
            PasswordReset.mailed_at.is_(None),
            PasswordReset.expires_at > clock.now(),
        )
        .values(token_hash=token_hash(token), mailed_at=clock.now())
        .execution_options(synchronize_session=False)
    )
    if taken.rowcount != 1:
        return
    user = db.session.scalars(
        select(User).join(PasswordReset, PasswordReset.user_id == User.id).where(PasswordReset.id == reset_id)
    ).one()
    actor = system_actor(None)
    record(actor, "user.reset_requested", user, chain=INSTALLATION)
    mailbox.queue_template(
        actor,
        user.email,
        "reset",
        user.locale,
        name=user.name,
        url=mailbox.address_of("accounts.reset", token=token),
        minutes=current_app.config["RESET_MINUTES"],
    )


def list_due() -> list[int]:
    """Requests that no job answered yet."""
    return list(
        db.session.scalars(
            select(PasswordReset.id).where(
                PasswordReset.user_id.is_not(None),
                PasswordReset.mailed_at.is_(None),
                PasswordReset.expires_at > clock.now(),
            )
        )
    )


def forget_old_requests() -> None:
    """Delete requests whose links are long useless, those for nobody among them."""
    db.session.execute(
        delete(PasswordReset)
        .where(PasswordReset.expires_at < clock.now() - timedelta(days=1))
        .execution_options(synchronize_session=False)
    )


def make_first_link(actor: Actor, user: User) -> str:
    """A link with which a person without a password sets one; for whoever hands it to them."""
    token, now = new_token(), clock.now()
    db.session.add(
        PasswordReset(
            token_hash=token_hash(token),
            user_id=user.id,
            created_at=now,
            mailed_at=now,
            expires_at=now + timedelta(days=FIRST_PASSWORD_DAYS),
        )
    )
    record(actor, "user.link_made", user, chain=INSTALLATION)
    return mailbox.address_of("accounts.reset", token=token)


def use_reset(token: str, password: str) -> User:
    """Set a new password by a link's token. Every session and every other link of the person ends.

    Raises Conflict where the link was used, or is too old; DomainError where the password is refused.
    """
    now = clock.now()
    claim(
        update(PasswordReset)
        .where(
            PasswordReset.token_hash == token_hash(token),
            PasswordReset.used_at.is_(None),
            PasswordReset.expires_at > now,
            PasswordReset.user_id.in_(select(User.id).where(User.is_active)),
        )
        .values(used_at=now),
        _("This link was used already, or is too old. Ask for a new one."),
    )
    user = db.session.scalars(
        select(User)
        .join(PasswordReset, PasswordReset.user_id == User.id)
        .where(PasswordReset.token_hash == token_hash(token))
    ).one()
    actor = Actor(name=user.name, user_id=user.id, user_public_id=user.public_id)
    set_password(actor, user, password)
    forget_failures(user.email)
    mailbox.queue_template(actor, user.email, "password_changed", user.locale, name=user.name)
    return user
