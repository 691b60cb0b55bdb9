"""Which rows point at a row: read from the schema, so that no table can be forgotten."""

from __future__ import annotations

from typing import Any

from sqlalchemy import CheckConstraint, UniqueConstraint, inspect

from prm.extensions import db


def references_to(model: Any) -> list[tuple[Any, Any]]:
    """(model, attribute) of every foreign key in the whole schema that points at `model`'s key.

    But for those that go with the row (ON DELETE CASCADE): what is computed from it, and can be again.
    """
    target = inspect(model).local_table
    return sorted(
        (
            (mapper.class_, mapper.get_property_by_column(element.parent).class_attribute)
            for mapper in db.Model.registry.mappers
            for constraint in mapper.local_table.foreign_key_constraints
            if constraint.ondelete != "CASCADE"
            for element in constraint.elements
            if element.column.table is target and element.column.name == "id"
        ),
        key=lambda pair: str(pair[1]),
    )


def is_limited(attribute: Any) -> bool:
    """Whether a column takes part in a unique key or a check: its value may be refused row by row."""
    column = attribute.property.columns[0]
    for constraint in column.table.constraints:
        if isinstance(constraint, UniqueConstraint) and column.name in constraint.columns:
            return True
        if isinstance(constraint, CheckConstraint) and column.name in str(constraint.sqltext):
            return True
    return any(index.unique and column.name in index.columns for index in column.table.indexes)
