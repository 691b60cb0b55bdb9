"""Every page that every role can reach, in a world with something in every list: WCAG 2.2 AA."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit
from zlib import crc32

import pytest
from playwright.sync_api import Browser, Page, expect
from werkzeug.routing import Map

from prm import create_app
from prm.demo.people import PASSWORD
from tests.browser.axe import assert_accessible
from tests.browser.crawling import crawl, endpoint_of
from tests.browser.portal import DESKTOP, PHONE, Complaints, Portal, browsing, follow, settings, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PEOPLE = {
    "admin": "admin@lumen.example",
    "manager": "channel@lumen.example",
    "author": "author@lumen.example",
    "executive": "executive@lumen.example",
    "partner admin": "zoe@brightpath.example",
    "partner member": "taro@brightpath.example",
    "operator": "operator@portal.example",
    "German admin": "admin@fjord.example",
}
WITHOUT_SIGN_IN = ("/accounts/sign-in", "/accounts/reset", "/accounts/reset/sent", "/verify/",
                   "/verify/0000-0000-0000-0000-0000-0000-0000", "/nothing-here",
                   "/lumen/apply", "/lumen/apply/sent", "/lumen/apply/done")  # fmt: skip
SHARE = 4  # beside the administrator, each role's pages are sampled one in four; these always
ALWAYS = {"vendors.home", "accounts.start", "training.lesson", "training.quiz", "training.take_quiz",
          "training.attempt", "certification.index"}  # fmt: skip


@pytest.fixture(scope="session")
def url_map(tmp_path_factory: pytest.TempPathFactory, demo: Portal) -> Map:
    folder = tmp_path_factory.mktemp("map")
    return create_app(settings(folder, 1, demo.sink)).url_map


@contextmanager
def as_person(
    chromium: Browser, demo: Portal, who: str, complaints: Complaints | None = None
) -> Iterator[Page]:
    with browsing(chromium, demo, complaints) as page:
        sign_in(page, PEOPLE[who], PASSWORD)
        yield page


LOOKS = [("light", DESKTOP), ("dark", PHONE), ("dark", DESKTOP), ("light", PHONE)]


def assert_accessible_everywhere(page: Page, *, thorough: bool = False, only: int | None = None) -> None:
    """Light at a desk and dark on a phone, or `only` one of the two; `thorough`: the other two as well."""
    looks = LOOKS if thorough else LOOKS[:2] if only is None else [LOOKS[only % 2]]
    for scheme, viewport in looks:
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        page.set_viewport_size(viewport)  # type: ignore[arg-type]
        assert_accessible(page, f"{scheme}, {viewport['width']} px")
    page.emulate_media(color_scheme="light")
    page.set_viewport_size(DESKTOP)  # type: ignore[arg-type]


def look_at_all(chromium: Browser, demo: Portal, url_map: Map, who: str, *, thorough: bool) -> None:
    complaints, failures = Complaints(), []
    with as_person(chromium, demo, who, complaints) as page:
        start = page.url
        pages, dead = crawl(page.context, url_map, demo.address, start)
        assert not dead, "\n".join(dead)
        for endpoint, paths in pages.items():
            lot = crc32(f"{who} {endpoint}".encode())
            if not (thorough or who == "admin" or lot % SHARE == 0 or endpoint in ALWAYS):
                continue
            for path in paths[:2] if thorough else paths[:1]:
                page.goto(path)
                try:
                    assert_accessible_everywhere(page, thorough=thorough, only=lot // SHARE)
                except AssertionError as failure:
                    failures.append(str(failure))
    assert not failures, "\n\n".join(failures)
    assert not complaints.found, "\n".join(complaints.found)


@pytest.mark.parametrize("who", PEOPLE)
def test_what_a_role_reaches_is_accessible(chromium: Browser, demo: Portal, url_map: Map, who: str) -> None:
    look_at_all(chromium, demo, url_map, who, thorough=False)


@pytest.mark.deep
@pytest.mark.parametrize("who", PEOPLE)
def test_every_page_of_every_role_is_accessible_in_every_look(
    chromium: Browser, demo: Portal, url_map: Map, who: str
) -> None:
    look_at_all(chromium, demo, url_map, who, thorough=True)


# What is no page: files, and what only leads on.
NO_PAGES = {
    "accounts.index", "assets.serve", "audits.evidence_file", "audits.names", "audits.pack",
    "audits.proof_file", "audits.report_pdf", "certification.accreditation_document",
    "certification.badge_picture", "certification.credential",
    "certification.did_document", "certification.download", "certification.issuer_keys",
    "certification.issuer_profile", "certification.offline_checker", "certification.status_list",
    "certification.verify_json", "health.healthz", "health.readyz",
    "imports.file", "imports.rejected", "marketing.download", "marketing.thumbnail", "operations.metrics",
    "partners.document", "reports.revenue_pdf",
    "reports.revenue_xlsx", "training.calendar_file", "training.captions", "training.feed",
    "training.image", "training.lesson_file",
    "training.own_submitted_file", "training.resume", "training.submitted_file",
    "training.video", "vendors.brand_css", "vendors.contrast",
    "vendors.logo",
}  # fmt: skip
BY_MAIL = {
    "accounts.confirm_email", "accounts.invitation", "accounts.reset", "notifications.unsubscribe",
    "partners.apply_confirm",
}  # fmt: skip
# What an act alone leads to, in a state the demo's world is not in: judged where the browser does the act
# (partners and onboarding: test_what_acts_on_a_partner_lead_to_is_accessible).
AFTER_AN_ACT = {
    "accounts.enrol_second_factor", "accounts.sign_in_code", "accounts.turn_off_second_factor",
    "audits.add_finding", "audits.agree_action", "audits.prove_action", "audits.report", "audits.sign_off",
    "audits.verify_action", "audits.waive_finding", "bulk.run", "certification.batch", "onboarding.activate",
    "partners.remove_branch", "partners.remove_document", "partners.resume", "partners.unmerge",
    "search.index", "training.take_placement",
}  # fmt: skip


@pytest.mark.deep
def test_somebody_reaches_every_page(chromium: Browser, demo: Portal, url_map: Map) -> None:
    reached = {endpoint_of(url_map, path) for path in WITHOUT_SIGN_IN}
    for who in PEOPLE:
        with as_person(chromium, demo, who) as page:
            pages, _dead = crawl(page.context, url_map, demo.address, page.url)
            reached |= set(pages)
    pages_there_are = {rule.endpoint for rule in url_map.iter_rules() if "GET" in (rule.methods or ())}
    missed = sorted(pages_there_are - reached - NO_PAGES - BY_MAIL - AFTER_AN_ACT)
    assert not missed, "\n".join(missed)


def test_what_acts_on_a_partner_lead_to_is_accessible(chromium: Browser, demo: Portal) -> None:
    with as_person(chromium, demo, "admin") as page:
        page.goto("/lumen/partners/?search=Bright+Path+IT")
        page.get_by_role("link", name="Bright Path IT").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Bright Path IT")
        story = page.url
        for path, link in (
            ("merge", "a[href*='/partners/merges/']"),
            ("branches", "a[href*='/partners/branches/'][href$='/remove']"),
            ("documents", "a[href*='/partners/documents/'][href$='/remove']"),
        ):
            page.goto(f"{story}/{path}")
            page.locator(f"main {link}").first.click()
            page.wait_for_url(lambda address: address.endswith(("/undo", "/remove")))
            expect(page.locator("main button.btn-danger, main button.btn-primary").first).to_be_visible()
            assert_accessible_everywhere(page)
        resting = enter_partner(page, "Resting Ltd", "Active")
        page.goto(f"{resting}/suspend")
        page.get_by_label("Reason").fill("The contract is being renewed.")
        follow(page, page.get_by_role("button", name="Suspend"))
        page.goto(f"{resting}/resume")
        expect(page.get_by_label("Reason")).to_be_visible()
        assert_accessible_everywhere(page)
        beginning = enter_partner(page, "Beginning Ltd", "Onboarding")
        page.goto(beginning.replace("/partners/", "/onboarding/") + "/activate")
        expect(page.get_by_label("Reason")).to_be_visible()
        assert_accessible_everywhere(page)
        page.goto(f"{beginning}/resume")  # what the status does not allow is said as well
        assert_accessible(page, "a status that does not allow it")


def enter_partner(page: Page, name: str, status: str) -> str:
    """Enter a partner by hand; the address of its story."""
    page.goto("/lumen/partners/new")
    page.get_by_label("Company").fill(name)
    page.get_by_label("Status").select_option(label=status)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(name)
    return page.url


def test_pages_without_sign_in_are_accessible(chromium: Browser, demo: Portal) -> None:
    with browsing(chromium, demo) as page:
        for path in WITHOUT_SIGN_IN:
            page.goto(path)
            assert_accessible_everywhere(page, thorough=True)
        for address in (invitation_link(page), reset_link(demo)):
            page.goto(address)
            expect(page.get_by_label("assword").first).to_be_visible()
            assert_accessible_everywhere(page, thorough=True)


def invitation_link(page: Page) -> str:
    page.goto("/sent-mail")
    address = page.locator("main a[href*='/accounts/invitations/']").first.get_attribute("href")
    assert address
    return urlsplit(address).path


def reset_link(demo: Portal) -> str:
    made = demo.flask(
        "users", "create", "--email", "no-password@lumen.example", "--name", "Nora Neu",
        "--role", "executive",
        "--vendor", "lumen", "--json",
    )  # fmt: skip
    return urlsplit(json.loads(made)["set_password_url"]).path


# Each form with everything a person types taken out: it must say what is missing.
FORMS = {
    "admin": ("accounts/invite", "vendors/settings", "partners/new", "products/new",
              "certification/schemes/new", "certification/issue", "imports/new", "audits/policy",
              "partners/agreements/new", "partners/applications/form/new",
              "audits/new", "audits/criteria/new", "audits/campaigns/new"),
    "author": ("training/authoring/new", "marketing/new", "marketing/campaigns"),
}  # fmt: skip


@pytest.mark.parametrize(("who", "path"), [(who, path) for who, paths in FORMS.items() for path in paths])
def test_forms_with_errors_are_accessible(chromium: Browser, demo: Portal, who: str, path: str) -> None:
    with as_person(chromium, demo, who) as page:
        page.goto(f"/lumen/{path}")
        form = page.locator("main form[method=post]").first
        for field in form.locator(
            ":is(input[type=text], input[type=email], input[type=date], textarea):visible"
        ).all():
            field.fill("")
        with page.expect_response(lambda answer: answer.request.method == "POST") as answered:
            form.locator("button.btn-primary").first.click()
            if form.get_attribute("data-confirm"):
                page.get_by_role("dialog").locator("button.btn-primary").click()
        assert answered.value.status == 422
        summary = page.locator(".error-summary")
        expect(summary).to_be_visible()
        expect(summary).to_be_focused()
        assert_accessible_everywhere(page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_open_menus_and_dialogs_are_accessible(chromium: Browser, demo: Portal, scheme: str) -> None:
    with as_person(chromium, demo, "partner admin") as page:
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        page.goto("/lumen/")
        for button in page.locator("[popovertarget]:visible").all():
            menu = page.locator(f"#{button.get_attribute('popovertarget')}")
            button.click()
            expect(menu).to_be_visible()
            assert_accessible(page, f"menu {scheme}")
            page.keyboard.press("Escape")
            expect(menu).to_be_hidden()
    with as_person(chromium, demo, "author") as page:
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        page.goto("/lumen/marketing/")
        page.locator(".tile-title a").first.click()
        page.get_by_role("button", name="Withdraw").click()
        expect(page.get_by_role("dialog")).to_be_visible()
        assert_accessible(page, f"dialog {scheme}")
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_have_count(0)


@pytest.mark.parametrize("path", ["training/bank", "training/sessions", "training/"])
def test_the_tab_one_is_on_is_in_sight_on_a_phone(chromium: Browser, demo: Portal, path: str) -> None:
    with as_person(chromium, demo, "author") as page:
        page.set_viewport_size(PHONE)  # type: ignore[arg-type]
        page.goto(f"/lumen/{path}")
        here = page.locator(".tabbar [aria-current]")
        expect(here).to_be_in_viewport(ratio=0.9)
