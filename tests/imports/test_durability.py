"""Killed at any moment: a confirmed batch stays due and is applied exactly once; nothing half-done."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import func, select

import config
from prm import create_app
from prm.deals.models import Deal
from prm.extensions import db
from prm.imports import tasks
from prm.imports.models import BatchStatus, ImportBatch, ImportChange, ImportKind, ImportRow
from prm.imports.options import ImportOptions
from prm.imports.services import drafts
from prm.imports.services.undoing import undo_batch
from prm.infra.db import transaction
from prm.infra.jobs import sweep
from prm.revenue.models import Order
from prm.vendors.models import StoredFile
from tests.conftest import settings
from tests.factories import VendorRef, World
from tests.servers import postgres_server

ROWS = 300
CONTENT = "id,partner,customer,stage,closed,amount\n" + "".join(
    f"D-{n},Northwind,Customer {n % 40},won,2024-03-{n % 28 + 1:02},{n}\n" for n in range(ROWS)
)
# Forks a child per line "<what> <seconds>" and kills it -9 after so long. Small portions, so that a
# kill lands between them. "sweep" applies what is due, as the worker does; "run" imports the file at
# once, as the command does.
KILLER = """
import os, signal, sys, time
from prm import create_app
from prm.access import system_actor
from prm.imports.models import ImportKind
from prm.imports.options import ImportOptions
from prm.imports.services import running
from prm.infra.db import serve_vendor, transaction
from prm.infra.jobs import sweep

running.CHUNK = 20
app = create_app()
content, vendor_id = open(sys.argv[1], "rb").read(), int(sys.argv[2])

def run():
    with app.app_context(), serve_vendor(vendor_id), transaction():
        running.run_import(
            system_actor(vendor_id), content, "deals.csv", kind=ImportKind.DEALS, source="crm",
            options=ImportOptions(won_as_orders=True),
        )

for line in sys.stdin:
    what, seconds = line.split()
    child = os.fork()
    if child == 0:
        sweep(app) if what == "sweep" else run()
        os._exit(0)
    end = time.monotonic() + float(seconds)
    how = os.WEXITED | os.WNOHANG | os.WNOWAIT
    while time.monotonic() < end and os.waitid(os.P_PID, child, how) is None:
        time.sleep(0.002)
    os.kill(child, signal.SIGKILL)
    print("killed" if os.WIFSIGNALED(os.waitpid(child, 0)[1]) else "done", flush=True)
"""


@pytest.fixture
def own(tmp_path: Path, database_kind: str) -> Iterator[tuple[Flask, dict[str, str]]]:
    """An application on a database of its own, and the settings for processes beside it."""
    database = {}
    if database_kind == "postgresql":
        created = postgres_server().create_database()
        database = {"DATABASE_URL": created.app_url}
        owner = create_app(settings(tmp_path, DATABASE_URL=created.owner_url))
        with owner.app_context():
            upgrade()
            db.session.remove()
            db.engine.dispose()
    environ = settings(tmp_path, **database)
    app = create_app(environ)
    if database_kind == "sqlite":
        with app.app_context():
            upgrade()
    yield app, environ
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def world_of_one(own: tuple[Flask, dict[str, str]]) -> tuple[World, VendorRef]:
    world = World(own[0])
    vendor = world.vendor("acme")
    world.partnership(vendor, "Northwind")
    return world, vendor


@contextmanager
def killer(environ: dict[str, str], vendor: VendorRef, folder: Path) -> Iterator[Any]:
    """kill(what, seconds) → whether the child was killed at work."""
    file = folder / "deals.csv"
    file.write_text(CONTENT)
    clean = {name: value for name, value in os.environ.items() if name not in environ}
    process = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", KILLER, str(file), str(vendor.id)],
        cwd=config.ROOT, env={**clean, **environ}, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None

    def kill(what: str, seconds: float) -> bool:
        print(what, seconds, file=process.stdin, flush=True)
        answer = process.stdout.readline()  # type: ignore[union-attr]
        assert answer in ("killed\n", "done\n"), answer
        return bool(answer == "killed\n")

    try:
        yield kill
    finally:
        process.stdin.close()
        process.wait(10)
        process.stdout.close()


def confirm(world: World, vendor: VendorRef) -> int:
    """A batch that is due: uploaded, checked and confirmed, its job lost."""
    with world.acting(vendor) as actor:
        with transaction():
            batch = drafts.upload_file(
                actor, CONTENT.encode(), "deals.csv", kind=ImportKind.DEALS, source="crm"
            )
        options = ImportOptions(won_as_orders=True)
        report = drafts.plan_batch(actor, batch, options)
        with transaction():
            drafts.save_checked(actor, batch.public_id, options, report)
        with transaction() as session:
            row = session.scalars(select(ImportBatch).where(ImportBatch.id == batch.id)).one()
            row.status = BatchStatus.DUE
            return row.id


def state(world: World, vendor: VendorRef) -> tuple[Any, ...]:
    """The latest batch's status (None without one), and how much there is of everything."""
    with world.acting(vendor):
        status = db.session.scalars(select(ImportBatch.status).order_by(ImportBatch.id.desc()).limit(1))
        counts = [db.session.scalar(select(func.count(m.id))) for m in (Deal, Order, ImportRow, ImportChange)]
        return (status.one_or_none(), *counts)


