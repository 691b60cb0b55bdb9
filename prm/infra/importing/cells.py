"""What a cell can hold: CSV cells are text, a sheet's may be numbers, dates or truth values."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

Cell = str | int | Decimal | date | datetime | bool


def text_of(cell: Cell) -> str:
    """A cell as text: dates ISO, numbers plain, true and false as a spreadsheet shows them."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, datetime):
        return cell.isoformat(" ")
    if isinstance(cell, date):
        return cell.isoformat()
    return str(cell) if isinstance(cell, int) else f"{cell:f}"
