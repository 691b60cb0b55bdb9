"""Passwords: argon2id (RFC 9106), and which ones are refused."""

from __future__ import annotations

import unicodedata
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from flask import current_app
from flask_babel import gettext as _

from prm.accounts.common_passwords import COMMON
from prm.errors import DomainError

MIN_LENGTH, MAX_LENGTH = 12, 256


@cache
def _hasher(time_cost: int, memory_kib: int) -> PasswordHasher:
    return PasswordHasher(time_cost=time_cost, memory_cost=memory_kib, parallelism=1)


def hasher() -> PasswordHasher:
    return _hasher(current_app.config["PASSWORD_TIME_COST"], current_app.config["PASSWORD_MEMORY_KIB"])


def hash_password(password: str) -> str:
    """The argon2id hash to store. Raises DomainError for a password that is refused."""
    check_password(password)
    return rehash(password)


def rehash(password: str) -> str:
    """The hash of a password that was accepted earlier, whatever is asked of new ones today."""
    return hasher().hash(_composed(password))


def check_password(password: str) -> None:
    """Raises DomainError where the password is too short, too long or among the common ones.

    Length and blocklist only, no composition rules: NIST SP 800-63B, section 5.1.1.2.
    """
    password = _composed(password)
    if len(password) < MIN_LENGTH:
        message = _("Use at least %(count)s characters.", count=MIN_LENGTH)
    elif len(password) > MAX_LENGTH:
        message = _("Use at most %(count)s characters.", count=MAX_LENGTH)
    elif password.casefold() in COMMON or len(set(password)) < 4:
        message = _("This password is too easy to guess. Choose another one.")
    else:
        return
    raise DomainError(message, {"password": message})


def rules_text() -> str:
    """What is asked of a password, for the person who chooses one."""
    return _(
        "At least %(count)s characters, such as a few words of your own. No password that many people use.",
        count=MIN_LENGTH,
    )


@cache
def _decoy(time_cost: int, memory_kib: int) -> str:
    return _hasher(time_cost, memory_kib).hash("no account has this password")


def matches(password_hash: str | None, password: str) -> bool:
    """Whether `password` is the one. Without a hash the same work is done and the answer is no."""
    # Asked for in every case: the first call makes it, and that must not tell one case from another.
    decoy = _decoy(current_app.config["PASSWORD_TIME_COST"], current_app.config["PASSWORD_MEMORY_KIB"])
    try:
        hasher().verify(password_hash or decoy, _composed(password)[: MAX_LENGTH + 1])
    except (VerificationError, InvalidHashError):
        return False
    return password_hash is not None


def is_outdated(password_hash: str | None) -> bool:
    """Whether the hash was made with other costs than those set today."""
    return password_hash is not None and hasher().check_needs_rehash(password_hash)


def _composed(password: str) -> str:
    """The same password whichever keyboard composed its letters."""
    return unicodedata.normalize("NFC", password)
