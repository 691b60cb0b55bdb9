"""From the public form to an active partner; two partners merged and taken apart: through pages alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.main_job.story import ADMIN, PASSWORD, fact, labelled, to
from tests.browser.portal import PHONE, Complaints, Portal, browsing, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.slow]

APPLICANT = ("nina@newcomer.example", "Nina New")
COMPANY = "Newcomer Ltd"


@pytest.fixture
def portal(empty_portal: Portal) -> Portal:
    """A vendor with its administrator, and nothing else."""
    flask = empty_portal.command
    flask("vendors", "create", "--slug", "northstar", "--name", "Northstar Software")
    flask(
        "users", "create", "--email", ADMIN[0], "--name", ADMIN[1], "--role", "vendor_admin",
        "--vendor", "northstar", "--password-stdin", typed=PASSWORD + "\n",
    )  # fmt: skip
    return empty_portal


class Stage:
    """The portal, and a browser for whoever comes before it."""

    def __init__(self, portal: Portal, chromium: Browser) -> None:
        self.portal, self.chromium, self.complaints = portal, chromium, Complaints()

    @contextmanager
    def anybody(self, **options: object) -> Iterator[Page]:
        with browsing(self.chromium, self.portal, self.complaints, **options) as page:  # type: ignore[arg-type]
            yield page

    @contextmanager
    def person(self, email: str) -> Iterator[Page]:
        with self.anybody() as page:
            sign_in(page, email, PASSWORD)
            yield page


def test_a_company_applies_and_becomes_an_active_partner(portal: Portal, chromium: Browser) -> None:
    stage = Stage(portal, chromium)
    the_administrator_prepares(stage)
    the_applicant_applies_by_phone_and_confirms(stage)
    the_administrator_approves(stage)
    the_applicant_joins_and_accepts_the_agreement(stage)
    with stage.person(ADMIN[0]) as page:
        to(page, "Partners")
        page.get_by_role("link", name=COMPANY).click()
        expect(fact(page, "Status")).to_have_text("Onboarding")
        page.get_by_role("link", name="The plan").click()
        page.get_by_role("button", name="Done").click()
        expect(page.get_by_text("Onboarding ended on")).to_be_visible()
        page.get_by_role("link", name="Story").click()
        expect(fact(page, "Status")).to_have_text("Active")
    assert not stage.complaints.found, "\n".join(stage.complaints.found)


def the_administrator_prepares(stage: Stage) -> None:
    """The form is opened with a question, an agreement published, the way to becoming active laid out."""
    with stage.person(ADMIN[0]) as page:
        to(page, "Applications")
        page.get_by_role("link", name="Edit the form").click()
        page.get_by_role("checkbox", name="Companies can apply").check()
        page.get_by_role("button", name="Save").click()
        page.get_by_role("link", name="Add a question").click()
        labelled(page, "Question").fill("Which market?")
        labelled(page, "Answered by").select_option(label="One of several choices")
        labelled(page, "Choices").fill("Public\nPrivate")
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_text("The question is saved.")).to_be_visible()
        to(page, "Agreements")
        page.get_by_role("link", name="Write a version").first.click()
        labelled(page, "Text").fill("# Together\n\nBe kind.")
        page.get_by_role("button", name="Publish").click()
        page.get_by_role("dialog").get_by_role("button", name="Publish").click()
        expect(page.get_by_text("Version 1 is published.")).to_be_visible()
        to(page, "Onboarding")
        page.get_by_role("button", name="Add", exact=True).click()
        expect(page.get_by_role("row").filter(has_text="Accept the agreement")).to_be_visible()
        labelled(page, "Milestone").select_option(label="Something that a person ticks")
        labelled(page, "What has to be done").fill("Create the price list")
        labelled(page, "Owner").select_option(label="Vendor")
        page.get_by_role("button", name="Add", exact=True).click()
        expect(page.get_by_role("row").filter(has_text="Create the price list")).to_be_visible()


def the_applicant_applies_by_phone_and_confirms(stage: Stage) -> None:
    with stage.anybody(viewport=PHONE) as page:
        page.goto("/northstar/apply")
        labelled(page, "Company").fill(COMPANY)
        labelled(page, "Web site").fill("www.newcomer.example")
        labelled(page, "Country").select_option(label="Germany")
        labelled(page, "Your name").fill(APPLICANT[1])
        labelled(page, "Mail address").fill(APPLICANT[0])
        labelled(page, "Which market?").select_option("Private")
        page.wait_for_timeout(3_500)  # the least that people take
        page.get_by_role("button", name="Send the application").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Look into your mail")
        page.goto(stage.portal.link_mailed_to(APPLICANT[0], "/northstar/apply/confirm/"))
        page.get_by_role("button", name="Send to Northstar Software").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Thank you")


def the_administrator_approves(stage: Stage) -> None:
    with stage.person(ADMIN[0]) as page:
        to(page, "Applications")
        page.get_by_role("link", name=COMPANY).click()
        expect(page.get_by_text("Private")).to_be_visible()
        expect(page.get_by_text("No partner has this web site")).to_be_visible()
        labelled(page, "Region").fill("West")
        page.get_by_role("button", name="Approve and invite").click()
        expect(page.get_by_text(f"{COMPANY} is a partner in onboarding.")).to_be_visible()


def the_applicant_joins_and_accepts_the_agreement(stage: Stage) -> None:
    with stage.anybody() as page:
        page.goto(stage.portal.link_mailed_to(APPLICANT[0], "/accounts/invitations/"))
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Accept and sign in").click()
        expect(page.get_by_text("Welcome. You have joined.")).to_be_visible()
        expect(page.get_by_role("heading", name="Accept the agreement")).to_be_visible()
        page.get_by_role("link", name="Read the agreement").click()
        page.get_by_role("checkbox", name="I have read the agreement").check()
        page.get_by_role("button", name="Accept the agreement").click()
        expect(page.get_by_text("Thank you. The agreement is accepted.")).to_be_visible()


def test_two_partners_are_merged_and_taken_apart(portal: Portal, chromium: Browser) -> None:
    for name in ("Harbor Systems", "Harbour Systems Inc"):
        portal.command("partners", "create", "--vendor", "northstar", "--name", name)
    stage = Stage(portal, chromium)
    with stage.person(ADMIN[0]) as page:
        to(page, "Partners")
        page.get_by_role("link", name="Harbour Systems Inc").click()
        page.get_by_role("link", name="Notes and tasks").click()
        labelled(page, "Note").fill("They moved to the quay.")
        page.get_by_role("button", name="Add the note").click()
        to(page, "Partners")
        page.get_by_role("link", name="Harbor Systems").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Harbor Systems")
        story = page.url
        page.get_by_role("button", name="More").click()
        page.get_by_role("link", name="Merge or take apart").click()
        page.get_by_role("combobox", name="Company").fill("harbour systems inc")
        page.get_by_role("button", name="Show").click()
        expect(page.get_by_role("row").filter(has_text="Notes")).to_contain_text("1")
        page.get_by_role("button", name="Merge into Harbor Systems").click()
        expect(page.get_by_text("Harbour Systems Inc is merged into this partner.")).to_be_visible()
        expect(fact(page, "Other names")).to_have_text("Harbour Systems Inc")
        page.goto(f"{story}/desk")
        expect(page.get_by_text("They moved to the quay.")).to_be_visible()
        page.goto(f"{story}/merge")
        page.get_by_role("link", name="Take apart").click()
        page.get_by_role("button", name="Take apart").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Harbour Systems Inc")
        page.get_by_role("link", name="Notes and tasks").click()
        expect(page.get_by_text("They moved to the quay.")).to_be_visible()
        to(page, "Partners")
        expect(page.get_by_role("link", name=re.compile("Systems"))).to_have_count(2)
    assert not stage.complaints.found, "\n".join(stage.complaints.found)
