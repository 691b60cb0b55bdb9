"""Files of other people's making are read whole, or say where and why not."""

import io
import os
import struct
import zipfile
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from prm.infra.importing import (
    ConvertOptions,
    DatePatternError,
    FieldSpec,
    ImportFileError,
    Limits,
    Mapping,
    ParsedRow,
    RejectedRow,
    XlsxLimits,
    choice_problems,
    compile_date_format,
    convert_rows,
    detect_date_format,
    detect_decimal,
    open_table,
    settle_formats,
    suggest_mapping,
)
from prm.infra.importing.csvfile import MAX_BROKEN_ROWS
from prm.infra.importing.dates import CANDIDATES, DateError
from prm.infra.money import Money


def cells(content, **options):
    """(columns, rows' cells) of a CSV given as text or bytes."""
    table = open_table(content.encode() if isinstance(content, str) else content, "some.csv", **options)
    return table.columns, [row.cells for row in table.rows()]


def lines(content):
    return [row.line for row in open_table(content.encode()).rows()]


def refusal(content, **options):
    with pytest.raises(ImportFileError) as refused:
        open_table(content, "some.csv", **options)
    assert "%(" not in str(refused.value)
    return refused.value.code


# -- CSV: what csv-spectrum and the world hold -------------------------------------------------


@pytest.mark.parametrize(
    ("content", "rows"),
    [
        ("a,b\n1,2\n", [("1", "2")]),
        ("a,b\r\n1,2\r\n", [("1", "2")]),
        ("a,b\r1,2\r3,4", [("1", "2"), ("3", "4")]),
        ("a,b\n1,2", [("1", "2")]),
        ('a,b\n1,"ha ""ha"" ha"\n', [("1", 'ha "ha" ha')]),
        ('a,b\n1,"x,y"\n', [("1", "x,y")]),
        ('a,b\n"",""\n1,""\n', [("1", "")]),
        ('a,b\n1,"Once \nupon\r\na time"\n5,6\n', [("1", "Once \nupon\r\na time"), ("5", "6")]),
        ('a,b\n1,{"type": "Point"}\n', [("1", '{"type": "Point"}')]),
        ("a,b\n1,ʤ 山田\u2028太郎\n", [("1", "ʤ 山田\u2028太郎")]),
        ('a, b\n1, "x, y"\n', [("1", "x, y")]),
        ("a,b\n5\" pipe,2' rod\n", [('5" pipe', "2' rod")]),
        ("a,b\n\n1,2\n,\n\n3,4\n\n", [("1", "2"), ("3", "4")]),
        ("a,b\n1,2,,\n", [("1", "2")]),
    ],
)
def test_csv_oddities_are_read_as_meant(content, rows):
    columns, found = cells(content)
    assert columns == ("a", "b")
    assert found == rows


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_each_delimiter_is_recognised(delimiter):
    content = "\n".join(
        [delimiter.join(["name", "amount", "on"]), delimiter.join(["Acme", "1", "2017-03-01"])]
    )
    table = open_table(content.encode())
    assert table.delimiter == delimiter
    assert table.columns == ("name", "amount", "on")


def test_decimal_commas_do_not_hide_the_semicolons():
    content = "Datum, Tag;Betrag;Name\n1.3.2017;5,50;Müller, A\n2.3.2017;7,25;Meier, B\n"
    columns, rows = cells(content)
    assert columns == ("Datum, Tag", "Betrag", "Name")
    assert rows[0] == ("1.3.2017", "5,50", "Müller, A")


def test_a_single_column_needs_no_delimiter():
    assert cells("name\nAcme\nBeta\n") == (("name",), [("Acme",), ("Beta",)])


def test_excels_separator_line_is_obeyed_and_counted():
    table = open_table(b"sep=;\r\na;b\r\n1;2\r\n")
    assert [(row.line, row.cells) for row in table.rows()] == [(3, ("1", "2"))]


def test_a_stated_delimiter_wins():
    assert cells("a,b;c\n1,2;3\n", delimiter=";")[0] == ("a,b", "c")


def test_lines_are_those_of_the_file_where_the_record_starts():
    assert lines('a,b\r\n1,"x\r\ny\r\nz"\r\n\r\n2,w\r\n') == [2, 6]
    assert lines('a,b\r1,"x\ry"\r2,w') == [2, 4]
    assert lines('\n\na,b\n"1\n2",x\n3,y') == [4, 6]


