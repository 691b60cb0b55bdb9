"""Signing in: attempts are counted before they are made, and every refusal looks the same.

An attempt is written down (and committed) before the password is looked at, and only then counted.
However many are made at once, no more than the limit are ever checked: whoever counts last sees all
the others. What the answer shows and how long it takes do not tell why it is a refusal.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import and_, delete, func, select, update

from prm.accounts import sessions
from prm.accounts.models import SignInFailure, SignInStep, User
from prm.accounts.passwords import is_outdated, matches, rehash
from prm.accounts.services.people import find_user, fold_email
from prm.errors import DomainError, TooMany
from prm.extensions import db
from prm.infra import clock
from prm.infra.db import claim
from prm.infra.ids import new_token, token_hash

WINDOW = timedelta(minutes=15)
STEP_TIME = timedelta(minutes=10)
LIMIT_PER_ADDRESS = 10
LIMIT_PER_ORIGIN = 50


@dataclass(frozen=True)
class Attempt:
    """One attempt, as it is counted: keyed hashes of the address tried and of where it came from."""

    address_hash: str
    origin_hash: str
    row_ids: tuple[int, ...]


def note_attempt(email: str, origin: str) -> Attempt:
    """Write an attempt down. Commit before check_attempt(), or parallel ones do not see each other."""
    address_hash, origin_hash = hash_address(email), _keyed("origin", _network(origin))
    rows = [SignInFailure(subject_hash=h, at=clock.now()) for h in (address_hash, origin_hash)]
    db.session.add_all(rows)
    db.session.flush()
    return Attempt(address_hash, origin_hash, tuple(row.id for row in rows))


def check_attempt(attempt: Attempt, email: str, password: str) -> User:
    """The person, if the password is theirs.

    Raises DomainError (or TooMany, where a limit is reached) with one and the same sentence for an
    unknown address, a wrong password, a closed account and one without a password. One password
    is verified in every case. Not inside transaction(): this takes time on purpose.
    """
    is_over = _is_over(attempt)
    user = find_user(email)
    is_open = user is not None and user.is_active and not is_over
    is_right = matches(user.password_hash if user is not None and is_open else None, password)
    if is_over:
        raise TooMany(_refusal())
    if user is None or not is_right:
        raise DomainError(_refusal())
    return user


def complete_attempt(attempt: Attempt, user: User, password: str, client_name: str) -> sessions.SignedIn:
    """Open a session with a token of its own, and forget the failures of this address."""
    _forget(attempt)
    if is_outdated(user.password_hash):
        user.password_hash = rehash(password)
    return sessions.open_session(user, client_name)


def _forget(attempt: Attempt) -> None:
    db.session.execute(
        delete(SignInFailure)
        .where((SignInFailure.subject_hash == attempt.address_hash) | SignInFailure.id.in_(attempt.row_ids))
        .execution_options(synchronize_session=False)
    )


def open_step(attempt: Attempt, user: User, password: str) -> str:
    """The password was right, a code is still due: the token of the step that asks for it.

    What failed before still counts: the code must not be guessed by typing the password anew.
    """
    withdraw_attempt(attempt)
    if is_outdated(user.password_hash):
        user.password_hash = rehash(password)
    token = new_token()
    db.session.add(
        SignInStep(token_hash=token_hash(token), user_id=user.id, expires_at=clock.now() + STEP_TIME)
    )
    return token


def find_step(token: str) -> User | None:
    """Who typed their password and now owes a code; None where that took too long."""
    return db.session.scalars(
        select(User)
        .join(SignInStep, SignInStep.user_id == User.id)
        .where(SignInStep.token_hash == token_hash(token), _is_step_open(), User.is_active)
    ).one_or_none()


def check_limit(attempt: Attempt) -> None:
    """Raises TooMany where a limit is reached; for what is checked inside transaction()."""
    if _is_over(attempt):
        raise TooMany(_("This code is not right."))


def complete_step(attempt: Attempt, token: str, user: User, client_name: str) -> sessions.SignedIn:
    """Open the session that a right code ends the step with; once. Raises Conflict."""
    claim(
        update(SignInStep)
        .where(SignInStep.token_hash == token_hash(token), _is_step_open())
        .values(used_at=clock.now()),
        _("This took too long. Sign in again."),
    )
    _forget(attempt)
    return sessions.open_session(user, client_name)


def _is_step_open() -> Any:
    return and_(SignInStep.used_at.is_(None), SignInStep.expires_at > clock.now())


def withdraw_attempt(attempt: Attempt) -> None:
    """Take back an attempt that turned out right without being a sign-in."""
    db.session.execute(
        delete(SignInFailure)
        .where(SignInFailure.id.in_(attempt.row_ids))
        .execution_options(synchronize_session=False)
    )


def forget_failures(email: str) -> None:
    """Start an address anew: its owner has proven themselves another way."""
    db.session.execute(
        delete(SignInFailure)
        .where(SignInFailure.subject_hash == hash_address(email))
        .execution_options(synchronize_session=False)
    )


def forget_old_attempts() -> None:
    """Delete what no longer counts."""
    db.session.execute(
        delete(SignInFailure)
        .where(SignInFailure.at < clock.now() - 2 * WINDOW)
        .execution_options(synchronize_session=False)
    )
    db.session.execute(
        delete(SignInStep)
        .where(SignInStep.expires_at < clock.now() - WINDOW)
        .execution_options(synchronize_session=False)
    )


def hash_address(email: str) -> str:
    return _keyed("address", fold_email(email))


def _refusal() -> str:
    return _("The mail address or the password is not right.")


def _is_over(attempt: Attempt) -> bool:
    counts = dict(
        db.session.execute(
            select(SignInFailure.subject_hash, func.count(SignInFailure.id))
            .where(
                SignInFailure.subject_hash.in_((attempt.address_hash, attempt.origin_hash)),
                SignInFailure.at > clock.now() - WINDOW,
            )
            .group_by(SignInFailure.subject_hash)
        ).all()
    )
    return (
        counts.get(attempt.address_hash, 0) > LIMIT_PER_ADDRESS
        or counts.get(attempt.origin_hash, 0) > LIMIT_PER_ORIGIN
    )


def _keyed(kind: str, value: str) -> str:
    """What is stored of an address or origin: useless without the installation's secret."""
    key = str(current_app.config["SECRET_KEY"]).encode()
    return hmac.new(key, f"sign-in {kind}: {value}".encode("utf-8", "replace"), hashlib.sha256).hexdigest()


def _network(origin: str) -> str:
    """Where an attempt came from: an IPv4 address, or the /64 that one IPv6 customer has whole."""
    try:
        address = ipaddress.ip_address(origin)
    except ValueError:
        return "unknown"
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)
