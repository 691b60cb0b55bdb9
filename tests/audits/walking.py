"""A channel that two vendors share, and the changes a long walk through it is made of."""

from __future__ import annotations

import random
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from prm.accounts import services as accounts
from prm.accounts.models import JobFunction, Membership, User
from prm.accounts.services import memberships, people
from prm.accounts.services.job_functions import set_job_functions
from prm.audits import services as audits
from prm.audits.policy import AgreementCurrent, CertifiedPeople, Rule, TrainingCurrent
from prm.certification import services as certification
from prm.certification.models import Certificate, Certification
from prm.certification.queries.schemes import get_scheme
from prm.errors import DomainError
from prm.extensions import db
from prm.imports.services.undoing import undo_batch
from prm.infra import clock
from prm.infra.db import serve_vendor, transaction
from prm.operations.services.erasing import erase_user
from prm.partners import services as partners
from prm.partners.models import Partnership, PartnershipMerge, PartnershipStatus
from prm.partners.queries.agreements import find_agreement
from prm.partners.services import agreements, merging
from prm.partners.services.status import end_partnership, resume_partnership, suspend_partnership
from prm.permissions import Role
from prm.training import services as training
from prm.vendors.models import Vendor
from prm.vendors.services import change_settings
from tests.factories import PartnershipRef, UserRef, VendorRef, World
from tests.factories.certification import SchemeRef, make_scheme
from tests.factories.revenue import import_rows
from tests.factories.training import CourseRef, assign, complete, enrol, make_course

FUNCTIONS = list(JobFunction)
ZONES = ("Europe/Berlin", "America/New_York", "Asia/Tokyo", "UTC")


