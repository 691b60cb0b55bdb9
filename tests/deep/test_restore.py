"""Restore drills while others write: every hash and every table equal, the journal valid, nothing lost.

A hundred in all. In each one a writer commits while the backup is being taken: the backup waits for it
between the snapshot of the database and the reading of the files.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Connection, func, select

from prm import create_app
from prm.certification.models import Certificate, CertificateFile
from prm.deals.models import Deal
from prm.extensions import db
from prm.infra import snapshots, storage
from prm.infra.db import serve_vendor
from prm.infra.snapshots import Snapshot
from prm.journal.queries import get_heads, verify_chain
from prm.operations.services import backups
from prm.revenue.models import Order
from prm.vendors.models import StoredFile
from tests.conftest import ROOT, settings
from tests.factories import World
from tests.factories.certification import make_scheme
from tests.factories.training import make_course
from tests.operations.installation import close, installation, put_postgresql_on_path
from tests.servers import Database, folder_in_memory, postgres_server

pytestmark = pytest.mark.deep
DRILLS = 50  # on each of the two databases: a hundred
# Tables to which the writer only adds: what a backup holds of them is how the live ones begin.
ONLY_ADDED = ("journal_entry", "deal", "sales_order", "certificate", "stored_file", "user_account")


@pytest.fixture
def folder() -> Iterator[Path]:
    """In memory where there is room: what is measured is the copying, not the disk."""
    made = Path(tempfile.mkdtemp(prefix="prm-drills-", dir=folder_in_memory()))
    yield made
    shutil.rmtree(made)


@contextmanager
def writing(live: Path, url: str, log: Path) -> Iterator[None]:
    """A writer at work for the whole block; what it says goes to `log`."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-m", "tests.deep.writer", str(live), *([url] if url else [])],
            cwd=ROOT, stdout=output, stderr=subprocess.PIPE,
        )  # fmt: skip
        try:
            yield
            assert process.poll() is None, (process.stderr.read() if process.stderr else b"").decode()[-2000:]
        finally:
            process.kill()
            process.communicate()


def acknowledged(log: Path) -> list[tuple[datetime, str, str]]:
    lines = [line.split() for line in log.read_text().splitlines(keepends=True) if line.endswith("\n")]
    return [(datetime.fromisoformat(at), kind, what) for at, kind, what in lines]


def checksums(connection: Connection) -> dict[str, str]:
    """Of every table there is: a hash over all its rows in the order of their keys."""
    found = {}
    for table in db.metadata.sorted_tables:
        digest = hashlib.sha256()
        for row in connection.execute(select(table).order_by(*table.primary_key.columns)):
            digest.update(repr(tuple(row)).encode())
        found[table.name] = digest.hexdigest()
    return found


def beginnings(connection: Connection, ends: dict[str, int]) -> dict[str, str]:
    """Of the tables that only grow: a hash over the rows up to a key."""
    found = {}
    for name in ONLY_ADDED:
        table = db.metadata.tables[name]
        statement = select(table).where(table.c.id <= ends[name]).order_by(table.c.id)
        found[name] = hashlib.sha256(
            repr([tuple(r) for r in connection.execute(statement)]).encode()
        ).hexdigest()
    return found


class Watched:
    """snapshots.take_snapshot, which also sums up what the snapshot shows and lets the writer go on."""

    def __init__(self, take: Callable[..., object], log: Path) -> None:
        self.take, self.log = take, log
        self.sums: dict[str, str] = {}
        self.written_during = 0

    @contextmanager
    def __call__(self, url: str, where: Path) -> Iterator[Snapshot]:
        with self.take(url, where) as snapshot:  # type: ignore[attr-defined]
            self.sums = checksums(snapshot.connection)
            before = len(acknowledged(self.log))
            deadline = time.monotonic() + 60
            while len(acknowledged(self.log)) <= before:
                assert time.monotonic() < deadline, "nobody writes"
                time.sleep(0.01)
            yield snapshot
            self.written_during += len(acknowledged(self.log)) - before


def traces(app: Flask) -> set[tuple[str, str]]:
    """What a restored installation holds; checks chains, files, and that transactions are whole."""
    with app.app_context():
        for chain, head in get_heads().items():
            assert verify_chain(chain, head).is_valid
        with serve_vendor(1):
            found = {("deal", d) for d in db.session.scalars(select(Deal.external_id))}
            assert len(found) == db.session.scalar(select(func.count(Order.id)))
            certificates = {
                ("certificate", str(c)) for c in db.session.scalars(select(Certificate.public_id))
            }
            assert len(certificates) == db.session.scalar(select(func.count(CertificateFile.id)))
            found |= certificates
            for key, sha256 in db.session.execute(select(StoredFile.key, StoredFile.sha256)):
                assert hashlib.sha256(storage.read(key)).hexdigest() == sha256
                found.add(("file", key))
    return found


def compare(target: Flask, live: Flask, sums: dict[str, str]) -> int:
    """Every table equals the snapshot's, and is how the live one begins; how many tables."""
    with target.app_context(), db.engine.connect() as connection:
        assert checksums(connection) == sums
        ends = {
            name: connection.scalar(select(func.max(db.metadata.tables[name].c.id))) or 0
            for name in ONLY_ADDED
        }
        restored = beginnings(connection, ends)
    with live.app_context(), db.engine.connect() as connection:
        assert beginnings(connection, ends) == restored
    return len(sums)


@contextmanager
def emptied(database: Database | None, where: Path) -> Iterator[None]:
    """An empty place to restore into, the same one each time."""
    where.mkdir(exist_ok=True)
    if database is not None:
        database.server.create_database(name=database.name)
    yield
    shutil.rmtree(where)
    if database is not None:
        database.drop()


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_drills_under_write_load(kind: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put_postgresql_on_path(monkeypatch)
    log, place, backup = folder / "acknowledged", folder / "drill", folder / "backup.tar"
    started = time.monotonic()
    with installation(folder / "live", kind) as live:
        world = World(live)
        vendor = world.vendor("acme")
        make_scheme(world, vendor, make_course(world, vendor))
        url, database, changes = live.config["DATABASE_URL"], None, {}
        if url:
            database = postgres_server().create_database()
            changes["DATABASE_URL"] = database.owner_url
            database.drop()
        target = create_app(settings(place, **changes))
        watched = Watched(snapshots.take_snapshot, log)
        monkeypatch.setattr(snapshots, "take_snapshot", watched)
        checked = files = tables = 0
        with writing(folder / "live", url, log):
            while not log.exists() or len(acknowledged(log)) < 3:
                time.sleep(0.01)
            for _number in range(DRILLS):
                with live.app_context():
                    report = backups.create_backup(backup)
                assert report.missing == ()
                with emptied(database, place):
                    with live.app_context():
                        restored = backups.restore_backup(backup, target)
                    assert restored.files == report.files
                    found = traces(target)
                    tables += compare(target, live, watched.sums)
                    close(target)
                taken_at = datetime.fromisoformat(report.taken_at)
                before = [(what, name) for at, what, name in acknowledged(log) if at < taken_at]
                lost = [each for each in before if each not in found]
                assert not lost, f"acknowledged before {taken_at} and not restored: {lost[:5]}"
                checked, files = len(before), files + restored.files
                backup.unlink()
        assert watched.written_during >= DRILLS, "somebody wrote in every drill"
    print(
        f"{kind}: {DRILLS} drills in {time.monotonic() - started:.0f} s, equal: {files} files and {tables} "
        f"tables; {checked} acknowledgements before the last, none lost; {watched.written_during} of them "
        "while backups were taken"
    )
