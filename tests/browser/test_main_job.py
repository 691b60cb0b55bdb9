"""The main job, from an empty vendor to the executive's report, through pages alone.

The command line makes the vendor and its first person. Everything read afterwards was made in this
run by a person before a browser: people, courses, a certification, a policy, assets, imports.
"""

from __future__ import annotations

from pathlib import Path
from time import monotonic

import pytest
from playwright.sync_api import Browser

from tests.browser.main_job import executive, material, partner, sales, vendor
from tests.browser.main_job.story import Story
from tests.browser.portal import Complaints, Portal
from tests.browser.sales_files import sales_files

pytestmark = [pytest.mark.browser, pytest.mark.slow]

CHAPTERS = (
    vendor.the_operator_makes_a_vendor,
    vendor.the_administrator_invites_the_staff,
    sales.the_administrator_imports_the_sales,
    sales.the_administrator_settles_a_misspelt_product,
    material.the_author_writes_and_publishes_a_course,
    vendor.the_administrator_makes_a_certification_and_writes_the_policy,
    material.the_author_publishes_an_asset_in_a_campaign,
    partner.the_manager_invites_a_reseller,
    partner.the_manager_assigns_the_course,
    partner.the_manager_sees_whom_the_partner_lacks,
    partner.the_reseller_begins_at_the_desk,
    partner.the_reseller_goes_on_by_phone_and_passes_the_second_time,
    partner.the_reseller_has_the_certificate_in_two_clicks,
    partner.anybody_verifies_it,
    partner.the_reseller_downloads_the_asset,
    partner.the_manager_sees_what_changed,
    executive.the_executive_reads_the_revenue,
    partner.the_manager_revokes_the_certificate,
)


def test_the_main_job_is_done_through_pages_alone(
    empty_portal: Portal, chromium: Browser, tmp_path: Path
) -> None:
    story = Story(empty_portal, chromium, Complaints(), sales_files(tmp_path), tmp_path)
    for chapter in CHAPTERS:
        began = monotonic()
        chapter(story)
        print(f"{chapter.__name__}: {monotonic() - began:.1f} s")
    assert not story.complaints.found, "\n".join(story.complaints.found)
