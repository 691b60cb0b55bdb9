"""Applications and regions: whose managers see what, by country or as somebody decides."""

from __future__ import annotations

from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from prm.extensions import db
from prm.infra.db import transaction
from prm.journal.models import JournalEntry
from prm.partners.models import CountryRegion, PartnerApplication
from prm.permissions import Role
from tests.factories import UserRef, VendorRef, World
from tests.factories.partners import apply


@pytest.fixture
def acme(world: World) -> VendorRef:
    vendor = world.vendor("acme")
    for region in ("West", "East"):
        world.partnership(vendor, f"Known {region}", region=region)
    return vendor


@pytest.fixture
def admin(world: World, acme: VendorRef) -> FlaskClient:
    return world.client(world.user(Role.VENDOR_ADMIN, vendor=acme))


def manager(world: World, acme: VendorRef, *regions: str) -> FlaskClient:
    return world.client(world.user(Role.CHANNEL_MANAGER, vendor=acme, region_names=regions))


def of_region(admin: FlaskClient, country: str, region: str) -> int:
    data = {"country": country, "region": region}
    return admin.post("/acme/partners/applications/regions", data=data).status_code


def sees(client: FlaskClient, application: UUID) -> bool:
    listed = "Newcomer Ltd" in client.get("/acme/partners/applications").text
    status = client.get(f"/acme/partners/applications/{application}").status_code
    assert status == (200 if listed else 404), "the list and the page agree"
    return listed


def test_who_applies_from_a_country_is_seen_by_the_managers_of_its_region(
    world: World, acme: VendorRef, admin: FlaskClient
) -> None:
    assert of_region(admin, "DE", "West") == 303
    application = apply(world, acme)
    west, east, everywhere = (manager(world, acme, *r) for r in (("West",), ("East",), ()))
    assert [sees(who, application) for who in (admin, everywhere, west, east)] == [True, True, True, False]
    page = west.get(f"/acme/partners/applications/{application}").text
    assert 'value="West"' in page, "what approves it proposes its region"
    form = {"name": "Newcomer Ltd", "type": "var", "region": "West", "manager": ""}
    url = f"/acme/partners/applications/{application}/approve"
    assert east.post(url, data=form).status_code == 404
    assert west.post(url, data=form).status_code == 303


def test_what_has_no_region_waits_for_who_sees_all_until_the_country_gets_one(
    world: World, acme: VendorRef, admin: FlaskClient
) -> None:
    application = apply(world, acme)
    west = manager(world, acme, "West")
    assert sees(admin, application) and not sees(west, application)
    assert "Nobody yet" not in west.get("/acme/").text
    of_region(admin, "DE", "West")
    assert sees(west, application), "what waits without a region gets it"
    of_region(admin, "DE", "East")
    assert sees(west, application), "what has one keeps it"


def test_an_application_is_passed_on_and_leaves_the_reach(
    world: World, acme: VendorRef, admin: FlaskClient
) -> None:
    of_region(admin, "DE", "West")
    application = apply(world, acme)
    west, east = manager(world, acme, "West"), manager(world, acme, "East")
    url = f"/acme/partners/applications/{application}/region"
    assert east.post(url, data={"region": "East"}).status_code == 404
    answer = west.post(url, data={"region": "East"})
    assert answer.status_code == 303 and answer.location == "/acme/partners/applications"
    assert sees(east, application) and not sees(west, application)
    assert east.post(url, data={"region": "Nowhere"}).status_code == 303
    assert sees(east, application), "a region that is none changes nothing"
    east.post(url, data={"region": ""})
    assert not sees(east, application) and sees(admin, application)
    with world.acting(acme):
        actions = db.session.scalars(select(JournalEntry.action)).all()
    assert actions.count("application.passed_on") == 2
    admin.post(f"/acme/partners/applications/{application}/reject", data={"reason": "No."})
    page = admin.post(url, data={"region": "West"}, follow_redirects=True).text
    assert "ruled on this application already" in page


def test_a_country_without_a_region_is_asked_for_and_a_line_is_removed(
    world: World, acme: VendorRef, admin: FlaskClient
) -> None:
    assert of_region(admin, "", "West") == 422 and of_region(admin, "DE", "") == 422
    assert of_region(admin, "DE", "Nowhere") == 422
    assert of_region(admin, "DE", "West") == 303
    with world.acting(acme):
        row = db.session.scalars(select(CountryRegion.public_id)).one()
    assert "Germany" in admin.get("/acme/partners/applications/regions").text
    url = f"/acme/partners/applications/regions/{row}/remove"
    assert admin.post(url).status_code == 303 and admin.post(url).status_code == 404
    application = apply(world, acme)
    assert not sees(manager(world, acme, "West"), application)


def test_the_region_of_another_vendor_is_none(world: World, acme: VendorRef, admin: FlaskClient) -> None:
    globex = world.vendor("globex")
    world.partnership(globex, "Theirs", region="Far")
    assert of_region(admin, "DE", "Far") == 422
    there: UserRef = world.user(Role.VENDOR_ADMIN, vendor=globex)
    of_region(admin, "DE", "West")
    with world.acting(acme), transaction():
        row = db.session.scalars(select(CountryRegion.public_id)).one()
        assert db.session.scalars(select(PartnerApplication)).all() == []
    url = f"/globex/partners/applications/regions/{row}/remove"
    assert world.client(there).post(url).status_code == 404
