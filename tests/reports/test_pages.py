"""Pages of reports, as their readers open them."""

from __future__ import annotations

import csv
import io
import re
from datetime import UTC, date, datetime
from decimal import Decimal
from html import unescape
from uuid import uuid4

import pytest
from flask.testing import FlaskClient

from prm.permissions import Role
from prm.reports.queries import overview
from tests.counting import counted
from tests.factories import World
from tests.factories.attribution import Sales, random_world
from tests.reports import outputs
from tests.reports.readers import links, reader

PAGES = ("revenue", "attribution", "breakdown", "credits?row=unattributed", "revenue.pdf", "revenue.xlsx")


def test_every_report_opens_with_data(world: World) -> None:
    vendor = random_world(world, 1, "Europe/Berlin").sales.vendor
    for client in (reader(world, vendor), reader(world, vendor, locale="de")):
        for path in (
            "revenue", "revenue?period=custom&from=2017-04-01&to=2017-06-30", "revenue?period=last_quarter",
            "revenue?period=custom", "revenue?region=none",
            "attribution", "attribution?by=asset&model=first", "attribution?by=course",
            "attribution?by=partner", "attribution?sort=spread&direction=desc&search=camp",
            "breakdown?by=quarter", "breakdown?by=partner", "breakdown?by=region", "breakdown?by=product",
            "breakdown?by=nonsense", "credits?row=unattributed", "credits?by=asset&row=training",
            "revenue.pdf", "revenue.xlsx",
        ):  # fmt: skip
            answer = client.get(f"/{vendor.slug}/reports/{path}")
            assert answer.status_code == 200, (path, answer.text[:2000])


@pytest.mark.parametrize(
    ("role", "status"),
    [
        (Role.VENDOR_ADMIN, 200), (Role.EXECUTIVE, 200), (Role.CHANNEL_MANAGER, 403),
        (Role.CONTENT_AUTHOR, 403),
    ],
)  # fmt: skip
def test_only_who_may_read_reports_opens_them(world: World, role: Role, status: int) -> None:
    vendor = world.vendor()
    client = reader(world, vendor, role)
    for page in PAGES:
        assert client.get(f"/{vendor.slug}/reports/{page}").status_code == status, page


def test_a_partners_people_open_no_report(world: World) -> None:
    partnership = world.partnership(world.vendor())
    for role in (Role.PARTNER_ADMIN, Role.PARTNER_MEMBER):
        client = world.client(world.user(role, partnership=partnership))
        for page in PAGES:
            assert client.get(f"/acme/reports/{page}").status_code == 403, page


def test_without_orders_an_administrator_is_sent_to_the_import_and_an_executive_told_whom_to_ask(
    world: World,
) -> None:
    vendor = world.vendor()
    for page in ("revenue", "attribution"):
        admin = reader(world, vendor, Role.VENDOR_ADMIN).get(f"/acme/reports/{page}").text
        assert "No orders yet" in admin and links(admin, "/acme/imports")
        executive = reader(world, vendor).get(f"/acme/reports/{page}").text
        assert "Ask a vendor administrator" in executive


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("period=sometime", "Not a valid choice."),
        ("period=custom&from=31.12.2017", "Enter a date such as"),
        ("period=custom&from=2017-02-01&to=2017-01-01", "The last day lies before the first."),
        ("lookback=0", "Enter a number of days from 1 to 3650."),
        ("lookback=3651", "Enter a number of days from 1 to 3650."),
        ("lookback=ninety", "Enter a number of days from 1 to 3650."),
        ("lookback=" + "9" * 5000, "Enter a number of days from 1 to 3650."),
        ("model=best", "Not a valid choice."),
        ("region=018f0000-0000-7000-8000-000000000000", "Not a valid choice."),
        ("partner=018f0000-0000-7000-8000-000000000000", "Not a valid choice."),
        ("partner=%00", "Not a valid choice."),
    ],
)
def test_what_makes_no_sense_is_said_and_what_was_typed_is_kept(
    world: World, query: str, message: str
) -> None:
    vendor = world.vendor()
    Sales(world, vendor).order(world.partnership(vendor), date(2017, 6, 1), 100_00)
    client = reader(world, vendor)
    for page in ("revenue", "attribution", "breakdown"):
        answer = client.get(f"/acme/reports/{page}?{query}")
        assert answer.status_code == 422, (page, answer.text[-500:])
        if page != "breakdown" or "lookback" not in query:
            assert message in answer.text
    if "31.12.2017" in query:
        assert 'value="31.12.2017"' in client.get(f"/acme/reports/revenue?{query}").text
    for page in ("revenue.pdf", "revenue.xlsx", "credits"):
        assert client.get(f"/acme/reports/{page}?{query}").status_code == 422, page


