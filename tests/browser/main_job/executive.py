"""The executive reads what the channel brings, down to a line of the file."""

from __future__ import annotations

import io
import re
from pathlib import Path

import openpyxl
from playwright.sync_api import expect

from tests.browser.main_job.story import EXECUTIVE, Story, download, fact, number, stat, to, tool
from tests.browser.sales_files import MEANT, MISSPELT, REAL_TOTAL


def the_executive_reads_the_revenue(story: Story) -> None:
    files, company = story.files, story.files.best_partner
    if files.is_real:
        assert files.total == REAL_TOTAL
    revenue, orders = files.of_partner(company)
    with story.person(EXECUTIVE[0]) as page:
        to(page, "Revenue")
        page.get_by_role("combobox", name="Period", exact=True).select_option(label="All orders")
        page.wait_for_url("**period=all**")
        expect(stat(page, "Revenue")).to_have_text(f"${files.total:,}")
        expect(stat(page, "Orders")).to_have_text(number(len(files.won())))
        product = (
            page.get_by_role("table", name="Revenue by product").get_by_role("row").filter(has_text=MEANT)
        )
        expect(product).to_contain_text(f"${files.of_product(MEANT, MISSPELT):,}.00")

        for kind, check in (("PDF", is_in_pdf), ("XLSX", is_in_workbook)):
            link = page.get_by_role("link", name=kind, exact=True)
            assert check(download(page, link.click), files.total, story.folder), (
                f"{kind} states other figures"
            )

        row = page.get_by_role("table", name="Revenue by partner").get_by_role("row").filter(has_text=company)
        expect(row).to_contain_text(f"${revenue:,}.00")
        row.get_by_role("link").last.click()
        total = page.locator("tfoot")
        expect(total).to_contain_text(f"${revenue:,}.00")
        expect(page.get_by_text(re.compile(rf"of {number(orders)}\b")).first).to_be_visible()
        first = page.locator("tbody tr").first
        external_id = first.get_by_role("rowheader").inner_text()
        first.get_by_role("link").first.click()
        expect(page.get_by_role("heading", level=1)).to_contain_text(external_id)
        expect(page.get_by_text(files.deals.name)).to_be_visible()
        line, source = files.find_deal(external_id)
        expect(fact(page, "Line")).to_have_text(number(line))
        for column, value in source.items():
            expect(fact(page, column)).to_have_text(value)


def is_in_pdf(file: bytes, total: int, folder: Path) -> bool:
    path = folder / "revenue.pdf"
    path.write_bytes(file)
    return f"{total:,}" in tool("pdftotext", "-layout", str(path), "-")


def is_in_workbook(file: bytes, total: int, _folder: Path) -> bool:
    book = openpyxl.load_workbook(io.BytesIO(file), read_only=True)
    return any(value == total for sheet in book for row in sheet.values for value in row)
