"""Certificates issued through the portal, judged by programs that are not ours.

In three scripts and both paper sizes, downloaded as their holders get them.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from sqlalchemy import select

from prm.extensions import db
from prm.infra.db import transaction
from prm.permissions import Role
from prm.vendors.identity import set_logo
from prm.vendors.models import SigningKey, Vendor
from tests.certification.conftest import Scene
from tests.factories import World
from tests.factories import certification as certify
from tests.factories.marketing import png
from tests.infra.specimens import COMPLIANCE, READ_QR, checked_by, openssl_says, pyhanko_says, run

PEOPLE = {"latin": "Zoë Ångström", "japanese": "山田太郎", "arabic": "محمد العلي"}


@pytest.fixture
def issued(world: World, scene: Scene, tmp_path: Path) -> dict[str, str]:
    """A file for each name and paper in tmp_path; gives the code that stands on it."""
    codes = {}
    for script, name in PEOPLE.items():
        person = world.user(Role.PARTNER_MEMBER, partnership=scene.company, name=name)
        made = certify.issue(world, scene.vendor, scene.scheme, person)
        client = world.client(person)
        client.post(f"/acme/certification/{made.public_id}/files", data={"paper": "letter"})
        for paper in ("a4", "letter"):
            answer = client.get(f"/acme/certification/{made.public_id}/files/{paper}")
            (tmp_path / f"{script}-{paper}.pdf").write_bytes(answer.data)
            codes[f"{script}-{paper}"] = made.code
    with world.acting(scene.vendor):
        (tmp_path / "ca.pem").write_bytes(db.session.scalars(select(SigningKey.ca_pem)).one())
    return codes


def test_every_issued_certificate_passes_every_validator(issued: dict[str, str], tmp_path: Path) -> None:
    paths = sorted(tmp_path.glob("*.pdf"))
    assert len(paths) == 6
    for profile in ("3a", "ua1"):
        answers = checked_by(COMPLIANCE, profile, *paths)
        assert isinstance(answers, dict)
        assert [report for good, report in answers.values() if not good] == []
    for path in paths:
        said = run("pdfsig", path)
        assert "Signature is Valid." in said and "Total document signed" in said, said
        assert "CN=Acme GmbH Certification,O=Acme GmbH" in said
        assert "No syntax or stream encoding errors found" in run("qpdf", "--check", path)
        assert "INTACT:TRUSTED,UNTOUCHED" in pyhanko_says(path, tmp_path / "ca.pem")
        assert "CMS Verification successful" in openssl_says(path, tmp_path / "ca.pem")
    # And one flipped byte fails with each of them.
    content = bytearray(paths[0].read_bytes())
    content[len(content) // 3] ^= 1
    flipped = tmp_path / "flipped.pdf"
    flipped.write_bytes(content)
    assert "Signature is Valid." not in run("pdfsig", flipped)
    assert "INTACT:TRUSTED,UNTOUCHED" not in pyhanko_says(flipped, tmp_path / "ca.pem")
    assert "CMS Verification successful" not in openssl_says(flipped, tmp_path / "ca.pem")


def test_name_and_code_stand_on_the_page_in_every_script(issued: dict[str, str], tmp_path: Path) -> None:
    sizes = {"a4": "841.89 x 595.276", "letter": "792 x 612"}
    pictures = []
    for key, code in sorted(issued.items()):
        script, paper = key.split("-")
        path = tmp_path / f"{key}.pdf"
        text = run("pdftotext", "-layout", path, "-")
        assert PEOPLE[script] in re.sub("[\u200e\u200f\u202a-\u202e\u2066-\u2069]", "", text)
        assert code in text.replace("\n", "") and "Northwind" in text and "Acme GmbH" in text
        facts = run("pdfinfo", path)
        assert sizes[paper] in facts and re.search(r"^Pages: +1$", facts, re.MULTILINE)
        assert PEOPLE[script] in facts
        # The code carries the signed facts too; 150 dpi is what a plain scanner gives.
        run("pdftoppm", "-r", "150", "-png", "-singlefile", path, path.with_suffix(""))
        pictures.append(path.with_suffix(".png"))
    read = checked_by(READ_QR, *pictures)
    assert isinstance(read, list)
    assert [each[0].partition("#")[0] for each in read] == [
        f"http://localhost/verify/{code}" for _key, code in sorted(issued.items())
    ]


def test_a_certificate_with_a_logo_passes_too(world: World, scene: Scene, tmp_path: Path) -> None:
    with world.acting(scene.vendor) as actor, transaction():
        set_logo(actor, db.session.get_one(Vendor, scene.vendor.id), png(900, 260))
    person = world.user(Role.PARTNER_MEMBER, partnership=scene.company, name="Zoë Ångström")
    made = certify.issue(world, scene.vendor, scene.scheme, person)
    path = tmp_path / "logo.pdf"
    path.write_bytes(world.client(person).get(f"/acme/certification/{made.public_id}/files/a4").data)
    assert b"/Subtype /Image" in path.read_bytes() or b"/Subtype/Image" in path.read_bytes()
    for profile in ("3a", "ua1"):
        answers = checked_by(COMPLIANCE, profile, path)
        assert isinstance(answers, dict)
        assert [report for good, report in answers.values() if not good] == []
