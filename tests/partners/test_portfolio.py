"""The list of partners as a channel manager works with it: how each stands, and whose they are."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest
from sqlalchemy import select

from prm.audits import services as audits
from prm.audits.policy import AgreementCurrent
from prm.extensions import db
from prm.infra import clock
from prm.infra.db import transaction
from prm.partners.models import Partnership
from prm.permissions import Role
from tests.factories import VendorRef, World


@pytest.fixture
def acme(world: World) -> VendorRef:
    """North has accepted its agreement, South has not."""
    acme = world.vendor("acme")
    today = clock.today("UTC")
    with world.acting(acme) as actor, transaction():
        audits.set_policy(actor, [AgreementCurrent(12)], effective_on=today - timedelta(days=9))
    for name in ("North", "South"):
        world.partnership(acme, name)
    with world.acting(acme), transaction():
        north = db.session.scalars(select(Partnership).where(Partnership.name == "North")).one()
        north.agreement_accepted_on = today
    return acme


def test_the_list_shows_filters_and_exports_how_partners_stand(world: World, acme: VendorRef) -> None:
    client = world.client(world.user(Role.CHANNEL_MANAGER, vendor=acme))
    page = client.get("/acme/partners/").text
    assert "Compliant</" in page and "Misses 1 rule" in page
    failing = client.get("/acme/partners/?compliance=failing").text
    assert "South</a>" in failing and "North</a>" not in failing
    export = client.get("/acme/partners/?format=csv&compliance=met").get_data(as_text=True)
    [row] = csv.DictReader(io.StringIO(export.lstrip("\ufeff")))
    assert (row["Company"], row["Compliance"]) == ("North", "Compliant")


def test_one_action_on_all_that_are_not_compliant_leaves_the_others(world: World, acme: VendorRef) -> None:
    world.partnership(acme, "Third", region="East")
    client = world.client(world.user(Role.VENDOR_ADMIN, vendor=acme))
    form = {"action": "partners.region", "region": "East", "which": "all", "query": "compliance=failing"}
    assert client.post("/acme/bulk/start", data=form).status_code == 303
    with world.acting(acme):
        rows = db.session.scalars(select(Partnership).order_by(Partnership.name))
        assert [row.region.name if row.region else None for row in rows] == [None, "East", "East"]


def test_a_manager_opens_the_own_portfolio(world: World, acme: VendorRef) -> None:
    ana = world.user(Role.CHANNEL_MANAGER, vendor=acme, name="Ana")
    with world.acting(acme), transaction():
        south = db.session.scalars(select(Partnership).where(Partnership.name == "South")).one()
        south.manager_user_id = ana.id
    client = world.client(ana)
    page = client.get("/acme/partners/").text
    mine = page.split(">Mine<")[0].rsplit('href="', 1)[1].split('"')[0]
    own = client.get(mine).text
    assert "South</a>" in own and "North</a>" not in own
    executive = world.client(world.user(Role.EXECUTIVE, vendor=acme))
    assert ">Mine<" not in executive.get("/acme/partners/").text
