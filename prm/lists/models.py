"""Tables of lists."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from prm.extensions import db
from prm.infra.db import Keyed, UtcDateTime, VendorOwned, tenant_table


class SavedView(Keyed, VendorOwned, db.Model):
    """A list as one person likes to open it: the endpoint, and what its address says after "?"."""

    __tablename__ = "saved_view"
    __table_args__ = tenant_table(UniqueConstraint("vendor_id", "user_id", "endpoint", "name"))
    reach_self = "user_id"

    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    endpoint: Mapped[str] = mapped_column(String(80))
    name: Mapped[str] = mapped_column(String(80))
    query: Mapped[str] = mapped_column(String(2000))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
