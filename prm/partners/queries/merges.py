"""Reading merges: what hangs on a partnership, and which were merged into it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import func, inspect, select

from prm.access import Actor, visible
from prm.errors import NotFound
from prm.extensions import db
from prm.infra.references import references_to
from prm.partners.models import (
    MoveKind,
    Partnership,
    PartnershipMerge,
    PartnershipMove,
    PartnershipPast,
)
from prm.permissions import P

#: What each of two merged keeps: itself, the record of the merge, and what it was before.
STAYS: frozenset[type] = frozenset({Partnership, PartnershipMerge, PartnershipPast})


def list_references() -> list[tuple[Any, Any]]:
    """(model, attribute) of everything that hangs on a partnership, but what is of itself: what was merged,
    and what it was before."""
    return [(model, attribute) for model, attribute in references_to(Partnership) if model not in STAYS]


def table_of(model: Any) -> str:
    """What the table of a model is called."""
    return str(inspect(model).local_table.name)


def count_hanging(partnership: Partnership) -> dict[str, int]:
    """How many rows of each table point at a partnership, where there are any."""
    counts: dict[str, int] = {}
    for model, attribute in list_references():
        found = db.session.scalar(select(func.count()).select_from(model).where(attribute == partnership.id))
        if found:
            counts[table_of(model)] = counts.get(table_of(model), 0) + found
    return counts


def find_merge_into(survivor: Partnership) -> PartnershipMerge | None:
    """The merge into a partnership that was made, or taken apart, last."""
    latest = func.coalesce(PartnershipMerge.unmerged_at, PartnershipMerge.merged_at)
    return db.session.scalars(
        select(PartnershipMerge)
        .where(PartnershipMerge.survivor_id == survivor.id)
        .order_by(latest.desc(), PartnershipMerge.id.desc())
        .limit(1)
    ).one_or_none()


def rows_of_merge(merge: PartnershipMerge, kind: MoveKind, model: Any) -> set[int]:
    """Keys of a model's rows that a merge moved or made."""
    return set(
        db.session.scalars(
            select(PartnershipMove.row_id).where(
                PartnershipMove.merge_id == merge.id,
                PartnershipMove.kind == kind,
                PartnershipMove.table_name == table_of(model),
            )
        )
    )


def list_merges(partnership: Partnership) -> list[tuple[PartnershipMerge, str]]:
    """What was merged into a partnership and not taken apart since, newest first, with its name."""
    rows = db.session.execute(
        select(PartnershipMerge, Partnership.name)
        .join(Partnership, Partnership.id == PartnershipMerge.absorbed_id)
        .where(PartnershipMerge.survivor_id == partnership.id, PartnershipMerge.unmerged_at.is_(None))
        .order_by(PartnershipMerge.id.desc())
    )
    return [(merge, name) for merge, name in rows]


def get_merge(actor: Actor, public_id: UUID) -> tuple[PartnershipMerge, Partnership, Partnership]:
    """A merge of two partnerships that are both within reach, the survivor first.

    Raises NotFound, for a foreign or undone one as for one that does not exist.
    """
    merge = db.session.scalars(
        select(PartnershipMerge).where(
            PartnershipMerge.public_id == public_id, PartnershipMerge.unmerged_at.is_(None)
        )
    ).one_or_none()
    if merge is None:
        raise NotFound
    both = []
    for key in (merge.survivor_id, merge.absorbed_id):
        statement = visible(select(Partnership).where(Partnership.id == key), actor, P.PARTNER_EDIT)
        found = db.session.scalars(statement).one_or_none()
        if found is None:
            raise NotFound
        both.append(found)
    return merge, both[0], both[1]
