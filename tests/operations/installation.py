"""An installation of its own on disk (and, if asked for, on PostgreSQL), for backups and restores."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import select

from prm import create_app
from prm.extensions import db
from tests.conftest import settings
from tests.servers import _installation, postgres_server


@contextmanager
def installation(
    folder: Path, database_kind: str, *, is_migrated: bool = True, **changes: str
) -> Iterator[Flask]:
    """An application on a database of its own; on PostgreSQL as the owner of the schema."""
    if database_kind == "postgresql":
        changes["DATABASE_URL"] = postgres_server().create_database().owner_url
    elif is_migrated:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "prm.sqlite").write_bytes(_migrated_file())
    app = create_app(settings(folder, **changes))
    try:
        if is_migrated and database_kind == "postgresql":
            with app.app_context():
                upgrade()
        yield app
    finally:
        close(app)


@cache
def _migrated_file() -> bytes:
    """A database without rows as the migrations leave it: made once, for it takes longest."""
    with TemporaryDirectory() as folder:
        app = create_app(settings(Path(folder)))
        with app.app_context():
            upgrade()
        close(app)
        return (Path(folder) / "prm.sqlite").read_bytes()


def close(app: Flask) -> None:
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def put_postgresql_on_path(monkeypatch: pytest.MonkeyPatch) -> None:
    """The client programs of the server's version, before whatever the machine has."""
    monkeypatch.setenv("PATH", str(_installation() / "bin"), prepend=":")


def find_in_tables(app: Flask, *pieces: str) -> list[str]:
    """Rows of any table that show one of some pieces of text, in small letters."""
    found = []
    with app.app_context(), db.engine.connect() as connection:
        for table in db.metadata.sorted_tables:
            for row in connection.execute(select(table)):
                shown = json.dumps([str(value) for value in row], ensure_ascii=False).casefold()
                if any(piece in shown for piece in pieces):
                    found.append(f"{table.name}: {shown[:200]}")
    close(app)
    return found
