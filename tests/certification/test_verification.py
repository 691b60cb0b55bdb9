"""Anybody checks a code or a file: the right answer, and nothing beyond it."""

from __future__ import annotations

import hashlib
import io
import json
import random
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from prm import create_app
from prm.certification.codes import new_code
from prm.certification.credentials.issuing import Signed, withdraw_credentials
from prm.certification.models import Certificate, Paper
from prm.certification.printing import print_certificate
from prm.certification.verification import MAX_FILE_BYTES, Verdict, check_file
from prm.certification.views.verification import LEAST_SECONDS
from prm.extensions import db, limiter
from prm.infra import clock
from prm.infra.db import transaction
from prm.infra.signing import create_issuer, make_signer
from prm.permissions import Role
from prm.vendors.models import Vendor
from tests.certification.conftest import Scene
from tests.certification.specimens import download
from tests.conftest import settings
from tests.counting import counted
from tests.factories import World
from tests.factories import certification as certify
from tests.factories.certification import CertificateRef
from tests.infra.specimens import certificate as specimen
from tests.infra.specimens import run

AS_JSON = {"Accept": "application/json"}


@pytest.fixture
def made(world: World, scene: Scene) -> CertificateRef:
    return certify.issue(world, scene.vendor, scene.scheme, scene.member, reason="CANARY-reason")


@pytest.fixture
def content(world: World, scene: Scene, made: CertificateRef) -> bytes:
    """The file as its holder downloads it."""
    return world.client(scene.member).get(f"/acme/certification/{made.public_id}/files/a4").data


def status(world: World, content: bytes) -> Verdict:
    with world.app.app_context():
        return check_file(content).verdict


def upload(client: FlaskClient, content: bytes, **headers: str) -> TestResponse:
    return client.post("/verify/", data={"file": (io.BytesIO(content), "certificate.pdf")}, headers=headers)


# -- codes -------------------------------------------------------------------------------------


def test_a_valid_code_says_what_the_certificate_says(
    world: World, scene: Scene, made: CertificateRef
) -> None:
    stranger = world.client()
    answer = stranger.get(f"/verify/{made.code}")
    assert answer.status_code == 200
    for text in (
        "is valid",
        "Zoë Ångström",
        "Nimbus Installer",
        "Foundation",
        "Acme GmbH",
        "Northwind",
        made.number,
    ):
        assert text in answer.text
    told = stranger.get(f"/verify/{made.code.lower()}", headers=AS_JSON).json
    with world.acting(scene.vendor):
        certificate = db.session.get_one(Certificate, made.id)
    assert told == {
        "status": "valid", "certificate_status": "valid", "number": made.number, "name": "Zoë Ångström",
        "certification": "Nimbus Installer", "level": "foundation", "issuer": "Acme GmbH",
        "partner": "Northwind", "issued_on": certificate.issued_on.isoformat(),
        "expires_on": certificate.expires_on.isoformat() if certificate.expires_on else None,
        "revoked_on": None, "withdrawn_on": None, "renewed_by": None, "renewed_on": None,
    }  # fmt: skip


def test_the_page_wears_the_vendors_colours_and_needs_nobody_signed_in(
    world: World, scene: Scene, made: CertificateRef
) -> None:
    page = world.client().get(f"/verify/{made.code}").text
    assert f"/vendors/{scene.vendor.public_id}/brand.css" in page
    assert "/acme/" not in page
    signed_in = world.client(
        world.user(Role.PARTNER_MEMBER, partnership=world.partnership(world.vendor("globex")))
    )
    assert "is valid" in signed_in.get(f"/verify/{made.code}").text


