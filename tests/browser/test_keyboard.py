"""The keyboard alone: everything is reached, in order, and one can skip what repeats."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from prm.demo.people import PASSWORD
from tests.browser.portal import Portal, browsing, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.slow]

# What Tab stops at: of a group of radio buttons, one.
MARK = """() => {
    const names = new Set();
    const every = 'a[href], button, input, select, textarea, summary, [tabindex="0"]';
    return [...document.querySelectorAll(every)].filter(element => {
        if (element.disabled || element.type === 'hidden' || element.tabIndex < 0) return false;
        if (!element.checkVisibility({ checkVisibilityCSS: true })) return false;
        if (element.type === 'radio') {
            const group = [...document.getElementsByName(element.name)];
            const chosen = group.find(one => one.checked) ?? group[0];
            return element === chosen;
        }
        return true;
    }).map((element, place) => { element.dataset.stop = place; return element.outerHTML.slice(0, 120); });
}"""


@pytest.mark.parametrize(
    "path", ["/lumen/accounts/people", "/lumen/accounts/invite", "/lumen/reports/revenue"]
)
def test_tab_reaches_everything(chromium: Browser, demo: Portal, path: str) -> None:
    with browsing(chromium, demo) as page:
        sign_in(page, "admin@lumen.example", PASSWORD)
        page.goto(path)
        stops = page.evaluate(MARK)
        assert len(stops) > 20
        reached = set()
        for _ in range(len(stops) + 25):  # a date field is several stops
            page.keyboard.press("Tab")
            reached.add(page.evaluate("document.activeElement.dataset.stop ?? ''"))
        missed = [stop for place, stop in enumerate(stops) if str(place) not in reached]
        assert not missed, "\n".join(missed)


def test_what_repeats_on_every_page_can_be_skipped(chromium: Browser, demo: Portal) -> None:
    with browsing(chromium, demo) as page:
        sign_in(page, "admin@lumen.example", PASSWORD)
        page.goto("/lumen/partners/")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent") == "Skip to content"
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        assert page.evaluate("document.querySelector('main').contains(document.activeElement)")
