"""Tables of certification."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, column
from sqlalchemy.orm import Mapped, mapped_column, relationship

from prm.accounts.models import User
from prm.certification.rules import Renewal
from prm.extensions import db
from prm.infra.db import (
    Keyed,
    UtcDateTime,
    VendorOwned,
    enum_column,
    tenant_key,
    tenant_table,
)
from prm.training.models import SkillLevel
from prm.vendors.models import Paper


class IssueBasis(StrEnum):
    EVIDENCE = "evidence"
    DECISION = "decision"


class Certification(Keyed, VendorOwned, db.Model):
    """A scheme. What it needs and how long it lasts stands in its versions."""

    __tablename__ = "certification"
    __table_args__ = tenant_table(UniqueConstraint("vendor_id", "name"))

    name: Mapped[str] = mapped_column(String(200))
    summary: Mapped[str] = mapped_column(String(1000), default="")
    skill_level: Mapped[SkillLevel] = enum_column(SkillLevel)
    is_active: Mapped[bool] = mapped_column(default=True)
    revision: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __mapper_args__ = {"version_id_col": revision}


class CertificationVersion(Keyed, VendorOwned, db.Model):
    """What a scheme asks from a day on, until a later version does. Written once, never changed.

    `rules` and `renewal_exam` are read by prm/certification/rules.py. `validity_months` null: does not
    expire; `grace_days` is for how long after its end a certificate is renewed like one still valid.
    """

    __tablename__ = "certification_version"
    __table_args__ = tenant_table(
        tenant_key("certification_id", "certification"),
        UniqueConstraint("vendor_id", "certification_id", "number"),
        CheckConstraint("validity_months IS NULL OR validity_months > 0", name="validity"),
        CheckConstraint("grace_days >= 0", name="grace"),
    )

    certification_id: Mapped[int]
    number: Mapped[int]
    effective_on: Mapped[date]
    rules: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    validity_months: Mapped[int | None]
    grace_days: Mapped[int] = mapped_column(default=0)
    renewal: Mapped[Renewal] = enum_column(Renewal, default=Renewal.ANEW)
    renewal_exam: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class CertificateCounter(VendorOwned, db.Model):
    """The last certificate number of a vendor; taken by a conditional UPDATE in the issuing transaction."""

    __tablename__ = "certificate_counter"
    __table_args__ = (UniqueConstraint("vendor_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    last_number: Mapped[int] = mapped_column(default=0)


class Certificate(Keyed, VendorOwned, db.Model):
    """What one person was issued. `facts` are frozen at issue and never edited.

    `code` (≥ 128 random bits) is what /verify/<code> takes; `number` is for people to quote.
    `expires_on` is the last valid day in the vendor's time zone, `grace_until` the last one on which it is
    renewed like a valid one. `version_id` is what it was issued under. `previous_id` is what it renews;
    `renewed_on` the day on which another one, that still stands, renewed it.
    `withdrawn_at`: its holder was erased. It stays counted for the days on which it held; its files are
    gone and are made no more, and whoever asks is told that it was withdrawn.
    """

    __tablename__ = "certificate"
    __table_args__ = tenant_table(
        tenant_key("certification_id", "certification"),
        tenant_key("version_id", "certification_version"),
        tenant_key("partnership_id", "partnership"),
        tenant_key("previous_id", "certificate"),
        UniqueConstraint("vendor_id", "number"),
        Index("ix_certificate_vendor_partnership", "vendor_id", "partnership_id"),
        Index("ix_certificate_vendor_user", "vendor_id", "user_id", "certification_id"),
        Index("ix_certificate_vendor_expiry", "vendor_id", "expires_on"),
        Index("ix_certificate_vendor_issued", "vendor_id", "issued_on"),
        # Almost all are null: counted with them, SQLite would not use it to ask who renewed one.
        Index(
            "ix_certificate_previous_id",
            "previous_id",
            sqlite_where=column("previous_id").is_not(None),
            postgresql_where=column("previous_id").is_not(None),
        ),
    )
    reach_own = "partnership_id"
    reach_self = "user_id"

    number: Mapped[str] = mapped_column(String(40))
    code: Mapped[str] = mapped_column(String(60), unique=True)
    certification_id: Mapped[int]
    version_id: Mapped[int]
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    partnership_id: Mapped[int | None]
    issued_at: Mapped[datetime] = mapped_column(UtcDateTime)
    issued_on: Mapped[date]
    expires_on: Mapped[date | None]
    grace_until: Mapped[date | None]
    basis: Mapped[IssueBasis] = enum_column(IssueBasis)
    reason: Mapped[str | None] = mapped_column(String(500))
    issued_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    previous_id: Mapped[int | None]
    renewed_on: Mapped[date | None]
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    revoke_reason: Mapped[str | None] = mapped_column(String(500))
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    user: Mapped[User] = relationship(viewonly=True, foreign_keys=[user_id])
    certification: Mapped[Certification] = relationship(viewonly=True)
    version: Mapped[CertificationVersion] = relationship(viewonly=True)


class CertificateFile(Keyed, VendorOwned, db.Model):
    """One paper size of a certificate, rendered and signed once and kept.

    A row without a file is due: a job renders it. `sha256` of every issued file stays known.
    `requested_at` is also the time the signature claims, so that rendering it again gives the same
    bytes. `problem` says why the last attempt failed, at `attempted_at`.
    """

    __tablename__ = "certificate_file"
    __table_args__ = tenant_table(
        tenant_key("certificate_id", "certificate"),
        tenant_key("file_id", "stored_file"),
        UniqueConstraint("certificate_id", "paper"),
    )

    certificate_id: Mapped[int]
    paper: Mapped[Paper] = enum_column(Paper)
    file_id: Mapped[int | None]
    sha256: Mapped[str | None] = mapped_column(String(64), index=True)
    requested_at: Mapped[datetime] = mapped_column(UtcDateTime)
    rendered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    attempted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    problem: Mapped[str | None] = mapped_column(String(300))


class IssuedCode(db.Model):
    """Which vendor a verification code belongs to: what /verify/<code> reads before it serves one.

    Installation-wide, because the address of a QR code names no vendor.
    """

    __tablename__ = "issued_code"

    code: Mapped[str] = mapped_column(String(60), primary_key=True)
    vendor_id: Mapped[int] = mapped_column(ForeignKey("vendor.id"), index=True)
