"""What companies that want to become partners send, and what a vendor asks them."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from prm.extensions import db
from prm.infra.db import Keyed, UtcDateTime, VendorOwned, enum_column, tenant_key, tenant_table
from prm.partners.models.partnerships import Region


class FieldKind(StrEnum):
    TEXT = "text"
    CHOICE = "choice"


class ApplicationForm(Keyed, VendorOwned, db.Model):
    """Whether a vendor takes applications, and what it says above the form. Without a row it does not."""

    __tablename__ = "application_form"
    __table_args__ = tenant_table(UniqueConstraint("vendor_id"))

    is_open: Mapped[bool] = mapped_column(default=False)
    intro: Mapped[str] = mapped_column(String(1000), default="")


class ApplicationField(Keyed, VendorOwned, db.Model):
    """One question of a vendor's own, beside those that everybody asks. Answers keep its wording."""

    __tablename__ = "application_field"
    __table_args__ = tenant_table(CheckConstraint("position BETWEEN 1 AND 1000", name="position"))

    label: Mapped[str] = mapped_column(String(120))
    kind: Mapped[FieldKind] = enum_column(FieldKind)
    choices: Mapped[list[str]] = mapped_column(JSON, default=list)
    is_required: Mapped[bool] = mapped_column(default=False)
    position: Mapped[int]


class ApplicationStatus(StrEnum):
    UNCONFIRMED = "unconfirmed"
    WAITING = "waiting"
    APPROVED = "approved"
    REJECTED = "rejected"


class PartnerApplication(Keyed, VendorOwned, db.Model):
    """A company's wish to become a partner.

    Nobody sees it before its sender has confirmed the address. `answers` holds {"label", "value"} of
    the vendor's own questions as they were worded then. Ruled on once: `status` leaves "waiting" by
    one conditional UPDATE. `region_id`: whose managers see it; null, those alone who see every region.
    """

    __tablename__ = "partner_application"
    __table_args__ = tenant_table(
        tenant_key("partnership_id", "partnership"),
        tenant_key("region_id", "region"),
        Index("ix_partner_application_vendor_status", "vendor_id", "status", "confirmed_at"),
    )
    reach_region = "region_id"

    company: Mapped[str] = mapped_column(String(200))
    company_folded: Mapped[str] = mapped_column(String(200))
    web_domain: Mapped[str] = mapped_column(String(253))
    country: Mapped[str] = mapped_column(String(2))
    contact_name: Mapped[str] = mapped_column(String(120))
    email: Mapped[str] = mapped_column(String(254))
    message: Mapped[str] = mapped_column(String(4000), default="")
    answers: Mapped[list[dict[str, str]]] = mapped_column(JSON, default=list)
    locale: Mapped[str] = mapped_column(String(12))
    status: Mapped[ApplicationStatus] = enum_column(ApplicationStatus, default=ApplicationStatus.UNCONFIRMED)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ruled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ruled_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    reason: Mapped[str] = mapped_column(String(2000), default="")
    partnership_id: Mapped[int | None]
    region_id: Mapped[int | None]

    region: Mapped[Region | None] = relationship(viewonly=True)


class CountryRegion(Keyed, VendorOwned, db.Model):
    """That who applies from a country is for the managers of a region."""

    __tablename__ = "country_region"
    __table_args__ = tenant_table(tenant_key("region_id", "region"), UniqueConstraint("vendor_id", "country"))

    country: Mapped[str] = mapped_column(String(2))
    region_id: Mapped[int]

    region: Mapped[Region] = relationship(viewonly=True)
