"""Erasing a person: not a byte of them is left, and everything that is counted stays counted."""

from __future__ import annotations

import hashlib
import io
import json
from pathlib import Path

import pytest
from sqlalchemy import func, select

from prm import create_app
from prm.accounts.models import EmailChange, Membership, OutgoingMail, SecondFactor, User, UserSession
from prm.certification import rendering
from prm.certification.credentials.checking import Offline, check_offline
from prm.certification.credentials.trust import read_trust
from prm.certification.models import Certificate, CertificateFile
from prm.extensions import db
from prm.infra import clock, jobs, storage
from prm.journal.queries import get_heads, verify_chain
from prm.operations.models import Erasure
from prm.operations.services import erasing
from prm.permissions import Role
from prm.vendors.models import StoredFile
from tests.conftest import settings
from tests.operations.installation import close, find_in_tables
from tests.operations.traces import EMAIL, NAME, Scene, erase, find_in_cluster, find_person, flask
from tests.operations.traces import scene as scene
from tests.servers import postgres_server


def test_not_a_byte_of_the_person_is_left(
    scene: Scene, database_kind: str, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    close(scene.app)
    is_postgresql = database_kind == "postgresql"
    planted = find_person(scene.folder)
    assert not is_postgresql or find_in_cluster(scene.app)
    assert len(find_in_tables(scene.app, "quist", "zoe.q")) > 10 and planted, "the scene leaves no traces"
    result = erase(scene)
    assert result.exit_code == 0, result.output
    jobs.sweep(scene.app)
    close(scene.app)
    assert find_in_tables(scene.app, "quist", "zoe.q") == []
    assert find_person(scene.folder) == []
    assert not is_postgresql or find_in_cluster(scene.app) == []
    logged = capfd.readouterr()
    shown = (caplog.text + logged.out + logged.err + result.output).casefold()
    assert "quist" not in shown


def test_nothing_is_left_to_sign_in_with(scene: Scene) -> None:
    assert erase(scene).exit_code == 0
    with scene.app.app_context():
        for table in (EmailChange, SecondFactor, UserSession):
            assert db.session.scalars(select(table)).all() == []


def test_the_journal_is_valid_and_says_that_it_was_done(scene: Scene) -> None:
    with scene.app.app_context():
        before = dict(get_heads())
    assert erase(scene).exit_code == 0
    with scene.app.app_context():
        for chain, head in before.items():
            verified = verify_chain(chain, head)
            assert verified.is_valid, verified.problems
        assert get_heads()["installation"][0] == before["installation"][0] + 1
        erasure = db.session.scalars(select(Erasure)).one()
        assert erasure.finished_at is not None and erasure.file_keys == []


def test_counts_stay_and_the_certificate_is_withdrawn(scene: Scene) -> None:
    world = scene.world
    with world.acting(scene.vendor):
        before = [
            db.session.scalar(select(func.count()).select_from(m)) for m in (Certificate, User, Membership)
        ]
        issued = db.session.scalars(select(CertificateFile)).one().file_id
        copy = storage.read(db.session.get_one(StoredFile, issued).key)
    assert erase(scene).exit_code == 0
    jobs.sweep(scene.app)
    with world.acting(scene.vendor):
        after = [
            db.session.scalar(select(func.count()).select_from(m)) for m in (Certificate, User, Membership)
        ]
        assert after == before
        kept = db.session.scalars(select(Certificate)).one()
        assert kept.facts["person"] == {"id": str(scene.person.public_id), "name": "Former person"}
        assert kept.withdrawn_at is not None and kept.revoked_at is None
        file = db.session.scalars(select(CertificateFile)).one()
        assert file.file_id is None and file.sha256 == hashlib.sha256(copy).hexdigest()
        assert rendering.list_due_files() == []
    json_wanted = {"Accept": "application/json"}
    answers = [
        world.client().get(f"/verify/{scene.certificate.code}", headers=json_wanted).get_json(),
        world.client()
        .post("/verify/", data={"file": (io.BytesIO(copy), "copy.pdf")}, headers=json_wanted)
        .get_json(),
    ]
    for answer in answers:  # by its code, and by a copy that somebody kept
        assert answer["status"] == "withdrawn" and answer["name"] is None and answer["partner"] is None
    page = world.client().get(f"/verify/{scene.certificate.code}")
    assert page.status_code == 200 and "This certificate was withdrawn" in page.text
    assert "Former person" not in page.text


def test_a_withdrawn_certificate_says_so_and_has_no_file(scene: Scene) -> None:
    admin = scene.world.client(scene.world.user(Role.VENDOR_ADMIN, vendor=scene.vendor))
    address = f"/acme/certification/{scene.certificate.public_id}"
    assert admin.get(f"{address}/files/a4").status_code == 200
    assert erase(scene).exit_code == 0
    page = admin.get(address)
    assert page.status_code == 200 and "Withdrawn on" in page.text
    assert "/files/a4" not in page.text and f"{address}/revoke" not in page.text
    assert admin.get(f"{address}/files/a4").status_code == 404
    assert admin.post(f"{address}/files", data={"paper": "letter"}).status_code == 409


def test_copies_of_the_credential_that_are_out_in_the_world_are_revoked(scene: Scene) -> None:
    world = scene.world
    address = f"/acme/certification/{scene.certificate.public_id}/credential.json"
    issuer = f"/issuers/{scene.vendor.public_id}"
    copy = world.client(scene.person).get(address).data
    assert NAME in copy.decode()
    assert erase(scene).exit_code == 0
    jobs.sweep(scene.app)
    stranger = world.client()
    keys, lists = (stranger.get(f"{issuer}/{name}").data for name in ("keys.json", "status/1.json"))
    trust = read_trust([keys], [lists])
    assert check_offline(copy, trust, clock.now()).verdict is Offline.REVOKED
    told = stranger.get(f"/verify/{scene.certificate.code}.json?on=2026-01-31")
    assert NAME not in told.text and told.json["on"]["status"] == "withdrawn"
    assert (told.json["status"], told.json["certificate_status"]) == ("withdrawn", "withdrawn")
    handed_in = {"file": (io.BytesIO(copy), "copy.json")}
    answer = stranger.post("/verify/", data=handed_in, headers={"Accept": "application/json"})
    assert answer.json["status"] == "withdrawn" and NAME not in answer.text
    manager = world.client(world.user(Role.CHANNEL_MANAGER, vendor=scene.vendor))
    assert manager.get(address).status_code == 404
    assert "credential.json" not in manager.get(address.rpartition("/")[0]).text


def test_the_person_is_out_at_once_and_gets_no_mail(scene: Scene) -> None:
    client = scene.world.client(scene.person)
    assert client.get("/acme/").status_code == 200
    assert erase(scene).exit_code == 0
    assert client.get("/acme/").status_code in {302, 303, 401}
    with scene.app.app_context():
        assert (
            db.session.scalar(
                select(func.count(UserSession.id)).where(UserSession.user_id == scene.person.id)
            )
            == 0
        )
        assert [mail.recipient for mail in db.session.scalars(select(OutgoingMail))] == [
            "olaf@reseller.example"
        ]


def test_an_imported_text_is_redacted_and_a_workbook_replaced(scene: Scene) -> None:
    result = erase(scene, "--json")
    told = json.loads(result.stdout)
    assert told["redacted"] == 3 and told["removed"] == ["partners.xlsx"] and told["withdrawn"] == 1
    with scene.world.acting(scene.vendor):
        contents = [storage.read(row.key) for row in db.session.scalars(select(StoredFile))]
    assert sum(b"Ridge & Co;Former person\n" in content for content in contents) == 2
    assert all(b"Ridge & Co" not in c or b"former-person@erased.invalid" in c for c in contents)


def test_a_namesake_keeps_the_name(scene: Scene) -> None:
    other = scene.world.user(Role.VENDOR_ADMIN, vendor=scene.vendor, name=NAME, email="namesake@acme.example")
    assert erase(scene).exit_code == 0
    with scene.app.app_context():
        assert db.session.get_one(User, other.id).name == NAME
        assert db.session.get_one(User, scene.person.id).name == "Former person"
    with scene.world.acting(scene.vendor):
        assert db.session.scalars(select(Certificate)).one().facts["person"]["name"] == "Former person"


def test_a_restore_from_before_erases_again(scene: Scene, tmp_path: Path, database_kind: str) -> None:
    close(scene.app)
    backup = tmp_path / "before.tar"
    assert flask(scene.app, "backup", "create", "--out", backup).exit_code == 0
    assert erase(scene).exit_code == 0
    drill = tmp_path / "drill"
    target = ["--into", str(drill)]
    changes = {}
    if database_kind == "postgresql":
        changes["DATABASE_URL"] = postgres_server().create_database().owner_url
        target = ["--into", changes["DATABASE_URL"], "--files", str(drill / "files")]
    ledger = scene.folder / "erasures.jsonl"
    assert find_person_in_text(ledger.read_text()) == []
    result = flask(scene.app, "backup", "restore", backup, *target, "--ledger", ledger, "--json")
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["erased_again"] == 1
    restored = create_app(settings(drill, **changes))
    jobs.sweep(restored)
    assert find_in_tables(restored, "quist", "zoe.q") == []
    assert find_person(drill) == []
    with restored.app_context():
        assert all(verify_chain(chain, head).is_valid for chain, head in get_heads().items())
    close(restored)


def find_person_in_text(text: str) -> list[str]:
    return [needle for needle in (NAME, EMAIL, EMAIL.lower(), "Quist") if needle in text]


def test_replacing_an_installation_keeps_its_own_erasures(scene: Scene, tmp_path: Path) -> None:
    close(scene.app)
    backup = tmp_path / "before.tar"
    assert flask(scene.app, "backup", "create", "--out", backup).exit_code == 0
    assert erase(scene).exit_code == 0
    (scene.folder / "erasures.jsonl").unlink()  # the database alone knows
    close(scene.app)
    result = flask(scene.app, "backup", "restore", backup, "--replace", "--json")
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["erased_again"] == 1
    assert find_in_tables(scene.app, "quist", "zoe.q") == []


def test_what_cannot_be_erased_is_said(scene: Scene) -> None:
    nobody = flask(scene.app, "users", "erase", "--email", "no@body.example", "--reason", "R", "--yes")
    assert nobody.exit_code == 1 and "nobody" in nobody.stderr
    named = flask(scene.app, "users", "erase", "--email", EMAIL, "--reason", f"Wish of {NAME}", "--yes")
    assert named.exit_code == 1 and "names the person" in named.stderr
    unsure = scene.app.test_cli_runner().invoke(
        args=["users", "erase", "--email", EMAIL, "--reason", "R"], input="n\n"
    )
    assert unsure.exit_code == 1
    with scene.app.app_context():
        assert db.session.get_one(User, scene.person.id).name == NAME


def test_an_erasure_cut_short_is_finished_by_asking_again(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(erasing, "_erase_account", _power_cut)
        assert erase(scene).exit_code == 1
    assert erase(scene).exit_code == 0
    jobs.sweep(scene.app)
    assert find_in_tables(scene.app, "quist", "zoe.q") == []
    close(scene.app)
    assert find_person(scene.folder) == []


def _power_cut(*_arguments: object) -> None:
    raise RuntimeError("the power went")
