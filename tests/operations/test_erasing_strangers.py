"""Erasing somebody who never had an account: a contact, who applied, who was invited."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import select

from prm import create_app
from prm.access import system_actor
from prm.accounts.mailbox import queue_mail
from prm.accounts.models import Invitation, User
from prm.accounts.services.invitations import invite
from prm.extensions import db
from prm.infra import clock, jobs, storage
from prm.infra.db import transaction
from prm.journal.queries import get_heads, verify_chain
from prm.partners.models import ApplicationStatus, PartnerApplication, Partnership, PartnershipContact
from prm.partners.services.desk import add_contact, add_note
from prm.permissions import Role
from prm.vendors.models import Vendor
from tests.conftest import settings
from tests.factories import VendorRef, World
from tests.operations.installation import close, find_in_tables, installation, put_postgresql_on_path
from tests.servers import postgres_server

NAME, SPELLED, EMAIL, PHONE = (
    "Ida Varga-Holm",
    "Ida Varga Holmsen",
    "Ida.Varga@reseller.example",
    "+47 555 0188",
)
TRACES = ("varga", "ida.v", "555 0188")


@pytest.fixture
def app(tmp_path: Path, database_kind: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    """Two vendors that know the same stranger, each in its own way."""
    put_postgresql_on_path(monkeypatch)
    with installation(tmp_path / "live", database_kind) as app:
        world = World(app)
        acme, other = world.vendor("acme"), world.vendor("other")
        write_down(world, acme)
        place = world.partnership(other, "Elsewhere")
        admin = world.user(Role.VENDOR_ADMIN, vendor=other)
        with world.acting(other, admin) as actor, transaction():
            company = db.session.get_one(Partnership, place.id)
            invite(actor, email=EMAIL.lower(), name=SPELLED, role=Role.PARTNER_MEMBER, company=company)
            storage.put(str(other.public_id), f"Card of {SPELLED}, never kept".encode())
        yield app


def write_down(world: World, vendor: VendorRef) -> None:
    place = world.partnership(vendor, "Northwind")
    with world.acting(vendor) as actor, transaction():
        company = db.session.get_one(Partnership, place.id)
        add_contact(actor, company, name=NAME, function="Buyer", email=EMAIL, phone=PHONE)
        add_contact(actor, company, name=NAME, function="", email="", phone=PHONE)
        add_contact(actor, company, name="Bo Ek", function="Sales", email="bo@reseller.example", phone="1")
        add_note(actor, company, body=f"Called {NAME.upper()}, will write to {EMAIL}.")
        queue_mail(system_actor(None), "bo@reseller.example", "Your colleague", f"{NAME} asked for you.")
        db.session.add(
            PartnerApplication(
                company="Northwind", company_folded="northwind", web_domain="reseller.example", country="NO",
                contact_name=NAME, email=EMAIL, message=f"Call me: {PHONE}",
                answers=[{"label": "Telephone", "value": PHONE}], locale="en", token_hash="x" * 64,
                status=ApplicationStatus.APPROVED, created_at=clock.now(), expires_at=clock.now(),
            )
        )  # fmt: skip


def flask(app: Flask, *arguments: str | Path, answer: str = "") -> Result:
    close(app)
    return app.test_cli_runner().invoke(args=list(map(str, arguments)), input=answer)


def erase(app: Flask) -> Result:
    return flask(app, "users", "erase", "--email", EMAIL.upper(), "--reason", "Request 18/2026", "--yes")


def find_in_files(folder: Path) -> list[str]:
    contents = ((path.name, path.read_bytes().lower()) for path in folder.rglob("*") if path.is_file())
    return [f"{name}: {trace}" for name, content in contents for trace in TRACES if trace.encode() in content]


def test_nothing_is_left_of_a_stranger_at_any_vendor(app: Flask, tmp_path: Path) -> None:
    assert len(find_in_tables(app, *TRACES)) > 8 and find_in_files(tmp_path / "live"), (
        "the scene leaves no traces"
    )
    asked = flask(app, "users", "erase", "--email", EMAIL, "--reason", "R", answer="n\n")
    assert asked.exit_code == 1 and f"Erase {SPELLED}, {NAME} <{EMAIL}> for ever?" in asked.output
    named = flask(app, "users", "erase", "--email", EMAIL, "--reason", f"Wish of {SPELLED}", "--yes")
    assert named.exit_code == 1 and "names the person" in named.output
    assert erase(app).exit_code == 0
    jobs.sweep(app)
    assert find_in_tables(app, *TRACES) == []
    assert find_in_files(tmp_path / "live") == []
    with app.app_context():
        assert all(verify_chain(chain, head).is_valid for chain, head in get_heads().items())
        assert db.session.scalars(select(Invitation)).one().withdrawn_at is not None
        former = db.session.scalars(select(User).where(User.name == "Former person")).one()
        assert not former.is_active and former.password_hash is None
    with World(app).acting(acme_of(app)):
        kept = db.session.scalars(select(PartnershipContact)).all()
        assert [contact.name for contact in kept] == ["Bo Ek"], "others keep their cards"
        application = db.session.scalars(select(PartnerApplication)).one()
        assert (application.company, application.contact_name, application.answers) == (
            "Northwind", "Former person", [],
        )  # fmt: skip
    again = erase(app)
    assert again.exit_code == 1 and "nobody" in again.output


def test_a_restore_erases_a_stranger_again_but_not_who_was_written_down_since(
    app: Flask, tmp_path: Path, database_kind: str
) -> None:
    before, after = tmp_path / "before.tar", tmp_path / "after.tar"
    assert flask(app, "backup", "create", "--out", before).exit_code == 0
    assert erase(app).exit_code == 0
    with app.app_context():
        ledger = tmp_path / "live" / "erasures.jsonl"
        assert not any(trace in ledger.read_text().casefold() for trace in TRACES)
    write_down_again(app)
    assert flask(app, "backup", "create", "--out", after).exit_code == 0
    for backup, times in ((before, 1), (after, 0)):
        drill = tmp_path / backup.stem
        target, changes = ["--into", str(drill)], {}
        if database_kind == "postgresql":
            changes["DATABASE_URL"] = postgres_server().create_database().owner_url
            target = ["--into", changes["DATABASE_URL"], "--files", str(drill / "files")]
        result = flask(app, "backup", "restore", backup, *target, "--ledger", ledger, "--json")
        assert result.exit_code == 0, result.output
        assert json.loads(result.stdout)["erased_again"] == times
        restored = create_app(settings(drill, **changes))
        jobs.sweep(restored)
        assert bool(find_in_tables(restored, *TRACES)) is (times == 0)


def acme_of(app: Flask) -> VendorRef:
    with app.app_context():
        vendor = db.session.scalars(select(Vendor).where(Vendor.slug == "acme")).one()
        return VendorRef(vendor.id, vendor.public_id, vendor.slug)


def write_down_again(app: Flask) -> None:
    with World(app).acting(acme_of(app)) as actor, transaction():
        company = db.session.scalars(select(Partnership).limit(1)).one()
        add_contact(actor, company, name=NAME, function="Buyer again", email=EMAIL, phone=PHONE)
