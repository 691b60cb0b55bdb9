"""`flask imports`: reports as JSON in their stable shape, errors on stderr with exit status 1."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from tests.factories import VendorRef, World
from tests.factories.revenue import SALES
from tests.imports.dumps import differences, dump, dump_imports

DEALS = (
    "id,partner,account,item,deal_stage,closed,amount\n"
    "1,Northwind,Acme,Rocket,Won,3/31/2024,100\n"
    "2,Northwind,,Rokcet,Open,,\n"
    "3,Nobody,Acme,Rocket,Won,3/30/2024,50\n"
)


@pytest.fixture
def vendor(world: World) -> VendorRef:
    vendor = world.vendor("acme")
    world.partnership(vendor, "Northwind")
    return vendor


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "deals.csv"
    path.write_text(DEALS)
    return path


def flask(world: World, *words: object) -> Result:
    return world.app.test_cli_runner().invoke(args=[str(word) for word in words])


def reported(world: World, *words: object) -> Any:
    result = flask(world, *words)
    assert result.exit_code == 0, result.stderr
    assert result.stderr == ""
    return json.loads(result.stdout)


def test_run_reports_in_a_stable_shape(world: World, vendor: VendorRef, file: Path) -> None:
    report = reported(
        world, "imports", "run", file, "--vendor", "acme", "--kind", "deals", "--source", "crm",
        "--map", "product=item", "--stage", "Open=submitted", "--date-format", "%m/%d/%Y",
        "--won-as-orders", "--json",
    )  # fmt: skip
    batch = report.pop("batch")
    assert report == {
        "read": 3,
        "inserted": 2,
        "updated": 0,
        "unchanged": 0,
        "orders_derived": 1,
        "unmatched": [
            {"field": "customer", "value": "", "rows": 1},
            {"field": "product", "value": "Rocket", "rows": 1},
            {"field": "product", "value": "Rokcet", "rows": 1},
        ],
        "rejected": [
            {
                "line": 4,
                "column": "partner",
                "value": "Nobody",
                "reason": "No partner has this external id or name.",
            }
        ],
    }
    listed = reported(world, "imports", "list", "--json")
    assert [(each["batch"], each["status"], each["vendor"], each["read"]) for each in listed] == [
        (batch, "applied", "acme", 3)
    ]
    assert reported(world, "imports", "undo", batch, "--json") == {"batch": batch, "status": "undone"}
    assert dump(world, vendor)["deal"] == []
    again = flask(world, "imports", "undo", batch)
    assert (again.exit_code, again.stdout) == (1, "")
    assert "undone already" in again.stderr


def test_a_dry_run_has_no_batch_and_leaves_no_row(world: World, vendor: VendorRef, file: Path) -> None:
    before, imports = dump(world, vendor), dump_imports(world, vendor)
    report = reported(
        world, "imports", "run", file, "--vendor", "acme", "--kind", "deals", "--stage", "open=submitted",
        "--create-partners", "--dry-run", "--json",
    )  # fmt: skip
    assert report["batch"] is None
    assert report["inserted"] == 3
    assert differences(before, dump(world, vendor)) == []
    assert dump_imports(world, vendor) == imports


def test_text_says_the_same_in_words(world: World, vendor: VendorRef, file: Path) -> None:
    words = ("imports", "run", file, "--vendor", "acme", "--kind", "deals")
    dry = flask(world, *words, "--dry-run")
    assert dry.exit_code == 0
    assert "Dry run: nothing was changed." in dry.stdout
    assert "State what a word stands for with --stage SOURCE=STAGE." in dry.stdout
    done = flask(world, *words)
    assert "        3  read" in done.stdout
    assert "        2  rejected" in done.stdout
    assert "deal_stage 'Open', first on line 3" in done.stdout
    assert "product Rocket" in done.stdout
    assert "deals.csv" in flask(world, "imports", "list", "--vendor", "acme").stdout


def test_an_alias_is_set_for_all_rows(world: World, vendor: VendorRef, file: Path, tmp_path: Path) -> None:
    products = tmp_path / "products.csv"
    products.write_text("product,price\nRocket,100\n")
    reported(world, "imports", "run", products, "--vendor", "acme", "--kind", "products", "--json")
    reported(
        world, "imports", "run", file, "--vendor", "acme", "--kind", "deals", "--stage", "Open=submitted",
        "--map", "product=item", "--json",
    )  # fmt: skip
    alias = ("imports", "alias", "--vendor", "acme", "--field", "product", "--value", "Rokcet", "--to")
    assert reported(world, *alias, "rocket", "--json") == {
        "field": "product", "value": "Rokcet", "to": "Rocket", "rows": 1,
    }  # fmt: skip
    assert {deal["product_id"] for deal in dump(world, vendor)["deal"]} == {1}
    for to, said in (("Rocket", "stands for Rocket already"), ("Nothing", "There is no product")):
        wrong = flask(world, *alias, to)
        assert wrong.exit_code == 1
        assert said in wrong.stderr
    empty = flask(world, *alias[:-3], "--value", "", "--to", "Rocket")
    assert (empty.exit_code, "Enter the name" in empty.stderr) == (1, True)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--kind", "secrets"), "no kind of import"),
        (("--kind", "deals", "--vendor", "nobody"), "no vendor 'nobody'"),
        (("--kind", "deals", "--map", "partner"), "is not FIELD=COLUMN"),
        (("--kind", "deals", "--map", "colour=id"), "There is no field “colour”"),
        (("--kind", "deals", "--map", "product=nowhere"), "no column “nowhere”"),
        (("--kind", "deals", "--stage", "Open=dreaming"), "cannot stand for “dreaming”"),
        (("--kind", "orders", "--won-as-orders"), "are for deals"),
        (("--kind", "deals", "--date-format", "tomorrow"), "is not a date pattern"),
        (("--kind", "deals", "--decimal", "x"), "decimal sign"),
        (("--kind", "deals", "--source", "portal"), "kept for what people enter"),
        (("--kind", "orders"), "No column fills “ordered_on”"),
    ],
)
def test_what_cannot_be_goes_to_stderr_with_status_1(
    world: World, vendor: VendorRef, file: Path, words: tuple[str, ...], said: str
) -> None:
    result = flask(
        world, "imports", "run", file, *(() if "--vendor" in words else ("--vendor", "acme")), *words
    )
    assert result.exit_code == 1
    assert result.stdout == ""
    assert said in result.stderr
    assert dump(world, vendor)["deal"] == []


def test_a_file_that_is_not_there_is_named(world: World, vendor: VendorRef, tmp_path: Path) -> None:
    for path in (tmp_path / "none.csv", tmp_path):
        result = flask(world, "imports", "run", path, "--vendor", "acme", "--kind", "deals")
        assert result.exit_code == 1
        assert "cannot be read" in result.stderr


def test_an_ambiguous_date_column_names_line_and_candidates(
    world: World, vendor: VendorRef, tmp_path: Path
) -> None:
    path = tmp_path / "deals.csv"
    path.write_text("id,partner,stage,closed\n1,Northwind,won,3/4/2024\n")
    result = flask(world, "imports", "run", path, "--vendor", "acme", "--kind", "deals", "--json")
    assert result.exit_code == 1
    assert "MM/DD/YYYY, DD/MM/YYYY" in result.stderr
    assert "line 2" in result.stderr
    assert "date_format" in result.stderr


@pytest.mark.parametrize("batch", ["nonsense", "00000000-0000-0000-0000-000000000000"])
def test_a_batch_that_does_not_exist_is_said(world: World, vendor: VendorRef, batch: str) -> None:
    result = flask(world, "imports", "undo", batch)
    assert result.exit_code == 1
    assert batch in result.stderr


def test_undo_finds_the_vendor_by_itself(world: World, vendor: VendorRef, file: Path) -> None:
    other = world.vendor("globex")
    world.partnership(other, "Northwind")
    report = reported(world, "imports", "run", file, "--vendor", "globex", "--kind", "deals", "--json")
    reported(world, "imports", "run", file, "--vendor", "acme", "--kind", "deals", "--json")
    flask(world, "imports", "undo", report["batch"])
    assert (len(dump(world, other)["deal"]), len(dump(world, vendor)["deal"])) == (0, 1)


def test_help_names_every_field(world: World) -> None:
    text = flask(world, "imports", "run", "--help").stdout
    for name in ("deal_external_id", "registered_on", "partners: external_id, name, region, manager"):
        assert name in text
    for command in ("undo", "list", "alias"):
        assert flask(world, "imports", command, "--help").exit_code == 0


def test_the_real_files_by_command(world: World, vendor: VendorRef, shared_data: Path) -> None:
    folder = shared_data / SALES
    base = ("--vendor", "acme", "--source", "crm", "--json")
    reported(world, "imports", "run", folder / "sales_teams.csv", "--kind", "partners", *base)
    reported(world, "imports", "run", folder / "products.csv", "--kind", "products", *base)
    words = (
        "imports", "run", folder / "sales_pipeline.csv", "--kind", "deals", *base, "--won-as-orders",
        "--stage", "Engaging=submitted", "--stage", "Prospecting=submitted",
    )  # fmt: skip
    first = reported(world, *words)
    assert (first["inserted"], first["orders_derived"], first["rejected"]) == (8800, 4238, [])
    second = reported(world, *words)
    assert (second["inserted"], second["updated"], second["unchanged"]) == (0, 0, 8800)
    revenue = reported(world, "report", "revenue", "--vendor", "acme", "--by", "quarter", "--json")
    assert revenue["total_minor"] == 10_005_534_00
