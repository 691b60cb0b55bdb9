"""A process that works without pause until it is ended, and says what was acknowledged when.

    python -m tests.deep.writer FOLDER DATABASE_URL

A line per acknowledgement: "INSTANT deal EXTERNAL_ID", "INSTANT certificate PUBLIC_ID" (the database
has committed), "INSTANT file KEY" (a stored file has a row).
"""

from __future__ import annotations

import sys
from itertools import count
from pathlib import Path

from sqlalchemy import select

from prm import create_app
from prm.access import system_actor
from prm.accounts import services as accounts
from prm.accounts.sessions import find_vendor
from prm.certification.models import CertificateFile, Certification
from prm.certification.services import issue_by_decision
from prm.certification.tasks import render_file
from prm.extensions import db
from prm.imports.models import ImportKind
from prm.imports.options import ImportOptions
from prm.imports.services.running import run_import
from prm.infra import clock
from prm.infra.db import serve_vendor, transaction
from prm.vendors.models import StoredFile
from tests.conftest import settings

_HEAD = "external_id,partner,customer,product,stage,registered_on,closed_on,amount"


def say(kind: str, what: object) -> None:
    print(f"{clock.now().isoformat()} {kind} {what}", flush=True)


def work(vendor_id: int) -> None:
    actor = system_actor(vendor_id)
    for number in count(1):
        with serve_vendor(vendor_id), transaction():
            external = f"W-{number:06}"
            names = f"Partner {number % 7},Customer {number % 5},Core"
            row = f"{external},{names},won,2026-01-31,2026-02-27,{number}"
            run_import(
                actor, f"{_HEAD}\n{row}\n".encode(), "deals.csv", kind=ImportKind.DEALS, source="crm",
                options=ImportOptions(won_as_orders=True, create_partners=True),
            )  # fmt: skip
        say("deal", external)
        with serve_vendor(vendor_id), transaction():
            scheme = db.session.scalars(select(Certification)).one()
            person = accounts.create_user(actor, email=f"w{number}@example.com", name=f"Worker {number}")
            certificate = issue_by_decision(actor, scheme, person, reason="Exam on site")
            file = db.session.scalars(
                select(CertificateFile.id).where(CertificateFile.certificate_id == certificate.id)
            ).one()
            named = certificate.public_id
        say("certificate", named)
        render_file(vendor_id, file)
        with serve_vendor(vendor_id):
            key = db.session.scalars(
                select(StoredFile.key)
                .join(CertificateFile, CertificateFile.file_id == StoredFile.id)
                .where(CertificateFile.id == file)
            ).one()
        say("file", key)


if __name__ == "__main__":
    changes = {"DATABASE_URL": sys.argv[2]} if len(sys.argv) > 2 else {}
    application = create_app(settings(Path(sys.argv[1]), TESTING="0", **changes))
    with application.app_context():
        found = find_vendor("acme")
        assert found is not None
        work(found.id)
