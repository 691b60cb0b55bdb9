"""The portal of a test's own world on a real server, and people before it in a browser."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from playwright.sync_api import Browser, Page
from werkzeug.serving import make_server

from tests.factories import World
from tests.factories.world import UserRef, VendorRef


@dataclass
class Site:
    """Acme's portal at an address, with the content host beside it."""

    world: World
    vendor: VendorRef
    address: str
    browser: Browser

    @contextmanager
    def page(
        self, user: UserRef, *, width: int = 1280, look: str = "light", script: bool = True
    ) -> Iterator[Page]:
        """A page in a browser of its own in which the person is signed in."""
        client = self.world.client(user)
        client.get(f"/{self.vendor.slug}/")
        cookie = client.get_cookie("prm")
        assert cookie is not None
        context = self.browser.new_context(
            base_url=self.address,
            viewport={"width": width, "height": 900},
            color_scheme="dark" if look == "dark" else "light",
            java_script_enabled=script,
        )
        context.add_cookies([{"name": "prm", "value": cookie.value, "url": self.address}])
        context.set_default_timeout(10_000)
        yield context.new_page()
        context.close()


@contextmanager
def open_site(world: World, browser: Browser) -> Iterator[Site]:
    """Serve the world's portal on a free port for the block."""
    server = make_server("127.0.0.1", 0, world.app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield Site(world, world.vendor("acme"), f"http://localhost:{server.server_port}", browser)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