def test_rows_can_be_read_again():
    table = open_table(b"a,b\n1,2\n3,4\n")
    assert list(table.rows()) == list(table.rows())
    assert table.row_count == 2
    assert [row.line for row in table.head(1)] == [2]
    assert list(table.values("b")) == [(2, "2"), (3, "4")]
    with pytest.raises(KeyError):
        table.values("c")


@pytest.mark.parametrize(
    ("encoding", "text", "expected"),
    [
        ("utf-8", "Zoë Ångström", "utf-8"),
        ("utf-8-sig", "山田太郎", "utf-8"),
        ("utf-16", "محمد العلي", "utf-16"),
        ("utf-16-le", "Zoë Angstrom", "utf-16-le"),
        ("utf-16-be", "Zoë Angstrom", "utf-16-be"),
        ("cp1252", "Müller & Söhne – “5 €”", "cp1252"),
        ("cp1252", "Ñ", "cp1252"),
        ("cp1251", "Иван Петров из Москвы продаёт лицензии", "cp1251"),
        ("cp932", "株式会社リセラー、東京都", "cp932"),
    ],
)
def test_encodings_are_told_apart(encoding, text, expected):
    table = open_table(f"name,n\r\n{text},1\r\n".encode(encoding))
    assert table.encoding == expected
    assert next(table.rows()).cells == (text, "1")
    assert table.columns[0] == "name"
    is_guess = expected not in ("utf-8", "utf-16", "utf-16-le", "utf-16-be")
    assert [notice.code for notice in table.notices] == (["encoding_guessed"] if is_guess else [])


def test_a_late_accent_still_decides_the_encoding():
    content = b"name\n" + b"plain\n" * 400_000 + "Müller\n".encode("cp1252")
    *_, last = open_table(content).rows()
    assert last.cells == ("Müller",)


def test_a_stated_encoding_wins_or_is_refused():
    content = "name\nŁódź\n".encode("cp1250")
    assert next(open_table(content, encoding="windows-1250").rows()).cells == ("Łódź",)
    assert refusal(content, encoding="utf-8") == "encoding_wrong"
    for nonsense in ("rot13", "zip", "x" * 100_000, "a\0b", "unicode_escape"):
        assert refusal(content, encoding=nonsense) == "encoding_unknown"


def test_headers_become_unique_and_named():
    table = open_table(b" Name ,,Amount,Amount,Amount (2),\n1,2,3,4,5,6\n")
    assert table.columns == ("Name", "#2", "Amount", "Amount (3)", "Amount (2)", "#6")
    assert [notice.code for notice in table.notices] == [
        "column_unnamed",
        "column_repeated",
        "column_unnamed",
    ]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file_empty"),
        (b"\xef\xbb\xbf", "no_header"),
        (b" \r\n\r\n ", "file_empty"),
        (b"\0\0\0\0", "file_empty"),
        (b",,\n", "no_header"),
        (b'"a,b\n1,2\n', "no_header"),
        (b"%PDF-1.7 ...", "not_a_table"),
        (b"\x89PNG\r\n\x1a\n", "not_a_table"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "old_spreadsheet"),
        (b"a,b\n" + bytes(range(256)) * 20, "encoding_unknown"),
        (b"a\0,b\0\n1,2\n" * 9, "not_text"),
        (b"PK\x03\x04 not a zip", "xlsx_unreadable"),
        (b"\xff\xfe\x00\xd8\x00\xd8", "encoding_wrong"),
    ],
)
def test_what_is_no_table_is_refused_with_its_reason(content, code):
    assert refusal(content) == code


def test_a_header_alone_is_a_table_without_rows():
    table = open_table(b"\xef\xbb\xbfa,b")
    assert (table.columns, table.row_count, list(table.rows())) == (("a", "b"), 0, [])


def test_limits_are_held():
    assert refusal(b"a,b\n" * 10, limits=Limits(size=20)) == "file_too_large"
    assert refusal(b"a,b\n" + b"1,2\n" * 11, limits=Limits(rows=10)) == "too_many_rows"
    assert refusal(b"a,b,c\n", limits=Limits(columns=2)) == "too_many_columns"
    assert open_table(b"a,b\n" + b"1,2\n" * 10, limits=Limits(rows=10)).row_count == 10


def test_a_file_on_disk_is_read_or_refused(tmp_path):
    (tmp_path / "some.csv").write_bytes(b"a,b\n1,2\n")
    table = open_table(tmp_path / "some.csv")
    assert (table.filename, table.row_count) == ("some.csv", 1)
    for missing in (tmp_path / "none.csv", tmp_path, "a\0b", tmp_path / ("x" * 5000)):
        with pytest.raises(ImportFileError):
            open_table(missing)
    with pytest.raises(ImportFileError, match="larger"):
        open_table(tmp_path / "some.csv", limits=Limits(size=4))


