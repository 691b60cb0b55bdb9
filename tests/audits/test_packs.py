"""The pack: the same bytes at every run, nobody's name in it, and any flipped byte found."""

from __future__ import annotations

import io
import json
import random
import re
import subprocess
import zipfile
from pathlib import Path

import pytest
from click.testing import Result
from sqlalchemy import select, update

from prm.audits import packing, services, tasks
from prm.audits.models import Audit, AuditItem, AuditName
from prm.audits.queries import auditing
from prm.extensions import db
from prm.infra import clock
from prm.infra.db import transaction
from prm.infra.sealing import opened_seal
from prm.journal.models import JournalEntry
from prm.marketing.files import check_upload
from prm.permissions import P
from prm.vendors.models import StoredFile, Vendor
from tests.audits.conftest import Cast
from tests.factories import World
from tests.factories import audits as making

NAMES = ("Northwind", "Carla Chan", "Adam Admin", "Petra Partner", "Leo Learner", "leo@example.org",
         "policy.pdf", "proof.txt")  # fmt: skip
AS_OF = "2027-01-05"


@pytest.fixture
def closed(world: World, cast: Cast, audit: making.AuditRef) -> making.AuditRef:
    return making.close(
        world,
        audit,
        partner=cast.partner,
        signer=cast.signer,
        text="Leo Learner of Northwind does it; leo@example.org.",
        note="Asked Leo Learner.",
        finding="Petra Partner keeps no list.",
        summary="Carla Chan was there.",
        action="Leo Learner writes it.",
    )


def flask(world: World, *arguments: str) -> Result:
    return world.app.test_cli_runner().invoke(args=["audits", *arguments])


def write(world: World, out: Path, *more: str, partner: str = "Northwind") -> Result:
    return flask(
        world, "pack", "--vendor", "acme", "--partner", partner, "--as-of", AS_OF, "--out", str(out), *more
    )


