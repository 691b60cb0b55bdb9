"""Exports say what the rows say, add up in a spreadsheet, and never run."""

import csv
import gc
import io
import tempfile
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum, StrEnum
from uuid import UUID

import openpyxl
import pytest

from prm.infra import exporting
from prm.infra.exporting import ExportTooLarge, Sheet, csv_bytes, csv_cell, csv_stream, sheet_name, xlsx_bytes
from prm.infra.importing import open_table
from prm.infra.money import Money

FORMULAS = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    " =1",
    "\u00a0=1",
    "＝1",
    "＠x",
    "=",
    "-",
    '=HYPERLINK("http://x","y")',
    "=cmd|' /C calc'!A0",
    "\x00=1",
    "\x1b\x07=1",
]


class Stage(StrEnum):
    WON = "won"


class Level(Enum):
    EXPERT = 3


@pytest.mark.parametrize("formula", FORMULAS)
def test_text_that_looks_like_a_formula_is_inert_in_csv(formula):
    cell = csv_cell(formula)
    assert cell[0] == "'"
    assert not set(cell) & {"\x00", "\x1b", "\x07"}


@pytest.mark.parametrize("text", ["Acme", "a=b", "5-3", "me@example.com", "a, -b", "", "'quoted"])
def test_other_text_is_left_alone(text):
    assert csv_cell(text) == text


@pytest.mark.parametrize(
    ("text", "delimiter"),
    [("a;=1+1;b", ","), ("a\n=1+1", ","), ("a;\r\n =1", ","), ("a,=1+1,b", ";"), ("a;@x", "\t")],
)
def test_a_formula_behind_another_locales_separator_is_inert(text, delimiter):
    assert "'=" in csv_cell(text, delimiter) or "'@" in csv_cell(text, delimiter)


def test_disarming_is_linear_in_the_text():
    for text in (";" * 100_000, "\n" * 100_000, "; " * 50_000 + "x", ";=" * 50_000, " " * 100_000 + "="):
        assert len(csv_cell(text)) >= len(text)


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        (-5, "-5"),
        (Decimal("-5.50"), "-5.50"),
        (Decimal("1E+3"), "1000"),
        (Decimal("NaN"), "NaN"),
        (-0.25, "-0.25"),
        (Money(-105450, "USD"), "-1054.50"),
        (Money(-7, "JPY"), "-7"),
        (date(2017, 3, 1), "2017-03-01"),
        (datetime(2017, 3, 1, 12, 0, 0, 5, tzinfo=UTC), "2017-03-01T12:00:00+00:00"),
        (True, "TRUE"),
        (False, "FALSE"),
        (None, ""),
        (Stage.WON, "won"),
        (Level.EXPERT, "3"),
        (UUID(int=1), "00000000-0000-0000-0000-000000000001"),
    ],
)
def test_true_values_keep_their_kind_in_csv(value, cell):
    assert csv_cell(value) == cell


def test_instants_are_shown_in_the_zone_and_naive_ones_refused():
    noon = datetime(2017, 3, 1, 12, tzinfo=UTC)
    assert csv_cell(noon, zone_name="Europe/Berlin") == "2017-03-01T13:00:00+01:00"
    with pytest.raises(ValueError, match="offset"):
        csv_cell(noon.replace(tzinfo=None))


def test_a_csv_has_its_mark_and_crlf_and_quotes_what_needs_it():
    content = csv_bytes(["Name", "Note"], [["Müller, A", 'said "hi"'], ["two\nlines", "a\rb"]])
    expected = '\ufeffName,Note\r\n"Müller, A","said ""hi"""\r\n"two\nlines","a\rb"\r\n'
    assert content == expected.encode()
    assert csv_bytes(["a"], [], has_mark=False) == b"a\r\n"
    assert csv_bytes(["a", "b"], [[1, "x;y"]], has_mark=False, delimiter=";") == b'a;b\r\n1;"x;y"\r\n'
    with pytest.raises(ValueError, match="delimiter"):
        csv_bytes(["a"], [], delimiter="x")


def test_headers_are_disarmed_too():
    assert csv_bytes(["=1"], [], has_mark=False) == b"'=1\r\n"