@pytest.mark.parametrize("period", ["", "&period=custom&from=2017-04-15&to=2017-09-10"])
def test_every_amount_of_credit_opens_rows_that_sum_to_it(world: World, period: str) -> None:
    vendor = random_world(world, 21, "Europe/Berlin").sales.vendor
    client = reader(world, vendor)
    opened = 0
    for by in ("asset", "campaign", "course", "partner"):
        page = client.get(f"/{vendor.slug}/reports/attribution?by={by}{period}").text
        for url, text in re.findall(r'href="([^"]*/reports/credits[^"]*)">(-?\$[^<]+)<', page):
            answer = client.get(unescape(url) + "&size=200")
            assert answer.status_code == 200
            rows = next(t for caption, t in outputs.tables_of(answer.text).items() if "Credits" in caption) \
                if "ledger" in answer.text else []  # fmt: skip
            assert sum(outputs.minor(row[7]) for row in rows[1:]) == outputs.minor(text), url
            opened += 1
    assert opened > 30


def test_an_order_shows_its_activities_and_what_each_model_gives_them(world: World) -> None:
    vendor = world.vendor(time_zone="Europe/Berlin")
    sales = Sales(world, vendor)
    northwind = world.partnership(vendor)
    order = sales.order(northwind, date(2017, 6, 1), 100_01)
    sales.usage(northwind, sales.asset("Brochure"), datetime(2017, 5, 1, 12, tzinfo=UTC))
    sales.completion(northwind, sales.course("Foundation"), datetime(2017, 5, 2, 12, tzinfo=UTC))
    sales.certificate(northwind, sales.certification("Nimbus"), datetime(2016, 5, 2, tzinfo=UTC))
    page = reader(world, vendor).get(f"/acme/reports/orders/{order.public_id}").text
    rows = outputs.tables_of(page)["Activities in the window"]
    assert [row[1:] for row in rows[1:]] == [
        ["Use of an asset: Brochure", "$100.01", "–", "$50.01"],
        ["Course completed: Foundation", "–", "$100.01", "$50.00"],
    ]
    assert "Under every model the 2 activities earn the order’s $100.01 together, exactly." in page
    assert rows[1][0] == "May 1, 2017, 2:00:00 PM"
    plain = page.replace("\u202f", " ")
    assert "Mar 3, 2017, 12:00:00 AM" in plain and "Jun 1, 2017, 12:00:00 AM" in plain


def test_an_order_in_another_currency_is_named_and_not_credited(world: World) -> None:
    vendor = world.vendor()
    sales = Sales(world, vendor)
    northwind = world.partnership(vendor)
    sales.order(northwind, date(2017, 6, 1), 100_00)
    foreign = sales.order(northwind, date(2017, 6, 1), 77_00, currency="EUR")
    client = reader(world, vendor)
    page = client.get("/acme/reports/revenue").text
    assert "Not in these figures: 1 order in EUR, €77.00" in page
    assert "This order is not credited" in client.get(f"/acme/reports/orders/{foreign.public_id}").text


def test_another_vendors_rows_are_not_there(world: World) -> None:
    mine, theirs = world.vendor(), world.vendor("other")
    Sales(world, mine).order(world.partnership(mine), date(2017, 6, 1), 100_00)
    foreign = Sales(world, theirs)
    partnership = world.partnership(theirs, "Foreign Partner", region="Foreign Region")
    order = foreign.order(partnership, date(2017, 6, 1), 666_00)
    asset = foreign.asset("Foreign Asset")
    foreign.usage(partnership, asset, datetime(2017, 5, 1, tzinfo=UTC))
    client = reader(world, mine)
    for page in (*PAGES[:3], "attribution?by=partner", "attribution?by=asset"):
        text = client.get(f"/acme/reports/{page}").text
        assert "Foreign" not in text and "666.00" not in text, page
    missing = client.get("/acme/reports/orders/018f0000-0000-7000-8000-000000000000")
    assert missing.status_code == 404
    answer = client.get(f"/acme/reports/orders/{order.public_id}")
    assert answer.status_code == 404
    for key in (asset.public_id, uuid4(), "x", "course:1", "", "assets"):
        assert client.get(f"/acme/reports/credits?by=asset&row={key}").status_code == 404
    assert client.get(f"/acme/reports/revenue?partner={partnership.public_id}").status_code == 422


