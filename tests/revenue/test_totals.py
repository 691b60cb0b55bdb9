"""Revenue by quarter, partner, region and product: the rows sum to the total, whatever is missing."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from prm.extensions import db
from prm.infra.db import transaction
from prm.permissions import Role
from prm.revenue.quarters import Quarter, find_quarter, quarter_of
from prm.revenue.queries import By, OrderFilters, RevenueReport, narrow_orders, revenue_by
from prm.revenue.queries import orders as orders_of
from prm.vendors.models import Vendor
from tests.factories import PartnershipRef, UserRef, VendorRef, World
from tests.factories.revenue import import_rows, orders


@pytest.fixture
def vendor(world: World) -> VendorRef:
    return world.vendor("acme")


def report(
    world: World, vendor: VendorRef, by: str, user: UserRef | None = None, **asked: Any
) -> RevenueReport:
    with world.acting(vendor, user) as actor:
        found = revenue_by(actor, by, **asked)
    assert sum(row.revenue_minor for row in found.rows) == found.total_minor
    assert sum(row.orders for row in found.rows) == found.orders
    assert len({row.key for row in found.rows}) == len(found.rows)
    return found


def keyed(found: RevenueReport) -> dict[str, int]:
    return {row.key: row.revenue_minor for row in found.rows}


def place_orders(world: World, vendor: VendorRef) -> None:
    import_rows(
        world, vendor, "partners", [{"name": "North", "region": "West"}, {"name": "South", "region": ""}]
    )
    import_rows(world, vendor, "products", [{"name": "Rocket", "price": "1"}])
    rows = [
        ("North", "2024-01-31", "10", "Rocket", ""),
        ("North", "2024-04-01", "20", "Rokcet", ""),
        ("South", "2024-04-30", "-5", "", ""),
        ("South", "2024-12-31", "7", "Rocket", "EUR"),
    ]
    names = ("partner", "ordered_on", "amount", "product", "currency")
    orders(world, vendor, [dict(zip(names, row, strict=True)) for row in rows])


def test_nothing_is_lost_whatever_is_missing(world: World, vendor: VendorRef) -> None:
    place_orders(world, vendor)
    assert keyed(report(world, vendor, "quarter")) == {"2024-Q1": 1000, "2024-Q2": 1500}
    assert keyed(report(world, vendor, "partner")) == {"North": 3000, "South": -500}
    assert keyed(report(world, vendor, "region")) == {"West": 3000, "": -500}
    by_product = report(world, vendor, "product")
    assert keyed(by_product) == {"Rokcet": 2000, "Rocket": 1000, "": -500}
    assert {row.key for row in by_product.rows if row.is_unmatched} == {"Rokcet", ""}
    assert {row.label for row in by_product.rows} == {"Rokcet", "Rocket", "No product"}


def test_other_currencies_stand_beside_and_are_never_added(world: World, vendor: VendorRef) -> None:
    place_orders(world, vendor)
    found = report(world, vendor, "quarter")
    assert (found.currency, found.total_minor, found.orders) == ("USD", 2500, 3)
    assert [(o.currency, o.total_minor, o.orders) for o in found.other_currencies] == [("EUR", 700, 1)]
    euros = report(world, vendor, "product", currency="EUR")
    assert keyed(euros) == {"Rocket": 700}
    assert euros.rows[0].link["currency"] == "EUR"


def test_both_dates_are_included(world: World, vendor: VendorRef) -> None:
    place_orders(world, vendor)
    found = report(world, vendor, "quarter", date_from=date(2024, 1, 31), date_to=date(2024, 4, 1))
    assert keyed(found) == {"2024-Q1": 1000, "2024-Q2": 2000}
    assert found.rows[1].link == {"from": "2024-04-01", "to": "2024-04-01"}
    assert report(world, vendor, "region", date_from=date(2030, 1, 1)).rows == ()


def test_every_row_opens_exactly_its_orders(world: World, vendor: VendorRef) -> None:
    place_orders(world, vendor)
    client = world.client(world.user(Role.EXECUTIVE, vendor=vendor))
    for by in By:
        for row in report(world, vendor, by.value).rows:
            page = client.get("/acme/revenue/orders", query_string=row.link)
            assert len(re.findall(r'orders/[0-9a-f-]{36}"', page.text)) == row.orders, (by, row)


def test_a_fiscal_year_names_its_quarters_by_the_year_it_ends_in(world: World, vendor: VendorRef) -> None:
    place_orders(world, vendor)
    with world.app.app_context(), transaction():
        db.session.scalars(select(Vendor)).one().fiscal_year_start_month = 4
    found = report(world, vendor, "quarter")
    assert keyed(found) == {"FY2024-Q4": 1000, "FY2025-Q1": 1500}
    assert found.rows[0].label == "Q4 of fiscal year 2024"


@pytest.mark.parametrize("start_month", range(1, 13))
def test_quarters_cover_every_day_once(start_month: int) -> None:
    day = date(2023, 1, 1)
    before = quarter_of(day, start_month)
    assert before.first <= day <= before.last
    while day < date(2026, 1, 1):
        day += timedelta(days=1)
        quarter = quarter_of(day, start_month)
        assert quarter == before or (
            quarter == before.next and day == quarter.first == before.last + timedelta(days=1)
        )
        assert find_quarter(quarter.key, start_month) == quarter
        before = quarter


@pytest.mark.parametrize("key", ["", "2024", "2024-Q5", "FY2024-Q1", "2024-Q1 ", "٢٠٢٤-Q1", "0001-Q1"])
def test_what_names_no_quarter_is_none(key: str) -> None:
    assert find_quarter(key) is None
    assert find_quarter("FY2024-Q1", 4) == Quarter(2024, 1, 4)


def test_partners_of_one_name_stay_apart(world: World, vendor: VendorRef) -> None:
    import_rows(
        world, vendor, "partners",
        [{"external_id": "1", "name": "North"}, {"external_id": "2", "name": "North"}],
    )  # fmt: skip
    orders(
        world, vendor,
        [
            {"partner": "1", "ordered_on": "2024-01-31", "amount": "10"},
            {"partner": "2", "ordered_on": "2024-01-31", "amount": "20"},
        ],
    )  # fmt: skip
    found = report(world, vendor, "partner")
    assert [(row.label, row.revenue_minor) for row in found.rows] == [("North", 2000), ("North", 1000)]


def test_people_see_what_is_theirs(world: World, vendor: VendorRef) -> None:
    place_orders(world, vendor)
    with world.acting(vendor) as actor:
        found = db.session.scalars(orders_of(actor)).all()
        south = next(order.partnership for order in found if order.partnership.name == "South")
        ref = PartnershipRef(south.id, south.public_id, vendor, south.name)
        of_south = narrow_orders(orders_of(actor), OrderFilters(partner=south.public_id))
        assert {order.amount_minor for order in db.session.scalars(of_south)} == {-500, 700}
    member = world.user(Role.PARTNER_ADMIN, partnership=ref)
    manager = world.user(Role.CHANNEL_MANAGER, vendor=vendor, region_names=("West",))
    assert keyed(report(world, vendor, "partner", member)) == {"South": -500}
    assert keyed(report(world, vendor, "partner", manager)) == {"North": 3000}
    other = world.vendor("globex")
    assert report(world, other, "quarter").rows == ()