def test_a_stream_gives_the_same_bytes_in_small_pieces_without_reading_ahead():
    drawn = []

    def rows():
        for number in range(20_000):
            drawn.append(number)
            yield [number, f"name {number}"]

    pieces = csv_stream(["n", "name"], rows())
    first = next(pieces)
    assert len(drawn) < 10_000
    rest = list(pieces)
    whole = csv_bytes(["n", "name"], [[n, f"name {n}"] for n in range(20_000)])
    assert first + b"".join(rest) == whole
    assert max(map(len, [first, *rest])) < 100_000


def test_what_is_exported_can_be_imported_again():
    rows = [["山田, 太郎", "a\nb", '"'], ["محمد", "x", "y" * 5000]]
    table = open_table(csv_bytes(["a", "b", "c"], rows))
    assert [list(row.cells) for row in table.rows()] == rows
    table = open_table(xlsx_bytes([Sheet("x", ["a", "b", "c"], rows)]))
    assert [list(row.cells) for row in table.rows()] == rows


# -- XLSX --------------------------------------------------------------------------------------


def opened(*sheets, **options):
    return openpyxl.load_workbook(io.BytesIO(xlsx_bytes(sheets, **options)))


@pytest.mark.parametrize("formula", FORMULAS)
def test_text_never_becomes_a_formula_in_xlsx(formula):
    sheet = opened(Sheet("x", ["a", formula], [[1, formula]], footer=[formula])).active
    for cell in (sheet["B1"], sheet["B2"], sheet["A3"]):
        assert cell.data_type in ("s", "inlineStr", "n") and cell.data_type != "f"
        assert cell.value is None or isinstance(cell.value, str)
    assert sheet["B2"].quotePrefix
    content = xlsx_bytes([Sheet("x", ["a"], [[formula]])])
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        assert b"<f" not in package.read("xl/worksheets/sheet1.xml").replace(b"<formula", b"")


def test_cells_are_typed_and_formatted():
    rows = [
        [
            Money(-105450, "USD"),
            Money(7, "JPY"),
            Money(1234, "KWD"),
            date(2017, 3, 1),
            datetime(2017, 3, 1, 12, tzinfo=UTC),
            -5,
            Decimal("0.25"),
            True,
            None,
            "text",
            Stage.WON,
        ]
    ]
    sheet = opened(Sheet("x", list("abcdefghijk"), rows), zone_name="Europe/Berlin").active
    a, b, c, d, e, f, g, h, i, j, k = sheet[2]
    assert (a.value, a.number_format) == (-1054.5, "[$USD] #,##0.00")
    assert (b.value, b.number_format) == (7, "[$JPY] #,##0")
    assert (c.value, c.number_format) == (1.234, "[$KWD] #,##0.000")
    assert (d.value.date(), d.number_format, d.is_date) == (date(2017, 3, 1), "yyyy-mm-dd", True)
    assert (e.value.hour, e.number_format) == (13, "yyyy-mm-dd hh:mm:ss")
    assert (f.value, f.data_type) == (-5, "n")
    assert (g.value, h.value, i.value, j.value, k.value) == (0.25, True, None, "text", "won")


def test_numbers_with_more_digits_than_a_spreadsheet_keeps_stay_exact_as_text():
    sheet = opened(
        Sheet("x", ["a"], [[1234567890123456789], [Decimal("0.12345678901234567")], [10**20]])
    ).active
    assert [sheet.cell(row, 1).value for row in (2, 3)] == ["1234567890123456789", "0.12345678901234567"]
    assert sheet["A4"].value == "100000000000000000000"


def test_dates_before_a_spreadsheets_time_stay_text():
    assert opened(Sheet("x", ["a"], [[date(1815, 12, 10)]])).active["A2"].value == "1815-12-10"


def test_error_names_and_marks_of_other_kinds_stay_text():
    sheet = opened(Sheet("x", ["a"], [["#N/A"], ["TRUE"], ["2017-03-01"], ["007"], ["1e5"]])).active
    assert [(cell.value, cell.data_type) for (cell,) in sheet.iter_rows(min_row=2)] == [
        ("#N/A", "s"),
        ("TRUE", "s"),
        ("2017-03-01", "s"),
        ("007", "s"),
        ("1e5", "s"),
    ]


