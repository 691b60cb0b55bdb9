"""One import, undo or alias of a vendor at a time."""

from __future__ import annotations

from sqlalchemy import select

from prm.access import Actor
from prm.extensions import db
from prm.vendors.models import Vendor


def lock_imports(actor: Actor) -> None:
    """Wait for the vendor's running import; other vendors and readers do not wait.

    On SQLite the transaction as a whole is such a lock already.
    """
    db.session.execute(
        select(Vendor.id).where(Vendor.id == actor.vendor_id).with_for_update(key_share=True)
    ).all()
