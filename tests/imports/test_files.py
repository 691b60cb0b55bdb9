"""Files as they really come: marks, separators, encodings, dates, decimals; and hostile ones."""

from __future__ import annotations

import io
from typing import Any

import pytest
from openpyxl import Workbook

from prm.errors import DomainError
from prm.imports import reading
from prm.imports.services import running
from prm.infra.importing import Limits
from tests.factories import VendorRef, World
from tests.factories.revenue import import_file
from tests.imports.dumps import dump, dump_imports


@pytest.fixture
def vendor(world: World) -> VendorRef:
    vendor = world.vendor("acme", currency="EUR")
    world.partnership(vendor, "Müller & Söhne")
    return vendor


HEADER = "Auftragsnummer;Partner;Kunde;Produkt;Auftragsdatum;Betrag"
ROW = "A-1;müller &  SÖHNE;Bäckerei Größ;Rakete;31.12.2024;1.234,56"


def orders(world: World, vendor: VendorRef) -> list[dict[str, Any]]:
    return dump(world, vendor)["order"]


@pytest.mark.parametrize(
    "content",
    [
        f"{HEADER}\n{ROW}\n".encode(),
        f"{HEADER}\r\n{ROW}\r\n".encode(),
        f"{HEADER}\r{ROW}".encode(),
        b"\xef\xbb\xbf" + f"{HEADER}\n{ROW}".encode(),
        f"{HEADER}\n{ROW}\n".encode("cp1252"),
        f"{HEADER}\n{ROW}\n".encode("utf-16"),
        f"sep=;\n{HEADER}\n\n{ROW}\n;;;;;\n".encode(),
        f"{HEADER}\n{ROW}\n".replace(";", "\t").encode(),
        (HEADER.replace(";", '";"').join('""') + "\n" + ROW.replace(";", '";"').join('""')).encode(),
    ],
    ids=["lf", "crlf", "cr", "mark", "windows-1252", "utf-16", "sep and blanks", "tabs", "quoted"],
)
def test_one_order_however_its_file_is_written(world: World, vendor: VendorRef, content: bytes) -> None:
    report = import_file(world, vendor, "orders", content)
    assert (report.inserted, report.rejected) == (1, [])
    [order] = orders(world, vendor)
    assert order["amount_minor"] == 123456
    assert order["currency"] == "EUR"
    assert order["ordered_on"] == "2024-12-31"
    assert order["customer_name"] == "Bäckerei Größ"
    assert order["external_id"] == "A-1"


def test_a_quoted_newline_stays_in_its_cell_and_lines_are_counted_right(
    world: World, vendor: VendorRef
) -> None:
    content = (
        HEADER + '\nA-1;"Müller & Söhne";"Bäckerei\nGröß";Rakete;31.12.2024;5\nA-2;Niemand;x;y;31.12.2024;5\n'
    )
    report = import_file(world, vendor, "orders", content)
    assert [row.line for row in report.rejected] == [4]
    assert orders(world, vendor)[0]["customer_name"] == "Bäckerei Größ"


def test_a_workbook_is_read_by_what_its_cells_are(world: World, vendor: VendorRef) -> None:
    book = Workbook()
    sheet = book.active
    sheet.append(["order id", "partner", "customer", "product", "order date", "amount", "currency"])
    sheet.append(["X-1", "Müller & Söhne", "Kunde", "Rakete", "2024-12-31", 1234.56, "usd"])
    stream = io.BytesIO()
    book.save(stream)
    book.close()
    report = import_file(world, vendor, "orders", stream.getvalue(), filename="orders.xlsx")
    assert report.inserted == 1
    [order] = orders(world, vendor)
    assert (order["amount_minor"], order["currency"]) == (123456, "USD")


