"""The author makes a course of a package, a video, a text and a quiz; a path with it; changes it later."""

from __future__ import annotations

import base64
import re

from playwright.sync_api import Page, expect

from tests.browser.certified.stage import COURSE, PACKAGE, PATH, TEXT, VIDEO, Stage
from tests.browser.main_job.material import write_a_lesson, write_choices
from tests.browser.main_job.story import AUTHOR, labelled, to
from tests.factories.packages import package_2004
from tests.training.test_videos import CAPTIONS
from tests.training.test_videos_in_the_browser import RECORD

SECONDS = 1.5  # of the video: it is watched as long as it runs


def the_author_makes_the_course(stage: Stage) -> None:
    with stage.person(AUTHOR[0]) as page:
        to(page, "Courses")
        page.get_by_role("link", name="Write a course").first.click()
        labelled(page, "Title").fill(COURSE)
        page.get_by_label("Summary").fill("From an empty server to the first report.")
        page.get_by_role("checkbox", name="Technical").check()
        page.get_by_role("button", name="Create the draft").click()
        the_package_is_imported(stage, page)
        the_video_is_added(stage, page)
        write_a_lesson(page, TEXT, "Open *Reports* and choose one.")
        write_choices(page, "One right choice", "Which port does it listen on?", {"8000": True, "25": False})
        page.get_by_role("link", name="Publish").click()
        page.get_by_role("button", name="Publish").click()
        expect(page.get_by_text(f"{COURSE} is published.")).to_be_visible()


def the_package_is_imported(stage: Stage, page: Page) -> None:
    file = stage.folder / "safe-start.zip"
    file.write_bytes(package_2004(title=PACKAGE))
    page.get_by_role("link", name="Add a lesson: SCORM package").click()
    labelled(page, "Package").set_input_files(file)
    page.get_by_role("button", name="Import").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(PACKAGE)
    expect(page.get_by_text("SCORM 2004 4th Edition")).to_be_visible()
    page.get_by_role("link", name=COURSE).click()


def the_video_is_added(stage: Stage, page: Page) -> None:
    recorded = page.context.new_page()
    film = stage.folder / "tour.webm"
    film.write_bytes(base64.b64decode(recorded.evaluate(RECORD, SECONDS * 1000)))
    recorded.close()
    page.get_by_role("link", name="Add a lesson: Video").click()
    labelled(page, "Video").set_input_files(film)
    page.get_by_label("Captions file").set_input_files(
        {"name": "tour.vtt", "mimeType": "text/vtt", "buffer": CAPTIONS}
    )
    labelled(page, "Title").fill(VIDEO)
    page.get_by_role("button", name="Save the lesson").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(VIDEO)
    page.get_by_role("link", name=COURSE).click()


def the_author_makes_the_path(stage: Stage) -> None:
    with stage.person(AUTHOR[0]) as page:
        to(page, "Courses")
        page.get_by_role("link", name="Learning paths").click()
        page.get_by_role("link", name="Write a path").first.click()
        labelled(page, "Title").fill(PATH)
        page.get_by_label("Summary").fill("Installs Northstar alone and explains its first report.")
        page.get_by_role("button", name="Create the draft").click()
        labelled(page, "Course").select_option(label=COURSE)
        page.get_by_role("button", name="Add the course").click()
        expect(page.get_by_role("link", name=f"1. {COURSE}")).to_be_visible()
        page.get_by_role("link", name="Publish").click()
        page.get_by_role("button", name="Publish").click()
        expect(page.get_by_text(f"{PATH} is published.")).to_be_visible()


def the_author_changes_one_lesson_materially(stage: Stage) -> None:
    """Version 2: the text says something else, the package and the video stay."""
    with stage.person(AUTHOR[0]) as page:
        to(page, "Courses")
        page.get_by_role("link", name=COURSE).first.click()
        page.get_by_role("link", name="Open for writing").click()
        page.get_by_role("button", name="New version").click()
        page.get_by_role("link", name=f". {TEXT}").click()
        labelled(page, "Text").fill("Reports have moved: open *Insights*.")
        page.get_by_role("button", name="Save the lesson").click()
        page.get_by_role("link", name="Publish").click()
        changed = page.get_by_role("group", name=f"Changed lesson: {TEXT}")
        expect(page.get_by_role("group", name=re.compile("^Changed lesson"))).to_have_count(1)
        changed.get_by_role("radio", name="To be redone (material)").check()
        page.get_by_role("button", name="Publish").click()
        expect(page.get_by_text(f"{COURSE} is published.")).to_be_visible()
