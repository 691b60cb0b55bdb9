"""Tables of operations."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import JSON, BigInteger, CheckConstraint, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from prm.extensions import db
from prm.infra.db import UtcDateTime, VendorOwned


class Erasure(db.Model):
    """That a person was erased: what a restore from an older backup repeats. Holds nothing of theirs.

    `subject_hash` is a keyed hash of the account's public id, or of the mail address of somebody who had
    none. `file_keys` are stored files that must still go (their names are hashes); empty once `finished_at`
    is set.
    """

    __tablename__ = "erasure"

    id: Mapped[int] = mapped_column(primary_key=True)
    subject_hash: Mapped[str] = mapped_column(String(64), unique=True)
    erased_at: Mapped[datetime] = mapped_column(UtcDateTime)
    file_keys: Mapped[list[str]] = mapped_column(JSON, default=list)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class BackupTaken(db.Model):
    """That a backup was made, and of which moment: what tells how old the last one is."""

    __tablename__ = "backup_taken"

    id: Mapped[int] = mapped_column(primary_key=True)
    taken_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    files: Mapped[int]
    size: Mapped[int] = mapped_column(BigInteger)


class Thing(StrEnum):
    """What can be forgotten; the column of RetentionRule is <value>_months."""

    USAGE = "usage"
    MAIL = "mail"
    NOTIFICATION = "notification"
    APPLICATION = "application"
    IMPORT = "import"

    @property
    def column(self) -> str:
        return f"{self.value}_months"


class RetentionRule(VendorOwned, db.Model):
    """After how many months a vendor forgets what it need not know any more; null: never.

    `usage_months`: which person used an asset (that it was used stays counted). `mail_months`: mails
    that were sent on the vendor's behalf. `notification_months`: what people were told in the portal.
    `application_months`: who applied to become a partner and what they wrote. `import_months`: imported
    files and their lines. `applied_on` is the last day on which the job ran; `file_keys` are stored
    files that it has still to remove (their names are hashes).
    """

    __tablename__ = "retention_rule"
    __table_args__ = (
        UniqueConstraint("vendor_id"),
        CheckConstraint("usage_months IS NULL OR usage_months > 0", name="usage_months"),
        CheckConstraint("mail_months IS NULL OR mail_months > 0", name="mail_months"),
        CheckConstraint("notification_months IS NULL OR notification_months > 0", name="notification_months"),
        CheckConstraint("application_months IS NULL OR application_months > 0", name="application_months"),
        CheckConstraint("import_months IS NULL OR import_months > 0", name="import_months"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    usage_months: Mapped[int | None]
    mail_months: Mapped[int | None]
    notification_months: Mapped[int | None]
    application_months: Mapped[int | None]
    import_months: Mapped[int | None]
    applied_on: Mapped[date | None]
    file_keys: Mapped[list[str]] = mapped_column(JSON, default=list)
