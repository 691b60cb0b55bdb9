"""Pages of training before a real browser: previews, mistakes, phones, what axe finds."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from prm.permissions import Role
from tests.browser.axe import assert_accessible
from tests.browser.csp import collect_csp_violations
from tests.browser.site import Site, open_site
from tests.factories import World
from tests.factories import assessment as exams
from tests.factories import training as make
from tests.factories.training import CourseRef
from tests.factories.world import UserRef

pytestmark = pytest.mark.browser

LOOKS = [(1280, "light"), (1280, "dark"), (360, "light")]


@pytest.fixture
def site(world: World, chromium: Browser) -> Iterator[Site]:
    with open_site(world, chromium) as opened:
        yield opened


@pytest.fixture
def author(site: Site) -> UserRef:
    return site.world.user(Role.CONTENT_AUTHOR, vendor=site.vendor)


def test_the_preview_appears_beside_the_text_and_saves_nothing(site: Site, author: UserRef) -> None:
    draft = make.make_draft(site.world, site.vendor)
    path = f"/acme/training/lessons/{draft.lessons[0]}/edit"
    with site.page(author) as page:
        with collect_csp_violations(page) as refused:
            page.goto(path)
            page.get_by_label("Text").fill("# Fresh words\n\n<b>not bold</b>")
            page.get_by_role("button", name="Preview").click()
            page.locator("#lesson-preview h2", has_text="Fresh words").wait_for()
        assert page.url.endswith("/edit")
        assert page.get_by_label("Text").input_value().startswith("# Fresh words")
        assert refused == []
    with site.page(author, script=False) as page:
        page.goto(path)
        expect(page.get_by_label("Text")).to_have_value(re.compile("Text of part 1."))
        page.get_by_label("Text").fill("# Without script")
        page.get_by_role("button", name="Preview").click()
        expect(page.locator("#lesson-preview h2")).to_have_text("Without script")
        page.get_by_role("button", name="Save the lesson").click()
        expect(page.get_by_text("The lesson is saved.")).to_be_visible()


def test_a_quiz_is_taken_with_the_keyboard_alone(site: Site) -> None:
    member = site.world.user(Role.PARTNER_MEMBER, partnership=site.world.partnership(site.vendor))
    course = make.make_course(site.world, site.vendor)
    make.do_lessons(site.world, site.vendor, member, course)
    with site.page(member, width=360) as page:
        page.goto(f"/acme/training/courses/{course.public_id}/quiz")
        page.get_by_role("button", name="Start the quiz").focus()
        page.keyboard.press("Enter")
        page.wait_for_url("**/questions")
        page.get_by_label("Port 80", exact=True).focus()
        page.keyboard.press("ArrowDown")  # to the next choice, which is right
        page.keyboard.press("Tab")  # whether to come back to the next question
        page.keyboard.press("Tab")
        page.keyboard.press("Space")
        page.keyboard.press("Tab")
        page.keyboard.press("Tab")
        page.keyboard.press("Space")
        page.keyboard.press("Tab")
        page.keyboard.press("Tab")
        page.keyboard.type("98765,45")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.wait_for_url("**/attempts/**")
        expect(page.get_by_role("heading", name="Passed")).to_be_visible()
        expect(page.get_by_text("3 of 3 questions right")).to_be_visible()


def test_answers_are_saved_as_they_are_given_and_the_clock_hands_them_in(site: Site) -> None:
    world, vendor = site.world, site.vendor
    exams.add_every_kind(world, vendor)
    member = world.user(Role.PARTNER_MEMBER, partnership=world.partnership(vendor))
    course = exams.make_exam(
        world, vendor, draws=(("Every kind", None, 6),), rules={"time_limit_minutes": 1}, pass_mark=10
    )
    make.enrol(world, vendor, member, course)
    path = f"/acme/training/courses/{course.public_id}/quiz"
    with site.page(member, width=390) as page:
        page.goto(path)
        page.get_by_role("button", name="Start the quiz").click()
        clock = page.get_by_role("timer")
        expect(clock).to_have_text(re.compile(r"^0:5\d left$"))
        page.get_by_label("Port 8443").check()
        expect(page.get_by_text(re.compile("^Saved at"))).to_be_visible()
        page.context.set_offline(True)
        page.get_by_label("Back up").select_option("1")
        expect(page.get_by_text("Not saved yet. Trying again.")).to_be_visible()
        page.context.set_offline(False)
        expect(page.get_by_text(re.compile("^Saved at"))).to_be_visible(timeout=10_000)
        assert_accessible(page)
    with site.page(member) as page:  # another device
        page.goto(f"{path}/questions")
        expect(page.get_by_label("Port 8443")).to_be_checked()
        expect(page.get_by_label("Back up")).to_have_value("1")
        # The clock strikes: what is there is sent, gaps and all.
        page.clock.install()
        page.reload()
        page.clock.fast_forward(70_000)
        page.wait_for_url("**/attempts/**")
        expect(page.get_by_text("1 of 6 questions right")).to_be_visible()


@pytest.mark.parametrize(("width", "look"), LOOKS)
def test_learners_pages_are_free_of_faults(site: Site, width: int, look: str) -> None:
    world, vendor = site.world, site.vendor
    member = world.user(Role.PARTNER_MEMBER, partnership=world.partnership(vendor))
    done, shut, taken = (make.make_course(world, vendor, title) for title in ("Done", "Shut", "Taken"))
    enrolment = make.complete(world, vendor, member, done)
    assert enrolment.course_id == done.id
    failed = make.do_lessons(world, vendor, member, shut)
    for _ in range(3):
        attempt = make.submit(world, vendor, member, failed, shut.wrong_answers)
    make.do_lessons(world, vendor, member, taken)
    with site.page(member, width=width, look=look) as page:
        for path in (
            "", f"courses/{done.public_id}", f"courses/{shut.public_id}", f"courses/{taken.public_id}/quiz",
            f"courses/{taken.public_id}/lessons/{taken.lessons[0]}", f"attempts/{attempt.public_id}",
        ):  # fmt: skip
            page.goto(f"/acme/training/{path}")
            assert_accessible(page)
        page.goto(f"/acme/training/courses/{taken.public_id}/quiz")
        page.get_by_role("button", name="Start the quiz").click()
        page.get_by_text("Every answer is saved as you give it.").wait_for()
        assert_accessible(page)
        page.get_by_role("button", name="Send my answers").click()
        page.get_by_text("No attempt was used").first.wait_for()
        assert_accessible(page)


@pytest.mark.parametrize(("width", "look"), LOOKS)
def test_authors_pages_are_free_of_faults(site: Site, author: UserRef, width: int, look: str) -> None:
    draft = make.make_draft(site.world, site.vendor)
    version = f"/acme/training/versions/{draft.version_public_id}"
    with site.page(author, width=width, look=look) as page:
        for path in (
            "/acme/training/authoring", version, f"{version}/publish", f"{version}/lessons/new",
            f"/acme/training/courses/{draft.public_id}/images",
            f"/acme/training/lessons/{draft.lessons[0]}/delete",
            f"/acme/training/questions/{draft.questions[2].public_id}/edit",
        ):  # fmt: skip
            page.goto(path)
            assert_accessible(page)
        for path, name in (
            ("/acme/training/authoring/new", "Create the draft"),
            (f"{version}/questions/new?kind=multiple", "Save the question"),
            (f"{version}/questions/new?kind=numeric", "Save the question"),
        ):
            page.goto(path)
            page.get_by_role("button", name=name).click()
            page.get_by_text("Please correct the following").wait_for()
            assert_accessible(page)
        page.goto(f"/acme/training/lessons/{draft.lessons[0]}/edit")
        save_meanwhile(site, draft)
        page.get_by_role("button", name="Save the lesson").click()
        page.get_by_role("button", name="Save over it").wait_for()
        assert_accessible(page)


def save_meanwhile(site: Site, draft: CourseRef) -> None:
    with site.world.acting(site.vendor) as actor, make.transaction():
        make.services.edit_lesson(actor, draft.lessons[0], revision=1, title="T", body="Theirs", minutes=None)


@pytest.mark.parametrize(("width", "look"), LOOKS)
def test_managers_pages_are_free_of_faults(site: Site, width: int, look: str) -> None:
    world, vendor = site.world, site.vendor
    partnership = world.partnership(vendor)
    people = [world.user(Role.PARTNER_MEMBER, partnership=partnership) for _ in range(3)]
    courses = [make.make_course(world, vendor, f"Course number {n} with a long name") for n in range(4)]
    make.complete(world, vendor, people[0], courses[0])
    make.do_lessons(world, vendor, people[1], courses[1])
    make.assign(world, partnership, courses[2])
    manager = world.user(Role.CHANNEL_MANAGER, vendor=vendor)
    with site.page(manager, width=width, look=look) as page:
        for path in (
            "progress", "progress?standing=failed", f"progress/{people[0].public_id}", "assign",
            f"assign?company_id={partnership.public_id}",
        ):  # fmt: skip
            page.goto(f"/acme/training/{path}")
            assert_accessible(page)
        page.get_by_role("button", name="Check", exact=True).click()
        page.get_by_text("Please correct the following").wait_for()
        assert_accessible(page)
        page.get_by_label(courses[3].title).check()
        page.get_by_role("button", name="Check", exact=True).click()
        page.get_by_text("Check before you assign").wait_for()
        assert_accessible(page)
        page.get_by_role("button", name="Assign now").click()
        page.get_by_text("3 enrolments are new").wait_for()