def test_ragged_rows_are_reported_and_the_rest_is_read():
    table = open_table(b"a,b,c\n1,2\n1,2,3\n1,2,3,4\n1,2,3, \n")
    found = [(row.line, row.problem.code if row.problem else None) for row in table.rows()]
    assert found == [(2, "row_too_short"), (3, None), (4, "row_too_long"), (5, None)]


def test_one_broken_quote_costs_one_row():
    content = 'a,b\n1,"open\n2,y\n3,"z"\n4,"q" q\n5,w\n6,"never closed\n7,v\n'
    found = [
        (row.line, row.problem.code if row.problem else row.cells)
        for row in open_table(content.encode()).rows()
    ]
    assert found == [
        (2, "row_broken_quotes"),
        (3, ("2", "y")),
        (4, ("3", "z")),
        (5, "row_broken_quotes"),
        (6, ("5", "w")),
        (7, "row_broken_quotes"),
        (8, ("7", "v")),
    ]


def test_a_file_of_broken_quotes_is_refused_before_it_costs_much():
    content = b"a,b\n" + b'1,"open " x\n' * (MAX_BROKEN_ROWS + 1)
    assert refusal(content) == "too_many_broken_rows"


def test_huge_cells_are_reported_not_read_into_values():
    table = open_table(b"a,b\n1," + b"x" * 40_000 + b"\n2," + b"x" * 200_000 + b"\n3,y\n")
    assert [row.problem.code if row.problem else row.cells for row in table.rows()] == [
        "cell_too_long",
        "cell_too_long",
        ("3", "y"),
    ]


# -- XLSX --------------------------------------------------------------------------------------


def workbook(*rows, title="Deals"):
    book = openpyxl.Workbook()
    book.active.title = title
    for row in rows:
        book.active.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def repacked(content, **changed):
    """The workbook with some members replaced or added (`sheet` stands for the first sheet)."""
    names = {"sheet": "xl/worksheets/sheet1.xml", "workbook": "xl/workbook.xml", "styles": "xl/styles.xml"}
    changed = {names.get(name, name): value for name, value in changed.items()}
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name not in changed:
                new.writestr(name, old.read(name))
        for name, value in changed.items():
            new.writestr(name, value)
    return out.getvalue()


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


# -- dates -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("MM/DD/YYYY", "10/20/2016", date(2016, 10, 20)),
        ("MM/DD/YYYY", "3/1/2017", date(2017, 3, 1)),
        ("%m/%d/%Y", "3/1/2017", date(2017, 3, 1)),
        ("%-m/%-d/%Y", "3/1/2017", date(2017, 3, 1)),
        ("DD.MM.YYYY", "1.3.2017", date(2017, 3, 1)),
        ("d.m.yyyy", "01.03.2017", date(2017, 3, 1)),
        ("TT.MM.JJJJ", "1.3.2017", date(2017, 3, 1)),
        ("YYYY-MM-DD", "2017-03-01", date(2017, 3, 1)),
        ("YYYY-MM-DD", "2017-03-01T23:59:59.123+02:00", date(2017, 3, 1)),
        ("YYYY-MM-DDTHH:mm:ss", "2017-03-01 00:00:00", date(2017, 3, 1)),
        ("%Y-%m-%d %H:%M:%S", "2017-03-01 14:22:10", date(2017, 3, 1)),
        ("MM/DD/YYYY", "3/1/2017 2:22 PM", date(2017, 3, 1)),
        ("YYYYMMDD", "20170301", date(2017, 3, 1)),
        ("DD.MM.YY", "1.3.17", date(2017, 3, 1)),
        ("DD.MM.YY", "1.3.99", date(1999, 3, 1)),
        ("DD-MMM-YYYY", "1-Mar-2017", date(2017, 3, 1)),
        ("MMM DD, YYYY", "March 1, 2017", date(2017, 3, 1)),
        ("%d %b %Y", "01 SEPT 2017", date(2017, 9, 1)),
        ("DD.MM.YYYY", "29.2.2016", date(2016, 2, 29)),
    ],
)
def test_a_date_is_read_by_its_pattern(pattern, text, expected):
    assert compile_date_format(pattern).parse(text) == expected


