"""The drop folder: whole files only, each once, put away with a report."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import select

from prm.access import system_actor
from prm.extensions import db
from prm.imports.models import DroppedFile, ImportBatch, ImportKind
from prm.imports.options import ImportOptions
from prm.imports.queries import find_mapping
from prm.imports.services import dropping
from prm.imports.services.mappings import remember_mapping
from prm.imports.services.undoing import undo_batch
from prm.imports.tasks import sweep_dropped_files
from prm.infra import clock
from prm.infra.db import transaction
from prm.infra.jobs import sweep
from prm.journal.models import JournalEntry
from prm.permissions import Role
from tests.factories import VendorRef, World
from tests.imports.dumps import dump

ORDERS = "id,partner,date,amount\nA,Northwind,2024-01-31,5\nB,Nobody,2024-01-31,6\n"


@pytest.fixture
def vendor(world: World) -> VendorRef:
    vendor = world.vendor("acme")
    world.partnership(vendor, "Northwind")
    return vendor


@pytest.fixture
def folder(world: World, vendor: VendorRef, tmp_path: Path) -> Iterator[Path]:
    world.app.config["DROP_FOLDER"] = tmp_path
    inside = tmp_path / "acme" / "orders.crm"
    inside.mkdir(parents=True)
    yield inside
    world.app.config["DROP_FOLDER"] = None


def put(folder: Path, content: str = ORDERS, name: str = "orders.csv", age: float = 120) -> Path:
    path = folder / name
    path.write_text(content)
    written = clock.now().timestamp() - age
    os.utime(path, (written, written))
    return path


def swept(world: World) -> list[tuple[str, str, str]]:
    with world.app.app_context():
        return [(slug, row.name, row.status.value) for slug, row in sweep_dropped_files()]


def order_ids(world: World, vendor: VendorRef) -> list[str]:
    return [row["external_id"] for row in dump(world, vendor)["order"]]


def test_a_file_is_imported_and_put_away_with_its_report(
    world: World, vendor: VendorRef, folder: Path
) -> None:
    path = put(folder)
    assert swept(world) == [("acme", "orders.csv", "done")]
    assert order_ids(world, vendor) == ["A"]
    assert not path.exists()
    assert (folder / "done" / "orders.csv").read_text() == ORDERS
    report = json.loads((folder / "done" / "orders.csv.report.json").read_text())
    assert report["status"] == "done"
    assert (report["report"]["inserted"], len(report["report"]["rejected"])) == (1, 1)
    rejected = (folder / "done" / "orders.csv.rejected.csv").read_text("utf-8-sig")
    assert rejected.splitlines()[0] == "id,partner,date,amount,reason"
    assert "Line 3. partner: No partner has this external id or name." in rejected
    with world.acting(vendor):
        batch = db.session.scalars(select(ImportBatch)).one()
        assert (batch.kind.value, batch.source) == ("orders", "crm")
    assert swept(world) == []


def test_rejected_rows_are_parted_as_the_file_was(world: World, vendor: VendorRef, folder: Path) -> None:
    put(folder, content=ORDERS.replace(",", ";"))
    assert swept(world) == [("acme", "orders.csv", "done")]
    rejected = (folder / "done" / "orders.csv.rejected.csv").read_bytes()
    assert rejected.decode("utf-8-sig").splitlines()[0] == "id;partner;date;amount;reason"
    with world.acting(vendor):
        batch = db.session.scalars(select(ImportBatch)).one()
    admin = world.client(world.user(Role.VENDOR_ADMIN, vendor=vendor))
    assert admin.get(f"/acme/imports/{batch.public_id}/rejected.csv").data == rejected


def test_the_same_file_again_is_put_away_and_not_imported_twice(
    world: World, vendor: VendorRef, folder: Path
) -> None:
    put(folder)
    swept(world)
    put(folder, name="again.csv")
    assert swept(world) == [("acme", "again.csv", "done")]
    with world.acting(vendor):
        assert len(db.session.scalars(select(ImportBatch)).all()) == 1
    report = json.loads((folder / "done" / "again.csv.report.json").read_text())
    assert report["reason"] == "This file was imported before; nothing was done."
    with world.acting(vendor) as actor, transaction():
        undo_batch(actor, db.session.scalars(select(ImportBatch.public_id)).one())
    put(folder)
    swept(world)
    assert order_ids(world, vendor) == ["A"], "what was undone may be dropped again"
    assert len(list((folder / "done").glob("*-orders.csv"))) == 1


def test_a_file_that_is_still_written_waits_for_its_marker(
    world: World, vendor: VendorRef, folder: Path
) -> None:
    path = put(folder, age=1)
    assert swept(world) == []
    marker = path.with_name("orders.csv.ready")
    marker.touch()
    assert swept(world) == [("acme", "orders.csv", "done")]
    assert not marker.exists()


def test_one_vendors_mapping_is_not_anothers(world: World, vendor: VendorRef) -> None:
    other = world.vendor("other")
    admin = world.user(Role.VENDOR_ADMIN, vendor=vendor)
    with world.acting(other) as actor, transaction():
        remember_mapping(actor, ImportKind.ORDERS, "crm", ImportOptions(columns={"amount": "Their secret"}))
    with world.acting(vendor, admin) as actor:
        assert find_mapping(actor, ImportKind.ORDERS, "crm") is None
        with transaction():
            remember_mapping(actor, ImportKind.ORDERS, "crm", ImportOptions(columns={"amount": "Ours"}))
    with world.acting(other):
        kept = find_mapping(system_actor(other.id), ImportKind.ORDERS, "crm")
        assert kept is not None and "Their secret" in str(kept.options)


def test_the_mapping_of_the_source_is_used(world: World, vendor: VendorRef, folder: Path) -> None:
    columns = {"external_id": "a", "partner": "b", "ordered_on": "c", "amount": "d"}
    content = "a|b|c|d\nX,1|Northwind|03/04/2024|5\n"
    put(folder, content)
    assert swept(world) == [("acme", "orders.csv", "failed")]
    with world.acting(vendor) as actor, transaction():
        options = ImportOptions(columns=columns, date_format="DD/MM/YYYY", delimiter="|")
        remember_mapping(actor, ImportKind.ORDERS, "crm", options)
    put(folder, content)
    assert swept(world) == [("acme", "orders.csv", "done")]
    assert dump(world, vendor)["order"][0]["ordered_on"] == "2024-04-03"


def test_what_cannot_be_read_goes_to_failed_and_says_why(
    world: World, vendor: VendorRef, folder: Path
) -> None:
    put(folder, "colour\nred\n")
    put(folder, ORDERS, "good.csv", age=100)
    assert swept(world) == [("acme", "orders.csv", "failed"), ("acme", "good.csv", "done")]
    report = json.loads((folder / "failed" / "orders.csv.report.json").read_text())
    assert "No column fills" in report["reason"]
    with world.acting(vendor):
        entries = db.session.scalars(select(JournalEntry.action).order_by(JournalEntry.id)).all()
        assert [each for each in entries if each.startswith("import.")] == [
            "import.drop_failed", "import.applied",
        ]  # fmt: skip


def test_only_regular_files_of_known_folders_are_taken(
    world: World, vendor: VendorRef, folder: Path, tmp_path: Path
) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_text(ORDERS)
    os.utime(secret, (0, 0))
    (folder / "link.csv").symlink_to(secret)
    os.mkfifo(folder / "pipe.csv")
    put(folder, name="notes.doc")
    for name in ("nonsense.crm", "orders.portal", "done"):
        (folder.parent / name).mkdir()
        put(folder.parent / name)
    (folder.parent / "invoices.crm").symlink_to(folder)
    (tmp_path / "nobody").mkdir()
    assert swept(world) == []
    assert order_ids(world, vendor) == []


def test_a_file_gives_nobody_a_role_of_the_vendors_own(world: World, vendor: VendorRef, folder: Path) -> None:
    people = folder.parent / "people.hr"
    people.mkdir()
    put(people, "email,name,role\nmallory@acme.test,Mallory,vendor_admin\n", "people.csv")
    assert swept(world) == [("acme", "people.csv", "done")]
    report = json.loads((people / "done" / "people.csv.report.json").read_text())
    assert report["report"]["inserted"] == 0
    assert "given by somebody who signs in" in report["report"]["rejected"][0]["reason"]


def test_a_kill_between_import_and_move_doubles_nothing(
    world: World, vendor: VendorRef, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(folder)

    def killed(*_arguments: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(dropping, "_put_away", killed)
        with pytest.raises(KeyboardInterrupt):
            swept(world)
    assert order_ids(world, vendor) == ["A"]
    assert swept(world) == [("acme", "orders.csv", "done")]
    with world.acting(vendor):
        assert len(db.session.scalars(select(ImportBatch)).all()) == 1
    assert (folder / "done" / "orders.csv").exists()


def test_four_sweeps_at_once_take_each_file_once(world: World, vendor: VendorRef, folder: Path) -> None:
    for number in range(6):
        put(folder, ORDERS.replace("A,", f"A{number},"), f"orders-{number}.csv", age=200 - number)
    with ThreadPoolExecutor(4) as pool:
        for answer in [pool.submit(swept, world) for _ in range(4)]:
            answer.result()
    swept(world)  # whatever a busy database made wait
    assert sorted(order_ids(world, vendor)) == [f"A{number}" for number in range(6)]
    with world.acting(vendor):
        assert len(db.session.scalars(select(ImportBatch)).all()) == 6
        assert len(db.session.scalars(select(DroppedFile)).all()) == 6
    assert len(list((folder / "done").glob("orders-?.csv"))) == 6


def test_the_worker_sweeps_and_the_command_says_what_it_did(
    world: World, vendor: VendorRef, folder: Path
) -> None:
    put(folder)
    sweep(world.app)
    assert order_ids(world, vendor) == ["A"]
    runner = world.app.test_cli_runner()
    assert "Nothing was waiting." in runner.invoke(args=["imports", "sweep"]).output
    put(folder, "x\n1\n", "bad.csv")
    answer = runner.invoke(args=["imports", "sweep", "--json"])
    [said] = json.loads(answer.output)
    assert (said["vendor"], said["kind"], said["source"], said["status"]) == (
        "acme", "orders", "crm", "failed",
    )  # fmt: skip
    world.app.config["DROP_FOLDER"] = None
    answer = runner.invoke(args=["imports", "sweep"])
    assert answer.exit_code == 1
    assert "DROP_FOLDER" in answer.output


def test_the_page_lists_what_arrived(world: World, vendor: VendorRef, folder: Path) -> None:
    admin = world.client(world.user(Role.VENDOR_ADMIN, vendor=vendor))
    assert "Nothing has arrived yet" in admin.get("/acme/imports/dropped").text
    put(folder)
    put(folder, "x\n1\n", "bad.csv")
    swept(world)
    page = admin.get("/acme/imports/dropped").text
    assert "orders.csv" in page
    assert "2 rows" in page
    assert "No column fills" in page
    assert "bad.csv" not in admin.get("/acme/imports/dropped?status=done").text
    world.app.config["DROP_FOLDER"] = None
    assert "No drop folder is set up" in admin.get("/acme/imports/dropped").text
