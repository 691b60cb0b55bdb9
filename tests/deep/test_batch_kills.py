"""kill -9 while certificates are issued to a whole program: every number once, none missing, every file
there and valid afterwards."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from prm.certification import rendering
from prm.certification.batches.models import IssueBatch
from prm.certification.credentials.models import Credential
from prm.certification.models import Certificate, CertificateFile
from prm.extensions import db
from prm.infra.db import serve_vendor, transaction
from prm.infra.pdf import extract_attachment, inspect_signature, is_plainly_signed
from prm.infra.signing import load_certificate
from prm.journal.queries import verify_chain
from prm.journal.services import chain_of
from prm.permissions import Role
from prm.vendors.models import SigningKey
from tests.conftest import settings
from tests.factories import World
from tests.factories import certification as certify
from tests.factories import training as make
from tests.factories.program import qualify_many
from tests.operations.installation import installation

pytestmark = pytest.mark.deep
ROOT = Path(__file__).resolve().parents[2]
KILLS = 6
PEOPLE = {"sqlite": 2000, "postgresql": 500}


def command(folder: Path, app: Flask) -> subprocess.Popen[bytes]:
    """The command, in a process group of its own."""
    environ = settings(folder, TESTING="0", DATABASE_URL=app.config["SQLALCHEMY_DATABASE_URI"])
    return subprocess.Popen(
        [sys.executable, "-m", "flask", "--app", "prm", "certification", "issue-batch",
         "--vendor", "acme", "--certification", "Nimbus Installer", "--json"],
        cwd=ROOT, env={**os.environ, **environ}, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def progress(app: Flask) -> tuple[int, int]:
    """How many are issued, and printed."""
    with app.app_context(), serve_vendor(1):
        counts = (
            db.session.scalar(select(func.count(Certificate.id))) or 0,
            db.session.scalar(select(func.count(CertificateFile.file_id))) or 0,
        )
        db.session.remove()
        return counts


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_every_number_once_and_every_file_whole(tmp_path: Path, kind: str) -> None:
    people, chance = PEOPLE[kind], random.Random(11)
    with installation(tmp_path, kind, TESTING="0") as app:
        world = World(app)
        vendor = world.vendor("acme", name="Acme GmbH")
        company = world.partnership(vendor, "Northwind")
        world.user(Role.PARTNER_ADMIN, partnership=company)
        course = make.make_course(world, vendor)
        certify.make_scheme(world, vendor, course)
        qualify_many(world, vendor, company, course, people)

        middle = set()
        for number in range(KILLS):
            process = command(tmp_path, app)
            aim = people * (number + 1) // (KILLS + 2) + chance.randint(0, people // 20)
            deadline = time.monotonic() + 300
            while progress(app)[1] < aim and process.poll() is None and time.monotonic() < deadline:
                time.sleep(chance.uniform(0.05, 0.4))
            process.send_signal(signal.SIGKILL)
            process.communicate()
            middle.add(progress(app))
            with app.app_context(), serve_vendor(1), transaction():
                batch = db.session.scalars(select(IssueBatch)).one()
                assert batch.finished_at is None, "the kill came too late"
                if number:  # but once: the next one waits until this one is taken for dead
                    batch.worker = batch.worker_until = None
        assert len(middle) > KILLS // 2, "the kills did not fall in the middle"

        process = command(tmp_path, app)
        said, complained = process.communicate(timeout=900)
        assert process.returncode == 0, complained.decode()
        report = json.loads(said)
        assert (report["total"], report["printed"]) == (people, people), report
        assert report["unprinted"] == report["refused"] == 0
        check_everything(app, people)
        print(f"{kind}: {people} issued over {KILLS} kills at {sorted(middle)} (issued, printed)")


def check_everything(app: Flask, people: int) -> None:
    with app.app_context(), serve_vendor(1):
        rows = db.session.execute(
            select(Certificate, CertificateFile, Credential)
            .join(CertificateFile, CertificateFile.certificate_id == Certificate.id)
            .join(Credential, Credential.certificate_id == Certificate.id)
            .order_by(Certificate.id)
        ).all()
        assert len(rows) == people
        assert [c.number.rpartition("-")[2] for c, *_ in rows] == [f"{n:06}" for n in range(1, people + 1)]
        assert len({c.user_id for c, *_ in rows}) == people
        assert len({(each.list_number, each.list_index) for *_, each in rows}) == people
        roots = [key.ca_pem for key in db.session.scalars(select(SigningKey)).all()]
        assert len(roots) == 1 and load_certificate(roots[0])
        for certificate, file, credential in rows:
            content = rendering.read_file(None, file.id)  # type: ignore[arg-type]  # kept: nobody acts
            verdict = inspect_signature(content, trusted_ca_pems=roots)
            assert verdict.genuine and is_plainly_signed(content), certificate.number
            assert extract_attachment(content, "credential.json") == credential.document
        assert verify_chain(chain_of(1)).is_valid
        db.session.remove()
