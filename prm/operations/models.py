"""Tables of operations."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import JSON, CheckConstraint, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from prm.extensions import db
from prm.infra.db import UtcDateTime, VendorOwned


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


class RetentionRule(VendorOwned, db.Model):
    """After how many months a vendor forgets what it need not know any more; null: never.

    `usage_months`: which person used an asset (that it was used stays counted). `mail_months`: mails
    that were sent on the vendor's behalf. `applied_on` is the last day on which the job ran.
    """

    __tablename__ = "retention_rule"
    __table_args__ = (
        UniqueConstraint("vendor_id"),
        CheckConstraint("usage_months IS NULL OR usage_months > 0", name="usage_months"),
        CheckConstraint("mail_months IS NULL OR mail_months > 0", name="mail_months"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    usage_months: Mapped[int | None]
    mail_months: Mapped[int | None]
    applied_on: Mapped[date | None]
