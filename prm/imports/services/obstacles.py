"""What stands in the way of undoing a batch: later imports, people's edits, rows that depend on it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import Select, and_, func, inspect, select
from sqlalchemy.orm import aliased

from prm.errors import Conflict
from prm.extensions import db
from prm.imports.labels import ENTITY_NAMES, count_of
from prm.imports.models import BatchStatus, ChangeAction, ImportBatch, ImportChange
from prm.imports.services.changes import ENTITIES, RESOLVED, TYPE_OF, snapshot
from prm.infra.references import references_to

_SHOWN = 5
_FIRST = 3
_CALLED = ("external_id", "name", "value", "number", "title")  # what a row is called, if it has one


def changes_of(batch: ImportBatch, model: Any, *actions: ChangeAction) -> Iterator[list[ImportChange]]:
    """The changes of one kind of row, a thousand at a time, oldest first."""
    last = 0
    while True:
        found = db.session.scalars(
            select(ImportChange)
            .where(
                ImportChange.batch_id == batch.id,
                ImportChange.entity_type == TYPE_OF[model],
                ImportChange.action.in_(actions),
                ImportChange.id > last,
            )
            .order_by(ImportChange.id)
            .limit(1000)
        ).all()
        if not found:
            return
        yield list(found)
        last = found[-1].id
        for change in found:
            db.session.expunge(change)


def inserted_by(batch: ImportBatch, model: Any) -> Select[Any]:
    """The keys of what the batch made of one kind."""
    return select(ImportChange.entity_id).where(
        ImportChange.batch_id == batch.id,
        ImportChange.entity_type == TYPE_OF[model],
        ImportChange.action == ChangeAction.INSERTED,
    )


def columns_to_restore(change: ImportChange) -> list[str]:
    """An inserted row is taken back whole, an updated one in what changed."""
    before, after = change.before or {}, change.after or {}
    return [
        column
        for column in after
        if column not in RESOLVED
        and (change.action is ChangeAction.INSERTED or before.get(column) != after[column])
    ]


# -- refusals ----------------------------------------------------------------------------------


def refuse_later_imports(batch: ImportBatch) -> None:
    """Raises Conflict naming the imports that changed the same rows afterwards."""
    later = aliased(ImportChange)
    is_same = and_(ImportChange.entity_type == later.entity_type, ImportChange.entity_id == later.entity_id)
    keys = db.session.scalars(
        select(ImportBatch.id)
        .join(later, later.batch_id == ImportBatch.id)
        .join(ImportChange, is_same)
        .where(
            ImportChange.batch_id == batch.id,
            later.batch_id != batch.id,
            later.id > ImportChange.id,
            ImportBatch.status == BatchStatus.APPLIED,
        )
        .distinct()
    ).all()
    if keys:
        raise Conflict(
            _(
                "Later imports changed the same rows: %(imports)s. Undo them first.",
                imports=_names_of(keys),
            )
        )


def refuse_edited(batch: ImportBatch) -> None:
    """Raises Conflict naming rows that people changed since."""
    edited: list[str] = []
    for model in ENTITIES.values():
        for changes in changes_of(batch, model, ChangeAction.INSERTED, ChangeAction.UPDATED):
            keys = [change.entity_id for change in changes]
            rows = {row.id: row for row in db.session.scalars(select(model).where(model.id.in_(keys)))}
            edited += [_label(change) for change in changes if _is_edited(change, rows.get(change.entity_id))]
            for row in rows.values():
                db.session.expunge(row)
    if edited:
        shown = ", ".join(edited[:_SHOWN])
        raise Conflict(
            ngettext(
                "%(num)s row was changed since: %(rows)s. Undoing would lose that.",
                "%(num)s rows were changed since: %(rows)s. Undoing would lose that.",
                len(edited),
                rows=shown if len(edited) <= _SHOWN else f"{shown} …",
            )
        )


def refuse_dependants(batch: ImportBatch, model: Any) -> None:
    """Raises Conflict naming what hangs on rows that are to go, and the imports it came with."""
    hanging = []
    imports: set[int] = set()
    for other, attribute in references_to(model):
        is_hanging = attribute.in_(inserted_by(batch, model))
        if count := db.session.scalar(select(func.count(attribute)).where(is_hanging)):
            hanging.append(_counted(other, is_hanging, count))
            if hasattr(other, "batch_id"):
                came_with = select(other.batch_id).where(is_hanging, other.batch_id.is_not(None))
                imports.update(db.session.scalars(came_with.distinct()))
    if hanging and imports:
        raise Conflict(
            _(
                "Other rows depend on what this import made: %(rows)s, from %(imports)s. Undo that first.",
                rows=", ".join(hanging),
                imports=_names_of(imports),
            )
        )
    if hanging:
        raise Conflict(
            _(
                "Other rows depend on what this import made: %(rows)s. Remove them first.",
                rows=", ".join(hanging),
            )
        )


def _counted(model: Any, criterion: Any, count: int) -> str:
    """How many rows of a kind, and what the first ones are called: "2 payments (P-1, P-2)"."""
    counted = count_of(model.__tablename__, count)
    columns = {attribute.key for attribute in inspect(model).column_attrs}
    called = next((name for name in _CALLED if name in columns), None)
    if called is None:
        return counted
    statement = select(getattr(model, called)).where(criterion).order_by(model.id).limit(_FIRST)
    first = [str(each) for each in db.session.scalars(statement) if each]
    if not first:
        return counted
    more = " …" if count > len(first) else ""
    return _("%(counted)s (%(first)s)", counted=counted, first=", ".join(first) + more)


def _names_of(keys: Iterable[int]) -> str:
    batches = db.session.scalars(
        select(ImportBatch).where(ImportBatch.id.in_(sorted(keys)[:_SHOWN])).order_by(ImportBatch.id)
    )
    return ", ".join(f"{batch.file.name} ({batch.public_id})" for batch in batches)


def _is_edited(change: ImportChange, row: Any) -> bool:
    """Whether what this batch would take back is no longer as it left it."""
    if row is None:
        return change.action is ChangeAction.UPDATED
    now, after = snapshot(row), change.after or {}
    return any(now.get(column) != after[column] for column in columns_to_restore(change))


def _label(change: ImportChange) -> str:
    kept = change.after or {}
    name = kept.get("external_id") or kept.get("name") or str(change.entity_id)
    return _("%(type)s %(name)s", type=ENTITY_NAMES[change.entity_type], name=name)
