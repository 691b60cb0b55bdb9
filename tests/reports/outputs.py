"""The revenue report read back from each of its forms: page, PDF, XLSX and command.

Each gives {(grouping, model): {row: minor units}}, the summary rows included, so that they can be
compared with each other and with figures from elsewhere.
"""

from __future__ import annotations

import io
import json
import re
import subprocess
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient
from openpyxl import load_workbook

from tests.attribution import independent

MODELS = ("first", "last", "linear")
GROUPINGS = ("campaign", "asset", "course")
SUMMARY = ("Credited", "Unattributed", "Revenue")

Figures = dict[tuple[str, str], dict[str, int]]


class _Tables(HTMLParser):
    """Every table of a page by its caption: rows of texts."""

    def __init__(self) -> None:
        super().__init__()
        self.tables: dict[str, list[list[str]]] = {}
        self._rows: list[list[str]] = []
        self._into: list[str] | None = None
        self._caption: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self._rows, self._caption = [], []
        elif tag == "tr":
            self._rows.append([])
        elif tag in {"td", "th", "caption"}:
            self._into = []

    def handle_endtag(self, tag: str) -> None:
        if tag in {"td", "th"} and self._into is not None:
            self._rows[-1].append(" ".join("".join(self._into).split()))
            self._into = None
        elif tag == "caption" and self._into is not None:
            self._caption, self._into = self._into, None
        elif tag == "table":
            self.tables[" ".join("".join(self._caption).split())] = self._rows

    def handle_data(self, text: str) -> None:
        if self._into is not None:
            self._into.append(text)


def tables_of(html: str) -> dict[str, list[list[str]]]:
    parser = _Tables()
    parser.feed(html)
    return parser.tables


def minor(text: str) -> int:
    """ "$1,054.30" → 105430."""
    found = re.fullmatch(r"(-?)\$([\d,]+\.\d\d)", text)
    assert found is not None, text
    return int(Decimal(found[2].replace(",", "")) * 100) * (-1 if found[1] else 1)


def _put(figures: Figures, by: str, label: str, amounts: list[int]) -> None:
    for model, amount in zip(MODELS, amounts, strict=True):
        if amount or label in SUMMARY:
            figures.setdefault((by, model), {})[label] = amount


def from_page(client: FlaskClient, slug: str, query: str = "") -> Figures:
    answer = client.get(f"/{slug}/reports/revenue?{query}")
    assert answer.status_code == 200, answer.text
    tables = tables_of(answer.text)
    figures: Figures = {}
    for by in GROUPINGS:
        for row in tables[f"Credit by {by}"][1:]:
            _put(figures, by, row[0], [minor(text) for text in row[1:4]])
    return figures


def pdf_text(client: FlaskClient, slug: str, folder: Path, query: str = "") -> str:
    answer = client.get(f"/{slug}/reports/revenue.pdf?{query}")
    assert answer.status_code == 200, answer.text
    path = folder / "report.pdf"
    path.write_bytes(answer.data)
    run = subprocess.run(["pdftotext", "-layout", str(path), "-"], capture_output=True, text=True, check=True)
    return run.stdout


_PDF_ROW = re.compile(r"\s*(.+?)\s{2,}" + r"\s+".join([r"(-?\$[\d,]+\.\d\d)"] * 3) + r"\s+\S+\s+\S+\s*")


def from_pdf(client: FlaskClient, slug: str, folder: Path, query: str = "") -> Figures:
    figures: Figures = {}
    by = None
    for line in pdf_text(client, slug, folder, query).splitlines():
        heading = re.fullmatch(r"\s*By (campaign|asset|course)\s*", line)
        if heading is not None:
            by = heading[1]
        row = _PDF_ROW.fullmatch(line)
        if row is not None and by is not None:
            _put(figures, by, row[1], [minor(text) for text in row.groups()[1:4]])
    return figures


def from_xlsx(client: FlaskClient, slug: str, query: str = "") -> Figures:
    answer = client.get(f"/{slug}/reports/revenue.xlsx?{query}")
    assert answer.status_code == 200, answer.text
    workbook = load_workbook(io.BytesIO(answer.data))
    figures: Figures = {}
    for by in GROUPINGS:
        credited = [0, 0, 0]
        for row in workbook[f"Credit by {by}"].iter_rows(min_row=2, values_only=True):
            amounts = [int(Decimal(str(cell)) * 100) for cell in row[1:4]]
            _put(figures, by, str(row[0]), amounts)
            if row[0] not in SUMMARY:
                credited = [a + b for a, b in zip(credited, amounts, strict=True)]
        _put(figures, by, "Credited", credited)
    return figures


def from_command(app: Flask, slug: str, *arguments: str) -> Figures:
    figures: Figures = {}
    for by in GROUPINGS:
        for model in MODELS:
            result = app.test_cli_runner().invoke(
                args=["attribution", "report", "--vendor", slug, "--model", model, "--by", by, "--json",
                      *arguments],
                catch_exceptions=False,
            )  # fmt: skip
            assert result.exit_code == 0, result.output
            printed = json.loads(result.stdout)
            figures[by, model] = {row["name"]: row["credit_minor"] for row in printed["rows"]} | {
                "Credited": printed["attributed_minor"],
                "Unattributed": printed["unattributed_minor"],
                "Revenue": printed["revenue_minor"],
            }
    return figures


def export(app: Flask, slug: str, folder: Path) -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    """The plain rows behind the figures: orders and touches."""
    result = app.test_cli_runner().invoke(
        args=["attribution", "export", "--vendor", slug, "--out", str(folder)], catch_exceptions=False
    )
    assert result.exit_code == 0, result.output
    return independent.read_rows(folder / "orders.csv"), independent.read_rows(folder / "touches.csv")


def recomputed(app: Flask, slug: str, zone: str, folder: Path) -> Figures:
    """The figures from the exported rows, by the calculation that shares no code."""
    ledger = independent.Ledger(*export(app, slug, folder), zone=zone)
    return independent.figures(ledger, "USD", GROUPINGS)


def all_forms(app: Flask, client: FlaskClient, slug: str, folder: Path) -> dict[str, Figures]:
    """The same report from everywhere."""
    return {
        "page": from_page(client, slug),
        "pdf": from_pdf(client, slug, folder),
        "xlsx": from_xlsx(client, slug),
        "command": from_command(app, slug),
    }
