"""Certificates with a time stamp of a real service; without it nothing is issued unsigned."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import page as checker
import pytest
from sqlalchemy import select

from prm.access import system_actor
from prm.certification import rendering, tasks
from prm.certification.batches import running, services
from prm.certification.batches.queries import count_progress
from prm.certification.models import CertificateFile
from prm.certification.queries.schemes import get_scheme
from prm.certification.services.keys import list_roots
from prm.certification.verification import Verdict, check_file
from prm.extensions import db
from prm.infra import clock
from prm.infra.db import transaction
from prm.infra.pdf import inspect_signature, is_plainly_signed
from tests.certification.conftest import Scene
from tests.factories import World
from tests.factories import certification as certify
from tests.factories import training as make
from tests.infra.specimens import pyhanko_says, run
from tests.time_stamps import StampingService, stamping_service


@pytest.fixture
def service(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[StampingService]:
    with stamping_service(tmp_path / "tsa") as running_service:
        monkeypatch.setitem(world.app.config, "TSA_URL", running_service.url)
        yield running_service


def test_a_stamped_certificate_passes_every_check(
    world: World, scene: Scene, service: StampingService, tmp_path: Path
) -> None:
    made = certify.issue(world, scene.vendor, scene.scheme, scene.member)
    content = world.client(scene.member).get(f"/acme/certification/{made.public_id}/files/a4").data
    assert service.asked == 1
    (path := tmp_path / "stamped.pdf").write_bytes(content)
    for profile in ("3a", "ua1"):
        assert checker.validate_pdf_bytes(content, profile=profile).is_compliant
    said = run("pdfsig", path)
    assert "Signature is Valid." in said and "Total document signed" in said
    with world.acting(scene.vendor):
        roots = list_roots()
        assert check_file(content).verdict is Verdict.VALID
    verdict = inspect_signature(content, trusted_ca_pems=roots)
    assert verdict.genuine and verdict.stamped_at is not None and is_plainly_signed(content)
    assert abs(verdict.stamped_at - clock.now()) < timedelta(minutes=5)
    (tmp_path / "ca.pem").write_bytes(roots[0] + (service.folder / "ca.pem").read_bytes())
    assert "INTACT:TRUSTED,TIMESTAMP_TOKEN<INTACT:TRUSTED>,UNTOUCHED" in pyhanko_says(
        path, tmp_path / "ca.pem"
    )
    # Neither a bit of the document nor a second of the stamp's time can be changed.
    start = content.index(b"/Contents <") + len(b"/Contents <")
    token = content.index(b"060b2a864886f70d010910020e", start)
    seconds = content.index(b"180f3230", token) + len("180f") + 2 * len("20261122123456") - 1
    for place in (len(content) // 3, seconds):
        flipped = bytearray(content)
        flipped[place] = ord("0") if flipped[place] != ord("0") else ord("1")
        assert not inspect_signature(bytes(flipped), trusted_ca_pems=roots).genuine


def test_without_the_service_nothing_is_issued_until_it_is_back(
    world: World, scene: Scene, service: StampingService
) -> None:
    service.is_up = False
    made = certify.issue(world, scene.vendor, scene.scheme, scene.member)
    with world.acting(scene.vendor) as actor:
        file = select(CertificateFile).where(CertificateFile.certificate_id == made.id)
        row = db.session.scalars(file).one()
        assert row.file_id is None and "gives no time stamp" in (row.problem or "")
        with pytest.raises(rendering.NotNow):
            rendering.read_file(actor, row.id)
        assert rendering.list_due_files() == [row.id]  # at the next sweep, not in an hour
    answer = world.client(scene.member).get(f"/acme/certification/{made.public_id}/files/a4")
    assert answer.status_code == 409 and b"%PDF" not in answer.data
    service.is_up = True
    with world.app.app_context():
        tasks.render_due_files()
    with world.acting(scene.vendor):
        row = db.session.scalars(file.execution_options(populate_existing=True)).one()
        content = rendering.read_file(system_actor(scene.vendor.id), row.id)
        assert check_file(content).verdict is Verdict.VALID


def test_a_batch_waits_for_the_service(world: World, scene: Scene, service: StampingService) -> None:
    make.complete(world, scene.vendor, scene.member, scene.course)
    later = certify.make_scheme(world, scene.vendor, scene.course, name="Later")
    service.is_up = False
    with world.acting(scene.vendor) as actor:
        with transaction():
            batch = services.start_batch(actor, get_scheme(actor, later.public_id), is_announced=False)
        assert batch is not None
        with pytest.raises(running.Interrupted, match="time stamp"):
            running.advance_batch(scene.vendor.id, batch.id)
        assert (count_progress(batch).issued, count_progress(batch).printed) == (1, 0)
        service.is_up = True
        assert running.advance_batch(scene.vendor.id, batch.id)
        assert count_progress(batch).printed == 1
