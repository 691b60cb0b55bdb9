"""A workbook is read with its types; a hostile one is refused before it costs anything."""

import io
import struct
import zipfile
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from decimal import Decimal

import openpyxl
import pytest

from prm.infra.importing import (
    ImportFileError,
    Limits,
    XlsxLimits,
    open_table,
)
from tests.infra.importing.specimens import refusal, repacked, workbook

SHEET = (
    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>%s'
    "</sheetData></worksheet>"
)


def test_a_sheet_is_read_with_its_types_and_row_numbers():
    content = workbook(
        ["Name", "Amount", "On", None],
        ["Acme", 1054.1, datetime(2017, 3, 1)],  # noqa: DTZ001
        [],
        ["=1+1", 0.1 + 0.2, date(2017, 3, 2)],
        ["Beta", 7, None, None],
        [12, True, datetime(2017, 3, 1, 14, 30)],  # noqa: DTZ001
    )
    table = open_table(content, "deals.xlsx")
    assert (table.kind, table.columns, table.sheet) == ("xlsx", ("Name", "Amount", "On"), "Deals")
    rows = [(row.line, row.cells) for row in table.rows()]
    assert rows[0] == (2, ("Acme", Decimal("1054.1"), date(2017, 3, 1)))
    assert rows[1] == (4, ("", Decimal("0.3"), date(2017, 3, 2)))
    assert rows[2] == (5, ("Beta", 7, ""))
    assert rows[3] == (6, (12, True, datetime(2017, 3, 1, 14, 30)))  # noqa: DTZ001


def test_a_sheet_is_chosen_by_name_else_the_first_visible_one():
    book = openpyxl.Workbook()
    book.active.title = "Hidden"
    book.active.sheet_state = "hidden"
    for title in ("First", "Second"):
        book.create_sheet(title).append([title])
    stream = io.BytesIO()
    book.save(stream)
    assert open_table(stream.getvalue()).columns == ("First",)
    assert open_table(stream.getvalue()).sheets == ("Hidden", "First", "Second")
    assert open_table(stream.getvalue(), sheet="Second").columns == ("Second",)
    assert refusal(stream.getvalue(), sheet="Third") == "sheet_missing"
    assert refusal(workbook()) == "sheet_empty"


def test_values_beside_the_table_are_reported():
    table = open_table(workbook(["a", "b"], [1, 2], [1, 2, "x"]))
    assert [row.problem.code if row.problem else None for row in table.rows()] == [None, "row_too_long"]


def test_a_zip_bomb_is_refused_by_its_declared_sizes():
    bomb = repacked(workbook(["a"]), **{"xl/media/zeros.bin": b"\0" * 30_000_000})
    assert len(bomb) < 100_000
    assert refusal(bomb) == "xlsx_too_large"
    small = XlsxLimits(unpacked=10_000)
    assert refusal(workbook(["a"]), limits=Limits(xlsx=small)) == "xlsx_too_large"
    assert refusal(workbook(["a"]), limits=Limits(xlsx=XlsxLimits(members=3))) == "xlsx_too_large"


def test_a_size_that_lies_does_not_unpack_more_than_declared():
    content = repacked(workbook(["a"]), sheet=b"<x>" + b" " * 5_000_000 + b"</x>")
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        info = package.getinfo("xl/worksheets/sheet1.xml")
    true_size, lie = struct.pack("<L", info.file_size), struct.pack("<L", 100)
    assert content.count(true_size) >= 1
    assert refusal(content.replace(true_size, lie)) == "xlsx_unreadable"


@pytest.mark.parametrize(
    "member", ["sheet", "workbook", "styles", "[Content_Types].xml", "docProps/core.xml"]
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entities_are_refused_wherever_they_stand(member, encoding, tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("local bytes")
    hostile = (
        f'<?xml version="1.0" encoding="{encoding}"?><!DOCTYPE x [<!ENTITY e SYSTEM "{secret.as_uri()}">]>'
        + SHEET % '<row r="1"><c r="A1" t="inlineStr"><is><t>&e;</t></is></c></row>'
    )
    assert refusal(repacked(workbook(["a"]), **{member: hostile.encode(encoding)})) == "xlsx_unsafe"


def test_claimed_coordinates_cost_nothing():
    rows = '<row r="1"><c r="A1" t="inlineStr"><is><t>a</t></is></c></row>%s'
    far_down = rows % '<row r="999999999999"><c r="A999999999999"><v>1</v></c></row>'
    assert refusal(repacked(workbook(["a"]), sheet=SHEET % far_down)) in ("too_many_rows", "xlsx_unreadable")
    limits = Limits(xlsx=XlsxLimits(rows=1000, columns=10, cells=50))
    down = rows % '<row r="1048576"><c r="A1048576"><v>1</v></c></row>'
    assert refusal(repacked(workbook(["a"]), sheet=SHEET % down), limits=limits) == "too_many_rows"
    wide = rows % '<row r="2"><c r="K2"><v>1</v></c></row>'
    assert refusal(repacked(workbook(["a"]), sheet=SHEET % wide), limits=limits) == "too_many_columns"
    assert refusal(workbook(["a"] * 10, *[["x"] * 10] * 5), limits=limits) == "too_many_cells"
    claimed = SHEET.replace("<sheetData>", '<dimension ref="A1:XFD1048576"/><sheetData>') % rows % ""
    assert open_table(repacked(workbook(["a"]), sheet=claimed)).columns == ("a",)


@pytest.mark.parametrize("cut", [50, 500, 2000, -100, -30])
def test_a_damaged_workbook_is_refused_not_crashed_on(cut):
    assert refusal(workbook(["a", "b"], [1, 2])[:cut]).startswith("xlsx_")


def test_every_flipped_byte_is_read_or_refused():
    content = workbook(["a", "b"], [1, "x"])
    for position in range(0, len(content), 37):
        flipped = bytearray(content)
        flipped[position] ^= 0xFF
        with suppress(ImportFileError):
            open_table(bytes(flipped))


def test_a_password_is_asked_for_by_name():
    content = bytearray(workbook(["a"]))
    entry = content.rindex(b"PK\x01\x02")
    content[entry + 8] |= 1
    assert refusal(bytes(content)) == "xlsx_encrypted"


def test_pictures_and_hours_in_a_workbook_do_no_harm():
    content = repacked(
        workbook(["a", "b"], [time(8, 30), timedelta(hours=30)]), **{"xl/media/x.png": b"\x89PNG"}
    )
    [row] = open_table(content).rows()
    assert row.cells == ("08:30:00", "1 day, 6:00:00")


def test_another_office_file_is_refused():
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as package:
        package.writestr("word/document.xml", "<x/>")
    assert refusal(stream.getvalue()) == "xlsx_unreadable"
