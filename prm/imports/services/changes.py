"""Writing rows so that every change can be undone: bulk inserts, updates and deletes with snapshots."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from enum import Enum, StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import insert, inspect, select
from sqlalchemy import types as sqltypes

from prm.customers.models import Customer
from prm.deals.models import Deal
from prm.extensions import db
from prm.imports.models import ChangeAction, ImportBatch, ImportChange
from prm.infra.db import UtcDateTime
from prm.partners.models import Partnership, Region
from prm.products.models import Product
from prm.revenue.models import Invoice, Order, Payment, Target

ENTITIES: dict[str, Any] = {
    "region": Region,
    "partnership": Partnership,
    "product": Product,
    "customer": Customer,
    "deal": Deal,
    "order": Order,
    "invoice": Invoice,
    "payment": Payment,
    "target": Target,
}
TYPE_OF = {model: name for name, model in ENTITIES.items()}
#: Follow from names and aliases, not from the file: never compared, found anew when restored.
RESOLVED = frozenset({"product_id", "customer_id", "deal_id", "order_id"})
#: Without it rows would be sent in groups that have the same columns empty: hundreds of statements.
IN_ONE = {"render_nulls": True}


def insert_rows(batch: ImportBatch, model: Any, rows: Sequence[tuple[int, dict[str, Any]]]) -> list[int]:
    """Insert (line, values) and note each as a change. Returns the new keys in order.

    Columns that the values leave out get their defaults.
    """
    if not rows:
        return []
    completed = [_completed(model, {**values, "vendor_id": batch.vendor_id}) for _, values in rows]
    # Without RETURNING, which would send thousands of rows as one statement; the ids are ours.
    db.session.execute(insert(model), [dict(row) for row in completed], execution_options=IN_ONE)
    keys = _keys(model, [row["public_id"] for row in completed])
    _note(
        {
            "batch_id": batch.id,
            "line": line,
            "entity_type": TYPE_OF[model],
            "entity_id": key,
            "action": ChangeAction.INSERTED,
            "before": None,
            "after": plain_values({"id": key, **row}),
        }
        for (line, _), key, row in zip(rows, keys, completed, strict=True)
    )
    return keys


def _keys(model: Any, public_ids: list[UUID]) -> list[int]:
    """The keys of rows by their public ids, in order."""
    found: dict[UUID, int] = {}
    for start in range(0, len(public_ids), 1000):
        statement = select(model.public_id, model.id).where(
            model.public_id.in_(public_ids[start : start + 1000])
        )
        found.update((public_id, key) for public_id, key in db.session.execute(statement))
    return [found[public_id] for public_id in public_ids]


def update_rows(batch: ImportBatch, rows: Sequence[tuple[int, Any, Mapping[str, Any]]]) -> None:
    """Set values on loaded rows, (line, row, values), and note each with how it was before."""
    noted = []
    for line, row, values in rows:
        before = snapshot(row)
        for name, value in values.items():
            setattr(row, name, value)
        noted.append(
            {
                "batch_id": batch.id,
                "line": line,
                "entity_type": TYPE_OF[type(row)],
                "entity_id": row.id,
                "action": ChangeAction.UPDATED,
                "before": before,
                "after": snapshot(row),
            }
        )
    db.session.flush()
    _note(noted)


def delete_rows(batch: ImportBatch, rows: Sequence[tuple[int, Any]]) -> None:
    """Delete loaded rows, (line, row), and note each as it was."""
    noted = []
    for line, row in rows:
        noted.append(
            {
                "batch_id": batch.id,
                "line": line,
                "entity_type": TYPE_OF[type(row)],
                "entity_id": row.id,
                "action": ChangeAction.DELETED,
                "before": snapshot(row),
                "after": None,
            }
        )
        db.session.delete(row)
    db.session.flush()
    _note(noted)


def _note(changes: Iterable[dict[str, Any]]) -> None:
    if noted := list(changes):
        db.session.execute(insert(ImportChange), noted, execution_options=IN_ONE)


def snapshot(row: Any) -> dict[str, Any]:
    """All columns of a row, as JSON holds them."""
    return plain_values({name: getattr(row, name) for name in _columns(type(row))})


def typed(model: Any, kept: Mapping[str, Any]) -> dict[str, Any]:
    """A snapshot back as values of the model's columns; what the model no longer has is left out."""
    columns = _columns(model)
    return {name: _typed(columns[name], value) for name, value in kept.items() if name in columns}


def _columns(model: Any) -> dict[str, Any]:
    return {attribute.key: attribute.columns[0] for attribute in inspect(model).column_attrs}


def _completed(model: Any, values: dict[str, Any]) -> dict[str, Any]:
    for name, column in _columns(model).items():
        if name in values or name == "id":
            continue
        default = column.default
        if default is None:
            values[name] = None
        else:
            values[name] = default.arg(None) if default.is_callable else default.arg
    return values


def plain_values(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values of columns, as JSON holds them."""
    return {name: _plain_value(value) for name, value in values.items()}


def _plain_value(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, date | datetime):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value


def _typed(column: Any, value: Any) -> Any:
    kind = column.type
    if value is None:
        return None
    if isinstance(kind, sqltypes.Enum):
        enum: type[StrEnum] = kind.enum_class  # type: ignore[assignment]
        return enum(value)
    if isinstance(kind, UtcDateTime | sqltypes.DateTime):
        return datetime.fromisoformat(value)
    if isinstance(kind, sqltypes.Date):
        return date.fromisoformat(value)
    return UUID(value) if isinstance(kind, sqltypes.Uuid) else value
