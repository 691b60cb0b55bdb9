"""The content host answers with a player and files that somebody has open, and with nothing else."""

from __future__ import annotations

import io
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from config import SettingError, load
from prm.extensions import db
from prm.infra import clock
from prm.infra.db import transaction
from prm.permissions import Role
from prm.training.models.content import PackageLaunch
from prm.training.services.launching import Launched, launch_package, renew_launch
from prm.training.services.packages import add_package, keep_package
from tests.conftest import settings
from tests.factories import World
from tests.factories import training as make
from tests.factories.packages import manifest_12, zipped
from tests.factories.world import UserRef, VendorRef

FILES = {
    "imsmanifest.xml": manifest_12(),
    "one.html": "<!doctype html><meta charset=iso-8859-1><p>one",
    "Media/Clip.MP4": bytes(range(256)) * 1000,
    "data.bin": b"0123456789",
}

ELSEWHERE = (
    "/", "/acme/", "/accounts/sign-in", "/healthz", "/static/000000000000/css/app.css", "/c/", "/c/x/",
    "/player/000000000000/player.js", "/player/x/../../config.py", "/metrics",
)  # fmt: skip


@pytest.fixture
def scene(world: World) -> tuple[VendorRef, UserRef, Launched]:
    """A member who has a package open."""
    vendor = world.vendor("acme")
    member = world.user(Role.PARTNER_MEMBER, partnership=world.partnership(vendor))
    return vendor, member, launch(world, vendor, member)


def launch(world: World, vendor: VendorRef, member: UserRef) -> Launched:
    draft = make.make_draft(world, vendor, lessons=0, has_quiz=False)
    with world.acting(vendor) as actor:
        kept = keep_package(actor, io.BytesIO(zipped(FILES)), "course.zip")
        with transaction():
            lesson = add_package(actor, draft.version_public_id, kept)
    make.publish(world, vendor, draft)
    enrolment = make.enrol(world, vendor, member, draft)
    with world.acting(vendor, member) as actor, transaction():
        return launch_package(actor, enrolment.public_id, lesson.public_id)


def ask(client: FlaskClient, url: str, method: str = "GET", **more: object) -> TestResponse:
    parts = urlsplit(url)
    query = f"?{parts.query}" if parts.query else ""
    return client.open(parts.path + query, base_url=f"http://{parts.netloc}", method=method, **more)  # type: ignore[arg-type]


def test_player_and_files_are_served_with_headers_of_their_own(
    world: World, scene: tuple[VendorRef, UserRef, Launched]
) -> None:
    _vendor, member, opened = scene
    client = world.client(member)  # even who is signed in leaves no trace here
    player = ask(client, opened.url)
    assert player.status_code == 200
    policy = player.headers["Content-Security-Policy"]
    assert "script-src 'self';" in policy
    assert "frame-ancestors http://localhost" in policy
    page = ask(client, f"{opened.url}files/one.html")
    assert page.status_code == 200
    assert page.content_type == "text/html", "the content's own word on its encoding holds"
    policy = page.headers["Content-Security-Policy"]
    assert "connect-src 'self' data: blob:;" in policy
    assert "frame-ancestors 'self' http://localhost" in policy
    for answer in (player, page):
        assert "Set-Cookie" not in answer.headers
        assert "X-Frame-Options" not in answer.headers
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert ask(client, f"{opened.url}files/ONE.HTML").status_code == 200
    assert ask(client, f"{opened.url}files//media///clip.mp4").status_code == 200
    assert ask(client, f"{opened.url}files/media/clip.mp4").content_type == "video/mp4"


def test_parts_of_files_are_served(world: World, scene: tuple[VendorRef, UserRef, Launched]) -> None:
    opened = scene[2]
    client = world.client()
    address = f"{opened.url}files/data.bin"
    whole = ask(client, address)
    assert (whole.status_code, whole.data, whole.headers["Accept-Ranges"]) == (200, b"0123456789", "bytes")
    for asked, wanted, said in (
        ("bytes=2-4", b"234", "bytes 2-4/10"),
        ("bytes=7-", b"789", "bytes 7-9/10"),
        ("bytes=-2", b"89", "bytes 8-9/10"),
        ("bytes=5-500", b"56789", "bytes 5-9/10"),
    ):
        part = ask(client, address, headers={"Range": asked})
        assert (part.status_code, part.data) == (206, wanted)
        assert part.headers["Content-Range"] == said
        assert part.headers["Content-Length"] == str(len(wanted))
    beyond = ask(client, address, headers={"Range": "bytes=20-"})
    assert (beyond.status_code, beyond.headers["Content-Range"]) == (416, "bytes */10")
    assert ask(client, address, headers={"Range": "bytes=0-1,4-5"}).status_code == 200
    assert ask(client, address, headers={"Range": "nonsense"}).status_code == 200
    etag = whole.headers["ETag"]
    assert ask(client, address, headers={"If-None-Match": etag}).status_code == 304
    assert ask(client, address, headers={"Range": "bytes=0-1", "If-Range": etag}).status_code == 206
    assert ask(client, address, headers={"Range": "bytes=0-1", "If-Range": '"old"'}).status_code == 200
    head = ask(client, address, "HEAD")
    assert (head.status_code, head.data, head.headers["Content-Length"]) == (200, b"", "10")


