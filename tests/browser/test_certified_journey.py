"""From a package, a video and a quiz to a certificate that anybody checks, its end and its renewal.

The command line makes the vendor and its first person; everything else is made in this run by a
person before a browser.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from time import monotonic

import pytest
from playwright.sync_api import Browser

from tests.browser.certified import author, checker, learner, vendor
from tests.browser.certified.stage import Stage
from tests.browser.portal import Portal, served

pytestmark = [pytest.mark.browser, pytest.mark.slow]

Chapters = Iterable[Callable[[Stage], None]]

TO_THE_CERTIFICATE = (
    vendor.the_operator_makes_a_vendor,
    vendor.the_administrator_invites_an_author_and_a_reseller,
    author.the_author_makes_the_course,
    author.the_author_makes_the_path,
    vendor.the_administrator_makes_the_certification,
    vendor.the_administrator_assigns_the_path,
    learner.the_learner_begins_at_the_desk,
    learner.the_learner_goes_on_by_phone,
    learner.the_learner_has_the_pdf_in_two_clicks,
)
CHECKED_AND_REVOKED = (
    checker.anybody_verifies_it_online_and_keeps_the_checker,
    checker.it_is_valid_with_the_network_off,
    vendor.the_administrator_revokes_with_a_reason,
    checker.both_say_that_it_is_revoked,
)
RENEWED = (
    author.the_author_changes_one_lesson_materially,
    learner.the_learner_redoes_that_lesson_alone,
    learner.the_certificate_was_renewed,
)
DAYS_LATER = 300  # of a year: within its last 90 days


def play(stage: Stage, chapters: Chapters) -> None:
    for chapter in chapters:
        began = monotonic()
        chapter(stage)
        print(f"{chapter.__name__}: {monotonic() - began:.1f} s")
    assert not stage.complaints.found, "\n".join(stage.complaints.found)


def test_a_certificate_is_earned_on_two_devices_checked_offline_and_revoked(
    empty_portal: Portal, chromium: Browser, tmp_path: Path
) -> None:
    play(Stage(empty_portal, chromium, tmp_path), (*TO_THE_CERTIFICATE, *CHECKED_AND_REVOKED))


@pytest.mark.deep
def test_a_certificate_is_renewed_by_what_changed_alone(chromium: Browser, tmp_path: Path) -> None:
    folder = tmp_path / "portal"
    with served(folder) as portal:
        stage = Stage(portal, chromium, tmp_path)
        play(stage, TO_THE_CERTIFICATE)
    # The vendor's server goes on, with time gone by.
    with served(folder, again=portal, days_later=DAYS_LATER) as stage.portal:
        stage.days_later = DAYS_LATER
        play(stage, (*RENEWED, *CHECKED_AND_REVOKED))
