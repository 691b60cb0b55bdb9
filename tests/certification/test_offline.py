"""Checking without the portal: a file and the issuer's keys are enough, and no byte can be changed."""

from __future__ import annotations

import io
import json
import os
import random
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PIL import Image

from prm.certification.credentials.checking import (
    Offline,
    OfflineVerdict,
    Reason,
    Unchecked,
    at_noon,
    check_offline,
)
from prm.certification.credentials.trust import BadTrust, read_trust
from prm.infra import clock
from prm.infra.baking import bake_png, bake_svg
from prm.permissions import Role
from tests.certification.conftest import Scene
from tests.certification.specimens import Files, download
from tests.certification.test_commands import flask
from tests.factories import World
from tests.factories import certification as certify
from tests.factories.certification import CertificateRef
from tests.infra.specimens import READ_QR, ROOT, checked_by, run

KINDS = ("pdf", "json", "png", "svg")


@pytest.fixture
def made(world: World, scene: Scene) -> CertificateRef:
    return certify.issue(world, scene.vendor, scene.scheme, scene.member)


@pytest.fixture
def files(world: World, scene: Scene, made: CertificateRef) -> Files:
    return download(world, scene, made)


def judge(content: bytes, files: Files, at: datetime | None = None, *, lists: bool = True) -> OfflineVerdict:
    trust = read_trust([files.keys], [files.status_list] if lists else [])
    return check_offline(content, trust, at or clock.now())


def qr_text(files: Files, folder: Path) -> str:
    """What a scanner reads from the printed page."""
    path = folder / "printed.pdf"
    path.write_bytes(files.pdf)
    run("pdftoppm", "-r", "200", "-png", "-singlefile", path, path.with_suffix(""))
    read = checked_by(READ_QR, path.with_suffix(".png"))
    assert isinstance(read, list)
    text: str = read[0][0]
    return text


def test_every_form_is_valid_and_says_the_same(files: Files, made: CertificateRef, tmp_path: Path) -> None:
    forms = {**files.by_kind(), "qr": qr_text(files, tmp_path).encode()}
    for kind, content in forms.items():
        told = judge(content, files)
        assert (told.verdict, told.kind, told.reasons) == (Offline.VALID, kind, ()), told
        stated = told.stated
        assert (stated["name"], stated["number"]) == ("Zoë Ångström", made.number)
        assert (stated["certification"], stated["level"]) == ("Nimbus Installer", "foundation")
        assert stated["issuer"] == "Acme GmbH" and told.revocation_as_of is not None
        assert Unchecked.REVOCATION not in told.unchecked and Unchecked.PERSON in told.unchecked
        assert (Unchecked.PRINTED_PAGE in told.unchecked) == (kind == "qr")


def test_without_a_status_list_it_says_that_revocation_is_unknown(files: Files) -> None:
    told = judge(files.json, files, lists=False)
    assert told.verdict is Offline.VALID and told.revocation_as_of is None
    assert told.unchecked[0] is Unchecked.REVOCATION


def test_a_revocation_shows_with_the_newest_list_and_with_no_older_one(
    world: World, scene: Scene, made: CertificateRef, files: Files, tmp_path: Path
) -> None:
    with clock.travel(clock.now() + timedelta(minutes=90)):
        certify.revoke(world, scene.vendor, made)
        newest = download(world, scene, made, despite="revoked")
    at = clock.now()
    text = qr_text(files, tmp_path).encode()
    for content in (*files.by_kind().values(), text):
        assert judge(content, files, at).verdict is Offline.VALID
        assert judge(content, newest, at).verdict is Offline.REVOKED
        # Of two lists the newer one counts, in whatever order they come.
        both = read_trust([files.keys], [newest.status_list, files.status_list])
        assert check_offline(content, both, at).verdict is Offline.REVOKED


def test_its_time_counts_on_the_day_asked_about(files: Files) -> None:
    until = datetime.fromisoformat(files.credential["validUntil"])
    for content in (files.json, files.pdf):
        assert judge(content, files, until).verdict is Offline.VALID
        assert judge(content, files, until + timedelta(seconds=1)).verdict is Offline.EXPIRED
        assert judge(content, files, datetime(2020, 1, 1, tzinfo=UTC)).verdict is Offline.NOT_YET


