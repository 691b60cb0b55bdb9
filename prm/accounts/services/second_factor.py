"""The second factor: codes of a device by time (RFC 6238), and recovery codes that stand in for it.

A code is accepted once, one step of the clock to either side. The secret rests encrypted under the
installation's key; recovery codes are random enough (80 bits) for a keyed hash.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets

import pyotp
from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import delete, func, select, update

from prm.access import Actor
from prm.accounts import mailbox
from prm.accounts.models import RecoveryCode, SecondFactor, SignInStep, User
from prm.accounts.services.people import record_of_person
from prm.errors import Conflict, DomainError
from prm.extensions import db
from prm.infra import clock
from prm.infra.db import claim
from prm.infra.signing import seal, unseal

STEP_SECONDS = 30
DRIFT = (0, -1, 1)  # steps of the clock that a device may be off
RECOVERY_CODES = 10
PURPOSE = "second-factor"


def is_on(user_id: int) -> bool:
    """Whether signing in asks a person for a code."""
    statement = select(SecondFactor.user_id).where(
        SecondFactor.user_id == user_id, SecondFactor.confirmed_at.is_not(None)
    )
    return db.session.scalars(statement).one_or_none() is not None


def count_recovery_codes(user_id: int) -> int:
    """Recovery codes that were not used yet."""
    statement = select(func.count(RecoveryCode.id)).where(
        RecoveryCode.user_id == user_id, RecoveryCode.used_at.is_(None)
    )
    return db.session.scalar(statement) or 0


# -- setting up --------------------------------------------------------------------------------


def begin_enrolment(user: User) -> None:
    """Make a secret for the person's device; it is in force once a code of it was typed.

    Raises Conflict where a second factor is on.
    """
    if is_on(user.id):
        raise Conflict(_("Your second factor is on already."))
    db.session.execute(delete(SecondFactor).where(SecondFactor.user_id == user.id))
    sealed = seal(pyotp.random_base32().encode("ascii"), current_app.config["SECRET_KEY"], purpose=PURPOSE)
    db.session.add(SecondFactor(user_id=user.id, sealed_secret=sealed, created_at=clock.now()))
    db.session.flush()


def find_waiting_secret(user_id: int) -> str | None:
    """The secret (Base32) that a person's device is still to be given."""
    row = db.session.get(SecondFactor, user_id)
    return _secret_of(row) if row is not None and row.confirmed_at is None else None


def uri_of(secret: str, user: User) -> str:
    """What the QR code tells the device (otpauth://): whose secret it is, and of which portal."""
    host = str(current_app.config["BASE_URL"]).partition("://")[2]
    return pyotp.TOTP(secret).provisioning_uri(name=user.email, issuer_name=f"PRM {host}")


def confirm_enrolment(actor: Actor, user: User, code: str) -> list[str]:
    """Put the second factor in force by a first code of the device. Gives the recovery codes.

    Raises DomainError where the code is not right, Conflict where nothing waits for one.
    """
    row = db.session.get(SecondFactor, user.id, populate_existing=True)
    if row is None or row.confirmed_at is not None:
        raise Conflict(_("Your second factor is on already, or was not begun."))
    step = _matching_step(_secret_of(row), code)
    if step is None:
        raise _refusal()
    claim(
        update(SecondFactor)
        .where(SecondFactor.user_id == user.id, SecondFactor.confirmed_at.is_(None))
        .values(confirmed_at=clock.now(), last_step=step),
        _("Your second factor is on already, or was not begun."),
    )
    codes = _make_recovery_codes(user.id)
    record_of_person(actor, "user.second_factor_on", user)
    _tell(actor, user, "on")
    return codes


def turn_off(actor: Actor, user: User) -> None:
    """Sign in with the password alone from now on. Raises Conflict where it is so already."""
    _remove(user)
    record_of_person(actor, "user.second_factor_off", user)
    _tell(actor, user, "off")


def reset(actor: Actor, user: User) -> None:
    """The same by whoever looks after the installation: the device and the recovery codes are lost."""
    _remove(user)
    record_of_person(actor, "user.second_factor_reset", user)
    _tell(actor, user, "off")


def renew_recovery_codes(actor: Actor, user: User) -> list[str]:
    """Ten new recovery codes; the earlier ones count no more. Raises Conflict without a second factor."""
    if not is_on(user.id):
        raise Conflict(_("Set up a second factor first."))
    codes = _make_recovery_codes(user.id)
    record_of_person(actor, "user.recovery_codes_made", user)
    _tell(actor, user, "codes")
    return codes


