"""The criteria library: what an audit can ask for, in versions, and the checklists made of it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from prm.extensions import db
from prm.infra.db import Keyed, UtcDateTime, VendorOwned, enum_column, tenant_key, tenant_table


class CriterionKind(StrEnum):
    METRIC = "metric"  # computed from rows as of the audit's date
    DOCUMENT = "document"  # a file provided as evidence, valid until a date
    GRADED = "graded"  # by a person, against a rubric
    SAMPLE = "sample"  # rows drawn by the audit's seed, each judged


class Criterion(Keyed, VendorOwned, db.Model):
    """One thing that audits ask for. What it says stands in its versions; `name` is the newest one's."""

    __tablename__ = "criterion"
    __table_args__ = tenant_table(UniqueConstraint("vendor_id", "name_folded"))

    kind: Mapped[CriterionKind] = enum_column(CriterionKind)
    name: Mapped[str] = mapped_column(String(200))
    name_folded: Mapped[str] = mapped_column(String(200))
    number: Mapped[int] = mapped_column(default=1)  # of the newest version
    is_active: Mapped[bool] = mapped_column(default=True)
    revision: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    # Two people at one criterion: the later save answers 409 and keeps what they typed.
    __mapper_args__ = {"version_id_col": revision}


class CriterionVersion(Keyed, VendorOwned, db.Model):
    """What a criterion said from one change to the next. Never edited: audits point at it.

    `parameters` are those of the criterion's kind: see prm/audits/criteria.py.
    """

    __tablename__ = "criterion_version"
    __table_args__ = tenant_table(
        tenant_key("criterion_id", "criterion"), UniqueConstraint("criterion_id", "number")
    )

    criterion_id: Mapped[int]
    number: Mapped[int]
    name: Mapped[str] = mapped_column(String(200))
    guidance: Mapped[str] = mapped_column(String(2000), default="")
    parameters: Mapped[dict[str, Any]] = mapped_column(JSON)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Checklist(Keyed, VendorOwned, db.Model):
    """An ordered set of criteria with weights. An audit copies it when it opens."""

    __tablename__ = "checklist"
    __table_args__ = tenant_table(UniqueConstraint("vendor_id", "name_folded"))

    name: Mapped[str] = mapped_column(String(200))
    name_folded: Mapped[str] = mapped_column(String(200))
    is_active: Mapped[bool] = mapped_column(default=True)
    revision: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __mapper_args__ = {"version_id_col": revision}


class ChecklistItem(Keyed, VendorOwned, db.Model):
    __tablename__ = "checklist_item"
    __table_args__ = tenant_table(
        tenant_key("checklist_id", "checklist"),
        tenant_key("criterion_id", "criterion"),
        UniqueConstraint("checklist_id", "criterion_id"),
        CheckConstraint("weight BETWEEN 1 AND 100", name="weight"),
    )

    checklist_id: Mapped[int]
    criterion_id: Mapped[int]
    position: Mapped[int]
    weight: Mapped[int] = mapped_column(default=1)
