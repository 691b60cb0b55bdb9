"""The portal as it is served, and people before it: real processes, a real browser, real mail."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, Playwright, Response

import config
from prm import create_app
from prm.extensions import db
from tests.servers import SmtpSink, free_port, smtp_sink

ROOT = Path(__file__).resolve().parents[2]
LATER = Path(__file__).parent / "certified" / "later"
DESKTOP = {"width": 1280, "height": 800}
PHONE = {"width": 360, "height": 740}
START_SECONDS = 90

Found = TypeVar("Found")


@dataclass
class Portal:
    """A portal of its own: its address, its command line, the mail it sent."""

    address: str
    environ: dict[str, str]
    log: Path
    sink: SmtpSink

    def flask(self, *arguments: str, typed: str = "") -> str:
        """What the portal's command prints. Fails the test if the command does."""
        done = subprocess.run(
            [sys.executable, "-m", "flask", "--app", "prm", *arguments],
            cwd=ROOT,
            env=self.environ,
            input=typed,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"flask {' '.join(arguments)}\n{done.stdout}{done.stderr}"
        return done.stdout.strip()

    def command(self, *arguments: str, typed: str = "") -> str:
        """The same without starting Python anew: for what a test only begins with."""
        app = create_app(self.environ)
        try:
            done = app.test_cli_runner().invoke(args=arguments, input=typed)
        finally:
            with app.app_context():
                db.session.remove()
                db.engine.dispose()
        assert done.exit_code == 0, f"flask {' '.join(arguments)}\n{done.output}{done.exception}"
        return done.stdout.strip()

    def link_mailed_to(self, address: str, part: str) -> str:
        """The newest link to `part` of the portal that a mail to `address` carries."""

        def look() -> str | None:
            texts = [delivery.text for delivery in self.sink.mails_to(address)]
            links = [
                link
                for text in texts
                for link in re.findall(r"https?://\S+", text)
                if link.startswith(self.address) and part in link
            ]
            return links[-1] if links else None

        return wait_for(look, f"a mail to {address} with a link to {part}")


def wait_for(look: Callable[[], Found | None], what: str, seconds: float = 30) -> Found:
    """What `look` finds, asked until it finds something. Fails the test when the time is over."""
    deadline = time.monotonic() + seconds
    while True:
        if found := look():
            return found
        assert time.monotonic() < deadline, f"waited {seconds} s for {what}"
        time.sleep(0.1)


def settings(folder: Path, port: int, sink: SmtpSink, **changes: str) -> dict[str, str]:
    """The environment of a portal in `folder`; none of the developer's own settings reach it."""
    own = {setting.name for setting in config.SETTINGS}
    return {
        **{name: value for name, value in os.environ.items() if name not in own},
        "SECRET_KEY": "a secret key for the browser suite, of 48 characters",
        "BASE_URL": f"http://127.0.0.1:{port}",
        "DATA_DIR": str(folder),
        "SMTP_URL": sink.url,
        "PASSWORD_TIME_COST": "1",
        "PASSWORD_MEMORY_KIB": "1024",
        "LOG_LEVEL": "WARNING",
        **changes,
    }


@contextmanager
def served(
    folder: Path,
    *,
    only: str | None = None,
    again: Portal | None = None,
    days_later: int = 0,
    **changes: str,
) -> Iterator[Portal]:
    """A portal in `folder`, migrated and served by `flask serve`, for the block.

    `only="web"` leaves the background worker out. `again` is one that was served from there before: it
    keeps its address. `days_later` sets its clock ahead. `changes` are further settings.
    """
    port = urlsplit(again.address).port if again else free_port()
    assert port is not None
    if days_later:
        changes |= {"PRM_DAYS_LATER": str(days_later), "PYTHONPATH": f"{LATER}{os.pathsep}{ROOT}"}
    log = folder.with_suffix(".log")
    with smtp_sink() as sink:
        portal = Portal(f"http://127.0.0.1:{port}", settings(folder, port, sink, **changes), log, sink)
        portal.command("db", "upgrade")
        command = [sys.executable, "-m", "flask", "--app", "prm", "serve", "--port", str(port)]
        with log.open("wb") as output:
            process = subprocess.Popen(
                command + (["--only", only] if only else []),
                cwd=ROOT,
                env=portal.environ,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        try:
            _await_answer(portal, process)
            yield portal
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(40)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        assert process.returncode == 0, log.read_text(errors="replace")[-4000:]


def _await_answer(portal: Portal, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            with urllib.request.urlopen(f"{portal.address}/readyz", timeout=5):
                return
        except (urllib.error.URLError, OSError) as error:
            if process.poll() is not None or time.monotonic() > deadline:
                raise AssertionError(
                    f"The portal did not start ({error}):\n{portal.log.read_text(errors='replace')[-4000:]}"
                ) from error
            time.sleep(0.1)


# -- people ------------------------------------------------------------------------------------


@dataclass
class Complaints:
    """What browsers complained about, in words that name the page."""

    found: list[str] = field(default_factory=list)

    def listen(self, context: BrowserContext) -> None:
        """Note errors of the console (refusals by the content policy are some), of scripts, and answers
        from 400 on."""

        def note_message(message: ConsoleMessage) -> None:
            # The browser's own line about a failed answer names no page; the answer is noted below.
            if message.type in {"error", "warning"} and "Failed to load resource" not in message.text:
                place = message.page.url if message.page else "?"
                self.found.append(f"{place}: {message.text}")

        def note_answer(response: Response) -> None:
            if response.status >= 400:
                self.found.append(f"{response.status} {response.request.method} {response.url}")

        def note_page(page: Page) -> None:
            page.on("pageerror", lambda error: self.found.append(f"{page.url}: {error}"))

        context.on("console", note_message)
        context.on("response", note_answer)
        context.on("page", note_page)


def launch(playwright: Playwright) -> Browser:
    """Debian's Chromium, without a screen's part where that is installed by itself: it needs a quarter
    less of the processor. CHROMIUM names another one.
    """
    found = os.environ.get("CHROMIUM") or shutil.which("chromium-headless-shell") or shutil.which("chromium")
    return playwright.chromium.launch(
        executable_path=found, args=["--no-sandbox", "--disable-background-networking"]
    )


@contextmanager
def browsing(
    chromium: Browser,
    portal: Portal,
    complaints: Complaints | None = None,
    viewport: dict[str, int] | None = None,
    **options: Any,
) -> Iterator[Page]:
    """A page of a fresh browser profile, for the block."""
    options.setdefault("locale", "en-US")
    options.setdefault("reduced_motion", "reduce")  # what fades has one colour, not whichever it is caught at
    context = chromium.new_context(base_url=portal.address, viewport=viewport or DESKTOP, **options)
    context.set_default_timeout(20_000)
    if complaints is not None:
        complaints.listen(context)
    try:
        yield context.new_page()
    finally:
        context.close()


def sign_in(page: Page, email: str, password: str) -> None:
    """Sign in through the page and arrive where the portal leads."""
    page.goto("/accounts/sign-in")
    page.get_by_label("Mail address").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda url: "/accounts/sign-in" not in url)


def follow(page: Page, way_on: Locator) -> None:
    """Click, and wait until the page it leads to is there whole: what it lacks can be counted then."""
    with page.expect_navigation():
        way_on.click()
