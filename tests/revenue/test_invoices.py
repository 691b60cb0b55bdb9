"""Invoices with what was paid on them: open, overdue, paid."""

from __future__ import annotations

import csv
import io
import re
from datetime import UTC, datetime

import pytest
from flask.testing import FlaskClient

from prm.infra import clock
from prm.permissions import Role
from tests.factories import PartnershipRef, VendorRef, World
from tests.factories.revenue import import_file, orders

INVOICES = (
    "external_id,partner,order_external_id,invoiced_on,due_on,amount\n"
    "I-1,North,O-1,2024-02-01,2024-03-01,60.00\nI-2,North,,2024-02-02,2024-03-02,40.00\n"
    "I-3,South,,2024-02-03,,30.00\nI-4,South,,2024-02-04,2024-02-05,-5.00\n"
)
PAYMENTS = (
    "external_id,invoice_external_id,paid_on,amount\nP-1,I-1,2024-02-10,60.00\nP-2,I-2,2024-02-20,15.50\n"
)


@pytest.fixture
def vendor(world: World) -> VendorRef:
    return world.vendor("acme")


@pytest.fixture
def north(world: World, vendor: VendorRef) -> PartnershipRef:
    north = world.partnership(vendor, "North", region="West")
    world.partnership(vendor, "South", region="East")
    orders(world, vendor, [{"partner": "North", "ordered_on": "2024-01-31", "amount": "100"}])
    assert import_file(world, vendor, "invoices", INVOICES).rejected == []
    assert import_file(world, vendor, "payments", PAYMENTS).rejected == []
    return north


def shown(client: FlaskClient, query: str = "") -> list[str]:
    page = client.get(f"/acme/revenue/invoices{query}")
    assert page.status_code == 200
    return re.findall(r'/revenue/invoices/[0-9a-f-]{36}">(I-\d)<', page.text)


def test_what_is_overdue_depends_on_the_day(world: World, vendor: VendorRef, north: PartnershipRef) -> None:
    with clock.freeze(datetime(2024, 1, 1, tzinfo=UTC)):
        executive = world.user(Role.EXECUTIVE, vendor=vendor)
    with clock.freeze(datetime(2024, 3, 2, 12, tzinfo=UTC)):
        client = world.client(executive)
        assert shown(client, "?standing=overdue") == []
        assert shown(client, "?standing=open") == ["I-3", "I-2"]
        assert shown(client, "?standing=paid") == ["I-4", "I-1"]
    with clock.freeze(datetime(2024, 3, 3, 12, tzinfo=UTC)):
        client = world.client(executive)
        assert shown(client, "?standing=overdue") == ["I-2"]
        assert shown(client) == ["I-4", "I-3", "I-2", "I-1"]
        page = client.get("/acme/revenue/invoices").text
    assert "$24.50" in page
    assert "$125.00" in page


def test_an_order_opens_its_invoice_and_that_its_payments(
    world: World, vendor: VendorRef, north: PartnershipRef
) -> None:
    client = world.client(world.user(Role.VENDOR_ADMIN, vendor=vendor))
    order = re.search(r'href="([^"]*/revenue/orders/[0-9a-f-]{36})"', client.get("/acme/revenue/orders").text)
    assert order is not None
    invoice = re.search(r'href="([^"]*/revenue/invoices/[0-9a-f-]{36})"', client.get(order[1]).text)
    assert invoice is not None
    page = client.get(invoice[1]).text
    assert "P-1" in page
    assert "Feb 10, 2024" in page
    assert "invoices.csv" in page


def test_everybody_sees_what_is_theirs(world: World, vendor: VendorRef, north: PartnershipRef) -> None:
    west = world.client(world.user(Role.CHANNEL_MANAGER, vendor=vendor, region_names=("West",)))
    assert shown(west) == ["I-2", "I-1"]
    partner = world.client(world.user(Role.PARTNER_ADMIN, partnership=north))
    assert shown(partner) == ["I-2", "I-1"]
    ids = re.findall(r'/revenue/invoices/([0-9a-f-]{36})">', west.get("/acme/revenue/invoices").text)
    admin = world.client(world.user(Role.VENDOR_ADMIN, vendor=vendor))
    others = set(re.findall(r'/revenue/invoices/([0-9a-f-]{36})">', admin.get("/acme/revenue/invoices").text))
    for foreign in others - set(ids):
        assert west.get(f"/acme/revenue/invoices/{foreign}").status_code == 404
    assert (
        world.client(world.user(Role.CONTENT_AUTHOR, vendor=vendor)).get("/acme/revenue/invoices").status_code
        == 403
    )


def test_the_list_is_exported_as_it_is_filtered(
    world: World, vendor: VendorRef, north: PartnershipRef
) -> None:
    client = world.client(world.user(Role.EXECUTIVE, vendor=vendor))
    answer = client.get("/acme/revenue/invoices?to=2024-02-02&format=csv")
    rows = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert [(row["Invoice"], row["Paid"], row["Still open"]) for row in rows] == [
        ("I-2", "15.50", "24.50"),
        ("I-1", "60.00", "0.00"),
    ]
    assert client.get("/acme/revenue/invoices?format=xlsx").data.startswith(b"PK")
