"""The vendor's sales files come in through pages."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.main_job.story import ADMIN, Story, labelled, number, stat, to
from tests.browser.sales_files import MEANT, MISSPELT


def the_administrator_imports_the_sales(story: Story) -> None:
    files = story.files
    with story.person(ADMIN[0]) as page:
        upload(page, "Partners", files.partners)
        for field, column in (
            ("External id", "sales_agent"),
            ("Name", "sales_agent"),
            ("Region", "regional_office"),
            ("Manager", "manager"),
        ):
            labelled(page, field).select_option(column)
        check_and_import(page, files.count(files.partners))

        upload(page, "Products", files.products)
        labelled(page, "Name").select_option("product")
        labelled(page, "List price").select_option("sales_price")
        check_and_import(page, files.count(files.products))

        upload(page, "Deals", files.deals)
        for field, column in (
            ("External id", "opportunity_id"),
            ("Partner", "sales_agent"),
            ("Customer", "account"),
            ("Product", "product"),
            ("Stage", "deal_stage"),
            ("Registered on", "engage_date"),
            ("Closed on", "close_date"),
            ("Amount", "close_value"),
        ):
            labelled(page, field).select_option(column)
        for word, stage in (
            ("Won", "Won"),
            ("Lost", "Lost"),
            ("Engaging", "Submitted"),
            ("Prospecting", "Submitted"),
        ):
            page.get_by_label(re.compile(rf"^{word} \(")).select_option(label=stage)
        page.get_by_label("Make an order of every won deal").check()
        check_and_import(page, files.count(files.deals))
        expect(stat(page, "Orders from won deals")).to_have_text(number(len(files.won())))
        expect(page.get_by_role("row").filter(has_text=MISSPELT).first).to_be_visible()


def upload(page: Page, kind: str, path: Path) -> None:
    to(page, "Imports")
    page.get_by_role("link", name="Import a file").click()
    page.get_by_role("radio", name=f"{kind}:").check()
    page.get_by_label("Source system").fill("crm")
    labelled(page, "File").set_input_files(path)
    page.get_by_role("button", name="Read the file").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Columns of {path.name}")


def check_and_import(page: Page, rows: int) -> None:
    """The dry run shows what would change; confirming changes it."""
    page.get_by_role("button", name="Check the file").click()
    expect(page.get_by_text("This is a dry run: nothing has changed yet.")).to_be_visible(timeout=60_000)
    expect(stat(page, "Rows read")).to_have_text(number(rows))
    expect(stat(page, "New")).to_have_text(number(rows))
    expect(stat(page, "Rejected")).to_have_text("0")
    page.get_by_role("button", name="Import now").click()
    expect(page.get_by_text("Applied", exact=True).first).to_be_visible(timeout=60_000)


def the_administrator_settles_a_misspelt_product(story: Story) -> None:
    with story.person(ADMIN[0]) as page:
        to(page, "Imports")
        page.get_by_role("link", name="Unmatched names").click()
        row = page.get_by_role("row").filter(has_text=MISSPELT)
        row.get_by_role("combobox").select_option(MEANT)
        row.get_by_role("button", name="Set the alias").click()
        settled = page.get_by_role("table", name="Aliases").get_by_role("row").filter(has_text=MISSPELT)
        expect(settled).to_contain_text(MEANT)
        expect(page.get_by_role("table", name="To be settled").get_by_text(MISSPELT)).to_have_count(0)
