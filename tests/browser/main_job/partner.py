"""The channel manager and the reseller: from the invitation to the certificate, and its end."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

from tests.browser.main_job.story import (
    ASSET,
    CERTIFICATION,
    COURSE,
    LEARNER,
    MANAGER,
    Story,
    download,
    is_shown,
    to,
    tool,
)
from tests.browser.main_job.vendor import accept_invitation, invite
from tests.browser.portal import PHONE


def the_manager_invites_a_reseller(story: Story) -> None:
    company = story.files.best_partner
    with story.person(MANAGER[0]) as page:
        to(page, "People")
        page.get_by_role("link", name="Invite somebody").first.click()
        invite(page, LEARNER[0], LEARNER[1], "Partner administrator", company, "Technical")
    with story.browser() as page:
        accept_invitation(story, page, LEARNER[0])
        expect(page.get_by_role("heading", level=1)).to_have_text(f"Hello, {LEARNER[1]}")


def the_manager_assigns_the_course(story: Story) -> None:
    company = story.files.best_partner
    with story.person(MANAGER[0]) as page:
        to(page, "Courses")
        page.get_by_role("link", name="Assign", exact=True).click()
        page.get_by_role("combobox", name="Company").fill(company)
        page.get_by_role("button", name="Show its people").click()
        page.get_by_role("checkbox", name=re.compile(COURSE)).check()
        page.get_by_role("radio", name=re.compile(LEARNER[1])).check()
        page.get_by_role("button", name="Check").click()
        expect(page.get_by_role("row").filter(has_text=LEARNER[1])).to_be_visible()
        page.get_by_role("button", name="Assign now").click()
        expect(page.get_by_role("table", name="Latest assignments")).to_contain_text(LEARNER[1])


def the_manager_sees_whom_the_partner_lacks(story: Story) -> None:
    with story.person(MANAGER[0]) as page:
        row = compliance_row(page, story.files.best_partner)
        expect(row).to_contain_text("Not compliant")
        expect(row).to_contain_text(f"{LEARNER[1]}: not certified yet")
        expect(row).to_contain_text("Agreement not accepted")
        row.get_by_role("link", name=story.files.best_partner).click()
        page.get_by_role("link", name="Edit", exact=True).click()
        page.get_by_label("Agreement accepted on").fill(
            page.evaluate("new Date().toISOString().slice(0, 10)")
        )
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_text("The changes are saved.")).to_be_visible()


def compliance_row(page: Page, company: str) -> Locator:
    to(page, "Compliance")
    page.get_by_role("searchbox", name="Search", exact=True).fill(company)
    page.get_by_role("searchbox", name="Search", exact=True).press("Enter")
    page.wait_for_url("**search=**")
    return page.get_by_role("row").filter(has_text=company)


def the_reseller_begins_at_the_desk(story: Story) -> None:
    with story.person(LEARNER[0]) as page:
        next_step = page.get_by_role("region", name="Your next step").or_(
            page.locator("section", has=page.get_by_role("heading", name="Your next step"))
        )
        next_step.first.get_by_role("link", name=COURSE).click()
        page.get_by_role("link", name="Start").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Before you begin")
        assert is_shown(page.get_by_role("img", name="A rack with one server"))
        page.get_by_role("button", name="Mark as done and continue").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("The first report")


def the_reseller_goes_on_by_phone_and_passes_the_second_time(story: Story) -> None:
    with story.person(LEARNER[0], viewport=PHONE, has_touch=True) as page:
        page.get_by_role("link", name="Continue").click()
        page.get_by_role("link", name="Continue where you left off").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("The first report")
        fits(page)
        page.get_by_role("button", name="Mark as done and continue").click()
        page.get_by_role("button", name="Start the quiz").click()
        expect(page.get_by_role("button", name="Send my answers")).to_be_visible()
        fits(page)
        answer(page, port="25", gigabytes="7")
        expect(page.get_by_role("heading", level=1)).to_have_text("Not passed")
        assert "8000" not in page.locator("main").inner_text(), "what was right is told too early"
        page.get_by_role("link", name="Try again").click()
        page.get_by_role("button", name="Start the quiz").click()
        answer(page, port="8000", gigabytes="3,5")
        expect(page.get_by_role("heading", level=1)).to_have_text("Passed")
        fits(page)


def answer(page: Page, *, port: str, gigabytes: str) -> None:
    page.get_by_role("radio", name=port, exact=True).check()
    page.get_by_role("checkbox", name="A server").check()
    page.get_by_role("checkbox", name="Ten minutes").check()
    page.get_by_label("Your answer").fill(gigabytes)
    page.get_by_role("button", name="Send my answers").click()


def fits(page: Page) -> None:
    """Nothing sticks out sideways, of the page that is there: wait first for what tells it."""
    page.wait_for_load_state()
    wide, seen = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    assert wide <= seen, f"{page.url} is {wide} wide on {seen}"


def the_reseller_has_the_certificate_in_two_clicks(story: Story) -> None:
    with story.person(LEARNER[0]) as page:
        page.get_by_role("link", name="Certificates", exact=True).click()
        file = download(
            page, lambda: page.get_by_role("link", name=re.compile("Download certificate .* as PDF")).click()
        )
    path = story.folder / "certificate.pdf"
    path.write_bytes(file)
    assert file.startswith(b"%PDF-")
    signature = tool("pdfsig", str(path), may_fail=True)  # no certificate authority vouches for the vendor
    assert "Signature is Valid" in signature and "Total document signed" in signature, signature
    text = tool("pdftotext", "-layout", str(path), "-")
    assert LEARNER[1] in text and CERTIFICATION in text
    found = re.search(rf"{re.escape(story.portal.address)}/verify/[A-Z0-9-]+", re.sub(r"\s+", "", text))
    assert found, text
    story.verify_url = found[0]


def anybody_verifies_it(story: Story) -> None:
    with story.browser(viewport=PHONE) as page:
        page.goto(story.verify_url)
        expect(page.get_by_role("heading", level=1)).to_have_text("This certificate is valid")
        expect(page.get_by_text(LEARNER[1])).to_be_visible()
        assert LEARNER[0] not in page.content()
        fits(page)
        page.set_input_files("input[type=file]", story.folder / "certificate.pdf")
        page.get_by_role("button", name="Check the file").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Genuine, and valid")
        altered = bytearray((story.folder / "certificate.pdf").read_bytes())
        altered[len(altered) // 2] ^= 1
        page.goto("/verify/")
        page.set_input_files(
            "input[type=file]",
            {"name": "certificate.pdf", "mimeType": "application/pdf", "buffer": bytes(altered)},
        )
        page.get_by_role("button", name="Check the file").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("This file was altered")


def the_reseller_downloads_the_asset(story: Story) -> None:
    with story.person(LEARNER[0]) as page:
        to(page, "Marketing library")
        page.get_by_role("link", name=ASSET).click()
        file = download(page, lambda: page.get_by_role("link", name="Download").click())
    assert file == (story.folder / "data-sheet.pdf").read_bytes()


def the_manager_sees_what_changed(story: Story) -> None:
    company = story.files.best_partner
    with story.person(MANAGER[0]) as page:
        row = compliance_row(page, company)
        expect(row).to_contain_text("Compliant")
        expect(row).not_to_contain_text("Not compliant")
        row.get_by_role("link", name=company).click()
        expect(page.get_by_role("heading", level=1)).to_have_text(company)
        happened = page.locator(".history")
        expect(happened).to_contain_text(f"{LEARNER[1]} completed “{COURSE}”")
        expect(happened).to_contain_text(f"{LEARNER[1]} was certified: {CERTIFICATION}")
        expect(happened).to_contain_text(f"{LEARNER[1]} downloaded “{ASSET}”")
        to(page, "Use of assets")
        by_asset = page.get_by_role("table", name="Use by asset").get_by_role("row").filter(has_text=ASSET)
        expect(by_asset.get_by_role("cell").nth(1)).to_have_text("1")
        by_partner = page.get_by_role("table", name="Use by partner").get_by_role("row")
        expect(by_partner.filter(has_text=company).get_by_role("cell").nth(1)).to_have_text("1")


def the_manager_revokes_the_certificate(story: Story) -> None:
    with story.person(MANAGER[0]) as page:
        to(page, "Certificates")
        page.get_by_role("link", name=LEARNER[1]).click()
        page.get_by_role("link", name="Revoke").click()
        page.get_by_label("Reason").fill("The exam was taken by somebody else.")
        page.get_by_role("button", name="Revoke the certificate").click()
        expect(page.get_by_text("Revoked").first).to_be_visible()
    with story.browser() as page:
        page.goto(story.verify_url)
        expect(page.get_by_role("heading", level=1)).to_have_text("This certificate was revoked")
        assert "somebody else" not in page.content()
    with story.person(MANAGER[0]) as page:
        row = compliance_row(page, story.files.best_partner)
        expect(row).to_contain_text(f"{LEARNER[1]}: certificate revoked")