def test_names_are_text_wherever_they_are_shown(world: World) -> None:
    vendor = world.vendor()
    sales = Sales(world, vendor)
    partnership = world.partnership(vendor, "<script>alert(1)</script> & Söhne", region="=1+1")
    sales.order(partnership, date(2017, 6, 1), 100_00, product_name="<b>عربي 山田</b>")
    asset = sales.asset("<img src=x onerror=alert(1)>")
    sales.usage(partnership, asset, datetime(2017, 5, 1, tzinfo=UTC))
    client = reader(world, vendor)
    for page in (*PAGES, f"credits?by=asset&row={asset.public_id}"):
        answer = client.get(f"/acme/reports/{page}")
        assert answer.status_code == 200
        assert b"<script>alert" not in answer.data and b"<img src=x" not in answer.data, page


def test_negative_orders_are_drawn_and_credited(world: World) -> None:
    vendor = world.vendor()
    sales = Sales(world, vendor)
    northwind = world.partnership(vendor, region="West")
    sales.order(northwind, date(2017, 6, 1), -100_00)
    sales.usage(northwind, sales.asset("Brochure"), datetime(2017, 5, 1, tzinfo=UTC))
    client = reader(world, vendor)
    page = client.get("/acme/reports/revenue")
    assert page.status_code == 200
    assert outputs.tables_of(page.text)["Credit by asset"][1][1] == "-$100.00"
    assert client.get("/acme/reports/revenue.pdf").status_code == 200


def test_queries_do_not_grow_with_rows(world: World) -> None:
    vendor = world.vendor()
    sales = Sales(world, vendor)
    client = reader(world, vendor)

    def add(number: int) -> None:
        partnership = world.partnership(vendor, f"Partner {number}", region=f"Region {number}")
        for _ in range(3):
            sales.order(partnership, date(2017, 6, 1), 100_00, product_name=f"Product {number}")
        asset = sales.asset(f"Asset {number}", sales.campaign(f"Campaign {number}"))
        sales.usage(partnership, asset, datetime(2017, 5, 1, tzinfo=UTC))
        sales.completion(partnership, sales.course(f"Course {number}"), datetime(2017, 5, 2, tzinfo=UTC))
        sales.certificate(
            partnership, sales.certification(f"Scheme {number}"), datetime(2017, 5, 3, tzinfo=UTC)
        )

    def count_queries(page: str) -> int:
        with counted(world.app) as statements:
            assert client.get(f"/acme/reports/{page}").status_code == 200
        return len(statements)

    pages = ("revenue", "attribution?by=asset", "breakdown?by=partner", "credits?by=course&row=assets",
             "credits?row=unattributed", "revenue.pdf", "revenue.xlsx")  # fmt: skip
    add(0), add(1)
    before = {page: count_queries(page) for page in pages}
    for number in range(2, 8):
        add(number)
    assert {page: count_queries(page) for page in pages} == before


def listed_sum(client: FlaskClient, url: str) -> int:
    """The sum of the orders that an address of the list of orders shows, from its own export."""
    answer = client.get(f"{url}&format=csv")
    assert answer.status_code == 200, url
    rows = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert {row["Currency"] for row in rows} <= {"USD"}, url
    return sum(int(Decimal(row["Amount"]) * 100) for row in rows)


@pytest.mark.parametrize("query", ["", "?period=custom&from=2017-04-15&to=2017-09-10"])
def test_every_amount_of_revenue_opens_orders_that_sum_to_it(world: World, query: str) -> None:
    sales = random_world(world, 22).sales
    vendor, product = sales.vendor, sales.product("Nimbus")
    northwind = world.partnership(vendor)
    sales.order(northwind, date(2017, 6, 1), 10_00, product=product)
    sales.order(northwind, date(2017, 6, 2), 20_00, product_name="Nimbus (old) & <more>")
    client = reader(world, vendor)
    page = client.get(f"/{vendor.slug}/reports/revenue{query}").text
    page += "".join(
        client.get(f"/{vendor.slug}/reports/breakdown{query or '?'}&by={by}").text
        for by in ("quarter", "partner", "region", "product")
    )
    found = re.findall(r'href="([^"]*/revenue/orders[^"]*)">(-?\$[\d,]+\.\d\d)<', page)
    assert len(found) > 20
    for url, text in set(found):
        assert listed_sum(client, unescape(url)) == outputs.minor(text), url


