"""Targets: entered in a grid, shown beside what was ordered."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from prm.errors import Conflict, Forbidden, NotFound
from prm.extensions import db
from prm.infra import clock
from prm.infra.db import transaction
from prm.permissions import Role
from prm.reports.periods import Period, Preset
from prm.reports.queries.targets import find_aims, with_aims
from prm.reports.terms import Terms
from prm.revenue.models import Target
from prm.revenue.quarters import Quarter, read_quarter
from prm.revenue.queries import revenue_by
from prm.revenue.services import Aim, set_targets
from prm.vendors.models import Vendor
from tests.factories import PartnershipRef, VendorRef, World
from tests.factories.revenue import import_file, orders

YEAR = clock.today("UTC").year


@pytest.fixture
def vendor(world: World) -> VendorRef:
    return world.vendor("acme")


@pytest.fixture
def north(world: World, vendor: VendorRef) -> PartnershipRef:
    world.partnership(vendor, "South", region="East")
    return world.partnership(vendor, "North", region="West")


def stored(world: World, vendor: VendorRef) -> dict[tuple[str, int], int]:
    with world.acting(vendor):
        targets = db.session.scalars(select(Target)).all()
        return {(target.scope.partition(":")[0], target.quarter): target.amount_minor for target in targets}


def cells(page: str, kind: str = "t") -> dict[str, str]:
    found = re.findall(rf'<input[^>]*name="{kind}\.([^"]+)"[^>]*>', page)
    values = {name: re.search(rf'name="{kind}\.{re.escape(name)}" value="([^"]*)"', page) for name in found}
    return {name: value[1] if value else "" for name, value in values.items()}


def send(client: FlaskClient, page: str, changes: dict[str, str], query: str = "") -> object:
    form = {f"t.{name}": value for name, value in (cells(page) | changes).items()}
    form |= {f"o.{name}": value for name, value in cells(page, "o").items()}
    return client.post(f"/acme/revenue/targets{query}", data=form)


def test_a_grid_is_filled_in_and_emptied(world: World, vendor: VendorRef, north: PartnershipRef) -> None:
    client = world.client(world.user(Role.VENDOR_ADMIN, vendor=vendor))
    page = client.get("/acme/revenue/targets").text
    assert len(cells(page)) == 8
    name = f"{north.public_id}.1"
    assert send(client, page, {name: "1,234.50"}).status_code == 302  # type: ignore[attr-defined]
    assert stored(world, vendor) == {("partnership", 1): 123450}
    page = client.get("/acme/revenue/targets").text
    assert cells(page)[name] == "1234.50"
    send(client, page, {name: ""})
    assert stored(world, vendor) == {}
    page = client.get("/acme/revenue/targets?by=region").text
    assert sorted(cells(page))[-1] == "vendor.4"
    send(client, page, {"vendor.4": "9"}, "?by=region")
    assert stored(world, vendor) == {("vendor", 4): 900}


def test_what_is_no_amount_is_said_and_everything_typed_stays(
    world: World, vendor: VendorRef, north: PartnershipRef
) -> None:
    client = world.client(world.user(Role.VENDOR_ADMIN, vendor=vendor, locale="de"))
    page = client.get("/acme/revenue/targets").text
    first, second = f"{north.public_id}.1", f"{north.public_id}.2"
    answer = send(client, page, {first: "1.234,5", second: "viel"})
    assert answer.status_code == 422  # type: ignore[attr-defined]
    text = answer.text  # type: ignore[attr-defined]
    assert cells(text)[first] == "1.234,5"
    assert cells(text)[second] == "viel"
    assert f'href="#t-{second.replace(".", "-")}"' in text
    assert stored(world, vendor) == {}
    answer = send(client, page, {first: "1.234,5", second: "-1"})
    assert answer.status_code == 422  # type: ignore[attr-defined]
    assert send(client, page, {first: "1.234,5"}).status_code == 302  # type: ignore[attr-defined]
    assert stored(world, vendor) == {("partnership", 1): 123450}


def test_a_change_that_came_between_is_not_overwritten(
    world: World, vendor: VendorRef, north: PartnershipRef
) -> None:
    with world.acting(vendor) as actor:
        with transaction():
            assert set_targets(actor, YEAR, [Aim(north.public_id, 1, 100, None)]) == 1
        with pytest.raises(Conflict), transaction():
            set_targets(actor, YEAR, [Aim(north.public_id, 1, 200, None)])
        with transaction():
            assert set_targets(actor, YEAR, [Aim(north.public_id, 1, 100, 100)]) == 0
    assert stored(world, vendor) == {("partnership", 1): 100}


def test_a_manager_aims_within_their_regions(world: World, vendor: VendorRef, north: PartnershipRef) -> None:
    south = world.partnership(vendor, "South too", region="East")
    west = world.user(Role.CHANNEL_MANAGER, vendor=vendor, region_names=("West",))
    page = world.client(west).get("/acme/revenue/targets?by=region").text
    assert len(cells(page)) == 4
    assert "The whole vendor" not in page
    with world.acting(vendor, west) as actor:
        with transaction():
            set_targets(actor, YEAR, [Aim(north.public_id, 1, 100, None)])
        with pytest.raises(NotFound), transaction():
            set_targets(actor, YEAR, [Aim(south.public_id, 1, 100, None)])
        with pytest.raises(Forbidden), transaction():
            set_targets(actor, YEAR, [Aim(None, 1, 100, None)])
    executive = world.client(world.user(Role.EXECUTIVE, vendor=vendor))
    assert executive.get("/acme/revenue/targets").status_code == 403


@pytest.mark.parametrize("text", ["2025-Q1", "FY2025-Q1", "fy 2025 q1", "Q1 2025", "q1/2025", "2025Q1"])
def test_a_quarter_is_read_as_people_write_it(text: str) -> None:
    assert read_quarter(text, 4) == Quarter(2025, 1, 4)


def test_targets_stand_beside_what_was_ordered(
    world: World, vendor: VendorRef, north: PartnershipRef
) -> None:
    orders(
        world,
        vendor,
        [
            {"partner": "North", "ordered_on": "2024-01-31", "amount": "150"},
            {"partner": "Other", "ordered_on": "2024-05-31", "amount": "30"},
        ],
    )
    targets = (
        "partner,region,quarter,amount\nNorth,,2024-Q1,100\nSouth,,2024-Q1,70\n,West,2024-Q1,300\n"
        ",,2024-Q1,400\n,,2024-Q3,50\n,,2099-Q1,5000\n"
    )
    assert import_file(world, vendor, "targets", targets).rejected == []
    year = Period(date(2024, 1, 1), date(2024, 12, 31))
    with world.acting(vendor) as actor, clock.freeze(datetime(2024, 8, 1, tzinfo=UTC)):
        place = db.session.get_one(Vendor, vendor.id)
        terms = Terms(Preset.CUSTOM, year)
        aims = find_aims(actor, place, terms)

        def rows(by: str) -> list[tuple[str, int, int | None]]:
            report = with_aims(revenue_by(actor, by, filters=terms.filters()), aims)
            assert report.total_minor == 18000
            return [(row.key, row.revenue_minor, row.target_minor) for row in report.rows]

        assert rows("partner") == [("North", 15000, 10000), ("Other", 3000, None), ("South", 0, 7000)]
        assert rows("region") == [("West", 15000, 30000), ("", 3000, None)]
        assert rows("quarter") == [("2024-Q1", 15000, 40000), ("2024-Q2", 3000, None), ("2024-Q3", 0, 5000)]
        assert aims.total_minor == 45000
        [south, *_] = [
            row for row in with_aims(revenue_by(actor, "partner"), aims).rows if row.key == "South"
        ]
        assert (south.revenue_minor, south.measured_minor) == (0, 0)
        limited = find_aims(actor, place, Terms(Preset.CUSTOM, year, partner=north.public_id))
        assert limited.total_minor == 10000


def test_what_is_reached_is_the_revenue_of_the_targets_own_quarters(
    world: World, vendor: VendorRef, north: PartnershipRef
) -> None:
    rows = [("2023-12-31", "1000"), ("2024-01-31", "150"), ("2024-05-31", "30")]
    orders(world, vendor, [{"partner": "North", "ordered_on": day, "amount": amount} for day, amount in rows])
    import_file(
        world, vendor, "targets", "partner,region,quarter,amount\nNorth,,2024-Q1,100\n,West,2024-Q2,60\n"
    )
    with world.acting(vendor) as actor:
        place = db.session.get_one(Vendor, vendor.id)
        aims = find_aims(actor, place, Terms())
        for by, measured in (("partner", 15000), ("region", 3000)):
            [row] = with_aims(revenue_by(actor, by), aims).rows
            assert (row.revenue_minor, row.measured_minor) == (118000, measured)


def test_a_quarter_that_the_period_cuts_has_no_target_and_the_running_one_the_whole(
    world: World, vendor: VendorRef, north: PartnershipRef
) -> None:
    days = ("2023-09-15", "2023-11-15", "2024-02-15", "2024-08-15")
    orders(world, vendor, [{"partner": "North", "ordered_on": day, "amount": "10"} for day in days])
    quarters = ("2023-Q3", "2023-Q4", "2024-Q1", "2024-Q3")
    lines = [f",{quarter},{number}" for number, quarter in enumerate(quarters, 1)]
    import_file(world, vendor, "targets", "\n".join(["partner,quarter,amount", *lines]))
    with world.acting(vendor) as actor, clock.freeze(datetime(2024, 8, 20, tzinfo=UTC)):
        place = db.session.get_one(Vendor, vendor.id)
        for first, last, counted in (
            (date(2023, 8, 21), date(2024, 8, 20), {"2023-Q4": 200, "2024-Q1": 300, "2024-Q3": 400}),
            (date(2023, 7, 1), date(2024, 8, 19), {"2023-Q3": 100, "2023-Q4": 200, "2024-Q1": 300}),
            (date(2023, 7, 1), date(2024, 3, 30), {"2023-Q3": 100, "2023-Q4": 200}),
            (None, None, {"2023-Q3": 100, "2023-Q4": 200, "2024-Q1": 300, "2024-Q3": 400}),
        ):
            aims = find_aims(actor, place, Terms(Preset.CUSTOM, Period(first, last)))
            assert {quarter.key: minor for quarter, minor in aims.by_quarter.items()} == counted
    page = world.client(world.user(Role.EXECUTIVE, vendor=vendor)).get(
        "/acme/reports/revenue?period=custom&from=2023-08-21&to=2024-06-30"
    )
    assert "A target is shown of quarters that are not cut" in page.text


def test_the_report_shows_targets_on_page_paper_and_sheet(
    world: World, vendor: VendorRef, north: PartnershipRef
) -> None:
    orders(world, vendor, [{"partner": "North", "ordered_on": "2024-01-31", "amount": "150"}])
    client = world.client(world.user(Role.EXECUTIVE, vendor=vendor))
    assert "reached" not in client.get("/acme/reports/revenue?period=all").text
    import_file(world, vendor, "targets", "partner,quarter,amount\nNorth,2024-Q1,200\n,2024-Q1,600\n")
    page = client.get("/acme/reports/revenue?period=all").text
    assert "75.0%" in page
    assert "25.0%" in page
    breakdown = client.get("/acme/reports/breakdown?by=partner&period=all&sort=reached").text
    assert "$200.00" in breakdown
    assert client.get("/acme/reports/revenue.xlsx?period=all").status_code == 200
    assert client.get("/acme/reports/revenue.pdf?period=all").status_code == 200
