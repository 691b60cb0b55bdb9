"""How partnerships stand today, judged beforehand."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from prm.extensions import db
from prm.infra.db import UtcDateTime, VendorOwned, tenant_key, tenant_table


class PartnershipStanding(VendorOwned, db.Model):
    """A partnership against the policy on one day of its vendor's.

    It counts where nothing has changed since it was judged: `basis` (what all partnerships are judged
    by), `revision` (counts changes of what is the partnership's own; `judged_revision` is the one it
    was judged at, null before the first time) and `people_revision` (see PartnerPeople). `verdicts` has
    one entry per rule, in keys alone, so that it names nobody; bit n of `missed_rules` is set where rule
    n is missed. Never the source of anything: it can be emptied at any time.
    """

    __tablename__ = "partnership_standing"
    __table_args__ = tenant_table(
        tenant_key("partnership_id", "partnership", ondelete="CASCADE"),
        UniqueConstraint("vendor_id", "partnership_id", "day"),
        # Counts, and who misses most, are read from it alone.
        Index("ix_partnership_standing_day", "vendor_id", "day", "is_compliant", "missed", "partnership_id"),
    )
    reach_own = "partnership_id"

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int]
    day: Mapped[date]
    revision: Mapped[int] = mapped_column(default=0)
    judged_revision: Mapped[int | None]
    people_revision: Mapped[int] = mapped_column(default=0)
    basis: Mapped[str] = mapped_column(String(64), default="")
    policy_number: Mapped[int | None]
    is_compliant: Mapped[bool] = mapped_column(default=False)
    missed: Mapped[int] = mapped_column(default=0)
    missed_rules: Mapped[int] = mapped_column(BigInteger, default=0)
    verdicts: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    computed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class PartnerPeople(db.Model):
    """How often the people of a partner company have changed: what its vendors compare.

    One vendor changes the people of a company that others work with, and may not write their rows.
    No foreign key: whoever holds the company's row would wait for who counts here, and the other way
    round.
    """

    __tablename__ = "partner_people"

    partner_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    revision: Mapped[int] = mapped_column(default=0)
