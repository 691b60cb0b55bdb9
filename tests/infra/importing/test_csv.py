"""A CSV of other people's making is read whole, or says where and why not."""

import pytest

from prm.infra.importing import (
    ImportFileError,
    Limits,
    open_table,
)
from prm.infra.importing.csvfile import MAX_BROKEN_ROWS
from tests.infra.importing.specimens import refusal


def cells(content, **options):
    """(columns, rows' cells) of a CSV given as text or bytes."""
    table = open_table(content.encode() if isinstance(content, str) else content, "some.csv", **options)
    return table.columns, [row.cells for row in table.rows()]


def lines(content):
    return [row.line for row in open_table(content.encode()).rows()]


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
