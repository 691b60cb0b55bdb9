"""Keeping files: the bytes first, then the row that names them."""

from __future__ import annotations

from sqlalchemy import select

from prm.access import Actor
from prm.extensions import db
from prm.infra import clock, storage
from prm.vendors.models import StoredFile, Vendor


def keep_file(actor: Actor, content: bytes, *, name: str, media_type: str) -> StoredFile:
    """Store a file of the actor's vendor. Raises StorageError."""
    owner = db.session.scalars(select(Vendor.public_id).where(Vendor.id == actor.vendor_id)).one()
    key, digest = storage.put(str(owner), content)
    file = StoredFile(
        key=key, sha256=digest, size=len(content), media_type=media_type, name=name, created_at=clock.now()
    )
    db.session.add(file)
    db.session.flush()
    return file
