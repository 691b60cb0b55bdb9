"""Anybody who was shown the certificate: checks it online, and with the kept file without any network."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from playwright.sync_api import Page, expect

from prm.infra import clock
from tests.browser.certified.stage import Stage
from tests.browser.main_job.story import LEARNER, download
from tests.browser.portal import PHONE


def anybody_verifies_it_online_and_keeps_the_checker(stage: Stage) -> None:
    with stage.anybody(viewport=PHONE) as page:
        page.goto(stage.verify_url)
        expect(page.get_by_role("heading", level=1)).to_have_text("This certificate is valid")
        expect(page.get_by_text(LEARNER[1])).to_be_visible()
        assert LEARNER[0] not in page.content()
        stage.checker.write_bytes(
            download(page, page.get_by_role("link", name="Get the offline checker").click)
        )


def it_is_valid_with_the_network_off(stage: Stage) -> None:
    with offline(stage) as page:
        told = drop(page, stage.pdf)
        assert (told["status"], told["name"]) == ("valid", LEARNER[1])
        altered = bytearray(stage.pdf)
        altered[len(altered) // 2] ^= 1
        assert drop(page, bytes(altered))["status"] == "altered"


def both_say_that_it_is_revoked(stage: Stage) -> None:
    """Online at once; offline as soon as the kept file is given the newest status list."""
    with stage.anybody() as page:
        page.goto(stage.verify_url)
        expect(page.get_by_role("heading", level=1)).to_have_text("This certificate was revoked")
        assert "somebody else" not in page.content()
    with offline(stage) as page:
        assert drop(page, stage.pdf)["status"] == "valid", "what it knew when it was kept"
        expect(page.locator("#result")).to_contain_text("Revocations are known as of")
        addresses = page.locator("#sources a").evaluate_all("links => links.map(link => link.href)")
    newest = next(address for address in addresses if "/status/" in address)
    with stage.anybody() as page:
        answer = page.context.request.get(newest)
        assert answer.ok
        content = answer.body()
    with offline(stage) as page:
        page.set_input_files(
            "#load", {"name": "list.json", "mimeType": "application/json", "buffer": content}
        )
        expect(page.locator("#load-note")).to_contain_text("The status list is loaded")
        assert drop(page, stage.pdf)["status"] == "revoked"
        expect(page.locator("#result")).to_contain_text("Revoked by the issuer")


@contextmanager
def offline(stage: Stage) -> Iterator[Page]:
    """The kept file, opened from disk in a browser that reaches nothing."""
    context = stage.chromium.new_context(locale="en-US")
    context.set_offline(True)
    if stage.days_later:
        context.clock.set_system_time(clock.now() + timedelta(days=stage.days_later))
    stage.complaints.listen(context)
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(stage.checker.as_uri())
    page.wait_for_selector("html[data-ready=yes]")
    yield page
    context.close()
    assert [url for url in asked if not url.startswith(("file:", "blob:"))] == []


def drop(page: Page, content: bytes) -> dict[str, Any]:
    """Drop a file on the page; its answer."""
    page.evaluate("() => { delete document.getElementById('result').dataset.answer; }")
    carried = page.evaluate_handle(
        """(text) => {
          const carried = new DataTransfer();
          const bytes = Uint8Array.from(atob(text), (each) => each.charCodeAt(0));
          carried.items.add(new File([bytes], "certificate.pdf", {type: "application/pdf"}));
          return carried;
        }""",
        base64.b64encode(content).decode(),
    )
    page.dispatch_event("#drop", "drop", {"dataTransfer": carried})
    page.wait_for_selector("#result[data-answer]", timeout=30_000)
    answer: dict[str, Any] = json.loads(page.get_attribute("#result", "data-answer") or "")
    return answer