def files_in(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


@pytest.fixture
def pack(world: World, closed: making.AuditRef, tmp_path: Path) -> Path:
    done = write(world, tmp_path / "pack")
    assert done.exit_code == 0, done.output
    return tmp_path / "pack"


def test_a_rerun_gives_the_same_bytes(
    world: World, closed: making.AuditRef, pack: Path, tmp_path: Path, now: clock.SetClock
) -> None:
    now.advance(days=400)
    assert write(world, tmp_path / "again", "--zip", str(tmp_path / "again.zip")).exit_code == 0
    assert files_in(tmp_path / "again") == files_in(pack)
    assert sorted(files_in(pack)) == [
        "audit.json", "evidence/01.csv", "evidence/04.csv", "files/02-1.pdf", "files/action-1-1.txt",
        "manifest.json", "names.json", "report.pdf", "results.csv",
    ]  # fmt: skip
    first, second = ((tmp_path / "again.zip").read_bytes(), None)
    assert write(world, tmp_path / "third", "--zip", str(tmp_path / "third.zip")).exit_code == 0
    second = (tmp_path / "third.zip").read_bytes()
    assert first == second
    with zipfile.ZipFile(io.BytesIO(first)) as archive:
        packed = {name: archive.read(name) for name in archive.namelist()}
    assert packed == {name: body for name, body in files_in(pack).items() if name != "names.json"}


def test_the_report_made_anew_has_the_same_bytes(
    world: World, cast: Cast, closed: making.AuditRef, pack: Path
) -> None:
    with world.acting(cast.vendor), transaction(), opened_seal():
        db.session.execute(
            update(Audit).where(Audit.id == closed.id).values(report_file_id=None, manifest_sha256=None)
        )
    with world.app.app_context():
        tasks.make_due_reports()
    with world.acting(cast.vendor):
        manifest = db.session.get_one(Audit, closed.id).manifest_sha256
    assert manifest == packing.sha256((pack / "manifest.json").read_bytes())


def test_nobody_is_named_but_in_the_side_file(pack: Path) -> None:
    text = subprocess.run(
        ["pdftotext", "-raw", str(pack / "report.pdf"), "-"], capture_output=True, check=True, text=True
    ).stdout
    texts = {name: body.decode("latin-1") for name, body in files_in(pack).items() if name != "names.json"}
    found = [
        (path, name)
        for path, body in {**texts, "the report's text": " ".join(text.split())}.items()
        for name in NAMES
        if name.casefold() in body.casefold()
    ]
    assert not found
    assert "person-" in text and "company-" in text
    told = json.loads((pack / "names.json").read_bytes())
    assert set(NAMES) <= {each["name"] for each in told.values()}


def test_a_pack_as_written_verifies(world: World, cast: Cast, closed: making.AuditRef, pack: Path) -> None:
    found = flask(world, "verify-pack", str(pack))
    assert found.exit_code == 0, found.output
    digest = packing.sha256((pack / "manifest.json").read_bytes())
    assert digest in found.output
    with world.acting(cast.vendor):
        facts = db.session.scalars(
            select(JournalEntry.facts).where(JournalEntry.action == "audit.report_kept")
        ).one()
    assert facts["manifest_sha256"] == digest


def test_every_flipped_byte_is_found_and_its_file_named(pack: Path) -> None:
    """Every byte of the small files, and two hundred of each large one."""
    luck = random.Random(7)
    tried = 0
    for path in sorted(pack.rglob("*")):
        name = path.relative_to(pack).as_posix()
        if path.is_dir() or name == packing.NAMES:
            continue
        body = path.read_bytes()
        places = range(len(body)) if len(body) < 600 else sorted(luck.sample(range(len(body)), 200))
        for place in places:
            changed = bytearray(body)
            changed[place] ^= 1 << luck.randrange(8)
            path.write_bytes(changed)
            problems = packing.verify_folder(pack).problems
            assert [each for each, _what in problems] == [name], f"byte {place} of {name}: {problems}"
            tried += 1
        path.write_bytes(body)
    assert tried > 1000
    assert not packing.verify_folder(pack).problems


def test_missing_and_additional_files_are_named(world: World, pack: Path) -> None:
    (pack / "evidence/01.csv").unlink()
    (pack / "evidence/99.csv").write_text("more")
    (pack / "files/link").symlink_to(pack / "audit.json")
    found = flask(world, "verify-pack", str(pack))
    assert found.exit_code == 1
    assert "evidence/01.csv: is missing" in found.output
    assert "evidence/99.csv: is not in the manifest" in found.output
    assert "files/link: is not in the manifest" in found.output
    as_json = json.loads(flask(world, "verify-pack", str(pack), "--json").stdout)
    assert as_json["valid"] is False and len(as_json["problems"]) == 3
    (pack / "manifest.json").unlink()
    assert flask(world, "verify-pack", str(pack)).exit_code == 1


def test_a_manifest_that_was_mended_after_a_change_is_another_pack(pack: Path) -> None:
    """Its digest is not the one that the journal holds: what remains to compare."""
    before = packing.sha256((pack / "manifest.json").read_bytes())
    (pack / "results.csv").write_bytes(b"forged")
    files = {k: v for k, v in files_in(pack).items() if k not in ("manifest.json", "names.json")}
    stated = json.loads((pack / "manifest.json").read_bytes())
    forged = packing.manifest_of(stated["audit"], clock.now().date(), files)
    (pack / "manifest.json").write_bytes(forged)
    found = packing.verify_folder(pack)
    assert not found.problems and found.manifest_sha256 != before


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b"null", b'{"files": 3}', b"\xff", b"[" * 100_000])
def test_what_is_no_manifest_is_said_to_be_none(pack: Path, body: bytes) -> None:
    (pack / "manifest.json").write_bytes(body)
    assert [path for path, _what in packing.verify_folder(pack).problems] == ["manifest.json"]


def test_an_erased_name_changes_no_hash_and_a_changed_one_is_found(
    world: World, cast: Cast, closed: making.AuditRef, pack: Path, tmp_path: Path
) -> None:
    with world.acting(cast.vendor) as actor, transaction():
        gone = services.erase_names(actor, cast.learner.id)
    assert gone >= 1
    with world.acting(cast.vendor):
        left = {row.value for row in db.session.scalars(select(AuditName)).all()}
        assert "Leo Learner" not in left and "Petra Partner" in left
    after = tmp_path / "after"
    assert write(world, after).exit_code == 0
    now, before = files_in(after), files_in(pack)
    assert {k: v for k, v in now.items() if k != "names.json"} == {
        k: v for k, v in before.items() if k != "names.json"
    }
    assert b"Leo Learner" in before["names.json"] and b"Leo Learner" not in now["names.json"]
    found = packing.verify_folder(after)
    assert not found.problems and found.erased == gone
    # Who reads the audit in the portal reads that somebody was erased.
    item = first_item(world, cast, closed)
    page = world.client(cast.auditor).get(f"/acme/audits/{closed.public_id}/items/{item}").text
    assert "Leo Learner" not in page and "(erased)" in page
    # The side file cannot say that somebody else was meant.
    told = json.loads(before["names.json"])
    token = next(t for t, each in told.items() if each["name"] == "Leo Learner")
    told[token]["name"] = "Somebody Else"
    (pack / "names.json").write_text(json.dumps(told))
    assert [path for path, _what in packing.verify_folder(pack).problems] == ["names.json"]


