"""The base pages and every component in a real browser: accessible, inside the policy, light."""

import json
from itertools import product

import pytest
from playwright.sync_api import BrowserContext, Dialog, Page, expect

from tests.browser.axe import assert_accessible
from tests.browser.csp import collect_csp_violations

pytestmark = pytest.mark.browser

PAGES = ("/?flash=1", "/table?rows=60", "/table?search=zzz", "/table?rows=0", "/form?x=1", "/charts?x=1",
         "/public?x=1", "/error/404?x=1")  # fmt: skip
MENUS = ("switcher", "language-menu", "theme-menu", "account-menu", "more")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("brand", ["4a49c9", "ffe600"])
def test_every_page_is_accessible_and_inside_the_policy(page: Page, theme: str, brand: str) -> None:
    with collect_csp_violations(page) as refused:
        for path, width in product(PAGES, (1280, 800, 360)):
            page.set_viewport_size({"width": width, "height": 800})
            page.goto(f"{path}&theme={theme}&brand={brand}")
            assert_accessible(page, f"{path} {theme} {brand} {width}")
    assert not refused


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_menus_dialogs_and_form_errors_are_accessible(page: Page, theme: str) -> None:
    with collect_csp_violations(page) as refused:
        page.goto(f"/?theme={theme}")
        for menu in MENUS:
            page.click(f"[popovertarget={menu}]")
            expect(page.locator(f"#{menu}")).to_be_visible()
            assert_accessible(page, f"menu {menu} {theme}")
            page.keyboard.press("Escape")
            expect(page.locator(f"#{menu}")).to_be_hidden()
        page.goto(f"/form?theme={theme}")
        for button, what in (("End membership", "dialog"), ("Send again", "confirmation")):
            page.get_by_role("button", name=button).click()
            expect(page.get_by_role("dialog")).to_be_visible()
            assert_accessible(page, f"{what} {theme}")
            page.keyboard.press("Escape")
            expect(page.get_by_role("dialog")).to_be_hidden()
        page.get_by_role("button", name="Send invitation").click()
        expect(page.locator(".error-summary")).to_be_focused()
        assert_accessible(page, f"form errors {theme}")
    assert not refused


def test_right_to_left_is_mirrored_and_accessible(page: Page) -> None:
    for path, width in product(PAGES, (1280, 360)):
        page.set_viewport_size({"width": width, "height": 800})
        page.goto(f"{path}&lang=ar")
        assert_accessible(page, f"{path} right to left {width}")
    page.set_viewport_size({"width": 1280, "height": 800})
    page.goto("/?lang=ar")
    sidebar, main = page.locator("#navigation").bounding_box(), page.locator("main").bounding_box()
    assert sidebar and main and sidebar["x"] > main["x"]


def test_auto_follows_the_device_without_script(scriptless: Page) -> None:
    seen = []
    for scheme in ("light", "dark"):
        scriptless.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        scriptless.goto("/?theme=auto")
        seen.append(scriptless.evaluate("getComputedStyle(document.body).backgroundColor"))
    assert seen[0] != seen[1]


def test_everything_is_reached_without_script(scriptless: Page) -> None:
    scriptless.set_viewport_size({"width": 360, "height": 800})
    scriptless.goto("/")
    expect(scriptless.locator("#navigation")).to_be_hidden()
    scriptless.get_by_role("button", name="Open the menu").click()
    scriptless.get_by_role("link", name="Partners 48").click()
    expect(scriptless.locator("h1")).to_have_text("Partners")
    scriptless.fill("#table-search", "Hottechi")
    scriptless.locator(".table-tools").get_by_role("button", name="Apply").click()
    scriptless.wait_for_url("**search=Hottechi**")
    scriptless.locator("[popovertarget=theme-menu]").click()
    scriptless.get_by_role("button", name="Dark").click()
    expect(scriptless.locator("html")).to_have_attribute("data-bs-theme", "dark")
    assert "search=Hottechi" in scriptless.url
    scriptless.goto("/form")
    scriptless.get_by_role("button", name="End membership").click()
    scriptless.locator("#end-dialog").get_by_role("button", name="End membership").click()
    expect(scriptless.locator("body")).to_have_text("done")


def test_the_theme_changes_at_once_and_stays(page: Page) -> None:
    page.goto("/")
    page.locator("[popovertarget=theme-menu]").click()
    page.get_by_role("button", name="Dark").click()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    expect(page.locator("#theme-menu")).to_be_hidden()
    page.goto("/table")
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")


