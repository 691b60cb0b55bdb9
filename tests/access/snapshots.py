"""A database that can be looked at from beside the portal, compared, and put back.

`changes()` costs one cheap query while nothing was written; only then are all rows read.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from psycopg import sql

from tests.servers import Database

Rows = dict[str, Counter[str]]

# What a refused call may write: the record of the refusal itself.
LIMITS = frozenset({"journal_entry", "journal_head", "journal_personal_value", "sign_in_failure"})


class Snapshot(Protocol):
    def take(self) -> None:
        """Remember the database as it is now."""

    def changes(self) -> dict[str, tuple[list[str], list[str]]]:
        """Table → (rows gone, rows come) since the snapshot was taken."""

    def restore(self) -> None:
        """Put the database back as it was."""


def _compare(before: Rows, after: Rows) -> dict[str, tuple[list[str], list[str]]]:
    changed = {}
    for table, rows in after.items():
        if rows != before[table]:
            changed[table] = (
                sorted((before[table] - rows).elements()),
                sorted((rows - before[table]).elements()),
            )
    return changed


class SqliteSnapshot:
    """`dispose` closes the portal's own connections, so that the file can be replaced."""

    def __init__(self, live: Path, dispose: Callable[[], None]) -> None:
        self.live, self.kept = live, live.with_suffix(".kept")
        self.dispose = dispose
        self._looking: sqlite3.Connection | None = None
        self._before: Rows = {}
        self._version = -1

    def take(self) -> None:
        self.dispose()
        with sqlite3.connect(self.live) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()
        shutil.copy(self.live, self.kept)
        self._open()
        self._before = self._rows()

    def _open(self) -> None:
        self._looking = sqlite3.connect(self.live, isolation_level=None, check_same_thread=False)
        self._version = self._data_version()

    def _data_version(self) -> int:
        assert self._looking is not None
        return int(self._looking.execute("PRAGMA data_version").fetchone()[0])

    def _rows(self) -> Rows:
        assert self._looking is not None
        names = self._looking.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        return {
            name: Counter(map(repr, self._looking.execute(f'SELECT * FROM "{name}"')))
            for (name,) in names
            if not name.startswith("sqlite_") and "_words" not in name  # what the search is indexed by
        }

    def columns(self, table: str) -> list[str]:
        assert self._looking is not None
        return [row[1] for row in self._looking.execute(f'PRAGMA table_info("{table}")')]

    def changes(self) -> dict[str, tuple[list[str], list[str]]]:
        if self._data_version() == self._version:
            return {}
        return _compare(self._before, self._rows())

    def contents(self) -> dict[str, list[dict[str, Any]]]:
        """Every row of every table, as columns and values."""
        assert self._looking is not None
        found = {}
        for table in self._before:
            names = self.columns(table)
            found[table] = [
                dict(zip(names, row, strict=True))
                for row in self._looking.execute(f'SELECT * FROM "{table}"')
            ]
        return found

    def restore(self) -> None:
        if self._looking is not None and self._data_version() == self._version:
            return
        self.close()
        shutil.copy(self.kept, self.live)
        self._open()

    def close(self) -> None:
        """Let go of the file, so that a forked process inherits no connection to it."""
        self.dispose()
        if self._looking is not None:
            self._looking.close()
            self._looking = None
        for suffix in ("-wal", "-shm"):
            Path(f"{self.live}{suffix}").unlink(missing_ok=True)


class PostgresSnapshot:
    """Kept as copies of the tables in a schema of their own; only what changed is put back."""

    def __init__(self, database: Database, tables: list[str]) -> None:
        self.tables = tables
        self._connection = database.server.connect(database.name)
        self._before: Rows = {}
        self._sequences: sql.Composed | None = None
        self._version = -1

    def take(self) -> None:
        self._connection.execute("DROP SCHEMA IF EXISTS kept CASCADE")
        self._connection.execute("CREATE SCHEMA kept")
        for table in self.tables:
            name = sql.Identifier(table)
            self._connection.execute(sql.SQL("CREATE TABLE kept.{0} AS TABLE public.{0}").format(name))
        self._before = self._rows()
        found = self._connection.execute(
            "SELECT format('%I.%I', schemaname, sequencename), last_value FROM pg_sequences "
            "WHERE schemaname = 'public'"
        ).fetchall()
        calls = [
            sql.SQL("setval({}, {}, {})").format(
                sql.Literal(name), sql.Literal(last or 1), sql.Literal(last is not None)
            )
            for name, last in found
        ]
        self._sequences = sql.SQL("SELECT ") + sql.SQL(", ").join(calls)
        self._version = self._data_version()

    def _data_version(self) -> int:
        """Moves on whenever anybody has written something."""
        row = self._connection.execute(
            "SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint"
        ).fetchone()
        assert row is not None
        return int(row[0])

    def _rows(self) -> Rows:
        parts = [
            sql.SQL("SELECT {}, t::text FROM public.{} t").format(sql.Literal(t), sql.Identifier(t))
            for t in self.tables
        ]
        found: Rows = {table: Counter() for table in self.tables}
        for table, row in self._connection.execute(sql.SQL(" UNION ALL ").join(parts)).fetchall():
            found[table][row] += 1
        return found

    def changes(self) -> dict[str, tuple[list[str], list[str]]]:
        if self._data_version() == self._version:
            return {}
        changed = _compare(self._before, self._rows())
        if not changed:
            self._version = self._data_version()
        return changed

    def contents(self) -> dict[str, list[dict[str, Any]]]:
        """Every row of every table, as columns and values."""
        found = {}
        for table in self.tables:
            cursor = self._connection.execute(
                sql.SQL("SELECT * FROM public.{}").format(sql.Identifier(table))
            )
            names = [column.name for column in cursor.description or ()]
            found[table] = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
        return found

    def restore(self) -> None:
        changed = self.changes()
        if self._sequences:
            self._connection.execute(self._sequences)
        if not changed:
            return
        with self._connection.transaction():
            # The superuser's privilege to pass triggers and foreign keys; the portal's role has none.
            self._connection.execute("SET LOCAL session_replication_role = replica")
            self._connection.execute("SET LOCAL synchronous_commit = off")
            for table in changed:
                name = sql.Identifier(table)
                self._connection.execute(sql.SQL("DELETE FROM public.{}").format(name))
                self._connection.execute(sql.SQL("INSERT INTO public.{0} TABLE kept.{0}").format(name))
        self._version = self._data_version()

    def close(self) -> None:
        self._connection.close()