@pytest.mark.parametrize(
    ("pattern", "text", "code"),
    [
        ("MM/DD/YYYY", "20/10/2016", "date_impossible"),
        ("DD.MM.YYYY", "29.2.2017", "date_impossible"),
        ("DD.MM.YYYY", "0.1.2017", "date_impossible"),
        ("DD.MM.YYYY", "1.3.17", "date_unreadable"),
        ("DD.MM.YYYY", "1/3/2017", "date_unreadable"),
        ("DD.MM.YYYY", "001.3.2017", "date_unreadable"),
        ("DD.MM.YYYY", "1.3.2017 garbage", "date_unreadable"),
        ("DD.MM.YYYY", "1.3.0201", "date_out_of_range"),
        ("DD MMM YYYY", "1 Foo 2017", "date_unreadable"),
        ("YYYYMMDD", "2017031", "date_unreadable"),
        ("DD.MM.YYYY", "١.٣.٢٠١٧", "date_unreadable"),
        ("DD.MM.YYYY", "1" * 100_000, "date_unreadable"),
    ],
)
def test_what_is_no_such_date_is_refused_with_its_reason(pattern, text, code):
    with pytest.raises(DateError) as refused:
        compile_date_format(pattern).parse(text)
    assert refused.value.notice.code == code


@pytest.mark.parametrize(
    "pattern", ["", "MM/YYYY", "DD.MM.YYYY.DD", "%", "%q", "hello", "DMYYYY", "(a+)+$", "D" * 100_000, "\0"]
)
def test_a_pattern_that_is_none_is_refused(pattern):
    with pytest.raises(DatePatternError) as refused:
        compile_date_format(pattern)
    assert "DD.MM.YYYY" in refused.value.notice.text()


def test_patterns_of_the_same_meaning_are_the_same():
    assert {compile_date_format(p).pattern for p in ("MM/DD/YYYY", "%m/%d/%Y", "m/d/yyyy")} == {"MM/DD/YYYY"}
    assert all(compile_date_format(pattern).pattern == pattern for pattern in CANDIDATES)


def numbered(*values):
    return list(enumerate(values, start=2))


def test_one_value_can_settle_the_order_of_day_and_month():
    guess = detect_date_format(numbered("3/1/2017", "4/5/2017", "", "10/20/2016", "1/2/2017"))
    assert guess.format.pattern == "MM/DD/YYYY"
    assert (guess.evidence_line, guess.evidence_value) == (5, "10/20/2016")
    assert not guess.is_ambiguous
    assert "line 5" in guess.notice.text()
    assert detect_date_format(numbered("3/1/2017", "20/10/2016")).format.pattern == "DD/MM/YYYY"


def test_what_fits_both_ways_is_reported_and_not_chosen():
    guess = detect_date_format(numbered("3/1/2017", "4/5/2017"))
    assert guess.format is None
    assert guess.is_ambiguous
    assert set(guess.candidates) == {"MM/DD/YYYY", "DD/MM/YYYY"}
    assert "MM/DD/YYYY" in guess.notice.text()


def test_values_that_contradict_each_other_are_reported_by_line():
    guess = detect_date_format(numbered("3/1/2017", "10/20/2016", "20/10/2016"))
    assert guess.format is None
    assert guess.is_conflicting
    assert (4, "20/10/2016") in guess.conflicts
    assert "20/10/2016" in guess.notice.text()


def test_unreadable_values_decide_nothing_but_are_listed():
    guess = detect_date_format(numbered("n/a", "10/20/2016", "x" * 100_000))
    assert guess.format.pattern == "MM/DD/YYYY"
    assert [line for line, _ in guess.unreadable] == [2, 4]
    nothing = detect_date_format(numbered("", "n/a"))
    assert (nothing.format, nothing.is_ambiguous, nothing.is_conflicting, nothing.notice) == (
        None,
        False,
        False,
        None,
    )


def test_iso_dates_are_never_ambiguous():
    assert detect_date_format(numbered("2017-03-01", "2017-04-05")).format.pattern == "YYYY-MM-DD"
    assert detect_date_format(numbered("2017/03/01")).format.pattern == "YYYY/MM/DD"
    assert detect_date_format(numbered(date(2017, 3, 1), "10/20/2016")).format.pattern == "MM/DD/YYYY"
    assert detect_date_format(numbered(20170301)).format.pattern == "YYYYMMDD"


