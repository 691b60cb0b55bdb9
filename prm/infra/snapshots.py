"""The whole database as of one moment, written while others write; and put back.

SQLite: VACUUM INTO reads one state of the write-ahead log, blocks nobody, and leaves free pages (with
what was deleted) behind. PostgreSQL: pg_dump in a snapshot that a transaction of ours exported, so
that what is read beside the dump is of the same moment.
"""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from psycopg.conninfo import make_conninfo
from sqlalchemy import Connection, create_engine, inspect, text
from sqlalchemy.engine import URL, Engine, make_url
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool

import config
from prm.infra import clock

SQLITE, POSTGRESQL = "sqlite", "postgresql"


class SnapshotError(RuntimeError):
    """A snapshot cannot be taken or put back; the message says why and how to mend it."""


@dataclass(frozen=True)
class Snapshot:
    """A database's state, in a file. `connection` reads that state; all that was committed before
    `taken_at` is in it."""

    kind: str
    path: Path
    taken_at: datetime
    connection: Connection


@contextmanager
def take_snapshot(database_url: str, folder: Path) -> Iterator[Snapshot]:
    """Write the database into a file below `folder`, removed after the block. Raises SnapshotError."""
    url = make_url(database_url)
    path = folder / f".snapshot-{os.getpid()}"
    path.unlink(missing_ok=True)
    try:
        with _taken(url, path) as snapshot:
            yield snapshot
    finally:
        path.unlink(missing_ok=True)


@contextmanager
def _taken(url: URL, path: Path) -> Iterator[Snapshot]:
    if kind_of(url) == SQLITE:
        taken_at = _copy_sqlite(url, path)
        engine = create_engine(f"sqlite:///{path}", poolclass=NullPool)
        with _disposing(engine), engine.connect() as connection:
            yield Snapshot(SQLITE, path, taken_at, connection)
        return
    engine = create_engine(url, poolclass=NullPool)
    with _disposing(engine), engine.connect() as plain:
        connection = plain.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        taken_at = clock.now()  # the transaction sees what its first statement, the next one, finds
        _refuse_row_security(connection)
        exported = connection.execute(text("SELECT pg_export_snapshot()")).scalar_one()
        _run_postgresql(
            "pg_dump", url, "--format=custom", "--no-owner", "--no-privileges",
            f"--snapshot={exported}", f"--file={path}",
        )  # fmt: skip
        yield Snapshot(POSTGRESQL, path, taken_at, connection)


def kind_of(url: URL) -> str:
    return SQLITE if url.get_backend_name() == "sqlite" else POSTGRESQL


def has_tables(database_url: str) -> bool:
    """Whether the database a URL names exists and has tables in it. Raises SnapshotError without a server."""
    url = make_url(database_url)
    if kind_of(url) == SQLITE and not _file_of(url).exists():
        return False
    engine = create_engine(url, poolclass=NullPool)
    with _disposing(engine):
        try:
            with engine.connect() as connection:
                return bool(inspect(connection).get_table_names())
        except OperationalError as error:
            raise SnapshotError(f"The database cannot be reached: {error.orig}") from error


def put_back(kind: str, path: Path, database_url: str, *, replace: bool) -> None:
    """Make the state in `path` the database that a URL names: all of it, or nothing of it.

    `replace` allows that the database holds something, which is lost. Raises SnapshotError where it
    does without, where the kinds differ, and where somebody uses the database at this moment.
    """
    url = make_url(database_url)
    if kind_of(url) != kind:
        raise SnapshotError(f"The backup is of {kind}; the target is {kind_of(url)}. They must be the same.")
    is_used = has_tables(database_url)
    if is_used and not replace:
        raise SnapshotError(f"The database {url.render_as_string()} is not empty: nothing was changed.")
    if kind == POSTGRESQL:
        cleaning = ["--clean", "--if-exists"] if is_used else []
        _run_postgresql(
            "pg_restore", url, "--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges",
            *cleaning, f"--dbname={_conninfo(url)}", str(path),
        )  # fmt: skip
        return
    target = _file_of(url)
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.exists():
        _refuse_open(target)
    temporary = target.with_name(f".{target.name}.restoring")
    shutil.copyfile(path, temporary)
    with temporary.open("rb") as stream:
        os.fsync(stream.fileno())
    for suffix in ("-wal", "-shm"):
        Path(f"{target}{suffix}").unlink(missing_ok=True)
    os.replace(temporary, target)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


