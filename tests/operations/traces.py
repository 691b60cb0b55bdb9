"""Somebody who left traces wherever the portal keeps any, and the search for them afterwards."""

from __future__ import annotations

import io
import json
import subprocess
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote_plus

import pytest
from click.testing import Result
from flask import Flask
from openpyxl import Workbook
from sqlalchemy import select
from sqlalchemy.engine import make_url

from prm.access import Actor, system_actor
from prm.accounts.mailbox import queue_mail
from prm.accounts.models import User
from prm.accounts.services.email_changes import request_email_change
from prm.accounts.services.second_factor import begin_enrolment
from prm.deals.models import Deal, DealStage
from prm.extensions import db
from prm.imports.models import ImportKind
from prm.imports.options import ImportOptions
from prm.imports.services import drafts
from prm.imports.services.running import run_import
from prm.infra import clock, storage
from prm.infra.db import transaction
from prm.lists.models import SavedView
from prm.partners.models import Partnership, PartnershipContact
from prm.permissions import Role
from tests.factories import UserRef, VendorRef, World
from tests.factories.certification import CertificateRef, issue, make_scheme
from tests.factories.training import make_course
from tests.operations.installation import close, installation, put_postgresql_on_path
from tests.servers import postgres_server

NAME = "Zoë Müller-Quist"
EMAIL = "Zoe.Quist@reseller.example"


@dataclass
class Scene:
    app: Flask
    world: World
    folder: Path
    vendor: VendorRef
    person: UserRef
    certificate: CertificateRef


@pytest.fixture
def scene(tmp_path: Path, database_kind: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Scene]:
    """A person who left traces wherever the portal keeps any."""
    put_postgresql_on_path(monkeypatch)
    with installation(tmp_path / "live", database_kind) as app:
        world = World(app)
        vendor = world.vendor("acme")
        place = world.partnership(vendor)
        scheme = make_scheme(world, vendor, make_course(world, vendor))
        world.user(Role.PARTNER_ADMIN, partnership=place, name="Olaf Berg", email="olaf@reseller.example")
        person = world.user(
            Role.PARTNER_MEMBER,
            partnership=place,
            name=NAME,
            email=EMAIL,
            password="a long enough passphrase",
        )
        certificate = issue(world, vendor, scheme, person, reason=f"{NAME} passed on site")
        world.client(person)
        _leave_traces(world, vendor)
        _ask_for_another_address(world, person)
        yield Scene(app, world, tmp_path / "live", vendor, person, certificate)


def _ask_for_another_address(world: World, person: UserRef) -> None:
    """One that nobody has confirmed yet, and a second factor on the way."""
    with world.app.app_context(), transaction():
        user = db.session.get_one(User, person.id)
        request_email_change(
            Actor(user_id=user.id, user_public_id=user.public_id), user, "z.quist@new.example"
        )
        begin_enrolment(user)


def _leave_traces(world: World, vendor: VendorRef) -> None:
    book = Workbook()
    assert book.active is not None
    book.active.append(["external_id", "name", "manager"])
    book.active.append(["P-9", "Blue Ridge", NAME])
    workbook = io.BytesIO()
    book.save(workbook)
    text = f"external_id;name;manager\nP-1;Ridge & Co;{NAME}\nP-2;Other;{EMAIL}\n"
    with world.acting(vendor) as actor, transaction():
        for number, content in enumerate((text.encode("utf-8"), text.encode("cp1252", "replace"))):
            run_import(
                actor, content.replace(b"P-", f"P{number}-".encode()), f"{NAME}.csv",
                kind=ImportKind.PARTNERS, source="crm", options=ImportOptions(),
            )  # fmt: skip
        drafts.upload_file(
            actor, workbook.getvalue(), "partners.xlsx", kind=ImportKind.PARTNERS, source="crm"
        )
        queue_mail(system_actor(None), EMAIL, "Welcome", f"Dear {NAME}")
        queue_mail(
            system_actor(None), "olaf@reseller.example", f"{NAME.upper()} passed", f"Ask {EMAIL.lower()}."
        )
        _leave_traces_on_desks(actor, vendor)
        orphan = storage.put(str(vendor.public_id), f"Upload of {NAME}, never kept".encode())
        assert orphan


