"""Tables of evidence from other systems: where a completion came from, and certificates of others."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from prm.extensions import db
from prm.infra.db import Keyed, UtcDateTime, VendorOwned, tenant_key, tenant_table


class ImportedCompletion(Keyed, VendorOwned, db.Model):
    """That a completion was imported, from where; nothing was learned or examined here."""

    __tablename__ = "imported_completion"
    __table_args__ = tenant_table(
        tenant_key("completion_id", "completion"), UniqueConstraint("completion_id")
    )

    completion_id: Mapped[int]
    source: Mapped[str] = mapped_column(String(60))
    imported_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ExternalCertificate(Keyed, VendorOwned, db.Model):
    """A certificate that somebody else issued to a person, as another system told of it.

    It is evidence, never one of ours: no number of our series, no page to verify it at.
    """

    __tablename__ = "external_certificate"
    __table_args__ = tenant_table(
        tenant_key("partnership_id", "partnership"),
        UniqueConstraint("vendor_id", "user_id", "title", "issued_on"),
        Index("ix_external_certificate_vendor_partnership", "vendor_id", "partnership_id"),
    )
    reach_own = "partnership_id"
    reach_self = "user_id"

    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    partnership_id: Mapped[int | None]
    title: Mapped[str] = mapped_column(String(200))
    issuer: Mapped[str] = mapped_column(String(200), default="")
    number: Mapped[str] = mapped_column(String(120), default="")
    issued_on: Mapped[date]
    expires_on: Mapped[date | None]
    source: Mapped[str] = mapped_column(String(60))
    imported_at: Mapped[datetime] = mapped_column(UtcDateTime)
