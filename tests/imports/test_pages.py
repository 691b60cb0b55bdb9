"""The pages of imports: from upload to undo, as a vendor's administrator goes through them."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from prm.extensions import db
from prm.imports.models import BatchStatus, ImportBatch
from prm.imports.services import drafts
from prm.permissions import Role
from tests.factories import VendorRef, World
from tests.factories.revenue import SALES, import_file, import_rows
from tests.imports.dumps import differences, dump
from tests.imports.uploading import DEALS, controls, open_mapping, upload


@pytest.fixture
def vendor(world: World) -> VendorRef:
    vendor = world.vendor("acme")
    world.partnership(vendor, "Northwind", region="West")
    import_rows(world, vendor, "products", [{"name": "Rocket", "price": "100"}])
    return vendor


@pytest.fixture
def admin(world: World, vendor: VendorRef) -> FlaskClient:
    return world.client(world.user(Role.VENDOR_ADMIN, vendor=vendor))


def test_the_columns_are_suggested_by_their_names(admin: FlaskClient) -> None:
    _, form = open_mapping(admin)
    assert form["column_external_id"] == "Opportunity"
    assert form["column_partner"] == "Reseller"
    assert form["column_customer"] == "Account"
    assert form["column_closed_on"] == "Close"
    assert form["column_amount"] == "Value"
    assert form["column_stage"] == form["stage_column"] == "Stage"
    assert form["column_registered_on"] == ""
    stages = {name: value for name, value in form.items() if re.fullmatch(r"stage_\d+", name)}
    assert sorted(stages.values()) == ["", "won"]  # "Open" is for the person to say


def test_from_upload_to_result_and_back(world: World, vendor: VendorRef, admin: FlaskClient) -> None:
    before = dump(world, vendor)
    url, form = open_mapping(admin)
    open_stage = next(name for name, value in form.items() if re.fullmatch(r"stage_\d+", name) and not value)
    form |= {open_stage: "submitted", "date_format": "MM/DD/YYYY", "won_as_orders": "y"}
    checked = admin.post(url, data=form, follow_redirects=True)
    assert checked.status_code == 200
    assert "This is a dry run" in checked.text
    assert "Rokcet" in checked.text
    assert "No partner has this external id or name." in checked.text
    assert "There is no such day in the calendar." in checked.text or "31/12/2024" in checked.text
    assert differences(before, dump(world, vendor)) == []
    batch_url = url.removesuffix("/mapping")
    done = admin.post(f"{batch_url}/confirm", follow_redirects=True)
    assert "Applied" in done.text
    state = dump(world, vendor)
    assert [deal["external_id"] for deal in state["deal"]] == ["1", "2"]
    assert [order["amount_minor"] for order in state["order"]] == [10000]
    rejected = admin.get(f"{batch_url}?outcome=rejected").text
    assert "Nobody" in rejected
    assert "Opportunity" not in rejected.split('id="lines"')[1] or "31/12/2024" in rejected
    question = admin.get(f"{batch_url}/undo").text
    assert "Undo this import?" in question
    undone = admin.post(f"{batch_url}/undo", follow_redirects=True)
    assert "everything is as it was before" in undone.text
    assert differences(before, dump(world, vendor)) == []
    again = admin.post(f"{batch_url}/undo")
    assert again.status_code == 409
    assert "undone already" in again.text


def test_an_order_opens_the_line_of_the_file_for_who_may_see_imports(
    world: World, vendor: VendorRef, admin: FlaskClient
) -> None:
    import_file(
        world, vendor, "deals", DEALS.splitlines()[0] + "\n" + DEALS.splitlines()[1], won_as_orders=True
    )
    listed = admin.get("/acme/revenue/orders")
    url = re.search(r'href="(/acme/revenue/orders/[0-9a-f-]+)"', listed.text)
    assert url is not None
    page = admin.get(url[1]).text
    for shown in ("The line as the file has it", "12/31/2024", "deals.csv", "Reseller"):
        assert shown in page
    manager = world.client(world.user(Role.CHANNEL_MANAGER, vendor=vendor))
    page = manager.get(url[1]).text
    assert "$100.00" in page
    assert "The line as the file has it" not in page
    assert "12/31/2024" not in page


def test_rejected_rows_come_back_as_a_file_that_can_be_mended_and_sent_again(
    world: World, vendor: VendorRef, admin: FlaskClient
) -> None:
    url, form = open_mapping(admin, DEALS.replace("3,Nobody,Acme", "3,=Nobody,-5"))
    form |= {"date_format": "MM/DD/YYYY"}
    admin.post(url, data=form)
    batch_url = url.removesuffix("/mapping")
    planned = admin.get(f"{batch_url}/rejected.csv")
    admin.post(f"{batch_url}/confirm")
    applied = admin.get(f"{batch_url}/rejected.csv")
    assert planned.data == applied.data
    assert "attachment" in applied.headers["Content-Disposition"]
    rows = list(csv.DictReader(io.StringIO(applied.data.decode("utf-8-sig"))))
    header = list(rows[0])
    assert header == ["Opportunity", "Reseller", "Account", "Product", "Stage", "Close", "Value", "reason"]
    assert rows[0]["reason"].startswith("Line 3. Stage: ")
    assert rows[1]["Reseller"] == "'=Nobody"  # inert in a spreadsheet
    assert rows[1]["Account"] == "-5"  # a number stays one
    assert rows[2]["reason"] == "Line 5. Close: There is no such day in the calendar."
    mended = applied.data.decode("utf-8-sig").replace("31/12/2024", "12/31/2024")
    url, form = open_mapping(admin, mended)
    assert form["column_amount"] == "Value"
    answer = admin.post(url, data=form | {"date_format": "MM/DD/YYYY"}, follow_redirects=True)
    assert answer.status_code == 200
    admin.post(url.removesuffix("/mapping") + "/confirm")
    assert [deal["external_id"] for deal in dump(world, vendor)["deal"]] == ["1", "4"]


def test_an_ambiguous_date_is_asked_for_and_what_was_typed_stays(admin: FlaskClient) -> None:
    content = "id,partner,stage,closed,amount\n1,Northwind,won,03/04/2024,5\n"
    url, form = open_mapping(admin, content)
    answer = admin.post(url, data=form | {"decimal": ","})
    assert answer.status_code == 422
    assert "MM/DD/YYYY, DD/MM/YYYY" in answer.text
    assert "line 2 has “03/04/2024”" in answer.text
    assert controls(answer.text)["decimal"] == ","
    assert admin.post(url, data=form | {"date_format": "DD/MM/YYYY"}).status_code == 302


def test_a_date_format_that_is_none_is_refused_where_it_stands(admin: FlaskClient) -> None:
    url, form = open_mapping(admin)
    answer = admin.post(url, data=form | {"date_format": "<b>soon</b>"})
    assert answer.status_code == 422
    assert "is not a date pattern" in answer.text
    assert "<b>soon" not in answer.text


def test_another_stage_column_is_asked_about_first(admin: FlaskClient) -> None:
    url, form = open_mapping(admin)
    answer = admin.post(url, data=form | {"column_stage": "Product"})
    assert answer.status_code == 422
    assert "Say what the words of this stage column stand for" in answer.text
    offered = controls(answer.text)
    assert offered["stage_column"] == "Product"
    assert ">Rokcet (1 row)<" in answer.text


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "The file is empty."),
        (b"   \n", "The file is empty."),
        (b"%PDF-1.7 nothing", "This is not a CSV or XLSX file"),
        (b"PK\x03\x04 broken", "The spreadsheet is damaged"),
        (b"\x00\x01\x02\x03" * 50, "This is not"),
    ],
)
def test_what_is_no_table_is_refused_in_words(admin: FlaskClient, content: bytes, said: str) -> None:
    answer = upload(admin, content)
    assert answer.status_code == 422
    assert said in answer.text


def test_nothing_chosen_is_said_and_what_was_typed_stays(admin: FlaskClient) -> None:
    answer = admin.post("/acme/imports/new", data={"kind": "orders", "source": "ERP of 2019"})
    assert answer.status_code == 422
    assert "Choose a file." in answer.text
    assert "ERP of 2019" in answer.text
    answer = admin.post("/acme/imports/new", data={"kind": "secrets", "source": "portal"})
    assert answer.status_code == 422


def test_a_file_over_the_limit_is_refused(
    world: World, admin: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = b"1,Northwind,Acme,Rocket,Won,12/31/2024,100\n"
    answer = upload(admin, DEALS.encode() + row * (33 * 1024 * 1024 // len(row)))
    assert answer.status_code == 422
    assert "larger than 32 MB" in answer.text


def test_columns_that_are_needed_and_missing_are_named(admin: FlaskClient) -> None:
    url, form = open_mapping(admin, "colour,size\nred,5\n")
    answer = admin.post(url, data=form)
    assert answer.status_code == 422
    assert "Every row needs this: choose its column." in answer.text
    answer = admin.post(url, data=form | {"column_external_id": "nowhere"})
    assert answer.status_code == 422


def test_the_mapping_of_a_source_is_remembered(world: World, vendor: VendorRef, admin: FlaskClient) -> None:
    content = "a,b,c\n1,Northwind,gewonnen\n"
    url, form = open_mapping(admin, content)
    assert form["column_partner"] == ""
    form |= {"column_external_id": "a", "column_partner": "b", "column_stage": "c"}
    assert admin.post(url, data=form).status_code == 422  # the stages have to be explained
    answer = admin.post(url, data=form | {"stage_column": "c", "stage_0": "won"}, follow_redirects=True)
    assert "This is a dry run" in answer.text
    admin.post(url.removesuffix("/mapping") + "/confirm")
    _, form = open_mapping(admin, content.replace("1,", "2,"))
    assert (form["column_external_id"], form["column_partner"], form["column_stage"]) == ("a", "b", "c")
    assert (form["stage_column"], form["stage_0"]) == ("c", "won")


def test_a_draft_can_be_discarded_and_a_confirmed_import_cannot(
    world: World, vendor: VendorRef, admin: FlaskClient
) -> None:
    url, form = open_mapping(admin)
    batch_url = url.removesuffix("/mapping")
    assert admin.post(f"{batch_url}/discard").status_code == 302
    assert admin.get(batch_url).status_code == 404
    url, form = open_mapping(admin)
    batch_url = url.removesuffix("/mapping")
    assert admin.post(f"{batch_url}/confirm").status_code == 302  # not checked yet: nothing happens
    assert dump(world, vendor)["deal"] == []
    admin.post(url, data=form | {"date_format": "MM/DD/YYYY"})
    admin.post(f"{batch_url}/confirm")
    assert admin.post(f"{batch_url}/discard").status_code == 409
    assert admin.post(f"{batch_url}/confirm").status_code == 302  # twice is once
    assert len(dump(world, vendor)["deal"]) == 1
    assert admin.get(url).status_code == 302


def test_a_large_file_is_checked_by_the_worker(
    world: World, vendor: VendorRef, admin: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drafts, "CHECKED_AT_ONCE", 2)
    url, form = open_mapping(admin)
    answer = admin.post(url, data=form | {"date_format": "MM/DD/YYYY"}, follow_redirects=True)
    assert "This is a dry run" in answer.text
    url, form = open_mapping(
        admin,
        DEALS.replace("31/12/2024", "03/04/2024")
        .replace("30/2024", "03/2024")
        .replace("12/31/2024", "03/04/2024"),
    )
    answer = admin.post(url, data=form | {"date_format": ""}, follow_redirects=True)
    assert "The file could not be checked" in answer.text
    assert "MM/DD/YYYY" in answer.text


def test_the_original_file_comes_back_byte_for_byte(
    world: World, vendor: VendorRef, admin: FlaskClient
) -> None:
    content = b"\xef\xbb\xbfname;price\r\nZo\xc3\xab;1,50\r\n"
    report = import_file(world, vendor, "products", content, filename="../../<b>.csv")
    answer = admin.get(f"/acme/imports/{report.batch}/file")
    assert answer.data == content
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert "/" not in answer.headers["Content-Disposition"].split("filename*")[0]
    assert "<b>" not in admin.get("/acme/imports/").text


def test_unmatched_names_are_settled_on_their_page(
    world: World, vendor: VendorRef, admin: FlaskClient
) -> None:
    import_file(
        world,
        vendor,
        "deals",
        DEALS,
        stages={"open": "submitted"},
        date_format="MM/DD/YYYY",
        won_as_orders=True,
    )
    page = admin.get("/acme/imports/unmatched").text
    assert "Rokcet" in page
    assert re.search(r'<option value="Rocket" selected>', page)
    assert "The source names no customer on these rows." in page
    answer = admin.post(
        "/acme/imports/aliases",
        data={"field": "product", "value": "Rokcet", "to": "Rocket"},
        follow_redirects=True,
    )
    assert "“Rokcet” stands for Rocket: 1 row matched." in answer.text
    assert all(deal["product_id"] for deal in dump(world, vendor)["deal"])
    remove = re.search(r'action="(/acme/imports/aliases/products/[0-9a-f-]+/remove)"', answer.text)
    assert remove is not None
    admin.post(remove[1])
    assert [deal["product_id"] is None for deal in dump(world, vendor)["deal"]] == [False, True]
    wrong = admin.post("/acme/imports/aliases", data={"field": "product", "value": "X", "to": "Nothing"})
    assert wrong.status_code == 422
    assert "There is no product “Nothing”." in wrong.text
    assert 'value="X"' in wrong.text


def test_executives_see_imports_and_change_none(world: World, vendor: VendorRef, admin: FlaskClient) -> None:
    url, form = open_mapping(admin)
    admin.post(url, data=form | {"date_format": "MM/DD/YYYY"})
    batch_url = url.removesuffix("/mapping")
    executive = world.client(world.user(Role.EXECUTIVE, vendor=vendor))
    page = executive.get(batch_url)
    assert page.status_code == 200
    assert "Import now" not in page.text
    assert executive.get("/acme/imports/").status_code == 200
    for path in ("/confirm", "/discard", "/undo", "/mapping"):
        assert executive.post(batch_url + path).status_code == 403
    for role in (Role.CHANNEL_MANAGER, Role.CONTENT_AUTHOR):
        client = world.client(world.user(role, vendor=vendor))
        assert client.get(batch_url).status_code == 403


def test_the_real_pipeline_through_the_pages(
    world: World, admin: FlaskClient, vendor: VendorRef, shared_data: Path
) -> None:
    folder = shared_data / SALES
    for kind, name in (
        ("partners", "sales_teams.csv"),
        ("products", "products.csv"),
        ("deals", "sales_pipeline.csv"),
    ):
        url, form = open_mapping(admin, (folder / name).read_bytes(), kind=kind, name=name)
        for field in [field for field in form if re.fullmatch(r"stage_\d+", field) and not form[field]]:
            form[field] = "submitted"
        checked = admin.post(url, data=form | {"won_as_orders": "y"}, follow_redirects=True)
        assert "This is a dry run" in checked.text, checked.text
        admin.post(url.removesuffix("/mapping") + "/confirm")
    state = dump(world, vendor)
    assert (len(state["deal"]), len(state["order"])) == (8800, 4238)
    assert sum(order["amount_minor"] for order in state["order"]) == 10_005_534_00


def test_a_batch_whose_file_is_lost_fails_in_words_and_can_be_tried_again(
    world: World, vendor: VendorRef, admin: FlaskClient
) -> None:
    url, form = open_mapping(admin)
    admin.post(url, data=form | {"date_format": "MM/DD/YYYY"})
    batch_url = url.removesuffix("/mapping")
    with world.acting(vendor):
        key = db.session.scalars(select(ImportBatch).order_by(ImportBatch.id.desc()).limit(1)).one().file.key
    place = Path(world.app.config["FILES_URL"]) / key
    content = place.read_bytes()
    place.unlink()
    failed = admin.post(f"{batch_url}/confirm", follow_redirects=True)
    assert failed.status_code == 200
    assert "The import failed. Nothing was changed." in failed.text
    assert dump(world, vendor)["deal"] == []
    place.write_bytes(content)
    tried = admin.post(f"{batch_url}/confirm", follow_redirects=True)
    assert "Applied" in tried.text
    with world.acting(vendor):
        statuses = db.session.scalars(select(ImportBatch.status)).all()
    assert BatchStatus.FAILED not in statuses
