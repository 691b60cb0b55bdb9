"""Tables of accreditations. No one here is named but by key."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from prm.certification.models import Certification
from prm.extensions import db
from prm.infra.db import Keyed, UtcDateTime, VendorOwned, enum_column, tenant_key, tenant_table
from prm.partners.models import Partnership, Region
from prm.training.models import SkillLevel


class EndReason(StrEnum):
    PEOPLE = "people"  # not enough certified people any more
    RULES = "rules"  # the accreditation asks for more since
    PARTNERSHIP = "partnership"  # suspended, ended, or in another region
    CLOSED = "closed"  # the accreditation is awarded no more


class Accreditation(Keyed, VendorOwned, db.Model):
    """What a company can be awarded. `region_id` null: wherever it is, else with its head office or a
    branch there. `changed_at` is when what it asks was last changed."""

    __tablename__ = "accreditation"
    __table_args__ = tenant_table(tenant_key("region_id", "region"), UniqueConstraint("vendor_id", "name"))

    name: Mapped[str] = mapped_column(String(200))
    summary: Mapped[str] = mapped_column(String(1000), default="")
    skill_level: Mapped[SkillLevel] = enum_column(SkillLevel)
    region_id: Mapped[int | None]
    is_active: Mapped[bool] = mapped_column(default=True)
    revision: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)

    region: Mapped[Region | None] = relationship(viewonly=True)

    __mapper_args__ = {"version_id_col": revision}


class AccreditationRule(Keyed, VendorOwned, db.Model):
    """At least `minimum` people with a valid certificate: of one certification or of any, of a level or
    above or of any, and of a job function or ("") of any."""

    __tablename__ = "accreditation_rule"
    __table_args__ = tenant_table(
        tenant_key("accreditation_id", "accreditation"),
        tenant_key("certification_id", "certification"),
        UniqueConstraint("vendor_id", "accreditation_id", "position"),
        CheckConstraint("minimum > 0", name="minimum"),
    )

    accreditation_id: Mapped[int]
    position: Mapped[int]
    minimum: Mapped[int]
    certification_id: Mapped[int | None]
    skill_level: Mapped[SkillLevel | None] = enum_column(SkillLevel)
    job_function: Mapped[str] = mapped_column(String(20), default="")

    certification: Mapped[Certification | None] = relationship(viewonly=True)


class AccreditationAward(Keyed, VendorOwned, db.Model):
    """That a company has an accreditation, from `awarded_on` until `ended_on` (null: to this day).

    `code` is what /verify/<code> takes. `holders` are the keys of the people who meet each rule,
    `hangs_on` those of the people each of whom it cannot spare, both as of `computed_at`. `lapses_on` is
    the first day on which it is not met any more as things are; null: none is known. `facts` are frozen
    and name nobody but companies. The row is due to be printed as long as it has no file.
    """

    __tablename__ = "accreditation_award"
    __table_args__ = tenant_table(
        tenant_key("accreditation_id", "accreditation"),
        tenant_key("partnership_id", "partnership"),
        tenant_key("file_id", "stored_file"),
        Index("ix_accreditation_award_partnership", "vendor_id", "partnership_id"),
        Index("ix_accreditation_award_lapse", "vendor_id", "lapses_on"),
    )
    reach_own = "partnership_id"

    accreditation_id: Mapped[int]
    partnership_id: Mapped[int]
    code: Mapped[str] = mapped_column(String(60), unique=True)
    awarded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    awarded_on: Mapped[date]
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_on: Mapped[date | None]
    end_reason: Mapped[EndReason | None] = enum_column(EndReason)
    lapses_on: Mapped[date | None]
    hangs_on: Mapped[list[int]] = mapped_column(JSON, default=list)
    hangs: Mapped[bool] = mapped_column(default=False)  # whether it hangs on anybody: to filter by
    holders: Mapped[list[list[int]]] = mapped_column(JSON, default=list)
    computed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)
    file_id: Mapped[int | None]
    sha256: Mapped[str | None] = mapped_column(String(64), index=True)
    attempted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    problem: Mapped[str | None] = mapped_column(String(300))

    accreditation: Mapped[Accreditation] = relationship(viewonly=True)
    partnership: Mapped[Partnership] = relationship(viewonly=True)


# A company has an accreditation once at a time.
Index(
    "uq_accreditation_award_open",
    AccreditationAward.vendor_id,
    AccreditationAward.accreditation_id,
    AccreditationAward.partnership_id,
    unique=True,
    sqlite_where=AccreditationAward.ended_at.is_(None),
    postgresql_where=AccreditationAward.ended_at.is_(None),
)


class AccreditationLook(VendorOwned, db.Model):
    """The last day of the vendor's on which everything was looked at."""

    __tablename__ = "accreditation_look"
    __table_args__ = tenant_table(UniqueConstraint("vendor_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    ran_on: Mapped[date]
