"""What days a report is of: chosen, compared, cut, and kept in its address."""

from __future__ import annotations

from datetime import UTC, date, datetime

from prm.infra import clock
from tests.factories import World
from tests.factories.attribution import Sales
from tests.reports import outputs
from tests.reports.readers import links, reader


def test_the_default_period_is_the_trailing_year_if_there_are_orders_in_it(world: World) -> None:
    vendor = world.vendor()
    sales = Sales(world, vendor)
    northwind = world.partnership(vendor)
    sales.order(northwind, date(2017, 6, 1), 100_00)
    client = reader(world, vendor)
    assert "All orders: Jun 1, 2017" in client.get("/acme/reports/revenue").text
    sales.order(northwind, clock.today("UTC"), 50_00)
    page = client.get("/acme/reports/revenue").text
    assert "Trailing 12 months:" in page and "$50.00" in page and "$150.00" not in page


def test_a_period_without_orders_says_so_and_offers_all(world: World) -> None:
    vendor = world.vendor()
    Sales(world, vendor).order(world.partnership(vendor), date(2017, 6, 1), 100_00)
    page = reader(world, vendor).get("/acme/reports/revenue?period=last_quarter").text
    assert "Nothing was ordered in this period" in page and links(page, "period=all")


def test_a_lasting_link_means_the_same_days_later_too(world: World) -> None:
    vendor = world.vendor()
    sales = Sales(world, vendor)
    northwind = world.partnership(vendor)
    sales.order(northwind, date(2017, 6, 1), 100_00)
    sales.order(northwind, date(2018, 1, 31), 7_00)
    with clock.travel(datetime(2017, 12, 31, 12, tzinfo=UTC)):
        client = reader(world, vendor)
        page = client.get("/acme/reports/revenue?period=this_year")
        (lasting,) = set(links(page.text.split("Lasting link")[0][-600:], "/reports/revenue?"))
    with clock.travel(datetime(2018, 6, 1, tzinfo=UTC)):
        client = reader(world, vendor)
        assert "$7.00" in client.get("/acme/reports/revenue?period=this_year").text
        later = client.get(lasting).text
        assert outputs.tables_of(later) == outputs.tables_of(page.text)
        assert "Jan 1, 2017 – Dec 31, 2017" in later


def test_a_period_is_compared_with_the_one_before_and_the_year_before(world: World) -> None:
    vendor = world.vendor()
    sales = Sales(world, vendor)
    northwind = world.partnership(vendor)
    for day, amount in ((date(2016, 9, 1), 50_00), (date(2017, 5, 1), 200_00), (date(2017, 9, 1), 100_00)):
        sales.order(northwind, day, amount)
    page = reader(world, vendor).get("/acme/reports/revenue?period=custom&from=2017-07-01&to=2017-09-30").text
    assert "-50.0%" in page and "against the period before" in page
    assert "+100.0% against a year before" in page


def test_a_quarter_that_the_period_cuts_is_said_to_be_cut(world: World) -> None:
    vendor = world.vendor()
    Sales(world, vendor).order(world.partnership(vendor), date(2017, 6, 1), 100_00)
    client = reader(world, vendor)
    sentence = "Of a quarter that the period cuts"
    for first, last, is_cut in (
        ("2017-04-01", "2017-06-30", False),
        ("2017-04-02", "2017-06-30", True),
        ("2017-04-01", "2017-06-29", True),
        ("2017-01-01", "2017-12-31", False),
        ("", "", False),
    ):
        page = client.get(f"/acme/reports/revenue?period=custom&from={first}&to={last}").text
        assert (sentence in page) is is_cut, (first, last)


def test_own_dates_may_be_open_on_one_side(world: World) -> None:
    vendor = world.vendor()
    sales = Sales(world, vendor)
    northwind = world.partnership(vendor)
    sales.order(northwind, date(2017, 3, 1), 1_00)
    sales.order(northwind, date(2017, 6, 1), 20_00)
    client = reader(world, vendor)
    for query, total, words in (
        ("from=2017-04-01", 20_00, "from Apr 1, 2017"),
        ("to=2017-04-01", 1_00, "until Apr 1, 2017"),
        ("", 21_00, "Own dates"),
    ):
        page = client.get(f"/acme/reports/revenue?period=custom&{query}").text
        assert outputs.minor(outputs.tables_of(page)["Revenue by partner"][-1][1]) == total
        assert words in page
        assert client.get(f"/acme/reports/revenue.xlsx?period=custom&{query}").status_code == 200
