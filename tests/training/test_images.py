"""Images of lessons: pictures and nothing else."""

from __future__ import annotations

import io
import struct
import zlib

import pytest
from PIL import Image

from prm.errors import DomainError
from prm.permissions import Role
from prm.training.images import MAX_BYTES, SHOWN_WIDTH, read_picture
from tests.factories import World
from tests.factories import training as make


def picture(
    kind: str = "PNG", size: tuple[int, int] = (40, 30), mode: str = "RGB", **options: object
) -> bytes:
    written = io.BytesIO()
    Image.new(mode, size, 128 if mode == "L" else None).save(written, kind, **options)
    return written.getvalue()


def png_claiming(width: int, height: int) -> bytes:
    """A PNG whose header claims a size that its data does not have."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"0"))
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    ("kind", "mode"),
    [
        ("PNG", "RGBA"),
        ("PNG", "P"),
        ("PNG", "L"),
        ("JPEG", "RGB"),
        ("JPEG", "CMYK"),
        ("WEBP", "RGB"),
        ("GIF", "P"),
    ],
)
def test_every_kind_becomes_webp(kind: str, mode: str) -> None:
    kept = read_picture(picture(kind, mode=mode))
    with Image.open(io.BytesIO(kept.content)) as image:
        assert (image.format, image.size) == ("WEBP", (40, 30))


def test_only_pixels_are_kept() -> None:
    exif = Image.Exif()
    exif[0x010E] = "SECRETPLACE"
    kept = read_picture(picture("JPEG", exif=exif) + b"<script>alert(1)</script>")
    assert b"SECRETPLACE" not in kept.content and b"script" not in kept.content
    assert b"EXIF" not in kept.content


def test_a_photo_stands_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # lying on its side
    kept = read_picture(picture("JPEG", (60, 20), exif=exif))
    assert (kept.width, kept.height) == (20, 60)


def test_a_wide_image_is_made_to_fit() -> None:
    kept = read_picture(picture(size=(4000, 1000)))
    assert (kept.width, kept.height) == (SHOWN_WIDTH, 400)


def test_an_animation_shows_its_first_frame() -> None:
    written = io.BytesIO()
    frames = [Image.new("RGB", (10, 10), colour) for colour in ("red", "blue")]
    frames[0].save(written, "GIF", save_all=True, append_images=frames[1:])
    with Image.open(io.BytesIO(read_picture(written.getvalue()).content)) as image:
        assert getattr(image, "n_frames", 1) == 1


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not an image",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"%PDF-1.7",
        b"%!PS-Adobe-3.0 EPSF-3.0",
        picture("BMP"),
        picture("TIFF"),
        picture("ICO"),
        picture()[:36],
        picture("JPEG")[:200],
        b"GIF89a" + b"\xff" * 100,
        b"RIFF\x00\x00\x00\x00WEBPVP8 ",
        png_claiming(60_000, 60_000),
        png_claiming(5_100, 5_000),
        b"\x00" * (MAX_BYTES + 1),
    ],
    ids=range(15),
)
def test_what_is_no_image_or_too_large_is_refused_with_a_reason(content: bytes) -> None:
    with pytest.raises(DomainError) as caught:
        read_picture(content)
    assert set(caught.value.fields) == {"image"}


def test_an_image_is_uploaded_shown_in_a_lesson_and_served_as_an_image(world: World) -> None:
    vendor = world.vendor("acme")
    course = make.make_draft(world, vendor, lessons=0)
    author = world.client(world.user(Role.CONTENT_AUTHOR, vendor=vendor))
    page = f"/acme/training/courses/{course.public_id}/images"
    answer = author.post(page, data={"image": (io.BytesIO(picture()), "lamp.png"), "alt": "A [red] lamp"})
    assert answer.status_code == 303
    listed = author.get(page).text
    line = listed.split('data-copy="')[1].split('"')[0]
    assert line.startswith("![A red lamp](image:")
    author.post(
        f"/acme/training/versions/{course.version_public_id}/lessons/new",
        data={"title": "Lamps", "body": f"Look:\n\n{line}"},
    )
    make.publish(world, vendor, course)
    member = world.user(Role.PARTNER_MEMBER, partnership=world.partnership(vendor))
    enrolment = make.enrol(world, vendor, member, course)
    assert enrolment.course_version_id == course.version_id
    learner = world.client(member)
    shown = learner.get(f"/acme/training/courses/{course.public_id}/continue", follow_redirects=True).text
    address = shown.split('<img src="')[1].split('"')[0]
    image = learner.get(address)
    assert image.mimetype == "image/webp"
    assert image.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in image.headers["Content-Security-Policy"]
    world.vendor("globex")
    stranger = world.client(
        world.user(Role.PARTNER_MEMBER, partnership=world.partnership(world.vendor("initech")))
    )
    assert stranger.get(address.replace("/acme/", "/initech/")).status_code == 404


def test_an_upload_without_words_or_image_keeps_what_was_typed(world: World) -> None:
    vendor = world.vendor("acme")
    course = make.make_draft(world, vendor)
    author = world.client(world.user(Role.CONTENT_AUTHOR, vendor=vendor))
    page = f"/acme/training/courses/{course.public_id}/images"
    for form in (
        {"image": (io.BytesIO(b"no image"), "x.png"), "alt": "Words kept"},
        {"alt": "Words kept"},
        {"image": (io.BytesIO(picture()), "../../x.png"), "alt": ""},
    ):
        answer = author.post(page, data=form)
        assert answer.status_code == 422
        assert form["alt"] == "" or "Words kept" in answer.text