def test_a_sheet_is_ready_to_read():
    sheet = opened(Sheet("Deals", ["Name", "Amount"], [["x" * 40, 1], ["y", 2]], footer=["Total", 3])).active
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == "A1:B3"
    assert sheet["A1"].font.bold and sheet["A4"].font.bold and not sheet["A2"].font.bold
    assert sheet["B4"].value == 3
    assert sheet.column_dimensions["A"].width > 40 > sheet.column_dimensions["B"].width
    assert sheet.print_title_rows == "$1:$1"


def test_control_characters_and_too_long_text_do_not_spoil_a_workbook():
    sheet = opened(Sheet("x", ["a\x00b"], [["a\x0b\x1f\ud800\uffffb"], ["x" * 40_000]])).active
    assert sheet["A1"].value == "ab"
    assert sheet["A2"].value == "ab"
    assert (len(sheet["A3"].value), sheet["A3"].value[-1]) == (32_767, "…")
    assert csv_cell("a\x0b\x1f\ud800\uffffb") == "ab"


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Q1/Q2: [all]?*\\", "Q1 Q2 all"),
        ("", "Sheet"),
        ("'", "Sheet"),
        ("'quoted'", "quoted"),
        ("History", "History 1"),
        ("x" * 40, "x" * 31),
        ("a\x00b", "ab"),
        ("売上", "売上"),
    ],
)
def test_sheet_names_are_made_fit(title, name):
    assert sheet_name(title) == name
    assert opened(Sheet(title, ["a"], [])).sheetnames == [name]


def test_sheet_names_are_unique_whatever_their_case():
    titles = ["Deals", "deals", "DEALS", "x" * 40, "X" * 40]
    assert opened(*[Sheet(title, ["a"], []) for title in titles]).sheetnames == [
        "Deals",
        "deals (2)",
        "DEALS (3)",
        "x" * 31,
        "X" * 27 + " (2)",
    ]


def test_the_same_rows_give_the_same_bytes(monkeypatch):
    def made():
        rows = [["Acme", Money(5, "USD"), date(2017, 3, 1)]]
        return xlsx_bytes(
            [Sheet("x", ["a", "b", "c"], rows)], title="Deals", as_of=datetime(2017, 3, 1, tzinfo=UTC)
        )

    first = made()
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    assert made() == first
    properties = openpyxl.load_workbook(io.BytesIO(first)).properties
    assert (properties.created.year, properties.modified.year, properties.title) == (2017, 2017, "Deals")
    with zipfile.ZipFile(io.BytesIO(first)) as package:
        assert {member.date_time for member in package.infolist()} == {(2017, 3, 1, 0, 0, 0)}


def test_a_workbook_never_grows_past_what_excel_opens(monkeypatch):
    monkeypatch.setattr(exporting, "MAX_ROWS", 10)
    assert xlsx_bytes([Sheet("x", ["a"], ([n] for n in range(10)))])
    with pytest.raises(ExportTooLarge):
        xlsx_bytes([Sheet("x", ["a"], ([n] for n in range(11)))])
    with pytest.raises(ExportTooLarge):
        xlsx_bytes([Sheet("x", ["a"] * 16_385, [])])
    with pytest.raises(ValueError, match="at least one"):
        xlsx_bytes([])


def test_rows_that_fail_to_come_leave_nothing_behind(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    def rows():
        yield [1]
        raise RuntimeError("the database went away")

    with pytest.raises(RuntimeError, match="went away"):
        xlsx_bytes([Sheet("x", ["a"], [[1]]), Sheet("y", ["a"], rows())])
    gc.collect()
    assert list(tmp_path.iterdir()) == []


def test_rows_read_back_from_csv_are_those_written():
    rows = [["x", -5, Decimal("1.50")], ["=y", None, Money(150, "EUR")]]
    content = csv_bytes(["a", "b", "c"], rows, has_mark=False).decode()
    assert list(csv.reader(io.StringIO(content, newline=""))) == [
        ["a", "b", "c"],
        ["x", "-5", "1.50"],
        ["'=y", "", "1.50"],
    ]