# -- the decimal sign --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "decimal"),
    [
        (["1054", "7"], "."),
        (["1,054.10"], "."),
        (["1.054,10"], ","),
        (["1,5"], ","),
        (["1.5"], "."),
        (["1,234", "7,5"], ","),
        (["1,234", "1,234,567"], "."),
        (["1.234.567"], ","),
        (["1 234,567"], ","),
        (["0,125"], ","),
        (["1234,567"], ","),
        (["Fr.5", "5,20"], ","),
        (["€ 1.054,10-"], ","),
        (["(1,054.10)"], "."),
        ([".5"], "."),
        (["1.3.2017", "abc", "1a2.5", "9" * 100_000, ""], ","),
    ],
)
def test_the_decimal_sign_is_told_from_the_values(values, decimal):
    guess = detect_decimal(numbered(*values))
    assert (guess.decimal, guess.is_ambiguous, guess.is_conflicting) == (decimal, False, False)


def test_an_amount_that_could_be_either_is_reported():
    guess = detect_decimal(numbered("7", "1,234", "2,500"))
    assert (guess.decimal, guess.is_ambiguous, guess.evidence_line) == (None, True, 3)
    assert "1,234" in guess.notice.text()


def test_both_conventions_in_one_column_are_reported_by_line():
    guess = detect_decimal(numbered("1,054.10", "1.054,10"))
    assert guess.is_conflicting
    assert guess.conflicts == ((2, "1,054.10"), (3, "1.054,10"))


# -- mapping -----------------------------------------------------------------------------------

STAGES = {"Won": "won", "Lost": "lost", "Open": "submitted", "Ruled": "approved", "Old": "expired"}
SPECS = (
    FieldSpec("external_id", is_required=True, synonyms=("opportunity_id", "deal id"), max_length=40),
    FieldSpec("partner", is_required=True, synonyms=("sales_agent", "reseller"), max_length=80),
    FieldSpec("customer", synonyms=("account", "end customer")),
    FieldSpec("stage", "choice", True, ("deal_stage",), choices=STAGES),
    FieldSpec("closed_on", "date", synonyms=("close_date",)),
    FieldSpec("amount", "money", synonyms=("close_value", "value"), currency_field="currency"),
    FieldSpec("currency", max_length=3),
    FieldSpec("seats", "integer", first=0, last=1000),
)


def test_columns_are_suggested_by_name_and_synonym():
    columns = (
        "Opportunity ID",
        "Reseller",
        "END-CUSTOMER name",
        "Deal Stage",
        "closeDate",
        "Betrag",
        "Válue",
    )
    assert suggest_mapping(columns, SPECS).fields == {
        "external_id": "Opportunity ID",
        "partner": "Reseller",
        "customer": "END-CUSTOMER name",
        "stage": "Deal Stage",
        "closed_on": "closeDate",
        "amount": "Válue",
    }


def test_a_doubtful_column_is_not_suggested():
    specs = (FieldSpec("name"), FieldSpec("price"))
    assert suggest_mapping(("list price", "net price", "name"), specs).fields == {"name": "name"}
    assert suggest_mapping(("price name",), specs).fields == {}


def test_a_stated_mapping_goes_before_the_suggested_one():
    stated = Mapping.from_pairs(["partner=Account Owner", "customer = x=y"])
    assert stated.over(Mapping({"partner": "Reseller", "stage": "Stage"})).fields == {
        "partner": "Account Owner",
        "stage": "Stage",
        "customer": "x=y",
    }
    assert stated.resolve(("account_owner", "x=y")).fields["partner"] == "account_owner"
    for nonsense in ("partner", "=x", "partner="):
        with pytest.raises(ValueError, match="FIELD=COLUMN"):
            Mapping.from_pairs([nonsense])


def test_what_is_wrong_with_a_mapping_is_said():
    mapping = Mapping({"external_id": "id", "partner": "nope", "colour": "id"})
    found = [notice.code for notice in mapping.problems(("id",), SPECS)]
    assert found == ["field_unknown", "column_unknown", "field_unmapped"]


# -- rows --------------------------------------------------------------------------------------

HEADER = "external_id,partner,stage,closed_on,amount,currency,seats\n"
US = ConvertOptions(date_format=compile_date_format("MM/DD/YYYY"), decimal=".", currency="USD")


def converted(content, options=US, specs=SPECS):
    table = open_table(content.encode() if isinstance(content, str) else content)
    return list(convert_rows(table, suggest_mapping(table.columns, specs), specs, options))


