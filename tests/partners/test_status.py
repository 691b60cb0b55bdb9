"""Suspending, resuming, ending; branches and distributors."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from prm.extensions import db
from prm.journal.models import JournalEntry
from prm.partners.models import Partnership, PartnershipBranch
from prm.permissions import Role
from tests.factories import PartnershipRef, VendorRef, World


@pytest.fixture
def acme(world: World) -> VendorRef:
    return world.vendor("acme")


@pytest.fixture
def north(world: World, acme: VendorRef) -> PartnershipRef:
    return world.partnership(acme, "Northwind", region="West")


@pytest.fixture
def client(world: World, acme: VendorRef) -> FlaskClient:
    return world.client(world.user(Role.VENDOR_ADMIN, vendor=acme))


def act(client: FlaskClient, ref: PartnershipRef, what: str, reason: str = "So it is") -> int:
    return client.post(f"/acme/partners/{ref.public_id}/{what}", data={"reason": reason}).status_code


def status_of(world: World, ref: PartnershipRef) -> str:
    with world.acting(ref.vendor):
        found = db.session.scalars(select(Partnership.status).where(Partnership.id == ref.id)).one()
        return found.value


def test_a_partnership_is_suspended_resumed_and_ended(
    world: World, acme: VendorRef, north: PartnershipRef, client: FlaskClient
) -> None:
    assert act(client, north, "resume") == 409, "it is active"
    assert act(client, north, "suspend", reason=" ") == 422
    assert act(client, north, "suspend") == 303 and status_of(world, north) == "suspended"
    assert act(client, north, "suspend") == 409
    assert act(client, north, "resume") == 303 and status_of(world, north) == "active"
    assert act(client, north, "end") == 303 and status_of(world, north) == "ended"
    assert act(client, north, "end") == 409
    with world.acting(acme):
        actions = db.session.scalars(select(JournalEntry.action).order_by(JournalEntry.id)).all()
    assert [a for a in actions if a.startswith("partnership.")] == [
        "partnership.created", "partnership.suspended", "partnership.resumed", "partnership.ended",
    ]  # fmt: skip


def test_ending_takes_the_people_away_and_resuming_brings_them_back(
    world: World, north: PartnershipRef, client: FlaskClient
) -> None:
    partner = world.client(world.user(Role.PARTNER_ADMIN, partnership=north))
    assert "1 person loses access" in client.get(f"/acme/partners/{north.public_id}/end").text
    act(client, north, "suspend")
    assert partner.get("/acme/").status_code == 200
    act(client, north, "end")
    assert partner.get("/acme/").status_code == 404 and "/acme/" not in partner.get("/start").text
    act(client, north, "resume")
    assert partner.get("/acme/").status_code == 200


def test_the_story_offers_what_the_status_allows(north: PartnershipRef, client: FlaskClient) -> None:
    url = f"/acme/partners/{north.public_id}"
    page = client.get(url).text
    assert f"{url}/suspend" in page and f"{url}/resume" not in page
    act(client, north, "end")
    page = client.get(url).text
    assert f"{url}/end" not in page and f"{url}/resume" in page


def test_branches_are_shown_and_removed(
    world: World, acme: VendorRef, north: PartnershipRef, client: FlaskClient
) -> None:
    url = f"/acme/partners/{north.public_id}/branches"
    assert client.post(url, data={"name": "", "address": "Kept"}).status_code == 422
    data = {"name": "Harbour office", "address": "Quay 1\nHamburg", "region": "North"}
    assert client.post(url, data=data).status_code == 303
    partner = world.client(world.user(Role.PARTNER_ADMIN, partnership=north))
    assert "Hamburg" in partner.get(f"/acme/partners/{north.public_id}").text
    with world.acting(acme):
        branch_id = db.session.scalars(select(PartnershipBranch.public_id)).one()
    assert client.post(f"/acme/partners/branches/{branch_id}/remove").status_code == 303
    assert "Hamburg" not in client.get(url).text


def test_who_buys_through_whom_makes_no_circle(
    world: World, acme: VendorRef, north: PartnershipRef, client: FlaskClient
) -> None:
    distributor = world.partnership(acme, "Big Distribution")
    shop = world.partnership(acme, "Corner Shop")

    def set_parent(child: PartnershipRef, name: str) -> int:
        url = f"/acme/partners/{child.public_id}/parent"
        return client.post(url, data={"parent": name}).status_code

    assert set_parent(north, "big  distribution") == 303
    assert set_parent(shop, "Northwind") == 303
    for child, name in ((distributor, "Corner Shop"), (north, "Northwind"), (north, "Nobody")):
        assert set_parent(child, name) == 422, name
    assert "Buys through" in client.get(f"/acme/partners/{north.public_id}").text
    assert "Northwind" in client.get(f"/acme/partners/{distributor.public_id}").text
    assert set_parent(north, "") == 303
    assert set_parent(distributor, "Corner Shop") == 303, "the circle is open now"


def test_a_distributor_out_of_reach_is_not_named(
    world: World, acme: VendorRef, north: PartnershipRef, client: FlaskClient
) -> None:
    world.partnership(acme, "Far Distribution", region="East")
    client.post(f"/acme/partners/{north.public_id}/parent", data={"parent": "Far Distribution"})
    west = world.client(world.user(Role.CHANNEL_MANAGER, vendor=acme, region_names=("West",)))
    assert "Far Distribution" not in west.get(f"/acme/partners/{north.public_id}").text
    partner = world.client(world.user(Role.PARTNER_ADMIN, partnership=north))
    assert "Far Distribution" in partner.get(f"/acme/partners/{north.public_id}").text
