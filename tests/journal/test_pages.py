"""The journal's pages."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime

import pytest

from prm.extensions import db
from prm.infra import clock
from prm.infra.db import transaction
from prm.journal.services import record
from prm.permissions import Role
from prm.vendors.models import Vendor
from tests.factories import UserRef, VendorRef, World
from tests.journal.tampering import tamper


@pytest.fixture
def acme(world: World) -> VendorRef:
    return world.vendor("acme")


@pytest.fixture
def admin(world: World, acme: VendorRef) -> UserRef:
    with clock.freeze(datetime(2026, 3, 1, 8, tzinfo=UTC)):
        return world.user(Role.VENDOR_ADMIN, vendor=acme, name="Ada Admin")


def act(world: World, acme: VendorRef, user: UserRef | None, action: str, day: int) -> None:
    with (
        clock.freeze(datetime(2026, 3, day, 23, 30, tzinfo=UTC)),
        world.acting(acme, user) as actor,
        transaction(),
    ):
        subject = db.session.get_one(Vendor, acme.id)
        record(
            actor,
            action,
            subject,
            facts={"name": ["Acme", "Acme Ltd"]},
            personal={"email": "nora@new.example"},
        )


def rows(world: World, user: UserRef, query: str = "") -> list[str]:
    answer = world.client(user).get(f"/acme/journal/?format=csv&{query}")
    assert answer.status_code == 200
    return [row["What"] for row in csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig")))]


def test_the_page_says_who_did_what(world: World, acme: VendorRef, admin: UserRef) -> None:
    act(world, acme, admin, "thing.changed", 2)
    act(world, acme, admin, "thing.listed", 2)
    page = world.client(admin).get("/acme/journal/").text
    for text in ("Ada Admin", "thing.changed", "nora@new.example", "Mar 2, 2026"):
        assert text in page
    assert "Acme → Acme Ltd" in page and "Acme, Acme Ltd" in page


def test_newest_first_filtered_by_action_actor_and_date(
    world: World, acme: VendorRef, admin: UserRef
) -> None:
    act(world, acme, admin, "first.done", 2)
    act(world, acme, None, "second.done", 3)
    act(world, acme, admin, "third.done", 4)
    assert rows(world, admin)[:3] == ["third.done", "second.done", "first.done"]
    assert rows(world, admin, "action=second.done") == ["second.done"]
    assert rows(world, admin, f"actor=user:{admin.public_id}") == ["third.done", "first.done"]
    assert rows(world, admin, "since=2026-03-03&until=2026-03-03") == ["second.done"]
    assert rows(world, admin, "since=nonsense&search=third") == ["third.done"]


def test_a_journal_is_its_vendors_alone(world: World, acme: VendorRef, admin: UserRef) -> None:
    globex = world.vendor("globex")
    other = world.user(Role.VENDOR_ADMIN, vendor=globex, name="Gus Globex")
    act(world, acme, admin, "secret.done", 2)
    page = world.client(other).get("/globex/journal/").text
    assert "secret.done" not in page and "Ada Admin" not in page
    assert world.client(other).get("/acme/journal/").status_code == 404


def test_others_read_no_journal(world: World, acme: VendorRef, admin: UserRef) -> None:
    north = world.partnership(acme)
    for user in (
        world.user(Role.CHANNEL_MANAGER, vendor=acme),
        world.user(Role.EXECUTIVE, vendor=acme),
        world.user(Role.CONTENT_AUTHOR, vendor=acme),
        world.user(Role.PARTNER_ADMIN, partnership=north),
    ):
        assert world.client(user).get("/acme/journal/").status_code == 403
        assert world.client(user).get("/acme/journal/verify").status_code == 403


def test_verifying_says_what_was_found(world: World, acme: VendorRef, admin: UserRef) -> None:
    client = world.client(admin)
    page = client.get("/acme/journal/verify").text
    assert "No change was found" in page and "Not checked" in page
    assert "flask journal verify --vendor acme --heads FILE" in page
    tamper(
        world.app, "UPDATE journal_entry SET action = 'x' WHERE chain = :c AND sequence = 1",
        c=str(acme.public_id),
    )  # fmt: skip
    page = client.get("/acme/journal/verify").text
    assert "The journal was tampered with" in page and "Entry 1 was changed." in page