def test_a_good_row_becomes_typed_values():
    [row] = converted(HEADER + 'D1, Acme\u00a0,WON,3/1/2017,"1,054.50",,1,000\n'.replace("1,000", "12"))
    assert row == ParsedRow(
        line=2,
        values={
            "external_id": "D1",
            "partner": "Acme",
            "customer": None,
            "stage": "won",
            "closed_on": date(2017, 3, 1),
            "amount": Money(105450, "USD"),
            "currency": None,
            "seats": 12,
        },
        raw={
            "external_id": "D1",
            "partner": " Acme\u00a0",
            "stage": "WON",
            "closed_on": "3/1/2017",
            "amount": "1,054.50",
            "currency": "",
            "seats": "12",
        },
    )


@pytest.mark.parametrize(
    ("row", "column", "value", "code"),
    [
        (",Acme,won,,,,", "external_id", "", "value_missing"),
        ("D1,\u00a0,won,,,,", "partner", "\u00a0", "value_missing"),
        ("D1,Acme,Stalled,,,,", "stage", "Stalled", "choice_unknown"),
        ("D1,Acme,won,20/10/2016,,,", "closed_on", "20/10/2016", "date_impossible"),
        ("D1,Acme,won,soon,,,", "closed_on", "soon", "date_unreadable"),
        ("D1,Acme,won,,5.001,,", "amount", "5.001", "money_too_precise"),
        ('D1,Acme,won,,"1.054,00",,', "amount", "1.054,00", "money_grouping"),
        ("D1,Acme,won,,5 EUR,,", "amount", "5 EUR", "money_other_currency"),
        ("D1,Acme,won,,5,XXZ,", "amount", "5", "currency_unknown"),
        ("D1,Acme,won,,5,DOLLARS,", "currency", "DOLLARS", "text_too_long"),
        ("D1,Acme,won,,,,5.5", "seats", "5.5", "integer_unreadable"),
        ("D1,Acme,won,,,,many", "seats", "many", "integer_unreadable"),
        ("D1,Acme,won,,,,-1", "seats", "-1", "integer_out_of_range"),
        ("D1,Acme,won,,,,99999999999999999999", "seats", "99999999999999999999", "integer_out_of_range"),
        ("D1,Ac\x00me,won,,,,", "partner", "Ac\x00me", "value_control"),
        ("D1,Ac\x1bme,won,,,,", "partner", "Ac\x1bme", "value_control"),
        ("D1,#REF!,won,,,,", "partner", "#REF!", "value_error"),
        ("D1," + "x" * 81 + ",won,,,,", "partner", "x" * 81, "text_too_long"),
        ("D1,Acme,won,,,", None, "D1, Acme, won, , , ", "row_too_short"),
    ],
)
def test_a_bad_value_rejects_its_row_by_line_column_value_and_reason(row, column, value, code):
    good = "D0,Acme,won,3/1/2017,5,EUR,1\n"
    first, rejected, last = converted(HEADER + good + row + "\n" + good)
    assert isinstance(first, ParsedRow)
    assert isinstance(last, ParsedRow)
    assert isinstance(rejected, RejectedRow)
    assert (rejected.line, rejected.column, rejected.value, rejected.reason_code) == (3, column, value, code)
    assert "%(" not in rejected.reason.text()


def test_a_row_with_several_faults_tells_them_all():
    [rejected] = converted(HEADER + ",Acme,Stalled,soon,,,\n")
    assert [reason.column for reason in rejected.reasons] == ["external_id", "stage", "closed_on"]
    assert rejected.raw["partner"] == "Acme"


def test_a_field_that_rows_need_and_no_column_fills_rejects_them():
    [rejected] = converted("external_id,stage\nD1,won\n")
    assert (rejected.column, rejected.reason_code) == (None, "value_missing")


def test_a_reason_can_be_translated():
    [rejected] = converted(HEADER + "D1," + "x" * 81 + ",won,,,,\n")
    assert rejected.reason_args == {"limit": 80}
    assert rejected.reason.text(lambda msgid: "Länger als %(limit)s Zeichen.") == "Länger als 80 Zeichen."


def test_stages_of_the_source_are_given_ours_for_one_run():
    options = ConvertOptions(choices={"stage": {"Engaging": "submitted", "Won": "approved"}})
    rows = converted("external_id,partner,stage\n1,A, engaging \n2,A,WON\n3,A,lost\n4,A,submitted\n", options)
    assert [getattr(row, "values", {}).get("stage") for row in rows] == [
        "submitted",
        "approved",
        "lost",
        "submitted",
    ]


def test_a_stage_that_is_none_of_ours_is_a_problem_of_the_mapping():
    [wrong, nowhere] = choice_problems(
        SPECS, {"stage": {"Won": "won", "Engaging": "sold"}, "partner": {"a": "b"}}
    )
    assert "sold" in wrong.text()
    assert nowhere.code == "field_unknown"
    with pytest.raises(ValueError, match="sold"):
        converted("external_id\n1\n", ConvertOptions(choices={"stage": {"Engaging": "sold"}}))


