"""Tables of private calendar addresses."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from prm.extensions import db
from prm.infra.db import UtcDateTime


class CalendarFeed(db.Model):
    """The address at which a person's calendar program reads what is due for them at one vendor.

    It carries a random token, of which only the hash is kept. Of no vendor's own rows: who asks names
    the vendor by it.
    """

    __tablename__ = "calendar_feed"
    __table_args__ = (UniqueConstraint("vendor_id", "user_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    vendor_id: Mapped[int] = mapped_column(ForeignKey("vendor.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
