"""Partnerships, their regions and their other names."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from prm.accounts.models import Partner
from prm.extensions import db
from prm.infra.db import (
    Keyed,
    UtcDateTime,
    VendorOwned,
    enum_column,
    tenant_key,
    tenant_table,
)


class PartnershipType(StrEnum):
    VAR = "var"
    MSP = "msp"
    DISTRIBUTOR = "distributor"
    SYSTEM_INTEGRATOR = "system_integrator"
    ISV = "isv"
    REFERRAL = "referral"


class PartnershipStatus(StrEnum):
    APPLIED = "applied"
    ONBOARDING = "onboarding"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    ENDED = "ended"


class Region(Keyed, VendorOwned, db.Model):
    __tablename__ = "region"
    __table_args__ = tenant_table(UniqueConstraint("vendor_id", "name"))

    name: Mapped[str] = mapped_column(String(100))


class Partnership(Keyed, VendorOwned, db.Model):
    """A reseller company as one vendor knows it.

    `manager_name` is what the source system says; `manager_user_id` the person who signs in, if any.
    `name_folded` finds it again whatever the case and spacing of a source.
    """

    __tablename__ = "partnership"
    __table_args__ = tenant_table(
        tenant_key("region_id", "region"),
        tenant_key("merged_into_id", "partnership"),
        UniqueConstraint("vendor_id", "source_system", "external_id"),
        UniqueConstraint("vendor_id", "partner_id"),
        Index("ix_partnership_vendor_name", "vendor_id", "name_folded"),
    )
    reach_own = "id"

    name: Mapped[str] = mapped_column(String(200))
    name_folded: Mapped[str] = mapped_column(String(200))
    type: Mapped[PartnershipType] = enum_column(PartnershipType, default=PartnershipType.VAR)
    status: Mapped[PartnershipStatus] = enum_column(PartnershipStatus, default=PartnershipStatus.ACTIVE)
    region_id: Mapped[int | None]
    manager_name: Mapped[str | None] = mapped_column(String(200))
    manager_user_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"), index=True)
    partner_id: Mapped[int | None] = mapped_column(ForeignKey("partner.id"), index=True)
    source_system: Mapped[str | None] = mapped_column(String(60))
    external_id: Mapped[str | None] = mapped_column(String(120))
    agreement_accepted_on: Mapped[date | None]
    web_domain: Mapped[str | None] = mapped_column(String(253))
    country: Mapped[str | None] = mapped_column(String(2))
    merged_into_id: Mapped[int | None] = mapped_column(index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    region: Mapped[Region | None] = relationship(viewonly=True)
    partner: Mapped[Partner | None] = relationship(viewonly=True)


class PartnershipAlias(Keyed, VendorOwned, db.Model):
    """What a source calls a partnership, as a person decided once."""

    __tablename__ = "partnership_alias"
    __table_args__ = tenant_table(
        tenant_key("partnership_id", "partnership"), UniqueConstraint("vendor_id", "value_folded")
    )
    reach_own = "partnership_id"

    partnership_id: Mapped[int]
    value: Mapped[str] = mapped_column(String(200))
    value_folded: Mapped[str] = mapped_column(String(200))
