"""What courses and learning paths have in common: whom they are for, and versions that never change
once they are published."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from prm.infra.db import UtcDateTime, enum_column


class SkillLevel(StrEnum):
    FOUNDATION = "foundation"
    ADVANCED = "advanced"
    EXPERT = "expert"


class VersionStatus(StrEnum):
    DRAFT = "draft"
    PUBLISHED = "published"


class Taught:
    """`title` is that of the newest published version; before the first, the draft's."""

    title: Mapped[str] = mapped_column(String(200))
    skill_level: Mapped[SkillLevel] = enum_column(SkillLevel)
    job_functions: Mapped[list[str]] = mapped_column(JSON, default=list)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class TaughtVersion:
    """One version. A draft is edited; a published one never changes."""

    number: Mapped[int]
    title: Mapped[str] = mapped_column(String(200))
    summary: Mapped[str] = mapped_column(String(1000), default="")
    status: Mapped[VersionStatus] = enum_column(VersionStatus, default=VersionStatus.DRAFT)
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revision: Mapped[int] = mapped_column(default=1)

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:
        # Two authors of one draft: the later save answers 409 and keeps the text.
        return {"version_id_col": cls.revision}
