"""Restore drills while others write: every hash equal, the journal valid, nothing acknowledged missing."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from prm import create_app
from prm.certification.models import Certificate
from prm.deals.models import Deal
from prm.extensions import db
from prm.infra import storage
from prm.infra.db import serve_vendor
from prm.journal.queries import get_heads, verify_chain
from prm.operations.services import backups
from prm.vendors.models import StoredFile
from tests.conftest import ROOT, settings
from tests.factories import World
from tests.factories.certification import make_scheme
from tests.factories.training import make_course
from tests.operations.installation import close, installation, put_postgresql_on_path
from tests.servers import postgres_server

pytestmark = pytest.mark.deep
DRILLS = 50  # on each of the two databases: a hundred


@contextmanager
def writing(folder: Path, url: str, log: Path) -> Iterator[None]:
    """A writer at work for the whole block; what it says goes to `log`."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-m", "tests.deep.writer", str(folder), *([url] if url else [])],
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


def restored_traces(app: Flask) -> set[tuple[str, str]]:
    """What a restored installation holds; checks every chain and the hash of every file on the way."""
    with app.app_context():
        for chain, head in get_heads().items():
            assert verify_chain(chain, head).is_valid
        with serve_vendor(1):
            found = {("deal", d) for d in db.session.scalars(select(Deal.external_id))}
            found |= {("certificate", str(c)) for c in db.session.scalars(select(Certificate.public_id))}
            for key, sha256 in db.session.execute(select(StoredFile.key, StoredFile.sha256)):
                assert hashlib.sha256(storage.read(key)).hexdigest() == sha256
                found.add(("file", key))
    close(app)
    return found


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_drills_under_write_load(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put_postgresql_on_path(monkeypatch)
    log = tmp_path / "acknowledged"
    drill_folder, backup = tmp_path / "drill", tmp_path / "backup.tar"
    with installation(tmp_path / "live", kind) as app:
        world = World(app)
        vendor = world.vendor("acme")
        make_scheme(world, vendor, make_course(world, vendor))
        url = app.config["DATABASE_URL"]
        checked = during = 0
        with writing(tmp_path / "live", url, log):
            while not log.exists() or len(acknowledged(log)) < 3:
                pass
            for _number in range(DRILLS):
                with app.app_context():
                    report = backups.create_backup(backup)
                assert report.missing == ()
                during += len(acknowledged(log)) - checked
                changes = {"DATABASE_URL": postgres_server().create_database().owner_url} if url else {}
                target = create_app(settings(drill_folder, **changes))
                with app.app_context():
                    restored = backups.restore_backup(backup, target)
                assert restored.files == report.files
                found = restored_traces(target)
                taken_at = datetime.fromisoformat(report.taken_at)
                before = [(what, name) for at, what, name in acknowledged(log) if at < taken_at]
                lost = [each for each in before if each not in found]
                assert not lost, f"acknowledged before {taken_at} and not restored: {lost[:5]}"
                checked = len(before)
                backup.unlink()
                shutil.rmtree(drill_folder)
        assert during > 0, "nobody wrote meanwhile"
    print(f"{kind}: {DRILLS} drills, {checked} acknowledgements before the last, none lost")
