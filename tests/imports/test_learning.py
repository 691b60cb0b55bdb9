"""Completions and certificates from other systems: evidence with its source, checked, and taken back."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from prm.extensions import db
from prm.imports.models import ImportRow
from prm.imports.services.undoing import undo_batch
from prm.infra.db import transaction
from prm.permissions import Role
from prm.training.models import Completion, Enrolment
from prm.training.models.imported import ExternalCertificate
from prm.training.queries import paths
from tests.factories import PartnershipRef, UserRef, VendorRef, World
from tests.factories.accounts import join, transfer
from tests.factories.paths import assign_path, make_path
from tests.factories.revenue import import_file
from tests.factories.training import complete, make_course

HEADER = "email,course,completed on,score\n"


@pytest.fixture
def vendor(world: World) -> VendorRef:
    return world.vendor("acme")


@pytest.fixture
def north(world: World, vendor: VendorRef) -> PartnershipRef:
    return world.partnership(vendor, "Northwind")


@pytest.fixture
def cleo(world: World, north: PartnershipRef) -> UserRef:
    return world.user(Role.PARTNER_MEMBER, partnership=north, name="Cleo", email="cleo@north.test")


def test_completions_count_with_their_source_for_paths_too_and_are_taken_back_whole(
    world: World, vendor: VendorRef, north: PartnershipRef, cleo: UserRef
) -> None:
    course = make_course(world, vendor, "Basics", has_quiz=False)
    path = make_path(world, vendor, [course])
    assign_path(world, path, north)  # so that Cleo is at the course already
    content = HEADER + "CLEO@north.test, basics ,2025-03-01,88\n"
    planned = import_file(world, vendor, "completions", content, source="oldlms", dry_run=True)
    assert planned.inserted == 1
    report = import_file(world, vendor, "completions", content, source="oldlms")
    with world.acting(vendor):
        done = db.session.scalars(select(Completion)).one()
        assert (done.completed_at.date().isoformat(), done.score_percent) == ("2025-03-01", 88)
        assert done.partnership_id == north.id
        assert list(paths.path_completed_on([cleo.id], path.id)) == [cleo.id]
        assert db.session.scalars(select(ImportRow.raw)).one() == {}, "names and addresses are kept once"
    page = world.client(cleo).get(f"/acme/training/courses/{course.public_id}").text
    assert "imported from oldlms" in page
    again = import_file(world, vendor, "completions", content, source="oldlms")
    assert (again.inserted, again.unchanged) == (0, 1)
    assert report.batch is not None
    with world.acting(vendor) as actor, transaction():
        undo_batch(actor, report.batch)
    with world.acting(vendor):
        assert db.session.scalars(select(Completion)).all() == []
        assert db.session.scalars(select(Enrolment.status)).one() == "assigned"
        assert paths.path_completed_on([cleo.id], path.id) == {}


def test_rows_that_say_what_cannot_be_are_rejected_with_the_reason(
    world: World, vendor: VendorRef, cleo: UserRef
) -> None:
    course = make_course(world, vendor, "Basics", has_quiz=False)
    complete(world, vendor, cleo, course)
    rows = (
        "nobody@north.test,Basics,2025-03-01,",
        "cleo@north.test,Unheard of,2025-03-01,",
        "cleo@north.test,Basics,2199-03-01,",
        "cleo@north.test,Basics,2025-03-01,",
    )
    report = import_file(world, vendor, "completions", HEADER + "\n".join(rows), dry_run=True)
    assert [(row.line, row.column) for row in report.rejected] == [
        (2, "email"), (3, "course"), (4, "completed on"), (5, "course"),
    ]  # fmt: skip


def test_certificates_of_others_are_evidence_and_none_of_ours(
    world: World, vendor: VendorRef, north: PartnershipRef, cleo: UserRef
) -> None:
    header = "email,certificate,issued by,certificate number,issued,expires\n"
    content = (
        header
        + "cleo@north.test,Cloud Associate,Other Corp,OC-1,2025-01-02,2027-01-02\n"
        + "cleo@north.test,Backwards,Other Corp,OC-2,2025-01-02,2024-01-02\n"
    )
    report = import_file(world, vendor, "certificates", content, source="hr")
    assert (report.inserted, len(report.rejected)) == (1, 1)
    assert import_file(world, vendor, "certificates", content, source="hr").unchanged == 1
    boss = world.user(Role.PARTNER_ADMIN, partnership=north)
    for client, path in (
        (world.client(cleo), "/acme/training/"),
        (world.client(boss), f"/acme/training/progress/{cleo.public_id}"),
    ):
        page = client.get(path).text
        assert "Cloud Associate" in page and "not issued here" in page
    south = world.partnership(vendor, "Southwind")
    transfer(world, vendor, cleo, south)
    for reader, is_shown in ((cleo, True), (world.user(Role.PARTNER_ADMIN, partnership=south), False)):
        path = "/acme/training/" if reader is cleo else f"/acme/training/progress/{cleo.public_id}"
        answer = world.client(reader).get(path)
        assert answer.status_code == 200
        assert ("Cloud Associate" in answer.text) is is_shown, "what one brings stays with whom it was told"
    other = world.vendor("other")
    join(world, cleo, world.partnership(other, "Northwind too"))
    elsewhere = world.client(cleo).get("/other/training/")
    assert elsewhere.status_code == 200 and "Cloud Associate" not in elsewhere.text, "nor at another vendor"
    assert report.batch is not None
    with world.acting(vendor) as actor, transaction():
        undo_batch(actor, report.batch)
    with world.acting(vendor):
        assert db.session.scalars(select(ExternalCertificate)).all() == []