def test_amounts_take_the_currency_of_their_row():
    rows = converted(HEADER + "D1,A,won,,5,jpy,\nD2,A,won,,5.5,KWD,\nD3,A,won,,5,,\n")
    assert [row.values["amount"] for row in rows] == [Money(5, "JPY"), Money(5500, "KWD"), Money(500, "USD")]
    [rejected] = converted(HEADER + "D3,A,won,,5,,\n", ConvertOptions())
    assert rejected.reason_code == "currency_missing"


def test_cells_of_a_sheet_keep_their_types():
    content = workbook(
        ["external_id", "partner", "stage", "closed_on", "amount", "seats"],
        [1001, "Acme", "won", date(2017, 3, 1), 1054.1, 12],
        ["D2", "Acme", "won", "10/20/2016", "1,054.10", "12"],
        ["D3", "Acme", "won", 5, True, 1.5],
        ["D4", "Acme", "won", None, 1.005, date(2017, 3, 1)],
    )
    first, second, third, fourth = converted(content)
    assert first.values["external_id"] == "1001"
    assert first.values["closed_on"] == date(2017, 3, 1)
    assert first.values["amount"] == second.values["amount"] == Money(105410, "USD")
    assert first.values["seats"] == second.values["seats"] == 12
    assert [(r.column, r.notice.code) for r in third.reasons] == [
        ("closed_on", "date_unreadable"),
        ("seats", "integer_unreadable"),
        ("amount", "money_unreadable"),
    ]
    assert [r.notice.code for r in fourth.reasons] == ["integer_unreadable", "money_too_precise"]


def settled(content, options=None):
    table = open_table(content.encode())
    mapping = suggest_mapping(table.columns, SPECS)
    return table, mapping, *settle_formats(table, mapping, SPECS, options or ConvertOptions(currency="USD"))


def test_formats_are_settled_by_evidence_and_said():
    content = HEADER + "D1,A,won,3/1/2017,5.5,,\nD2,A,won,10/20/2016,7,,\n"
    table, mapping, options, questions, findings = settled(content)
    assert questions == []
    assert [(found.field, found.notice.code) for found in findings] == [
        ("closed_on", "date_format_found"),
        ("amount", "decimal_found"),
    ]
    rows = list(convert_rows(table, mapping, SPECS, options))
    assert [row.values["amount"].minor for row in rows] == [550, 700]


def test_what_stays_ambiguous_is_asked_and_its_rows_wait():
    content = HEADER + 'D1,A,won,3/1/2017,"1,234",,\nD2,A,won,2017-03-01,,,\n'
    table, mapping, options, questions, _ = settled(content.replace("D2,A,won,2017-03-01", "D2,A,won,"))
    assert [(q.field, q.column, q.notice.code) for q in questions] == [
        ("closed_on", "closed_on", "date_ambiguous"),
        ("amount", "amount", "decimal_ambiguous"),
    ]
    first, second = convert_rows(table, mapping, SPECS, options)
    assert [reason.notice.code for reason in first.reasons] == ["date_format_unknown", "decimal_unknown"]
    assert isinstance(second, ParsedRow)


def test_an_ambiguous_column_follows_a_proven_one_of_the_same_file():
    specs = (FieldSpec("opened_on", "date"), FieldSpec("closed_on", "date"))
    table = open_table(b"opened_on,closed_on\n3/1/2017,10/20/2016\n")
    mapping = suggest_mapping(table.columns, specs)
    options, questions, _ = settle_formats(table, mapping, specs, ConvertOptions())
    assert questions == []
    [row] = convert_rows(table, mapping, specs, options)
    assert row.values["opened_on"] == date(2017, 3, 1)


def test_without_a_stated_format_iso_dates_are_understood():
    iso, other = converted(HEADER + "D1,A,won,2017-03-01,,,\nD2,A,won,1.3.2017,,,\n", ConvertOptions())
    assert iso.values["closed_on"] == date(2017, 3, 1)
    assert other.reason_code == "date_format_unknown"


def test_contradictions_are_asked_about_with_their_lines():
    rows = 'D1,A,won,10/20/2016,"1,5",,\nD2,A,won,20/10/2016,1.5,,\n'
    *_, questions, findings = settled(HEADER + rows)
    assert [question.notice.code for question in questions] == ["date_conflicting", "decimal_conflicting"]
    assert all("2 (" in question.notice.text() and "3 (" in question.notice.text() for question in questions)
    assert findings == []