def _leave_traces_on_desks(actor: Actor, vendor: VendorRef) -> None:
    """What others wrote down: in lists they keep, in figures that are searched by their words."""
    olaf = db.session.scalars(select(User).where(User.email == "olaf@reseller.example")).one()
    place = db.session.scalars(select(Partnership).limit(1)).one()
    now = clock.now()
    query = f"search={quote_plus(NAME)}&mail={quote_plus(EMAIL)}"
    db.session.add_all(
        [
            SavedView(user_id=olaf.id, endpoint="accounts.people", name=NAME, query=query, created_at=now),
            PartnershipContact(
                partnership_id=place.id, name=NAME, email=EMAIL, created_at=now
            ),
            Deal(
                partnership_id=place.id, source_system="crm", external_id="D-7", stage=DealStage.SUBMITTED,
                customer_name=NAME, registered_on=now.date(), currency="USD", received_at=now,
            ),
        ]
    )  # fmt: skip
    db.session.flush()
    assert actor.vendor_id == vendor.id


def find_in_cluster(app: Flask) -> list[str]:
    """What PostgreSQL's own files of the database, and a plain dump of it, still show.

    After VACUUM FULL, as docs/operations.md has the owner do; the write-ahead log goes by itself.
    """
    close(app)
    name = make_url(app.config["DATABASE_URL"]).database or ""
    with postgres_server().connect(name) as connection:
        connection.execute("VACUUM FULL")
        connection.execute("CHECKPOINT")
        folder, number = connection.execute(
            "SELECT current_setting('data_directory'), oid FROM pg_database WHERE datname = %s", (name,)
        ).fetchone() or ("", 0)
    found = find_person(Path(folder) / "base" / str(number))
    url = app.config["DATABASE_URL"].replace("+psycopg", "")
    dump = subprocess.run(["pg_dump", url], capture_output=True, check=True).stdout
    return found + [f"dump: {needle!r}" for needle in needles() if needle in dump]


def flask(app: Flask, *arguments: str | Path) -> Result:
    return app.test_cli_runner().invoke(args=list(map(str, arguments)))


def erase(scene: Scene, *more: str) -> Result:
    close(scene.app)
    return flask(
        scene.app, "users", "erase", "--email", EMAIL.lower(), "--reason", "Request 17/2026", "--yes", *more
    )


def needles() -> set[bytes]:
    texts = {NAME, NAME.upper(), NAME.lower(), EMAIL, EMAIL.lower(), "Müller-Quist", "Quist", "quist"}
    found = {
        text.encode(code, "ignore")
        for text in texts
        for code in ("utf-8", "utf-16-le", "utf-16-be", "cp1252")
    }
    return found | {json.dumps(text)[1:-1].encode() for text in texts}


def bytes_of(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Every file below a folder, as it is, and as what it holds."""
    for path in sorted(folder.rglob("*")):
        if not path.is_file():
            continue
        content = path.read_bytes()
        yield path.name, content
        if content.startswith(b"%PDF-"):
            text = subprocess.run(["pdftotext", "-", "-"], input=content, capture_output=True, check=True)
            yield f"{path.name} (text)", text.stdout
        if content.startswith(b"PK\x03\x04"):
            with zipfile.ZipFile(path) as archive:
                for member in archive.namelist():
                    yield f"{path.name}/{member}", archive.read(member)


def find_person(folder: Path) -> list[str]:
    return sorted(
        {
            f"{name}: {needle!r}"
            for name, content in bytes_of(folder)
            for needle in needles()
            if needle in content
        }
    )
