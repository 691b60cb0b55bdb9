"""What attribution reads: orders, deals, assets with use, completions and certificates.

Rows as their domains' tables keep them, many at once and at any instant of the past.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import count
from random import Random
from typing import Any
from uuid import UUID

from sqlalchemy import insert

from prm.certification.models import Certificate, Certification, CertificationVersion, IssueBasis
from prm.deals.models import Deal, DealStage
from prm.extensions import db
from prm.infra import clock
from prm.infra.db import transaction
from prm.infra.ids import new_token
from prm.infra.names import fold_name
from prm.marketing.models import Asset, AssetType, AssetVersion, Campaign, CampaignType, UsageEvent, UsageKind
from prm.permissions import Role
from prm.products.models import Product
from prm.revenue.models import Order
from prm.training.models import (
    Completion,
    Course,
    CourseVersion,
    Enrolment,
    EnrolmentStatus,
    SkillLevel,
    VersionStatus,
)
from prm.vendors.models import StoredFile
from tests.factories.world import PartnershipRef, UserRef, VendorRef, World


@dataclass(frozen=True)
class Made:
    """A row that was made: its keys and what it is called."""

    id: int
    public_id: UUID
    name: str = ""


@dataclass
class Sales:
    """One vendor's sales and what its partners did; every method commits what it makes."""

    world: World
    vendor: VendorRef
    currency: str = "USD"
    _numbers: count[int] = field(default_factory=lambda: count(1))
    _versions: dict[int, int] = field(default_factory=dict)
    _scheme_versions: dict[int, int] = field(default_factory=dict)
    _people: dict[int, UserRef] = field(default_factory=dict)

    # -- what is sold and used --------------------------------------------------------------

    def _add(self, row: Any, name: str = "") -> Made:
        with self.world.acting(self.vendor), transaction() as session:
            session.add(row)
            session.flush()
            return Made(row.id, row.public_id, name)

    def product(self, name: str) -> Made:
        row = Product(name=name, name_folded=fold_name(name), created_at=clock.now())
        return self._add(row, name)

    def campaign(self, name: str) -> Made:
        return self._add(Campaign(name=name, type=CampaignType.EMAIL, created_at=clock.now()), name)

    def asset(self, title: str, campaign: Made | None = None) -> Made:
        now = clock.now()
        with self.world.acting(self.vendor), transaction() as session:
            file = StoredFile(
                key=f"none/{new_token()[:20]}", sha256="0" * 64, size=1, media_type="text/plain",
                name="a.txt", created_at=now,
            )  # fmt: skip
            asset = Asset(
                title=title, type=AssetType.BROCHURE, language="en", published_at=now, created_at=now,
                campaign_id=campaign.id if campaign else None,
            )  # fmt: skip
            session.add_all([file, asset])
            session.flush()
            version = AssetVersion(asset_id=asset.id, number=1, file_id=file.id, created_at=now)
            session.add(version)
            session.flush()
            self._versions[asset.id] = version.id
            return Made(asset.id, asset.public_id, title)

    def course(self, title: str) -> Made:
        now = clock.now()
        with self.world.acting(self.vendor), transaction() as session:
            course = Course(title=title, skill_level=SkillLevel.FOUNDATION, created_at=now)
            session.add(course)
            session.flush()
            version = CourseVersion(
                course_id=course.id, number=1, title=title, status=VersionStatus.PUBLISHED, published_at=now
            )
            session.add(version)
            session.flush()
            self._versions[-course.id] = version.id
            return Made(course.id, course.public_id, title)

    def certification(self, name: str, validity_months: int | None = 24) -> Made:
        made = self._add(
            Certification(name=name, skill_level=SkillLevel.FOUNDATION, created_at=clock.now()), name
        )
        version = CertificationVersion(
            certification_id=made.id,
            number=1,
            effective_on=date(2000, 1, 1),
            validity_months=validity_months,
            created_at=clock.now(),
        )
        self._scheme_versions[made.id] = self._add(version).id
        return made

    def person(self, partnership: PartnershipRef) -> UserRef:
        """The partnership's person: the same one each time."""
        if partnership.id not in self._people:
            self._people[partnership.id] = self.world.user(Role.PARTNER_MEMBER, partnership=partnership)
        return self._people[partnership.id]

    # -- orders -----------------------------------------------------------------------------

    def order(
        self,
        partnership: PartnershipRef,
        ordered_on: date,
        amount_minor: int,
        *,
        closed_on: date | None = None,
        has_deal: bool = False,
        currency: str | None = None,
        product: Made | None = None,
        product_name: str = "",
    ) -> Made:
        """An order; with a deal where it `has_deal` or that closed on a date."""
        number = next(self._numbers)
        common = {
            "partnership_id": partnership.id,
            "currency": currency or self.currency,
            "received_at": clock.now(),
            "source_system": "sales",
            "external_id": f"O-{number}",
            "product_id": product.id if product else None,
            "product_name": product.name if product else product_name,
        }
        with self.world.acting(self.vendor), transaction() as session:
            deal = None
            if has_deal or closed_on is not None:
                deal = Deal(
                    stage=DealStage.WON, closed_on=closed_on, amount_minor=amount_minor, line=number, **common
                )
                session.add(deal)
                session.flush()
            order = Order(
                ordered_on=ordered_on, amount_minor=amount_minor, line=number,
                deal_id=deal.id if deal else None, **common,
            )  # fmt: skip
            session.add(order)
            session.flush()
            return Made(order.id, order.public_id, f"O-{number}")

    # -- touches ----------------------------------------------------------------------------

    def usage(
        self,
        partnership: PartnershipRef,
        asset: Made,
        at: datetime,
        kind: UsageKind = UsageKind.DOWNLOADED,
    ) -> Made:
        row = UsageEvent(**self._usage_row(partnership, asset, at, kind))
        return self._add(row)

    def _usage_row(
        self, partnership: PartnershipRef, asset: Made, at: datetime, kind: UsageKind
    ) -> dict[str, Any]:
        return {
            "partnership_id": partnership.id,
            "user_id": self.person(partnership).id,
            "asset_id": asset.id,
            "asset_version_id": self._versions[asset.id],
            "kind": kind,
            "at": at,
            "window": next(self._numbers),
        }

    def usages(self, events: Iterable[tuple[PartnershipRef, Made, datetime]]) -> None:
        """Many downloads in one statement."""
        rows = [self._usage_row(*event, UsageKind.DOWNLOADED) for event in events]
        with self.world.acting(self.vendor), transaction() as session:
            if rows:
                session.execute(insert(UsageEvent), rows)

    def completion(self, partnership: PartnershipRef, course: Made, at: datetime) -> Made:
        """A course completed by a person of the partnership, another one each time."""
        user = self.world.user(Role.PARTNER_MEMBER, partnership=partnership)
        with self.world.acting(self.vendor), transaction() as session:
            enrolment = Enrolment(
                user_id=user.id, partnership_id=partnership.id, course_id=course.id,
                course_version_id=self._versions[-course.id], status=EnrolmentStatus.COMPLETED,
                assigned_at=at,
            )  # fmt: skip
            session.add(enrolment)
            session.flush()
            row = Completion(
                enrolment_id=enrolment.id, user_id=user.id, partnership_id=partnership.id,
                course_id=course.id, course_version_id=self._versions[-course.id], completed_at=at,
            )  # fmt: skip
            session.add(row)
            session.flush()
            return Made(row.id, row.public_id)

    def certificate(
        self,
        partnership: PartnershipRef,
        certification: Made,
        at: datetime,
        *,
        expires_on: date | None = None,
        revoked_at: datetime | None = None,
        user: UserRef | None = None,
    ) -> Made:
        user = user or self.person(partnership)
        return self._add(
            Certificate(
                number=f"C-{next(self._numbers)}",
                code=new_token(),
                certification_id=certification.id,
                version_id=self._scheme_versions[certification.id],
                user_id=user.id,
                partnership_id=partnership.id,
                issued_at=at,
                issued_on=at.date(),
                expires_on=expires_on,
                basis=IssueBasis.EVIDENCE,
                facts={},
                revoked_at=revoked_at,
            )
        )

    def move_usage(self, usage: Made, at: datetime) -> None:
        """Say that a usage event happened at another instant."""
        with self.world.acting(self.vendor), transaction():
            row = db.session.get(UsageEvent, usage.id)
            assert row is not None
            row.at = at