def test_a_stated_format_is_not_second_guessed():
    content = HEADER + "D1,A,won,20/10/2016,,,\n"
    *_, options, questions, _ = settled(content, US)
    assert questions == []
    assert options.date_formats == {}


def test_no_text_however_hostile_makes_a_row_raise():
    hostile = [
        "9" * 30_000,
        "1,2" * 9_000,
        " " * 30_000,
        "(" * 30_000,
        "-" * 63,
        "1." * 31,
        "\u0661" * 20,
        "🦄",
        "''",
        "1e999",
        "\ud7ff\ue000",
        "%(x)s %s %",
        "=cmd()",
        "NaN",
        "31/31/3131",
        "0/0/0000",
        "1/1/1" + "0" * 40,
        "\x85\u2028\u200b",
        "A" * 30_000 + "/",
        "٣",
        "1\u00a0000",
        "<script>",
        "${x}",
        "{0}",
        "$",
        "€",
        "--1",
        "1-",
        "..",
        ",,",
        ".,",
    ]
    specs = [
        FieldSpec(name, kind)
        for name, kind in zip("tdmic", ("text", "date", "money", "integer", "choice"), strict=True)
    ]
    for text in hostile:
        for decimal in (".", ",", None):
            content = "t\td\tm\ti\tc\n" + "\t".join([text] * 5) + "\n"
            table = open_table(content.encode(), delimiter="\t")
            mapping = suggest_mapping(table.columns, specs)
            for date_format in (None, compile_date_format("DD/MM/YYYY")):
                options = ConvertOptions(decimal=decimal, date_format=date_format, currency="USD")
                options, *_ = settle_formats(table, mapping, specs, options)
                for row in convert_rows(table, mapping, specs, options):
                    if isinstance(row, RejectedRow):
                        assert all(reason.notice.text() for reason in row.reasons)


def test_a_mapping_that_fits_neither_side_is_a_programming_error():
    table = open_table(b"a\n1\n")
    with pytest.raises(KeyError):
        convert_rows(table, Mapping({"partner": "b"}), SPECS, US)
    with pytest.raises(ValueError, match="colour"):
        convert_rows(table, Mapping({"colour": "a"}), SPECS, US)


# -- real data ---------------------------------------------------------------------------------

_SHARED = Path(os.environ.get("PRM_SHARED_DATA") or Path(__file__).parents[2].parent / "shared" / "data")
_CRM = _SHARED / "crm-sales-opportunities"
needs_real_data = pytest.mark.skipif(not _CRM.is_dir(), reason="the shared data is not beside the project")

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


@needs_real_data
def test_the_real_pipeline_is_read_to_the_last_dollar():
    table = open_table(_CRM / "sales_pipeline.csv")
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


@needs_real_data
def test_without_the_sources_stages_the_real_open_deals_are_rejected_by_line():
    table = open_table(_CRM / "sales_pipeline.csv")
    mapping = suggest_mapping(table.columns, DEALS)
    options, *_ = settle_formats(table, mapping, DEALS, ConvertOptions(currency="USD"))
    rejected = [r for r in convert_rows(table, mapping, DEALS, options) if isinstance(r, RejectedRow)]
    assert len(rejected) == 1589 + 500
    assert {(r.column, r.reason_code) for r in rejected} == {("deal_stage", "choice_unknown")}
    content = (_CRM / "sales_pipeline.csv").read_text().splitlines()
    assert all(content[r.line - 1].startswith(r.raw["opportunity_id"]) for r in rejected)


@needs_real_data
def test_the_real_pipeline_reads_alike_in_every_dress():
    content = (_CRM / "sales_pipeline.csv").read_text()
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


@needs_real_data
def test_the_other_real_files_are_read():
    teams = open_table(_CRM / "sales_teams.csv")
    assert (teams.columns, teams.row_count) == (("sales_agent", "manager", "regional_office"), 35)
    products = open_table(_CRM / "products.csv")
    specs = (FieldSpec("name", synonyms=("product",)), FieldSpec("price", "money", synonyms=("sales_price",)))
    mapping = suggest_mapping(products.columns, specs)
    rows = list(convert_rows(products, mapping, specs, ConvertOptions(currency="USD")))
    assert rows[1].values == {"name": "GTX Pro", "price": Money(482100, "USD")}
    accounts = open_table(_CRM / "accounts.csv")
    assert (accounts.row_count, detect_decimal(accounts.values("revenue")).decimal) == (85, ".")
