"""The list of deals and one deal's page."""

from __future__ import annotations

import csv
import io
import re

import pytest
from flask.testing import FlaskClient

from prm.permissions import Role
from tests.factories import PartnershipRef, VendorRef, World
from tests.factories.revenue import import_file, import_rows
from tests.imports.dumps import dump

CONTENT = """id,partner,customer,product,stage,registered,closed,amount
D-1,North,Initech,Rocket,won,2024-01-01,2024-03-31,100
D-2,South,Hooli,Rokcet,lost,2024-01-02,2024-04-30,50
D-3,North,,Rocket,submitted,2024-05-05,,
D-4,North,Initech,,approved,,,7
"""


@pytest.fixture
def vendor(world: World) -> VendorRef:
    return world.vendor("acme")


@pytest.fixture
def north(world: World, vendor: VendorRef) -> PartnershipRef:
    north = world.partnership(vendor, "North", region="West")
    world.partnership(vendor, "South", region="East")
    import_rows(world, vendor, "products", [{"name": "Rocket", "price": "1"}])
    report = import_file(world, vendor, "deals", CONTENT, columns={"registered_on": "registered"})
    assert report.inserted == 4
    return north


def shown(client: FlaskClient, query: str = "") -> list[str]:
    page = client.get(f"/acme/deals/{query}")
    assert page.status_code == 200
    return re.findall(r'/deals/[0-9a-f-]{36}">(D-\d)<', page.text)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["D-3", "D-2", "D-1", "D-4"]),
        ("?stage=won", ["D-1"]),
        ("?stage=open", ["D-3", "D-4"]),
        ("?stage=dreaming", ["D-3", "D-2", "D-1", "D-4"]),
        ("?product=none", ["D-2", "D-4"]),
        ("?from=2024-04-01", ["D-3", "D-2"]),
        ("?from=2024-04-01&to=2024-04-30", ["D-2"]),
        ("?search=initech&sort=external_id", ["D-1", "D-4"]),
        ("?sort=amount&direction=desc", ["D-1", "D-2", "D-4", "D-3"]),
    ],
)
def test_deals_are_listed_and_filtered(
    world: World, vendor: VendorRef, north: PartnershipRef, query: str, found: list[str]
) -> None:
    assert shown(world.client(world.user(Role.EXECUTIVE, vendor=vendor)), query) == found


def test_the_total_is_of_what_is_filtered(world: World, vendor: VendorRef, north: PartnershipRef) -> None:
    client = world.client(world.user(Role.EXECUTIVE, vendor=vendor))
    assert "$157.00" in client.get("/acme/deals/").text
    assert "$107.00" in client.get(f"/acme/deals/?partner={north.public_id}").text


def test_people_see_what_is_theirs(world: World, vendor: VendorRef, north: PartnershipRef) -> None:
    partner = world.client(world.user(Role.PARTNER_ADMIN, partnership=north))
    assert shown(partner) == ["D-3", "D-1", "D-4"]
    scoped = world.client(world.user(Role.CHANNEL_MANAGER, vendor=vendor, region_names=("East",)))
    assert shown(scoped) == ["D-2"]
    assert "North" not in scoped.get("/acme/deals/").text
    ids = {deal["external_id"]: deal["public_id"] for deal in dump(world, vendor)["deal"]}
    assert partner.get(f"/acme/deals/{ids['D-2']}").status_code == 404
    assert scoped.get(f"/acme/deals/{ids['D-2']}").status_code == 200
    assert "Where it comes from" not in scoped.get(f"/acme/deals/{ids['D-2']}").text
    author = world.client(world.user(Role.CONTENT_AUTHOR, vendor=vendor))
    assert author.get("/acme/deals/").status_code == 403


def test_one_deal_opens_its_line(world: World, vendor: VendorRef, north: PartnershipRef) -> None:
    client = world.client(world.user(Role.VENDOR_ADMIN, vendor=vendor))
    ids = {deal["external_id"]: deal["public_id"] for deal in dump(world, vendor)["deal"]}
    page = client.get(f"/acme/deals/{ids['D-3']}").text
    assert "The line as the file has it" in page
    assert "2024-05-05" in page
    assert "Submitted" in page


def test_the_export_holds_what_is_filtered(world: World, vendor: VendorRef, north: PartnershipRef) -> None:
    client = world.client(world.user(Role.EXECUTIVE, vendor=vendor))
    text = client.get("/acme/deals/?stage=lost&format=csv").data.decode("utf-8-sig")
    [row] = csv.DictReader(io.StringIO(text))
    assert row["Deal"] == "D-2"
    assert (row["Product"], row["Product in the source"], row["Amount"]) == ("", "Rokcet", "50.00")
    assert client.get("/acme/deals/?format=xlsx").data.startswith(b"PK")
