"""Tables of marketing."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import BigInteger, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from prm.extensions import db
from prm.infra.db import (
    Keyed,
    UtcDateTime,
    VendorOwned,
    enum_column,
    tenant_key,
    tenant_table,
)


class CampaignType(StrEnum):
    EMAIL = "email"
    EVENT = "event"
    WEB = "web"
    SOCIAL = "social"
    PRINT = "print"


class AssetType(StrEnum):
    DATASHEET = "datasheet"
    PRESENTATION = "presentation"
    BROCHURE = "brochure"
    EMAIL_TEMPLATE = "email_template"
    LOGO = "logo"
    IMAGE = "image"
    VIDEO = "video"
    CASE_STUDY = "case_study"
    OTHER = "other"


class UsageKind(StrEnum):
    VIEWED = "viewed"
    DOWNLOADED = "downloaded"


class Campaign(Keyed, VendorOwned, db.Model):
    __tablename__ = "campaign"
    __table_args__ = tenant_table(UniqueConstraint("vendor_id", "name"))

    name: Mapped[str] = mapped_column(String(200))
    type: Mapped[CampaignType] = enum_column(CampaignType)
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Asset(Keyed, VendorOwned, db.Model):
    """Something partners use. Published once it has a version and `published_at`; withdrawn keeps history."""

    __tablename__ = "asset"
    __table_args__ = tenant_table(
        tenant_key("campaign_id", "campaign"), Index("ix_asset_vendor_title", "vendor_id", "title")
    )

    title: Mapped[str] = mapped_column(String(200))
    description: Mapped[str] = mapped_column(String(2000), default="")
    type: Mapped[AssetType] = enum_column(AssetType)
    language: Mapped[str] = mapped_column(String(12))
    campaign_id: Mapped[int | None]
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revision: Mapped[int] = mapped_column(default=1)

    campaign: Mapped[Campaign | None] = relationship(viewonly=True)

    __mapper_args__ = {"version_id_col": revision}


class AssetVersion(Keyed, VendorOwned, db.Model):
    __tablename__ = "asset_version"
    __table_args__ = tenant_table(
        tenant_key("asset_id", "asset"),
        tenant_key("file_id", "stored_file"),
        tenant_key("thumbnail_id", "stored_file", name="fk_asset_version_thumbnail"),
        UniqueConstraint("asset_id", "number"),
    )

    asset_id: Mapped[int]
    number: Mapped[int]
    file_id: Mapped[int]
    thumbnail_id: Mapped[int | None]
    note: Mapped[str] = mapped_column(String(500), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class UsageEvent(Keyed, VendorOwned, db.Model):
    """Use of an asset version by a person of a partnership.

    `window` numbers the half hour since the epoch: one view per person, version and half hour.
    A download has the instant's microseconds as its window: every download counts. `user_id` is null
    once the vendor's retention period for it is over: the use stays counted, whose it was is forgotten.
    """

    __tablename__ = "usage_event"
    __table_args__ = tenant_table(
        tenant_key("partnership_id", "partnership"),
        tenant_key("asset_id", "asset"),
        tenant_key("asset_version_id", "asset_version"),
        UniqueConstraint("vendor_id", "user_id", "asset_version_id", "kind", "window"),
        # Counts are read from them alone.
        Index("ix_usage_event_vendor_partnership", "vendor_id", "partnership_id", "at", "kind"),
        Index("ix_usage_event_vendor_asset", "vendor_id", "asset_id", "at", "kind", "partnership_id"),
    )
    reach_own = "partnership_id"

    partnership_id: Mapped[int]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"), index=True)
    asset_id: Mapped[int]
    asset_version_id: Mapped[int]
    kind: Mapped[UsageKind] = enum_column(UsageKind)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    window: Mapped[int] = mapped_column(BigInteger)
