"""Anybody checks a file: genuine, altered, replaced or not ours, as a PDF, a credential or a badge."""

from __future__ import annotations

import hashlib
import json
import random
import re
from pathlib import Path

import pytest

from prm.certification.credentials.issuing import Signed, withdraw_credentials
from prm.certification.models import Certificate
from prm.certification.printing import print_certificate
from prm.certification.verification import MAX_FILE_BYTES, Verdict, check_file
from prm.extensions import db
from prm.infra import clock
from prm.infra.db import transaction
from prm.infra.signing import create_issuer, make_signer
from prm.permissions import Role
from prm.vendors.models import Paper
from tests.certification.conftest import Scene
from tests.certification.specimens import download
from tests.certification.test_verification import AS_JSON, status, upload
from tests.certification.test_verification import content as content
from tests.certification.test_verification import made as made
from tests.factories import World
from tests.factories import certification as certify
from tests.factories.certification import CertificateRef
from tests.infra.specimens import certificate as specimen
from tests.infra.specimens import run


def test_the_issued_file_is_genuine_by_page_and_for_machines(
    world: World, scene: Scene, made: CertificateRef, content: bytes
) -> None:
    page = upload(world.client(), content)
    assert page.status_code == 200 and "Genuine, and valid" in page.text and "Zoë Ångström" in page.text
    told = upload(world.client(), content, **AS_JSON).json
    assert (told["status"], told["problems"]) == ("valid", [])
    assert told["sha256"] == hashlib.sha256(content).hexdigest()


def test_any_flipped_byte_is_altered(world: World, content: bytes) -> None:
    chosen = random.Random(7)
    places = sorted({*range(12), *chosen.sample(range(len(content)), 120), len(content) - 1})
    missed = []
    for place in places:
        flipped = bytearray(content)
        flipped[place] ^= 1 << chosen.randrange(8)
        if status(world, bytes(flipped)) is not Verdict.ALTERED:
            missed.append(place)
    assert missed == [], f"{len(missed)} of {len(places)}"


def test_a_flip_in_the_code_itself_is_altered(world: World, made: CertificateRef, content: bytes) -> None:
    places = [m.start() + n for m in re.finditer(made.code.encode(), content) for n in range(len(made.code))]
    assert len(places) >= 2 * len(made.code)  # it stands there plainly, twice
    for place in places:
        flipped = bytearray(content)
        flipped[place] ^= 3
        assert status(world, bytes(flipped)) is Verdict.ALTERED


