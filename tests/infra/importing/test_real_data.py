"""The real sales data is read to the last dollar, in every dress."""

from datetime import datetime
from pathlib import Path

import pytest

from prm.infra.importing import (
    ConvertOptions,
    FieldSpec,
    RejectedRow,
    convert_rows,
    detect_decimal,
    open_table,
    settle_formats,
    suggest_mapping,
)
from prm.infra.money import Money
from tests.infra.importing.specimens import STAGES, workbook

DEALS = (
    FieldSpec("external_id", is_required=True, synonyms=("opportunity_id",)),
    FieldSpec("partner", is_required=True, synonyms=("sales_agent",)),
    FieldSpec("customer", synonyms=("account",)),
    FieldSpec("product", is_required=True),
    FieldSpec("stage", "choice", True, ("deal_stage",), choices=STAGES),
    FieldSpec("registered_on", "date", synonyms=("engage_date",)),
    FieldSpec("closed_on", "date", synonyms=("close_date",)),
    FieldSpec("amount", "money", synonyms=("close_value",)),
)


@pytest.fixture(scope="module")
def crm(shared_data: Path) -> Path:
    return shared_data / "crm-sales-opportunities"


def test_the_real_pipeline_is_read_to_the_last_dollar(crm: Path):
    table = open_table(crm / "sales_pipeline.csv")
    mapping = suggest_mapping(table.columns, DEALS)
    stages = {"stage": {"Engaging": "submitted", "Prospecting": "submitted"}}
    options, questions, findings = settle_formats(
        table, mapping, DEALS, ConvertOptions(currency="USD", choices=stages)
    )
    assert (table.row_count, table.delimiter, table.encoding, questions) == (8800, ",", "utf-8", [])
    assert {found.field: found.notice.params["format"] for found in findings} == {
        "registered_on": "MM/DD/YYYY",
        "closed_on": "MM/DD/YYYY",
    }
    assert findings[0].notice.params["line"] == 2
    rows = list(convert_rows(table, mapping, DEALS, options))
    assert [row.line for row in rows] == list(range(2, 8802))
    won = [row.values for row in rows if row.values["stage"] == "won"]
    assert (len(rows), len(won)) == (8800, 4238)
    quarters = [0, 0, 0, 0]
    for values in won:
        assert values["closed_on"].year == 2017
        quarters[(values["closed_on"].month - 1) // 3] += values["amount"].minor
    assert quarters == [113467200, 308611100, 298225500, 280249600]
    assert sum(row.values["customer"] is None for row in rows) == 1425


def test_without_the_sources_stages_the_real_open_deals_are_rejected_by_line(crm: Path):
    table = open_table(crm / "sales_pipeline.csv")
    mapping = suggest_mapping(table.columns, DEALS)
    options, *_ = settle_formats(table, mapping, DEALS, ConvertOptions(currency="USD"))
    rejected = [r for r in convert_rows(table, mapping, DEALS, options) if isinstance(r, RejectedRow)]
    assert len(rejected) == 1589 + 500
    assert {(r.column, r.reason_code) for r in rejected} == {("deal_stage", "choice_unknown")}
    content = (crm / "sales_pipeline.csv").read_text().splitlines()
    assert all(content[r.line - 1].startswith(r.raw["opportunity_id"]) for r in rejected)


def test_the_real_pipeline_reads_alike_in_every_dress(crm: Path):
    content = (crm / "sales_pipeline.csv").read_text()
    rows = [tuple(line.split(",")) for line in content.splitlines()]
    semicolons = "\r\n".join(";".join(row) for row in rows).encode("utf-16")
    quoted = "\r".join("|".join(f'"{cell}"' for cell in row) for row in rows).encode("utf-8-sig")
    book = workbook(
        rows[0],
        *[
            [
                *row[:5],
                *(datetime.strptime(d, "%m/%d/%Y").date() if d else None for d in row[5:7]),  # noqa: DTZ007
                int(row[7]) if row[7] else None,
            ]
            for row in rows[1:]
        ],
    )
    expected = None
    for file in (content.encode(), semicolons, quoted, book):
        table = open_table(file)
        mapping = suggest_mapping(table.columns, DEALS)
        options, questions, _ = settle_formats(
            table,
            mapping,
            DEALS,
            ConvertOptions(
                currency="USD", choices={"stage": {"Engaging": "approved", "Prospecting": "submitted"}}
            ),
        )
        assert questions == []
        values = [(row.line, row.values) for row in convert_rows(table, mapping, DEALS, options)]
        expected = expected or values
        assert values == expected
    assert len(expected) == 8800


def test_the_other_real_files_are_read(crm: Path):
    teams = open_table(crm / "sales_teams.csv")
    assert (teams.columns, teams.row_count) == (("sales_agent", "manager", "regional_office"), 35)
    products = open_table(crm / "products.csv")
    specs = (FieldSpec("name", synonyms=("product",)), FieldSpec("price", "money", synonyms=("sales_price",)))
    mapping = suggest_mapping(products.columns, specs)
    rows = list(convert_rows(products, mapping, specs, ConvertOptions(currency="USD")))
    assert rows[1].values == {"name": "GTX Pro", "price": Money(482100, "USD")}
    accounts = open_table(crm / "accounts.csv")
    assert (accounts.row_count, detect_decimal(accounts.values("revenue")).decimal) == (85, ".")