@dataclass(frozen=True)
class RandomWorld:
    """A world drawn from a seed: enough of everything for the rules to meet each other."""

    sales: Sales
    partnerships: tuple[PartnershipRef, ...]
    time_zone: str


def random_world(world: World, seed: int, time_zone: str = "UTC", orders: int = 60) -> RandomWorld:
    """A vendor in a zone, with orders of 2017 and touches around them, many on the very edges."""
    random = Random(seed)
    vendor = world.vendor(f"random-{seed}", time_zone=time_zone)
    sales = Sales(world, vendor)
    regions = ["West", "East", None]
    partnerships = tuple(
        world.partnership(vendor, f"Partner {n}", region=random.choice(regions)) for n in range(5)
    )
    campaigns = [sales.campaign(f"Campaign {n}") for n in range(2)]
    assets = [sales.asset(f"Asset {n}", random.choice([*campaigns, None])) for n in range(6)]
    courses = [sales.course(f"Course {n}") for n in range(3)]
    schemes = [sales.certification(f"Scheme {n}") for n in range(2)]
    days = [date(2017, 1, 1) + timedelta(days=n) for n in range(365)]
    anchors = []
    for _ in range(orders):
        partnership, day = random.choice(partnerships), random.choice(days)
        closed_on = random.choice([None, None, day - timedelta(days=random.randint(0, 40))])
        amount = random.choice([1, 3, 100, 4821_00, random.randint(1, 10**9), -random.randint(1, 10**6), 0])
        sales.order(
            partnership, day, amount, closed_on=closed_on, has_deal=random.random() < 0.3,
            currency=random.choice(["USD"] * 9 + ["EUR"]),
        )  # fmt: skip
        anchors.append((partnership, closed_on or day))

    def instant() -> tuple[PartnershipRef, datetime]:
        """Somewhere in the year, or within a microsecond of the edge of some order's window."""
        if random.random() < 0.5:
            # The last partnership does nothing unless an order's edge falls to it.
            start = clock.day_start(random.choice(days), time_zone)
            step = timedelta(microseconds=random.randrange(86_400_000_000))
            return random.choice(partnerships[:-1]), start + step
        partnership, anchor = random.choice(anchors)
        edge = anchor - timedelta(days=random.choice([0, 1, 30, 90, 91]))
        step = timedelta(microseconds=random.choice([-1, 0, 1]))
        return partnership, clock.day_start(edge, time_zone) + step

    shared = instant()  # touches of the very same instant, for the ties
    sales.usages(
        [
            (partnership, random.choice(assets), at)
            for partnership, at in [shared] * 3 + [instant() for _ in range(70)]
        ]
    )
    for partnership, at in [shared, *(instant() for _ in range(6))]:
        sales.completion(partnership, random.choice(courses), at)
    for partnership, at in [shared, *(instant() for _ in range(6))]:
        sales.certificate(partnership, random.choice(schemes), at)
    return RandomWorld(sales, partnerships, time_zone)