def test_a_name_in_a_files_name_is_erased_with_the_person(
    world: World, cast: Cast, audit: making.AuditRef
) -> None:
    making.open_(world, audit)
    with world.acting(cast.vendor, cast.partner) as actor, transaction():
        found = auditing.get_audit(actor, audit.public_id, P.AUDIT_ANSWER)
        for name in ("CV of Leo Learner.pdf", "insurance.pdf"):
            services.answer_item(
                actor, found, making.items_of(found)[0], status=None, text="",
                upload=check_upload(name, b"%PDF-1.7 " + name.encode()),
            )  # fmt: skip
    with world.acting(cast.vendor) as actor, transaction():
        services.erase_names(actor, cast.learner.id)
    with world.acting(cast.vendor):
        names = [file.name for file in db.session.scalars(select(StoredFile).order_by(StoredFile.id)).all()]
    assert names[-1] == "insurance.pdf"
    assert not [name for name in names if "Leo" in name]
    assert re.fullmatch(r"file-[0-9a-f]{12}\.pdf", names[-2])


def first_item(world: World, cast: Cast, audit: making.AuditRef) -> object:
    with world.acting(cast.vendor):
        return making.items_of(db.session.get_one(Audit, audit.id))[0].public_id


def test_rows_changed_behind_the_portals_back_give_no_pack(
    world: World, cast: Cast, closed: making.AuditRef, tmp_path: Path
) -> None:
    with world.acting(cast.vendor), transaction(), opened_seal():
        db.session.execute(
            update(AuditItem).where(AuditItem.audit_id == closed.id, AuditItem.position == 1).values(value=9)
        )
    done = write(world, tmp_path / "forged")
    assert done.exit_code == 1 and "not those that were signed" in done.output
    assert world.client(cast.auditor).get(f"/acme/audits/{closed.public_id}/pack.zip").status_code == 409


def test_a_renamed_vendor_and_partner_change_no_byte(
    world: World, cast: Cast, closed: making.AuditRef, pack: Path, tmp_path: Path
) -> None:
    with world.acting(cast.vendor), transaction():
        db.session.get_one(Vendor, cast.vendor.id).name = "Renamed"
    out = tmp_path / "renamed"
    assert write(world, out, partner=str(cast.partnership.public_id)).exit_code == 0
    assert files_in(out) == files_in(pack)


def test_the_page_gives_report_pack_and_names(
    world: World, cast: Cast, closed: making.AuditRef, pack: Path
) -> None:
    for who in (cast.auditor, cast.signer, cast.partner):
        client = world.client(who)
        page = client.get(f"/acme/audits/{closed.public_id}")
        assert packing.sha256((pack / "manifest.json").read_bytes()) in page.text
        packed = client.get(f"/acme/audits/{closed.public_id}/pack.zip")
        with zipfile.ZipFile(io.BytesIO(packed.data)) as archive:
            assert archive.read("audit.json") == (pack / "audit.json").read_bytes()
            assert "names.json" not in archive.namelist()
        names = client.get(f"/acme/audits/{closed.public_id}/names.json")
        assert names.data == (pack / "names.json").read_bytes()
        report = client.get(f"/acme/audits/{closed.public_id}/report.pdf")
        assert report.mimetype == "application/pdf"
    told = subprocess.run(["pdfinfo", "-"], input=report.data, capture_output=True, check=True).stdout
    assert re.search(rb"Tagged:\s+yes", told)
    # The report on the page names people; the one in the pack does not.
    text = subprocess.run(
        ["pdftotext", "-raw", "-", "-"], input=report.data, capture_output=True, check=True
    ).stdout.decode()
    assert "Leo Learner" in text and "Northwind" in text


def test_a_pack_that_cannot_be_written_says_why(
    world: World, cast: Cast, closed: making.AuditRef, pack: Path, tmp_path: Path
) -> None:
    assert "is not empty" in write(world, pack).output
    assert "No closed audit" in write(world, tmp_path / "x", partner="Nobody").output
    other = making.make_checklist(world, cast.vendor, "Second review")
    making.close(
        world,
        making.plan(world, cast.partnership, cast.auditor, other, as_of=None),
        partner=cast.partner,
        signer=cast.signer,
    )
    several = write(world, tmp_path / "y")
    assert several.exit_code == 1 and "'Second review'" in several.output
    assert write(world, tmp_path / "y", "--checklist", "second review").exit_code == 0
    assert not (tmp_path / "x").exists()


def test_there_is_no_pack_before_the_signature(
    world: World, cast: Cast, audit: making.AuditRef, tmp_path: Path
) -> None:
    making.open_(world, audit)
    client = world.client(cast.auditor)
    assert client.get(f"/acme/audits/{audit.public_id}/pack.zip").status_code == 409
    assert client.get(f"/acme/audits/{audit.public_id}/names.json").status_code == 409
    assert client.get(f"/acme/audits/{audit.public_id}/report.pdf").status_code == 409
    assert write(world, tmp_path / "early").exit_code == 1