def test_an_ambiguous_file_changes_nothing_and_says_what_to_state(world: World, vendor: VendorRef) -> None:
    before = dump(world, vendor), dump_imports(world, vendor)
    content = f"{HEADER}\n{ROW.replace('31.12.2024', '03.04.2024')}"
    with pytest.raises(DomainError) as caught:
        import_file(world, vendor, "orders", content)
    assert "Nothing was changed" in str(caught.value)
    assert "DD.MM.YYYY, MM.DD.YYYY" in caught.value.fields["date_format"]
    assert "line 2" in caught.value.fields["date_format"]
    assert (dump(world, vendor), dump_imports(world, vendor)) == before
    import_file(world, vendor, "orders", content, date_format="%d.%m.%Y")
    assert orders(world, vendor)[0]["ordered_on"] == "2024-04-03"


def test_conflicting_dates_name_two_lines(world: World, vendor: VendorRef) -> None:
    rows = [f"A-{n};Müller & Söhne;k;p;{day};5" for n, day in ((1, "31.12.2024"), (2, "12.31.2024"))]
    with pytest.raises(DomainError) as caught:
        import_file(world, vendor, "orders", "\n".join([HEADER, *rows]))
    assert "2 (31.12.2024), 3 (12.31.2024)" in caught.value.fields["date_format"]


def test_an_ambiguous_decimal_sign_is_asked_for(world: World, vendor: VendorRef) -> None:
    content = f"{HEADER}\n{ROW.replace('1.234,56', '1.234')}"
    with pytest.raises(DomainError) as caught:
        import_file(world, vendor, "orders", content)
    assert "thousands or decimals" in caught.value.fields["decimal"]
    import_file(world, vendor, "orders", content, decimal=",")
    assert orders(world, vendor)[0]["amount_minor"] == 123400


@pytest.mark.parametrize(
    ("row", "column", "value", "reason"),
    [
        (";Müller & Söhne;k;p;31.12.2024;5", "Auftragsnummer", "", "A value is needed here."),
        ("A;Niemand;k;p;31.12.2024;5", "Partner", "Niemand", "No partner has this external id or name."),
        ("A;Müller & Söhne;k;p;31.02.2024;5", "Auftragsdatum", "31.02.2024", "no such day"),
        ("A;Müller & Söhne;k;p;soon;5", "Auftragsdatum", "soon", "not a date written as DD.MM.YYYY"),
        ("A;Müller & Söhne;k;p;31.12.2024;", "Betrag", "", "A value is needed here."),
        ("A;Müller & Söhne;k;p;31.12.2024;viel", "Betrag", "viel", "not an amount of money"),
        ("A;Müller & Söhne;k;p;31.12.2024;1,999", "Betrag", "1,999", "decimals"),
        ("A;Müller & Söhne;k;p;31.12.2024;9" + "9" * 15, "Betrag", "9" * 16, "larger than can be recorded"),
        ("A;Müller & Söhne;k;p;31.12.2024;$5", "Betrag", "$5", "another currency"),
        ("A;Müller & Söhne;k;p;31.12.2024", None, "A, Müller & Söhne, k, p, 31.12.2024", "5 cells"),
        ("A;Müller & Söhne;k;p;31.12.2024;5;6", None, "A, Müller & Söhne, k, p, 31.12.2024, 5, 6", "7 cells"),
        ("A;Müller & Söhne;k\x00;p;31.12.2024;5", "Kunde", "k\x00", "control characters"),
        (f"A;Müller & Söhne;{'k' * 201};p;31.12.2024;5", "Kunde", "k" * 200, "longer than 200"),
        (f"{'A' * 121};Müller & Söhne;k;p;31.12.2024;5", "Auftragsnummer", "A" * 121, "longer than 120"),
        ('A;Müller & Söhne;"k;p;31.12.2024;5', None, 'A;Müller & Söhne;"k;p;31.12.2024;5', "quotes"),
    ],
)
def test_a_bad_row_is_rejected_by_line_column_value_and_reason(
    world: World, vendor: VendorRef, row: str, column: str | None, value: str, reason: str
) -> None:
    good = "B;Müller & Söhne;k;p;30.11.2024;5,00"
    report = import_file(world, vendor, "orders", "\n".join([HEADER, row, good]))
    assert (report.read, report.inserted) == (2, 1)
    [rejected] = report.as_json()["rejected"]
    assert rejected["line"] == 2
    assert rejected["column"] == column
    assert rejected["value"] == value
    assert reason in rejected["reason"]


