"""Who takes part in the certified journey, what it makes, and what each chapter leaves for the next."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page

from tests.browser.main_job.story import PASSWORD
from tests.browser.portal import Complaints, Portal, browsing, sign_in

COMPANY = "Bright Harbour IT"
COURSE = "Installing Northstar"
PATH = "Northstar for engineers"
CERTIFICATION = "Northstar Engineer"
PACKAGE, VIDEO, TEXT = "The safe start", "The tour", "The first report"


@dataclass
class Stage:
    """One run: the portal, the browser, and what earlier chapters left for later ones."""

    portal: Portal
    chromium: Browser
    folder: Path
    complaints: Complaints = field(default_factory=Complaints)
    pdf: bytes = b""
    verify_url: str = ""
    days_later: int = 0

    @contextmanager
    def anybody(self, **options: Any) -> Iterator[Page]:
        with browsing(self.chromium, self.portal, self.complaints, **options) as page:
            yield page

    @contextmanager
    def person(self, email: str, **options: Any) -> Iterator[Page]:
        """Somebody signed in, on a device of their own: nothing of another one's browser is there."""
        with self.anybody(**options) as page:
            sign_in(page, email, PASSWORD)
            yield page

    @property
    def checker(self) -> Path:
        return self.folder / "checker.html"
