"""The list of orders and one order's page."""

from __future__ import annotations

import csv
import io
import re

import pytest
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy import select

from prm.deals.models import Deal, DealStage
from prm.infra import tables
from prm.infra.db import transaction
from prm.permissions import Role
from prm.revenue.models import Order
from tests.counting import counted
from tests.factories import PartnershipRef, VendorRef, World
from tests.factories.revenue import import_file, import_rows, orders
from tests.imports.dumps import dump


@pytest.fixture
def vendor(world: World) -> VendorRef:
    return world.vendor("acme")


@pytest.fixture
def north(world: World, vendor: VendorRef) -> PartnershipRef:
    north = world.partnership(vendor, "North", region="West")
    world.partnership(vendor, "South", region="East")
    rows = [
        ("North", "2024-01-31", "10.50", "=1+1", "@cmd"),
        ("South", "2024-02-29", "20", "<script>", "Zoë"),
        ("North", "2024-03-31", "-1", "Initech", ""),
    ]
    names = ("partner", "ordered_on", "amount", "customer", "product")
    orders(world, vendor, [dict(zip(names, row, strict=True)) for row in rows], decimal=".")
    return north


def shown(client: FlaskClient, query: str = "") -> list[str]:
    page = client.get(f"/acme/revenue/orders{query}")
    assert page.status_code == 200
    return re.findall(r'/revenue/orders/[0-9a-f-]{36}">(O-\d)<', page.text)


def test_orders_are_listed_latest_first_with_their_sum(
    world: World, vendor: VendorRef, north: PartnershipRef
) -> None:
    client = world.client(world.user(Role.EXECUTIVE, vendor=vendor))
    assert shown(client) == ["O-3", "O-2", "O-1"]
    page = client.get("/acme/revenue/orders").text
    assert "$29.50" in page
    assert "&lt;script&gt;" in page
    assert "<script>" not in page.split("</head>")[1]
    assert page.count("Unmatched") >= 2


def test_an_order_that_names_another_partners_deal_shows_nothing_of_it(
    world: World, vendor: VendorRef, north: PartnershipRef
) -> None:
    """A source may make such a mistake; the partner of the order must not learn of the deal."""
    with world.acting(vendor), transaction() as session:
        order = session.scalars(select(Order).where(Order.external_id == "O-1")).one()
        source = session.scalars(select(Order).where(Order.external_id == "O-2")).one()
        deal = Deal(
            external_id="SOUTHS-DEAL", stage=DealStage.WON, partnership_id=source.partnership_id,
            amount_minor=1, currency="USD", registered_on=source.ordered_on, received_at=source.received_at,
            source_system="crm",
        )  # fmt: skip
        session.add(deal)
        session.flush()
        order.deal_id, order.deal_external_id = deal.id, "as the source says"
        address = f"/acme/revenue/orders/{order.public_id}"
    norths = world.client(world.user(Role.PARTNER_ADMIN, partnership=north)).get(address).text
    assert "SOUTHS-DEAL" not in norths
    assert "/acme/deals/" not in norths.split("<main")[1]
    assert "as the source says" in norths
    assert "SOUTHS-DEAL" in world.client(world.user(Role.EXECUTIVE, vendor=vendor)).get(address).text


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?from=2024-02-01", ["O-3", "O-2"]),
        ("?from=2024-02-01&to=2024-02-29", ["O-2"]),
        ("?search=initech", ["O-3"]),
        ("?search=ZOË", ["O-2"]),
        ("?product=none", ["O-3"]),
        ("?product_name=Zo%C3%AB", ["O-2"]),
        ("?sort=amount&direction=asc", ["O-3", "O-1", "O-2"]),
        ("?partner=nonsense&region=%00&from=yesterday&page=999&size=-1", ["O-3", "O-2", "O-1"]),
    ],
)
def test_filters_narrow_and_nonsense_is_left_out(
    world: World, vendor: VendorRef, north: PartnershipRef, query: str, found: list[str]
) -> None:
    assert shown(world.client(world.user(Role.VENDOR_ADMIN, vendor=vendor)), query) == found


def test_partner_region_and_product_open_by_their_ids(
    world: World, vendor: VendorRef, north: PartnershipRef
) -> None:
    client = world.client(world.user(Role.VENDOR_ADMIN, vendor=vendor))
    west = dump(world, vendor)["region"][0]["public_id"]
    assert shown(client, f"?partner={north.public_id}") == ["O-3", "O-1"]
    assert shown(client, f"?region={west}") == ["O-3", "O-1"]


