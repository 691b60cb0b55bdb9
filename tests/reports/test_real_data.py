"""The real orders of 2017, with activities replayed in that year through the services.

Credits are real figures here: each form of the report must show what the independent calculation
finds in the exported rows.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from uuid import UUID

import pytest
from sqlalchemy import select

from prm.certification.services import create_scheme
from prm.extensions import db
from prm.infra import clock
from prm.infra.db import transaction
from prm.marketing.models import AssetVersion, UsageEvent, UsageKind
from prm.marketing.services import record_usage
from prm.partners.models import Partnership
from prm.permissions import Role
from tests.factories import PartnershipRef, UserRef, VendorRef, World
from tests.factories.marketing import make_asset, make_campaign
from tests.factories.revenue import import_sales
from tests.factories.training import complete, make_course
from tests.reports import outputs

ZONE = "America/Chicago"
NEW_YEAR = datetime(2017, 1, 1, tzinfo=UTC)
ACTIVE = 18  # partners who did something; the other twelve with orders did nothing


@pytest.fixture
def replayed(world: World, shared_data: Path) -> VendorRef:
    """The real sales of a vendor whose partners used assets, learned and were certified in 2017."""
    random = Random(2017)
    with clock.travel(datetime(2016, 12, 1, tzinfo=UTC)):
        vendor = world.vendor("crm", time_zone=ZONE)
        import_sales(world, vendor, shared_data)
        people = _people(world, vendor)
        campaigns = [make_campaign(world, vendor, name) for name in ("Launch", "Roadshow", "Webinars")]
        for number in range(5):
            make_asset(
                world, vendor, f"Asset {number}", campaign_id=(*campaigns, None)[number % 4],
                content=f"%PDF-1.7 {number}".encode(),
            )  # fmt: skip
        course = make_course(world, vendor, "Selling GTX")
        with world.acting(vendor) as actor, transaction():
            create_scheme(actor, name="GTX Specialist", course_version_ids=[course.version_public_id])
    _replay_usage(world, vendor, random, people)
    for _partnership, user in people[:9]:
        with clock.travel(NEW_YEAR + timedelta(days=random.randrange(30, 250), hours=14)):
            complete(world, vendor, user, course)  # which earns the certificate
    return vendor


def _people(world: World, vendor: VendorRef) -> list[tuple[PartnershipRef, UserRef]]:
    with world.acting(vendor):
        found = [
            PartnershipRef(row.id, row.public_id, vendor, row.name)
            for row in db.session.scalars(select(Partnership).order_by(Partnership.name).limit(ACTIVE))
        ]
    return [(each, world.user(Role.PARTNER_MEMBER, partnership=each)) for each in found]


def _replay_usage(
    world: World, vendor: VendorRef, random: Random, people: list[tuple[PartnershipRef, UserRef]]
) -> None:
    for _partnership, user in people:
        days = sorted(random.randrange(360) for _ in range(random.randint(4, 30)))
        with clock.freeze(NEW_YEAR) as time, world.acting(vendor, user) as actor, transaction():
            versions = list(db.session.scalars(select(AssetVersion).order_by(AssetVersion.id)))
            for day in days:
                time.move_to(NEW_YEAR + timedelta(days=day, seconds=random.randrange(86_400)))
                record_usage(actor, random.choice(versions), random.choice(list(UsageKind)))


@pytest.mark.slow
def test_credits_of_the_real_orders_are_those_of_the_recalculation(
    world: World, replayed: VendorRef, tmp_path: Path
) -> None:
    client = world.client(world.user(Role.EXECUTIVE, vendor=replayed))
    expected = outputs.recomputed(world.app, replayed.slug, ZONE, tmp_path)
    assert expected["course", "last"]["Certification: GTX Specialist"] > 0
    assert expected["course", "linear"]["Selling GTX"] > 0
    for figures in expected.values():
        assert figures["Revenue"] == 10_005_534_00
        assert 1_000_000_00 < figures["Credited"] < 9_000_000_00
    forms = outputs.all_forms(world.app, client, replayed.slug, tmp_path)
    assert forms == dict.fromkeys(forms, expected)

    moved, before = _move_an_only_touch(world, replayed, tmp_path)
    expected = outputs.recomputed(world.app, replayed.slug, ZONE, tmp_path)
    assert expected["asset", "first"]["Unattributed"] > before
    forms = outputs.all_forms(world.app, client, replayed.slug, tmp_path)
    assert forms == dict.fromkeys(forms, expected), moved


def _move_an_only_touch(world: World, vendor: VendorRef, folder: Path) -> tuple[str, int]:
    """Move one usage event that alone stands before some order two years back; what was unattributed."""
    orders, touches = outputs.export(world.app, vendor.slug, folder)
    ledger = outputs.independent.Ledger(orders, touches, zone=ZONE)
    alone = next(
        competing[0]
        for order, competing in ledger.entries
        if len(competing) == 1 and competing[0]["kind"] == "usage" and int(order["amount_minor"])
    )
    with world.acting(vendor), transaction():
        event = db.session.scalars(
            select(UsageEvent).where(UsageEvent.public_id == UUID(alone["touch_id"]))
        ).one()
        event.at = event.at - timedelta(days=730)
    before = outputs.independent.report(ledger, model="first", by="asset", currency="USD")
    return alone["touch_id"], int(str(before["unattributed_minor"]))
