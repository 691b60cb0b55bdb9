"""Tables of designs."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint, column
from sqlalchemy.orm import Mapped, mapped_column

from prm.extensions import db
from prm.infra.db import Keyed, UtcDateTime, VendorOwned, tenant_key, tenant_table


class CertificateDesign(Keyed, VendorOwned, db.Model):
    """One version of how the certificates of a certification look.

    A draft until `published_at`; then it is never changed. The newest published one that was not
    withdrawn is in force; without any, certificates look as the portal's own page. `images` are those it
    names, with the SHA-256 of their PNG, and `ready_html` and `ready_css` what is printed, as all of that
    was when it was published.
    """

    __tablename__ = "certificate_design"
    __table_args__ = tenant_table(
        tenant_key("certification_id", "certification"),
        UniqueConstraint("certification_id", "number"),
        Index(
            "ix_certificate_design_draft",
            "certification_id",
            unique=True,
            sqlite_where=column("published_at").is_(None),
            postgresql_where=column("published_at").is_(None),
        ),
    )

    certification_id: Mapped[int]
    number: Mapped[int]
    html: Mapped[str] = mapped_column(Text)
    css: Mapped[str] = mapped_column(Text)
    ready_html: Mapped[str] = mapped_column(Text, default="")
    ready_css: Mapped[str] = mapped_column(Text, default="")
    images: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    changed_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revision: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": revision}


class DesignImage(Keyed, VendorOwned, db.Model):
    """A picture of the vendor that its designs may name. Its bytes stay in the store once it is gone."""

    __tablename__ = "design_image"
    __table_args__ = tenant_table(UniqueConstraint("vendor_id", "name"))

    name: Mapped[str] = mapped_column(String(40))
    sha256: Mapped[str] = mapped_column(String(64))
    width: Mapped[int]
    height: Mapped[int]
    uploaded_at: Mapped[datetime] = mapped_column(UtcDateTime)
