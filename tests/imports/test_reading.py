"""How a file is read: found out, shown, and stated otherwise, by page and by command."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from openpyxl import Workbook

from prm.errors import DomainError
from prm.imports.models import ImportKind
from prm.imports.queries import find_mapping
from prm.permissions import Role
from tests.factories import VendorRef, World
from tests.factories.revenue import import_file
from tests.imports.dumps import dump
from tests.imports.test_pages import controls, open_mapping, upload


@pytest.fixture
def vendor(world: World) -> VendorRef:
    vendor = world.vendor("acme")
    world.partnership(vendor, "Northwind")
    return vendor


@pytest.fixture
def admin(world: World, vendor: VendorRef) -> FlaskClient:
    return world.client(world.user(Role.VENDOR_ADMIN, vendor=vendor))


def workbook(**sheets: list[list[object]]) -> bytes:
    book = Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def test_the_page_shows_how_the_file_is_read(admin: FlaskClient) -> None:
    content = "id;partner;ordered on;amount\n1;Northwind;31.12.2024;1.234,56\n2;Café;30.12.2024;5,00\n"
    url, _ = open_mapping(admin, content.encode("cp1252"), kind="orders")
    page = admin.get(url).text
    assert "Windows-1252 (Western Europe)" in page
    assert "Semicolon" in page
    assert "amount: “,” is the decimal sign: see line 2 (1.234,56)." in page
    assert "ordered on: Dates are read as DD.MM.YYYY." in page


def test_what_is_open_is_marked_before_the_check(admin: FlaskClient) -> None:
    url, _ = open_mapping(admin, "id,partner,date,amount\n1,Northwind,03/04/2024,5\n", kind="orders")
    page = admin.get(url).text
    assert "To be stated" in page
    assert "Every date here can be read in several ways" in page


def test_another_separator_is_stated_on_the_page(admin: FlaskClient) -> None:
    content = "id,x|partner,y|date,z|amount,w\n1,2|Northwind,3|2024-01-31,4|5,6\n"
    url, form = open_mapping(admin, content, kind="orders")
    assert "could separate the columns as well as" in admin.get(url).text
    answer = admin.post(url.replace("/mapping", "/reading"), data={"encoding": "", "delimiter": "bar"})
    assert answer.status_code == 302
    page = admin.get(url).text
    assert "Bar |" in page
    assert 'value="partner,y"' in page
    assert 'value="partner,y"' not in str(form)
    assert controls(page)["delimiter"] == "bar"


def test_an_encoding_that_does_not_fit_is_said_and_stays_chosen(admin: FlaskClient) -> None:
    url, _ = open_mapping(admin, "id,partner,stage\n1,Café,won\n".encode("cp1252"))
    answer = admin.post(url.replace("/mapping", "/reading"), data={"encoding": "utf-8", "delimiter": ""})
    assert answer.status_code == 422
    assert "Line 2 cannot be read as utf-8." in answer.text
    assert controls(answer.text)["encoding"] == "utf-8"
    answer = admin.post(url.replace("/mapping", "/reading"), data={"encoding": "klingon"})
    assert answer.status_code == 422


def test_a_sheet_is_chosen(world: World, vendor: VendorRef, admin: FlaskClient) -> None:
    content = workbook(
        Notes=[["nothing", "here"], [1, 2]],
        Orders=[["id", "partner", "date", "amount"], ["1", "Northwind", "2024-01-31", 5]],
    )
    answer = upload(admin, content, kind="orders", name="book.xlsx")
    page = admin.get(answer.location).text
    assert "The workbook has 2 sheets; “Notes” was read." in page
    reading = answer.location.replace("/mapping", "/reading")
    assert admin.post(reading, data={"sheet": "Nowhere"}).status_code == 422
    assert admin.post(reading, data={"sheet": "Orders"}).status_code == 302
    form = controls(admin.get(answer.location).text)
    assert form["column_partner"] == "partner"
    checked = admin.post(answer.location, data=form, follow_redirects=True)
    assert "This is a dry run" in checked.text
    admin.post(answer.location.replace("/mapping", "/confirm"))
    assert [order["amount_minor"] for order in dump(world, vendor)["order"]] == [500]


def test_a_command_states_encoding_separator_and_sheet(
    world: World, vendor: VendorRef, tmp_path: Path
) -> None:
    file = tmp_path / "orders.csv"
    file.write_bytes("id\tpartner\tdate\tamount\n1\tNorthwind\t2024-01-31\t5\n".encode("utf-16"))
    runner = world.app.test_cli_runner()
    command = ["imports", "run", str(file), "--vendor", "acme", "--kind", "orders", "--json"]
    answer = runner.invoke(args=[*command, "--encoding", "utf-16", "--delimiter", "tab"])
    assert answer.exit_code == 0, answer.output
    assert '"inserted": 1' in answer.output
    answer = runner.invoke(args=[*command, "--encoding", "latin-2"])
    assert answer.exit_code == 1
    assert "encoding" in answer.output
    assert runner.invoke(args=[*command, "--delimiter", "x"]).exit_code == 1
    book = tmp_path / "orders.xlsx"
    book.write_bytes(workbook(Orders=[["id", "partner", "date", "amount"]]))
    command[2] = str(book)
    answer = runner.invoke(args=[*command, "--sheet", "Nowhere"])
    assert "no sheet called “Nowhere”" in answer.output


def test_words_of_a_source_add_up_and_are_shown_as_last_time(
    world: World, vendor: VendorRef, admin: FlaskClient
) -> None:
    for word, stage in (("gewonnen", "won"), ("verloren", "lost")):
        url, form = open_mapping(admin, f"a,b,c\n1,Northwind,{word}\n")
        form |= {"column_external_id": "a", "column_partner": "b", "column_stage": "c", "stage_column": "c"}
        assert admin.post(url, data=form | {"stage_0": stage}).status_code == 302
    with world.acting(vendor) as actor:
        saved = find_mapping(actor, ImportKind.DEALS, "crm")
        assert saved is not None
        assert saved.options["stages"] == {"gewonnen": "won", "verloren": "lost"}
    url, form = open_mapping(admin, "a,b,c\n1,Northwind,gewonnen\n2,Northwind,verloren\n")
    assert (form["stage_0"], form["stage_1"]) == ("won", "lost")
    page = admin.get(url).text
    assert page.count("As last time.") == 5
    assert "As last time</" in page


def test_how_a_file_was_read_is_kept_only_where_it_fits(admin: FlaskClient) -> None:
    content = "id|partner|stage\n1|Northwind|won\n"
    url, _ = open_mapping(admin, content)
    admin.post(url.replace("/mapping", "/reading"), data={"encoding": "cp1252", "delimiter": "bar"})
    assert admin.post(url, data=controls(admin.get(url).text)).status_code == 302
    _, form = open_mapping(admin, content)
    assert (form["encoding"], form["delimiter"]) == ("cp1252", "bar")
    _, form = open_mapping(admin, content.replace("|", ","))
    assert (form["encoding"], form["delimiter"]) == ("", "")
    assert form["column_partner"] == "partner"


@pytest.mark.parametrize("sign", [";", ",", "\t", "|"])
def test_rejected_rows_sent_again_are_the_only_ones_imported(
    world: World, vendor: VendorRef, admin: FlaskClient, sign: str
) -> None:
    content = 'id;partner;stage;note\n1;Northwind;won;a\n2;"=No|b, -o; +d";won;-b\n3;Northwind;odd;c\n'
    content = re.sub(";(?! )", lambda _found: sign, content)
    url, form = open_mapping(admin, content)
    admin.post(url, data=form)
    admin.post(url.replace("/mapping", "/confirm"))
    rejected = admin.get(url.replace("/mapping", "/rejected.csv")).data
    rows = list(csv.DictReader(io.StringIO(rejected.decode("utf-8-sig")), delimiter=sign))
    other = {";": "'=No|b, '-o; +d", ",": "'=No|b, -o; '+d"}.get(sign, "'=No|b, '-o; '+d")
    assert [row["partner"] for row in rows] == [other, "Northwind"]
    world.partnership(vendor, "=No|b, -o; +d")
    url, form = open_mapping(admin, rejected.replace(b"odd", b"lost"))
    assert "reason" not in form.values()
    answer = admin.post(url, data=form, follow_redirects=True)
    assert "This is a dry run" in answer.text
    admin.post(url.replace("/mapping", "/confirm"))
    assert [deal["external_id"] for deal in dump(world, vendor)["deal"]] == ["1", "2", "3"]
    assert admin.get(url.replace("/mapping", "/rejected.csv")).data.count(b"\n") == 1


def test_a_sheet_that_is_not_there_is_a_refusal_in_words(world: World, vendor: VendorRef) -> None:
    with pytest.raises(DomainError, match="no sheet called") as refused:
        import_file(world, vendor, "orders", workbook(A=[["id", "partner"]]), sheet="B", dry_run=True)
    assert set(refused.value.fields) == {"sheet"}


def test_two_umlauts_are_enough_to_tell_windows_from_the_mac(admin: FlaskClient) -> None:
    content = "Partner ID;Name;Region;Manager\nN-1;Nordwind;West;Müller\nS-1;Südwind;Ost;Maier\n"
    url, _ = open_mapping(admin, content.encode("cp1252"), kind="partners")
    page = admin.get(url).text
    assert "Südwind" in page
    assert "Windows-1252" in page
