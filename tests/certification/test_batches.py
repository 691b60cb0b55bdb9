"""Issuing to everybody who qualifies: once each, printed in the end, whoever is killed on the way."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from prm.access import system_actor
from prm.certification import rendering
from prm.certification.batches import running, services
from prm.certification.batches.models import IssueBatch, IssueBatchItem, ItemState
from prm.certification.batches.queries import Progress, count_progress, find_open_batch
from prm.certification.credentials.models import Credential
from prm.certification.credentials.rotation import rotate_keys
from prm.certification.models import Certificate, CertificateFile
from prm.certification.queries.schemes import get_scheme
from prm.certification.services import issue_by_decision
from prm.certification.verification import Verdict, check_file
from prm.errors import Conflict
from prm.extensions import db
from prm.infra import clock
from prm.infra.db import transaction
from prm.permissions import Role
from prm.vendors.models import Vendor
from tests.certification.conftest import Scene
from tests.certification.held import person
from tests.factories import UserRef, World
from tests.factories import certification as certify
from tests.factories import training as make
from tests.factories.certification import SchemeRef

PEOPLE = 5


@pytest.fixture
def qualified(world: World, scene: Scene) -> list[UserRef]:
    """People who completed the course before there was the certification LATER."""
    people = [scene.member]
    people += [world.user(Role.PARTNER_MEMBER, partnership=scene.company) for _ in range(PEOPLE - 1)]
    for each in people:
        make.complete(world, scene.vendor, each, scene.course)
    return people


@pytest.fixture
def later(world: World, scene: Scene, qualified: list[UserRef]) -> SchemeRef:
    return certify.make_scheme(world, scene.vendor, scene.course, name="Later")


@contextmanager
def begun(world: World, scene: Scene, later: SchemeRef) -> Iterator[IssueBatch]:
    """A batch that nobody works on yet."""
    with world.acting(scene.vendor) as actor:
        with transaction():
            batch = services.start_batch(actor, get_scheme(actor, later.public_id), is_announced=False)
        assert batch is not None
        yield batch


def progress(batch: IssueBatch) -> Progress:
    return count_progress(db.session.get_one(IssueBatch, batch.id, populate_existing=True))


def test_a_press_issues_and_prints_for_everybody(world: World, scene: Scene, later: SchemeRef) -> None:
    admin = world.client(world.user(Role.VENDOR_ADMIN, vendor=scene.vendor))
    address = f"/acme/certification/schemes/{later.public_id}"
    assert "Issue to 5 people who qualify" in admin.get(address).text
    answer = admin.post(f"{address}/apply", follow_redirects=True)
    assert answer.status_code == 200 and "Everything is issued and printed" in answer.text
    assert "who qualify" not in admin.get(address).text
    with world.acting(scene.vendor):
        certificates = db.session.scalars(
            select(Certificate).where(Certificate.certification_id == later.id).order_by(Certificate.id)
        ).all()
        assert [c.number[-6:] for c in certificates] == [f"{n:06}" for n in range(6, 11)]
        files = db.session.scalars(select(CertificateFile).order_by(CertificateFile.id)).all()[-PEOPLE:]
        places = db.session.scalars(select(Credential.list_index)).all()
        assert len(set(places)) == len(places) == 10
        for certificate, file in zip(certificates, files, strict=True):
            verification = check_file(rendering.read_file(system_actor(scene.vendor.id), file.id))
            assert verification.verdict is Verdict.VALID
            assert verification.as_json()["number"] == certificate.number
    assert "Nobody qualifies" in admin.post(f"{address}/apply", follow_redirects=True).text


def test_who_dies_is_followed_by_who_goes_on(
    world: World, scene: Scene, later: SchemeRef, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "CHUNK", 2)
    with begun(world, scene, later) as batch:
        with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
            kept = []
            keep = running._keep

            def dying(*arguments: object) -> None:
                if kept:
                    raise KeyboardInterrupt
                kept.append(keep(*arguments))  # type: ignore[func-returns-value, arg-type]

            patch.setattr(running, "_keep", dying)
            patch.setattr(services, "release_batch", lambda *_: None)  # what a SIGKILL leaves
            running.advance_batch(scene.vendor.id, batch.id)
        assert progress(batch) == Progress(5, 0, 5, 2, 0, 0)
        assert progress(batch).share == 70
        # The dead one is believed to be at it for a while; nobody else prints its files meanwhile.
        assert not running.advance_batch(scene.vendor.id, batch.id)
        assert rendering.list_due_files() == []
        with clock.travel(clock.now() + services.LEASE + timedelta(seconds=1)):
            assert running.advance_batch(scene.vendor.id, batch.id)
        assert progress(batch) == Progress(5, 0, 5, 5, 0, 0)
        assert find_open_batch(batch.certification) is None
        assert db.session.scalar(select(func.count(Certificate.id))) == 2 * PEOPLE


def test_what_happens_meanwhile_is_respected(
    world: World, scene: Scene, later: SchemeRef, qualified: list[UserRef], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One is certified by decision, one's file is wanted at once, the keys are replaced."""
    with begun(world, scene, later) as batch:
        actor = system_actor(scene.vendor.id)
        with transaction():
            scheme = get_scheme(actor, later.public_id)
            issue_by_decision(actor, scheme, person(qualified[0]), reason="Meanwhile")
        with pytest.raises(Conflict, match="already"), transaction():
            services.start_batch(actor, scheme)
        sheets = running._next_sheets
        happened = []

        def meanwhile(run: running._Run) -> list[running.Sheet]:
            found = sheets(run)
            if not happened:
                happened.append(rendering.read_file(actor, found[0].file_key))
                with transaction():
                    vendor = db.session.get_one(Vendor, scene.vendor.id)
                    rotate_keys(actor, vendor, reason="It is time", is_compromised=False)
            return found

        monkeypatch.setattr(running, "_next_sheets", meanwhile)
        assert running.advance_batch(scene.vendor.id, batch.id)
        assert progress(batch) == Progress(5, 0, 4, 4, 0, 1)
        refused = db.session.scalars(
            select(IssueBatchItem).where(IssueBatchItem.state == ItemState.REFUSED)
        ).one()
        assert refused.user_id == qualified[0].id and "holds one already" in refused.reason
        for file in db.session.scalars(select(CertificateFile).order_by(CertificateFile.id)).all():
            assert check_file(rendering.read_file(actor, file.id)).verdict is Verdict.VALID


