"""People in a real browser: a second factor is set up and asked for; somebody is retired; a look as
somebody else."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pyotp
import pytest
from playwright.sync_api import Browser, Page, expect

from prm.demo.people import PASSWORD
from prm.infra import clock
from tests.browser.axe import assert_accessible
from tests.browser.portal import Complaints, Portal, browsing, follow, served, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def own(demo_files: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """The demo's world once more: what happens here to its people stays here."""
    folder = tmp_path_factory.mktemp("people") / "portal"
    shutil.copytree(demo_files, folder)
    with served(folder, only="web", RATE_LIMITS="0", DEMO="1") as portal:
        yield portal


def prove(page: Page) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text("Is it you?")
    assert_accessible(page)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Continue").click()


def code_of(secret: str) -> str:
    return pyotp.TOTP(secret).at(clock.now())


def test_a_second_factor_is_set_up_and_signs_in(chromium: Browser, own: Portal) -> None:
    email = "executive@lumen.example"
    complaints = Complaints()
    with browsing(chromium, own, complaints) as page:
        sign_in(page, email, PASSWORD)
        page.goto("/accounts/profile")
        follow(page, page.locator("#second-factor").get_by_role("link"))
        assert_accessible(page)
        page.get_by_role("button", name="Set up").click()
        prove(page)
        follow(page, page.get_by_role("button", name="Set up"))
        assert_accessible(page)
        found = re.search(r"(?:[A-Z2-7]{4} ){7}[A-Z2-7]{4}", page.locator("main").inner_text())
        assert found
        secret = found.group().replace(" ", "")
        page.get_by_label("Code of six digits").fill(code_of(secret))
        page.get_by_role("button", name="Turn on").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Your recovery codes")
        assert_accessible(page)
        codes = page.locator(".codes code").all_inner_texts()
        assert len(codes) == 10
        with page.expect_download() as download:
            page.get_by_role("link", name="Download").click()
        assert Path(download.value.path()).read_text().split() == codes
        page.get_by_role("link", name="I have kept them").click()
        expect(page.get_by_text("10 / 10")).to_be_visible()
    # The code that set it up is used; a recovery code stands in for the next.
    for code in (codes[0], codes[1]):
        with browsing(chromium, own, complaints) as page:
            page.goto("/accounts/sign-in")
            page.get_by_label("Mail address").fill(email)
            page.get_by_label("Password").fill(PASSWORD)
            page.get_by_role("button", name="Sign in").click()
            expect(page.get_by_role("heading", level=1)).to_have_text("Enter a code")
            assert_accessible(page)
            page.get_by_label("Code").fill(code.lower())
            page.get_by_role("button", name="Sign in").click()
            page.wait_for_url("**/lumen/")
    assert not complaints.found, "\n".join(complaints.found)


def test_a_person_is_retired_and_sees_nothing_more(chromium: Browser, own: Portal) -> None:
    with browsing(chromium, own) as theirs, browsing(chromium, own) as page:
        sign_in(theirs, "taro@brightpath.example", PASSWORD)
        theirs.goto("/lumen/")
        expect(theirs.get_by_role("heading", level=1)).to_contain_text("Hello")
        sign_in(page, "zoe@brightpath.example", PASSWORD)
        page.goto("/lumen/accounts/people?search=taro")
        link = page.locator("tbody").get_by_role("link").first
        name = link.inner_text()
        link.click()
        expect(page.get_by_role("heading", level=1)).to_have_text(name)
        assert_accessible(page)
        page.get_by_role("link", name="End the membership").click()
        page.get_by_role("button", name="End the membership").click()
        expect(page.get_by_text(f"The membership of {name} has ended.")).to_be_visible()
        theirs.reload()
        expect(theirs.get_by_role("heading", level=1)).to_have_text("Page not found")
        page.get_by_role("link", name="Former").click()
        expect(page.get_by_role("table")).to_contain_text(name)


def test_an_administrator_looks_as_a_partners_person(chromium: Browser, own: Portal) -> None:
    with browsing(chromium, own) as page:
        sign_in(page, "admin@lumen.example", PASSWORD)
        page.goto("/lumen/accounts/people?search=zoe")
        page.locator("tbody").get_by_role("link").first.click()
        follow(page, page.get_by_role("link", name="View as"))
        assert_accessible(page)
        page.get_by_role("button", name="View as").click()
        bar = page.get_by_role("region", name="Viewing as somebody else")
        expect(bar).to_be_visible()
        assert_accessible(page)
        page.get_by_role("link", name="Courses", exact=True).click()
        expect(bar).to_be_visible()
        bar.get_by_role("button", name="End").click()
        expect(page.get_by_text("You see the portal as yourself again.")).to_be_visible()
        expect(bar).to_have_count(0)


def test_several_people_are_invited(chromium: Browser, own: Portal) -> None:
    with browsing(chromium, own) as page:
        sign_in(page, "zoe@brightpath.example", PASSWORD)
        page.goto("/lumen/accounts/invite/many")
        assert_accessible(page)
        page.get_by_label("Mail addresses").fill("ann.lee@brightpath.example\nnonsense")
        page.get_by_role("button", name="Show what would happen").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("1 person would be invited")
        assert_accessible(page)
        page.get_by_role("button", name="Send 1 invitation").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("1 invitation is sent")
