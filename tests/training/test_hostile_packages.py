"""Zips made to harm: each is refused with its reason, and nothing of it is kept."""

from __future__ import annotations

import io
import stat
import struct
import zipfile
from pathlib import Path

import pytest
from sqlalchemy import func, select

from prm.errors import DomainError
from prm.extensions import db
from prm.infra.zipfiles import ZipLimits, checking
from prm.training.models.content import ContentPackage
from prm.training.services.packages import keep_package
from prm.vendors.models import StoredFile
from tests.factories import World
from tests.factories.packages import SCO_PAGE, manifest_12, zipped

GOOD = {"imsmanifest.xml": manifest_12(), "one.html": SCO_PAGE}


def with_name(name: bytes) -> bytes:
    """A package with one more file, whose name is these bytes."""
    stand_in = "z" * len(name)
    return zipped({**GOOD, stand_in: "x"}).replace(stand_in.encode(), name)


def with_entry(name: str, **changes: int) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for path, content in GOOD.items():
            archive.writestr(path, content)
        entry = zipfile.ZipInfo(name)
        entry.create_system = 3
        for key, value in changes.items():
            setattr(entry, key, value)
        archive.writestr(entry, "/etc/passwd")
    return stream.getvalue()


def encrypted() -> bytes:
    made = bytearray(zipped(GOOD))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = made.find(mark)
        made[place + offset] |= 1
    return bytes(made)


def overlapping() -> bytes:
    """Two entries of the directory that read the same bytes."""
    made = zipped({**GOOD, "two.html": "x" * 5000})
    place = made.rfind(b"PK\x01\x02")
    first = made.find(b"PK\x01\x02")
    offset = struct.unpack("<L", made[first + 42 : first + 46])[0]
    return made[: place + 42] + struct.pack("<L", offset) + made[place + 46 :]


def bomb() -> bytes:
    return zipped({**GOOD, "zeros.bin": b"\0" * (40 * 1024 * 1024)})


HOSTILE = {
    "leads up": (zipped({**GOOD, "../evil.html": "x"}), "leads out of the package"),
    "leads up inside": (zipped({**GOOD, "a/../../evil.html": "x"}), "leads out of the package"),
    "leads up by backslashes": (with_name(b"..\\..\\evil.html"), "leads out of the package"),
    "leads up with blanks": (zipped({**GOOD, "a/.. /evil.html": "x"}), "leads out of the package"),
    "absolute": (with_name(b"/etc/cron.d/evil"), "absolute path"),
    "absolute by backslash": (with_name(b"\\evil.html"), "absolute path"),
    "a drive": (with_name(b"C:\\Windows\\evil.html"), "absolute path"),
    "a share": (with_name(b"\\\\server\\share\\evil"), "absolute path"),
    "a NUL": (with_name(b"one.html\0.png"), "control characters"),
    "a line end": (with_name(b"one\nevil.html"), "control characters"),
    "a symbolic link": (with_entry("link", external_attr=(stat.S_IFLNK | 0o777) << 16), "symbolic link"),
    "a device": (
        with_entry("dev", external_attr=(stat.S_IFBLK | 0o666) << 16),
        "neither a file nor a folder",
    ),
    "case twins": (zipped({**GOOD, "ONE.html": "x"}), "upper and lower case"),
    "composed twins": (zipped({**GOOD, "\u00e9.html": "x", "e\u0301.html": "x"}), "upper and lower case"),
    "file and folder": (zipped({**GOOD, "one.html/evil.js": "x"}), "as a file and as a folder"),
    "encrypted": (encrypted(), "encrypted"),
    "overlapping": (overlapping(), "made to fill up"),
    "a bomb": (bomb(), "made to fill up"),
    "a long path": (zipped({**GOOD, "a/" * 300 + "x": "x"}), "at most 400 characters"),
    "no zip": (b"GIF89a", "not a zip file"),
    "nothing": (b"", "not a zip file"),
    "an empty zip": (zipped({}), "empty"),
    "cut short": (zipped(GOOD)[:-30], "not a zip file"),
    "without a manifest": (zipped({"index.html": "x"}), "no imsmanifest.xml"),
    "two packages": (
        zipped({f"{place}/{name}": text for place in "ab" for name, text in GOOD.items()}),
        "side by side",
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_package_is_refused_with_its_reason(world: World, name: str) -> None:
    content, said = HOSTILE[name]
    vendor = world.vendor("acme")
    store = Path(world.app.config["FILES_URL"])
    before = sorted(store.rglob("*")) if store.exists() else []
    with world.acting(vendor) as actor:
        with pytest.raises(DomainError) as caught:
            keep_package(actor, io.BytesIO(content), "evil.zip")
        assert said in str(caught.value)
        assert caught.value.fields["file"] == str(caught.value)
        assert db.session.execute(select(func.count(StoredFile.id))).scalar_one() == 0
        assert db.session.execute(select(func.count(ContentPackage.id))).scalar_one() == 0
    assert (sorted(store.rglob("*")) if store.exists() else []) == before, "nothing is written"


def test_a_damaged_file_is_found_before_the_first_is_kept(world: World) -> None:
    content = bytearray(zipped({**GOOD, "zz.bin": bytes(range(256)) * 40}))
    place = content.find(b"zz.bin") + 6
    content[place + 3] ^= 0xFF
    store = Path(world.app.config["FILES_URL"])
    before = sorted(store.rglob("*")) if store.exists() else []
    with world.acting(world.vendor("acme")) as actor, pytest.raises(DomainError) as caught:
        keep_package(actor, io.BytesIO(bytes(content)), "broken.zip")
    assert "damaged" in str(caught.value)
    assert (sorted(store.rglob("*")) if store.exists() else []) == before


def test_the_number_and_the_size_of_files_have_their_limits(world: World) -> None:
    content = zipped({f"{n}.txt": "x" * 100 for n in range(20)})
    with world.app.test_request_context():
        for limits, said in (
            (ZipLimits(files=19), "holds 20 files"),
            (ZipLimits(size=1999), "at most"),
            (ZipLimits(file_size=99), "at most"),
        ):
            with (
                pytest.raises(DomainError) as caught,
                checking(io.BytesIO(content), limits),
            ):
                pass
            assert said in str(caught.value)


def test_a_zip_in_a_package_stays_a_file(world: World) -> None:
    inner = zipped({"../../evil.html": "x"})
    with world.acting(world.vendor("acme")) as actor:
        kept = keep_package(actor, io.BytesIO(zipped({**GOOD, "more/inner.zip": inner})), "a.zip")
    assert {each.path: each.size for each in kept.files}["more/inner.zip"] == len(inner)
