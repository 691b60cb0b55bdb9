"""Rejected rows as a file to be mended and sent again: the file's own columns, and why."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _

from prm.imports.reading import REASON
from prm.imports.report import say_reason
from prm.infra.exporting import csv_bytes

#: (line, cells by column, reasons as they are kept)
RejectedRow = tuple[int, Mapping[str, Any], Iterable[Mapping[str, Any]]]
_NUMBER = re.compile(r"[+-]\d{1,18}(?:\.\d{1,6})?", re.ASCII)


def rejected_csv(
    rows: Iterable[RejectedRow], columns: Sequence[str] = (), delimiter: str | None = None
) -> bytes:
    """A CSV file of rejected rows, formula-safe. Without `columns`: those of the fullest row.

    `delimiter` is that of the file they came in, so that the same program opens both; None for a workbook.
    """
    rows = list(rows)
    named = list(columns) or list(max((raw for _line, raw, _reasons in rows), key=len, default={}))
    named = [column for column in named if column.casefold() != REASON]
    return csv_bytes([*named, REASON], _written(rows, named), delimiter=delimiter or ",")


def _written(rows: Iterable[RejectedRow], columns: list[str]) -> Iterator[list[object]]:
    for line, raw, reasons in rows:
        said = dict.fromkeys(
            f"{reason['column']}: {say_reason(reason)}" if reason["column"] else say_reason(reason)
            for reason in reasons
        )
        place = _("Line %(line)s.", line=line)
        yield [*[_cell(raw.get(column, "")) for column in columns], " ".join([place, *said])]


def _cell(text: str) -> object:
    """A signed number stays one, so that it can be read again; other text is disarmed by the export."""
    return Decimal(text) if _NUMBER.fullmatch(text) else text
