"""The learner: on two devices to the certificate, and through what changed to its renewal."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser.certified.stage import CERTIFICATION, COURSE, PACKAGE, PATH, TEXT, VIDEO, Stage
from tests.browser.main_job.partner import fits
from tests.browser.main_job.story import LEARNER, download, tool
from tests.browser.portal import PHONE
from tests.training.player import content_frame, log_of, wait_for_saved


def the_learner_begins_at_the_desk(stage: Stage) -> None:
    with stage.person(LEARNER[0]) as page:
        page.get_by_role("link", name="Courses", exact=True).first.click()
        page.get_by_role("link", name="Learning paths").click()
        page.get_by_role("link", name=PATH, exact=True).first.click()
        page.get_by_role("link", name=f"Start {COURSE}").click()
        page.get_by_role("link", name="Start", exact=True).click()
        expect(page.get_by_role("heading", level=1)).to_have_text(PACKAGE)
        page.get_by_role("button", name="Open", exact=True).click()
        content = content_frame(page)
        assert "entry ab-initio" in log_of(content)
        content.evaluate("set('cmi.location', 'page-7')")
        content.evaluate("set('cmi.suspend_data', 'seven of nine pages')")
        wait_for_saved(page)


def the_learner_goes_on_by_phone(stage: Stage) -> None:
    """The package knows where they were; then the video is watched, the text read, the quiz passed."""
    with stage.person(LEARNER[0], viewport=PHONE, has_touch=True) as page:
        page.get_by_role("link", name="Continue").first.click()
        page.get_by_role("link", name="Continue where you left off").click()
        expect(page.get_by_role("heading", level=1)).to_have_text(PACKAGE)
        fits(page)
        page.get_by_role("button", name="Continue where you left off").click()
        content = content_frame(page)
        assert "entry resume" in log_of(content)
        assert "location page-7" in log_of(content)
        assert "data seven of nine pages" in log_of(content)
        content.evaluate("set('cmi.completion_status', 'completed')")
        content.evaluate("end()")
        fits(page)
        page.get_by_role("link", name="Go on").click()
        expect(page.get_by_role("heading", level=1)).to_have_text(VIDEO)
        watch(page)
        page.get_by_role("link", name="Go on").click()
        expect(page.get_by_role("heading", level=1)).to_have_text(TEXT)
        page.get_by_role("button", name="Mark as done and continue").click()
        page.get_by_role("button", name="Start the quiz").click()
        page.get_by_role("radio", name="8000", exact=True).check()
        page.get_by_role("button", name="Send my answers").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Passed")
        fits(page)


def watch(page: Page) -> None:
    """From its beginning to its end, as long as it takes."""
    fits(page)
    page.evaluate("document.querySelector('video').muted = true")
    page.evaluate("void document.querySelector('video').play()")
    expect(page.get_by_role("link", name="Go on")).to_be_visible(timeout=30_000)


def the_learner_has_the_pdf_in_two_clicks(stage: Stage) -> None:
    with stage.person(LEARNER[0]) as page:
        page.get_by_role("link", name="Certificates", exact=True).click()
        link = page.get_by_role("link", name=re.compile("Download certificate .* as PDF"))
        stage.pdf = download(page, link.first.click)
    stage.verify_url = printed_address(stage)


def printed_address(stage: Stage) -> str:
    """The address of verification that stands on the page of the PDF."""
    path = stage.folder / "certificate.pdf"
    path.write_bytes(stage.pdf)
    text = tool("pdftotext", "-layout", str(path), "-")
    assert LEARNER[1] in text and CERTIFICATION in text
    found = re.search(rf"{re.escape(stage.portal.address)}/verify/[A-Z0-9-]+", re.sub(r"\s+", "", text))
    assert found, text
    return found[0]


def the_learner_redoes_that_lesson_alone(stage: Stage) -> None:
    """Their certificate runs out soon and says what renews it; from there they come to the course."""
    with stage.person(LEARNER[0]) as page:
        page.get_by_role("link", name="Certificates", exact=True).click()
        page.get_by_role("table", name="My certificates").get_by_role("link", name=CERTIFICATION).click()
        expect(page.get_by_text(f"Only what has changed: {TEXT}", exact=True)).to_be_visible()
        page.get_by_role("link", name=COURSE).first.click()
        left = page.locator(".note", has_text="This course has changed since you completed it")
        expect(left.get_by_role("listitem")).to_have_text([TEXT])
        page.get_by_role("link", name=re.compile("^(Start|Continue where you left off)$")).click()
        expect(page.get_by_role("heading", level=1)).to_have_text(TEXT)
        expect(page.get_by_text("Insights")).to_be_visible()
        page.get_by_role("button", name="Mark as done and continue").click()
        expect(page.get_by_role("term").filter(has_text="Completed on")).to_be_visible()


def the_certificate_was_renewed(stage: Stage) -> None:
    """By the last of what changed, at once; the page of the newest shows both."""
    with stage.person(LEARNER[0]) as page:
        page.get_by_role("link", name="Certificates", exact=True).click()
        mine = page.get_by_role("table", name="My certificates")
        expect(mine.get_by_role("row").filter(has_text="Renewed")).to_have_count(1)
        newest = mine.get_by_role("row").filter(has_text="Valid").filter(has_not_text="Renewed").last
        newest.get_by_role("link", name=CERTIFICATION).click()
        chain = page.get_by_role("table", name="Certificates of the same person, the newest first")
        rows = chain.get_by_role("row")
        expect(rows).to_have_count(3)
        expect(rows.nth(1)).to_contain_text("this one")
        expect(rows.nth(1)).to_contain_text("renewal")
        expect(rows.nth(2)).to_contain_text("Renewed")
        stage.pdf = download(page, page.get_by_role("link", name="Download PDF").click)
        expect(page.get_by_text("It renews NORTHSTAR-")).to_be_visible()
        rows.nth(2).get_by_role("link").click()
        expect(page.get_by_text("It was renewed:")).to_be_visible()
    before, stage.verify_url = stage.verify_url, printed_address(stage)
    with stage.anybody() as page:
        page.goto(before)
        expect(page.get_by_text("Another certificate has renewed it since.")).to_be_visible()
