"""Many rows at once, with keys that the caller chose, so that rows of other tables can name them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import islice
from typing import Any

from sqlalchemy import func, insert, select, text

from prm.extensions import db

CHUNK = 5000


def next_key(model: Any) -> int:
    """The first key of a table that is free; nobody else may write meanwhile."""
    return (db.session.scalar(select(func.max(model.id))) or 0) + 1


def insert_rows(
    model: Any, rows: Iterable[dict[str, Any]], tell: Callable[[int], None] = lambda _rows: None
) -> int:
    """Insert rows that bear their `id`, some thousands per statement; how many. Inside transaction()."""
    source, total = iter(rows), 0
    while chunk := list(islice(source, CHUNK)):
        db.session.execute(insert(model), chunk)
        total += len(chunk)
        tell(total)
    if total:
        _advance_keys(model, total)
    return total


def _advance_keys(model: Any, count: int) -> None:
    """PostgreSQL counts keys by itself: take as many as were chosen. (To set the counter would need more
    than the portal's role may.)"""
    if db.session.get_bind().dialect.name == "postgresql" and "id" in model.__table__.c:
        db.session.execute(
            text("SELECT max(nextval(pg_get_serial_sequence(:t, 'id'))) FROM generate_series(1, :n)"),
            {"t": model.__tablename__, "n": count},
        )


def refresh_statistics() -> None:
    """Let the database count what its tables hold, or it may choose an index that leads to everything.

    PostgreSQL's autovacuum does so by itself, and its ANALYZE is the owner's: nothing is done there.
    """
    if db.session.get_bind().dialect.name == "sqlite":
        db.session.execute(text("ANALYZE"))