def test_flipping_shows_by_upload_too(world: World, content: bytes) -> None:
    flipped = bytearray(content)
    flipped[len(flipped) // 2] ^= 1
    page = upload(world.client(), bytes(flipped)).text
    assert "This file was altered" in page and "changed after it was signed" in page
    assert "What was issued under its code" in page and "Zoë Ångström" in page
    told = upload(world.client(), bytes(flipped), **AS_JSON).json
    assert (told["status"], told["certificate_status"], told["problems"]) == ("altered", "valid", ["altered"])


def test_what_was_added_cut_or_saved_anew_is_altered(world: World, content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "original.pdf"
    path.write_bytes(content)
    saved = []
    rewritten = (
        ["--object-streams=disable"],
        ["--qdf"],
        ["--linearize"],
        ["--recompress-flate", "--compression-level=9"],
    )
    for arguments in rewritten:
        run("qpdf", *arguments, path, tmp_path / "saved.pdf")
        saved.append((tmp_path / "saved.pdf").read_bytes())
    for other in (
        content + b"\n",
        content + content,
        content[:-1],
        content[: len(content) * 9 // 10],
        *saved,
    ):
        assert other != content
        assert status(world, other) is Verdict.ALTERED


def test_a_certificate_signed_anew_by_somebody_else_is_altered(
    world: World, scene: Scene, made: CertificateRef
) -> None:
    """The forger keeps code and number, changes the name and signs under our name."""
    with world.acting(scene.vendor):
        facts = dict(db.session.get_one(Certificate, made.id).facts)
        facts["person"] = {"id": "", "name": "Mallory"}
        forger = make_signer(create_issuer("Acme GmbH Certification", "Acme GmbH", clock.now()))
        forged = print_certificate(facts, Paper.A4, forger, clock.now(), Signed(b"{}", ""))
    with world.app.app_context():
        verification = check_file(forged)
    assert verification.verdict is Verdict.ALTERED
    assert verification.name == "Zoë Ångström"
    assert [problem.value for problem in verification.problems] == ["untrusted"]


def test_our_signature_under_something_else_is_altered(
    world: World, made: CertificateRef, content: bytes
) -> None:
    """Whoever wipes every trace of the code still shows whose signature was borrowed."""
    wiped = content.replace(made.code.encode(), b"0" * len(made.code))
    wiped = re.sub(
        rb"(stream\r?\n)(.*?)(endstream)",
        lambda found: found[1] + b" " * len(found[2]) + found[3],
        wiped,
        flags=re.DOTALL,
    )
    assert made.code.encode() not in wiped
    assert status(world, wiped) is Verdict.ALTERED


@pytest.mark.parametrize(
    "foreign",
    [b"", b"%PDF-1.7", b"\x00" * 5000, b"PK\x03\x04" + bytes(100), "Zoë".encode(), b"<html>ACME-2026-000001"],
)
def test_what_is_not_ours_is_unknown(world: World, made: CertificateRef, foreign: bytes) -> None:
    assert status(world, foreign) is Verdict.UNKNOWN
    answer = upload(world.client(), foreign, **AS_JSON)
    assert answer.status_code in {200, 422}
    if answer.status_code == 200:
        assert answer.json["status"] == "unknown" and "name" not in answer.json


def test_another_houses_certificate_is_unknown(world: World, made: CertificateRef) -> None:
    assert status(world, specimen()) is Verdict.UNKNOWN
    page = upload(world.client(), specimen()).text
    assert "not known here" in page and "does not know" in page and "Zoë" not in page


def test_a_huge_file_is_unknown_and_no_file_is_asked_for(world: World) -> None:
    assert status(world, b"%PDF-" + bytes(MAX_FILE_BYTES)) is Verdict.UNKNOWN
    client = world.client()
    nothing = client.post("/verify/", data={})
    assert nothing.status_code == 422 and "Choose a file" in nothing.text
    assert client.post("/verify/", data={}, headers=AS_JSON).json == {"error": "Choose a file."}


def test_each_vendors_file_is_known_under_its_own_vendor(world: World, scene: Scene, content: bytes) -> None:
    other = world.vendor("globex", name="Globex")
    member = world.user(Role.PARTNER_MEMBER, partnership=world.partnership(other), name="Bob")
    theirs = certify.issue(world, other, certify.make_scheme(world, other), member)
    file = world.client(member).get(f"/globex/certification/{theirs.public_id}/files/a4").data
    assert upload(world.client(), file, **AS_JSON).json["issuer"] == "Globex"
    assert upload(world.client(), content, **AS_JSON).json["issuer"] == "Acme GmbH"


def test_every_form_of_a_certificate_is_recognised(world: World, scene: Scene, made: CertificateRef) -> None:
    files = download(world, scene, made)
    for kind in ("json", "png", "svg"):
        content = files.by_kind()[kind]
        assert status(world, content) is Verdict.VALID, kind
        for place in range(0, len(content), max(1, len(content) // 60)):
            flipped = bytearray(content)
            flipped[place] ^= 1
            found = status(world, bytes(flipped))
            if content[place : place + 1].isspace() and kind != "png":
                continue
            assert found in {Verdict.ALTERED, Verdict.UNKNOWN}, (kind, place)
    page = upload(world.client(), files.png)
    assert "Genuine, and valid" in page.text
    # A wallet that writes the JSON anew changes nothing of what it says.
    rewritten = json.dumps(json.loads(files.json), separators=(",", ":")).encode()
    assert status(world, rewritten) is Verdict.VALID
    certify.revoke(world, scene.vendor, made)
    for content in files.by_kind().values():
        assert status(world, content) is Verdict.REVOKED


def test_a_forged_credential_is_altered_and_a_foreign_one_unknown(
    world: World, scene: Scene, made: CertificateRef
) -> None:
    credential = download(world, scene, made).credential
    for change in ({"name": "Expert"}, {"unsignedNote": "director"}, {"proof": []}):
        told = upload(world.client(), json.dumps({**credential, **change}).encode(), **AS_JSON).json
        assert (told["status"], told["problems"]) == ("altered", ["credential_changed"])
        assert told["name"] == "Zoë Ångström"
    without_code = {**credential, "id": "urn:uuid:1"}
    told = upload(world.client(), json.dumps(without_code).encode(), **AS_JSON).json
    assert told["status"] == "altered" and "name" not in told
    foreign = json.dumps(without_code).replace("did:web:localhost", "did:web:elsewhere")
    foreign = re.sub(r"issuers:[0-9a-f-]{36}", "issuers:someone", foreign)
    assert upload(world.client(), foreign.encode(), **AS_JSON).json["status"] == "unknown"
    assert upload(world.client(), b"{}", **AS_JSON).json["problems"] == ["no_credential"]


def test_a_replaced_credential_is_told_from_an_altered_one(
    world: World, scene: Scene, made: CertificateRef
) -> None:
    before = download(world, scene, made)
    with world.acting(scene.vendor), transaction():
        withdraw_credentials([made.id])
    after = download(world, scene, made)
    told = upload(world.client(), before.json, **AS_JSON).json
    assert (told["status"], told["problems"]) == ("revoked", ["replaced"])
    assert upload(world.client(), after.json, **AS_JSON).json["status"] == "valid"
