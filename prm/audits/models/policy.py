"""The compliance policy."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from prm.extensions import db
from prm.infra.db import Keyed, UtcDateTime, VendorOwned, tenant_table


class CompliancePolicy(Keyed, VendorOwned, db.Model):
    """One version of a vendor's policy, in force from `effective_on` until a later version is.

    `rules` is a list of {"kind": …, parameters}: see prm/audits/policy.py.
    """

    __tablename__ = "compliance_policy"
    __table_args__ = tenant_table(UniqueConstraint("vendor_id", "number"))

    number: Mapped[int]
    effective_on: Mapped[date]
    rules: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
