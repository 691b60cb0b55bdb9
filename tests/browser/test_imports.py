"""Imports before a browser: rejected rows mended and sent again, a conflict decided, targets entered."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.main_job.sales import upload
from tests.browser.main_job.story import ADMIN, PASSWORD, labelled, stat, to
from tests.browser.portal import PHONE, Complaints, Portal, browsing, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PARTNERS = "Partner ID;Name;Region;Manager\nN-1;Nordwind GmbH;West;Müller\nS-1;Südwind;Ost;Maier\n"
PRODUCTS = "name,price\nRocket,100.00\nSledge,20.00\n"
CHANGED = "name,price\nRocket,120.00\nSledge,25.00\nWheel,many\n"


@pytest.fixture
def admin(empty_portal: Portal, chromium: Browser, tmp_path: Path) -> tuple[Portal, Browser, Complaints]:
    empty_portal.command("vendors", "create", "--slug", "northstar", "--name", "Northstar Software")
    empty_portal.command(
        "users", "create", "--email", ADMIN[0], "--name", ADMIN[1], "--role", "vendor_admin",
        "--vendor", "northstar", "--password-stdin", typed=PASSWORD + "\n",
    )  # fmt: skip
    return empty_portal, chromium, Complaints()


def write(folder: Path, name: str, content: str, encoding: str = "utf-8") -> Path:
    path = folder / name
    path.write_bytes(content.encode(encoding))
    return path


def import_checked(page: Page) -> None:
    page.get_by_role("button", name="Import now").click()
    expect(page.get_by_text("Applied", exact=True).first).to_be_visible(timeout=60_000)


def test_rejected_rows_and_a_conflict_are_settled(
    admin: tuple[Portal, Browser, Complaints], tmp_path: Path
) -> None:
    portal, chromium, complaints = admin
    with browsing(chromium, portal, complaints) as page:
        sign_in(page, *(ADMIN[0], PASSWORD))
        a_file_of_another_system_is_read_as_it_is(page, tmp_path)
        upload(page, "Products", write(tmp_path, "products.csv", PRODUCTS))
        page.get_by_role("button", name="Check the file").click()
        import_checked(page)
        somebody_changes_a_price(page)
        the_next_file_leaves_it_alone_until_somebody_chooses(page, tmp_path)
        what_was_rejected_is_mended_and_sent_again(page, tmp_path)
        targets_are_entered_and_what_is_no_amount_stays_typed(page, complaints)
    with browsing(chromium, portal, complaints, viewport=PHONE) as page:
        sign_in(page, *(ADMIN[0], PASSWORD))
        page.goto("/northstar/revenue/targets?by=region")
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        expect(page.get_by_label(re.compile("^The whole vendor, Q1"))).to_be_visible()
    assert not complaints.found, "\n".join(complaints.found)


def a_file_of_another_system_is_read_as_it_is(page: Page, folder: Path) -> None:
    upload(page, "Partners", write(folder, "partners.csv", PARTNERS, "cp1252"))
    expect(page.get_by_text("Windows-1252 (Western Europe)").first).to_be_visible()
    expect(page.get_by_role("definition").filter(has_text="Semicolon")).to_be_visible()
    page.get_by_role("button", name="Check the file").click()
    expect(stat(page, "New")).to_have_text("2")
    import_checked(page)
    to(page, "Partners")
    expect(page.get_by_role("link", name="Südwind")).to_be_visible()


def somebody_changes_a_price(page: Page) -> None:
    to(page, "Products")
    page.get_by_role("link", name="Rocket").click()
    labelled(page, "List price").fill("90")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("The product was changed.")).to_be_visible()


def the_next_file_leaves_it_alone_until_somebody_chooses(page: Page, folder: Path) -> None:
    upload(page, "Products", write(folder, "changed.csv", CHANGED))
    expect(page.get_by_text("As last time").first).to_be_visible()
    page.get_by_role("button", name="Check the file").click()
    expect(page.get_by_role("table", name="Conflicts")).to_contain_text("$90.00")
    expect(stat(page, "Rejected")).to_have_text("1")
    import_checked(page)
    row = page.get_by_role("table", name="Conflicts").get_by_role("row").filter(has_text="Rocket")
    expect(row).to_contain_text("$120.00")
    row.get_by_role("button", name="Take the file's").click()
    expect(page.get_by_text("1 conflict was decided.")).to_be_visible()
    expect(row).to_contain_text("The file's was taken")


def what_was_rejected_is_mended_and_sent_again(page: Page, folder: Path) -> None:
    with page.expect_download() as download:
        page.get_by_role("link", name="Rejected rows as CSV").click()
    rejected = folder / "rejected.csv"
    download.value.save_as(rejected)
    text = rejected.read_text("utf-8-sig")
    assert text.splitlines()[0] == "name,price,reason"
    upload(page, "Products", write(folder, "mended.csv", text.replace("many", "7")))
    page.get_by_role("button", name="Check the file").click()
    expect(stat(page, "Rows read")).to_have_text("1")
    expect(stat(page, "New")).to_have_text("1")
    import_checked(page)
    to(page, "Products")
    expect(page.get_by_role("row").filter(has_text="Wheel")).to_contain_text("$7.00")
    expect(page.get_by_role("row").filter(has_text="Rocket")).to_contain_text("$120.00")


def targets_are_entered_and_what_is_no_amount_stays_typed(page: Page, complaints: Complaints) -> None:
    to(page, "Targets")
    first = page.get_by_label(re.compile("^Nordwind GmbH, Q1"))
    second = page.get_by_label(re.compile("^Nordwind GmbH, Q2"))
    first.fill("1,500")
    second.fill("plenty")
    page.get_by_role("button", name="Save the targets").click()
    expect(page.get_by_role("alert")).to_contain_text("This is not an amount of money.")
    complaints.found = [each for each in complaints.found if not each.startswith("422 POST")]
    expect(first).to_have_value("1,500")
    expect(second).to_have_value("plenty")
    second.fill("")
    page.get_by_role("button", name="Save the targets").click()
    expect(page.get_by_text("1 target was changed.")).to_be_visible()
    expect(first).to_have_value("1500.00")
