"""The operator makes a vendor; its administrator invites the staff and demands what partners owe."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser.main_job.story import (
    ADMIN,
    AUTHOR,
    CERTIFICATION,
    COURSE,
    EXECUTIVE,
    MANAGER,
    PASSWORD,
    Story,
    labelled,
    to,
)


def the_operator_makes_a_vendor(story: Story) -> None:
    flask = story.portal.flask
    assert flask("vendors", "create", "--slug", "northstar", "--name", "Northstar Software") == "northstar"
    flask(
        "users", "create", "--email", ADMIN[0], "--name", ADMIN[1], "--role", "vendor_admin",
        "--vendor", "northstar", "--password-stdin", typed=PASSWORD + "\n",
    )  # fmt: skip


def the_administrator_invites_the_staff(story: Story) -> None:
    with story.person(ADMIN[0]) as page:
        expect(page.get_by_role("heading", level=1)).to_have_text(f"Hello, {ADMIN[1]}")
        for (email, name), role in (
            (AUTHOR, "Content author"),
            (MANAGER, "Channel manager"),
            (EXECUTIVE, "Executive"),
        ):
            to(page, "People")
            page.get_by_role("link", name="Invite somebody").first.click()
            invite(page, email, name, role)
    for email, name in (AUTHOR, MANAGER, EXECUTIVE):
        with story.browser() as page:
            accept_invitation(story, page, email)
            expect(page.get_by_role("heading", level=1)).to_have_text(f"Hello, {name}")


def invite(page: Page, email: str, name: str, role: str, company: str = "", function: str = "") -> None:
    labelled(page, "Name").fill(name)
    page.get_by_label("Mail address").fill(email)
    page.get_by_role("radio", name=role).check()
    if company:
        labelled(page, "Partner").fill(company)
    if function:
        page.get_by_role("checkbox", name=function, exact=True).check()
    page.get_by_role("button", name="Send the invitation").click()
    expect(page.get_by_text(f"{email} is invited.")).to_be_visible()


def accept_invitation(story: Story, page: Page, email: str) -> None:
    """Open the link of the mail as somebody new, and set a password."""
    page.goto(story.portal.link_mailed_to(email, "/accounts/invitations/"))
    expect(page.get_by_text(email, exact=True)).to_be_visible()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Accept and sign in").click()
    expect(page.get_by_text("Welcome. You have joined.")).to_be_visible()


def the_administrator_makes_a_certification_and_writes_the_policy(story: Story) -> None:
    with story.person(ADMIN[0]) as page:
        to(page, "Certifications")
        page.get_by_role("link", name="Make a certification").first.click()
        labelled(page, "Name").fill(CERTIFICATION)
        page.get_by_label("What it certifies").fill("Installs Northstar and shows the first report.")
        page.get_by_label("Valid for months").fill("24")
        page.get_by_role("checkbox", name=re.compile(COURSE)).check()
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_text(f"“{CERTIFICATION}” can be earned now.")).to_be_visible()

        to(page, "Policy")
        page.get_by_role("checkbox", name="Certified people").check()
        labelled(page, "Certification").select_option(label=CERTIFICATION)
        page.get_by_label("Of function").select_option(label="Technical")
        page.get_by_label("How many people at least").fill("1")
        page.get_by_role("checkbox", name="Training up to date").check()
        page.get_by_role("checkbox", name="Agreement current").check()
        page.get_by_role("button", name="Write new version").click()
        expect(page.get_by_text("Version 1 of the policy is written.")).to_be_visible()
        expect(page.get_by_text(f"holds a valid “{CERTIFICATION}”")).to_be_visible()
