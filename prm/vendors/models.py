"""Tables of vendors."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, CheckConstraint, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from prm.extensions import db
from prm.infra.db import Keyed, UtcDateTime, VendorOwned, enum_column, tenant_table
from prm.permissions import Role


class SecondFactorRule(StrEnum):
    """Whom a vendor lets in with a second factor only."""

    OPTIONAL = "optional"
    STAFF = "staff"
    EVERYBODY = "everybody"

    def demands(self, role: Role | None) -> bool:
        """Whether somebody in `role` needs one."""
        if role is None or role is Role.SYSTEM:
            return False
        return self is SecondFactorRule.EVERYBODY or (self is SecondFactorRule.STAFF and role.is_vendor_side)


class Paper(StrEnum):
    A4 = "a4"
    LETTER = "letter"


class Vendor(Keyed, db.Model):
    """A tenant. `slug` is its URL segment and may change; `public_id` never does.

    `logo_sha256` names a PNG in the store. Its mails come from `mail_name` (else its name) and are
    answered to `mail_reply_to`. `paper` is what its certificates
    and reports are made for at first. `languages` are those offered to its people, the default first; empty:
    all that the installation has.
    """

    __tablename__ = "vendor"
    __table_args__ = (CheckConstraint("fiscal_year_start_month BETWEEN 1 AND 12", name="fiscal_month"),)

    slug: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    currency: Mapped[str] = mapped_column(String(3))
    time_zone: Mapped[str] = mapped_column(String(60))
    fiscal_year_start_month: Mapped[int] = mapped_column(default=1)
    brand_primary: Mapped[str] = mapped_column(String(7), default="#1f4e8c")
    brand_ink: Mapped[str] = mapped_column(String(7), default="#1b2430")
    second_factor: Mapped[SecondFactorRule] = enum_column(SecondFactorRule, default=SecondFactorRule.OPTIONAL)
    paper: Mapped[Paper] = enum_column(Paper, default=Paper.A4)
    logo_sha256: Mapped[str | None] = mapped_column(String(64))
    mail_name: Mapped[str] = mapped_column(String(120), default="")
    mail_reply_to: Mapped[str] = mapped_column(String(254), default="")
    languages: Mapped[list[str]] = mapped_column(JSON, default=list)
    revision: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    # Two people in the settings at once: the later save answers 409 and keeps what they typed.
    __mapper_args__ = {"version_id_col": revision}


class FormerSlug(db.Model):
    """A slug a vendor had before: old addresses redirect."""

    __tablename__ = "former_slug"

    slug: Mapped[str] = mapped_column(String(40), primary_key=True)
    vendor_id: Mapped[int] = mapped_column(ForeignKey("vendor.id"), index=True)


class SigningKey(Keyed, VendorOwned, db.Model):
    """A vendor's document-signing key: private key sealed with the installation's secret.

    Once retired, the private key is gone (empty). `compromised_at`: nobody may trust it from then on.
    `is_brought`: the vendor's own, from a PKCS#12 file; `ca_pem` is then its root, followed by the
    certificates between.
    """

    __tablename__ = "signing_key"
    __table_args__ = tenant_table()

    sealed_key: Mapped[bytes] = mapped_column(LargeBinary)
    certificate_pem: Mapped[bytes] = mapped_column(LargeBinary)
    ca_pem: Mapped[bytes] = mapped_column(LargeBinary)
    is_brought: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    retired_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    compromised_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class StoredFile(Keyed, VendorOwned, db.Model):
    """A file in the store and the name people know it by. `key` is content-addressed."""

    __tablename__ = "stored_file"
    __table_args__ = tenant_table(
        CheckConstraint("size >= 0", name="size"),
    )

    key: Mapped[str] = mapped_column(String(120), index=True)
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    size: Mapped[int]
    media_type: Mapped[str] = mapped_column(String(100))
    name: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
