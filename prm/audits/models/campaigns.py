"""Campaigns of audits: one checklist over many partnerships, planned by a job."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from prm.extensions import db
from prm.infra.db import Keyed, UtcDateTime, VendorOwned, enum_column, tenant_key, tenant_table


class TargetOutcome(StrEnum):
    WAITING = "waiting"
    MADE = "made"
    FAILED = "failed"


class AuditCampaign(Keyed, VendorOwned, db.Model):
    """One checklist as of one date over the partnerships that a filter chose when it was made.

    `opens_at_once`: its audits are opened as they are planned. `by_manager`: where a partnership's
    channel manager may audit it, they do; elsewhere `auditor_id`.
    """

    __tablename__ = "audit_campaign"
    __table_args__ = tenant_table(
        tenant_key("checklist_id", "checklist"), UniqueConstraint("vendor_id", "name_folded")
    )

    name: Mapped[str] = mapped_column(String(200))
    name_folded: Mapped[str] = mapped_column(String(200))
    checklist_id: Mapped[int]
    as_of: Mapped[date]
    due_on: Mapped[date]
    auditor_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    by_manager: Mapped[bool] = mapped_column(default=False)
    opens_at_once: Mapped[bool] = mapped_column(default=False)
    chosen_by: Mapped[dict[str, Any]] = mapped_column(JSON)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class AuditCampaignTarget(Keyed, VendorOwned, db.Model):
    """One partnership of a campaign and what became of it. Waiting: due, a job makes its audit."""

    __tablename__ = "audit_campaign_target"
    __table_args__ = tenant_table(
        tenant_key("campaign_id", "audit_campaign"),
        tenant_key("partnership_id", "partnership"),
        tenant_key("audit_id", "audit"),
        UniqueConstraint("campaign_id", "partnership_id"),
        Index("ix_audit_campaign_target_outcome", "vendor_id", "outcome"),
    )
    reach_own = "partnership_id"

    campaign_id: Mapped[int]
    partnership_id: Mapped[int]
    outcome: Mapped[TargetOutcome] = enum_column(TargetOutcome, default=TargetOutcome.WAITING)
    reason: Mapped[str] = mapped_column(String(300), default="")
    audit_id: Mapped[int | None]
