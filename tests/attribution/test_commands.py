"""The command line of attribution and reports: what it prints, and how it refuses."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from click.testing import Result

from tests.factories import World
from tests.factories.attribution import Sales


@pytest.fixture
def sales(world: World) -> Sales:
    """One credited order, one that is not, and one in euros."""
    sales = Sales(world, world.vendor())
    northwind = world.partnership(sales.vendor, region="West")
    sales.order(northwind, date(2017, 6, 1), 1234_50)
    sales.order(northwind, date(2017, 1, 1), -4_50)
    sales.order(northwind, date(2017, 6, 2), 77_00, currency="EUR")
    sales.usage(northwind, sales.asset("Brochure"), datetime(2017, 5, 1, tzinfo=UTC))
    return sales


def run(world: World, *arguments: str) -> Result:
    return world.app.test_cli_runner().invoke(args=arguments)


def test_the_attribution_report_has_the_promised_shape(world: World, sales: Sales) -> None:
    result = run(
        world, "attribution", "report", "--vendor", "acme", "--model", "last", "--by", "asset", "--json"
    )
    printed = json.loads(result.stdout)
    (row,) = printed["rows"]
    assert result.exit_code == 0
    assert printed == {
        "model": "last",
        "currency": "USD",
        "revenue_minor": 1230_00,
        "attributed_minor": 1234_50,
        "unattributed_minor": -4_50,
        "rows": [{"id": row["id"], "name": "Brochure", "credit_minor": 1234_50}],
    }


def test_the_revenue_report_has_the_promised_shape_and_names_what_is_not_in_it(
    world: World, sales: Sales
) -> None:
    result = run(world, "report", "revenue", "--vendor", "acme", "--by", "quarter", "--json")
    assert result.exit_code == 0
    assert json.loads(result.stdout) == {
        "currency": "USD",
        "total_minor": 1230_00,
        "rows": [
            {"key": "2017-Q1", "revenue_minor": -4_50, "orders": 1},
            {"key": "2017-Q2", "revenue_minor": 1234_50, "orders": 1},
        ],
    }
    assert "1 orders in EUR, €77.00" in result.stderr


def test_without_json_people_can_read_it(world: World, sales: Sales) -> None:
    text = run(
        world, "attribution", "report", "--vendor", "acme", "--model", "first", "--by", "course"
    ).stdout
    assert [line.split(maxsplit=1) for line in text.splitlines()] == [
        ["$1,234.50", "Use of assets"], ["-$4.50", "Unattributed"], ["$1,230.00", "Revenue"],
    ]  # fmt: skip
    assert "$1,230.00" in run(world, "report", "revenue", "--vendor", "acme", "--by", "region").stdout


def test_dates_choose_orders_and_both_are_included(world: World, sales: Sales) -> None:
    for first, last, total in (
        ("2017-01-01", "2017-01-01", -4_50),
        ("2017-01-02", "2017-06-01", 1234_50),
        ("2017-06-02", "2017-12-31", 0),
    ):
        for command in (
            ("report", "revenue", "--by", "partner"),
            ("attribution", "report", "--by", "partner", "--model", "linear"),
        ):
            result = run(world, *command, "--vendor", "acme", "--from", first, "--to", last, "--json")
            printed = json.loads(result.stdout)
            assert printed.get("total_minor", printed.get("revenue_minor")) == total


def test_a_vendor_without_orders_has_an_empty_report(world: World) -> None:
    world.vendor("empty")
    result = run(
        world, "attribution", "report", "--vendor", "empty", "--model", "linear", "--by", "asset", "--json"
    )
    printed = json.loads(result.stdout)
    assert (printed["revenue_minor"], printed["attributed_minor"], printed["rows"]) == (0, 0, [])


@pytest.mark.parametrize(
    ("command", "message"),
    [
        ("attribution report --vendor nobody --model last --by asset", "no vendor 'nobody'"),
        ("report revenue --vendor nobody --by quarter", "no vendor 'nobody'"),
        ("attribution export --vendor nobody --out x", "no vendor 'nobody'"),
        ("attribution report --vendor acme --model best --by asset", "'best' is not one of"),
        ("attribution report --vendor acme --model last --by tea", "'tea' is not one of"),
        ("attribution report --vendor acme --model last", "Missing option '--by'"),
        ("attribution report --vendor acme --model last --by asset --lookback 0", "not in the range"),
        ("report revenue --vendor acme --by quarter --from 1.2.2017", "'1.2.2017'"),
        ("report revenue --vendor acme --by quarter --from 2017-02-01 --to 2017-01-01", "before the first"),
        (
            "attribution report --vendor acme --model last --by asset --from 2017-02-01 --to 2017-01-01",
            "before the first",
        ),
    ],
)
def test_what_cannot_be_is_refused_on_stderr(world: World, sales: Sales, command: str, message: str) -> None:
    result = run(world, *command.split())
    assert result.exit_code == 1
    assert message in result.stderr
    assert result.stdout == ""


def test_an_export_that_cannot_be_written_says_why(world: World, sales: Sales, tmp_path: Path) -> None:
    (tmp_path / "orders.csv").mkdir()
    result = run(world, "attribution", "export", "--vendor", "acme", "--out", str(tmp_path))
    assert result.exit_code == 1 and "orders.csv" in result.stderr


@pytest.mark.parametrize(
    "command", ["attribution", "attribution report", "attribution export", "report", "report revenue"]
)
def test_each_command_explains_itself(world: World, command: str) -> None:
    result = run(world, *command.split(), "--help")
    assert result.exit_code == 0 and "Usage:" in result.stdout


def test_the_export_counts_its_rows_and_leaves_no_field_out(
    world: World, sales: Sales, tmp_path: Path
) -> None:
    result = run(world, "attribution", "export", "--vendor", "acme", "--out", str(tmp_path / "new"), "--json")
    printed = json.loads(result.stdout)
    assert (printed["orders"]["rows"], printed["touches"]["rows"]) == (3, 1)
    header, row = Path(printed["touches"]["file"]).read_text().splitlines()
    assert header == "touch_id,kind,partnership_id,at,target_id,target,campaign_id,campaign"
    assert ",usage," in row and ",2017-05-01T00:00:00.000000+00:00," in row and row.endswith(",Brochure,,")
