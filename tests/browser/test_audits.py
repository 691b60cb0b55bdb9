"""An audit through pages alone: from a checklist to a pack that verifies, by three people."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.axe import assert_accessible
from tests.browser.main_job.story import download, labelled, to
from tests.browser.portal import PHONE, Complaints, Portal, browsing, sign_in, wait_for

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PASSWORD = "three quiet herons by the lake"
ADMIN, MANAGER, PARTNER = "ada@northstar.example", "marta@northstar.example", "zoe@brightpath.example"
COMPANY, CHECKLIST = "Bright Path IT", "Annual review"


class Theatre:
    """The portal, a browser for each person, and what was complained about."""

    def __init__(self, portal: Portal, chromium: Browser) -> None:
        self.portal, self.chromium, self.complaints = portal, chromium, Complaints()

    @contextmanager
    def person(self, email: str, viewport: dict[str, int] | None = None) -> Iterator[Page]:
        with browsing(self.chromium, self.portal, self.complaints, viewport) as page:
            sign_in(page, email, PASSWORD)
            yield page


@pytest.fixture
def theatre(empty_portal: Portal, chromium: Browser) -> Theatre:
    flask = empty_portal.command
    flask("vendors", "create", "--slug", "northstar", "--name", "Northstar Software")
    partnership = flask("partners", "create", "--vendor", "northstar", "--name", COMPANY)
    for email, name, role, *place in (
        (ADMIN, "Ada Winter", "vendor_admin", "--vendor", "northstar"),
        (MANAGER, "Marta Ruiz", "channel_manager", "--vendor", "northstar"),
        (PARTNER, "Zoë Ångström", "partner_admin", "--partnership", partnership),
    ):
        flask("users", "create", "--email", email, "--name", name, "--role", role, *place,
              "--password-stdin", typed=PASSWORD + "\n")  # fmt: skip
    return Theatre(empty_portal, chromium)


def make_a_checklist(page: Page) -> None:
    """A document, a grade and a metric, in this order."""
    for kind, name, fill in (
        ("Document", "Insurance", {"Valid for how many days after the audit's date": "30"}),
        (
            "Graded by a person",
            "Handling of defects",
            {"Levels": "2: Every case is recorded\n0: Cases are lost", "Met from how many points on": "2"},
        ),
        ("Automatic metric", "Courses not done in time", {"Threshold": "0"}),
    ):
        to(page, "Criteria")
        page.get_by_role("link", name="Make a criterion").click()
        page.get_by_role("link", name=kind, exact=True).click()
        labelled(page, "Name").fill(name)
        for label, text in fill.items():
            labelled(page, label).fill(text)
        if kind == "Automatic metric":
            labelled(page, "What is counted").select_option("overdue_assignments")
            labelled(page, "Met where it is").select_option("at_most")
        assert_accessible(page)
        page.get_by_role("button", name="Make the criterion").click()
        expect(page.get_by_text(f"“{name}” is in the library.")).to_be_visible()
    assert_accessible(page)
    page.get_by_role("link", name="Checklists").click()
    page.get_by_role("link", name="Make a checklist").first.click()
    labelled(page, "Name").fill(CHECKLIST)
    for number, name in enumerate(("Insurance", "Handling of defects", "Courses not done in time"), 1):
        page.get_by_label(f"Number of {name}").fill(str(number))
    page.get_by_label("Weight of Handling of defects").fill("2")
    assert_accessible(page)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text(f"The checklist “{CHECKLIST}” is made.")).to_be_visible()
    assert_accessible(page)


def plan_and_open(page: Page) -> str:
    """The address of the audit."""
    to(page, "Audits")
    page.get_by_role("link", name="Plan an audit").first.click()
    labelled(page, "Partner").fill(COMPANY)
    labelled(page, "Seed of samples").fill("herons")
    assert_accessible(page)
    page.get_by_role("button", name="Plan the audit").click()
    expect(page.get_by_text("The audit is planned.")).to_be_visible()
    assert_accessible(page)
    page.get_by_role("button", name="Open the audit").first.click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    dialog.get_by_role("button", name="Open the audit").click()
    expect(page.get_by_text("The audit is open. The evidence is taken.")).to_be_visible()
    assert_accessible(page)
    return urlsplit(page.url).path


def answer(page: Page, audit: str, folder: Path) -> None:
    """The partner's administrator, on a phone."""
    letter = folder / "insurance.pdf"
    letter.write_bytes(b"%PDF-1.7 the insurer confirms")
    page.goto("/northstar/audits/")
    assert_accessible(page)
    page.get_by_role("link", name=CHECKLIST).click()
    page.wait_for_url(lambda address: urlsplit(address).path == audit)
    page.get_by_role("link", name="1. Insurance").click()
    page.get_by_role("radio", name="We meet this", exact=True).check()
    page.get_by_label("In your words").fill("Zoë Ångström asked the insurer; zoe@brightpath.example.")
    page.get_by_label("Evidence").set_input_files(letter)
    page.get_by_label("Valid until").fill("2099-01-31")
    assert_accessible(page)
    page.get_by_role("button", name="Keep the answer").click()
    expect(page.get_by_text("Your answer is kept.")).to_be_visible()
    expect(page.get_by_role("link", name="insurance.pdf")).to_be_visible()
    assert_accessible(page)


