"""Packages before a real browser: learned on two devices, apart from the portal, and done in the end."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from prm.extensions import db
from prm.infra.db import transaction
from prm.permissions import Role
from prm.training.models import EnrolmentStatus, Lesson
from prm.training.models.content import ItemState, PackageLaunch, PackageProgress
from tests.browser.axe import assert_accessible
from tests.browser.csp import collect_csp_violations
from tests.browser.portal import wait_for
from tests.browser.site import Site
from tests.factories import training as make
from tests.factories.packages import (
    SCO_PAGE,
    course_12,
    course_2004,
    manifest_2004,
    package_12,
    package_2004,
    zipped,
)
from tests.factories.world import UserRef
from tests.training.player import (
    content_frame,
    enrolment,
    log_of,
    make_package_course,
    open_package,
    progress,
    states,
    wait_for_saved,
)
from tests.training.player import member as member
from tests.training.player import site as site

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("edition", ["1.2", "2004"])
def test_a_package_is_resumed_on_another_device_and_completes_the_course(
    site: Site, member: UserRef, edition: str
) -> None:
    is_2004 = edition == "2004"
    course = make_package_course(site, package_2004() if is_2004 else package_12(), score_counts=True)
    make.enrol(site.world, site.vendor, member, course)
    place = "cmi.location" if is_2004 else "cmi.core.lesson_location"
    with site.page(member) as page:
        with collect_csp_violations(page) as refused:
            frame = open_package(page, course)
            assert "initialize true" in log_of(frame)
            assert "entry ab-initio" in log_of(frame)
            assert "learner Mia Member" in log_of(frame)
            assert frame.evaluate(f"set('{place}', 'page-7')") == "true"
            assert frame.evaluate("set('cmi.suspend_data', 'x'.repeat(90000))") == "true"
            assert frame.evaluate("get('cmi.suspend_data').length") == 90_000
            assert frame.evaluate("commit()") == "true"
            wait_for_saved(page)
        assert refused == []
    # Another device: nothing of the first one's browser is there.
    with site.page(member) as page:
        frame = open_package(page, course)
        assert "entry resume" in log_of(frame)
        assert "location page-7" in log_of(frame)
        assert frame.evaluate("get('cmi.suspend_data').length") == 90_000
        if is_2004:
            frame.evaluate("set('cmi.score.scaled', '0.85')")
            frame.evaluate("set('cmi.completion_status', 'completed')")
            frame.evaluate("set('cmi.success_status', 'passed')")
        else:
            frame.evaluate("set('cmi.core.score.raw', '85')")
            frame.evaluate("set('cmi.core.lesson_status', 'passed')")
        frame.evaluate("end()")
        page.locator("[data-when-done]").first.wait_for()
        page.get_by_role("link", name="Go on").click()
        page.wait_for_url(f"**/courses/{course.public_id}")
        expect(page.get_by_text("85%").first).to_be_visible()
    assert enrolment(site).status is EnrolmentStatus.COMPLETED
    assert progress(site).score_percent == 85


def test_what_is_set_just_before_the_window_closes_is_kept(site: Site, member: UserRef) -> None:
    course = make_package_course(site, package_12())
    make.enrol(site.world, site.vendor, member, course)
    with site.page(member) as page:
        frame = open_package(page, course)
        frame.evaluate("set('cmi.core.lesson_location', 'last')")
        page.wait_for_timeout(150)
        page.close(run_before_unload=True)
        wait_for(
            lambda: states(site).get("I1") and states(site)["I1"].cmi["core"]["lesson_location"] == "last",
            "the place to be saved",
        )


def test_the_table_of_contents_leads_through_a_2004_course(site: Site, member: UserRef) -> None:
    course = make_package_course(site, course_2004())
    make.enrol(site.world, site.vendor, member, course)
    with site.page(member) as page:
        frame = open_package(page, course)
        assert frame.url.endswith("one.html")
        frame.evaluate("set('cmi.completion_status', 'completed')")
        frame.evaluate("set('cmi.success_status', 'passed')")
        wait_for_saved(page)
        page.get_by_role("button", name="Continue").click()
        frame = content_frame(page, "two")
        assert "initialize true" in log_of(frame)
        assert "entry ab-initio" in log_of(frame)
        assert page.locator("[data-item=I1] [data-word]").inner_text() == "Passed"
        frame.evaluate("set('cmi.suspend_data', 'second')")
        frame.evaluate("set('cmi.exit', 'suspend')")
        page.locator("[data-item=I3]").click()
        frame = content_frame(page, "three")
        frame.evaluate("set('cmi.completion_status', 'completed')")
        # The content itself asks to go back.
        frame.evaluate("set('adl.nav.request', 'previous')")
        frame.evaluate("end()")
        frame = content_frame(page, "two")
        assert "data second" in log_of(frame)
        assert "entry resume" in log_of(frame)
        page.get_by_role("button", name="Save and leave").click()
        page.locator("[data-open]").wait_for()
    with site.page(member) as page:
        frame = open_package(page, course)
        assert frame.url.endswith("two.html"), "on where they left"
        assert "data second" in log_of(frame)
        frame.evaluate("set('cmi.completion_status', 'completed')")
        frame.evaluate("end()")
        page.locator("[data-when-done]").first.wait_for()
    assert enrolment(site).status is EnrolmentStatus.COMPLETED


def test_forced_order_by_rules_is_kept(site: Site, member: UserRef) -> None:
    """Part 2 may be chosen once part 1 is satisfied, by a shared objective."""

    def item(n: int, sequencing: str) -> str:
        return (
            f'<item identifier="I{n}" identifierref="R{n}"><title>Part {n}</title>'
            f"<imsss:sequencing>{sequencing}</imsss:sequencing></item>"
        )

    first = (
        '<imsss:objectives><imsss:primaryObjective objectiveID="P"><imsss:mapInfo targetObjectiveID="G" '
        'writeSatisfiedStatus="true"/></imsss:primaryObjective></imsss:objectives>'
        '<imsss:deliveryControls objectiveSetByContent="true"/>'
    )
    second = (
        "<imsss:sequencingRules><imsss:preConditionRule><imsss:ruleConditions conditionCombination='any'>"
        '<imsss:ruleCondition condition="satisfied" operator="not" referencedObjective="N"/>'
        '<imsss:ruleCondition condition="objectiveStatusKnown" operator="not" referencedObjective="N"/>'
        "</imsss:ruleConditions><imsss:ruleAction action='disabled'/></imsss:preConditionRule>"
        "</imsss:sequencingRules>"
        '<imsss:objectives><imsss:primaryObjective objectiveID="Q"/><imsss:objective objectiveID="N">'
        '<imsss:mapInfo targetObjectiveID="G" readSatisfiedStatus="true"/>'
        "</imsss:objective></imsss:objectives>"
    )
    text = manifest_2004(
        item(1, first) + item(2, second),
        sequencing='<imsss:sequencing><imsss:controlMode choice="true" flow="true"/></imsss:sequencing>',
        pages=("one", "two"),
    )
    course = make_package_course(
        site, zipped({"imsmanifest.xml": text, "one.html": SCO_PAGE, "two.html": SCO_PAGE})
    )
    make.enrol(site.world, site.vendor, member, course)
    with site.page(member) as page:
        frame = open_package(page, course)
        page.locator("[data-item=I2]:disabled").wait_for()
        frame.evaluate("set('cmi.success_status', 'passed')")
        frame.evaluate("set('cmi.completion_status', 'completed')")
        page.locator("[data-item=I2]:enabled").wait_for()
        page.locator("[data-item=I2]").click()
        assert "initialize true" in log_of(content_frame(page, "two"))


def test_prerequisites_of_1_2_and_pages_that_report_nothing(site: Site, member: UserRef) -> None:
    course = make_package_course(site, course_12())
    make.enrol(site.world, site.vendor, member, course)
    with site.page(member) as page:
        frame = open_package(page, course)
        page.locator("[data-item=I2]:disabled").wait_for()
        frame.evaluate("set('cmi.core.lesson_status', 'completed')")
        page.locator("[data-item=I2]:enabled").wait_for()
        page.locator("[data-item=I3]").click()
        content_frame(page, "page.html")
        page.locator("[data-item=I2]").click()
        frame = content_frame(page, "two")
        frame.evaluate("set('cmi.core.lesson_status', 'completed')")
        frame.evaluate("end()")
        page.locator("[data-when-done]").first.wait_for()
    assert {key: row.completion.value for key, row in states(site).items()} == dict.fromkeys(
        ("I1", "I2", "I3"), "completed"
    )


def test_two_windows_lose_nothing_silently(site: Site, member: UserRef) -> None:
    course = make_package_course(site, package_12())
    make.enrol(site.world, site.vendor, member, course)
    with site.page(member) as first, site.page(member) as second:
        old = open_package(first, course)
        old.evaluate("set('cmi.core.lesson_location', 'old')")
        wait_for_saved(first)
        new = open_package(second, course)
        assert "location old" in log_of(new)
        new.evaluate("set('cmi.core.lesson_location', 'new')")
        wait_for_saved(second)
        old.evaluate("set('cmi.core.lesson_location', 'older')")
        first.locator("[data-conflict]:visible").wait_for()
        assert states(site)["I1"].cmi["core"]["lesson_location"] == "new"
        first.get_by_role("button", name="Go on here and save this").click()
        wait_for_saved(first)
        assert states(site)["I1"].cmi["core"]["lesson_location"] == "older"
        new.evaluate("set('cmi.core.lesson_location', 'newer')")
        second.locator("[data-conflict]:visible").wait_for()


HOSTILE = """<!doctype html><title>x</title><p id="log">ready</p><script>
async function attempt(name, act) {
  try {
    return name + ": " + (await act());
  } catch (error) {
    return name + ": refused " + error.name;
  }
}
async function attack(portal) {
  const found = [];
  found.push(await attempt("cookie", () => document.cookie || "none"));
  found.push(await attempt("dom", () => top.document.body.innerHTML.length));
  found.push(await attempt("location", () => top.location.href));
  const ask = (more) => fetch(portal + "/acme/", {credentials: "include", ...more});
  found.push(await attempt("fetch", async () => (await ask()).status));
  found.push(await attempt("opaque", async () => (await ask({mode: "no-cors"})).type));
  found.push(await attempt("xhr", () => new Promise((done, fail) => {
    const asked = new XMLHttpRequest(); asked.open("GET", portal + "/acme/"); asked.withCredentials = true;
    asked.onload = () => done(asked.status); asked.onerror = () => fail(new TypeError()); asked.send();
  })));
  found.push(await attempt("navigate", () => { top.location = portal + "/healthz"; return "asked"; }));
  found.push(await attempt("own api", async () => (await fetch("/acme/")).status));
  return found;
}
</script>"""


def test_a_package_reaches_nothing_of_the_portal(site: Site, member: UserRef) -> None:
    content = zipped({"imsmanifest.xml": manifest_2004(), "one.html": HOSTILE})
    course = make_package_course(site, content)
    make.enrol(site.world, site.vendor, member, course)
    with site.page(member) as page:
        frame = open_package(page, course)
        before = page.url
        found = frame.evaluate(f"attack('{site.address}')")
        assert found == [
            "cookie: none",
            "dom: refused SecurityError",
            "location: refused SecurityError",
            "fetch: refused TypeError",
            "opaque: refused TypeError",
            "xhr: refused TypeError",
            found[6],
            "own api: 404",
        ]
        page.wait_for_timeout(300)
        assert page.url == before, "the package cannot lead the page elsewhere"
        # What poses as the player from another window is not heard.
        frame.evaluate(
            "top.postMessage({prm: 1, type: 'commit', item: 'I1', "
            "cmi: {completion_status: 'completed'}}, '*')"
        )
        page.wait_for_timeout(2500)
        assert progress(site).completion.value != "completed"
        cookies = page.context.cookies(frame.url)
        assert cookies == []


def test_the_token_ends(site: Site, member: UserRef) -> None:
    course = make_package_course(site, package_12())
    make.enrol(site.world, site.vendor, member, course)
    with site.page(member) as page:
        frame = open_package(page, course)
        address = frame.url
        assert status_of(site, address) == 200
        other = address.replace("//", "//00000000-0000-7000-8000-")  # of another package
        assert status_of(site, other) == 404
        with site.world.acting(site.vendor), transaction():
            launch = db.session.scalars(select(PackageLaunch)).one()
            launch.expires_at = launch.launched_at
        assert status_of(site, address) == 410


def status_of(site: Site, address: str) -> int:
    """What the content host answers; names below localhost are known to browsers only."""
    parts = urlsplit(address)
    client = site.world.app.test_client()
    return client.get(parts.path, base_url=f"http://{parts.netloc}").status_code


def test_a_preview_keeps_nothing(site: Site) -> None:
    author = site.world.user(Role.CONTENT_AUTHOR, vendor=site.vendor)
    course = make_package_course(site, package_2004())
    with site.page(author) as page:
        page.goto(f"/acme/training/lessons/{course.lessons[0]}/try")
        page.get_by_role("button", name="Try it").click()
        frame = content_frame(page)
        assert frame.evaluate("get('cmi.mode') + ' ' + get('cmi.credit')") == "browse no-credit"
        frame.evaluate("set('cmi.completion_status', 'completed')")
        frame.evaluate("end()")
        page.wait_for_timeout(500)
    with site.world.acting(site.vendor):
        assert db.session.scalars(select(ItemState)).all() == []
        assert db.session.scalars(select(PackageProgress)).all() == []


def test_an_author_uploads_sees_what_was_found_and_is_told_what_is_wrong(site: Site, tmp_path: Path) -> None:
    author = site.world.user(Role.CONTENT_AUTHOR, vendor=site.vendor)
    draft = make.make_draft(site.world, site.vendor, "Draft", lessons=0, has_quiz=False)
    good, bad = tmp_path / "good.zip", tmp_path / "bad.zip"
    good.write_bytes(course_2004())
    bad.write_bytes(zipped({"imsmanifest.xml": manifest_2004(), "../one.html": "x"}))
    with site.page(author) as page:
        page.goto(f"/acme/training/versions/{draft.version_public_id}")
        page.get_by_role("link", name="Add a lesson: SCORM package").click()
        page.get_by_label("Package").set_input_files(bad)
        page.get_by_role("button", name="Import").click()
        page.get_by_text("leads out of the package").first.wait_for()
        page.get_by_label("Package").set_input_files(good)
        page.get_by_role("button", name="Import").click()
        page.get_by_text("SCORM 2004 4th Edition").wait_for()
        expect(page.get_by_text("Part 2")).to_be_visible()
        assert_accessible(page)
    with site.page(author, script=False) as page:
        page.goto(f"/acme/training/versions/{draft.version_public_id}/content/package")
        page.get_by_label("Package").set_input_files(bad)
        page.get_by_role("button", name="Import").click()
        expect(page.get_by_text("leads out of the package").first).to_be_visible()
    with site.world.acting(site.vendor):
        assert len(db.session.scalars(select(Lesson)).all()) == 1


def test_without_script_the_page_says_that_packages_need_it(site: Site, member: UserRef) -> None:
    course = make_package_course(site, package_12())
    make.enrol(site.world, site.vendor, member, course)
    with site.page(member, script=False) as page:
        page.goto(f"/acme/training/courses/{course.public_id}/lessons/{course.lessons[0]}")
        expect(page.get_by_text("This lesson needs script")).to_be_visible()


@pytest.mark.parametrize("width", [1280, 360])
def test_the_lessons_page_is_free_of_faults(site: Site, member: UserRef, width: int) -> None:
    course = make_package_course(site, course_2004())
    make.enrol(site.world, site.vendor, member, course)
    with site.page(member, width=width) as page:
        page.goto(f"/acme/training/courses/{course.public_id}/lessons/{course.lessons[0]}")
        assert_accessible(page)
        page.locator("[data-open]").click()
        content_frame(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
