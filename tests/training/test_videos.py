"""Videos, files and links as lessons: what is taken, what is served, what counts as done."""

from __future__ import annotations

import io
import struct
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from prm.errors import DomainError
from prm.extensions import db
from prm.infra import clock
from prm.infra.db import transaction
from prm.permissions import Role
from prm.training.models import Enrolment, EnrolmentStatus
from prm.training.models.content import VideoProgress
from prm.training.services import content
from prm.training.services.watching import report_watched
from prm.training.videos import join_spans, read_captions, read_video
from tests.factories import World
from tests.factories import training as make
from tests.factories.world import UserRef, VendorRef

CAPTIONS = b"WEBVTT\n\n00:00.000 --> 00:02.000\nHello <i>there</i>\n"


def mp4(seconds: int = 100, *, is_late: bool = False) -> bytes:
    """As much of an MP4 as says how long it is; `is_late` puts that after the pictures."""

    def box(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I4s", len(body) + 8, kind) + body

    header = b"\0" * 12 + struct.pack(">II", 1000, seconds * 1000) + b"\0" * 80
    movie, pictures = box(b"moov", box(b"mvhd", header)), box(b"mdat", b"\0" * 500)
    parts = (pictures, movie) if is_late else (movie, pictures)
    return box(b"ftyp", b"isom\0\0\2\0isomiso2") + b"".join(parts)


def webm(seconds: float | None = 100) -> bytes:
    def element(name: str, body: bytes) -> bytes:
        return bytes.fromhex(name) + (0x1000_0000 | len(body)).to_bytes(4, "big") + body

    length = element("4489", struct.pack(">d", seconds * 1000)) if seconds is not None else b""
    info = element("1549a966", element("2ad7b1", (1_000_000).to_bytes(3, "big")) + length)
    return element("1a45dfa3", element("4282", b"webm")) + element("18538067", info)


@pytest.mark.parametrize(
    ("made", "wanted"),
    [
        (mp4(100), ("video/mp4", 100_000)),
        (mp4(61, is_late=True), ("video/mp4", 61_000)),
        (webm(12.5), ("video/webm", 12_500)),
    ],
)
def test_length_is_read_from_the_file(made: bytes, wanted: tuple[str, int]) -> None:
    assert read_video(io.BytesIO(made), len(made)) == wanted


@pytest.mark.parametrize(
    "made",
    [b"", b"GIF89a..........", mp4(0), webm(None), mp4()[:20], webm()[:20], b"\0\0\0\x18ftyp" + b"\xff" * 90,
     b"\x1a\x45\xdf\xa3" + b"\xff" * 90, mp4(10**6)],
)  # fmt: skip
def test_what_is_no_video_or_does_not_say_its_length_is_refused(world: World, made: bytes) -> None:
    with world.app.test_request_context(), pytest.raises(DomainError) as caught:
        read_video(io.BytesIO(made), len(made))
    assert "file" in caught.value.fields


def test_captions_are_webvtt(world: World) -> None:
    assert read_captions(b"\xef\xbb\xbf" + CAPTIONS.replace(b"\n", b"\r\n")).startswith("WEBVTT\n")
    with world.app.test_request_context():
        for bad in (
            b"",
            b"1\n00:00:01,000 --> 00:00:02,000\nx",
            b"WEBVTT\n\nno times",
            b"\xff\xfe",
            b"WEBVTTX\n",
        ):
            with pytest.raises(DomainError) as caught:
                read_captions(bad)
            assert "captions" in caught.value.fields


def test_spans_are_joined() -> None:
    assert join_spans([(5, 9), (0, 3)], [(3, 5), (20, 20), (30, 25), (8, 10)]) == [(0, 10)]


Scene = tuple[VendorRef, UserRef, Any, Any, Any]


@pytest.fixture
def scene(world: World) -> Scene:
    """A member in a course of one video of 100 seconds, of which 90 percent must be watched."""
    vendor = world.vendor("acme")
    member = world.user(Role.PARTNER_MEMBER, partnership=world.partnership(vendor))
    draft = make.make_draft(world, vendor, lessons=0, has_quiz=False)
    with world.acting(vendor) as actor, transaction():
        kept = content.keep_video(actor, io.BytesIO(mp4()), "C:\\clips\\intro.mp4")
        lesson = content.add_video(
            actor,
            draft.version_public_id,
            kept,
            title="Intro",
            captions={"en": CAPTIONS},
            transcript="# Said",
        ).public_id
    make.publish(world, vendor, draft)
    enrolment = make.enrol(world, vendor, member, draft).public_id
    return vendor, member, draft, lesson, enrolment


def watch(world: World, scene: Scene, spans: list, position: int = 0) -> bool:
    vendor, member, _draft, lesson, enrolment = scene
    with world.acting(vendor, member) as actor, transaction():
        return report_watched(actor, enrolment, lesson, spans, position)[1]


def watched(world: World, scene: Scene) -> VideoProgress:
    with world.acting(scene[0]):
        return db.session.scalars(select(VideoProgress)).one()


def test_a_video_is_done_by_the_share_that_was_watched(world: World, scene: Scene) -> None:
    start = clock.now()
    done = []
    for n in range(10):
        with clock.travel(start + timedelta(seconds=10 * n)):
            done.append(watch(world, scene, [[10_000 * n, 10_000 * n + 10_000]], 10_000 * n))
    assert done == [False] * 8 + [True] * 2
    with world.acting(scene[0]):
        assert db.session.scalars(select(Enrolment)).one().status is EnrolmentStatus.COMPLETED


def test_watching_a_part_twice_counts_once(world: World, scene: Scene) -> None:
    start = clock.now()
    for n in range(20):
        with clock.travel(start + timedelta(seconds=10 * n)):
            assert not watch(world, scene, [[0, 10_000]])
    assert watched(world, scene).watched == [[0, 10_000]]


def test_nobody_watches_faster_than_the_clock(world: World, scene: Scene) -> None:
    assert not watch(world, scene, [[0, 100_000]], 100_000)
    assert watched(world, scene).watched_milliseconds == 20_000
    assert not watch(world, scene, [[0, 100_000]], 100_000)
    assert watched(world, scene).watched_milliseconds < 21_000


def test_the_pages_of_a_video(world: World, scene: Scene) -> None:
    _vendor, member, draft, lesson, _enrolment = scene
    client = world.client(member)
    page = client.get(f"/acme/training/courses/{draft.public_id}/lessons/{lesson}").text
    assert 'kind="captions"' in page and "Transcript" in page and "90%" in page
    address = f"/acme/training/lessons/{lesson}/video"
    part = client.get(address, headers={"Range": "bytes=4-7"})
    assert (part.status_code, part.data, part.mimetype) == (206, b"ftyp", "video/mp4")
    assert part.headers["Content-Security-Policy"].startswith("sandbox")
    captions = client.get(f"/acme/training/lessons/{lesson}/captions/en")
    assert (captions.status_code, captions.data) == (200, CAPTIONS)
    assert client.get(f"/acme/training/lessons/{lesson}/captions/xx").status_code == 404
    base = f"/acme/training/courses/{draft.public_id}/lessons/{lesson}"
    assert client.post(f"{base}/done").status_code == 409
    answer = client.post(f"{base}/watched", data={"spans": "[[0, 5000]]", "position": "5000"})
    assert (answer.status_code, answer.json["watched"]) == (200, 5000)
    assert 'data-position="5000"' in client.get(base).text
    for bad in ("", "x", "{}", "[[1]]", '[["a", 1]]', "[[0, 1e9]]", "[[-5, 3]]", "[" * 5000):
        answer = client.post(f"{base}/watched", data={"spans": bad}, headers={"Accept": "application/json"})
        assert answer.status_code == 422, bad


def test_who_is_not_enrolled_gets_neither_video_nor_file(world: World, scene: Scene) -> None:
    vendor, _member, _draft, lesson, _enrolment = scene
    other = world.user(Role.PARTNER_MEMBER, partnership=world.partnership(vendor, "Other"))
    assert world.client(other).get(f"/acme/training/lessons/{lesson}/video").status_code == 404
    author = world.user(Role.CONTENT_AUTHOR, vendor=vendor)
    assert world.client(author).get(f"/acme/training/lessons/{lesson}/video").status_code == 200
    assert world.client(author).get(f"/acme/training/lessons/{lesson}/file").status_code == 404


def test_files_and_links_are_done_by_the_persons_word(world: World) -> None:
    vendor = world.vendor("acme")
    member = world.user(Role.PARTNER_MEMBER, partnership=world.partnership(vendor))
    draft = make.make_draft(world, vendor, lessons=0, has_quiz=False)
    author = world.client(world.user(Role.CONTENT_AUTHOR, vendor=vendor))
    new = f"/acme/training/versions/{draft.version_public_id}/content"
    sent = author.post(f"{new}/file", data={"file": (io.BytesIO(b"%PDF-1.7 x"), "sheet.pdf"), "revision": ""})
    assert sent.status_code == 303
    bad = author.post(f"{new}/link", data={"title": "L", "url": "javascript:alert(1)", "revision": ""})
    assert bad.status_code == 422 and "Enter a web address" in bad.text
    link = author.post(f"{new}/link", data={"title": "L", "url": "https://example.com/a", "revision": ""})
    assert link.status_code == 303
    make.publish(world, vendor, draft)
    make.enrol(world, vendor, member, draft)
    client = world.client(member)
    page = client.get(f"/acme/training/courses/{draft.public_id}/continue", follow_redirects=True)
    assert "sheet.pdf" in page.text
    lesson = page.request.path.rpartition("/")[2]
    file = client.get(f"/acme/training/lessons/{lesson}/file")
    assert (file.status_code, file.data) == (200, b"%PDF-1.7 x")
    assert file.headers["Content-Disposition"].startswith("attachment")
    page = client.post(f"{page.request.path}/done", follow_redirects=True)
    assert 'href="https://example.com/a"' in page.text and "noopener" in page.text
    page = client.post(f"{page.request.path}/done", follow_redirects=True)
    assert "You have completed this course." in page.text


def test_large_files_are_taken_where_content_is_uploaded_and_nowhere_else(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(world.app.config, "MAX_CONTENT_LENGTH", 3000)
    monkeypatch.setitem(world.app.config, "MAX_CONTENT_BYTES", 6000)
    vendor = world.vendor("acme")
    draft = make.make_draft(world, vendor, lessons=0, has_quiz=False)
    author = world.client(world.user(Role.CONTENT_AUTHOR, vendor=vendor))
    place = f"/acme/training/versions/{draft.version_public_id}/content/file"

    def send(client: Any, address: str, size: int) -> int:
        sent = {
            "file": (io.BytesIO(b"%PDF-1.7 " + b"x" * size), "sheet.pdf"),
            "image": (io.BytesIO(b"x"), "x"),
        }
        return client.post(address, data=sent).status_code

    assert send(author, place, 4000) == 303
    assert send(author, place, 7000) == 413
    assert send(author, f"/acme/training/courses/{draft.public_id}/images", 4000) == 413
    assert send(world.client(), place, 4000) == 413, "nobody who is not signed in sends large files"