def judge(page: Page, audit: str) -> None:
    page.goto(audit)
    page.get_by_role("link", name="1. Insurance").click()
    expect(page.get_by_text("Zoë Ångström asked the insurer; zoe@brightpath.example.")).to_be_visible()
    page.get_by_role("radio", name="Met", exact=True).check()
    page.get_by_role("button", name="Keep the judgement").click()
    page.get_by_role("link", name="Next criterion").click()
    page.get_by_role("radio", name="0: Cases are lost").check()
    page.get_by_role("button", name="Keep the judgement").click()
    expect(page.locator(".error-summary")).to_contain_text("Say why")
    page.get_by_label("Note").fill("Nobody could show me one.")
    page.get_by_role("button", name="Keep the judgement").click()
    expect(page.get_by_text("The judgement is kept.")).to_be_visible()
    page.get_by_role("link", name="Add a finding").click()
    page.get_by_role("radio", name="Major").check()
    labelled(page, "What is wrong").fill("There is no list of cases.")
    assert_accessible(page)
    page.get_by_role("button", name="Add the finding").click()
    page.get_by_role("link", name="3. Courses not done in time").click()
    page.get_by_role("button", name="Keep the judgement").click()  # as it was measured
    page.goto(audit)
    page.get_by_role("link", name="Report the findings").click()
    page.get_by_label("Summary").fill("Insured, and disorderly.")
    page.get_by_role("button", name="Report").click()
    expect(page.get_by_text("The findings are reported.")).to_be_visible()
    assert_accessible(page)


def correct(page: Page, audit: str, folder: Path) -> None:
    cases = folder / "cases.txt"
    cases.write_text("1 printer, solved\n", encoding="utf-8")
    page.goto(audit)
    expect(page.get_by_text("There is no list of cases.")).to_be_visible()
    page.get_by_role("link", name="Agree an action").click()
    labelled(page, "What will be done").fill("A list, from today.")
    page.get_by_role("button", name="Agree").click()
    page.get_by_role("link", name="Send the proof").click()
    page.get_by_label("How it was done").fill("The list is attached.")
    page.get_by_label("A file that shows it").set_input_files(cases)
    assert_accessible(page)
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("The proof is sent.")).to_be_visible()
    assert_accessible(page)


def verify_and_submit(page: Page, audit: str) -> None:
    page.goto(audit)
    page.get_by_role("link", name="Verify the action").click()
    page.get_by_role("radio", name="Accept the proof").check()
    assert_accessible(page)
    page.get_by_role("button", name="Decide").click()
    page.get_by_role("button", name="Submit for sign-off").click()
    expect(page.get_by_text("You took part in this audit")).to_be_visible()
    expect(page.get_by_role("link", name="Sign off")).to_have_count(0)


def sign(page: Page, audit: str) -> None:
    page.goto(audit)
    page.get_by_role("link", name="Sign off", exact=True).click()
    page.get_by_role("radio", name="Sign and close").check()
    assert_accessible(page)
    page.get_by_role("button", name="Decide").click()
    expect(page.get_by_text("Closed", exact=True).first).to_be_visible()


def test_an_audit_from_plan_to_a_verified_pack(theatre: Theatre, tmp_path: Path) -> None:
    with theatre.person(ADMIN) as page:
        make_a_checklist(page)
    with theatre.person(MANAGER) as page:
        audit = plan_and_open(page)
    with theatre.person(PARTNER, viewport=PHONE) as page:
        answer(page, audit, tmp_path)
    with theatre.person(MANAGER) as page:
        # The refusal to judge without a reason is one of the things tried.
        judge(page, audit)
    with theatre.person(PARTNER, viewport=PHONE) as page:
        correct(page, audit, tmp_path)
    with theatre.person(MANAGER) as page:
        verify_and_submit(page, audit)
    with theatre.person(ADMIN) as page:
        sign(page, audit)

        def digest_shown() -> str | None:
            page.goto(audit)
            found = page.locator(".copy-text")
            return found.inner_text() if found.count() else None

        digest = wait_for(digest_shown, "the report of the closed audit")
        assert_accessible(page)
        packed = download(page, lambda: page.get_by_role("link", name="Pack as ZIP").click())
        names = download(page, lambda: page.get_by_role("link", name="Names of the pseudonyms").click())
        report = download(page, lambda: page.get_by_role("link", name="Report as PDF").click())
        assert report.startswith(b"%PDF-")
        # Weights 1, 2 and 1; the second came to nothing.
        expect(page.get_by_text("50 %")).to_be_visible()
    assert b"Zo\xc3\xab" in names
    folder = tmp_path / "unpacked"
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        archive.extractall(folder)
    verified = theatre.portal.flask("audits", "verify-pack", str(folder))
    assert "valid; " in verified and digest in verified
    refusals = [each for each in theatre.complaints.found if not re.match(r"422 POST .*/judge$", each)]
    assert not refusals, "\n".join(refusals)


def test_a_campaign_is_started_and_shows_every_partner(theatre: Theatre) -> None:
    theatre.portal.command("partners", "create", "--vendor", "northstar", "--name", "Harbor & Pine")
    with theatre.person(ADMIN) as page:
        make_a_checklist(page)
        to(page, "Audits")
        page.get_by_role("link", name="Campaigns").click()
        page.get_by_role("link", name="Start a campaign").first.click()
        labelled(page, "Name").fill("Everybody")
        assert_accessible(page)
        page.get_by_role("button", name="Start the campaign").click()
        for company in (COMPANY, "Harbor & Pine"):
            # Made by the worker, while the page looks again by itself.
            expect(page.get_by_role("link", name=company)).to_be_visible(timeout=30_000)
        assert_accessible(page)
        page.set_viewport_size(PHONE)  # type: ignore[arg-type]
        assert_accessible(page)
        page.goto("/northstar/audits/campaigns/")
        expect(page.get_by_role("link", name="Everybody")).to_be_visible()
        assert_accessible(page)
    assert not theatre.complaints.found, "\n".join(theatre.complaints.found)
