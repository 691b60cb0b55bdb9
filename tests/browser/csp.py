"""What a page's content security policy refused while a browser showed it."""

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import ConsoleMessage, Page

_SIGNS = ("content security policy", "refused to", "content-security-policy")


@contextmanager
def collect_csp_violations(page: Page) -> Iterator[list[str]]:
    """Yields a list that fills with the browser's complaints while the block runs."""
    refused: list[str] = []

    def note(message: ConsoleMessage) -> None:
        text = message.text
        if any(sign in text.lower() for sign in _SIGNS):
            refused.append(f"{page.url}: {text}")

    page.on("console", note)
    try:
        yield refused
    finally:
        page.remove_listener("console", note)