NOTHING = (None, 0, 0, 0, 0)
DUE = (BatchStatus.DUE, 0, 0, 0, 0)
APPLIED = (BatchStatus.APPLIED, ROWS, ROWS, ROWS, 2 * ROWS + 40)


def start_over(world: World, vendor: VendorRef, *, is_due: bool) -> None:
    """Take back an import that was quicker than its kill, and all traces of it."""
    with world.acting(vendor) as actor, transaction() as session:
        batch = session.scalars(select(ImportBatch)).one()
        undo_batch(actor, batch.public_id)
        for model in (ImportRow, ImportChange):
            for row in session.scalars(select(model)).all():
                session.delete(row)
        session.flush()
        if is_due:
            batch.status, batch.applied_at, batch.undone_at = BatchStatus.DUE, None, None
            return
        session.delete(batch)
        session.flush()
        for file in session.scalars(select(StoredFile)).all():
            session.delete(file)


def kill_at_work(
    own: tuple[Flask, dict[str, str]], place: tuple[World, VendorRef], folder: Path, times: int
) -> int:
    """Kill a worker and a command `times` times each; after each everything is there, or nothing.

    At a moment of the time that it takes when nobody kills it, so that most are killed at work.
    """
    world, vendor = place
    chance = random.Random(times)
    killed = 0
    with killer(own[1], vendor, folder) as kill:
        whole = 0.0
        for _ in range(2):  # the first time the killer itself has to start
            started = time.monotonic()
            assert not kill("run", 60)
            whole = time.monotonic() - started
            start_over(world, vendor, is_due=False)
        for _ in range(times):
            killed += kill("run", chance.uniform(0, whole))
            found = state(world, vendor)
            assert found in (NOTHING, APPLIED), found
            if found == APPLIED:
                start_over(world, vendor, is_due=False)
        confirm(world, vendor)
        for _ in range(times):
            killed += kill("sweep", chance.uniform(0, whole))
            found = state(world, vendor)
            assert found in (DUE, APPLIED), found
            if found == APPLIED:
                start_over(world, vendor, is_due=True)
    for _ in range(2):
        sweep(own[0])
        assert state(world, vendor) == APPLIED
    return killed


@pytest.mark.slow
def test_a_killed_import_is_whole_or_not_there_and_a_due_one_is_applied_once(
    own: tuple[Flask, dict[str, str]], world_of_one: tuple[World, VendorRef], tmp_path: Path
) -> None:
    assert kill_at_work(own, world_of_one, tmp_path, times=6) >= 1


@pytest.mark.deep
def test_a_hundred_kills_lose_nothing_and_double_nothing(
    own: tuple[Flask, dict[str, str]], world_of_one: tuple[World, VendorRef], tmp_path: Path
) -> None:
    killed = kill_at_work(own, world_of_one, tmp_path, times=50)
    print(f"imports: killed 100 times, {killed} of them at work; 0 lost, 0 doubled, 0 half-done")
    assert killed >= 30


def test_three_workers_apply_a_batch_once(
    own: tuple[Flask, dict[str, str]], world_of_one: tuple[World, VendorRef]
) -> None:
    app, (world, vendor) = own[0], world_of_one
    batch_id = confirm(world, vendor)
    failures: list[BaseException] = []

    def work() -> None:
        try:
            with app.app_context():
                tasks.apply_batch(vendor.id, batch_id)
        except BaseException as error:
            failures.append(error)

    workers = [Thread(target=work) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert failures == []
    assert state(world, vendor) == APPLIED


def test_a_lost_job_is_found_by_the_sweeper(
    own: tuple[Flask, dict[str, str]], world_of_one: tuple[World, VendorRef]
) -> None:
    confirm(*world_of_one)
    assert state(*world_of_one) == DUE
    sweep(own[0])
    assert state(*world_of_one) == APPLIED


def test_a_batch_that_cannot_be_applied_fails_in_words_and_can_be_tried_again(
    own: tuple[Flask, dict[str, str]], world_of_one: tuple[World, VendorRef]
) -> None:
    """A file that changed under a confirmed batch is said in words; put right, it is tried again."""
    app, (world, vendor) = own[0], world_of_one
    batch_id = confirm(world, vendor)
    with world.acting(vendor):
        place = Path(app.config["FILES_URL"]) / db.session.scalars(select(ImportBatch)).one().file.key
    whole = place.read_bytes()
    place.write_bytes(b"colour,size\n1,2\n")
    with app.app_context():
        tasks.apply_batch(vendor.id, batch_id)
    with world.acting(vendor):
        batch = db.session.scalars(select(ImportBatch)).one()
        assert batch.status is BatchStatus.FAILED
        assert "No column fills" in str(batch.failure)
    assert state(world, vendor)[1:] == DUE[1:]
    place.write_bytes(whole)
    with world.acting(vendor) as actor, transaction():
        drafts.confirm_batch(actor, db.session.scalars(select(ImportBatch.public_id)).one())
    assert state(world, vendor) == APPLIED
