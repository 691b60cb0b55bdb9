"""Tables of onboarding."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from prm.extensions import db
from prm.infra.db import Keyed, UtcDateTime, VendorOwned, enum_column, tenant_key, tenant_table


class MilestoneKind(StrEnum):
    AGREEMENT = "agreement"
    PEOPLE = "people"
    CERTIFIED = "certified"
    MANUAL = "manual"


class Side(StrEnum):
    VENDOR = "vendor"
    PARTNER = "partner"


class OnboardingTemplate(Keyed, VendorOwned, db.Model):
    """One version of a vendor's milestones; the highest number is in force. See prm/onboarding/steps.py."""

    __tablename__ = "onboarding_template"
    __table_args__ = tenant_table(UniqueConstraint("vendor_id", "number"))

    number: Mapped[int]
    steps: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class OnboardingPlan(Keyed, VendorOwned, db.Model):
    """One partnership's onboarding. Open until `completed_at`: all met, or somebody decided so."""

    __tablename__ = "onboarding_plan"
    __table_args__ = tenant_table(
        tenant_key("partnership_id", "partnership"), UniqueConstraint("vendor_id", "partnership_id")
    )
    reach_own = "partnership_id"

    partnership_id: Mapped[int]
    template_number: Mapped[int]
    began_on: Mapped[date]
    completed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Milestone(Keyed, VendorOwned, db.Model):
    """One step of a plan. `ticked_at` is of manual ones only: whether others are met is read from rows."""

    __tablename__ = "onboarding_milestone"
    __table_args__ = tenant_table(
        tenant_key("plan_id", "onboarding_plan"),
        tenant_key("partnership_id", "partnership"),
        tenant_key("certification_id", "certification"),
        CheckConstraint("kind = 'manual' OR ticked_at IS NULL", name="ticked"),
        UniqueConstraint("vendor_id", "plan_id", "position"),
    )
    reach_own = "partnership_id"

    plan_id: Mapped[int]
    partnership_id: Mapped[int]
    position: Mapped[int]
    kind: Mapped[MilestoneKind] = enum_column(MilestoneKind)
    side: Mapped[Side] = enum_column(Side)
    title: Mapped[str] = mapped_column(String(200), default="")
    count: Mapped[int] = mapped_column(default=1)
    certification_id: Mapped[int | None]
    due_on: Mapped[date]
    ticked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ticked_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
