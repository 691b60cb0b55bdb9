"""Portals for the browser: an empty one, and the demo's world (made once, however many processes test)."""

from __future__ import annotations

import fcntl
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser.portal import Portal, served
from tests.browser.world import fill_up


@pytest.fixture
def empty_portal(tmp_path: Path) -> Iterator[Portal]:
    """A new installation: no vendor, nobody who could sign in. Web server and worker run."""
    with served(tmp_path / "portal") as portal:
        yield portal


@pytest.fixture(scope="session")
def demo_files(tmp_path_factory: pytest.TempPathFactory, chromium: Browser) -> Path:
    """The folder of a portal that holds the demo's world with something in every list, for copying."""
    shared = tmp_path_factory.getbasetemp()
    if (shared.parent / "lock").exists() or shared.name.startswith("popen-"):
        shared = shared.parent  # pytest-xdist's processes share one world
    folder = shared / "demo-world"
    with (shared / "demo-world.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (shared / "demo-world.made").exists():
            # A demo fills its empty database as it starts.
            with served(folder, only="web", RATE_LIMITS="0", DEMO="1") as portal:
                fill_up(portal, chromium, shared)
            (shared / "demo-world.made").touch()
    return folder


@pytest.fixture(scope="session")
def demo(demo_files: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """The demo's world, served to this process alone. No worker: nothing changes by itself."""
    folder = tmp_path_factory.mktemp("demo") / "portal"
    shutil.copytree(demo_files, folder)
    with served(folder, only="web", RATE_LIMITS="0", DEMO="1") as portal:
        yield portal
