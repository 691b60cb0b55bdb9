"""The gallery on a real server, and a real Chromium before it."""

from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page

from tests.frontend.site import make_site, serving


@pytest.fixture(scope="session")
def site() -> Flask:
    return make_site()


@pytest.fixture(scope="session")
def gallery(site: Flask) -> Iterator[str]:
    with serving(site) as address:
        yield address


@pytest.fixture
def page(chromium: Browser, gallery: str) -> Iterator[Page]:
    context = chromium.new_context(base_url=gallery, viewport={"width": 1280, "height": 800})
    context.set_default_timeout(10_000)
    yield context.new_page()
    context.close()


@pytest.fixture
def scriptless(chromium: Browser, gallery: str) -> Iterator[Page]:
    """A browser whose scripts are off."""
    context = chromium.new_context(
        base_url=gallery, viewport={"width": 1280, "height": 800}, java_script_enabled=False
    )
    context.set_default_timeout(10_000)
    yield context.new_page()
    context.close()
