"""Repeating, after a restore, the erasures that were made since the backup."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlalchemy import select

from prm.accounts.models import User
from prm.extensions import db
from prm.operations.services.erasing import erase_stranger, erase_user, is_erased
from prm.operations.services.ledger import LedgerEntry, hashes_of, mirror_ledger
from prm.operations.services.strangers import list_strangers

REASON = "Repeated after a restore"


def replay_ledger(ledger: Sequence[LedgerEntry], tell: Callable[[str], None] = lambda _line: None) -> int:
    """Erase whom a ledger names and the restored database still knows; how many that were."""
    erased_at = {entry.subject_hash: entry.erased_at for entry in ledger}
    again = []
    if erased_at:
        for user in db.session.scalars(select(User).order_by(User.id)):
            found = hashes_of(user.public_id) & erased_at.keys()
            if found and not is_erased(user):
                again.append((user.id, erased_at[found.pop()]))
    for number, (user_id, instant) in enumerate(again, 1):
        tell(f"Repeating erasures: {number} of {len(again)}")
        erase_user(user_id, reason=REASON, erased_at=instant)
    unknown = list_strangers() if erased_at else {}
    for email, since in unknown.items():
        found = hashes_of(email) & erased_at.keys()
        # Who was written down again after their erasure is not erased by it.
        if found and since < (instant := erased_at[found.pop()]):
            tell("Repeating the erasure of somebody without an account")
            erase_stranger(email, reason=REASON, erased_at=instant)
            again.append((0, instant))
    mirror_ledger()
    return len(again)
