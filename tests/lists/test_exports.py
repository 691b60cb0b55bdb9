"""What a list shows, as CSV and as XLSX: the same rows."""

from __future__ import annotations

import csv
import io

import pytest
from openpyxl import load_workbook

from prm.permissions import Role
from tests.factories import World
from tests.factories.certification import issue, make_scheme
from tests.factories.revenue import orders
from tests.factories.training import make_course

LISTS = (
    "partners/", "accounts/people", "certification/", "journal/", "audits/compliance", "audits/", "deals/",
    "revenue/orders", "revenue/invoices", "marketing/list", "accounts/invitations",
)  # fmt: skip


@pytest.mark.parametrize("path", LISTS)
def test_both_files_hold_the_same_rows(world: World, path: str) -> None:
    vendor = world.vendor("acme")
    company = world.partnership(vendor, "=Formula & Sons")
    person = world.user(Role.PARTNER_MEMBER, partnership=company)
    issue(world, vendor, make_scheme(world, vendor, make_course(world, vendor)), person)
    orders(world, vendor, [{"partner": "Northwind", "ordered_on": "2017-01-02", "amount": "100"}])
    client = world.client(world.user(Role.VENDOR_ADMIN, vendor=vendor))
    page = client.get(f"/acme/{path}").text
    flat = client.get(f"/acme/{path}?format=csv")
    book = client.get(f"/acme/{path}?format=xlsx")
    assert flat.mimetype == "text/csv" and book.data.startswith(b"PK")
    lines = list(csv.reader(io.StringIO(flat.data.decode("utf-8-sig"))))
    sheet = load_workbook(io.BytesIO(book.data)).active
    assert sheet is not None
    rows = list(sheet.iter_rows(values_only=True))
    assert [str(cell) for cell in rows[0]] == lines[0]
    assert len(rows) == len(lines)
    if len(lines) > 1:
        assert "format=csv" in page and "format=xlsx" in page
    formulas = [cell.value for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
    assert formulas == []