def test_a_row_that_comes_twice_is_taken_once(world: World, vendor: VendorRef) -> None:
    report = import_file(world, vendor, "orders", "\n".join([HEADER, ROW, ROW.replace("1.234,56", "9,00")]))
    assert report.inserted == 1
    assert report.as_json()["rejected"] == [
        {"line": 3, "column": "Auftragsnummer", "value": "A-1", "reason": "This is a duplicate of line 2."}
    ]
    assert orders(world, vendor)[0]["amount_minor"] == 123456


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b"\n\n", "empty"),
        (b"Auftragsnummer;Partner", "No column fills"),
        (b"a,b,c\n1,2,3\n", "No column fills"),
        (b"\xff\xfe\x00\x00" * 9, "name the columns"),
        (b"\x89PNG\r\n\x1a\n" + b"0" * 99, "not a CSV or XLSX"),
        (b"PK\x03\x04" + b"0" * 99, "damaged"),
    ],
)
def test_what_is_no_table_changes_nothing(world: World, vendor: VendorRef, content: bytes, said: str) -> None:
    before = dump_imports(world, vendor)
    with pytest.raises(DomainError, match=said):
        import_file(world, vendor, "orders", content)
    assert dump_imports(world, vendor) == before


def test_a_file_of_only_a_header_is_read_as_no_rows(world: World, vendor: VendorRef) -> None:
    report = import_file(world, vendor, "orders", HEADER)
    assert (report.read, report.inserted) == (0, 0)


def test_too_many_rows_are_refused(world: World, vendor: VendorRef, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "LIMITS", Limits(rows=2))
    rows = [ROW.replace("A-1", f"A-{n}") for n in range(3)]
    with pytest.raises(DomainError, match="more than 2 rows"):
        import_file(world, vendor, "orders", "\n".join([HEADER, *rows]))


@pytest.mark.parametrize("kind", ["partners", "products", "deals", "orders"])
def test_columns_that_do_not_exist_are_named(world: World, vendor: VendorRef, kind: str) -> None:
    with pytest.raises(DomainError) as caught:
        import_file(world, vendor, kind, "a,b\n1,2\n", columns={"name": "nowhere", "colour": "a"})
    assert "“colour”" in caught.value.fields["columns"]
    assert "“nowhere”" in caught.value.fields["columns"]


@pytest.mark.parametrize("source", ["", "   ", "portal", "x" * 61, "a\x00b", "a\nb\x1b"])
def test_a_source_needs_a_decent_name(world: World, vendor: VendorRef, source: str) -> None:
    with pytest.raises(DomainError) as caught:
        import_file(world, vendor, "orders", f"{HEADER}\n{ROW}", source=source)
    assert "source" in caught.value.fields


def test_chunks_do_not_show(world: World, vendor: VendorRef, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows are planned and written in portions: names, duplicates and lines go across them."""
    rows = [f"A-{n % 40};Müller & Söhne;Kunde {n % 7};Rakete;31.12.2024;{n},00" for n in range(50)]
    content = "\n".join([HEADER, *rows])
    whole = import_file(world, vendor, "orders", content, dry_run=True)
    monkeypatch.setattr(running, "CHUNK", 7)
    assert import_file(world, vendor, "orders", content, dry_run=True).as_json() == whole.as_json()
    done = import_file(world, vendor, "orders", content)
    assert {**done.as_json(), "batch": None} == whole.as_json()
    assert (done.inserted, len(done.rejected), done.created) == (40, 10, {"customers": 7})
    assert len(dump(world, vendor)["customer"]) == 7
