"""`flask certification`: issue by decision, verify a file, print the roots."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from click.testing import Result

from tests.certification.conftest import Scene
from tests.factories import World
from tests.factories import certification as certify
from tests.factories.accreditations import make_accreditation
from tests.infra.specimens import run


def flask(world: World, *arguments: str | Path) -> Result:
    return world.app.test_cli_runner().invoke(args=["certification", *map(str, arguments)])


def issue(world: World, scene: Scene, *more: str | Path, **changes: str) -> Result:
    options = {
        "vendor": "acme", "certification": "Nimbus Installer", "user": scene.member.email,
        "reason": "Exam on site", **changes,
    }  # fmt: skip
    pairs = [part for name, value in options.items() for part in (f"--{name}", value)]
    return flask(world, "issue", *pairs, *more)


def test_a_certificate_is_issued_written_and_verified(world: World, scene: Scene, tmp_path: Path) -> None:
    out = tmp_path / "certificate.pdf"
    result = issue(world, scene, "--out", out, "--json")
    assert result.exit_code == 0, result.output
    told = json.loads(result.output)
    assert told["number"].startswith("ACME-") and told["name"] == "Zoë Ångström"
    assert told["verify_url"] == f"http://localhost/verify/{told['code']}"
    assert told["file"] == str(out) and out.read_bytes().startswith(b"%PDF")
    verified = flask(world, "verify", out, "--json")
    assert verified.exit_code == 0
    report = json.loads(verified.output)
    assert {**report, "issued_on": "", "expires_on": ""} == {
        "status": "valid", "certificate_status": "valid", "number": told["number"], "name": "Zoë Ångström",
        "certification": "Nimbus Installer", "level": "foundation", "issuer": "Acme GmbH",
        "partner": "Northwind", "issued_on": "", "expires_on": "", "revoked_on": None, "withdrawn_on": None,
        "renewed_by": None, "renewed_on": None,
        "sha256": hashlib.sha256(out.read_bytes()).hexdigest(), "problems": [],
    }  # fmt: skip
    assert (report["issued_on"], report["expires_on"]) == (told["issued_on"], told["expires_on"])
    downloaded = world.client(scene.member).get(f"/acme/certification/{told['id']}/files/a4")
    assert downloaded.data == out.read_bytes()


def test_a_certification_is_named_by_name_or_id(world: World, scene: Scene) -> None:
    assert issue(world, scene, certification="nimbus installer").exit_code == 0
    again = issue(world, scene, certification=str(scene.scheme.public_id))
    assert again.exit_code == 1 and "already holds" in again.stderr


def test_what_cannot_be_issued_is_one_line_on_stderr(world: World, scene: Scene, tmp_path: Path) -> None:
    for changes, message in (
        ({"vendor": "nobody"}, "no vendor 'nobody'"),
        ({"certification": "Unknown"}, "There are: Nimbus Installer"),
        ({"user": "nobody@example.com"}, "Nobody with the address"),
        ({"reason": "  "}, "Give a reason"),
    ):
        result = issue(world, scene, **changes)
        assert (result.exit_code, result.stdout) == (1, "") and message in result.stderr, result.stderr
    result = issue(world, scene, "--out", tmp_path / "no" / "such" / "folder.pdf")
    assert result.exit_code == 1 and "is issued, but" in result.stderr


def test_verify_says_altered_unknown_and_unreadable(world: World, scene: Scene, tmp_path: Path) -> None:
    out = tmp_path / "certificate.pdf"
    issue(world, scene, "--out", out)
    content = bytearray(out.read_bytes())
    content[len(content) // 2] ^= 1
    out.write_bytes(content)
    altered = flask(world, "verify", out)
    assert altered.exit_code == 1 and altered.output.splitlines()[0] == "altered"
    assert "changed after it was signed" in altered.output
    assert json.loads(flask(world, "verify", out, "--json").output)["problems"] == ["altered"]
    out.write_bytes(b"%PDF-1.7 nothing of ours")
    unknown = flask(world, "verify", out, "--json")
    assert unknown.exit_code == 1
    assert json.loads(unknown.output) == {
        "status": "unknown", "problems": ["unsigned"], "sha256": hashlib.sha256(out.read_bytes()).hexdigest(),
    }  # fmt: skip
    missing = flask(world, "verify", tmp_path / "missing.pdf")
    assert missing.exit_code == 1 and "cannot be read" in missing.stderr


def test_the_printed_root_is_what_other_programs_trust(world: World, scene: Scene, tmp_path: Path) -> None:
    early = flask(world, "roots", "--vendor", "acme")
    assert early.exit_code == 1 and "no signing key yet" in early.stderr
    certify.issue(world, scene.vendor, scene.scheme, scene.member)
    root = flask(world, "roots", "--vendor", "acme")
    (tmp_path / "root.pem").write_text(root.output)
    said = run("openssl", "x509", "-noout", "-subject", "-in", tmp_path / "root.pem")
    assert "Acme GmbH Certification Root" in said


def test_every_command_documents_itself(world: World) -> None:
    for command in ("issue", "verify", "roots"):
        result = flask(world, command, "--help")
        assert result.exit_code == 0 and "Usage:" in result.output


def test_a_certificate_is_revoked_by_its_number(world: World, scene: Scene) -> None:
    made = certify.issue(world, scene.vendor, scene.scheme, scene.member)
    arguments = ("revoke", made.number.lower(), "--vendor", "acme", "--reason", "A mistake", "--json")
    done = flask(world, *arguments)
    assert done.exit_code == 0 and json.loads(done.output)["number"] == made.number
    assert world.client().get(f"/verify/{made.code}.json").json["status"] == "revoked"
    again = flask(world, *arguments)
    assert again.exit_code == 1 and "revoked already" in again.stderr
    unknown = flask(world, "revoke", "ACME-1", "--vendor", "acme", "--reason", "A mistake")
    assert unknown.exit_code == 1 and "no certificate" in unknown.stderr


def test_accreditations_are_listed_and_looked_at_by_command(world: World, scene: Scene) -> None:
    made = certify.issue(world, scene.vendor, scene.scheme, scene.member)
    make_accreditation(world, scene.vendor)
    run_it = world.app.test_cli_runner().invoke
    listed = json.loads(run_it(args=["accreditations", "list", "--vendor", "acme", "--json"]).output)
    assert [(row["company"], row["state"], row["hangs_on"]) for row in listed] == [("Northwind", "holds", 1)]
    assert "Zoë" not in str(listed)
    done = run_it(args=["accreditations", "refresh", "--vendor", "acme", "--json"])
    assert json.loads(done.output) == {"awarded": 0, "ended": 0}
    certify.revoke(world, scene.vendor, made)
    assert run_it(args=["accreditations", "list", "--vendor", "acme"]).output == ""
    assert "ended" in run_it(args=["accreditations", "list", "--vendor", "acme", "--all"]).output
