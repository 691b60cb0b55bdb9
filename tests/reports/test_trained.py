"""Trained and untrained: by the day of the order, with the numbers that belong beside it."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from prm.accounts.models import Membership
from prm.attribution.credits import Unit
from prm.extensions import db
from prm.infra.db import transaction
from prm.reports.queries.trained import (
    TrainedSplit,
    count_days,
    is_within,
    merge,
    read_trained_stretches,
    split_units,
)
from prm.vendors.models import Vendor
from tests.factories import PartnershipRef, VendorRef, World
from tests.factories.attribution import Sales


def day(text: str) -> date:
    return date.fromisoformat(f"2017-{text}")


def unit(on: str, amount: int, partnership: int = 1) -> Unit:
    return Unit(1, partnership, day(on), day(on), amount)


def split(units: list[Unit], stretches: dict) -> TrainedSplit:
    return split_units(units, stretches, day("01-01"), day("12-31"))


def test_an_order_counts_by_the_state_on_its_own_day() -> None:
    stretches = {1: [(day("03-01"), day("05-31"))]}
    found = split([unit("02-28", 1), unit("03-01", 10), unit("05-31", 100), unit("06-01", 1000)], stretches)
    assert (found.trained.revenue_minor, found.trained.orders) == (110, 2)
    assert (found.untrained.revenue_minor, found.untrained.orders) == (1001, 2)


def test_the_days_in_each_state_are_counted_and_the_rate_is_per_30_of_them() -> None:
    stretches = {1: [(day("03-01"), day("05-31"))]}  # 92 days
    found = split([unit("04-01", 9200, 1), unit("04-01", 36500, 2)], stretches)
    assert (found.trained.partners, found.trained.partner_days) == (1, 92)
    assert found.trained.per_30_days_minor == 3000
    # Partner 1 was untrained on the other 273 days and ordered nothing in them.
    assert (found.untrained.partners, found.untrained.partner_days) == (2, 273 + 365)
    assert found.untrained.per_30_days_minor == round(36500 * 30 / 638)


def test_mean_and_median_are_of_partners_not_of_orders() -> None:
    units = [unit("04-01", amount, partner) for partner, amount in ((1, 100), (1, 200), (2, 50), (3, 1000))]
    found = split(units, {}).untrained
    assert (found.partners, found.orders) == (3, 4)
    assert (found.mean_minor, found.median_minor) == (450, 300)


def test_an_even_number_of_partners_has_the_median_between_the_middle_two() -> None:
    found = split([unit("04-01", 100, 1), unit("04-01", 201, 2)], {}).untrained
    assert found.median_minor == 150  # 150.5, rounded half to even


def test_a_side_without_partners_has_no_mean() -> None:
    found = split([unit("04-01", 100)], {}).trained
    assert (found.partners, found.mean_minor, found.median_minor, found.per_30_days_minor) == (0,) + (
        None,
    ) * 3


def test_stretches_that_touch_or_overlap_count_once() -> None:
    merged = merge([(day("03-01"), day("03-31")), (day("02-01"), day("03-10")), (day("05-02"), day("05-01"))])
    assert merged == [(day("02-01"), day("03-31"))]
    assert count_days(merged, day("01-01"), day("12-31")) == 59
    assert count_days(merged, day("02-10"), day("02-10")) == 1
    assert not is_within(day("01-31"), merged) and is_within(day("03-31"), merged)
    assert not is_within(day("04-01"), merged)


# -- from certificates and memberships ---------------------------------------------------------


@pytest.fixture
def vendor(world: World) -> VendorRef:
    return world.vendor(time_zone="Europe/Berlin")


def stretches(world: World, vendor: VendorRef, partnership: PartnershipRef) -> list[tuple[str, str]]:
    with world.acting(vendor) as actor:
        row = db.session.get(Vendor, vendor.id)
        assert row is not None
        found = read_trained_stretches(actor, row).get(partnership.id, [])
    return [(start.isoformat(), end.isoformat()) for start, end in found]


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def set_membership(
    world: World, vendor: VendorRef, user_id: int, *, started: str, ended: str | None = None
) -> None:
    with world.acting(vendor), transaction():
        row = db.session.scalars(select(Membership).where(Membership.user_id == user_id)).one()
        row.started_at, row.ended_at = at(started), at(ended) if ended else None


def test_a_certificate_counts_from_its_issue_to_its_last_valid_day(world: World, vendor: VendorRef) -> None:
    northwind = world.partnership(vendor)
    sales = Sales(world, vendor)
    sales.certificate(
        northwind, sales.certification("Nimbus"), at("2017-03-01T09:00"), expires_on=day("06-30")
    )
    assert stretches(world, vendor, northwind) == [("2017-03-01", "2017-06-30")]


def test_a_revoked_certificate_counts_until_the_day_before(world: World, vendor: VendorRef) -> None:
    northwind = world.partnership(vendor)
    sales = Sales(world, vendor)
    sales.certificate(
        northwind, sales.certification("Nimbus"), at("2017-03-01T09:00"),
        revoked_at=at("2017-04-09T22:30"),  # the 10th already, in Berlin
    )  # fmt: skip
    assert stretches(world, vendor, northwind) == [("2017-03-01", "2017-04-09")]


def test_it_stops_counting_for_the_partner_on_the_day_its_holder_leaves(
    world: World, vendor: VendorRef
) -> None:
    northwind = world.partnership(vendor)
    sales = Sales(world, vendor)
    sales.certificate(northwind, sales.certification("Nimbus"), at("2017-03-01T09:00"))
    user = sales.person(northwind)
    set_membership(world, vendor, user.id, started="2017-01-01T00:00", ended="2017-08-15T12:00")
    assert stretches(world, vendor, northwind) == [("2017-03-01", "2017-08-14")]


def test_it_goes_along_to_the_next_partner(world: World, vendor: VendorRef) -> None:
    northwind, southwind = world.partnership(vendor), world.partnership(vendor, "Southwind")
    sales = Sales(world, vendor)
    holder = sales.person(southwind)  # at Southwind since September, certified while elsewhere
    set_membership(world, vendor, holder.id, started="2017-09-01T12:00")
    sales.certificate(
        northwind, sales.certification("Nimbus"), at("2017-03-01T09:00"), user=holder,
        expires_on=day("12-31"),
    )  # fmt: skip
    assert stretches(world, vendor, southwind) == [("2017-09-01", "2017-12-31")]
    assert stretches(world, vendor, northwind) == []


def test_another_vendors_certificates_do_not_count(world: World, vendor: VendorRef) -> None:
    other = world.vendor("other")
    sales = Sales(world, other)
    theirs = world.partnership(other)
    sales.certificate(theirs, sales.certification("Nimbus"), at("2017-03-01T09:00"))
    assert stretches(world, vendor, theirs) == []
