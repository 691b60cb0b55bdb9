"""What the vendor's staff keep about a partnership: notes, tasks, contacts; documents of both sides."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from prm.accounts.models import User
from prm.extensions import db
from prm.infra.db import Keyed, UtcDateTime, VendorOwned, enum_column, tenant_key, tenant_table
from prm.vendors.models import StoredFile


class PartnershipNote(Keyed, VendorOwned, db.Model):
    """Something worth remembering; the vendor's side alone reads it."""

    __tablename__ = "partnership_note"
    __table_args__ = tenant_table(tenant_key("partnership_id", "partnership"))
    reach_own = "partnership_id"

    partnership_id: Mapped[int] = mapped_column(index=True)
    body: Mapped[str] = mapped_column(String(4000))
    author_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    author: Mapped[User | None] = relationship(viewonly=True)


class PartnershipTask(Keyed, VendorOwned, db.Model):
    """Something that one of the vendor's people has to do about a partnership, by a day."""

    __tablename__ = "partnership_task"
    __table_args__ = tenant_table(
        tenant_key("partnership_id", "partnership"),
        Index("ix_partnership_task_owner", "vendor_id", "owner_id", "done_at", "due_on"),
    )
    reach_own = "partnership_id"

    partnership_id: Mapped[int] = mapped_column(index=True)
    title: Mapped[str] = mapped_column(String(200))
    owner_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    due_on: Mapped[date]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    done_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))


class PartnershipContact(Keyed, VendorOwned, db.Model):
    """Somebody to turn to at a partner, whether they sign in here or not."""

    __tablename__ = "partnership_contact"
    __table_args__ = tenant_table(tenant_key("partnership_id", "partnership"))
    reach_own = "partnership_id"

    partnership_id: Mapped[int] = mapped_column(index=True)
    name: Mapped[str] = mapped_column(String(120))
    function: Mapped[str] = mapped_column(String(120), default="")
    email: Mapped[str] = mapped_column(String(254), default="")
    phone: Mapped[str] = mapped_column(String(60), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class DocumentKind(StrEnum):
    CONTRACT = "contract"
    CERTIFICATE = "certificate"
    INSURANCE = "insurance"
    TAX = "tax"
    OTHER = "other"


class PartnershipDocument(Keyed, VendorOwned, db.Model):
    """A file about a partnership, of either side. `valid_until` is its last valid day."""

    __tablename__ = "partnership_document"
    __table_args__ = tenant_table(
        tenant_key("partnership_id", "partnership"), tenant_key("file_id", "stored_file")
    )
    reach_own = "partnership_id"

    partnership_id: Mapped[int] = mapped_column(index=True)
    title: Mapped[str] = mapped_column(String(200))
    kind: Mapped[DocumentKind] = enum_column(DocumentKind)
    file_id: Mapped[int]
    valid_until: Mapped[date | None]
    is_of_partner: Mapped[bool] = mapped_column(default=False)
    uploaded_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    file: Mapped[StoredFile] = relationship(viewonly=True)