def test_what_is_not_among_the_top_stands_in_one_row_and_nothing_is_lost(world: World) -> None:
    vendor = world.vendor()
    sales = Sales(world, vendor)
    for number in range(14):
        partner = world.partnership(vendor, f"Partner {number:02}")
        sales.order(partner, date(2017, 6, 1), 1000_00 + number)
        for each in range(2):
            asset = sales.asset(f"Asset {number:02}-{each}")
            sales.usage(partner, asset, datetime(2017, 5, 1 + each, tzinfo=UTC))
    client = reader(world, vendor)
    page = client.get("/acme/reports/revenue").text
    tables = outputs.tables_of(page)
    revenue = sum(1000_00 + number for number in range(14))
    partners = tables["Revenue by partner"]
    assert [row[0] for row in partners[-2:]] == ["4 others", "Total"]
    assert sum(outputs.minor(row[1]) for row in partners[1:-1]) == outputs.minor(partners[-1][1]) == revenue
    credit = tables["Credit by asset"]
    assert credit[-4][0] == "22 others"
    for column in (1, 2, 3):
        assert sum(outputs.minor(row[column]) for row in credit[1:-3]) == revenue
    (full,) = set(links(page, "breakdown?")) & set(links(page.split("4 others")[0][-400:], "breakdown?"))
    assert "Partner 13" in client.get(full).text and "1–14 of 14" in client.get(full).text


def test_region_and_partner_narrow_every_figure(world: World) -> None:
    vendor = world.vendor()
    sales = Sales(world, vendor)
    brochure = sales.asset("Brochure")
    refs = {}
    for name, region, amount in (
        ("Northwind", "North", 1_00),
        ("Southwind", "South", 20_00),
        ("Nobody", None, 300_00),
    ):
        refs[name] = world.partnership(vendor, name, region=region)
        sales.order(refs[name], date(2017, 6, 1), amount)
        sales.usage(refs[name], brochure, datetime(2017, 5, 1, tzinfo=UTC))
    client = reader(world, vendor)
    options = re.findall(
        r'<option value="([^"]+)">(North|South|No region)<', client.get("/acme/reports/revenue").text
    )
    regions = {name: value for value, name in options}
    for query, amount in (
        (f"region={regions['South']}", 20_00),
        (f"region={regions['No region']}", 300_00),
        (f"partner={refs['Northwind'].public_id}", 1_00),
        (f"partner={refs['Northwind'].public_id}&region={regions['North']}", 1_00),
    ):
        tables = outputs.tables_of(client.get(f"/acme/reports/revenue?{query}").text)
        for caption in ("Revenue by quarter", "Revenue by partner", "Credit by asset", "Credit by campaign"):
            assert outputs.minor(tables[caption][-1][1]) == amount, (query, caption)
        assert outputs.minor(tables["Credit by asset"][1][1]) == amount
        assert outputs.minor(tables["Revenue of trained and untrained partners"][2][3]) == amount


def test_where_there_are_too_many_partners_to_offer_a_link_still_filters_by_one(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(overview, "MOST_PARTNERS_OFFERED", 1)
    vendor = world.vendor()
    sales = Sales(world, vendor)
    northwind, southwind = world.partnership(vendor), world.partnership(vendor, "Southwind")
    sales.order(northwind, date(2017, 3, 1), 1_00)
    sales.order(southwind, date(2017, 3, 1), 20_00)
    client = reader(world, vendor)
    assert 'name="partner"' not in client.get("/acme/reports/revenue").text
    page = client.get(f"/acme/reports/revenue?partner={southwind.public_id}").text
    tables = outputs.tables_of(page)
    assert outputs.minor(tables["Revenue by partner"][-1][1]) == 20_00
    assert "<dt>Partner</dt><dd>Southwind</dd>" in page
    other = world.partnership(world.vendor("other"), "Foreign")
    for unknown in (other.public_id, uuid4(), "x"):
        assert client.get(f"/acme/reports/revenue?partner={unknown}").status_code == 422


def test_of_two_partners_that_were_merged_one_is_counted(world: World) -> None:
    vendor = world.vendor()
    survivor, absorbed = world.partnership(vendor, "North"), world.partnership(vendor, "North Ltd")
    Sales(world, vendor).order(absorbed, date(2017, 6, 1), 100_00)
    client = reader(world, vendor)
    assert "of 2 partners" in client.get("/acme/reports/revenue").text
    admin = world.client(world.user(Role.VENDOR_ADMIN, vendor=vendor))
    url = f"/acme/partners/{survivor.public_id}/merge"
    assert admin.post(url, data={"absorbed": str(absorbed.public_id)}).status_code == 303
    assert "of 1 partners" in client.get("/acme/reports/revenue").text
