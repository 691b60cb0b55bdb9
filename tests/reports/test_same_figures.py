"""Page, PDF, XLSX and command show the same figures, and an independent calculation confirms them."""

from __future__ import annotations

import io
import json
import re
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from openpyxl import load_workbook

from prm.permissions import Role
from tests.factories import World
from tests.factories.attribution import Made, Sales, random_world
from tests.infra.specimens import COMPLIANCE, checked_by
from tests.reports import outputs


@pytest.mark.parametrize(("seed", "zone"), [(11, "UTC"), (12, "America/Sao_Paulo")])
def test_all_forms_agree_with_the_recalculation(world: World, tmp_path: Path, seed: int, zone: str) -> None:
    sales = random_world(world, seed, zone).sales
    client = world.client(world.user(Role.EXECUTIVE, vendor=sales.vendor))
    expected = outputs.recomputed(world.app, sales.vendor.slug, zone, tmp_path)
    for form, figures in outputs.all_forms(world.app, client, sales.vendor.slug, tmp_path).items():
        assert figures == expected, form


def small_world(world: World) -> tuple[Sales, Made]:
    """Two campaigns before one order, a course before another; gives the webinar's usage event."""
    vendor = world.vendor(time_zone="Europe/Berlin")
    sales = Sales(world, vendor)
    northwind = world.partnership(vendor, "Northwind", region="West")
    southwind = world.partnership(vendor, "Southwind", region="East")
    brochure = sales.asset("Brochure", sales.campaign("Spring"))
    webinar = sales.asset("Webinar", sales.campaign("Autumn"))
    sales.order(northwind, date(2017, 6, 1), 1000_01)
    sales.order(southwind, date(2017, 7, 1), 500_00)
    sales.order(southwind, date(2017, 1, 5), 70_00)
    sales.usage(northwind, brochure, datetime(2017, 5, 1, tzinfo=UTC))
    sales.completion(southwind, sales.course("Foundation"), datetime(2017, 6, 20, tzinfo=UTC))
    # Berlin's 3 March begins at 23:00 UTC of the day before: the first moment of the 90 days.
    moved = sales.usage(northwind, webinar, datetime(2017, 3, 2, 23, 0, tzinfo=UTC))
    return sales, moved


def test_moving_one_usage_event_out_of_the_look_back_moves_every_form_alike(
    world: World, tmp_path: Path
) -> None:
    sales, moved = small_world(world)
    slug = sales.vendor.slug
    client = world.client(world.user(Role.EXECUTIVE, vendor=sales.vendor))

    before = outputs.all_forms(world.app, client, slug, tmp_path)
    expected = outputs.recomputed(world.app, slug, "Europe/Berlin", tmp_path)
    assert expected["campaign", "first"]["Autumn"] == 1000_01
    assert expected["asset", "linear"] == {
        "Brochure": 500_00, "Webinar": 500_01, "Training and certification": 500_00,
        "Credited": 1500_01, "Unattributed": 70_00, "Revenue": 1570_01,
    }  # fmt: skip
    assert before == dict.fromkeys(before, expected)

    sales.move_usage(moved, datetime(2017, 3, 2, 22, 59, 59, 999_999, tzinfo=UTC))
    after = outputs.all_forms(world.app, client, slug, tmp_path)
    expected = outputs.recomputed(world.app, slug, "Europe/Berlin", tmp_path)
    assert expected["campaign", "first"] == {
        "Spring": 1000_01, "Training and certification": 500_00,
        "Credited": 1500_01, "Unattributed": 70_00, "Revenue": 1570_01,
    }  # fmt: skip
    assert after == dict.fromkeys(after, expected)


def test_moving_the_only_activity_out_makes_the_order_unattributed_everywhere(
    world: World, tmp_path: Path
) -> None:
    vendor = world.vendor()
    sales = Sales(world, vendor)
    northwind = world.partnership(vendor, "Northwind")
    sales.order(northwind, date(2017, 6, 1), 123_45, closed_on=date(2017, 5, 1))
    usage = sales.usage(northwind, sales.asset("Brochure"), datetime(2017, 4, 30, 23, 59, tzinfo=UTC))
    client = world.client(world.user(Role.EXECUTIVE, vendor=vendor))
    for at, unattributed in ((None, 0), (datetime(2017, 5, 1, tzinfo=UTC), 123_45)):
        if at is not None:
            sales.move_usage(usage, at)
        for form, figures in outputs.all_forms(world.app, client, vendor.slug, tmp_path).items():
            for shown in figures.values():
                assert shown["Unattributed"] == unattributed, form
                assert shown["Credited"] == 123_45 - unattributed, form


