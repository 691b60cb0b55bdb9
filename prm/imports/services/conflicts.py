"""Where a file says otherwise than a person did: both values are kept until somebody chooses.

A value was changed by hand where it is not as the last import left it. A row that no import wrote
is nobody's word against the file's: the first source that names it may say what it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import func, insert, select, update

from prm.access import Actor, require, visible
from prm.errors import Conflict, NotFound
from prm.extensions import db
from prm.imports.matching import chunks
from prm.imports.models import (
    BatchStatus,
    ChangeAction,
    ConflictDecision,
    ImportBatch,
    ImportChange,
    ImportConflict,
)
from prm.imports.services.changes import ENTITIES, TYPE_OF, insert_rows, plain_values, typed, update_rows
from prm.imports.services.locking import lock_imports
from prm.infra import clock
from prm.infra.money import format_money
from prm.journal.services import record
from prm.partners.models import Partnership, Region
from prm.permissions import P
from prm.products.models import Product

#: Field → the columns that make it up.
GROUPS: dict[Any, dict[str, tuple[str, ...]]] = {
    Partnership: {
        "name": ("name", "name_folded"),
        "region": ("region_id",),
        "manager": ("manager_name", "manager_user_id"),
    },
    Product: {"name": ("name",), "price": ("price_minor", "currency")},
}


@dataclass(frozen=True)
class Clash:
    """One field of an existing row: what a person made of it, and what the file says."""

    model: Any
    key: int
    record: str
    field: str
    ours: dict[str, Any]
    theirs: dict[str, Any]
    ours_shown: str
    theirs_shown: str


@dataclass(frozen=True)
class HandEdits:
    """What the last imports left of some rows, and which of the file's words were turned down already."""

    left: Mapping[int, Mapping[str, Any]]
    declined: Mapping[tuple[int, str], list[dict[str, Any]]]

    def is_edited(self, row: Any, columns: Iterable[str]) -> bool:
        """Whether one of these columns is no longer as an import left it."""
        left = self.left.get(row.id, {})
        now = plain_values({column: getattr(row, column) for column in columns})
        return any(column in left and left[column] != value for column, value in now.items())

    def is_declined(self, row: Any, field: str, theirs: Mapping[str, Any]) -> bool:
        return dict(theirs) in self.declined.get((row.id, field), [])


def load_hand_edits(model: Any, keys: Iterable[int]) -> HandEdits:
    """The same for rows of one kind: two queries per thousand."""
    left: dict[int, Mapping[str, Any]] = {}
    declined: dict[tuple[int, str], list[dict[str, Any]]] = {}
    for some in chunks(sorted(set(keys)), 1000):
        latest = (
            select(func.max(ImportChange.id))
            .join(ImportBatch, ImportBatch.id == ImportChange.batch_id)
            .where(
                ImportChange.entity_type == TYPE_OF[model],
                ImportChange.entity_id.in_(some),
                ImportChange.action != ChangeAction.DELETED,
                ImportBatch.status == BatchStatus.APPLIED,
            )
            .group_by(ImportChange.entity_id)
        )
        statement = select(ImportChange.entity_id, ImportChange.after).where(ImportChange.id.in_(latest))
        left.update((key, after or {}) for key, after in db.session.execute(statement))
        kept = select(ImportConflict).where(
            ImportConflict.entity_type == TYPE_OF[model],
            ImportConflict.entity_id.in_(some),
            ImportConflict.decision == ConflictDecision.OURS,
        )
        for each in db.session.scalars(kept):
            declined.setdefault((each.entity_id, each.field), []).append(each.theirs)
    return HandEdits(left, declined)


def take_clashes(
    row: Any, changed: dict[str, Any], edits: HandEdits, shown: Mapping[str, tuple[str, str]]
) -> list[Clash]:
    """Take out of `changed` what a person has changed; returns what is to be decided.

    `shown`: field → (ours, theirs) for people.
    """
    clashes = []
    for field, columns in GROUPS[type(row)].items():
        if not any(column in changed for column in columns) or not edits.is_edited(row, columns):
            continue
        theirs_typed = {column: changed.pop(column, getattr(row, column)) for column in columns}
        theirs = plain_values(
            {column: getattr(value, "name", value) for column, value in theirs_typed.items()}
        )
        if edits.is_declined(row, field, theirs):
            continue
        ours = plain_values({column: getattr(row, column) for column in columns})
        clashes.append(Clash(type(row), row.id, row.name, field, ours, theirs, *shown[field]))
    return clashes


