"""One application per test process; a fresh copy of the migrated database for every test.

`pytest --database postgresql` runs the tests that have a database on a real PostgreSQL, as a role
that is neither owner nor superuser; those that have none are the same there and left out.
"""

from __future__ import annotations

import gc
import os
import shutil
import socket
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING
from zlib import crc32

import pytest
from flask import Flask
from flask_migrate import upgrade

from prm import create_app
from prm.extensions import db
from tests.factories import World
from tests.servers import SmtpSink, folder_in_memory, postgres_server, smtp_sink, stop_postgres

if TYPE_CHECKING:
    from playwright.sync_api import Browser

ROOT = Path(__file__).resolve().parents[1]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.addoption("--whole", action="store_true", help="on PostgreSQL: all tests")


def pytest_configure() -> None:
    """Put what tests write into memory: most of their time they would wait for commits to reach a disk."""
    if memory := folder_in_memory():
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", memory)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    # Who makes the demo's world for the browser begins with it, while another process does what needs none.
    items.sort(key=lambda item: "demo_files" not in getattr(item, "fixturenames", ()))
    if config.getoption("--database") == "sqlite":
        return
    left_out = {item for item in items if _is_same_elsewhere(item, config.getoption("--whole"))}
    if left_out and len(left_out) < len(items):
        config.hook.pytest_deselected(items=list(left_out))
        items[:] = [item for item in items if item not in left_out]


def pytest_collection_finish() -> None:
    """What is loaded by now stays: searching it for garbage over and over is a twentieth of the suite."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


def _is_same_elsewhere(item: pytest.Item, is_whole: bool) -> bool:
    """Whether a test on PostgreSQL says little that the one on SQLite did not.

    All is asked there of what speaks SQL in words of its own (DIALECTS), of the rest a tenth, by name;
    `make test-deep` asks all of it.
    """
    if "database_kind" not in getattr(item, "fixturenames", ()) or item.path.name in SAME_ELSEWHERE:
        return True
    if is_whole or {item.path.parent.name, item.path.name} & DIALECTS:
        return False
    return crc32(item.nodeid.encode()) % 10 != 0


# Requests that no database sees, and what `make test-deep` asks of PostgreSQL by itself.
SAME_ELSEWHERE = {"test_edge.py", "test_hostile_sample.py", "test_mass_assignment.py"}
DIALECTS = {"attribution", "infra", "journal", "lists", "revenue", "search", "test_backups.py"}


def pytest_unconfigure() -> None:
    stop_postgres()


@pytest.fixture(scope="session")
def database_kind(request: pytest.FixtureRequest) -> str:
    kind: str = request.config.getoption("--database")
    return kind


def settings(folder: Path, **changes: str) -> dict[str, str]:
    """Settings of a test's application; `changes` override."""
    return {
        "TESTING": "1",
        "SECRET_KEY": "a secret key for the suite only, of 48 characters",
        "BASE_URL": "http://localhost",
        "DATA_DIR": str(folder),
        "RATE_LIMITS": "0",
        "PASSWORD_TIME_COST": "1",
        "PASSWORD_MEMORY_KIB": "64",
        "LOG_LEVEL": "ERROR",
        **changes,
    }


# Tables that were written to since they were truncated; truncating all of them takes four times as long.
EMPTY = """
DO $$ DECLARE written record; BEGIN
  FOR written IN SELECT oid::regclass AS name FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relname <> 'alembic_version'
      AND pg_relation_size(oid) > 0
  LOOP EXECUTE format('DELETE FROM %s', written.name); END LOOP;
  PERFORM setval(format('%I.%I', schemaname, sequencename), start_value, false)
    FROM pg_sequences WHERE schemaname = 'public' AND last_value IS NOT NULL;
END $$
"""
# Now and then all of it, so that rows deleted do not pile up.
TRUNCATE = """
DO $$ BEGIN
  EXECUTE (SELECT 'TRUNCATE ' || string_agg(oid::regclass::text, ', ') || ' RESTART IDENTITY' FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relname <> 'alembic_version');
END $$
"""
RESETS_PER_TRUNCATION = 50


@pytest.fixture(scope="session")
def _site(
    tmp_path_factory: pytest.TempPathFactory, database_kind: str
) -> Iterator[tuple[Flask, Callable[[], None]]]:
    """The application, and what makes its database empty again."""
    folder = tmp_path_factory.mktemp("site")
    if database_kind == "sqlite":
        app = create_app(settings(folder))
        with app.app_context():
            upgrade()
        _dispose(app)
        live, template = folder / "prm.sqlite", folder / "template.sqlite"
        shutil.copy(live, template)

        def reset_file() -> None:
            _dispose(app)
            for suffix in ("-wal", "-shm"):
                Path(f"{live}{suffix}").unlink(missing_ok=True)
            shutil.copy(template, live)

        yield app, reset_file
        _dispose(app)
        return
    server = postgres_server()
    database = server.create_database()
    owner = create_app(settings(folder, DATABASE_URL=database.owner_url))
    with owner.app_context():
        upgrade()
    _dispose(owner)
    app = create_app(settings(folder, DATABASE_URL=database.app_url))
    connection = server.connect(database.name)
    # The superuser's privilege to pass the journal's triggers; the portal's role has none.
    connection.execute("SET session_replication_role = replica")
    resets = count(1)

    def empty() -> None:
        with app.app_context():
            db.session.remove()
        connection.execute(TRUNCATE if next(resets) % RESETS_PER_TRUNCATION == 0 else EMPTY)

    yield app, empty
    connection.close()
    _dispose(app)


def _dispose(app: Flask) -> None:
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def app(_site: tuple[Flask, Callable[[], None]]) -> Iterator[Flask]:
    application, reset = _site
    reset()
    yield application


@pytest.fixture
def world(app: Flask) -> World:
    return World(app)


@pytest.fixture
def mail(app: Flask) -> Iterator[SmtpSink]:
    """A real SMTP server that the application sends to."""
    with smtp_sink() as sink:
        before = app.config["SMTP_URL"]
        app.config["SMTP_URL"] = sink.url
        yield sink
        app.config["SMTP_URL"] = before


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real sales data; the test is skipped where there is none."""
    places = [os.environ.get("PRM_SHARED_DATA", ""), str(ROOT.parent / "shared" / "data")]
    for place in places:
        if place and (Path(place) / "crm-sales-opportunities").is_dir():
            return Path(place)
    pytest.skip("no real data: set PRM_SHARED_DATA, or put it at ../shared/data")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """A real browser."""
    from playwright.sync_api import sync_playwright

    from tests.browser.portal import launch

    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()


@pytest.fixture(autouse=True)
def _only_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test reaches beyond this machine."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: object) -> None:
        if self.family != socket.AF_UNIX:
            host = address[0] if isinstance(address, tuple) else address
            if host not in {"127.0.0.1", "::1", "localhost"}:
                raise AssertionError(f"A test tried to reach {address!r}.")
        connect(self, address)  # type: ignore[arg-type]

    monkeypatch.setattr(socket.socket, "connect", guarded)
