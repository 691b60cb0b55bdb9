"""What a partnership was before it was changed: so that any date can be told, not today alone."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, event, inspect
from sqlalchemy.orm import Mapped, Session, mapped_column

from prm.extensions import db
from prm.infra import clock
from prm.infra.db import Keyed, UtcDateTime, VendorOwned, enum_column, tenant_key, tenant_table
from prm.partners.models.partnerships import Partnership, PartnershipStatus, PartnershipType, Region

#: What of a partnership is told as of a date.
DATED = ("status", "type", "region_id", "manager_user_id", "manager_name", "agreement_accepted_on")


class PartnershipPast(Keyed, VendorOwned, db.Model):
    """How a partnership was until an instant. What it is now is the partnership itself.

    The region by its name: one that only an undone import knew may go.
    As of T it was what its first row with `until` at or after T says; without one, what it is now.
    """

    __tablename__ = "partnership_past"
    __table_args__ = tenant_table(
        tenant_key("partnership_id", "partnership"),
        Index("ix_partnership_past_until", "vendor_id", "partnership_id", "until"),
    )
    reach_own = "partnership_id"

    partnership_id: Mapped[int]
    until: Mapped[datetime] = mapped_column(UtcDateTime)
    status: Mapped[PartnershipStatus] = enum_column(PartnershipStatus)
    type: Mapped[PartnershipType] = enum_column(PartnershipType)
    region_name: Mapped[str | None] = mapped_column(String(100))
    manager_user_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    manager_name: Mapped[str | None] = mapped_column(String(200))
    agreement_accepted_on: Mapped[date | None]


def past_of(partnership: Partnership, **before: Any) -> PartnershipPast:
    """The row that keeps what a partnership was until now; `before` where it was otherwise than it is."""
    values = {name: before.get(name, getattr(partnership, name)) for name in DATED}
    region_id = values.pop("region_id")
    region = db.session.get(Region, region_id) if region_id is not None else None
    return PartnershipPast(
        vendor_id=partnership.vendor_id,
        partnership_id=partnership.id,
        until=clock.now(),
        region_name=region.name if region is not None else None,
        **values,
    )


@event.listens_for(Session, "before_flush")
def _keep_past(session: Session, _context: Any, _instances: Any) -> None:
    """Forms, imports, their undo and merges all change a partnership's row: none of them can forget."""
    for row in list(session.dirty):
        if not isinstance(row, Partnership) or row in session.deleted:
            continue
        state = inspect(row)
        before = {}
        for name in DATED:
            history = state.attrs[name].history
            if history.has_changes() and history.deleted:
                before[name] = history.deleted[0]
        if any(getattr(row, name) != value for name, value in before.items()):
            session.add(past_of(row, **before))
