"""A course is assigned, the bell tells it, opening it marks it read; preferences; the digest arrives."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask_migrate import upgrade
from playwright.sync_api import Browser, Locator, Page, expect

from prm import create_app
from prm.extensions import db
from prm.infra import clock
from prm.permissions import Role
from tests.browser.portal import PHONE, Portal, browsing, served, settings, sign_in, wait_for
from tests.factories import World
from tests.factories.certification import issue, make_scheme
from tests.factories.training import make_course
from tests.factories.world import PASSWORD
from tests.servers import SmtpSink

pytestmark = [pytest.mark.browser, pytest.mark.slow]

BOSS, MEMBER = "bo@northwind.example", "ada@northwind.example"
COURSE = "Installing Nimbus"


@pytest.fixture
def portal(tmp_path: Path) -> Iterator[Portal]:
    """A small world, served with its worker: two people of a partner, one certified the day before
    yesterday, so that their digest is due; a course to assign."""
    folder = tmp_path / "portal"
    app = create_app(settings(folder, 1, SmtpSink(1)))
    with app.app_context():
        upgrade()
    world = World(app)
    acme = world.vendor("acme")
    course = make_course(world, acme, COURSE)
    with clock.travel(clock.now() - timedelta(days=2)):
        northwind = world.partnership(acme, "Northwind")
        boss = world.user(
            Role.PARTNER_ADMIN, partnership=northwind, email=BOSS, name="Bo Boss", password=PASSWORD
        )
        world.user(
            Role.PARTNER_MEMBER, partnership=northwind, email=MEMBER, name="Ada Lovelace", password=PASSWORD
        )
        issue(world, acme, make_scheme(world, acme, course, name="Nimbus Installer"), boss)
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
    with served(folder, RATE_LIMITS="0") as portal:
        yield portal


def bell(page: Page) -> Locator:
    return page.get_by_role("banner").get_by_role("link", name=re.compile("otification"))


def unread(page: Page) -> int:
    found = re.match(r"\d+", bell(page).inner_text().strip())
    return int(found.group()) if found else 0


def test_from_an_assignment_to_the_bell_and_the_mail(portal: Portal, chromium: Browser) -> None:
    with browsing(chromium, portal) as page:
        sign_in(page, MEMBER, PASSWORD)
        page.goto("/acme/")
        before = unread(page)

    with browsing(chromium, portal) as page:
        sign_in(page, BOSS, PASSWORD)
        page.goto("/acme/training/assign")
        for box in page.get_by_role("group", name="Courses").get_by_role("checkbox").all():
            box.check()
        page.get_by_role("radio", name=re.compile("Ada Lovelace")).check()
        page.get_by_role("button", name="Check").click()
        page.get_by_role("button", name="Assign now").click()
        expect(page.get_by_text("1 enrolment is new")).to_be_visible()

    mail = wait_for(
        lambda: [d for d in portal.sink.mails_to(MEMBER) if "for you at" in d.message["Subject"]],
        "the mail about the assignment",
    )[0]
    assert mail.message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"

    with browsing(chromium, portal, viewport=PHONE) as page:
        sign_in(page, MEMBER, PASSWORD)
        page.goto("/acme/")
        after = unread(page)
        assert after > before
        bell(page).click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Notifications")
        page.get_by_role("button", name=re.compile("is assigned to you")).first.click()
        page.wait_for_url("**/training/courses/**")
        assert unread(page) == after - 1
        page.go_back()
        page.reload()
        expect(page.get_by_text("Everything is read.")).to_be_visible()
        assert unread(page) == 0

        page.get_by_role("link", name="Preferences").click()
        page.get_by_label("By mail: A course is assigned to me").select_option("In the daily mail")
        page.get_by_label("In the portal: A course is due soon").uncheck()
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_text("Your preferences are saved.")).to_be_visible()
        expect(page.get_by_label("By mail: A course is assigned to me")).to_have_value("digest")
        expect(page.get_by_label("In the portal: A course is due soon")).not_to_be_checked()

    # The worker's next look, within a minute, sends what is due since this morning.
    digest = wait_for(
        lambda: [d for d in portal.sink.mails_to(BOSS) if "Your certificate" in d.text],
        "the digest",
        seconds=100,
    )[0]
    link = re.search(rf"{re.escape(portal.address)}/notifications/unsubscribe/\S+", digest.text)
    assert link
    with browsing(chromium, portal) as page:
        page.goto(link.group())
        page.get_by_role("button", name="End the mails").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("The mails are ended")
