"""Everything that matters works in a browser whose scripts are off."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from prm.demo.people import PASSWORD
from tests.browser.portal import PHONE, Portal, browsing, follow, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_a_table_is_filtered_sorted_and_turned_over(chromium: Browser, demo: Portal) -> None:
    with browsing(chromium, demo, java_script_enabled=False) as page:
        sign_in(page, "admin@lumen.example", PASSWORD)
        page.goto("/lumen/accounts/people")
        first = page.locator("tbody tr").first.inner_text()
        page.get_by_role("link", name="Next").click()
        expect(page.locator("tbody tr").first).not_to_have_text(first, use_inner_text=True)
        page.get_by_role("searchbox", name="Search", exact=True).fill("ångström")
        follow(page, page.get_by_role("button", name="Apply"))
        expect(page.locator("tbody tr")).not_to_have_count(0)
        for name in page.locator("tbody th").all_inner_texts():
            assert "Ångström" in name
        page.get_by_role("link", name="Clear").click()
        expect(page.locator("tbody tr")).to_have_count(25)


def test_a_course_is_taken_and_its_quiz_answered(chromium: Browser, demo: Portal) -> None:
    with browsing(chromium, demo, viewport=PHONE, java_script_enabled=False) as page:
        sign_in(page, "priya@harborpine.example", PASSWORD)
        page.goto("/lumen/training/")
        begin_a_course(page)
        while page.get_by_role("button", name="Mark as done and continue").count():
            follow(page, page.get_by_role("button", name="Mark as done and continue"))
        page.get_by_role("button", name="Start the quiz").click()
        page.get_by_role("button", name="Send my answers").click()
        expect(page.get_by_role("alert")).to_contain_text("No attempt was used.")
        for question in page.locator(".quiz-question").all():
            number = question.locator("input[type=text]")
            if number.count():
                number.fill("1")
            else:
                question.locator(".quiz-options input").first.check()
        page.get_by_role("button", name="Send my answers").click()
        expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("^(Passed|Not passed)$"))


def begin_a_course(page: Page) -> None:
    """Open the first course that is not completed yet, and its first lesson."""
    for link in page.locator("main h3 a").all():
        address = link.get_attribute("href")
        assert address
        page.goto(address)
        for way_on in (
            page.get_by_role("button", name="Begin this course"),
            page.get_by_role("link", name="Start", exact=True),
            page.get_by_role("link", name="Continue where you left off"),
        ):
            if way_on.count():
                follow(page, way_on)
                if page.get_by_role("link", name="Start", exact=True).count():
                    follow(page, page.get_by_role("link", name="Start", exact=True))
                return
        page.goto("/lumen/training/")
    raise AssertionError("no course is open")


def test_a_theme_and_a_language_are_chosen(chromium: Browser, demo: Portal) -> None:
    with browsing(chromium, demo, java_script_enabled=False) as page:
        sign_in(page, "executive@lumen.example", PASSWORD)
        page.get_by_role("button", name="Appearance").click()
        page.get_by_role("button", name="Dark").click()
        expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
        page.goto("/lumen/reports/revenue")
        expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
        expect(page.locator("main svg").first).to_be_visible()