def shown_price(minor: int | None, currency: str | None, locale: str) -> str:
    return "–" if minor is None or currency is None else format_money(minor, currency, locale)


def keep_clashes(batch: ImportBatch, planned: Iterable[tuple[int, list[Clash]]]) -> None:
    """Keep what is to be decided; what an earlier file said of the same fields is out of date."""
    rows = [
        {
            "batch_id": batch.id,
            "line": line,
            "entity_type": TYPE_OF[clash.model],
            "entity_id": clash.key,
            "record": clash.record[:200],
            "field": clash.field,
            "ours": clash.ours,
            "theirs": clash.theirs,
            "ours_shown": clash.ours_shown[:300],
            "theirs_shown": clash.theirs_shown[:300],
            "decision": ConflictDecision.OPEN,
        }
        for line, clashes in planned
        for clash in clashes
    ]
    for row in rows:
        db.session.execute(
            update(ImportConflict)
            .where(
                ImportConflict.entity_type == row["entity_type"],
                ImportConflict.entity_id == row["entity_id"],
                ImportConflict.field == row["field"],
                ImportConflict.decision == ConflictDecision.OPEN,
            )
            .values(decision=ConflictDecision.SUPERSEDED, decided_at=clock.now())
            .execution_options(synchronize_session=False)
        )
    if rows:
        db.session.execute(insert(ImportConflict), rows)


# -- deciding ----------------------------------------------------------------------------------


def decide_conflicts(
    actor: Actor, batch_id: UUID, decision: ConflictDecision, conflict_id: UUID | None = None
) -> int:
    """Keep ours or take the file's, for one conflict of a batch or for all that are open.

    What is taken becomes a change of that batch, so that its undo takes it back. Returns how many were
    decided. Raises NotFound; Conflict where it was decided, or the value changed again, meanwhile.
    """
    require(actor, P.IMPORT_RUN)
    lock_imports(actor)
    batch = db.session.scalars(
        visible(select(ImportBatch).where(ImportBatch.public_id == batch_id), actor, P.IMPORT_RUN)
    ).one_or_none()
    if batch is None:
        raise NotFound
    wanted = select(ImportConflict).where(ImportConflict.batch_id == batch.id).order_by(ImportConflict.id)
    if conflict_id is not None:
        found = db.session.scalars(wanted.where(ImportConflict.public_id == conflict_id)).one_or_none()
        if found is None:
            raise NotFound
        chosen = [found]
        if found.decision is not ConflictDecision.OPEN:
            raise Conflict(_("This was decided already."))
    else:
        chosen = list(db.session.scalars(wanted.where(ImportConflict.decision == ConflictDecision.OPEN)))
    if batch.status is not BatchStatus.APPLIED:
        raise Conflict(_("This import is undone; there is nothing left to decide."))
    for conflict in chosen:
        if decision is ConflictDecision.THEIRS:
            _take_theirs(actor, batch, conflict)
        conflict.decision = decision
        conflict.decided_at = clock.now()
        conflict.decided_by_id = actor.user_id
    db.session.flush()
    if chosen:
        facts = {"decision": decision.value, "count": len(chosen)}
        record(actor, "import.conflicts_decided", batch, facts=facts)
    return len(chosen)


def _take_theirs(actor: Actor, batch: ImportBatch, conflict: ImportConflict) -> None:
    model = ENTITIES[conflict.entity_type]
    row = db.session.scalars(select(model).where(model.id == conflict.entity_id)).one_or_none()
    if row is None or plain_values({name: getattr(row, name) for name in conflict.ours}) != conflict.ours:
        raise Conflict(
            _("%(record)s was changed again meanwhile. Import the file once more.", record=conflict.record)
        )
    theirs = dict(conflict.theirs)
    if conflict.field == "region":
        theirs["region_id"] = _region_key(batch, conflict.line, theirs["region_id"])
    values = typed(model, theirs)
    if conflict.field == "manager":
        values["manager_user_id"] = None  # the file names somebody; who signs in is chosen by hand
    update_rows(batch, [(conflict.line, row, values)])


def _region_key(batch: ImportBatch, line: int, theirs: int | str | None) -> int | None:
    """The region of the file: its key, or the name of one that was not there then."""
    if not isinstance(theirs, str):
        return theirs
    known = db.session.scalars(select(Region.id).where(Region.name == theirs[:100])).one_or_none()
    return known if known is not None else insert_rows(batch, Region, [(line, {"name": theirs[:100]})])[0]
