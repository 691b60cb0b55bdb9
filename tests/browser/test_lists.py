"""Lists as one works with them: a view of one's own, five thousand rows at once, one search."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.axe import find_violations
from tests.browser.portal import Portal, browsing, follow, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PARTNERS = 5_000
MAIL, PASSWORD = "ada@acme.example", "a passphrase of some length"


@pytest.fixture
def portal(empty_portal: Portal, tmp_path: Path) -> Portal:
    """A vendor with five thousand partners, half of them in the region West."""
    empty_portal.command("vendors", "create", "--slug", "acme", "--name", "Acme")
    empty_portal.command(
        "users", "create", "--email", MAIL, "--name", "Ada", "--role", "vendor_admin", "--vendor", "acme",
        "--password-stdin", typed=PASSWORD,
    )  # fmt: skip
    rows = "".join(f"P-{n},Partner {n:04},{'West' if n % 2 else 'East'}\n" for n in range(PARTNERS))
    file = tmp_path / "partners.csv"
    file.write_text("external_id,name,region\n" + rows)
    empty_portal.command("imports", "run", str(file), "--vendor", "acme", "--kind", "partners")
    return empty_portal


def test_a_view_is_kept_and_half_of_five_thousand_partners_move(chromium: Browser, portal: Portal) -> None:
    with browsing(chromium, portal) as page:
        sign_in(page, MAIL, PASSWORD)
        page.goto("/acme/partners/")
        page.get_by_role("search", name="Filter: Partners").get_by_label("Region").select_option("West")
        expect(page.locator(".pager-count")).to_have_text(re.compile("of 2,500"))
        page.get_by_role("button", name="Views").click()
        assert not find_violations(page)
        page.get_by_label("Save what is shown now as").fill("The West")
        follow(page, page.get_by_role("button", name="Save the view"))
        page.goto("/acme/partners/")
        expect(page.locator(".pager-count")).to_have_text(re.compile("of 5,000"))
        page.get_by_role("button", name="Views").click()
        page.get_by_role("link", name="The West").click()
        expect(page.locator(".pager-count")).to_have_text(re.compile("of 2,500"))

        page.goto("/acme/partners/")
        page.get_by_role("button", name="With many").click()
        page.get_by_label("All 5,000 that match").check()
        assert not find_violations(page)
        page.get_by_role("button", name="Change the region").click()
        expect(page.get_by_text("and 4,988 more")).to_be_visible()
        assert not find_violations(page)
        page.get_by_label("Region").select_option("East")
        page.get_by_role("button", name="Do it for 5,000 rows").click()
        expect(page.get_by_text(re.compile("^Finished on"))).to_be_visible(timeout=240_000)
        expect(page.locator(".pager-count")).to_have_text(re.compile("of 5,000"))
        assert not find_violations(page)
        page.goto("/acme/partners/?region=East")
        expect(page.locator(".pager-count")).to_have_text(re.compile("of 5,000"))

        page.keyboard.press("/")
        page.keyboard.type("partner 4999")
        page.keyboard.press("Enter")
        expect(page.get_by_role("link", name="Partner 4999")).to_be_visible()
        assert not find_violations(page)
        page.get_by_role("link", name="Partner 4999").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Partner 4999")
