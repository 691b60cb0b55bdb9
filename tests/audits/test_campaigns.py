"""One checklist over many partnerships: chosen once, planned by a job, a result for each."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update

from prm.audits import services, tasks
from prm.audits.models import Audit, AuditCampaign, AuditCampaignTarget, AuditStatus, TargetOutcome
from prm.audits.policy import TrainingCurrent
from prm.audits.queries import campaigns as queries
from prm.extensions import db
from prm.infra import clock
from prm.infra.db import transaction
from prm.partners.models import Partnership, PartnershipStatus
from prm.permissions import Role
from tests.audits.conftest import Cast
from tests.factories import World
from tests.factories import audits as making


@pytest.fixture
def sent(world: World, cast: Cast) -> dict[str, str]:
    """A campaign's form, filled in."""
    return {
        "name": "Spring review",
        "checklist": str(making.make_checklist(world, cast.vendor)),
        "as_of": "2027-01-05",
        "due_on": "2027-03-01",
        "auditor": str(cast.auditor.public_id),
    }


def outcomes(world: World, cast: Cast) -> dict[str, TargetOutcome]:
    with world.acting(cast.vendor):
        rows = db.session.execute(
            select(Partnership.name, AuditCampaignTarget.outcome).join(
                Partnership, Partnership.id == AuditCampaignTarget.partnership_id
            )
        )
        return dict(rows.all())


def test_a_campaign_plans_an_audit_for_every_partner_that_fits(
    world: World, cast: Cast, sent: dict[str, str]
) -> None:
    world.partnership(cast.vendor, "Westside", region="West")
    world.partnership(cast.vendor, "Eastside", region="East")
    world.partnership(cast.vendor, "Former", region="West", status=PartnershipStatus.ENDED)
    client = world.client(cast.auditor)
    started = client.post("/acme/audits/campaigns/new", data={**sent, "region": "West"})
    assert started.status_code == 302
    assert outcomes(world, cast) == {"Northwind": TargetOutcome.MADE, "Westside": TargetOutcome.MADE}
    page = client.get(started.location)
    assert "Northwind" in page.text and "Westside" in page.text and "Eastside" not in page.text
    assert "Chosen by" in page.text and "West" in page.text
    assert "Westside" in client.get(started.location + "?format=csv").text
    assert "Spring review" in client.get("/acme/audits/campaigns/").text
    again = client.post("/acme/audits/campaigns/new", data=sent)
    assert again.status_code == 422 and "already a campaign of this name" in again.text


def test_one_that_cannot_be_planned_says_why_and_the_others_go_on(
    world: World, cast: Cast, sent: dict[str, str]
) -> None:
    west = world.user(Role.CHANNEL_MANAGER, vendor=cast.vendor, region_names=("West",), name="Wanda West")
    world.partnership(cast.vendor, "Eastside", region="East")
    client = world.client(cast.auditor)
    started = client.post("/acme/audits/campaigns/new", data={**sent, "auditor": str(west.public_id)})
    assert outcomes(world, cast) == {"Eastside": TargetOutcome.FAILED, "Northwind": TargetOutcome.MADE}
    assert "Wanda West does not look after" in client.get(started.location).text
    # Who looks after West alone sees nothing of the other partner.
    page = world.client(west).get(started.location).text
    assert "Northwind" in page and "Eastside" not in page


def test_a_campaign_can_open_its_audits_at_once_and_give_them_to_the_partners_managers(
    world: World, cast: Cast, sent: dict[str, str]
) -> None:
    with world.acting(cast.vendor), transaction():
        db.session.get_one(Partnership, cast.partnership.id).manager_user_id = cast.signer.id
    world.partnership(cast.vendor, "Westside", region="West")
    world.client(cast.auditor).post(
        "/acme/audits/campaigns/new", data={**sent, "opens_at_once": "y", "by_manager": "y"}
    )
    with world.acting(cast.vendor):
        made = {a.partnership_id: a for a in db.session.scalars(select(Audit)).all()}
        assert {a.status for a in made.values()} == {AuditStatus.OPEN}
        assert made[cast.partnership.id].auditor_id == cast.signer.id
        others = [a for key, a in made.items() if key != cast.partnership.id]
        assert [a.auditor_id for a in others] == [cast.auditor.id]


def test_compliance_chooses_as_of_the_date(world: World, cast: Cast, sent: dict[str, str]) -> None:
    client = world.client(cast.auditor)
    none = client.post("/acme/audits/campaigns/new", data={**sent, "compliance": "met"})
    assert none.status_code == 422 and "No partner fits" in none.text  # no policy judges anybody
    with world.acting(cast.vendor) as actor, transaction():
        services.set_policy(actor, [TrainingCurrent()], effective_on=clock.today("UTC"))
    assert (
        client.post("/acme/audits/campaigns/new", data={**sent, "compliance": "failing"}).status_code == 422
    )
    assert client.post("/acme/audits/campaigns/new", data={**sent, "compliance": "met"}).status_code == 302


def test_a_lost_job_is_found_and_a_job_that_runs_twice_plans_nothing_twice(
    world: World, cast: Cast, sent: dict[str, str]
) -> None:
    for number in range(services.campaigns.BATCH + 3):
        world.partnership(cast.vendor, f"Partner {number:02}")
    world.client(cast.auditor).post("/acme/audits/campaigns/new", data=sent)
    with world.acting(cast.vendor):
        campaign = db.session.scalars(select(AuditCampaign.id)).one()
        made = len(db.session.scalars(select(Audit.id)).all())
        assert made == services.campaigns.BATCH + 4
        with transaction():  # as if the job had died before the last of them
            last = db.session.scalars(select(Audit).order_by(Audit.id.desc()).limit(1)).one()
            db.session.execute(
                update(AuditCampaignTarget)
                .where(AuditCampaignTarget.audit_id == last.id)
                .values(outcome=TargetOutcome.WAITING, audit_id=None)
            )
            db.session.delete(last)
    with world.app.app_context():
        tasks.make_due_campaigns()
        tasks.make_campaign(cast.vendor.id, campaign)
    with world.acting(cast.vendor) as actor:
        assert len(db.session.scalars(select(Audit.id)).all()) == made
        totals = queries.get_totals(actor, db.session.get_one(AuditCampaign, campaign))
        assert (totals.partners, totals.waiting, totals.failed) == (made, 0, 0)
        assert totals.by_status == {AuditStatus.PLANNED: made}