def test_revenue_by_each_grouping_is_the_same_everywhere(world: World, tmp_path: Path) -> None:
    sales = random_world(world, 13).sales
    slug = sales.vendor.slug
    client = world.client(world.user(Role.EXECUTIVE, vendor=sales.vendor))
    orders, _touches = outputs.export(world.app, slug, tmp_path)
    page = outputs.tables_of(client.get(f"/{slug}/reports/revenue").text)
    book = load_workbook(io.BytesIO(client.get(f"/{slug}/reports/revenue.xlsx").data))
    paper = outputs.pdf_text(client, slug, tmp_path)
    total = sum(int(order["amount_minor"]) for order in orders if order["currency"] == "USD")
    by_partner: Counter[str] = Counter()
    for order in orders:
        if order["currency"] == "USD":
            by_partner[order["partner"]] += int(order["amount_minor"])
    for by in ("quarter", "partner", "region", "product"):
        result = world.app.test_cli_runner().invoke(
            args=["report", "revenue", "--vendor", slug, "--by", by, "--json"], catch_exceptions=False
        )
        printed = json.loads(result.stdout)
        assert printed["total_minor"] == total == sum(row["revenue_minor"] for row in printed["rows"])
        amounts = sorted(row["revenue_minor"] for row in printed["rows"])
        shown = page[f"Revenue by {by}"]
        assert sorted(outputs.minor(row[1]) for row in shown[1:-1]) == amounts
        assert outputs.minor(shown[-1][1]) == total
        cells = [row[1] for row in book[f"Revenue by {by}"].iter_rows(min_row=2, values_only=True)]
        assert sorted(int(Decimal(str(cell)) * 100) for cell in cells[:-1]) == amounts
        for row in shown[1:]:
            assert row[1] in paper
        if by == "partner":
            assert {row["key"]: row["revenue_minor"] for row in printed["rows"]} == dict(by_partner)


def test_the_workbook_lists_every_order_with_its_import_line(world: World, tmp_path: Path) -> None:
    sales = random_world(world, 14).sales
    slug = sales.vendor.slug
    orders, _touches = outputs.export(world.app, slug, tmp_path)
    client = world.client(world.user(Role.EXECUTIVE, vendor=sales.vendor))
    book = load_workbook(io.BytesIO(client.get(f"/{slug}/reports/revenue.xlsx").data))
    header, *rows = list(book["Orders"].iter_rows(values_only=True))
    place = {name: header.index(name) for name in ("Id", "Amount", "Currency", "Line", "Order")}
    assert {row[place["Id"]] for row in rows} == {order["order_id"] for order in orders}
    for row in rows:
        assert row[place["Order"]] == f"O-{row[place['Line']]}"
    listed = sum(Decimal(str(row[place["Amount"]])) for row in rows if row[place["Currency"]] == "USD")
    assert listed * 100 == sum(int(o["amount_minor"]) for o in orders if o["currency"] == "USD")


def test_a_rerun_gives_the_same_check_value_and_a_change_another(world: World) -> None:
    sales, moved = small_world(world)
    client = world.client(world.user(Role.EXECUTIVE, vendor=sales.vendor))

    german = world.client(world.user(Role.EXECUTIVE, vendor=sales.vendor, locale="de"))

    def check_value(reader: FlaskClient = client) -> str:
        page = reader.get(f"/{sales.vendor.slug}/reports/revenue").text
        (value,) = re.findall(r"<dd>([0-9a-f]{8})</dd>", page)
        return str(value)

    first = check_value()
    assert check_value() == check_value(german) == first
    sales.move_usage(moved, datetime(2017, 5, 2, tzinfo=UTC) - timedelta(days=200))
    assert check_value() != first


def test_the_document_is_accessible(world: World, tmp_path: Path) -> None:
    """Tagged PDF/UA-1, as an outside checker reads it, in two languages."""
    sales = random_world(world, 15).sales
    for locale in ("en", "de"):
        client = world.client(world.user(Role.EXECUTIVE, vendor=sales.vendor, locale=locale))
        path = tmp_path / f"{locale}.pdf"
        path.write_bytes(client.get(f"/{sales.vendor.slug}/reports/revenue.pdf").data)
        answers = checked_by(COMPLIANCE, "ua1", path)
        assert answers == {path.name: [True, answers[path.name][1]]}, answers  # type: ignore[index]
