"""`flask journal`: verify, heads, guard."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import Result
from sqlalchemy import make_url

from prm import create_app
from prm.extensions import db
from prm.infra.schema import SchemaError, check_schema, drop_append_only
from prm.permissions import Role
from tests.conftest import settings
from tests.factories import VendorRef, World
from tests.journal.tampering import tamper
from tests.servers import OWNER


@pytest.fixture
def acme(world: World) -> VendorRef:
    vendor = world.vendor("acme")
    for _ in range(3):
        world.user(Role.EXECUTIVE, vendor=vendor)
    return vendor


def run(world: World, *arguments: str) -> Result:
    return world.app.test_cli_runner().invoke(args=("journal", *arguments))


def test_a_chain_is_verified(world: World, acme: VendorRef) -> None:
    result = run(world, "verify", "--vendor", "acme")
    assert result.exit_code == 0
    assert result.stdout.startswith("acme: valid; 3 entries")
    assert "tail not checked" in result.stdout


def test_the_installations_chain_is_verified(world: World, acme: VendorRef) -> None:
    report = json.loads(run(world, "verify", "--installation", "--json").stdout)
    assert report["chain"] == "installation"
    assert (report["valid"], report["tail_checked"], report["problems"]) == (True, False, [])
    assert report["entries"] == 4  # the vendor and three people


def test_tampering_is_status_1_and_said_on_standard_error(world: World, acme: VendorRef) -> None:
    tamper(
        world.app, "UPDATE journal_entry SET action = 'x' WHERE chain = :c AND sequence = 2",
        c=str(acme.public_id),
    )  # fmt: skip
    result = run(world, "verify", "--vendor", "acme")
    assert result.exit_code == 1
    assert "NOT VALID" in result.stdout
    assert "Entry 2 was changed." in result.stderr
    result = run(world, "verify", "--vendor", "acme", "--json")
    assert result.exit_code == 1
    assert json.loads(result.stdout)["problems"][0] == {"code": "changed", "message": "Entry 2 was changed."}
    assert run(world, "verify", "--installation").exit_code == 0


def test_heads_written_down_show_a_cut_tail(world: World, acme: VendorRef, tmp_path: Path) -> None:
    heads = tmp_path / "heads.json"
    assert run(world, "heads", "--out", str(heads)).exit_code == 0
    assert json.loads(heads.read_text()) == {
        **json.loads(run(world, "heads").stdout),
        "exported_at": json.loads(heads.read_text())["exported_at"],
    }
    result = run(world, "verify", "--vendor", "acme", "--heads", str(heads))
    assert (result.exit_code, "tail checked" in result.stdout) == (0, True)
    chain = str(acme.public_id)
    entries = "SELECT id FROM journal_entry WHERE chain = :c AND sequence = 3"
    tamper(world.app, f"DELETE FROM journal_personal_value WHERE entry_id IN ({entries})", c=chain)
    tamper(world.app, "DELETE FROM journal_entry WHERE chain = :c AND sequence = 3", c=chain)
    tamper(
        world.app,
        "UPDATE journal_head SET sequence = 2, digest ="
        " (SELECT digest FROM journal_entry WHERE chain = :c AND sequence = 2) WHERE chain = :c",
        c=chain,
    )
    assert run(world, "verify", "--vendor", "acme").exit_code == 0
    result = run(world, "verify", "--vendor", "acme", "--heads", str(heads))
    assert result.exit_code == 1
    assert "the tail was cut" in result.stderr


def test_what_was_written_after_the_heads_is_no_fault(world: World, acme: VendorRef, tmp_path: Path) -> None:
    heads = tmp_path / "heads.json"
    run(world, "heads", "--out", str(heads))
    world.user(Role.EXECUTIVE, vendor=acme)
    assert run(world, "verify", "--vendor", "acme", "--heads", str(heads)).exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ((), "either --vendor SLUG or --installation"),
        (("--vendor", "acme", "--installation"), "either --vendor SLUG or --installation"),
        (("--vendor", "nobody"), "no vendor 'nobody'"),
        (("--vendor", "acme", "--heads", "missing.json"), "cannot be read"),
        (("--vendor", "acme", "--heads", "README.md"), "is not a file of"),
        (("--vendor", "acme", "--heads", "other.json"), "names no head"),
        (("--vendor", "acme", "--heads", "."), "cannot be read"),
    ],
)
def test_what_cannot_be_is_said(
    world: World,
    acme: VendorRef,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: tuple[str, ...],
    sentence: str,
) -> None:
    (tmp_path / "README.md").write_text("# no JSON")
    (tmp_path / "other.json").write_text('{"heads": {}}')
    monkeypatch.chdir(tmp_path)
    result = run(world, "verify", *arguments)
    assert (result.exit_code, result.stdout) == (1, "")
    assert sentence in result.stderr


def test_heads_that_cannot_be_written_are_said(world: World, tmp_path: Path) -> None:
    result = run(world, "heads", "--out", str(tmp_path / "missing" / "heads.json"))
    assert result.exit_code == 1
    assert "cannot be written" in result.stderr


def test_lost_guards_are_made_anew(world: World, acme: VendorRef, tmp_path: Path) -> None:
    """On PostgreSQL by the schema's owner, whom another DATABASE_URL names; not by the portal's role."""
    app = world.app
    if app.config["SQLALCHEMY_DATABASE_URI"].startswith("postgresql"):
        result = run(world, "guard")
        assert result.exit_code == 1
        assert "permission denied" in result.stderr and "owner" in result.stderr
        url = make_url(app.config["SQLALCHEMY_DATABASE_URI"]).set(username=OWNER)
        app = create_app(settings(tmp_path, DATABASE_URL=url.render_as_string(hide_password=False)))
    try:
        with app.app_context():
            with db.engine.begin() as connection:
                drop_append_only(connection)
            with db.engine.connect() as connection, pytest.raises(SchemaError, match="flask journal guard"):
                check_schema(connection)
        result = app.test_cli_runner().invoke(args=("journal", "guard"))
        assert result.exit_code == 0, result.output
        with app.app_context(), db.engine.connect() as connection:
            check_schema(connection)
    finally:
        with app.app_context():
            db.session.remove()
            db.engine.dispose()
