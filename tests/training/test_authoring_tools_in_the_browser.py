"""Packages that behave as those of authoring tools do, rather than as the standards' examples."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page
from sqlalchemy import select

from prm.extensions import db
from prm.training.models.content import ItemState
from tests.browser.site import Site
from tests.factories import training as make
from tests.factories.packages import (
    SCO_PAGE,
    course_2004,
    manifest_12,
    manifest_2004,
    package_12,
    package_2004,
    zipped,
)
from tests.factories.world import UserRef
from tests.training.player import (
    content_frame,
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


def save_and_leave(page: Page) -> None:
    page.get_by_role("button", name="Save and leave").click()
    page.locator("[data-open]:enabled").wait_for()


# Questions of every type, all answered but the last two; of the last not even the type is said.
ANSWERS = {
    "1.2": [
        ("choice", "a_b"), ("true-false", "t"), ("fill-in", "word"), ("matching", "1.a,2.b"),
        ("performance", "done"), ("sequencing", "a,b"), ("likert", "1"), ("numeric", "3"),
        ("choice", "c"), ("choice", "d"), ("choice", "e"), ("choice", ""), ("", ""),
    ],
    "2004": [
        ("choice", "a[,]b"), ("true-false", "true"), ("fill-in", "{lang=de}Wort"), ("long-fill-in", "More"),
        ("matching", "1[.]a[,]2[.]b"), ("performance", "step[.]1"), ("sequencing", "a[,]b"),
        ("likert", "agree"), ("numeric", "3.5"), ("other", "any"), ("choice", "c"), ("matching", ""),
        ("", ""),
    ],
}  # fmt: skip
ANSWER = """(questions) => {
  const field = is2004 ? 'learner_response' : 'student_response';
  questions.forEach(([type, answer], n) => {
    const told = { id: `question_${n}`, type, 'objectives.0.id': 'goal', [field]: answer };
    told['correct_responses.0.pattern'] = answer;
    for (const [name, value] of Object.entries(told)) {
      if (value && set(`cmi.interactions.${n}.${name}`, value) !== 'true') throw new Error(`${type} ${name}`);
    }
  });
  set('cmi.objectives.0.id', 'goal');
  set(is2004 ? 'cmi.objectives.0.success_status' : 'cmi.objectives.0.status', 'passed');
  set('cmi.suspend_data', 'slide-3');
  return commit();
}"""


@pytest.mark.parametrize("edition", ["1.2", "2004"])
def test_answers_are_there_when_a_package_is_opened_again(site: Site, member: UserRef, edition: str) -> None:
    course = make_package_course(site, package_2004() if edition == "2004" else package_12())
    make.enrol(site.world, site.vendor, member, course)
    asked = ANSWERS[edition]
    with site.page(member) as page:
        assert open_package(page, course).evaluate(ANSWER, asked) == "true"
        wait_for_saved(page)
    with site.page(member) as page:
        frame = open_package(page, course)
        assert "entry resume" in log_of(frame)
        assert "data slide-3" in log_of(frame)
        assert frame.evaluate("get('cmi.interactions._count')") == str(len(asked))
        assert frame.evaluate("get('cmi.objectives.0.id')") == "goal"
        if edition == "2004":  # of 1.2 no content may read them
            for n, (kind, answer) in enumerate(asked):
                assert frame.evaluate(f"get('cmi.interactions.{n}.type')") == kind
                assert frame.evaluate(f"get('cmi.interactions.{n}.learner_response')") == answer
            assert frame.evaluate("get('cmi.objectives.0.success_status')") == "passed"
        frame.evaluate(f"set('cmi.interactions.{len(asked)}.id', 'one_more')")
        wait_for_saved(page)
        kept = states(site)["I1"].cmi["interactions"]
        field = "learner_response" if edition == "2004" else "student_response"
        assert [(kept[str(n)]["type"], kept[str(n)][field]) for n in range(len(asked))] == asked


def test_answers_do_not_close_the_way_on(site: Site, member: UserRef) -> None:
    course = make_package_course(site, course_2004())
    make.enrol(site.world, site.vendor, member, course)
    with site.page(member) as page:
        open_package(page, course).evaluate(ANSWER, ANSWERS["2004"])
        wait_for_saved(page)
    with site.page(member) as page:
        open_package(page, course).evaluate("set('cmi.completion_status', 'completed')")
        wait_for_saved(page)
        page.get_by_role("button", name="Continue").click()
        content_frame(page, "two")


# As the drivers of several tools end: at every unload they ask that all be suspended, or be over.
ENDS_ALL = SCO_PAGE.replace(
    "ended) { end(); }",
    "ended) { set('adl.nav.request', 'REQUEST'); set('cmi.exit', 'suspend'); commit(); end(); }",
)


@pytest.mark.parametrize("request_", ["suspendAll", "exitAll", "continue", "abandonAll"])
def test_what_content_asks_for_as_it_is_closed_leads_nobody_away(
    site: Site, member: UserRef, request_: str
) -> None:
    control = '<imsss:sequencing><imsss:controlMode choice="true" flow="true"/></imsss:sequencing>'
    items = "".join(
        f'<item identifier="I{n}" identifierref="R{n}"><title>Part {n}</title></item>' for n in (1, 2, 3)
    )
    names = ("one", "two", "three")
    made = {f"{name}.html": ENDS_ALL.replace("REQUEST", request_) for name in names}
    text = manifest_2004(items, sequencing=control, pages=names)
    course = make_package_course(site, zipped({"imsmanifest.xml": text, **made}))
    make.enrol(site.world, site.vendor, member, course)
    with site.page(member) as page:
        open_package(page, course).evaluate("set('cmi.suspend_data', 'first')")
        page.locator("[data-item=I2]").click()
        content_frame(page, "two").evaluate("set('cmi.suspend_data', 'second')")
        save_and_leave(page)
        frame = open_package(page, course)
        assert frame.url.endswith("two.html"), "on where they left"
        assert "data second" in log_of(frame)
        page.locator("[data-item=I1]").click()
        assert "data first" in log_of(content_frame(page, "one"))


@pytest.mark.parametrize("edition", ["1.2", "2004"])
def test_content_that_begins_and_ends_and_says_nothing_else_is_completed(
    site: Site, member: UserRef, edition: str
) -> None:
    """So the standards have it: an item that never spoke of its status is completed by ending."""
    course = make_package_course(site, package_2004() if edition == "2004" else package_12())
    make.enrol(site.world, site.vendor, member, course)
    status = "cmi.completion_status" if edition == "2004" else "cmi.core.lesson_status"
    with site.page(member) as page:
        open_package(page, course)
        save_and_leave(page)
        assert progress(site).completion.value == "completed"
        frame = open_package(page, course)
        if edition == "1.2":
            assert frame.evaluate(f"get('{status}')") == "completed"


def test_content_that_is_suspended_or_left_to_say_so_itself_is_not_completed(
    site: Site, member: UserRef
) -> None:
    said_by_content = manifest_2004(
        '<item identifier="I1" identifierref="R1"><title>One</title><imsss:sequencing>'
        '<imsss:deliveryControls completionSetByContent="true"/></imsss:sequencing></item>'
    )
    own = make_package_course(site, zipped({"imsmanifest.xml": said_by_content, "one.html": SCO_PAGE}))
    newer, older = make_package_course(site, package_2004()), make_package_course(site, package_12())
    for course, before in (
        (own, "1"),
        (newer, "set('cmi.exit', 'suspend')"),
        (newer, "set('cmi.location', 'page-2')"),
        (older, "set('cmi.core.exit', 'suspend')"),
        (older, "set('cmi.suspend_data', 'half')"),
    ):
        make.enrol(site.world, site.vendor, member, course)
        with site.page(member) as page:
            open_package(page, course).evaluate(before)
            save_and_leave(page)
    with site.world.acting(site.vendor):
        kept = {row.completion.value for row in db.session.scalars(select(ItemState))}
    assert kept <= {"unknown", "not_attempted"}


# Looks for both editions' APIs, each up to the last window, as drivers do that run in either.
LOOKS_FOR_BOTH = """<!doctype html><title>x</title><pre id="log"></pre><script>
function climb(name) {
  var win = window, tries = 0;
  while (!win[name] && win.parent && win.parent !== win && tries < 500) { win = win.parent; tries += 1; }
  return win[name] || null;
}
var newer = climb('API_1484_11'), older = climb('API');
if (!newer && !older && window.top.opener) { older = window.top.opener.API; }
var begun = newer ? newer.Initialize('') : older.LMSInitialize('');
document.getElementById('log').textContent = (newer ? '2004 ' : '') + (older ? '1.2 ' : '') + begun;
</script>"""


@pytest.mark.parametrize(("edition", "found"), [("1.2", "1.2 true"), ("2004", "2004 true")])
def test_content_may_look_for_either_api_in_every_window_above_it(
    site: Site, member: UserRef, edition: str, found: str
) -> None:
    text = manifest_2004() if edition == "2004" else manifest_12()
    course = make_package_course(site, zipped({"imsmanifest.xml": text, "one.html": LOOKS_FOR_BOTH}))
    make.enrol(site.world, site.vendor, member, course)
    with site.page(member) as page:
        assert log_of(open_package(page, course)) == found


CLIMBS = """
function climb(win) {
  while (!win.API && win.parent && win.parent !== win) { win = win.parent; }
  return win.API || null;
}
function find() {
  return climb(window) || (window.top.opener && climb(window.top.opener)) || null;
}
"""


def test_content_in_a_window_of_its_own_reports_by_its_opener(site: Site, member: UserRef) -> None:
    files: dict[str, str | bytes] = {
        "imsmanifest.xml": manifest_12(),
        "lms/api.js": CLIMBS,
        "one.html": """<!doctype html><title>x</title><p id="log">Starts in a window of its own.</p>
            <button onclick="window.open('res/player.html', 'player', 'width=600,height=400')">Start</button>
            <script src="lms/api.js"></script><script>find().LMSInitialize('');</script>""",
        "res/player.html": """<!doctype html><title>x</title><p></p><script src="../lms/api.js"></script>
            <script>
            function finish() { find().LMSSetValue('cmi.core.lesson_status', 'completed'); }
            function lead(where) {
              try { where.location = 'about:blank'; } catch (error) { return error.name; }
            }
            </script>""",
    }
    course = make_package_course(site, zipped(files))
    make.enrol(site.world, site.vendor, member, course)
    with site.page(member) as page:
        frame = open_package(page, course)
        with page.expect_popup() as opened:
            frame.get_by_role("button", name="Start").click()
        window = opened.value
        window.wait_for_load_state()
        assert window.evaluate("lead(opener.top)") == "SecurityError", "the portal's page stays where it is"
        window.evaluate("finish()")
        wait_for_saved(page)
        assert states(site)["I1"].completion.value == "completed"
