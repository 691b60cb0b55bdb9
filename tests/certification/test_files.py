"""The files of a certificate: printed once by a job, kept, the same however often it is tried."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from prm.accounts.models import User
from prm.certification import rendering, services
from prm.certification.credentials.building import FILE_NAME
from prm.certification.models import Certificate, CertificateFile
from prm.certification.tasks import render_file
from prm.errors import Conflict
from prm.extensions import db
from prm.infra import clock, storage
from prm.infra.db import transaction
from prm.infra.jobs import sweep
from prm.infra.pdf import extract_attachment, inspect_signature
from prm.permissions import Role
from prm.vendors.models import Paper, SigningKey, StoredFile
from tests.certification.conftest import Scene
from tests.factories import World
from tests.factories import certification as certify
from tests.factories.certification import CertificateRef
from tests.infra.specimens import run

UNPRINTABLE = "Ann \U000323af Example"


@pytest.fixture
def made(world: World, scene: Scene) -> CertificateRef:
    return certify.issue(world, scene.vendor, scene.scheme, scene.member)


def files(world: World, scene: Scene) -> list[CertificateFile]:
    with world.acting(scene.vendor):
        return list(db.session.scalars(select(CertificateFile).order_by(CertificateFile.id)))


def read(world: World, scene: Scene, file: CertificateFile) -> bytes:
    with world.acting(scene.vendor) as actor:
        return rendering.read_file(actor, file.id)


def forget(world: World, scene: Scene, file: CertificateFile) -> None:
    """What a process leaves that was killed between storing the bytes and saying so."""
    with world.acting(scene.vendor), transaction():
        db.session.execute(
            update(CertificateFile)
            .where(CertificateFile.id == file.id)
            .values(file_id=None, sha256=None, rendered_at=None, attempted_at=None)
        )


def test_the_job_prints_signs_and_keeps_the_file(world: World, scene: Scene, made: CertificateRef) -> None:
    (file,) = files(world, scene)
    content = read(world, scene, file)
    assert hashlib.sha256(content).hexdigest() == file.sha256
    with world.acting(scene.vendor):
        certificate = db.session.get_one(Certificate, made.id)
        stored = db.session.get_one(StoredFile, file.file_id)
        assert (stored.size, stored.media_type) == (len(content), "application/pdf")
        assert stored.name == f"{made.number}.pdf"
        credential = json.loads(extract_attachment(content, FILE_NAME) or b"")
        assert credential["id"] == certificate.facts["verify_url"]
        assert credential["credentialSubject"]["licenseNumber"] == made.number
        roots = list(db.session.scalars(select(SigningKey.ca_pem)))
        verdict = inspect_signature(content, trusted_ca_pems=roots)
        assert verdict.genuine and verdict.signer_name == "Acme GmbH Certification"
        assert verdict.signed_at == certificate.issued_at.replace(microsecond=0)


def test_a_certificate_speaks_its_holders_language(world: World, scene: Scene, tmp_path: Path) -> None:
    path = tmp_path / "certificate.pdf"
    with clock.travel(datetime(2026, 3, 12, 12, tzinfo=UTC)):
        for locale, day in (("de", "11. März 2028"), ("en", "March 11, 2028"), ("xx", "March 11, 2028")):
            person = world.user(Role.PARTNER_MEMBER, partnership=scene.company)
            with world.acting(scene.vendor), transaction():
                db.session.get_one(User, person.id).locale = locale
            made = certify.issue(world, scene.vendor, scene.scheme, person)
            file = files(world, scene)[-1]
            path.write_bytes(read(world, scene, file))
            assert day in run("pdftotext", path, "-")
            with world.acting(scene.vendor):
                spoken = db.session.get_one(Certificate, made.id).facts["language"]
            assert spoken == ("de" if locale == "de" else "en")


def test_a_certificate_without_end_shows_none(world: World, scene: Scene, tmp_path: Path) -> None:
    scheme = certify.make_scheme(world, scene.vendor, name="For good", validity_months=None)
    made = certify.issue(world, scene.vendor, scheme, scene.member)
    path = tmp_path / "certificate.pdf"
    path.write_bytes(read(world, scene, files(world, scene)[-1]))
    text = run("pdftotext", path, "-")
    assert "Issued" in text and "Valid until" not in text
    with world.acting(scene.vendor):
        assert db.session.get_one(Certificate, made.id).expires_on is None
    client = world.client(scene.member)
    assert "No end" in client.get("/acme/certification/").text
    assert "No end" in client.get(f"/acme/certification/{made.public_id}").text
    told = client.get(f"/verify/{made.code}", headers={"Accept": "application/json"}).json
    assert (told["status"], told["expires_on"]) == ("valid", None)
    with clock.travel(datetime(2150, 1, 1, tzinfo=UTC)):
        assert "is valid" in world.client().get(f"/verify/{made.code}").text


def test_running_the_job_again_changes_nothing(world: World, scene: Scene, made: CertificateRef) -> None:
    (file,) = files(world, scene)
    with world.app.app_context():
        render_file(scene.vendor.id, file.id)
    (again,) = files(world, scene)
    assert (again.file_id, again.sha256, again.rendered_at) == (file.file_id, file.sha256, file.rendered_at)
    with world.acting(scene.vendor):
        assert db.session.scalar(select(func.count(StoredFile.id))) == 1


def test_a_lost_job_and_a_killed_one_are_made_good_by_the_sweeper(
    world: World, scene: Scene, made: CertificateRef
) -> None:
    (file,) = files(world, scene)
    with world.app.app_context():
        before = list(storage.store().keys())
    forget(world, scene, file)
    sweep(world.app)
    (again,) = files(world, scene)
    assert again.sha256 == file.sha256 and again.file_id is not None
    with world.app.app_context():
        assert list(storage.store().keys()) == before  # the same bytes: no orphan


def test_a_download_does_not_wait_for_the_job(world: World, scene: Scene, made: CertificateRef) -> None:
    (file,) = files(world, scene)
    forget(world, scene, file)
    answer = world.client(scene.member).get(f"/acme/certification/{made.public_id}/files/a4")
    assert hashlib.sha256(answer.data).hexdigest() == file.sha256
    assert answer.mimetype == "application/pdf"
    assert answer.headers["Content-Disposition"].startswith(f'attachment; filename="{made.number}.pdf"')
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert files(world, scene)[0].sha256 == file.sha256


def test_several_who_print_at_once_keep_one_file(world: World, scene: Scene, made: CertificateRef) -> None:
    (file,) = files(world, scene)
    forget(world, scene, file)
    with world.acting(scene.vendor), transaction():
        db.session.execute(update(StoredFile).values(name="before"))
    together = Barrier(6)

    def run(_n: int) -> None:
        together.wait(60)
        with world.app.app_context():
            render_file(scene.vendor.id, file.id)
            db.session.remove()

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(run, range(6)))
    with world.acting(scene.vendor):
        kept = db.session.scalars(select(StoredFile.id).where(StoredFile.name == f"{made.number}.pdf")).all()
    assert kept == [files(world, scene)[0].file_id]


def test_another_paper_size_is_another_issued_file(world: World, scene: Scene, made: CertificateRef) -> None:
    client = world.client(scene.member)
    page = client.get(f"/acme/certification/{made.public_id}").text
    assert "Get it in US Letter" in page
    for _twice in range(2):
        answer = client.post(f"/acme/certification/{made.public_id}/files", data={"paper": "letter"})
        assert answer.status_code == 303
    letter = client.get(answer.location)
    assert (
        letter.data.startswith(b"%PDF")
        and f"{made.number}-letter.pdf" in letter.headers["Content-Disposition"]
    )
    a4, second = files(world, scene)
    assert second.paper is Paper.LETTER and second.sha256 not in {None, a4.sha256}
    assert hashlib.sha256(letter.data).hexdigest() == second.sha256
    assert "Get it in" not in client.get(f"/acme/certification/{made.public_id}").text
    for wrong in ("a3", "", "LETTER"):
        assert client.post(
            f"/acme/certification/{made.public_id}/files", data={"paper": wrong}
        ).status_code == 422  # fmt: skip
    assert client.get(f"/acme/certification/{made.public_id}/files/a3").status_code == 404


def test_no_further_file_of_a_certificate_that_counts_no_more(
    world: World, scene: Scene, made: CertificateRef
) -> None:
    certify.revoke(world, scene.vendor, made)
    (file,) = files(world, scene)
    with world.acting(scene.vendor) as actor, transaction():
        certificate = db.session.get_one(Certificate, made.id)
        with pytest.raises(Conflict, match="no further file"):
            services.request_file(actor, certificate, Paper.LETTER)
        assert services.request_file(actor, certificate, Paper.A4).id == file.id


def test_what_cannot_be_printed_keeps_the_certificate_and_says_why(world: World, scene: Scene) -> None:
    ann = world.user(Role.PARTNER_MEMBER, partnership=scene.company, name=UNPRINTABLE)
    made = certify.issue(world, scene.vendor, scene.scheme, ann)
    (file,) = files(world, scene)
    assert file.file_id is None and "U+323AF" in (file.problem or "")
    manager = world.client(world.user(Role.CHANNEL_MANAGER, vendor=scene.vendor))
    page = manager.get(f"/acme/certification/{made.public_id}").text
    assert "could not be printed" in page and "U+323AF" in page
    refused = world.client(ann).get(f"/acme/certification/{made.public_id}/files/a4")
    assert refused.status_code == 409 and "U+323AF" in refused.text
    assert world.client().get(f"/verify/{made.code}").status_code == 200


def test_a_file_that_failed_is_tried_again_after_an_hour(
    app: Flask, world: World, scene: Scene, made: CertificateRef
) -> None:
    (file,) = files(world, scene)
    forget(world, scene, file)
    with secret_key(app, "another secret key, which opens nothing of the first"):
        sweep(app)
        (failed,) = files(world, scene)
        assert failed.file_id is None and "SECRET_KEY" in (failed.problem or "")
    sweep(app)
    assert files(world, scene)[0].file_id is None  # not every minute
    with clock.travel(clock.now() + timedelta(minutes=61)):
        sweep(app)
    (again,) = files(world, scene)
    assert again.sha256 == file.sha256 and again.problem is None


def test_an_earlier_secret_key_still_opens_the_signing_key(
    app: Flask, world: World, scene: Scene, made: CertificateRef
) -> None:
    (file,) = files(world, scene)
    forget(world, scene, file)
    before = app.config["SECRET_KEY"]
    with secret_key(app, "the secret key after the rotation, long enough", [before]):
        assert hashlib.sha256(read(world, scene, file)).hexdigest() == file.sha256


@contextmanager
def secret_key(app: Flask, key: str, fallbacks: list[str] | None = None) -> Iterator[None]:
    before = app.config["SEALING_KEYS"]
    app.config["SEALING_KEYS"] = [key, *(fallbacks or [])]
    yield
    app.config["SEALING_KEYS"] = before


def test_the_private_key_rests_sealed(world: World, scene: Scene, made: CertificateRef) -> None:
    with world.acting(scene.vendor):
        key = db.session.scalars(select(SigningKey)).one()
    assert key.sealed_key.startswith(b"prm1.")
    assert b"PRIVATE KEY" not in key.sealed_key + key.certificate_pem + key.ca_pem


def test_bytes_that_rotted_in_the_store_are_never_handed_out(
    app: Flask, world: World, scene: Scene, made: CertificateRef
) -> None:
    (file,) = files(world, scene)
    with world.acting(scene.vendor):
        key = db.session.get_one(StoredFile, file.file_id).key
    path = Path(app.config["FILES_URL"]) / key
    content = bytearray(path.read_bytes())
    content[1000] ^= 1
    path.write_bytes(content)
    with pytest.raises(storage.StorageError, match="not what was issued"):
        read(world, scene, file)
    content[1000] ^= 1
    path.write_bytes(content)
