"""Reading bulk actions."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select

from prm.access import Actor, visible
from prm.bulk.models import BulkItem, BulkRun, ItemOutcome
from prm.errors import NotFound
from prm.extensions import db
from prm.permissions import P


def get_run(actor: Actor, run_id: UUID) -> BulkRun:
    """One that the person started. Raises NotFound."""
    found = db.session.scalars(
        visible(select(BulkRun).where(BulkRun.public_id == run_id), actor, P.LIST_KEEP)
    ).one_or_none()
    if found is None:
        raise NotFound
    return found


def count_outcomes(run: BulkRun) -> dict[ItemOutcome, int]:
    """How many of a run's rows wait, are done, were refused."""
    counted = select(BulkItem.outcome, func.count(BulkItem.id)).where(BulkItem.run_id == run.id)
    rows = db.session.execute(counted.group_by(BulkItem.outcome)).all()
    found: dict[ItemOutcome, int] = dict(map(tuple, rows))
    return {outcome: found.get(outcome, 0) for outcome in ItemOutcome}


def select_items(run: BulkRun) -> Select[Any]:
    """The rows of a run, for a table."""
    return select(BulkItem).where(BulkItem.run_id == run.id)


def list_due_runs() -> list[int]:
    """Keys of runs of the vendor served that are not finished."""
    return list(db.session.scalars(select(BulkRun.id).where(BulkRun.finished_at.is_(None))))