def test_the_page_tells_nothing_else(world: World, scene: Scene, made: CertificateRef) -> None:
    other = certify.issue(
        world, scene.vendor, scene.scheme,
        world.user(Role.PARTNER_MEMBER, partnership=scene.company, name="CANARY-colleague"),
    )  # fmt: skip
    certify.revoke(world, scene.vendor, made, "CANARY-revocation")
    with world.acting(scene.vendor), transaction():
        vendor = db.session.get_one(Vendor, scene.vendor.id)
        vendor.name = "CANARY-renamed"  # the certificate says Acme GmbH
    for headers in ({}, AS_JSON):
        answer = world.client().get(f"/verify/{made.code}", headers=headers)
        body = answer.text if headers else re.search(r"<main.*</main>", answer.text, re.DOTALL)[0]  # type: ignore[index]
        for secret in (
            "CANARY", scene.member.email, str(scene.member.public_id), str(made.public_id), other.number,
            other.code, str(scene.company.public_id), "evidence", "file_id",
        ):  # fmt: skip
            assert secret not in body, secret
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("headers", [{}, AS_JSON])
def test_unknown_codes_all_answer_alike(world: World, made: CertificateRef, headers: dict[str, str]) -> None:
    client = world.client()
    answers = [
        client.get(f"/verify/{code}", headers=headers)
        for code in (
            new_code(),
            made.code[:-1] + ("0" if made.code[-1] != "0" else "1"),
            "short",
            "%00",
            "a" * 100,
        )
    ]
    assert {answer.status_code for answer in answers} == {404}
    assert len({without_noise(answer) for answer in answers}) == 1
    assert client.get("/verify/" + "a" * 101).status_code == 404


def without_noise(answer: TestResponse) -> str:
    return re.sub(r'("X-CSRFToken": "|name="csrf_token" value=")[^"]*', r"\1", answer.text)


def test_the_status_changes_with_the_days_of_the_vendor(world: World, scene: Scene) -> None:
    with clock.freeze(datetime(2025, 3, 12, 12, tzinfo=UTC)):
        made = certify.issue(world, scene.vendor, scene.scheme, scene.member)
    client = world.client()
    expected = [
        (datetime(2027, 3, 11, 22, 59, tzinfo=UTC), "valid"),  # 23:59 in Berlin, the last day
        (datetime(2027, 3, 11, 23, 0, tzinfo=UTC), "expired"),
    ]
    for instant, verdict in expected:
        with clock.freeze(instant):
            assert client.get(f"/verify/{made.code}", headers=AS_JSON).json["status"] == verdict
    with clock.freeze(expected[1][0]):
        assert "has expired" in client.get(f"/verify/{made.code}").text


def test_a_revocation_shows_everywhere_at_once(
    world: World, scene: Scene, made: CertificateRef, content: bytes, tmp_path: Path
) -> None:
    path = tmp_path / "certificate.pdf"
    path.write_bytes(content)
    holder, stranger = world.client(scene.member), world.client()
    manager = world.client(world.user(Role.CHANNEL_MANAGER, vendor=scene.vendor))

    def by_command() -> tuple[str, int]:
        result = world.app.test_cli_runner().invoke(args=["certification", "verify", str(path), "--json"])
        return json.loads(result.output)["status"], result.exit_code

    address = f"/acme/certification/{made.public_id}"
    assert by_command() == ("valid", 0)
    assert manager.post(f"{address}/revoke", data={"reason": "Cheated"}).status_code == 302
    for client in (holder, manager):
        assert "Revoked" in client.get(address).text
        assert "Revoked" in client.get("/acme/certification/").text
        ahead = client.get(f"{address}/files/a4")
        assert ahead.mimetype == "text/html" and "no longer certifies" in ahead.text
    assert "was revoked" in stranger.get(f"/verify/{made.code}").text
    assert stranger.get(f"/verify/{made.code}", headers=AS_JSON).json["status"] == "revoked"
    assert upload(stranger, content, **AS_JSON).json["status"] == "revoked"
    assert by_command() == ("revoked", 1)
    assert status(world, content) is Verdict.REVOKED  # and the file is what it was


# -- the form ----------------------------------------------------------------------------------


def test_a_typed_code_leads_to_its_page(world: World, made: CertificateRef) -> None:
    client = world.client()
    assert client.get("/verify/").status_code == 200
    typed = made.code.replace("-", " ").lower()
    assert client.get("/verify/", query_string={"code": typed}).location == f"/verify/{made.code}"
    wrong = client.get("/verify/", query_string={"code": "<b>7Q2M"})
    assert wrong.status_code == 422 and "&lt;b&gt;7Q2M" in wrong.text and "not a complete code" in wrong.text


# -- files -------------------------------------------------------------------------------------


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


# -- limits ------------------------------------------------------------------------------------


