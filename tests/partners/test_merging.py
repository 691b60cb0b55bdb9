"""Merging duplicates with everything that hangs on them, and taking them apart again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import delete, select

from prm.accounts.models import Invitation, Membership, User
from prm.deals.models import Deal
from prm.extensions import db
from prm.infra import clock
from prm.infra.db import serve_vendor, transaction
from prm.journal.models import JournalEntry
from prm.onboarding.models import MilestoneKind, Side
from prm.onboarding.steps import Step
from prm.partners.models import (
    Partnership,
    PartnershipAlias,
    PartnershipMerge,
    PartnershipNote,
    PartnershipStatus,
)
from prm.partners.queries import merges as queries
from prm.partners.services import desk, link_partnership, structure
from prm.permissions import Role
from prm.revenue.models import Order
from tests.factories import PartnershipRef, UserRef, VendorRef, World
from tests.factories.accounts import invite
from tests.factories.partners import make_template, publish_agreement
from tests.factories.revenue import import_rows
from tests.factories.training import assign, complete, make_course

# What a merge itself writes, and what only ever grows.
LEDGER = {"partnership_merge", "partnership_move", "partnership_past", "partner_people"}
JOURNAL = {"journal_entry", "journal_head", "journal_personal_value"}


@pytest.fixture
def acme(world: World) -> VendorRef:
    return world.vendor("acme")


@pytest.fixture
def admin(world: World, acme: VendorRef) -> UserRef:
    return world.user(Role.VENDOR_ADMIN, vendor=acme, name="Ada Admin")


@pytest.fixture
def client(world: World, admin: UserRef) -> FlaskClient:
    return world.client(admin)


@pytest.fixture
def north(world: World, acme: VendorRef) -> PartnershipRef:
    return world.partnership(acme, "Northwind", external_id="N-1", source_system="crm")


@pytest.fixture
def twice(world: World, acme: VendorRef, admin: UserRef) -> PartnershipRef:
    """A duplicate, with something of every kind on it."""
    make_template(world, acme, Step(MilestoneKind.MANUAL, Side.VENDOR, 5, title="Call"))
    ref = world.partnership(
        acme, "North Wind Inc", status=PartnershipStatus.ONBOARDING, external_id="N-2", source_system="crm"
    )
    boss = world.user(Role.PARTNER_ADMIN, partnership=ref, name="Bob Boss")
    course = make_course(world, acme, "Basics")
    assign(world, ref, course)
    complete(world, acme, boss, course)
    sell(world, acme, "N-2", "1")
    version = publish_agreement(world, acme)
    sent = {"version": version, "is_accepted": "y"}
    assert world.client(boss).post("/acme/partners/agreement", data=sent).status_code == 303
    invite(world, acme, admin, email="new@north.example", role=Role.PARTNER_MEMBER, partnership=ref)
    shop = world.partnership(acme, "Corner Shop")
    with world.acting(acme, admin) as actor, transaction():
        row = by_id(ref)
        desk.add_note(actor, row, body="Remember")
        desk.add_contact(actor, row, name="Carl", function="", email="", phone="")
        desk.add_task(actor, row, title="Call", owner_id=admin.public_id, due_on=clock.today("UTC"))
        structure.add_branch(actor, row, name="South", address="", region=None)
        structure.set_parent(actor, by_id(shop), "North Wind Inc")
        db.session.add(
            PartnershipAlias(partnership_id=row.id, value="NW Incorporated", value_folded="nw incorporated")
        )
    return ref


def sell(world: World, acme: VendorRef, partner: str, number: str) -> None:
    today = clock.today("UTC").isoformat()
    deal = {
        "external_id": f"D{number}", "partner": partner, "customer": "C", "product": "P", "stage": "won",
        "registered_on": today, "closed_on": today, "amount": "100",
    }  # fmt: skip
    import_rows(world, acme, "deals", [deal], won_as_orders=True)


def by_id(ref: PartnershipRef) -> Partnership:
    return db.session.scalars(select(Partnership).where(Partnership.id == ref.id)).one()


def merge(client: FlaskClient, survivor: PartnershipRef, absorbed: PartnershipRef) -> int:
    url = f"/acme/partners/{survivor.public_id}/merge"
    return client.post(url, data={"absorbed": str(absorbed.public_id)}).status_code


def undo_url(world: World, acme: VendorRef) -> str:
    with world.acting(acme):
        open_ones = select(PartnershipMerge.public_id).where(PartnershipMerge.unmerged_at.is_(None))
        return f"/acme/partners/merges/{db.session.scalars(open_ones).one()}/undo"


def contents(world: World, acme: VendorRef) -> dict[str, list[str]]:
    """Every row of every table, but what a merge writes about itself."""
    with world.app.app_context(), serve_vendor(acme.id):
        connection = db.session.connection()
        return {
            name: sorted(map(repr, connection.execute(table.select())))
            for name, table in db.metadata.tables.items()
            if name not in LEDGER | JOURNAL
        }


def still_pointing(world: World, acme: VendorRef, ref: PartnershipRef) -> dict[str, int]:
    """Rows of any table whose foreign key names a partnership: read from the schema itself."""
    found = {}
    with world.app.app_context(), serve_vendor(acme.id):
        connection = db.session.connection()
        for name, table in db.metadata.tables.items():
            for key in table.foreign_keys:
                if key.column.table.name != "partnership" or key.column.name != "id" or name in LEDGER:
                    continue
                rows = connection.execute(table.select().where(key.parent == ref.id)).all()
                if rows:
                    found[name] = len(rows)
    return found


def test_everything_moves_whichever_table_it_is_in(
    world: World, acme: VendorRef, north: PartnershipRef, twice: PartnershipRef, client: FlaskClient
) -> None:
    hanging = still_pointing(world, acme, twice)
    assert len(hanging) >= 14, f"too little hangs on it to prove anything: {hanging}"
    with world.acting(acme):
        assert queries.count_hanging(by_id(twice)) == hanging
    page = client.get(f"/acme/partners/{north.public_id}/merge?name=north+wind+inc").text
    assert "Deals" in page and "Notes" in page and "Further records" not in page
    assert merge(client, north, twice) == 303
    assert still_pointing(world, acme, twice) == {}
    with world.acting(acme):
        entry = db.session.scalars(
            select(JournalEntry).where(JournalEntry.action == "partnership.merged")
        ).one()
        assert entry.facts["moved"] == hanging
        assert by_id(twice).status is PartnershipStatus.ENDED


def test_taking_apart_restores_every_row_exactly(
    world: World, acme: VendorRef, north: PartnershipRef, twice: PartnershipRef, client: FlaskClient
) -> None:
    world.user(Role.PARTNER_ADMIN, partnership=north)
    before = contents(world, acme)
    assert merge(client, north, twice) == 303
    assert contents(world, acme) != before
    url = undo_url(world, acme)
    assert "goes back" in client.get(url).text
    assert client.post(url).status_code == 303
    after = contents(world, acme)
    # What people were told of in between stays told: the courses of the duplicate.
    changed = {name for name in before if before[name] != after[name]}
    assert changed <= {"user_session", "notification", "outgoing_mail"}
    assert client.post(url).status_code == 404, "taken apart once"


def test_what_was_deleted_since_stands_in_the_way_and_is_named(
    world: World, acme: VendorRef, north: PartnershipRef, twice: PartnershipRef, client: FlaskClient
) -> None:
    merge(client, north, twice)
    with world.acting(acme), transaction():
        db.session.execute(delete(PartnershipNote))
    before = contents(world, acme)
    answer = client.post(undo_url(world, acme))
    assert answer.status_code == 409 and "Notes: 1" in answer.text
    assert contents(world, acme) == before, "nothing was moved back"


def test_the_names_of_both_find_the_survivor_in_imports(
    world: World, acme: VendorRef, north: PartnershipRef, twice: PartnershipRef, client: FlaskClient
) -> None:
    merge(client, north, twice)
    for number, name in enumerate(["North Wind Inc", "N-2", "NW Incorporated", "N-1"], 10):
        sell(world, acme, name, str(number))
    with world.acting(acme):
        assert set(db.session.scalars(select(Deal.partnership_id))) == {north.id}
        assert set(db.session.scalars(select(Order.partnership_id))) == {north.id}
    import_rows(world, acme, "partners", [{"name": "North Wind Inc", "external_id": "N-2"}])
    with world.acting(acme):
        assert by_id(north).name == "Northwind", "what a source says of the duplicate renames nobody"
    client.get("/acme/")  # where the message of the merge is shown
    page = client.get("/acme/partners/").text
    assert "Northwind" in page and "North Wind Inc" not in page
    assert "NW Incorporated" in client.get(f"/acme/partners/{north.public_id}").text
    assert "was merged into another" in client.get(f"/acme/partners/{twice.public_id}").text


def test_people_of_the_duplicate_come_to_the_survivor_and_go_back(
    world: World, acme: VendorRef, north: PartnershipRef, client: FlaskClient
) -> None:
    twice = world.partnership(acme, "North Wind Inc")
    world.user(Role.PARTNER_ADMIN, partnership=north)
    bob = world.user(Role.PARTNER_MEMBER, partnership=twice, name="Bob Boss")
    partner = world.client(bob)
    merge(client, north, twice)
    assert partner.get("/acme/").status_code == 200
    with world.acting(acme, bob) as actor:
        assert actor.partnership_id == north.id
    assert "Bob Boss" in client.get(f"/acme/partners/{north.public_id}").text
    client.post(undo_url(world, acme))
    with world.acting(acme, bob) as actor:
        assert actor.partnership_id == twice.id
    assert "Bob Boss" not in client.get(f"/acme/partners/{north.public_id}").text


def test_what_a_vendor_merges_changes_nothing_at_another(
    world: World, acme: VendorRef, north: PartnershipRef, client: FlaskClient
) -> None:
    globex = world.vendor("globex")
    twice, there = world.partnership(acme, "North Wind Inc"), world.partnership(globex, "North Wind")
    world.user(Role.PARTNER_ADMIN, partnership=north)
    bob = world.user(Role.PARTNER_ADMIN, partnership=twice, name="Bob Boss")
    with world.acting(acme):
        company = by_id(twice).partner_id
        assert company is not None
    with world.acting(globex) as actor, transaction():
        link_partnership(actor, by_id(there), company)
    merge(client, north, twice)
    with world.acting(globex, bob) as actor:
        assert actor.partnership_id == there.id and actor.partner_id == company
    with world.acting(acme, bob) as actor:
        assert actor.partnership_id == north.id


def test_an_invitation_to_the_duplicate_leads_to_the_survivor(
    world: World, acme: VendorRef, north: PartnershipRef, twice: PartnershipRef, client: FlaskClient
) -> None:
    def invited() -> Any:
        with world.acting(acme):
            return db.session.scalars(select(Invitation.partnership_public_id)).one()

    merge(client, north, twice)
    assert invited() == north.public_id
    client.post(undo_url(world, acme))
    assert invited() == twice.public_id


def test_the_survivor_keeps_its_own_of_what_there_is_one_of(
    world: World, acme: VendorRef, admin: UserRef, twice: PartnershipRef, client: FlaskClient
) -> None:
    own = world.partnership(acme, "Own plan", status=PartnershipStatus.ONBOARDING)
    before = contents(world, acme)
    assert merge(client, own, twice) == 303
    assert still_pointing(world, acme, twice) == {"onboarding_plan": 1}
    client.post(undo_url(world, acme))
    after = contents(world, acme)
    assert {name for name in before if before[name] != after[name]} == set()


def test_what_cannot_be_merged_is_said(
    world: World, acme: VendorRef, north: PartnershipRef, twice: PartnershipRef, client: FlaskClient
) -> None:
    other = world.partnership(acme, "Other")
    assert merge(client, north, north) == 422
    assert merge(client, north, twice) == 303
    assert merge(client, other, twice) == 409, "it was merged already"
    assert merge(client, twice, other) == 409
    west = world.client(world.user(Role.CHANNEL_MANAGER, vendor=acme, region_names=("West",)))
    assert merge(west, north, other) == 404
    resumed = client.post(f"/acme/partners/{twice.public_id}/resume", data={"reason": "x"})
    assert resumed.status_code == 409


def test_merging_makes_no_circle_of_distributors(
    world: World, acme: VendorRef, admin: UserRef, client: FlaskClient
) -> None:
    a, b, c = (world.partnership(acme, name) for name in ("A", "B", "C"))
    with world.acting(acme, admin) as actor, transaction():
        structure.set_parent(actor, by_id(a), "B")
        structure.set_parent(actor, by_id(b), "C")
    before = contents(world, acme)
    assert merge(client, a, c) == 409
    assert contents(world, acme) == before


def test_history_as_of_before_the_merge_is_told_by_the_survivor(
    world: World, acme: VendorRef, north: PartnershipRef, twice: PartnershipRef, client: FlaskClient
) -> None:
    with clock.travel(clock.now() + timedelta(days=30)):
        later = world.client(world.user(Role.VENDOR_ADMIN, vendor=acme))
        merge(later, north, twice)
        on = (clock.today("UTC") - timedelta(days=20)).isoformat()
        page = later.get(f"/acme/partners/{north.public_id}?as_of={on}").text
        assert "Bob Boss" in page and "Basics" in page


def test_somebody_of_both_is_there_once(
    world: World, acme: VendorRef, north: PartnershipRef, client: FlaskClient
) -> None:
    twice = world.partnership(acme, "North Wind Inc")
    world.user(Role.PARTNER_ADMIN, partnership=twice)
    zoe = world.user(Role.PARTNER_ADMIN, partnership=north, name="Zoë Ångström")
    with world.acting(acme), transaction():
        row = by_id(twice)
        assert row.partner_id is not None
        known = db.session.scalars(select(Membership).join(User).where(User.id == zoe.id)).one()
        db.session.add(
            Membership(
                user_id=zoe.id, partner_id=row.partner_id, role=known.role, job_functions=[],
                region_names=[], started_at=clock.now(),
            )
        )  # fmt: skip
    merge(client, north, twice)
    assert client.get(f"/acme/partners/{north.public_id}").text.count("Zoë Ångström") <= 2
