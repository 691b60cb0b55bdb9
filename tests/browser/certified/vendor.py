"""The operator makes the vendor; its administrator prepares, assigns, and revokes."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.certified.stage import CERTIFICATION, COMPANY, COURSE, PATH, Stage
from tests.browser.main_job.story import ADMIN, AUTHOR, LEARNER, PASSWORD, labelled, to
from tests.browser.main_job.vendor import accept_invitation, invite

MONTHS = 12


def the_operator_makes_a_vendor(stage: Stage) -> None:
    flask = stage.portal.command
    flask("vendors", "create", "--slug", "northstar", "--name", "Northstar Software")
    flask(
        "users", "create", "--email", ADMIN[0], "--name", ADMIN[1], "--role", "vendor_admin",
        "--vendor", "northstar", "--password-stdin", typed=PASSWORD + "\n",
    )  # fmt: skip


def the_administrator_invites_an_author_and_a_reseller(stage: Stage) -> None:
    with stage.person(ADMIN[0]) as page:
        to(page, "Partners")
        page.get_by_role("link", name="Enter a partner").first.click()
        labelled(page, "Company").fill(COMPANY)
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_role("heading", level=1)).to_have_text(COMPANY)
        for (email, name), role, company in (
            (AUTHOR, "Content author", ""),
            (LEARNER, "Partner member", COMPANY),
        ):
            to(page, "People")
            page.get_by_role("link", name="Invite somebody").first.click()
            invite(page, email, name, role, company, "Technical" if company else "")
    for email, _name in (AUTHOR, LEARNER):
        with stage.anybody() as page:
            accept_invitation(stage, page, email)


def the_administrator_makes_the_certification(stage: Stage) -> None:
    """A year long, renewed by what has changed."""
    with stage.person(ADMIN[0]) as page:
        to(page, "Certifications")
        page.get_by_role("link", name="Make a certification").first.click()
        labelled(page, "Name").fill(CERTIFICATION)
        page.get_by_label("What it certifies").fill("Installs Northstar alone.")
        page.get_by_role("checkbox", name=re.compile(COURSE)).check()
        page.get_by_role("checkbox", name=PATH).check()
        page.get_by_label("Valid for months").fill(str(MONTHS))
        page.get_by_label("What renews it").select_option("delta")
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_text(f"“{CERTIFICATION}” can be earned now.")).to_be_visible()


def the_administrator_assigns_the_path(stage: Stage) -> None:
    with stage.person(ADMIN[0]) as page:
        to(page, "Courses")
        page.get_by_role("link", name="Learning paths").click()
        page.get_by_role("link", name=PATH).click()
        page.get_by_role("link", name="Assign").click()
        labelled(page, "Company").fill(COMPANY)
        page.get_by_role("button", name="Show its people").click()
        page.get_by_role("radio", name=re.compile(LEARNER[1])).check()
        page.get_by_role("button", name="Assign now").click()
        expect(page.get_by_role("table", name="Latest assignments")).to_contain_text(LEARNER[1])


def the_administrator_revokes_with_a_reason(stage: Stage) -> None:
    with stage.person(ADMIN[0]) as page:
        to(page, "Certificates")
        page.get_by_role("link", name=LEARNER[1]).first.click()
        page.get_by_role("link", name="Revoke").click()
        page.get_by_label("Reason").fill("The quiz was taken by somebody else.")
        page.get_by_role("button", name="Revoke the certificate").click()
        expect(page.get_by_text("Revoked").first).to_be_visible()
