"""What a vendor and its partners agree on: versions of one text, and who accepted which."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from prm.accounts.models import User
from prm.extensions import db
from prm.infra.db import Keyed, UtcDateTime, VendorOwned, tenant_key, tenant_table


class AgreementVersion(Keyed, VendorOwned, db.Model):
    """One version of the partner agreement, in force from `effective_on` until a later one is."""

    __tablename__ = "agreement_version"
    __table_args__ = tenant_table(UniqueConstraint("vendor_id", "number"))

    number: Mapped[int]
    title: Mapped[str] = mapped_column(String(200))
    body: Mapped[str] = mapped_column(Text)
    effective_on: Mapped[date]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class AgreementAcceptance(Keyed, VendorOwned, db.Model):
    """That somebody accepted a version for their company. May be renewed on a later day."""

    __tablename__ = "agreement_acceptance"
    __table_args__ = tenant_table(
        tenant_key("partnership_id", "partnership"),
        tenant_key("version_id", "agreement_version"),
        UniqueConstraint("vendor_id", "partnership_id", "version_id", "accepted_on"),
    )
    reach_own = "partnership_id"

    partnership_id: Mapped[int]
    version_id: Mapped[int]
    accepted_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    accepted_on: Mapped[date]
    accepted_at: Mapped[datetime] = mapped_column(UtcDateTime)

    version: Mapped[AgreementVersion] = relationship(viewonly=True)
    accepted_by: Mapped[User] = relationship(viewonly=True)