@pytest.fixture
def limited(app: Flask, tmp_path: Path) -> Iterator[Flask]:
    """The application with its request limits on."""
    settings_on = settings(tmp_path, RATE_LIMITS="1", DATABASE_URL=app.config["SQLALCHEMY_DATABASE_URI"])
    application = create_app(settings_on)
    yield application
    limiter.enabled = False
    with application.app_context():
        db.session.remove()
        db.engine.dispose()


def test_guessing_is_slowed_down(limited: Flask) -> None:
    client = limited.test_client()
    answers = [client.get(f"/verify/{new_code()}", headers=AS_JSON).status_code for _ in range(61)]
    assert answers == [404] * 60 + [429]
    assert client.get("/healthz").status_code == 200


def test_checking_reads_and_never_writes(world: World, made: CertificateRef, content: bytes) -> None:
    client = world.client()
    with counted(world.app) as statements:
        client.get(f"/verify/{made.code}")
        upload(client, content)
        upload(client, content[:-5])
    assert statements
    assert [each for each in statements if re.match(r"\s*(INSERT|UPDATE|DELETE)", each, re.IGNORECASE)] == []


# -- credentials and badges --------------------------------------------------------------------


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


# -- a given day -------------------------------------------------------------------------------


def test_the_status_on_a_day_is_told_apart(world: World, scene: Scene) -> None:
    with clock.travel(datetime(2025, 3, 12, 12, tzinfo=UTC)):
        made = certify.issue(world, scene.vendor, scene.scheme, scene.member)  # valid to 11 March 2027
    with clock.travel(datetime(2027, 3, 1, 12, tzinfo=UTC)):
        newer = certify.issue(world, scene.vendor, scene.scheme, scene.member)
    with clock.travel(datetime(2027, 3, 5, 12, tzinfo=UTC)):
        certify.revoke(world, scene.vendor, newer)
    stranger = world.client()

    def on(code: str, day: str) -> str:
        return str(stranger.get(f"/verify/{code}.json?on={day}").json["on"]["status"])

    with clock.travel(datetime(2027, 4, 1, 12, tzinfo=UTC)):
        assert [on(made.code, day) for day in ("2025-03-11", "2025-03-12", "2027-02-01", "2027-04-01")] == [
            "not_issued", "valid", "expiring", "expired",
        ]  # fmt: skip
        assert [on(newer.code, day) for day in ("2027-03-04", "2027-03-05")] == ["valid", "revoked"]
        told = stranger.get(f"/verify/{newer.code}?on=2027-03-04", headers=AS_JSON).json
        assert (told["status"], told["on"]) == ("revoked", {"date": "2027-03-04", "status": "valid"})
        page = stranger.get(f"/verify/{newer.code}?on=2027-03-04").text
        assert "was revoked" in page and "March 4, 2027" in page
        assert "2026-01-31" in stranger.get(f"/verify/{newer.code}?on=tomorrow").text
        assert stranger.get(f"/verify/{newer.code}?on=tomorrow").status_code == 422
        assert stranger.get(f"/verify/{new_code()}.json").status_code == 404


def test_a_renewed_certificate_names_the_one_that_renews_it(world: World, scene: Scene) -> None:
    with clock.travel(datetime(2025, 3, 12, 12, tzinfo=UTC)):
        made = certify.issue(world, scene.vendor, scene.scheme, scene.member)
    with clock.travel(datetime(2027, 3, 1, 12, tzinfo=UTC)):
        newer = certify.issue(world, scene.vendor, scene.scheme, scene.member)
        page = world.client().get(f"/verify/{made.code}").text
        assert "Another certificate has renewed it since" in page and newer.number in page
        told = world.client().get(f"/verify/{made.code}.json").json
        assert (told["status"], told["certificate_status"]) == ("valid", "superseded")
        assert (told["renewed_by"], told["renewed_on"]) == (newer.number, "2027-03-01")


def test_an_answer_never_comes_sooner_for_a_code_that_there_is_not(
    world: World, made: CertificateRef
) -> None:
    stranger = world.client()
    for code in (made.code, new_code(), "nonsense"):
        for path in (f"/verify/{code}", f"/verify/{code}.json"):
            started = clock.monotonic()
            stranger.get(path)
            assert clock.monotonic() - started >= LEAST_SECONDS