def _remove(user: User) -> None:
    claim(
        delete(SecondFactor).where(SecondFactor.user_id == user.id, SecondFactor.confirmed_at.is_not(None)),
        _("The second factor is off already."),
    )
    for table in (RecoveryCode, SignInStep):
        db.session.execute(
            delete(table).where(table.user_id == user.id).execution_options(synchronize_session=False)
        )


# -- proving -----------------------------------------------------------------------------------


def use_code(actor: Actor, user: User, typed: str) -> None:
    """Accept a code of the device, or a recovery code: once.

    Raises DomainError with one and the same sentence for a wrong, a used and a belated one.
    """
    if _use_device_code(user, typed):
        return
    hashes = _hashes(_normalised(typed))
    taken = db.session.execute(
        update(RecoveryCode)
        .where(
            RecoveryCode.user_id == user.id,
            RecoveryCode.code_hash.in_(hashes),
            RecoveryCode.used_at.is_(None),
        )
        .values(used_at=clock.now())
        .execution_options(synchronize_session=False)
    )
    if taken.rowcount != 1:
        raise _refusal()
    record_of_person(actor, "user.recovery_code_used", user)
    _tell(actor, user, "used", left=count_recovery_codes(user.id))


def _use_device_code(user: User, typed: str) -> bool:
    row = db.session.get(SecondFactor, user.id, populate_existing=True)
    if row is None or row.confirmed_at is None:
        return False
    step = _matching_step(_secret_of(row), typed)
    if step is None:
        return False
    taken = db.session.execute(
        update(SecondFactor)
        .where(SecondFactor.user_id == user.id, SecondFactor.last_step < step)
        .values(last_step=step)
        .execution_options(synchronize_session=False)
    )
    return bool(taken.rowcount == 1)


def _matching_step(secret: str, typed: str) -> int | None:
    """The newest half minute whose code was typed, within the drift; every one is compared."""
    typed = "".join(typed.split())
    now = int(clock.now().timestamp()) // STEP_SECONDS
    device = pyotp.TOTP(secret, interval=STEP_SECONDS)
    steps = [
        now + drift
        for drift in DRIFT
        if hmac.compare_digest(device.generate_otp(now + drift).encode(), typed.encode())
    ]
    return max(steps, default=None)


def _secret_of(row: SecondFactor) -> str:
    older = current_app.config["SECRET_KEY_FALLBACKS"]
    return unseal(row.sealed_secret, current_app.config["SECRET_KEY"], *older, purpose=PURPOSE).decode(
        "ascii"
    )


def reseal_secrets() -> int:
    """Seal every second factor with SECRET_KEY, whichever sealed it before; how many. Inside transaction().

    Raises SigningError where neither SECRET_KEY nor an earlier one opens one.
    """
    rows = list(db.session.scalars(select(SecondFactor)))
    for row in rows:
        row.sealed_secret = seal(
            _secret_of(row).encode("ascii"), current_app.config["SECRET_KEY"], purpose=PURPOSE
        )
    return len(rows)


def _refusal() -> DomainError:
    message = _("This code is not right.")
    return DomainError(message, {"code": message})


# -- recovery codes ----------------------------------------------------------------------------


def _make_recovery_codes(user_id: int) -> list[str]:
    """Replace a person's codes by ten new ones, as they are shown: four groups of four letters."""
    db.session.execute(
        delete(RecoveryCode)
        .where(RecoveryCode.user_id == user_id)
        .execution_options(synchronize_session=False)
    )
    codes = [base64.b32encode(secrets.token_bytes(10)).decode("ascii") for _n in range(RECOVERY_CODES)]
    now = clock.now()
    db.session.add_all(
        RecoveryCode(user_id=user_id, code_hash=_hashes(code)[0], created_at=now) for code in codes
    )
    db.session.flush()
    return ["-".join(code[place : place + 4] for place in range(0, 16, 4)) for code in codes]


def _normalised(typed: str) -> str:
    return "".join(c for c in typed.upper() if c.isalnum())[:64]


def _hashes(code: str) -> list[str]:
    """A code under the installation's key, and under the earlier ones."""
    keys = [current_app.config["SECRET_KEY"], *current_app.config["SECRET_KEY_FALLBACKS"]]
    text = f"recovery code: {code}".encode("utf-8", "replace")
    return [hmac.new(str(key).encode(), text, hashlib.sha256).hexdigest() for key in keys]


def _tell(actor: Actor, user: User, what: str, **more: int) -> None:
    """Word by mail of what happened to the account's safety."""
    mailbox.queue_template(actor, user.email, "second_factor", user.locale, name=user.name, what=what, **more)
