"""Who takes part in the main job, what it makes, and what every chapter does."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Download, Locator, Page, expect

from tests.browser.portal import Complaints, Portal, browsing, sign_in
from tests.browser.sales_files import SalesFiles

PASSWORD = "three quiet herons by the lake"
ADMIN = ("ada@northstar.example", "Ada Winter")
AUTHOR = ("theo@northstar.example", "Theo Lang")
MANAGER = ("marta@northstar.example", "Marta Ruiz")
EXECUTIVE = ("helen@northstar.example", "Helen Brandt")
LEARNER = ("taro@reseller.example", "山田太郎")
COURSE = "Installing Northstar"
CERTIFICATION = "Northstar Installer"
ASSET = "Northstar data sheet"
CAMPAIGN = "Spring launch"


@dataclass
class Story:
    """One run: the portal, the browser, and what earlier chapters left for later ones."""

    portal: Portal
    chromium: Browser
    complaints: Complaints
    files: SalesFiles
    folder: Path
    verify_url: str = ""

    @contextmanager
    def person(self, email: str, **options: Any) -> Iterator[Page]:
        """Somebody signed in, in a browser of their own."""
        with self.browser(**options) as page:
            sign_in(page, email, PASSWORD)
            yield page

    @contextmanager
    def browser(self, **options: Any) -> Iterator[Page]:
        with browsing(self.chromium, self.portal, self.complaints, **options) as page:
            yield page


def to(page: Page, entry: str) -> None:
    """Follow an entry of the navigation."""
    page.locator("#navigation").get_by_role("link", name=entry, exact=True).click()
    page.wait_for_load_state()


def stat(page: Page, label: str) -> Locator:
    """The value of a tile."""
    tile = page.locator(".stat").filter(
        has=page.locator(".stat-label", has_text=re.compile(rf"^\s*{label}\s*$"))
    )
    return tile.locator(".stat-value")


def fact(page: Page, label: str) -> Locator:
    """The value of a fact, by its term."""
    term = page.get_by_role("term").filter(has_text=re.compile(rf"^{re.escape(label)}$"))
    return page.locator(".facts > div").filter(has=term).get_by_role("definition").last


def labelled(page: Page, label: str) -> Locator:
    """The field with exactly this label, whether it is required or not."""
    return page.get_by_label(re.compile(rf"^\s*{re.escape(label)}\s*(\*|$)"))


def number(value: int) -> str:
    return f"{value:,}"


def download(page: Page, click: Callable[[], None]) -> bytes:
    with page.expect_download(timeout=60_000) as expected:
        click()
    found: Download = expected.value
    return Path(found.path()).read_bytes()


def tool(*command: str, may_fail: bool = False) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert may_fail or done.returncode == 0, done.stderr
    return done.stdout + done.stderr


def is_shown(image: Locator) -> bool:
    """Did the browser get and draw the image?"""
    expect(image).to_be_visible()
    expect(image).to_have_js_property("complete", True)
    return bool(image.evaluate("image => image.naturalWidth > 0"))