def test_nothing_of_the_portal_is_there(world: World, scene: tuple[VendorRef, UserRef, Launched]) -> None:
    _vendor, member, opened = scene
    client = world.client(member)
    for path in ELSEWHERE:
        for method in ("GET", "POST", "PUT", "DELETE", "OPTIONS"):
            answer = ask(client, f"{opened.origin}{path}", method)
            assert answer.status_code == 404, (method, path)
            assert answer.text == ("There is nothing here.\n")
            assert "Set-Cookie" not in answer.headers
    for rest in (
        "files/",
        "files/none.html",
        "files/../../etc/passwd",
        "files/%2e%2e/x",
        "other/one.html",
        "x",
    ):
        assert ask(client, f"{opened.url}{rest}").status_code == 404, rest
    for method in ("POST", "PUT", "DELETE"):
        assert ask(client, f"{opened.url}files/one.html", method).status_code == 404


def test_the_portals_host_serves_no_file_of_a_package(
    world: World, scene: tuple[VendorRef, UserRef, Launched]
) -> None:
    _vendor, member, opened = scene
    path = urlsplit(opened.url).path
    for rest in ("", "files/one.html"):
        assert world.client(member).get(path + rest).status_code == 404


def test_a_token_is_signed_bound_and_ends(world: World, scene: tuple[VendorRef, UserRef, Launched]) -> None:
    vendor, member, opened = scene
    client = world.client()
    head, _slash, token = opened.url.rstrip("/").rpartition("/")
    assert ask(client, f"{head}/{token}/").status_code == 200
    for forged in (token[:-2] + "xx", token[2:], token.split(".")[0], f"{token}.x", "a" * 400):
        assert ask(client, f"{head}/{forged}/").status_code == 404
    other = opened.url.replace(opened.origin, opened.origin.replace("//", "//00000000-0000-7000-8000-"))
    assert ask(client, other).status_code == 404, "the token of one package opens no other's host"
    with (
        clock.travel(clock.now() + timedelta(minutes=19)),
        world.acting(vendor, member) as actor,
        transaction(),
    ):
        renew_launch(actor, opened.launch.public_id)
    with clock.travel(clock.now() + timedelta(minutes=30)):
        assert ask(client, opened.url).status_code == 200
    with clock.travel(clock.now() + timedelta(minutes=50)):
        assert ask(client, opened.url).status_code == 410
        assert ask(client, f"{opened.url}files/one.html").status_code == 410
        answer = world.client(member).post(f"/acme/training/launches/{opened.launch.public_id}/renew")
        assert answer.status_code == 409


def test_a_launch_belongs_to_who_opened_it(world: World, scene: tuple[VendorRef, UserRef, Launched]) -> None:
    vendor, _member, opened = scene
    other = world.user(Role.PARTNER_MEMBER, partnership=world.partnership(vendor, "Other"))
    for verb in ("renew", "save"):
        address = f"/acme/training/launches/{opened.launch.public_id}/{verb}"
        answer = world.client(other).post(
            address, data={"commit": '{"cmi": {}, "item": "I1", "sequence": 1}'}
        )
        assert answer.status_code == 404
    with world.acting(vendor):
        assert len(db.session.scalars(select(PackageLaunch)).all()) == 1


def test_settings_that_would_put_content_on_the_portals_host_are_refused(tmp_path: object) -> None:
    for url in ("http://localhost", "http://localhost:9000", "ftp://x.example", "http://x.example/path",
                "https://content.example", "http://x.{package}.example"):  # fmt: skip
        with pytest.raises(SettingError):
            load(settings(tmp_path, CONTENT_URL=url))  # type: ignore[arg-type]
    found = load(settings(tmp_path, CONTENT_URL="http://{package}.content.example"))  # type: ignore[arg-type]
    assert ".content.example" in found["TRUSTED_HOSTS"]
    real = settings(tmp_path, BASE_URL="https://portal.example")  # type: ignore[arg-type]
    assert load(real)["CONTENT_URL"] == "", "a real host is not guessed"
