"""What the demo's vendors ask of their partners: an agreement, milestones of onboarding, targets."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import select

from prm.access import Actor
from prm.extensions import db
from prm.infra import clock
from prm.infra.db import transaction
from prm.onboarding import services as onboarding
from prm.onboarding.models import MilestoneKind, Side
from prm.onboarding.steps import Step
from prm.partners.models import Region
from prm.partners.services.agreements import publish_agreement
from prm.revenue.quarters import Quarter, quarter_of
from prm.revenue.queries import By, fiscal_start_month, revenue_by
from prm.revenue.services import Aim, set_targets

AGREEMENT = """# What we promise each other

- The partner sells and looks after {vendor} with people who are trained and certified for it.
- Deals are registered before they are closed; who registers first is protected for 90 days.
- {vendor} trains the partner's people free of charge, and shares what it knows about the market.

# How long it holds

It is accepted once and renewed every eighteen months.
"""
DATA = """
# What is done with data

Names of the partner's people are used for training, certificates and nothing else.
"""
GROWTH = 112  # a target, in percent of the same quarter a year before
ROUND = 100_000  # minor units: targets are round figures


def publish_first_agreement(admin: Actor, vendor: str, on: date) -> None:
    publish_agreement(admin, title="Partner agreement", body=AGREEMENT.format(vendor=vendor), effective_on=on)


def lay_out_onboarding(admin: Actor) -> None:
    """Milestones of every partnership that begins from now on."""
    for number, step in enumerate(
        (
            Step(MilestoneKind.AGREEMENT, Side.PARTNER, 14),
            Step(MilestoneKind.MANUAL, Side.VENDOR, 14, title="Introductory call"),
            Step(MilestoneKind.PEOPLE, Side.PARTNER, 30, 2),
            Step(MilestoneKind.MANUAL, Side.PARTNER, 45, title="Name a person for marketing"),
        )
    ):
        onboarding.add_step(admin, step, number=number)


def add_aims(admin: Actor, vendor: str, now: datetime) -> None:
    """A version of the agreement that takes effect soon, and targets of this fiscal year and the last."""
    with clock.freeze(now - timedelta(days=9)), transaction():
        publish_agreement(
            admin,
            title="Partner agreement",
            body=AGREEMENT.format(vendor=vendor) + DATA,
            effective_on=now.date() + timedelta(days=21),
        )
    start_month = fiscal_start_month(admin)
    this_year = quarter_of(now.date(), start_month).year
    with clock.freeze(now - timedelta(days=8)), transaction():
        for year in (this_year - 1, this_year):
            aims = [
                aim for number in (1, 2, 3, 4) for aim in _aims_of(admin, Quarter(year, number, start_month))
            ]
            if aims:
                set_targets(admin, year, aims)


def _aims_of(admin: Actor, quarter: Quarter) -> list[Aim]:
    """The vendor's and each region's, by what was sold in the same quarter a year before."""
    before = Quarter(quarter.year - 1, quarter.number, quarter.start_month)
    regions = dict(map(tuple, db.session.execute(select(Region.name, Region.public_id))))
    sold = {
        regions[row.label]: row.revenue_minor
        for row in revenue_by(admin, By.REGION, before.first, before.last).rows
        if row.label in regions
    }
    aims = {key: _grown(minor) for key, minor in sold.items() if minor > 0}
    if not aims:
        return []
    return [
        Aim(None, quarter.number, sum(aims.values()), None),
        *(Aim(key, quarter.number, minor, None) for key, minor in aims.items()),
    ]


def _grown(minor: int) -> int:
    return max(minor * GROWTH // 100 // ROUND, 1) * ROUND
