"""`flask backup`: what is taken is what comes back, and what is damaged does not."""

from __future__ import annotations

import json
import re
import sqlite3
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import func, select

from prm import create_app
from prm.accounts.models import User
from prm.extensions import db
from prm.infra import storage
from prm.infra.db import serve_vendor
from prm.journal.queries import get_heads, verify_chain
from prm.permissions import Role
from prm.vendors.models import StoredFile
from tests.conftest import settings
from tests.factories import World
from tests.factories.certification import issue, make_scheme
from tests.factories.training import make_course
from tests.operations.installation import close, installation, put_postgresql_on_path
from tests.servers import postgres_server


@pytest.fixture
def site(tmp_path: Path, database_kind: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    """An installation with a vendor, a person and two certificate files."""
    put_postgresql_on_path(monkeypatch)
    with installation(tmp_path / "live", database_kind) as app:
        world = World(app)
        vendor = world.vendor("acme")
        course = make_course(world, vendor)
        scheme = make_scheme(world, vendor, course)
        place = world.partnership(vendor)
        for name in ("Ines Prado", "Olaf Berg"):
            issue(world, vendor, scheme, world.user(Role.PARTNER_MEMBER, partnership=place, name=name))
        yield app


def flask(app: Flask, *arguments: str | Path) -> Result:
    return app.test_cli_runner().invoke(args=["backup", *map(str, arguments)])


def take(app: Flask, path: Path) -> Path:
    result = flask(app, "create", "--out", path)
    assert result.exit_code == 0, result.output
    return path


@pytest.fixture
def elsewhere(tmp_path: Path, database_kind: str) -> Iterator[tuple[str, ...]]:
    """Options that name an empty target of the same kind."""
    if database_kind == "sqlite":
        yield ("--into", str(tmp_path / "drill"))
    else:
        database = postgres_server().create_database()
        yield ("--into", database.owner_url, "--files", str(tmp_path / "drill" / "files"))


def opened(app: Flask, tmp_path: Path, elsewhere: tuple[str, ...]) -> Flask:
    """The restored installation."""
    changes = {"DATABASE_URL": elsewhere[1]} if "://" in elsewhere[1] else {}
    return create_app(settings(tmp_path / "drill", **changes))


def state(app: Flask) -> tuple[object, ...]:
    """What must be equal: the journal's heads, people, and every file by its hash."""
    with app.app_context():
        people = sorted(db.session.scalars(select(User.name)))
        heads = dict(get_heads())
        with serve_vendor(1):
            files = sorted(db.session.execute(select(StoredFile.key, StoredFile.sha256, StoredFile.size)))
        contents = [len(storage.read(key)) for key, _sha256, _size in files]
        assert contents == [size for _key, _sha256, size in files]
    close(app)
    return people, heads, files


def test_a_backup_restored_elsewhere_is_the_same_installation(
    site: Flask, tmp_path: Path, elsewhere: tuple[str, ...]
) -> None:
    path = take(site, tmp_path / "backup.tar")
    result = flask(site, "restore", path, *elsewhere, "--json")
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert told["files"] == 2 and len(told["chains"]) == 2 and told["erased_again"] == 0
    restored = opened(site, tmp_path, elsewhere)
    assert state(restored) == state(site)
    with restored.app_context():
        assert all(verify_chain(chain, head).is_valid for chain, head in get_heads().items())
    close(restored)


def test_the_manifest_says_what_when_and_which_schema(
    site: Flask, tmp_path: Path, database_kind: str
) -> None:
    path = take(site, tmp_path / "backup.tar")
    assert path.stat().st_mode & 0o077 == 0, "others may read the backup"
    with tarfile.open(path) as tar:
        stream = tar.extractfile("manifest.json")
        assert stream is not None
        manifest = json.load(stream)
        names = set(tar.getnames())
    assert manifest["database"] == database_kind and manifest["schema_revision"] == "0001"
    assert {part["name"] for part in manifest["parts"]} | {"manifest.json"} == names
    assert all(re.fullmatch("[0-9a-f]{64}", part["sha256"]) for part in manifest["parts"])
    assert manifest["taken_at"].endswith("+00:00") and manifest["missing"] == []
    assert len(manifest["journal_heads"]) == 2


def test_a_folder_gets_a_dated_file_and_nothing_is_overwritten(site: Flask, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    assert flask(site, "create", "--out", folder).exit_code == 0
    (made,) = folder.iterdir()
    assert re.fullmatch(r"prm-\d{8}-\d{6}\.tar", made.name)
    again = flask(site, "create", "--out", made)
    assert again.exit_code == 1 and "exists already" in again.stderr
    nowhere = flask(site, "create", "--out", tmp_path / "no" / "where.tar")
    assert nowhere.exit_code == 1 and "no folder" in nowhere.stderr


@pytest.mark.parametrize("place", ["database", "files/", "manifest.json"])
def test_one_changed_byte_is_found_before_anything_is_put_back(
    site: Flask, tmp_path: Path, elsewhere: tuple[str, ...], place: str
) -> None:
    path = take(site, tmp_path / "backup.tar")
    with tarfile.open(path) as tar:
        member = next(m for m in tar.getmembers() if m.name.startswith(place))
    content = bytearray(path.read_bytes())
    content[member.offset_data + member.size // 2] ^= 0x20
    path.write_bytes(content)
    for command in (("verify", path), ("restore", path, *elsewhere)):
        result = flask(site, *command)
        assert result.exit_code == 1 and ("damaged" in result.stderr or "not a sound" in result.stderr)
    assert not (tmp_path / "drill" / "prm.sqlite").exists()


@pytest.mark.parametrize("share", [0.0, 0.3, 0.9, 0.999])
def test_a_backup_that_was_cut_short_is_refused(site: Flask, tmp_path: Path, share: float) -> None:
    path = take(site, tmp_path / "backup.tar")
    with tarfile.open(path) as tar:
        manifest = tar.getmember("manifest.json")
    end = manifest.offset_data + manifest.size  # what follows is padding
    path.write_bytes(path.read_bytes()[: int(end * share)])
    result = flask(site, "verify", path)
    assert result.exit_code == 1 and "not a sound backup" in result.stderr


def test_a_database_that_is_there_is_not_lost_unless_told(
    site: Flask, tmp_path: Path, elsewhere: tuple[str, ...]
) -> None:
    path = take(site, tmp_path / "backup.tar")
    assert flask(site, "restore", path, *elsewhere).exit_code == 0
    before = state(opened(site, tmp_path, elsewhere))
    refused = flask(site, "restore", path, *elsewhere)
    assert refused.exit_code == 1 and "--replace" in refused.stderr
    assert flask(site, "restore", path, *elsewhere, "--replace").exit_code == 0
    assert state(opened(site, tmp_path, elsewhere)) == before


def test_what_was_done_since_the_backup_is_gone_after_replacing(site: Flask, tmp_path: Path) -> None:
    path = take(site, tmp_path / "backup.tar")
    before = state(site)
    World(site).user(Role.OPERATOR, name="Later")
    assert state(site) != before
    close(site)
    result = flask(site, "restore", path, "--replace")
    assert result.exit_code == 0, result.output
    assert state(site) == before


def test_a_file_that_the_store_lost_is_named(site: Flask, tmp_path: Path) -> None:
    lost, damaged = sorted((tmp_path / "live" / "files").glob("*/??/*"))
    lost.unlink()
    damaged.write_bytes(b"something else")
    result = flask(site, "create", "--out", tmp_path / "backup.tar")
    assert result.exit_code == 1
    assert lost.name in result.stderr and damaged.name in result.stderr
    assert flask(site, "verify", tmp_path / "backup.tar").exit_code == 0


def test_a_running_portal_is_not_restored_over(site: Flask, tmp_path: Path, database_kind: str) -> None:
    if database_kind != "sqlite":
        pytest.skip("PostgreSQL's own locks make the restore wait")
    path = take(site, tmp_path / "backup.tar")
    running = sqlite3.connect(tmp_path / "live" / "prm.sqlite")
    running.execute("SELECT count(*) FROM vendor").fetchone()
    result = flask(site, "restore", path, "--replace")
    running.close()
    assert result.exit_code == 1 and "in use" in result.stderr
    assert flask(site, "restore", path, "--replace").exit_code == 0


def test_a_role_that_sees_one_vendor_takes_no_backup(tmp_path: Path, app: Flask, database_kind: str) -> None:
    if database_kind != "postgresql":
        pytest.skip("SQLite has no roles")
    result = flask(app, "create", "--out", tmp_path / "backup.tar")
    assert result.exit_code == 1 and "owner" in result.stderr
    assert not list(tmp_path.iterdir())


def test_a_missing_pg_dump_is_said_clearly(
    site: Flask, tmp_path: Path, database_kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if database_kind != "postgresql":
        pytest.skip("SQLite needs no programs")
    monkeypatch.setenv("PATH", str(tmp_path))
    result = flask(site, "create", "--out", tmp_path / "backup.tar")
    assert result.exit_code == 1 and "pg_dump is not on PATH" in result.stderr
    assert not (tmp_path / "backup.tar").exists()


def test_a_backup_of_a_newer_schema_is_refused(
    site: Flask, tmp_path: Path, elsewhere: tuple[str, ...]
) -> None:
    with site.app_context(), db.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    close(site)
    path = take(site, tmp_path / "backup.tar")
    result = flask(site, "restore", path, *elsewhere)
    assert result.exit_code == 1 and "9999" in result.stderr
    with site.app_context():
        assert db.session.scalar(select(func.count(User.id))) == 2