class Walk:
    """Two vendors, a company that works with both, and what may happen to them, drawn by chance."""

    def __init__(self, world: World, now: clock.SetClock, seed: int) -> None:
        self.world, self.now, self.rng, self.number = world, now, random.Random(seed), 0
        self.vendors = [
            world.vendor("acme", time_zone="Europe/Berlin"),
            world.vendor("globex", time_zone="America/New_York"),
        ]
        self.courses: dict[int, list[CourseRef]] = {}
        self.schemes: dict[int, list[SchemeRef]] = {}
        self.partnerships: dict[int, list[PartnershipRef]] = {}
        self.people: list[UserRef] = []
        self.batches: list[tuple[VendorRef, Any]] = []
        for vendor in self.vendors:
            self.courses[vendor.id] = [make_course(world, vendor, f"Course {n}") for n in range(3)]
            self.schemes[vendor.id] = [
                make_scheme(world, vendor, course, name=f"Scheme {n}", validity_months=n + 1)
                for n, course in enumerate(self.courses[vendor.id][:2])
            ]
            self.partnerships[vendor.id] = [world.partnership(vendor, f"Firm {n}") for n in range(3)]
            self.set_policy(vendor)
        self.share(self.partnerships[self.vendors[0].id][0], self.partnerships[self.vendors[1].id][0])
        for vendor in self.vendors:
            for _ in range(4):
                self.join(vendor)

    def share(self, here: PartnershipRef, there: PartnershipRef) -> None:
        """Both partnerships are of one company."""
        with self.world.acting(here.vendor) as actor, transaction():
            company = partners.open_partner_account(actor, self.row(here.id))
        with self.world.acting(there.vendor) as actor, transaction(), suppress(DomainError):
            partners.link_partnership(actor, self.row(there.id), company)

    # -- drawing -------------------------------------------------------------------------------

    def row(self, key: int) -> Partnership:
        return db.session.scalars(select(Partnership).where(Partnership.id == key)).one()

    def partnership(self, vendor: VendorRef) -> PartnershipRef:
        return self.rng.choice(self.partnerships[vendor.id])

    def unique(self, kind: str) -> str:
        self.number += 1
        return f"{kind} {self.number}"

    def person_of(self, vendor: VendorRef) -> UserRef | None:
        """Somebody who belongs to one of the vendor's partners now."""
        with self.world.acting(vendor):
            companies = select(Partnership.partner_id).where(Partnership.status != PartnershipStatus.ENDED)
            ids = set(
                db.session.scalars(
                    select(Membership.user_id).where(
                        Membership.partner_id.in_(companies), Membership.ended_at.is_(None)
                    )
                )
            )
        known = [person for person in self.people if person.id in ids]
        return self.rng.choice(known) if known else None

    def membership(self, person: UserRef) -> Membership | None:
        return db.session.scalars(
            select(Membership).where(Membership.user_id == person.id, Membership.ended_at.is_(None))
        ).first()

    # -- what may happen -----------------------------------------------------------------------

    def join(self, vendor: VendorRef) -> None:
        role = self.rng.choice([Role.PARTNER_ADMIN, Role.PARTNER_MEMBER])
        functions = tuple(self.rng.sample(FUNCTIONS, self.rng.randint(0, 2)))
        partnership = self.partnership(vendor)
        self.people.append(
            self.world.user(
                role, partnership=partnership, name=self.unique("Person"), job_functions=functions
            )
        )

    def leave(self, vendor: VendorRef) -> None:
        if person := self.person_of(vendor):
            with self.world.acting(vendor) as actor, transaction():
                membership = self.membership(person)
                assert membership is not None
                accounts.end_membership(actor, membership)

    def retire_at_one_vendor(self, vendor: VendorRef) -> None:
        if person := self.person_of(vendor):
            with self.world.acting(vendor) as actor, transaction():
                membership = self.membership(person)
                assert membership is not None
                memberships.retire_person(actor, membership)

    def move(self, vendor: VendorRef) -> None:
        person, target = self.person_of(vendor), self.partnership(vendor)
        if person is None:
            return
        with self.world.acting(vendor) as actor, transaction():
            membership = self.membership(person)
            assert membership is not None
            accounts.end_membership(actor, membership)
            company = partners.open_partner_account(actor, self.row(target.id))
            accounts.add_membership(
                actor, db.session.get_one(User, person.id), Role.PARTNER_MEMBER, partner_id=company,
                job_functions=self.rng.sample(FUNCTIONS, 1),
            )  # fmt: skip

    def change_functions(self, vendor: VendorRef) -> None:
        if person := self.person_of(vendor):
            with self.world.acting(vendor) as actor, transaction():
                membership = self.membership(person)
                assert membership is not None
                wanted = [each.value for each in self.rng.sample(FUNCTIONS, self.rng.randint(0, 3))]
                set_job_functions(actor, membership, wanted)

    def rename_person(self, vendor: VendorRef) -> None:
        if person := self.person_of(vendor):
            with self.world.acting(vendor) as actor, transaction():
                name = self.rng.choice("AMZ") + self.unique("ndo")
                user = db.session.get_one(User, person.id)
                people.change_profile(actor, user, name=name, locale="en", time_zone="UTC")

    def erase_person(self, vendor: VendorRef) -> None:
        if (person := self.person_of(vendor)) and self.rng.random() < 0.4:
            self.people.remove(person)
            with self.world.app.app_context():
                erase_user(person.id, reason="Asked for it", erased_at=clock.now())

    def assign_course(self, vendor: VendorRef) -> None:
        due_on = clock.today("UTC") + timedelta(days=self.rng.randint(1, 4))
        functions = tuple(self.rng.sample(FUNCTIONS, self.rng.choice([0, 0, 2])))
        course = self.rng.choice(self.courses[vendor.id])
        assign(self.world, self.partnership(vendor), course, due_on=due_on, job_functions=functions)

    def enrol(self, vendor: VendorRef) -> None:
        if person := self.person_of(vendor):
            enrol(self.world, vendor, person, self.rng.choice(self.courses[vendor.id]))

    def complete(self, vendor: VendorRef) -> None:
        if person := self.person_of(vendor):
            complete(self.world, vendor, person, self.rng.choice(self.courses[vendor.id]))

    def publish_version(self, vendor: VendorRef) -> None:
        number = self.rng.randrange(3)
        course = self.courses[vendor.id][number]
        with self.world.acting(vendor) as actor, transaction():
            draft = training.start_new_version(actor, course.public_id)
            training.edit_version(
                actor, draft.public_id, title=self.unique("Course"), summary="", pass_mark=80,
                max_attempts=None, skill_level=draft.course.skill_level, job_functions=(),
                revision=draft.revision,
            )  # fmt: skip
            training.publish_version(actor, draft.public_id)

    def certify(self, vendor: VendorRef) -> None:
        if person := self.person_of(vendor):
            with self.world.acting(vendor) as actor, transaction():
                scheme = get_scheme(actor, self.rng.choice(self.schemes[vendor.id]).public_id)
                user = db.session.get_one(User, person.id)
                certification.issue_by_decision(actor, scheme, user, reason="Seen on site")

    def revoke(self, vendor: VendorRef) -> None:
        with self.world.acting(vendor) as actor, transaction():
            certificates = db.session.scalars(
                select(Certificate).where(Certificate.revoked_at.is_(None)).order_by(Certificate.id)
            ).all()
            if certificates:
                certification.revoke_certificate(actor, self.rng.choice(certificates), reason="A mistake")

    def rename_scheme(self, vendor: VendorRef) -> None:
        with self.world.acting(vendor) as actor, transaction():
            scheme = self.rng.choice(
                db.session.scalars(select(Certification).order_by(Certification.id)).all()
            )
            needed = [course.version_public_id for course in self.courses[vendor.id][:1]]
            certification.change_scheme(
                actor, scheme, name=self.unique("Scheme"), summary="", skill_level=scheme.skill_level,
                validity_months=self.rng.choice([1, 2, None]), course_version_ids=needed, is_active=True,
                revision=scheme.revision,
            )  # fmt: skip

    def set_policy(self, vendor: VendorRef) -> None:
        function = self.rng.choice(["", "", "technical", "sales"])
        schemes = self.schemes[vendor.id]
        rules: list[Rule] = [
            CertifiedPeople(self.rng.choice(schemes).public_id, self.rng.randint(1, 2), function),
            TrainingCurrent(),
            AgreementCurrent(self.rng.choice([1, 2, 12])),
            CertifiedPeople(schemes[0].public_id),
        ]
        with self.world.acting(vendor) as actor, transaction():
            zone = db.session.get_one(Vendor, vendor.id).time_zone
            begin = clock.today(zone) + timedelta(days=self.rng.choice([0, 0, 1]))
            audits.set_policy(actor, rules[: self.rng.randint(2, 4)], effective_on=begin)

    def publish_agreement(self, vendor: VendorRef) -> None:
        with self.world.acting(vendor) as actor, transaction():
            begin = clock.today(db.session.get_one(Vendor, vendor.id).time_zone)
            begin += timedelta(days=self.rng.choice([0, 1]))
            agreements.publish_agreement(actor, title="Terms", body="Be kind.", effective_on=begin)

    def accept_agreement(self, vendor: VendorRef) -> None:
        person = self.person_of(vendor)
        if person is None:
            return
        with self.world.acting(vendor, person) as actor, transaction():
            zone = db.session.get_one(Vendor, vendor.id).time_zone
            version = find_agreement(clock.today(zone))
            if version is not None and actor.role is Role.PARTNER_ADMIN:
                agreements.accept_agreement(actor, version.public_id)

    def enter_partnership(self, vendor: VendorRef) -> None:
        made = self.world.partnership(vendor, self.unique("Firm"))
        if len(self.partnerships[vendor.id]) < 6:
            self.partnerships[vendor.id].append(made)

    def change_partnership(self, vendor: VendorRef) -> None:
        with self.world.acting(vendor) as actor, transaction():
            row = self.row(self.partnership(vendor).id)
            accepted = clock.today("UTC") - timedelta(days=self.rng.randint(0, 60))
            partners.change_partnership(
                actor, row, name=self.unique("Renamed"), type=row.type, status=None, region=None,
                manager_id=None, external_id=row.external_id,
                agreement_accepted_on=self.rng.choice([accepted, None]),
            )  # fmt: skip

    def change_status(self, vendor: VendorRef) -> None:
        with self.world.acting(vendor) as actor, transaction():
            row = self.row(self.partnership(vendor).id)
            turn = self.rng.choice(
                [suspend_partnership, resume_partnership, resume_partnership, end_partnership]
            )
            turn(actor, row, reason="So decided")

    def merge(self, vendor: VendorRef) -> None:
        here, there = self.rng.sample(self.partnerships[vendor.id], 2)
        with self.world.acting(vendor) as actor, transaction():
            merging.merge_partnerships(actor, self.row(here.id), self.row(there.id))

    def unmerge(self, vendor: VendorRef) -> None:
        with self.world.acting(vendor) as actor, transaction():
            merges = db.session.scalars(
                select(PartnershipMerge).where(PartnershipMerge.unmerged_at.is_(None))
            ).all()
            if merges:
                merge = self.rng.choice(merges)
                merging.unmerge_partnerships(
                    actor, merge, self.row(merge.survivor_id), self.row(merge.absorbed_id)
                )

    def link(self, vendor: VendorRef) -> None:
        """One of the vendor's partnerships turns out to be of a company that the other knows."""
        other = next(each for each in self.vendors if each != vendor)
        self.share(self.partnership(vendor), self.partnership(other))

    def import_partners(self, vendor: VendorRef) -> None:
        rows = [{"external_id": self.unique("X"), "name": self.unique("Imported"), "status": "active"}]
        report = import_rows(self.world, vendor, "partners", rows)
        self.batches.append((vendor, report.batch))

    def undo_import(self, vendor: VendorRef) -> None:
        if self.batches:
            owner, batch_id = self.batches.pop()
            with self.world.acting(owner) as actor, transaction():
                undo_batch(actor, batch_id)

    def change_time_zone(self, vendor: VendorRef) -> None:
        with self.world.acting(vendor) as actor, transaction():
            row = db.session.get_one(Vendor, vendor.id)
            change_settings(
                actor, row, revision=row.revision, name=row.name, slug=row.slug, currency=row.currency,
                time_zone=self.rng.choice(ZONES), fiscal_year_start_month=1, brand_primary="#1f4e8c",
                brand_ink="#1b2430", second_factor="optional", paper="a4",
            )  # fmt: skip

    def wait(self, vendor: VendorRef) -> None:
        self.now.advance(hours=self.rng.randint(1, 60))

    def judge(self, vendor: VendorRef) -> None:
        """What the worker does each minute."""
        with self.world.app.app_context(), serve_vendor(vendor.id):
            audits.refresh_standings(vendor.id)

    def steps(self) -> list[Callable[[VendorRef], None]]:
        return [
            self.join, self.leave, self.retire_at_one_vendor, self.move, self.change_functions,
            self.rename_person, self.erase_person, self.assign_course, self.assign_course, self.enrol,
            self.complete, self.complete, self.publish_version, self.certify, self.certify, self.revoke,
            self.rename_scheme, self.set_policy, self.publish_agreement, self.accept_agreement,
            self.enter_partnership, self.change_partnership, self.change_status, self.merge, self.unmerge,
            self.link, self.import_partners, self.undo_import, self.change_time_zone, self.wait, self.wait,
        ]  # fmt: skip
