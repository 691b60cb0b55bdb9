"""How far batches are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import joinedload

from prm.access import Actor, visible
from prm.accounts.models import User
from prm.certification.batches.models import IssueBatch, IssueBatchItem, ItemState
from prm.certification.models import Certificate, CertificateFile, Certification
from prm.certification.queries.files import is_first_file
from prm.errors import NotFound
from prm.extensions import db
from prm.infra import clock
from prm.permissions import P


@dataclass(frozen=True)
class Progress:
    """How many people of a batch are where. `issued` counts those printed too."""

    total: int
    waiting: int
    issued: int
    printed: int
    unprinted: int
    refused: int

    @property
    def share(self) -> int:
        """Per cent of the work that is done; a file is as much work as everything before it."""
        done = 2 * self.refused + self.issued + self.printed + self.unprinted
        return 100 * done // (2 * self.total)


def get_batch(actor: Actor, batch_id: UUID) -> IssueBatch:
    """One batch by public id, with its certification. Raises NotFound."""
    found = db.session.scalars(
        visible(select(IssueBatch), actor, P.SCHEME_EDIT)
        .where(IssueBatch.public_id == batch_id)
        .options(joinedload(IssueBatch.certification))
    ).one_or_none()
    if found is None:
        raise NotFound
    return found


def find_open_batch(scheme: Certification) -> IssueBatch | None:
    """The batch of a certification that is not finished."""
    return db.session.scalars(
        select(IssueBatch)
        .where(IssueBatch.certification_id == scheme.id, IssueBatch.finished_at.is_(None))
        .limit(1)
    ).one_or_none()


def list_due_batches() -> list[int]:
    """Batches of the vendor served that nobody works on."""
    return list(
        db.session.scalars(
            select(IssueBatch.id)
            .where(
                IssueBatch.finished_at.is_(None),
                or_(IssueBatch.worker.is_(None), IssueBatch.worker_until < clock.now()),
            )
            .order_by(IssueBatch.id)
        )
    )


def count_progress(batch: IssueBatch) -> Progress:
    """How far a batch is; a file that was printed later than the others counts as printed."""
    counts: dict[ItemState, int] = dict(
        db.session.execute(
            select(IssueBatchItem.state, func.count())
            .where(IssueBatchItem.batch_id == batch.id)
            .group_by(IssueBatchItem.state)
        ).all()
    )
    later = (
        db.session.scalar(
            select(func.count())
            .select_from(IssueBatchItem)
            .join(CertificateFile, CertificateFile.certificate_id == IssueBatchItem.certificate_id)
            .where(
                IssueBatchItem.batch_id == batch.id,
                IssueBatchItem.state == ItemState.UNPRINTED,
                is_first_file(),
                CertificateFile.file_id.is_not(None),
            )
        )
        if counts.get(ItemState.UNPRINTED)
        else 0
    ) or 0
    unprinted = counts.get(ItemState.UNPRINTED, 0) - later
    printed = counts.get(ItemState.PRINTED, 0) + later
    issued = counts.get(ItemState.ISSUED, 0) + printed + unprinted
    return Progress(
        total=batch.total,
        waiting=counts.get(ItemState.WAITING, 0),
        issued=issued,
        printed=printed,
        unprinted=unprinted,
        refused=counts.get(ItemState.REFUSED, 0),
    )


def select_items(batch: IssueBatch) -> Select[Any]:
    """The people of a batch with their certificates, if any."""
    return (
        select(IssueBatchItem, User.name, Certificate.public_id, Certificate.number)
        .join(User, User.id == IssueBatchItem.user_id)
        .outerjoin(Certificate, Certificate.id == IssueBatchItem.certificate_id)
        .where(IssueBatchItem.batch_id == batch.id)
    )


def list_exceptions(batch: IssueBatch, limit: int = 100) -> list[Any]:
    """Who got none, and whose file could not be printed: the first of them, by name."""
    return list(
        db.session.execute(
            select_items(batch)
            .where(IssueBatchItem.state.in_([ItemState.REFUSED, ItemState.UNPRINTED]))
            .order_by(User.name, IssueBatchItem.id)
            .limit(limit)
        )
    )