def test_a_name_that_no_font_has_does_not_stop_the_others(world: World, scene: Scene) -> None:
    odd = world.user(Role.PARTNER_MEMBER, partnership=scene.company, name="Ann \U000f0000")
    for each in (scene.member, odd):
        make.complete(world, scene.vendor, each, scene.course)
    later = certify.make_scheme(world, scene.vendor, scene.course, name="Later")
    with begun(world, scene, later) as batch:
        assert running.advance_batch(scene.vendor.id, batch.id)
        assert progress(batch) == Progress(2, 0, 2, 1, 1, 0)
        address = f"/acme/certification/batches/{batch.public_id}"
    page = world.client(world.user(Role.VENDOR_ADMIN, vendor=scene.vendor)).get(address).text
    assert "1 file could not be printed" in page and "U+F0000" in page


def test_a_certificate_without_a_file_does_not_keep_a_batch_open(
    world: World, scene: Scene, later: SchemeRef
) -> None:
    """As where its holder was erased while others were printed."""
    with begun(world, scene, later) as batch:
        with transaction():
            services.issue_next(system_actor(scene.vendor.id), batch)
            gone = db.session.scalars(select(CertificateFile).where(CertificateFile.file_id.is_(None))).all()
            for file in gone[:2]:
                db.session.delete(file)
        assert running.advance_batch(scene.vendor.id, batch.id)
        assert progress(batch) == Progress(5, 0, 5, 3, 2, 0)


def test_the_command_reports_and_goes_on(world: World, scene: Scene, later: SchemeRef) -> None:
    run = world.app.test_cli_runner().invoke
    command = ["certification", "issue-batch", "--vendor", "acme", "--certification", "Later", "--json"]
    report = json.loads(run(args=command).stdout)
    assert {key: report[key] for key in ("total", "issued", "printed", "unprinted", "refused")} == {
        "total": 5, "issued": 5, "printed": 5, "unprinted": 0, "refused": 0,
    }  # fmt: skip
    assert json.loads(run(args=command).stdout) == {"id": None, "total": 0}
    wrong = run(args=[*command[:-2], "Nothing"])
    assert wrong.exit_code == 1 and "There is no certification 'Nothing'" in wrong.stderr
