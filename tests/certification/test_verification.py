"""Anybody checks a code or a file: the right answer, and nothing beyond it."""

from __future__ import annotations

import io
import json
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
from prm.certification.models import Certificate
from prm.certification.verification import Verdict, check_file
from prm.certification.views.verification import LEAST_SECONDS
from prm.extensions import db, limiter
from prm.infra import clock
from prm.infra.db import transaction
from prm.permissions import Role
from prm.vendors.models import Vendor
from tests.certification.conftest import Scene
from tests.conftest import settings
from tests.counting import counted
from tests.factories import World
from tests.factories import certification as certify
from tests.factories.certification import CertificateRef

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
