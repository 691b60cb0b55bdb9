"""A channel of any size with 36 months behind it, made by bulk inserts: for measuring and for sizing.

For N partnerships 5 N people (without password, but for a few), 12 N completions, 30 N uses, 20 N orders.
The vendor, its content and its library are made by the services; what there is by the thousand goes
in at once, with one entry in the journal for all of it. Certificates have no file until somebody asks
for one.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from prm.accounts.models import JobFunction, Membership, MembershipRole, Partner, PartnerVendor, User
from prm.accounts.passwords import hash_password
from prm.audits.services import refresh_standings
from prm.certification.services.keys import ensure_signing_key
from prm.demo.content import LUMEN
from prm.demo.names import FAMILY, GIVEN
from prm.demo.people import PASSWORD, SIGN_INS
from prm.demo.scale_certificates import make_certificates
from prm.demo.scale_sales import SOURCE, make_sales
from prm.demo.seed import add_operator
from prm.demo.skew import Picker, company_names, moment_between, public_id, spread, weights_of_partners
from prm.demo.vendor_world import VendorWorld
from prm.extensions import db
from prm.infra import clock
from prm.infra.bulk import insert_rows, next_key, refresh_statistics
from prm.infra.db import serve_vendor, transaction
from prm.infra.names import fold_name
from prm.journal.services import record
from prm.marketing.models import AssetVersion, UsageEvent, UsageKind
from prm.partners.models import Partnership, PartnershipStatus, PartnershipType
from prm.partners.services import get_or_create_region
from prm.training.models import Completion, CourseVersion, Enrolment, EnrolmentStatus
from prm.vendors.models import Vendor

SPAN = timedelta(days=36 * 30.44)
REGIONS = ("West", "Central", "East", "North", "South", "Nordics", "Iberia", "Pacific")
PER_PARTNERSHIP = {"people": 5, "completions": 12, "uses": 30}
HALF_HOUR = 1800
Tell = Callable[[str, float], None]


@dataclass
class Place:
    """A partnership while its world is made."""

    id: int
    partner_id: int
    name: str
    public: Any
    joined: datetime
    last_active: datetime
    weight: float


@dataclass
class Member:
    id: int
    public: Any
    name: str
    place: Place


class ScaleWorld:
    """Makes one vendor's channel; everything drawn comes from the seed."""

    def __init__(self, partners: int, seed: int, now: datetime, tell: Tell) -> None:
        self.count, self.rng, self.now, self.tell = partners, random.Random(f"scale-{seed}"), now, tell
        self.start = now - SPAN
        self.world = VendorWorld(LUMEN, random.Random(f"{seed}-content"), self.start, now, {})
        self.places: list[Place] = []
        self.members: list[Member] = []
        self.counts: dict[str, int] = {}

    def make(self) -> dict[str, int]:
        """All of it; rows by kind."""
        self.tell("Vendor, courses, library", 0.0)
        self.world.found()
        with serve_vendor(self.world.vendor_id):
            self.world.write_content()
            with clock.freeze(self.now), transaction():
                self.vendor = db.session.get_one(Vendor, self.world.vendor_id)
                ensure_signing_key(self.world.system, self.vendor)
                self._partnerships()
                self._people()
                self._training()
                self._uses()
                make_sales(self)
                record(self.world.system, "demo.seeded", self.vendor, facts=self.counts)
                refresh_statistics()
            with clock.freeze(self.now):
                self.tell("Standings", 0.99)
                refresh_standings(self.world.vendor_id)
                with transaction():
                    refresh_statistics()
        add_operator(self.start)
        self.tell("Done", 1.0)
        return self.counts

    def insert(
        self, kind: str, model: Any, rows: Iterator[dict[str, Any]], expected: int, share: tuple[float, float]
    ) -> None:
        """Insert rows and show how far it is: `share` is the part of the whole that this kind takes."""
        begin, end = share

        def told(done: int) -> None:
            self.tell(f"{kind}: {done:,}", begin + (end - begin) * min(1.0, done / max(1, expected)))

        self.counts[kind] = insert_rows(model, rows, told)

    # -- who there is --------------------------------------------------------------------------

    def _partnerships(self) -> None:
        rng, vendor_id = self.rng, self.vendor.id
        regions = [get_or_create_region(self.world.system, name).id for name in REGIONS]
        first, first_partner = next_key(Partnership), next_key(Partner)
        names = company_names(rng, self.count)
        weights = weights_of_partners(rng, self.count)
        weights[0] = max(weights)  # the one whose people can sign in
        for number, weight in enumerate(weights):
            joined = moment_between(rng, self.start, self.now - timedelta(days=60))
            if number == 0 or rng.random() < 0.4:  # a good part was there from the beginning
                joined = self.start + timedelta(days=rng.random() * 20)
            is_dormant = number > 0 and rng.random() < 0.3
            last = moment_between(rng, joined, self.now) if is_dormant else self.now
            at = joined.replace(microsecond=0)
            self.places.append(
                Place(
                    first + number,
                    first_partner + number,
                    names[number],
                    public_id(rng, at),
                    at,
                    last,
                    weight * (0.4 if is_dormant else 1.0),
                )
            )
        statuses = Picker(rng, (82, 6, 4, 5, 3))
        drawn = statuses.pick(self.count)
        by_position = (
            PartnershipStatus.ACTIVE,
            PartnershipStatus.ONBOARDING,
            PartnershipStatus.SUSPENDED,
            PartnershipStatus.ENDED,
            PartnershipStatus.APPLIED,
        )
        self.insert(
            "partners",
            Partner,
            (
                {
                    "id": p.partner_id,
                    "public_id": public_id(rng, p.joined),
                    "name": p.name,
                    "created_at": p.joined,
                }
                for p in self.places
            ),
            self.count,
            (0.02, 0.03),
        )
        kinds = list(PartnershipType)
        self.insert(
            "partnerships",
            Partnership,
            (
                {
                    "id": p.id,
                    "public_id": p.public,
                    "vendor_id": vendor_id,
                    "name": p.name,
                    "name_folded": fold_name(p.name),
                    "type": rng.choice(kinds),
                    "status": by_position[drawn[n]] if n else PartnershipStatus.ACTIVE,
                    "region_id": rng.choice(regions),
                    "manager_name": self.world.manager.name,
                    "manager_user_id": self.world.manager.user_id if rng.random() < 0.9 else None,
                    "partner_id": p.partner_id,
                    "source_system": SOURCE,
                    "external_id": f"P-{n + 1:06}",
                    "agreement_accepted_on": (self.now - timedelta(days=rng.randint(5, 700))).date(),
                    "created_at": p.joined,
                }
                for n, p in enumerate(self.places)
            ),
            self.count,
            (0.03, 0.05),
        )
        insert_rows(
            PartnerVendor, ({"partner_id": p.partner_id, "vendor_id": vendor_id} for p in self.places)
        )

    def _people(self) -> None:
        rng = self.rng
        total = self.count * PER_PARTNERSHIP["people"]
        counts = spread(rng, total, [p.weight**0.5 for p in self.places])
        key = next_key(User)
        for place, count in zip(self.places, counts, strict=True):
            for _ in range(count):
                name = f"{rng.choice(GIVEN)} {rng.choice(FAMILY)}"
                self.members.append(
                    Member(key + len(self.members), public_id(rng, place.joined), name, place)
                )
        known = [p for p in SIGN_INS if p.at == LUMEN.slug and p.company]
        signing = dict(zip((m.id for m in self.members if m.place is self.places[0]), known, strict=False))
        password = hash_password(PASSWORD)

        def users() -> Iterator[dict[str, Any]]:
            for number, m in enumerate(self.members):
                person = signing.get(m.id)
                if person is not None:
                    m.name = person.name
                email = person.email if person else f"person{number}@p{m.place.id}.example"
                yield {
                    "id": m.id,
                    "public_id": m.public,
                    "email": email,
                    "email_folded": email,
                    "name": m.name,
                    "password_hash": password if person else None,
                    "locale": rng.choice(("en", "en", "de")),
                    "time_zone": LUMEN.time_zone,
                    "is_active": True,
                    "created_at": m.place.joined,
                }

        self.insert("people", User, users(), total, (0.05, 0.14))
        first, functions = next_key(Membership), [f.value for f in JobFunction]

        def memberships() -> Iterator[dict[str, Any]]:
            admins: set[int] = set()
            for number, m in enumerate(self.members):
                is_admin = m.place.id not in admins
                admins.add(m.place.id)
                has_left = not is_admin and rng.random() < 0.06
                yield {
                    "id": first + number,
                    "public_id": public_id(rng, m.place.joined),
                    "user_id": m.id,
                    "vendor_id": None,
                    "partner_id": m.place.partner_id,
                    "at_vendor_id": None,
                    "role": MembershipRole.PARTNER_ADMIN if is_admin else MembershipRole.PARTNER_MEMBER,
                    "job_functions": [rng.choice(functions)],
                    "region_names": [],
                    "started_at": m.place.joined,
                    "ended_at": moment_between(rng, m.place.joined, self.now) if has_left else None,
                }

        self.insert("memberships", Membership, memberships(), total, (0.14, 0.22))

    # -- what they learnt ----------------------------------------------------------------------

    def _training(self) -> None:
        rng, vendor_id = self.rng, self.vendor.id
        versions = list(db.session.scalars(select(CourseVersion).order_by(CourseVersion.id)))
        wanted = min(self.count * PER_PARTNERSHIP["completions"], len(self.members) * len(versions) * 3 // 4)
        picker = Picker(rng, [rng.paretovariate(2.0) * m.place.weight**0.2 for m in self.members])
        chosen: dict[tuple[int, int], None] = {}
        while len(chosen) < wanted:
            for position in picker.pick(wanted - len(chosen)):
                chosen[position, rng.randrange(len(versions))] = None
        open_too = {
            (rng.randrange(len(self.members)), rng.randrange(len(versions))) for _ in range(self.count * 2)
        }
        pairs = [*sorted(chosen), *sorted(open_too - chosen.keys())]
        first = next_key(Enrolment)
        completed = {}
        for pair in sorted(chosen):
            place = self.members[pair[0]].place
            completed[pair] = moment_between(rng, place.joined, place.last_active)

        def enrolments() -> Iterator[dict[str, Any]]:
            for number, pair in enumerate(pairs):
                m, version = self.members[pair[0]], versions[pair[1]]
                at = completed.get(pair)
                begun = (
                    at - timedelta(days=rng.randint(1, 30))
                    if at
                    else self.now - timedelta(days=rng.randint(1, 60))
                )
                yield {
                    "id": first + number,
                    "public_id": public_id(rng, begun),
                    "vendor_id": vendor_id,
                    "user_id": m.id,
                    "partnership_id": m.place.id,
                    "course_id": version.course_id,
                    "course_version_id": version.id,
                    "attempts_used": 1 if at else 0,
                    "extra_attempts": 0,
                    "status": EnrolmentStatus.COMPLETED if at else EnrolmentStatus.ASSIGNED,
                    "due_on": (begun + timedelta(days=40)).date(),
                    "assigned_at": begun,
                    "started_at": begun if at else None,
                    "current_lesson_id": None,
                    "assignment_id": None,
                }

        self.insert("enrolments", Enrolment, enrolments(), len(pairs), (0.22, 0.36))
        first_completion = next_key(Completion)
        done: list[tuple[Any, ...]] = []

        def completions() -> Iterator[dict[str, Any]]:
            for number, pair in enumerate(sorted(chosen)):
                m, version, at = self.members[pair[0]], versions[pair[1]], completed[pair]
                public = public_id(rng, at)
                done.append((m, version, at, public))
                yield {
                    "id": first_completion + number,
                    "public_id": public,
                    "vendor_id": vendor_id,
                    "enrolment_id": first + number,
                    "user_id": m.id,
                    "partnership_id": m.place.id,
                    "course_id": version.course_id,
                    "course_version_id": version.id,
                    "completed_at": at,
                    "score_percent": rng.randint(80, 100),
                }

        self.insert("completions", Completion, completions(), wanted, (0.36, 0.48))
        make_certificates(self, done)

    # -- what they used and sold ---------------------------------------------------------------

    def _uses(self) -> None:
        rng, vendor_id = self.rng, self.vendor.id
        versions = list(db.session.scalars(select(AssetVersion).order_by(AssetVersion.id)))
        total = self.count * PER_PARTNERSHIP["uses"]
        people = Picker(rng, [rng.paretovariate(1.5) * m.place.weight**0.4 for m in self.members])
        assets = Picker(rng, [1 / (n + 1) for n in range(len(versions))])
        first, seen = next_key(UsageEvent), set()

        def uses() -> Iterator[dict[str, Any]]:
            made = 0
            while made < total:
                count = min(total - made, 50_000)
                for who, what in zip(people.pick(count), assets.pick(count), strict=True):
                    m, version = self.members[who], versions[what]
                    at = moment_between(rng, m.place.joined, m.place.last_active)
                    is_view = rng.random() < 0.68
                    micro = int(at.timestamp()) * 1_000_000 + at.microsecond
                    window = micro // (HALF_HOUR * 1_000_000) if is_view else micro
                    if (m.id, version.id, window) in seen:
                        continue
                    seen.add((m.id, version.id, window))
                    yield {
                        "id": first + made,
                        "public_id": public_id(rng, at),
                        "vendor_id": vendor_id,
                        "partnership_id": m.place.id,
                        "user_id": m.id,
                        "asset_id": version.asset_id,
                        "asset_version_id": version.id,
                        "at": at,
                        "window": window,
                        "kind": UsageKind.VIEWED if is_view else UsageKind.DOWNLOADED,
                    }
                    made += 1

        self.insert("uses", UsageEvent, uses(), total, (0.58, 0.76))


def seed_scale(partners: int, seed: int, tell: Tell = lambda _line, _share: None) -> dict[str, int]:
    """Make a channel of `partners` partnerships up to this hour in an empty database; rows by kind."""
    now = clock.now().replace(minute=0, second=0, microsecond=0)
    return ScaleWorld(partners, seed, now, tell).make()