@pytest.mark.slow
@pytest.mark.parametrize("share", [8, pytest.param(1, marks=pytest.mark.deep)])
def test_no_flipped_byte_goes_unnoticed(files: Files, share: int) -> None:
    dice = random.Random(11)
    tried = 0
    for kind, content in files.by_kind().items():
        places: list[int] = dice.sample(range(len(content)), 150 // share)
        if kind == "json":
            places = list(range(0, len(content), share))
        if kind == "pdf":  # how the signature itself is written, up to its padding
            hole = content.index(b"/Contents") + 10
            places += dice.sample(range(hole, hole + 3100), 250 // share)
        for place in places:
            flipped = bytearray(content)
            flipped[place] ^= 1
            if kind in {"json", "svg"} and content[place : place + 1].isspace():
                continue  # what stands between the words of a JSON text is nobody's statement
            verdict = judge(bytes(flipped), files).verdict
            assert verdict not in {Offline.VALID, Offline.EXPIRED}, (kind, place, content[place : place + 20])
            tried += 1
    assert tried > 2000 // share


def test_what_somebody_else_signed_is_of_an_unknown_issuer(world: World, scene: Scene, files: Files) -> None:
    other = world.vendor("globex", name="Acme GmbH")  # the same name, another key
    scheme = certify.make_scheme(world, other, name="Nimbus Installer")
    staff = world.user(Role.CHANNEL_MANAGER, vendor=other)
    certify.issue(world, other, scheme, staff)
    keys = world.client().get(f"/issuers/{other.public_id}/keys.json").data
    trust = read_trust([keys])
    for content in files.by_kind().values():
        told = check_offline(content, trust, clock.now())
        assert (told.verdict, told.reasons) == (Offline.UNKNOWN_ISSUER, (Reason.KEY_UNKNOWN,))
        assert not told.stated
    with pytest.raises(BadTrust, match="not signed"):
        read_trust([keys], [files.status_list])


def test_a_credential_under_another_picture_is_altered(files: Files) -> None:
    with Image.open(io.BytesIO(files.png)) as drawn:
        drawn.putpixel((10, 10), (255, 0, 0, 255))
        saved = io.BytesIO()
        drawn.save(saved, "PNG")
    told = judge(bake_png(saved.getvalue(), files.json), files)
    assert (told.verdict, told.reasons) == (Offline.ALTERED, (Reason.PICTURE_CHANGED,))
    svg = b'<svg xmlns="http://www.w3.org/2000/svg"><text>Expert</text></svg>'
    assert judge(bake_svg(svg, files.json), files).verdict is Offline.ALTERED


def test_other_files_are_unreadable_and_nothing_crashes(files: Files) -> None:
    for content in (
        b"", b"hello", b"{}", b"[]", b'{"proof": 1}', b'{"proof": [{}]}', b"%PDF-1.7 nothing",
        b"\x89PNG\r\n\x1a\n", b"<svg></svg>", b"http://localhost/verify/ABC#XYZ", b"\xff\xfe\x00",
        b"[" * 100_000, b"{" * 100_000, b'{"proof": ' + b"[" * 50_000, b"a" * 10_000_001,
    ):  # fmt: skip
        verdict = judge(content, files).verdict
        assert verdict in {Offline.UNREADABLE, Offline.ALTERED, Offline.UNKNOWN_ISSUER}, content[:20]


def test_what_is_not_a_file_of_keys_or_a_list_is_refused(files: Files) -> None:
    forged = json.loads(files.status_list)
    forged["credentialSubject"]["encodedList"] = forged["credentialSubject"]["encodedList"][:-4] + "AAAA"
    damaged = json.loads(files.keys)
    damaged["keys"][0]["publicKeyMultibase"] = "zzz"
    for keys, lists in (
        (b"{}", ()), (b"no", ()), (json.dumps(damaged).encode(), ()),
        (files.keys, (b"{}",)), (files.keys, (files.json,)), (files.keys, (json.dumps(forged).encode(),)),
    ):  # fmt: skip
        with pytest.raises(BadTrust):
            read_trust([keys], lists)


def test_the_command_checks_with_the_network_off_and_no_database(
    world: World, scene: Scene, made: CertificateRef, files: Files, tmp_path: Path
) -> None:
    """In a network namespace of its own that has nothing in it, with an empty data folder."""
    for kind, content in files.by_kind().items():
        (tmp_path / f"c.{kind}").write_bytes(content)
    (tmp_path / "c.txt").write_text(qr_text(files, tmp_path))
    (tmp_path / "keys.json").write_bytes(files.keys)
    (tmp_path / "list.json").write_bytes(files.status_list)

    def verify(name: str, *more: str) -> tuple[int, dict[str, object]]:
        command = [
            sys.executable, "-m", "flask", "--app", "prm", "certification", "verify", str(tmp_path / name),
            "--keys", str(tmp_path / "keys.json"), "--json", *more,
        ]  # fmt: skip
        alone = ["unshare", "--net"] if can_unshare() else []
        environ = {
            **{k: v for k, v in os.environ.items() if not k.startswith("DATABASE")},
            "SECRET_KEY": "another installation's secret key, of 48 letters",
            "DATA_DIR": str(tmp_path / "nothing"),
        }
        done = subprocess.run(
            [*alone, *command], cwd=ROOT, env=environ, capture_output=True, text=True, check=False
        )
        assert done.stdout, done.stderr
        return done.returncode, json.loads(done.stdout)

    lists = ("--status-list", str(tmp_path / "list.json"))
    code, told = verify("c.pdf", *lists)
    assert (code, told["status"], told["name"]) == (0, "valid", "Zoë Ångström"), told
    assert verify("c.txt", *lists)[1]["status"] == "valid"
    code, told = verify("c.json", "--on", "2090-01-01")
    assert (code, told["status"], told["revocation_as_of"]) == (1, "expired", None)
    assert "revocation" in told["not_checked"]  # type: ignore[operator]
    assert not (tmp_path / "nothing" / "prm.sqlite").exists()


def can_unshare() -> bool:
    return subprocess.run(["unshare", "--net", "true"], capture_output=True, check=False).returncode == 0


def test_the_commands_write_what_the_check_reads(
    world: World, scene: Scene, made: CertificateRef, files: Files, tmp_path: Path
) -> None:
    keys, lists, badge = tmp_path / "keys.json", tmp_path / "list.json", tmp_path / "badge.svg"
    badge.write_bytes(files.svg)
    assert flask(world, "keys", "export", "--vendor", "acme", "--out", keys).exit_code == 0
    told = json.loads(flask(world, "status-list", "--vendor", "acme", "--out", lists, "--json").output)
    assert told["lists"] == 1 and told["status_list"] == json.loads(lists.read_text())
    checked = flask(world, "verify", badge, "--keys", keys, "--status-list", lists)
    assert checked.exit_code == 0, checked.output
    assert checked.output.splitlines()[0] == "valid" and "not checked: person" in checked.output
    certify.revoke(world, scene.vendor, made)
    flask(world, "status-list", "--vendor", "acme", "--out", lists)
    revoked = flask(world, "verify", badge, "--keys", keys, "--status-list", lists, "--json")
    assert revoked.exit_code == 1 and json.loads(revoked.output)["status"] == "revoked"
    assert flask(world, "verify", badge, "--status-list", lists).exit_code == 1
    assert "--on takes a day" in flask(world, "verify", badge, "--keys", keys, "--on", "soon").stderr
    assert flask(world, "status-list", "--vendor", "acme", "--number", "7").exit_code == 1
    online = flask(world, "verify", badge)
    assert online.exit_code == 1 and online.output.splitlines()[0] == "revoked"


def test_a_day_is_judged_at_its_noon() -> None:
    assert at_noon(datetime(2026, 1, 31, tzinfo=UTC).date()) == datetime(2026, 1, 31, 12, tzinfo=UTC)
