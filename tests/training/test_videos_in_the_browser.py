"""A real video before a real browser: watched, resumed, and done by what was played."""

from __future__ import annotations

import base64
import io
import re

import pytest
from playwright.sync_api import Browser, Page, expect

from prm.infra.db import transaction
from prm.permissions import Role
from prm.training.services import content
from tests.browser.portal import wait_for
from tests.factories import training as make
from tests.factories.world import UserRef
from tests.training.test_in_the_browser import Site
from tests.training.test_in_the_browser import site as site
from tests.training.test_videos import CAPTIONS

pytestmark = pytest.mark.browser

RECORD = """async (length) => {
  const canvas = document.createElement('canvas');
  canvas.width = 160; canvas.height = 90;
  const pen = canvas.getContext('2d');
  let n = 0;
  const drawing = setInterval(() => {
    pen.fillStyle = `hsl(${(n += 7) % 360} 80% 50%)`; pen.fillRect(0, 0, 160, 90);
  }, 40);
  const recorder = new MediaRecorder(canvas.captureStream(25), {mimeType: 'video/webm;codecs=vp8'});
  const parts = [];
  recorder.ondataavailable = (event) => parts.push(event.data);
  const ended = new Promise((done) => { recorder.onstop = done; });
  recorder.start();
  await new Promise((done) => setTimeout(done, length));
  recorder.stop();
  await ended;
  clearInterval(drawing);
  const bytes = new Uint8Array(await new Blob(parts).arrayBuffer());
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}"""


@pytest.fixture(scope="module")
def recording(chromium: Browser) -> bytes:
    page = chromium.new_page()
    recorded = base64.b64decode(page.evaluate(RECORD, 4500))
    page.close()
    return recorded


def reach(page: Page, seconds: float) -> None:
    def look() -> bool:
        page.wait_for_timeout(100)
        return bool(page.evaluate(f"document.querySelector('video').currentTime >= {seconds}"))

    wait_for(look, f"the video to reach {seconds} s", 15)


def play_to(page: Page, seconds: float) -> None:
    """Play, and pause there; what is reported on the way every ten seconds is not waited for."""
    page.evaluate("void document.querySelector('video').play()")
    reach(page, seconds)
    with page.expect_response("**/watched"):
        page.evaluate("document.querySelector('video').pause()")


@pytest.fixture
def lesson(site: Site, recording: bytes) -> tuple[UserRef, str]:
    """A member in a course of that one video, and the address of its page."""
    world, vendor = site.world, site.vendor
    member: UserRef = world.user(Role.PARTNER_MEMBER, partnership=world.partnership(vendor))
    draft = make.make_draft(world, vendor, lessons=0, has_quiz=False)
    with world.acting(vendor) as actor, transaction():
        kept = content.keep_video(actor, io.BytesIO(recording), "clip.webm")
        added = content.add_video(
            actor, draft.version_public_id, kept, title="Clip", captions={"en": CAPTIONS}
        ).public_id
    make.publish(world, vendor, draft)
    make.enrol(world, vendor, member, draft)
    return member, f"/acme/training/courses/{draft.public_id}/lessons/{added}"


def test_a_video_is_watched_resumed_and_done(site: Site, lesson: tuple[UserRef, str]) -> None:
    member, address = lesson
    with site.page(member) as page:
        page.goto(address)
        # Skipping to the end is not watching.
        page.evaluate("document.querySelector('video').muted = true")
        page.evaluate("document.querySelector('video').currentTime = 3.9")
        play_to(page, 4.1)
        expect(page.locator("[data-when-done]").first).to_be_hidden()
        page.evaluate("document.querySelector('video').currentTime = 0")
        play_to(page, 2)
        expect(page.locator("[data-when-done]").first).to_be_hidden()
        assert page.evaluate("document.querySelector('video').textTracks.length") == 1
    with site.page(member) as page:
        page.goto(address)
        page.evaluate("document.querySelector('video').muted = true")
        reach(page, 1.5)
        page.evaluate("void document.querySelector('video').play()")
        page.locator("[data-when-done]").first.wait_for()
        page.get_by_role("link", name="Go on").click()
        page.get_by_text("Completed").first.wait_for()


BUSY = """(seconds) => {
  const video = document.querySelector('video');
  video.muted = true;
  const block = () => {
    const end = performance.now() + 1000 * seconds;
    while (performance.now() < end);
    if (!video.ended) setTimeout(block, 10);
  };
  void video.play();
  block();
}"""


def test_a_busy_browser_misses_nothing_of_what_was_played(site: Site, lesson: tuple[UserRef, str]) -> None:
    """The page's script comes to its turn once in a second; the video plays on meanwhile."""
    member, address = lesson
    with site.page(member) as page:
        page.goto(address)
        page.evaluate(BUSY, 1)
        expect(page.locator("figure .meter-text")).to_have_text(re.compile("^(9[89]|100)%$"), timeout=20_000)


def test_a_report_that_was_lost_is_made_good_by_the_next(site: Site, lesson: tuple[UserRef, str]) -> None:
    member, address = lesson
    with site.page(member) as page:
        page.goto(address)
        page.evaluate("document.querySelector('video').muted = true")
        page.route("**/watched", lambda route: route.abort(), times=1)
        page.evaluate("void document.querySelector('video').play()")
        reach(page, 2)
        with page.expect_event("requestfailed"):
            page.evaluate("document.querySelector('video').pause()")
        page.evaluate("void document.querySelector('video').play()")
        expect(page.locator("figure .meter-text")).to_have_text(re.compile("^(9[89]|100)%$"), timeout=20_000)
