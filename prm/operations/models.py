"""Tables of operations."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, String
from sqlalchemy.orm import Mapped, mapped_column

from prm.extensions import db
from prm.infra.db import UtcDateTime


class Erasure(db.Model):
    """That a person was erased: what a restore from an older backup repeats. Holds nothing of theirs.

    `subject_hash` is a keyed hash of the account's public id. `file_keys` are stored files that must
    still go (their names are hashes); empty once `finished_at` is set.
    """

    __tablename__ = "erasure"

    id: Mapped[int] = mapped_column(primary_key=True)
    subject_hash: Mapped[str] = mapped_column(String(64), unique=True)
    erased_at: Mapped[datetime] = mapped_column(UtcDateTime)
    file_keys: Mapped[list[str]] = mapped_column(JSON, default=list)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
