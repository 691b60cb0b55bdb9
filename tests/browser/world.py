"""What the demo's world lacks, made through pages: drafts, open invitations, rejected rows, an open quiz."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from prm.demo.people import PASSWORD
from tests.browser.main_job import material
from tests.browser.main_job.sales import upload
from tests.browser.main_job.story import labelled, to
from tests.browser.main_job.vendor import invite
from tests.browser.portal import Portal, browsing, follow, sign_in

BAD_DEALS = """external_id,partner,stage,closed_on,amount
1,Bright Path IT,won,2026-02-30,10
2,Nobody,won,,x
"""
INVOICES = """external_id,partner,invoiced_on,due_on,amount
I-1,Bright Path IT,2026-01-31,2026-03-01,10.00
I-2,Bright Path IT,2026-02-28,,20.00
"""
PAYMENTS = """external_id,invoice_external_id,paid_on,amount
P-1,I-1,2026-02-15,4.00
"""
TARGETS = """partner,quarter,amount
Bright Path IT,2026-Q1,1000
,2026-Q1,9000
"""
PRODUCTS = """name,price
Lumen Core,1.00
Lumen Forecast,many
"""
LESSON = """# Heading

%s

| a | b |
|---|---|
| 1 | 2 |
"""


def fill_up(portal: Portal, chromium: Browser, folder: Path) -> None:
    """Give every list of the vendor Lumen something to show."""
    bad = folder / "bad-deals.csv"
    bad.write_text(BAD_DEALS, encoding="utf-8")
    portal.command("imports", "run", str(bad), "--vendor", "lumen", "--kind", "deals", "--source", "other")
    with browsing(chromium, portal) as page:
        sign_in(page, "admin@lumen.example", PASSWORD)
        to(page, "Products")
        page.get_by_role("link", name="Lumen Core", exact=True).click()
        labelled(page, "List price").fill("4321")
        follow(page, page.get_by_role("button", name="Save"))
    for kind, content in (
        ("invoices", INVOICES), ("payments", PAYMENTS), ("targets", TARGETS),
        ("products", PRODUCTS),  # a conflict with what was changed by hand, and a rejected row
    ):  # fmt: skip
        file = folder / f"{kind}.csv"
        file.write_text(content, encoding="utf-8")
        portal.command("imports", "run", str(file), "--vendor", "lumen", "--kind", kind, "--source", "other")
    with browsing(chromium, portal) as page:
        sign_in(page, "admin@lumen.example", PASSWORD)
        upload(page, "Deals", bad)  # stays a draft
        to(page, "People")
        page.get_by_role("link", name="Invite somebody").first.click()
        invite(page, "new@lumen.example", "Nora Neu", "Content author")
        look_after_partners(page)
    with browsing(chromium, portal) as page:
        sign_in(page, "author@lumen.example", PASSWORD)
        page.goto("/lumen/training/authoring/new")
        labelled(page, "Title").fill("A course being written")
        page.get_by_role("button", name="Create the draft").click()
        line = material.upload_an_image(folder, page)
        material.write_a_lesson(page, "With a picture", LESSON % line)
        material.write_the_questions(page)
    with browsing(chromium, portal) as page:
        sign_in(page, "taro@brightpath.example", PASSWORD)
        page.goto("/lumen/")
        reach_a_quiz(page)


def look_after_partners(page: Page) -> None:
    """The public form is open and somebody applied; an agreement, milestones, a desk, a merged duplicate."""
    page.goto("/lumen/partners/applications/form")
    page.get_by_role("checkbox", name="Companies can apply").check()
    page.get_by_role("button", name="Save").click()
    page.get_by_role("link", name="Add a question").click()
    labelled(page, "Question").fill("How many engineers?")
    follow(page, page.get_by_role("button", name="Save"))
    page.goto("/lumen/partners/agreements/new")
    labelled(page, "Text").fill("# Together\n\nBe kind.")
    page.get_by_role("button", name="Publish").click()
    page.get_by_role("dialog").get_by_role("button", name="Publish").click()
    page.get_by_text("is published").wait_for()
    page.goto("/lumen/onboarding/template")
    follow(page, page.get_by_role("button", name="Add", exact=True))
    page.goto("/lumen/partners/new")
    labelled(page, "Company").fill("Bright Path Inc")
    follow(page, page.get_by_role("button", name="Save"))
    page.goto("/lumen/partners/?search=Bright+Path+IT")
    page.get_by_role("link", name="Bright Path IT").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Bright Path IT")
    story = page.url
    page.goto(f"{story}/merge?name=Bright+Path+Inc")
    follow(page, page.get_by_role("button", name="Merge into Bright Path IT"))
    page.goto(f"{story}/branches")
    labelled(page, "Name").fill("Portland office")
    follow(page, page.get_by_role("button", name="Add the branch"))
    page.goto(f"{story}/desk")
    labelled(page, "Note").fill("Prefers mail.")
    follow(page, page.get_by_role("button", name="Add the note"))
    page.locator("#contacts").get_by_label("Name").fill("Carla Contact")
    follow(page, page.get_by_role("button", name="Add the contact"))
    labelled(page, "What has to be done").fill("Call about the renewal")
    labelled(page, "Until").fill("2026-01-01")
    follow(page, page.get_by_role("button", name="Add the task"))
    page.goto(f"{story}/documents")
    labelled(page, "Title").fill("Contract")
    page.locator("input[type=file]").set_input_files(
        {"name": "contract.txt", "mimeType": "text/plain", "buffer": b"We agree."}
    )
    follow(page, page.get_by_role("button", name="Add the document"))
    page.goto("/lumen/apply")
    labelled(page, "Company").fill("Newcomer Ltd")
    labelled(page, "Web site").fill("newcomer.example")
    labelled(page, "Country").select_option(label="Germany")
    labelled(page, "Your name").fill("Nina New")
    labelled(page, "Mail address").fill("nina@newcomer.example")
    page.wait_for_timeout(3_500)
    follow(page, page.get_by_role("button", name="Send the application"))
    page.goto("/sent-mail")
    link = page.locator("main a[href*='/apply/confirm/']").first.get_attribute("href")
    assert link
    page.goto(link)
    page.get_by_role("button", name="Send to").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you")


def reach_a_quiz(page: Page) -> None:
    """From home: every lesson of the next course is done, its quiz is open and not taken."""
    follow(page, page.get_by_role("link", name=re.compile("^(Begin|Continue)$")))
    follow(
        page, page.get_by_role("link", name=re.compile("^(Start|Continue where you left off|To the quiz)$"))
    )
    while (done := page.get_by_role("button", name="Mark as done and continue")).count():
        follow(page, done)