def test_partner_people_see_their_own_orders_only(
    world: World, vendor: VendorRef, north: PartnershipRef
) -> None:
    client = world.client(world.user(Role.PARTNER_ADMIN, partnership=north))
    assert shown(client) == ["O-3", "O-1"]
    page = client.get("/acme/revenue/orders").text
    assert "South" not in page
    assert "$9.50" in page
    ids = {order["external_id"]: order["public_id"] for order in dump(world, vendor)["order"]}
    assert client.get(f"/acme/revenue/orders/{ids['O-2']}").status_code == 404
    detail = client.get(f"/acme/revenue/orders/{ids['O-1']}")
    assert detail.status_code == 200
    assert "Where it comes from" not in detail.text
    assert "imports" not in detail.text
    member = world.client(world.user(Role.PARTNER_MEMBER, partnership=north))
    assert member.get("/acme/revenue/orders").status_code == 403


def test_exports_hold_what_is_filtered_and_never_run(
    world: World, vendor: VendorRef, north: PartnershipRef
) -> None:
    client = world.client(world.user(Role.EXECUTIVE, vendor=vendor))
    answer = client.get("/acme/revenue/orders?to=2024-02-29&format=csv")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    rows = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert [(row["Order"], row["Amount"], row["Currency"]) for row in rows] == [
        ("O-2", "20.00", "USD"),
        ("O-1", "10.50", "USD"),
    ]
    assert (rows[1]["Customer"], rows[1]["Product in the source"]) == ("'=1+1", "'@cmd")
    book = load_workbook(io.BytesIO(client.get("/acme/revenue/orders?format=xlsx").data))
    sheet = book.active
    cells = [cell for row in sheet.iter_rows() for cell in row]
    assert all(cell.data_type != "f" for cell in cells)
    assert float(sheet.cell(4, 8).value) == 10.5
    book.close()


def test_an_export_says_when_it_is_cut(
    world: World, vendor: VendorRef, north: PartnershipRef, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(tables.all_rows.__kwdefaults__, "cap", 2)
    client = world.client(world.user(Role.EXECUTIVE, vendor=vendor))
    text = client.get("/acme/revenue/orders?format=csv").data.decode("utf-8-sig")
    assert "Only the first 2 of 3 rows are in this file." in text


@pytest.mark.parametrize("url", ["/acme/revenue/orders", "/acme/deals/", "/acme/products/", "/acme/imports/"])
def test_queries_do_not_grow_with_rows(
    world: World, vendor: VendorRef, north: PartnershipRef, url: str
) -> None:
    def grow(start: int) -> None:
        numbers = range(start, start + 10)
        products = [{"name": f"Product {n}", "price": "1"} for n in numbers]
        import_rows(world, vendor, "products", products)
        shared = {"partner": "South", "customer": "C", "amount": "5"}
        sold = [{"external_id": f"N-{n}", "product": f"Product {n}", **shared} for n in numbers]
        import_rows(world, vendor, "orders", [{**row, "ordered_on": "2024-05-01"} for row in sold])
        import_rows(
            world, vendor, "deals", [{**row, "stage": "lost", "closed_on": "2024-05-01"} for row in sold]
        )

    grow(0)
    client = world.client(world.user(Role.EXECUTIVE, vendor=vendor))
    with counted(world.app) as few:
        assert client.get(url).status_code == 200
    grow(10)
    with counted(world.app) as many:
        assert client.get(url).status_code == 200
    assert len(many) == len(few)


def test_lists_say_what_to_do_when_they_are_empty(world: World, vendor: VendorRef) -> None:
    client = world.client(world.user(Role.VENDOR_ADMIN, vendor=vendor))
    assert "No order yet" in client.get("/acme/revenue/orders").text
    assert "No deal yet" in client.get("/acme/deals/").text
    assert "No product yet" in client.get("/acme/products/").text
    assert "Nothing imported yet" in client.get("/acme/imports/").text
    assert "Everything is matched" in client.get("/acme/imports/unmatched").text


def test_a_derived_order_and_its_deal_open_each_other(world: World, vendor: VendorRef) -> None:
    world.partnership(vendor, "North")
    import_file(
        world, vendor, "deals",
        "id,partner,stage,closed,amount\nD-1,North,won,2024-12-31,5\nD-2,North,lost,2024-12-30,\n",
        won_as_orders=True,
    )  # fmt: skip
    client = world.client(world.user(Role.EXECUTIVE, vendor=vendor))
    order = re.search(r"/acme/revenue/orders/[0-9a-f-]{36}", client.get("/acme/revenue/orders").text)
    assert order is not None
    page = client.get(order[0]).text
    assert "won, became this order" in page
    deal = re.search(r"/acme/deals/[0-9a-f-]{36}", page)
    assert deal is not None
    page = client.get(deal[0]).text
    assert order[0] in page
    assert "deals.csv" in page
