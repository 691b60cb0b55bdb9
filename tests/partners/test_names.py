"""The other names of a partner: added, found by imports, taken away."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from prm.deals.models import Deal
from prm.extensions import db
from prm.partners.models import PartnershipAlias
from prm.permissions import Role
from tests.factories import PartnershipRef, VendorRef, World
from tests.factories.revenue import import_rows


@pytest.fixture
def acme(world: World) -> VendorRef:
    return world.vendor("acme")


@pytest.fixture
def north(world: World, acme: VendorRef) -> PartnershipRef:
    return world.partnership(acme, "Northwind", region="West")


@pytest.fixture
def client(world: World, acme: VendorRef) -> FlaskClient:
    return world.client(world.user(Role.VENDOR_ADMIN, vendor=acme))


def url_of(ref: PartnershipRef) -> str:
    return f"/acme/partners/{ref.public_id}/names"


def test_a_name_is_found_by_imports_until_it_is_taken_away(
    world: World, acme: VendorRef, north: PartnershipRef, client: FlaskClient
) -> None:
    assert "No other name" in client.get(url_of(north)).text
    assert client.post(url_of(north), data={"value": "  NW   Inc "}).status_code == 303
    assert "NW Inc" in client.get(url_of(north)).text
    deal = {
        "external_id": "D-1", "partner": "nw inc", "customer": "C", "product": "P", "stage": "won",
        "registered_on": "2027-02-01", "amount": "100",
    }  # fmt: skip
    import_rows(world, acme, "deals", [deal])
    with world.acting(acme):
        assert db.session.scalars(select(Deal.partnership_id)).one() == north.id
        alias = db.session.scalars(select(PartnershipAlias.public_id)).one()
    page = client.get("/acme/imports/unmatched").text
    assert "NW Inc" in page and url_of(north) in page
    assert client.post(f"/acme/partners/names/{alias}/remove").status_code == 303
    assert "no longer stands" in client.get(url_of(north)).text
    assert "NW Inc" not in client.get("/acme/imports/unmatched").text
    with pytest.raises(AssertionError, match="No partner has this external id or name"):
        import_rows(world, acme, "deals", [{**deal, "external_id": "D-2"}])


def test_a_name_that_cannot_be_is_said_and_stays_typed(
    world: World, acme: VendorRef, north: PartnershipRef, client: FlaskClient
) -> None:
    south = world.partnership(acme, "Southwind")
    assert client.post(url_of(north), data={"value": ""}).status_code == 422
    own = client.post(url_of(north), data={"value": "NORTHWIND"})
    assert own.status_code == 422 and "own name" in own.text and 'value="NORTHWIND"' in own.text
    client.post(url_of(north), data={"value": "Winds"})
    taken = client.post(url_of(south), data={"value": "winds"})
    assert taken.status_code == 409 and "stands for Northwind already" in taken.text


def test_managers_name_partners_of_their_regions_alone(
    world: World, acme: VendorRef, north: PartnershipRef, client: FlaskClient
) -> None:
    far = world.partnership(acme, "Far", region="East")
    west = world.client(world.user(Role.CHANNEL_MANAGER, vendor=acme, region_names=("West",)))
    assert west.post(url_of(north), data={"value": "Nord"}).status_code == 303
    assert west.post(url_of(far), data={"value": "Fern"}).status_code == 404
    client.post(url_of(far), data={"value": "Fern"})
    with world.acting(acme):
        fern = db.session.scalars(
            select(PartnershipAlias.public_id).where(PartnershipAlias.value == "Fern")
        ).one()
    assert west.post(f"/acme/partners/names/{fern}/remove").status_code == 404
