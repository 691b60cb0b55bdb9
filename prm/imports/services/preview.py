"""What a file would change of rows that are here, field by field, for people: as it is, as it becomes."""

from __future__ import annotations

from datetime import date
from enum import Enum
from typing import Any

from flask_babel import format_date

from prm.imports.report import Changed
from prm.imports.services.conflicts import GROUPS
from prm.imports.services.rows import Planned
from prm.infra.money import format_money

#: Columns whose field is called otherwise.
FIELD_OF = {"customer_name": "customer", "product_name": "product", "amount_minor": "amount"}


def describe_changes(row: Planned, locale: str) -> list[Changed]:
    """The fields that one planned row changes; a name that is found anew says nothing by its key."""
    groups = GROUPS.get(type(row.existing), {})
    record = str(getattr(row.existing, "name", None) or getattr(row.existing, "external_id", None) or "")
    grouped = {column for columns in groups.values() for column in columns}
    found = [
        Changed(row.line, record, field, *row.shown[field])
        for field, columns in groups.items()
        if any(column in row.values for column in columns)
    ]
    for column, value in row.values.items():
        if column in grouped or (column.endswith(("_id", "_folded")) and column != "external_id"):
            continue
        if column == "currency" and "amount_minor" in row.values:
            continue
        before = getattr(row.existing, column)
        currencies = (row.existing.currency, row.values.get("currency", row.existing.currency)) if (
            column == "amount_minor"
        ) else ("", "")  # fmt: skip
        found.append(
            Changed(
                row.line,
                record,
                FIELD_OF.get(column, column),
                _text(before, currencies[0], locale),
                _text(value, currencies[1], locale),
            )
        )
    return found


def _text(value: Any, currency: str, locale: str) -> str:
    if value is None or value == "":
        return "–"
    if currency:
        return format_money(value, currency, locale)
    if isinstance(value, date):
        return str(format_date(value, "medium"))
    return str(value.value if isinstance(value, Enum) else value)[:200]
