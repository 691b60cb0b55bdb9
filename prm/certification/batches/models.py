"""Tables of issuing many certificates at once."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from prm.certification.models import Certification
from prm.extensions import db
from prm.infra.db import Keyed, UtcDateTime, VendorOwned, enum_column, tenant_key, tenant_table


class ItemState(StrEnum):
    """WAITING: nothing is done. ISSUED: it counts, its file is due. UNPRINTED: it counts, its file
    cannot be printed (it is tried again). REFUSED: the person does not qualify any more."""

    WAITING = "waiting"
    ISSUED = "issued"
    PRINTED = "printed"
    UNPRINTED = "unprinted"
    REFUSED = "refused"


class IssueBatch(Keyed, VendorOwned, db.Model):
    """A certification issued to everybody who qualified at `requested_at`.

    `worker` works on it and says so again before `worker_until`; after that anybody may go on.
    """

    __tablename__ = "issue_batch"
    __table_args__ = tenant_table(
        tenant_key("certification_id", "certification"),
        Index("ix_issue_batch_certification", "certification_id", "id"),
    )

    certification_id: Mapped[int]
    requested_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    requested_at: Mapped[datetime] = mapped_column(UtcDateTime)
    total: Mapped[int]
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    worker: Mapped[str | None] = mapped_column(String(40))
    worker_until: Mapped[datetime | None] = mapped_column(UtcDateTime)

    certification: Mapped[Certification] = relationship(viewonly=True)


class IssueBatchItem(VendorOwned, db.Model):
    """One person of a batch. `reason` says why nothing was issued, or not printed."""

    __tablename__ = "issue_batch_item"
    __table_args__ = tenant_table(
        tenant_key("batch_id", "issue_batch"),
        tenant_key("certificate_id", "certificate"),
        UniqueConstraint("batch_id", "user_id"),
        Index("ix_issue_batch_item_state", "batch_id", "state", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    batch_id: Mapped[int]
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    certificate_id: Mapped[int | None]
    state: Mapped[ItemState] = enum_column(ItemState, default=ItemState.WAITING)
    reason: Mapped[str] = mapped_column(String(300), default="")
