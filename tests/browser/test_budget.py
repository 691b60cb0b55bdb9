"""What a page costs somebody whose browser has nothing of the portal yet."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import Browser

from prm.demo.people import PASSWORD
from tests.browser.portal import DESKTOP, Portal, browsing, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.slow]

MOST_BYTES = 200_000
MOST_REQUESTS = 15
PAGES = [
    ("admin@lumen.example", "/lumen/"),
    ("admin@lumen.example", "/lumen/accounts/people"),
    ("admin@lumen.example", "/lumen/accounts/invite"),
    ("channel@lumen.example", "/lumen/"),
    ("channel@lumen.example", "/lumen/audits/compliance"),
    ("author@lumen.example", "/lumen/"),
    ("executive@lumen.example", "/lumen/"),
    ("executive@lumen.example", "/lumen/reports/revenue"),
    ("zoe@brightpath.example", "/start"),
    ("zoe@brightpath.example", "/lumen/"),
    ("taro@brightpath.example", "/lumen/"),
    ("operator@portal.example", "/start"),
]


@pytest.mark.parametrize(("email", "path"), PAGES)
def test_a_cold_page_is_light(chromium: Browser, demo: Portal, email: str, path: str) -> None:
    with browsing(chromium, demo) as page:
        sign_in(page, email, PASSWORD)
        signed_in = page.context.storage_state()
    context = chromium.new_context(base_url=demo.address, viewport=DESKTOP, storage_state=signed_in)  # type: ignore[arg-type]
    try:
        page = context.new_page()
        browser_side = context.new_cdp_session(page)
        browser_side.send("Network.enable")
        sizes: list[float] = []
        browser_side.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
        answer = page.goto(path, wait_until="networkidle")
        assert answer is not None and answer.status == 200
    finally:
        context.close()
    print(json.dumps({"path": path, "requests": len(sizes), "kilobytes": round(sum(sizes) / 1000, 1)}))
    assert 0 < len(sizes) <= MOST_REQUESTS
    assert sum(sizes) <= MOST_BYTES