def test_a_confirmation_is_asked_and_can_be_refused(page: Page) -> None:
    page.goto("/form")
    page.get_by_role("button", name="Send again").click()
    dialog = page.locator("#confirm-dialog")
    expect(dialog).to_contain_text("Send the invitation again?")
    expect(dialog.get_by_role("button", name="Cancel")).to_be_focused()
    dialog.get_by_role("button", name="Cancel").click()
    expect(dialog).to_be_hidden()
    assert page.url.endswith("/form")
    page.get_by_role("button", name="Send again").click()
    dialog.get_by_role("button", name="Send again").click()
    page.wait_for_url("**/done")


def test_leaving_a_changed_form_warns_and_sending_it_does_not(page: Page) -> None:
    asked: list[str] = []

    def answer(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    page.on("dialog", answer)
    page.goto("/form")
    page.fill("#name", "Zoë")
    page.get_by_role("link", name="Home").click()
    page.wait_for_url("**/")
    assert asked == ["beforeunload"]
    page.goto("/form")
    page.fill("#name", "Zoë")
    page.get_by_role("button", name="Send invitation").click()
    page.locator(".error-summary").wait_for()
    assert asked == ["beforeunload"]


def test_a_filter_applies_as_it_is_chosen_and_leaves_a_short_address(page: Page) -> None:
    page.goto("/table")
    page.select_option("#table-region", "East")
    page.wait_for_url("**/table?region=East")
    expect(page.locator("tbody tr")).to_have_count(25)


def test_copying_is_told_to_who_cannot_see_it(page: Page) -> None:
    context: BrowserContext = page.context
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto("/")
    page.get_by_role("button", name="Copy the address").click()
    page.locator("#announcer", has_text="Copied").wait_for(state="attached")
    assert page.evaluate("navigator.clipboard.readText()") == "https://prm.example/verify/7XK2"


def test_the_keyboard_alone_reaches_everything(page: Page) -> None:
    page.goto("/table")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to content"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('main').contains(document.activeElement)")
    wanted = page.locator("a:visible, button:visible, input:visible, select:visible").count()
    page.goto("/table")
    reached = set()
    for _ in range(wanted + 10):
        page.keyboard.press("Tab")
        place = page.evaluate(
            "[...document.querySelectorAll('a,button,input,select,[tabindex]')].indexOf(document.activeElement)"
        )
        reached.add(place)
    assert len(reached - {-1}) >= wanted
    page.keyboard.press("/")
    page.goto("/")
    page.keyboard.press("/")
    expect(page.locator("#site-search")).to_be_focused()


def test_focus_is_always_visible(page: Page) -> None:
    look = """() => {
        const element = document.activeElement, style = getComputedStyle(element);
        const isOutlined = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
        return element === document.body || (isOutlined && style.outlineColor !== 'rgba(0, 0, 0, 0)')
            ? '' : element.outerHTML;
    }"""
    for path in ("/form", "/table", "/"):
        page.goto(path)
        for _ in range(30):
            page.keyboard.press("Tab")
            assert page.evaluate(look) == ""


def test_rows_become_cards_on_a_phone_and_keep_their_labels(page: Page) -> None:
    page.set_viewport_size({"width": 360, "height": 800})
    page.goto("/table")
    cell = page.locator("tbody tr").first.locator("td").first
    assert cell.evaluate("element => getComputedStyle(element, '::before').content") == '"Region"'
    page.get_by_role("button", name="Sort").click()
    page.locator("#table-sort").get_by_role("link", name="People").click()
    page.wait_for_url("**sort=people**")


def test_printing_shows_the_content_in_light_and_the_figures(page: Page) -> None:
    page.goto("/charts?theme=dark")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "light")
    expect(page.locator("#navigation")).to_be_hidden()
    expect(page.locator("header.topbar")).to_be_hidden()
    expect(page.locator("details.chart-figures[open]")).to_have_count(6)
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")


@pytest.mark.parametrize("path", ["/table?rows=60", "/charts?x=1", "/form?x=1"])
def test_a_cold_page_is_light(page: Page, path: str) -> None:
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    sizes: list[float] = []
    session.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    page.goto(path, wait_until="networkidle")
    print(json.dumps({"path": path, "requests": len(sizes), "kilobytes": round(sum(sizes) / 1000, 1)}))
    assert len(sizes) <= 15
    assert sum(sizes) <= 200_000


def test_nothing_moves_while_a_page_loads(page: Page) -> None:
    page.add_init_script(
        """window.moved = 0;
        new PerformanceObserver(list => list.getEntries().forEach(one => { window.moved += one.value; }))
            .observe({ type: "layout-shift", buffered: true });"""
    )
    for path in ("/", "/table", "/charts"):
        page.goto(path, wait_until="networkidle")
        assert page.evaluate("window.moved") < 0.1, path
