"""Packages as their learners have them before them: opened, looked into, saved."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Frame, Page
from sqlalchemy import select

from prm.extensions import db
from prm.infra.db import transaction
from prm.permissions import Role
from prm.training.models import Enrolment
from prm.training.models.content import ItemState, PackageProgress
from prm.training.services.packages import add_package, keep_package
from tests.browser.portal import wait_for
from tests.browser.site import Site, open_site
from tests.factories import World
from tests.factories import training as make
from tests.factories.training import CourseRef
from tests.factories.world import UserRef


@pytest.fixture
def site(world: World, chromium: Browser, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    with open_site(world, chromium) as opened:
        content = opened.address.replace("://", "://{package}.content.")
        monkeypatch.setitem(world.app.config, "BASE_URL", opened.address)
        monkeypatch.setitem(world.app.config, "CONTENT_URL", content)
        yield opened


@pytest.fixture
def member(site: Site) -> UserRef:
    return site.world.user(
        Role.PARTNER_MEMBER, partnership=site.world.partnership(site.vendor), name="Mia Member"
    )


def make_package_course(site: Site, content: bytes, **details: object) -> CourseRef:
    """A published course of one lesson: the package."""
    draft = make.make_draft(site.world, site.vendor, "Packaged", lessons=0, has_quiz=False)
    with site.world.acting(site.vendor) as actor:
        kept = keep_package(actor, io.BytesIO(content), "course.zip")
        with transaction():
            lesson = add_package(actor, draft.version_public_id, kept, **details)  # type: ignore[arg-type]
    make.publish(site.world, site.vendor, draft)
    return CourseRef(
        draft.id, draft.public_id, draft.version_id, draft.version_public_id, draft.title, (lesson.public_id,)
    )


def open_package(page: Page, course: CourseRef) -> Frame:
    """Open the lesson's package; returns the frame of its content."""
    page.goto(f"/acme/training/courses/{course.public_id}/lessons/{course.lessons[0]}")
    page.locator("[data-open]").click()
    return content_frame(page)


def content_frame(page: Page, name: str = "") -> Frame:
    def look() -> Frame | None:
        for frame in page.frames:
            if frame.name == "sco" and "/files/" in frame.url and name in frame.url:
                return frame
        page.wait_for_timeout(50)
        return None

    frame = wait_for(look, f"the content's frame {name}", 15)
    frame.wait_for_load_state()
    frame.locator("#log, p").first.wait_for()
    return frame


def log_of(frame: Frame) -> str:
    return frame.locator("#log").inner_text()


def wait_for_saved(page: Page) -> None:
    page.locator("[data-status]", has_text="Saved").wait_for()


def states(site: Site) -> dict[str, ItemState]:
    with site.world.acting(site.vendor):
        return {row.item: row for row in db.session.scalars(select(ItemState)).all()}


def progress(site: Site) -> PackageProgress:
    with site.world.acting(site.vendor):
        return db.session.scalars(select(PackageProgress)).one()


def enrolment(site: Site) -> Enrolment:
    with site.world.acting(site.vendor):
        return db.session.scalars(select(Enrolment)).one()
