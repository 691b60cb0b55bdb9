"""An issuer's keys: published with their history, rotated without loss, refused once compromised."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from sqlalchemy import select

from config import SettingError, load
from prm.certification.credentials import status
from prm.certification.credentials.addresses import did_of
from prm.certification.credentials.checking import Offline, check_offline
from prm.certification.credentials.models import CredentialKey
from prm.certification.credentials.rotation import rotate_keys
from prm.certification.credentials.trust import read_trust
from prm.certification.services.keys import list_signing_keys
from prm.errors import Forbidden
from prm.extensions import db
from prm.infra import clock
from prm.infra.db import transaction
from prm.journal.models import JournalEntry
from prm.permissions import Role
from prm.vendors.models import SigningKey, Vendor
from tests.certification.conftest import Scene
from tests.certification.specimens import Files, download, judged_by_strangers
from tests.certification.test_commands import flask
from tests.factories import World
from tests.factories import certification as certify
from tests.factories.certification import CertificateRef


@pytest.fixture
def made(world: World, scene: Scene) -> CertificateRef:
    return certify.issue(world, scene.vendor, scene.scheme, scene.member)


def rotate(world: World, scene: Scene, *, is_compromised: bool = False) -> None:
    with world.acting(scene.vendor) as actor, transaction():
        vendor = db.session.get_one(Vendor, scene.vendor.id)
        rotate_keys(actor, vendor, reason="It is time", is_compromised=is_compromised)


def verdict(kind: str, files: Files, newest: Files | None = None) -> Offline:
    known = newest or files
    trust = read_trust([known.keys], [known.status_list])
    return check_offline(files.by_kind()[kind], trust, clock.now()).verdict


def test_what_is_published_is_cacheable_and_open_to_other_sites(
    world: World, scene: Scene, made: CertificateRef
) -> None:
    issuer = f"/issuers/{scene.vendor.public_id}"
    stranger = world.app.test_client()
    for name in ("did.json", "profile.json", "keys.json", "status/1.json"):
        answer = stranger.get(f"{issuer}/{name}")
        assert answer.status_code == 200, name
        assert "public" in answer.headers["Cache-Control"]
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert "Set-Cookie" not in answer.headers
        again = stranger.get(f"{issuer}/{name}", headers={"If-None-Match": answer.headers["ETag"]})
        # The file of keys says when it was true: another second is another file.
        assert again.status_code == 304 or name == "keys.json", name
    assert stranger.get(f"{issuer}/status/2.json").status_code == 404
    assert stranger.get(f"{issuer}/status/99999999999999999999.json").status_code == 404
    nobody = "/issuers/01a20184-0de7-775a-8b17-2cdc9f8b46f7"
    for name in ("did.json", "profile.json", "keys.json", "status/1.json", "checker.html"):
        assert stranger.get(f"{nobody}/{name}").status_code == 404


def test_an_issuer_without_a_certificate_has_no_document_yet(world: World) -> None:
    vendor = world.vendor("globex")
    for name in ("did.json", "keys.json", "status/1.json", "checker.html"):
        assert world.client().get(f"/issuers/{vendor.public_id}/{name}").status_code == 404
    page = world.client(world.user(Role.VENDOR_ADMIN, vendor=vendor)).get("/globex/certification/keys")
    assert "There is no key yet" in page.text


def test_the_did_is_the_vendors_immutable_id(world: World, scene: Scene, made: CertificateRef) -> None:
    did = world.client().get(f"/issuers/{scene.vendor.public_id}/did.json").get_json(force=True)
    assert did["id"] == f"did:web:localhost:issuers:{scene.vendor.public_id}"
    assert [method["id"] for method in did["verificationMethod"]] == did["assertionMethod"]
    assert did_of("https://a.example:8443/x/issuers/1") == "did:web:a.example%3A8443:x:issuers:1"


def test_after_a_rotation_old_certificates_verify_and_new_ones_use_the_new_key(
    world: World, scene: Scene, made: CertificateRef
) -> None:
    before = download(world, scene, made)
    rotate(world, scene)
    after = download(world, scene, made)
    assert after.by_kind() == before.by_kind()
    assert judged_by_strangers(world, scene, before.credential)["verified"]
    other = world.user(Role.PARTNER_MEMBER, partnership=scene.company, name="Olaf Berg")
    newer = certify.issue(world, scene.vendor, scene.scheme, other)
    with world.acting(scene.vendor):
        old, new = db.session.scalars(select(CredentialKey).order_by(CredentialKey.id)).all()
        assert (old.sealed_key, old.compromised_at) == (b"", None) and old.retired_at is not None
        documents = db.session.scalars(select(SigningKey).order_by(SigningKey.id)).all()
        assert [key.sealed_key == b"" for key in documents] == [True, False]
        action = select(JournalEntry.facts).where(JournalEntry.action == "signing_keys.rotated")
        assert db.session.scalars(action).one()["to"] == new.multibase
    page = world.client(other).get(f"/acme/certification/{newer.public_id}/credential.json")
    assert json.loads(page.data)["proof"][0]["verificationMethod"] == new.method
    for kind in ("pdf", "json", "png", "svg"):
        assert verdict(kind, before, after) is Offline.VALID, kind


def test_a_further_paper_of_an_old_certificate_is_printed_with_the_new_keys(
    world: World, scene: Scene, made: CertificateRef
) -> None:
    before = download(world, scene, made)
    rotate(world, scene)
    client = world.client(scene.member)
    client.post(f"/acme/certification/{made.public_id}/files", data={"paper": "letter"})
    letter = client.get(f"/acme/certification/{made.public_id}/files/letter").data
    after = download(world, scene, made)
    assert after.json == before.json
    trust = read_trust([after.keys], [after.status_list])
    assert check_offline(letter, trust, clock.now()).verdict is Offline.VALID


def test_what_a_compromised_key_signed_is_refused_and_signed_anew(
    world: World, scene: Scene, made: CertificateRef
) -> None:
    before = download(world, scene, made)
    rotate(world, scene, is_compromised=True)
    after = download(world, scene, made)
    assert after.json != before.json
    for kind in ("json", "png", "svg"):
        assert verdict(kind, before, after) is Offline.UNKNOWN_ISSUER, kind
        assert verdict(kind, after) is Offline.VALID, kind
    assert verdict("pdf", before, after) is Offline.UNKNOWN_ISSUER
    did = world.client().get(f"/issuers/{scene.vendor.public_id}/did.json").get_json(force=True)
    old, new = did["verificationMethod"]
    assert "revoked" in old and "revoked" not in new and did["assertionMethod"] == [new["id"]]
    assert not judged_by_strangers(world, scene, before.credential)["verified"]
    assert judged_by_strangers(world, scene, after.credential)["verified"]
    # Online the bytes themselves are known.
    answer = world.client().post("/verify/", data={"file": (io.BytesIO(before.pdf), "a.pdf")})
    assert "Genuine, and valid" in answer.text


def test_only_the_vendors_admin_rotates_and_gives_a_reason(
    world: World, scene: Scene, made: CertificateRef
) -> None:
    admin = world.client(world.user(Role.VENDOR_ADMIN, vendor=scene.vendor))
    page = admin.get("/acme/certification/keys").text
    assert page.count("In use") == 2 and "Retired" not in page
    refused = admin.post("/acme/certification/keys/rotate", data={"reason": "  "})
    assert refused.status_code == 422
    done = admin.post("/acme/certification/keys/rotate", data={"reason": "Yearly"}, follow_redirects=True)
    assert "New keys are in use" in done.text and done.text.count("Retired") == 2
    manager = world.user(Role.CHANNEL_MANAGER, vendor=scene.vendor)
    assert world.client(manager).get("/acme/certification/keys").status_code == 403
    with world.acting(scene.vendor, manager) as actor, transaction(), pytest.raises(Forbidden):
        rotate_keys(actor, db.session.get_one(Vendor, scene.vendor.id), reason="Yearly")


def test_keys_are_listed_rotated_and_exported_by_command(
    world: World, scene: Scene, made: CertificateRef, tmp_path: Path
) -> None:
    (document, credential) = json.loads(flask(world, "keys", "list", "--vendor", "acme", "--json").output)
    assert (document["kind"], credential["kind"]) == ("document", "credential")
    assert len(credential["fingerprint"]) == 95 and credential["name"].startswith("did:web:")
    done = flask(world, "keys", "rotate", "--vendor", "acme", "--reason", "Yearly", "--json")
    report = json.loads(done.output)
    assert report["credentials"]["retired"] != report["credentials"]["made"]
    listed = flask(world, "keys", "list", "--vendor", "acme").output
    assert listed.count("retired") == 2 and listed.count("in use") == 2
    out = tmp_path / "keys.json"
    assert flask(world, "keys", "export", "--vendor", "acme", "--out", out).exit_code == 0
    exported = json.loads(out.read_text())
    assert len(exported["keys"]) == len(exported["documentCertificates"]) == 2
    assert "PRIVATE" not in out.read_text()
    assert flask(world, "keys", "rotate", "--vendor", "acme", "--reason", " ").exit_code == 1


def test_keys_are_sealed_anew_when_the_setting_changes(
    world: World, scene: Scene, made: CertificateRef
) -> None:
    before = world.app.config["SEALING_KEYS"]
    fresh = "a key encryption key of its own, of forty letters"
    try:
        world.app.config["SEALING_KEYS"] = [fresh, *before]
        done = world.app.test_cli_runner().invoke(args=["keys", "reseal", "--json"])
        assert done.exit_code == 0, repr(done.exception)
        assert json.loads(done.output) == {"signing_keys": 2, "second_factors": 0}
        world.app.config["SEALING_KEYS"] = [fresh]  # the former one is no longer known
        assert verdict("json", download(world, scene, made)) is Offline.VALID
        other = world.user(Role.PARTNER_MEMBER, partnership=scene.company, name="Olaf Berg")
        certify.issue(world, scene.vendor, scene.scheme, other)
        with world.acting(scene.vendor):
            assert len(list_signing_keys()) == 1
        world.app.config["SEALING_KEYS"] = ["yet another one that nothing was ever sealed with"]
        lost = world.app.test_cli_runner().invoke(args=["keys", "reseal"])
        assert lost.exit_code == 1 and "does not open" in lost.stderr
        issuer = f"/issuers/{scene.vendor.public_id}"
        assert world.client().get(f"{issuer}/did.json").status_code == 200
        status._signed.clear()
        for name in ("status/1.json", "checker.html"):
            answer = world.client().get(f"{issuer}/{name}", headers={"Accept": "application/json"})
            assert answer.status_code == 503 and "cannot be used now" in answer.json["error"]
        # New keys sign again, though nothing opens the old ones.
        assert flask(world, "keys", "rotate", "--vendor", "acme", "--reason", "Lost").exit_code == 0
        assert world.client().get(f"{issuer}/status/1.json").status_code == 200
    finally:
        world.app.config["SEALING_KEYS"] = before


def test_settings_say_which_key_seals() -> None:
    secret, sealing = "s" * 48, "k" * 48
    settings = load({"SECRET_KEY": secret, "KEY_ENCRYPTION_KEY": sealing})
    assert settings["SEALING_KEYS"] == [sealing, secret]
    assert "KEY_ENCRYPTION_KEY" not in settings
    assert load({"SECRET_KEY": secret, "SECRET_KEY_PREVIOUS": "older"})["SEALING_KEYS"] == [secret, "older"]
    assert settings["ISSUER_URL"] == "http://localhost:8000/issuers"
    with pytest.raises(SettingError, match="KEY_ENCRYPTION_KEY"):
        load({"SECRET_KEY": secret, "KEY_ENCRYPTION_KEY": "short"})
    with pytest.raises(SettingError, match="ISSUER_URL"):
        load({"SECRET_KEY": secret, "ISSUER_URL": "ftp://example.com"})
