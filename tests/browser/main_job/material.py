"""The author writes a course and publishes an asset."""

from __future__ import annotations

import re
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.main_job.story import ASSET, AUTHOR, CAMPAIGN, COURSE, Story, is_shown, labelled, to


def the_author_writes_and_publishes_a_course(story: Story) -> None:
    with story.person(AUTHOR[0]) as page:
        to(page, "Courses")
        page.get_by_role("link", name="Write a course").first.click()
        labelled(page, "Title").fill(COURSE)
        page.get_by_label("Summary").fill("From an empty server to the first report.")
        page.get_by_role("checkbox", name="Technical").check()
        page.get_by_label("Pass mark in percent").fill("100")
        page.get_by_role("button", name="Create the draft").click()
        expect(page.get_by_role("heading", level=1)).to_have_text(COURSE)
        line = upload_an_image(story.folder, page)
        write_a_lesson(
            page, "Before you begin", f"# What you need\n\n- a server\n- **ten minutes**\n\n{line}"
        )
        write_a_lesson(page, "The first report", "Open *Reports* and choose [one](https://example.com/).")
        write_the_questions(page)
        page.get_by_role("link", name="Publish").click()
        page.get_by_role("button", name="Publish").click()
        expect(page.get_by_text(f"{COURSE} is published.")).to_be_visible()


def upload_an_image(folder: Path, page: Page) -> str:
    """The line of Markdown that shows the image."""
    picture = folder / "rack.png"
    Image.new("RGB", (640, 360), "#2f6fed").save(picture)
    page.get_by_role("link", name="Images").click()
    labelled(page, "Image").set_input_files(picture)
    page.get_by_label("What it shows").fill("A rack with one server")
    page.get_by_role("button", name="Upload").click()
    line = page.locator(".image-row code").inner_text()
    assert line.startswith("![A rack with one server](image:")
    page.get_by_role("link", name="Back to the course").click()
    return line


def write_a_lesson(page: Page, title: str, text: str) -> None:
    page.get_by_role("link", name=re.compile("Add a lesson|Write the first lesson")).first.click()
    labelled(page, "Title").fill(title)
    labelled(page, "Minutes").fill("5")
    labelled(page, "Text").fill(text)
    page.get_by_role("button", name="Preview").click()
    preview = page.locator("#lesson-preview .prose")
    expect(preview).to_be_visible()
    if "image:" in text:
        expect(preview.get_by_role("heading").first).to_be_visible()
        assert is_shown(preview.get_by_role("img", name="A rack with one server"))
    page.get_by_role("button", name="Save the lesson").click()
    expect(page.get_by_role("link", name=f". {title}")).to_be_visible()


def write_the_questions(page: Page) -> None:
    write_choices(page, "One right choice", "Which port does it listen on?", {"8000": True, "25": False})
    write_choices(
        page,
        "Several right choices",
        "What do you need?",
        {"A server": True, "A printer": False, "Ten minutes": True},
    )
    page.get_by_role("link", name="Add a question: A number").click()
    labelled(page, "Question").fill("How many gigabytes does it take?")
    labelled(page, "Answer").fill("3.5")
    labelled(page, "Tolerance").fill("0.1")
    page.get_by_role("button", name="Save the question").click()
    expect(page.get_by_text("Answer: 3.5 ± 0.1")).to_be_visible()


def write_choices(page: Page, kind: str, prompt: str, choices: dict[str, bool]) -> None:
    page.get_by_role("link", name=f"Add a question: {kind}").click()
    labelled(page, "Question").fill(prompt)
    for place, (text, is_right) in enumerate(choices.items(), 1):
        page.get_by_role("textbox", name=f"Choice {place}").fill(text)
        if is_right:
            page.get_by_label(f"Right (Choice {place})").check()
    page.get_by_role("button", name="Save the question").click()
    expect(page.get_by_text(prompt)).to_be_visible()


def the_author_publishes_an_asset_in_a_campaign(story: Story) -> None:
    sheet = story.folder / "data-sheet.pdf"
    Image.new("RGB", (595, 842), "#ffffff").save(sheet, "PDF")
    picture = story.folder / "data-sheet.png"
    Image.new("RGB", (800, 500), "#0f766e").save(picture)
    with story.person(AUTHOR[0]) as page:
        to(page, "Marketing library")
        page.get_by_role("link", name="Campaigns").click()
        labelled(page, "Name").fill(CAMPAIGN)
        labelled(page, "Type").select_option(label="Email")
        page.get_by_role("button", name="Make campaign").click()
        expect(page.get_by_text("The campaign is made.")).to_be_visible()

        to(page, "Marketing library")
        page.get_by_role("link", name="Add an asset").first.click()
        labelled(page, "Title").fill(ASSET)
        labelled(page, "Type").select_option(label="Data sheet")
        page.get_by_label("Campaign").select_option(label=CAMPAIGN)
        page.get_by_label("Description").fill("Two pages for a first visit.")
        labelled(page, "File").set_input_files(sheet)
        page.get_by_label("Preview picture").set_input_files(picture)
        page.get_by_role("button", name="Add and publish").click()
        expect(page.get_by_role("heading", level=1)).to_have_text(ASSET)
        assert is_shown(page.get_by_role("img", name=f"Preview of {ASSET}"))
