"""kill -9 in every phase of importing and issuing: nothing acknowledged is lost, nothing is doubled.

Each round starts from the same database, kills the working process at another step, and then does
what an installation does: the next sweep, or the person asking again.
"""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import func, select

from prm import create_app
from prm.certification.models import Certificate, CertificateFile
from prm.deals.models import Deal
from prm.extensions import db
from prm.imports.models import BatchStatus, ImportBatch, ImportKind
from prm.imports.options import ImportOptions
from prm.imports.queries import get_batch
from prm.imports.services import drafts
from prm.infra import jobs, storage
from prm.infra.db import serve_vendor, transaction
from prm.journal.queries import verify_chain
from prm.permissions import Role
from prm.revenue.models import Order
from prm.training.models import Completion
from prm.vendors.models import StoredFile
from tests.conftest import ROOT, settings
from tests.deep.kill_world import DEALS, WON, complete_course, deals_file, run_issue
from tests.factories import VendorRef, World
from tests.factories.certification import make_scheme
from tests.factories.training import do_lessons, make_course

pytestmark = pytest.mark.deep
ROUNDS = 25  # of each of the four kinds of work: a hundred kills


@dataclass
class Site:
    """A database on disk, put back to its start before each round."""

    app: Flask
    folder: Path
    start: Path
    vendor: VendorRef

    def reset(self) -> None:
        self.close()
        shutil.rmtree(self.folder)
        shutil.copytree(self.start, self.folder)

    def close(self) -> None:
        with self.app.app_context():
            db.session.remove()
            db.engine.dispose()

    def run(self, kind: str, step: int) -> tuple[bool, int | None]:
        """Do the work in a process that dies at `step`; (acknowledged, steps there were)."""
        self.close()
        done = subprocess.run(
            [sys.executable, "-W", "ignore", "-m", "tests.deep.victim", str(self.folder), kind, str(step)],
            cwd=ROOT, capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        assert done.returncode in (0, -9), done.stderr[-2000:]
        lines = done.stdout.split("\n")
        steps = [int(line.split()[1]) for line in lines if line.startswith("steps ")]
        return "acknowledged" in lines, steps[0] if steps else None

    def count(self, model: type) -> int:
        with self.app.app_context(), serve_vendor(self.vendor.id):
            return db.session.scalar(select(func.count()).select_from(model)) or 0


@pytest.fixture(params=["import", "apply", "issue", "render"])
def site(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, Site]]:
    folder = tmp_path / "live"
    app = create_app(settings(folder, TESTING="0"))
    with app.app_context():
        upgrade()
    world = World(app)
    vendor = world.vendor("acme")
    if request.param == "apply":
        _confirm_import(world, vendor)
    elif request.param in {"issue", "render"}:
        _prepare_learner(app, world, vendor)
        if request.param == "render":
            with app.app_context():
                run_issue(vendor.id, complete_course)
    made = Site(app, folder, tmp_path / "start", vendor)
    made.close()
    shutil.copytree(folder, made.start)
    yield request.param, made
    made.close()


def _confirm_import(world: World, vendor: VendorRef) -> None:
    options = ImportOptions(won_as_orders=True, create_partners=True)
    with world.acting(vendor) as actor:
        with transaction():
            batch = drafts.upload_file(
                actor, deals_file(), "deals.csv", kind=ImportKind.DEALS, source="crm"
            ).public_id
        report = drafts.plan_batch(actor, get_batch(actor, batch), options)
        with transaction():
            drafts.save_checked(actor, batch, options, report)
        with transaction():
            drafts.confirm_batch(actor, batch)


def _prepare_learner(app: Flask, world: World, vendor: VendorRef) -> None:
    course = make_course(world, vendor)
    make_scheme(world, vendor, course)
    learner = world.user(
        Role.PARTNER_MEMBER, partnership=world.partnership(vendor), email="learner@example.com"
    )
    do_lessons(world, vendor, learner, course)


def test_killed_at_any_step(site: tuple[str, Site]) -> None:
    kind, place = site
    _acknowledged, total = place.run(kind, 0)
    assert total is not None and total > 20
    acknowledged = 0
    for number in range(ROUNDS):
        place.reset()
        was_acknowledged, _ = place.run(kind, 1 + number * total // ROUNDS)
        acknowledged += was_acknowledged
        _check_sound(place)
        CHECKS[kind](place, was_acknowledged)
        _check_sound(place)
    print(f"{kind}: {ROUNDS} kills over {total} steps, {acknowledged} of them after the acknowledgement")


def _check_sound(place: Site) -> None:
    with sqlite3.connect(place.folder / "prm.sqlite") as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    with place.app.app_context():
        assert verify_chain(str(place.vendor.public_id)).is_valid
    with place.app.app_context(), serve_vendor(place.vendor.id):
        for key in db.session.scalars(select(StoredFile.key)):
            assert storage.store().has(key), "a row names a file that is not there"


def _check_import(place: Site, was_acknowledged: bool) -> None:
    deals = place.count(Deal)
    assert deals in (0, DEALS)
    assert not was_acknowledged or deals == DEALS
    again, _ = place.run("import", 0)
    assert again
    assert (place.count(Deal), place.count(Order)) == (DEALS, WON)


def _check_apply(place: Site, was_acknowledged: bool) -> None:
    deals = place.count(Deal)
    assert deals in (0, DEALS)
    assert not was_acknowledged or deals == DEALS
    jobs.sweep(place.app)
    jobs.sweep(place.app)
    assert (place.count(Deal), place.count(Order), place.count(ImportBatch)) == (DEALS, WON, 1)
    with place.app.app_context(), serve_vendor(place.vendor.id):
        assert db.session.scalars(select(ImportBatch.status)).all() == [BatchStatus.APPLIED]


def _check_issue(place: Site, was_acknowledged: bool) -> None:
    issued = place.count(Certificate)
    assert issued in (0, 1) and issued == place.count(Completion)
    assert not was_acknowledged or issued == 1
    if not issued:
        with place.app.app_context():
            run_issue(place.vendor.id, complete_course)
    _check_render(place, False)


def _check_render(place: Site, was_acknowledged: bool) -> None:
    jobs.sweep(place.app)
    jobs.sweep(place.app)
    with place.app.app_context(), serve_vendor(place.vendor.id):
        numbers = db.session.scalars(select(Certificate.number)).all()
        files = db.session.scalars(select(CertificateFile)).all()
        assert len(numbers) == 1 and files
        for file in files:
            assert file.file_id is not None and file.sha256
            kept = db.session.get_one(StoredFile, file.file_id)
            assert storage.read(kept.key).startswith(b"%PDF-")
            assert kept.sha256 == file.sha256


CHECKS: dict[str, Callable[[Site, bool], None]] = {
    "import": _check_import,
    "apply": _check_apply,
    "issue": _check_issue,
    "render": _check_render,
}
