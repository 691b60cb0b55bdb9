"""A vendor's paper: what is made after it was chosen is made for it, whoever asks for it."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import pypdfium2
import pytest
from sqlalchemy import select

from prm.certification.accreditation.models import AccreditationAward
from prm.certification.batches import services
from prm.certification.batches.queries import count_progress
from prm.certification.models import CertificateFile
from prm.certification.queries.schemes import get_scheme
from prm.extensions import db
from prm.infra.db import transaction
from prm.permissions import Role
from prm.vendors.models import Paper, Vendor
from tests.certification.conftest import Scene
from tests.factories import UserRef, World
from tests.factories import certification as certify
from tests.factories import training as make
from tests.factories.accreditations import make_accreditation

LETTER = {(792, 612), (612, 792)}  # points, landscape or portrait


@pytest.fixture
def admin(world: World, scene: Scene) -> UserRef:
    """The administrator of a vendor that just chose Letter."""
    admin = world.user(Role.VENDOR_ADMIN, vendor=scene.vendor)
    client = world.client(admin)
    with world.app.app_context():
        vendor = db.session.get_one(Vendor, scene.vendor.id)
        form = {
            name: str(getattr(vendor, name))
            for name in ("revision", "name", "slug", "currency", "time_zone", "fiscal_year_start_month",
                         "brand_primary", "brand_ink")
        }  # fmt: skip
    assert "A4" in client.get("/acme/vendors/settings").text
    answer = client.post("/acme/vendors/settings", data={**form, "paper": "a3"})
    assert answer.status_code == 422 and "Not a valid choice" in answer.text
    assert client.post("/acme/vendors/settings", data={**form, "paper": "letter"}).status_code == 303
    return admin


def size(content: bytes) -> tuple[int, int]:
    with pypdfium2.PdfDocument(content) as document:
        width, height = document[0].get_size()
    return round(width), round(height)


def test_a_certificate_is_made_for_it_and_the_other_size_can_be_had(
    world: World, scene: Scene, admin: UserRef, tmp_path: Path
) -> None:
    made = certify.issue(world, scene.vendor, scene.scheme, scene.member)
    member, page = world.client(scene.member), f"/acme/certification/{made.public_id}"
    first = member.get(f"{page}/files/letter").data
    assert size(first) in LETTER
    assert member.get(f"{page}/files/a4").status_code == 404
    member.post(f"{page}/files", data={"paper": "a4"})
    assert size(member.get(f"{page}/files/a4").data) == (842, 595)
    packed = world.client(admin).get("/acme/certification/?format=zip").data
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        (name,) = [name for name in archive.namelist() if name.endswith(".pdf")]
        assert archive.read(name) == first


def test_by_command_too(world: World, scene: Scene, admin: UserRef, tmp_path: Path) -> None:
    out = tmp_path / "certificate.pdf"
    told = world.app.test_cli_runner().invoke(
        args=["certification", "issue", "--vendor", "acme", "--certification", "Nimbus Installer", "--user",
              scene.member.email, "--reason", "Exam on site", "--out", str(out)],
    )  # fmt: skip
    assert told.exit_code == 0, told.output
    assert size(out.read_bytes()) in LETTER


def test_a_batch_prints_what_was_issued_and_nothing_twice(world: World, scene: Scene, admin: UserRef) -> None:
    make.complete(world, scene.vendor, scene.member, scene.course)
    later = certify.make_scheme(world, scene.vendor, scene.course, name="Later")
    with world.acting(scene.vendor) as actor:
        with transaction():
            batch = services.start_batch(actor, get_scheme(actor, later.public_id))
        assert batch is not None
        assert count_progress(batch).printed == 1
        papers = db.session.scalars(select(CertificateFile.paper).order_by(CertificateFile.id)).all()
        assert papers == [Paper.LETTER, Paper.LETTER]


def test_accreditations_and_reports_are_made_for_it(world: World, scene: Scene, admin: UserRef) -> None:
    make_accreditation(world, scene.vendor)
    certify.issue(world, scene.vendor, scene.scheme, scene.member)
    with world.acting(scene.vendor):
        award = db.session.scalars(select(AccreditationAward)).one()
    client = world.client(admin)
    assert size(client.get(f"/acme/certification/accreditations/{award.public_id}/document").data) in LETTER
    assert size(client.get("/acme/reports/revenue.pdf").data) in LETTER


def test_a_vendor_is_made_with_its_paper(world: World) -> None:
    made = world.app.test_cli_runner().invoke(
        args=["vendors", "create", "--slug", "globex", "--name", "Globex", "--paper", "letter", "--json"]
    )
    assert json.loads(made.output)["slug"] == "globex", made.output
    with world.app.app_context():
        assert db.session.scalars(select(Vendor.paper).where(Vendor.slug == "globex")).one() is Paper.LETTER