# -- SQLite ------------------------------------------------------------------------------------


def _file_of(url: URL) -> Path:
    if not url.database or url.database == ":memory:":
        raise SnapshotError("A database in memory has no file: there is nothing to keep or to put back.")
    return Path(url.database)


def _copy_sqlite(url: URL, path: Path) -> datetime:
    source = _file_of(url)
    if not source.exists():
        raise SnapshotError(f"There is no database at {source}: run `flask db upgrade` first.")
    with closing(sqlite3.connect(source, timeout=60, isolation_level=None)) as connection:
        taken_at = clock.now()
        try:
            connection.execute("VACUUM INTO ?", (str(path),))
        except sqlite3.Error as error:
            raise SnapshotError(f"The database could not be copied: {error}.") from error
    path.chmod(0o600)
    with closing(sqlite3.connect(path)) as connection:
        found = connection.execute("PRAGMA integrity_check(1)").fetchone()
        if found != ("ok",):
            raise SnapshotError(f"The database is damaged: {found[0]}")
    return taken_at


def _refuse_open(path: Path) -> None:
    """Leave WAL mode, which SQLite allows only where nobody else has the database open."""
    opened = sqlite3.connect(path, timeout=1, isolation_level=None)
    with closing(opened) as connection, suppress(sqlite3.DatabaseError):
        if connection.execute("PRAGMA journal_mode=DELETE").fetchone() == ("delete",):
            return
    raise SnapshotError(f"{path} is in use: stop the portal (`flask serve`) before you restore over it.")


# -- PostgreSQL --------------------------------------------------------------------------------


def _refuse_row_security(connection: Connection) -> None:
    """Raises SnapshotError for a role that row-level security keeps from seeing everything."""
    for table in inspect(connection).get_table_names():
        if connection.execute(text("SELECT row_security_active(CAST(:t AS text))"), {"t": table}).scalar():
            raise SnapshotError(
                "This role sees one vendor at a time (row-level security), so its backup would lack rows. "
                "Run the command with the DATABASE_URL of the schema's owner, as for `flask db upgrade`."
            )


def _conninfo(url: URL) -> str:
    """For libpq's programs; without the password, which other people could read in the process list."""
    return make_conninfo(
        host=url.host, port=url.port, user=url.username, dbname=url.database, **dict(url.query)
    )


def _run_postgresql(program: str, url: URL, *arguments: str) -> None:
    found = shutil.which(program)
    if found is None:
        raise SnapshotError(
            f"{program} is not on PATH: install PostgreSQL's client programs of the server's version "
            "(Debian: postgresql-client), or put their folder on PATH."
        )
    environment = config.own_environment(PGCONNECT_TIMEOUT="15", LC_ALL="C")
    if url.password:
        environment["PGPASSWORD"] = str(url.password)
    command = [found, *arguments]
    if program == "pg_dump":
        command.append(f"--dbname={_conninfo(url)}")
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode == 0:
        return
    said = done.stderr.strip()
    if re.search(r"server version mismatch|unsupported version", said):
        raise SnapshotError(
            f"{found} is older than the server or the dump. Install the client programs of the server's "
            f"version and put them first on PATH.\n{said}"
        )
    raise SnapshotError(f"{program} failed:\n{said[-2000:]}")


@contextmanager
def _disposing(engine: Engine) -> Iterator[None]:
    try:
        yield
    finally:
        engine.dispose()
