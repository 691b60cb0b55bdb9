"""One vendor of the demo: its staff, content and partners, and what they did."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select, update

from prm.access import Actor, system_actor
from prm.accounts import services as accounts
from prm.accounts.models import JobFunction, User
from prm.audits import services as audits
from prm.audits.policy import AgreementCurrent, CertifiedPeople, TrainingCurrent
from prm.certification import services as certification
from prm.certification.accreditation.defining import Wanted, create_accreditation
from prm.certification.rules import Renewal
from prm.demo import packages
from prm.demo.aims import publish_first_agreement
from prm.demo.companies import Company
from prm.demo.content import CourseText, VendorText
from prm.demo.courses import Taught, question_of, what_is_taught
from prm.demo.history import History
from prm.demo.library import fill_library
from prm.demo.names import FAMILY, GIVEN
from prm.demo.paths import lead_along_paths
from prm.demo.people import PASSWORD, SIGN_INS, SignIn
from prm.demo.sales import Sales
from prm.extensions import db
from prm.infra import clock
from prm.infra.db import serve_vendor, transaction
from prm.marketing import services as marketing
from prm.marketing.models import Asset, AssetVersion, UsageKind
from prm.partners import services as partners
from prm.partners.models import Partnership, PartnershipStatus, PartnershipType
from prm.permissions import Role
from prm.training import services as training
from prm.vendors import services as vendors
from prm.vendors.models import Vendor


class VendorWorld:
    """Collects one vendor's history. `shared` holds accounts of companies that several vendors know."""

    def __init__(
        self,
        text: VendorText,
        rng: random.Random,
        start: datetime,
        now: datetime,
        shared: dict[str, int],
    ) -> None:
        self.text, self.rng, self.start, self.now, self.shared = text, rng, start, now, shared
        self.history = History(now)
        self.staff: dict[Role, Actor] = {}
        self.courses: list[Taught] = []
        self.companies: list[Company] = []
        self.versions: list[UUID] = []
        self.vendor_id = 0
        self.system = system_actor(None)

    # -- founding ------------------------------------------------------------------------------

    def found(self) -> None:
        """The vendor and its staff."""
        with clock.freeze(self.start), transaction():
            vendor = vendors.create_vendor(
                self.system,
                slug=self.text.slug,
                name=self.text.name,
                currency=self.text.currency,
                time_zone=self.text.time_zone,
            )
            self.vendor_id = vendor.id
            db.session.execute(
                update(Vendor).where(Vendor.id == vendor.id).values(brand_primary=self.text.colour)
            )
        self.system = system_actor(self.vendor_id)
        with serve_vendor(self.vendor_id), clock.freeze(self.start), transaction():
            for person in SIGN_INS:
                if person.at == self.text.slug and not person.company:
                    self.staff.setdefault(person.role, self._join(person))

    def _join(
        self, person: SignIn, partner_id: int | None = None, partnership_id: int | None = None
    ) -> Actor:
        user = accounts.find_user(person.email)
        if user is None:
            user = accounts.create_user(
                self.system,
                email=person.email,
                name=person.name,
                password=PASSWORD if person in SIGN_INS else None,
                locale=person.locale,
                time_zone=self.text.time_zone,
            )
            accounts.add_membership(
                self.system,
                user,
                person.role,
                vendor_id=None if partner_id else self.vendor_id,
                partner_id=partner_id,
                job_functions=person.functions,
                region_names=person.regions,
            )
        return Actor(
            role=person.role,
            name=user.name,
            user_id=user.id,
            user_public_id=user.public_id,
            vendor_id=self.vendor_id,
            partner_id=partner_id,
            partnership_id=partnership_id,
        )

    @property
    def admin(self) -> Actor:
        return self.staff[Role.VENDOR_ADMIN]

    @property
    def author(self) -> Actor:
        return self.staff.get(Role.CONTENT_AUTHOR, self.admin)

    @property
    def manager(self) -> Actor:
        return self.staff.get(Role.CHANNEL_MANAGER, self.admin)

    # -- content, then partners, then what they do ---------------------------------------------

    def set_up(self) -> None:
        """Everything that is there before the first partner joins; then the plan of the rest."""
        with clock.freeze(self.start + timedelta(hours=1)), transaction():
            publish_first_agreement(self.admin, self.text.name, self.start.date())
        self.write_content()
        self._plan_companies()
        sales = Sales(self.text, self.rng, self.system, self.history, self.start, self.now)
        with clock.freeze(self.start + timedelta(days=4)), transaction():
            sales.import_base(self.companies, self.manager.name)
        for company in self.companies:
            self._plan_company(company)
        sales.plan(self.companies)
        if len(self.courses) > 3:
            self.history.at(self.now - timedelta(days=21), self._lead_along_paths)

    def _lead_along_paths(self) -> None:
        courses = [course.public_id for course in self.courses]
        lead_along_paths(self.author, self.manager, courses)

    def write_content(self) -> None:
        """Courses, certifications, the policy, the marketing library."""
        with clock.freeze(self.start + timedelta(hours=2)) as now, transaction():
            for text in self.text.courses:
                now.advance(hours=3)
                self._write_course(text)
            if self.text.has_package:
                now.advance(hours=3)
                packages.write_course(self.author)
            now.advance(days=1)
            self._write_schemes()
            now.advance(days=1)
            fill_library(self.author, self.text, self.start.date())

    def _write_course(self, text: CourseText) -> None:
        version = training.create_course(
            self.author,
            title=text.title,
            summary=text.summary,
            skill_level=text.level,
            job_functions=text.functions,
        )
        for title, body, minutes in text.lessons:
            training.add_lesson(self.author, version.public_id, title=title, body=body, minutes=minutes)
        for ask in text.asks:
            training.add_question(self.author, version.public_id, **question_of(ask))
        training.publish_version(self.author, version.public_id)
        self.versions.append(version.public_id)
        self.courses.append(what_is_taught(version.course_id, version.id, frozenset(text.functions)))

    def _write_schemes(self) -> None:
        schemes = []
        for name, summary, level, months, needed in self.text.certifications:
            schemes.append(
                certification.create_scheme(
                    self.admin,
                    name=name,
                    summary=summary,
                    skill_level=level,
                    validity_months=months,
                    course_version_ids=[self.versions[i] for i in needed],
                    grace_days=30,
                    renewal=Renewal.DELTA,
                )
            )
        for name, summary, level, lines in self.text.accreditations:
            create_accreditation(
                self.admin,
                name=name,
                summary=summary,
                skill_level=level,
                rules=[
                    Wanted(people, schemes[which].public_id if which is not None else None, None, function)
                    for people, which, function in lines
                ],
            )
        audits.set_policy(
            self.admin,
            [
                CertifiedPeople(schemes[0].public_id, 1, JobFunction.TECHNICAL.value),
                TrainingCurrent(),
                AgreementCurrent(18),
            ],
            effective_on=self.start.date() + timedelta(days=90),
        )

    def _plan_companies(self) -> None:
        for number, name in enumerate(self.text.partners):
            # The demo's own three are eager and early, so that their pages show something.
            eagerness = (0.95, 0.7, 0.5)[number] if number < 3 else self.rng.betavariate(2, 3)
            latest = 420 if number >= 3 else 20
            self.companies.append(
                Company(
                    name,
                    self.text.regions[number % len(self.text.regions)],
                    eagerness,
                    self.start
                    + timedelta(days=8 + self.rng.randint(0, latest), hours=self.rng.randint(0, 6)),
                    is_idle=number % 4 == 3,
                    is_untaught=number % 6 == 4,
                )
            )

    def _plan_company(self, company: Company) -> None:
        self.history.at(company.joins, lambda: self._join_company(company))
        month = timedelta(days=30)
        # A renewed agreement for most; the others run out, which compliance then shows.
        if self.rng.random() < 0.88:
            self.history.at(company.joins + 12 * month, lambda: self._accept_agreement(company))
        self.history.at(self.now - timedelta(days=22), lambda: self._assign_newest(company))
        moment = company.joins + timedelta(days=3)
        while moment < self.now and not company.is_idle:
            uses = round(self.rng.gauss(1 + 5 * company.eagerness, 1.2))
            for _ in range(max(0, uses)):
                at = moment + timedelta(days=self.rng.random() * 29, seconds=self.rng.randint(0, 40000))
                pick, kind = self.rng.random(), self.rng.random()
                self.history.at(at, lambda pick=pick, kind=kind: self._use(company, pick, kind))
            moment += month

    def _join_company(self, company: Company) -> None:
        row = db.session.scalars(select(Partnership).where(Partnership.name == company.name)).one()
        company.id, company.public_id = row.id, row.public_id
        self._accept_agreement(company)
        if company.name in self.shared:
            partners.link_partnership(self.system, row, self.shared[company.name])
            partner_id = self.shared[company.name]
        else:
            partner_id = self.shared[company.name] = partners.open_partner_account(self.system, row)
        for person in self._people_of(company):
            actor = self._join(person, partner_id, row.id)
            company.people.append(actor)
            assert actor.user_id is not None
            company.functions[actor.user_id] = frozenset(person.functions)
        self._assign(company)

    def _people_of(self, company: Company) -> list[SignIn]:
        known = [p for p in SIGN_INS if p.company == company.name]
        domain = "".join(c for c in company.name.lower() if c.isascii() and c.isalnum())
        mixes = (
            (JobFunction.TECHNICAL, JobFunction.SUPPORT), (JobFunction.SALES,),
            (JobFunction.TECHNICAL,), (JobFunction.PRESALES, JobFunction.SALES), (JobFunction.SUPPORT,),
        )  # fmt: skip
        for number in range(self.rng.randint(2, 4)):
            name = f"{self.rng.choice(GIVEN)} {self.rng.choice(FAMILY)}"
            known.append(
                SignIn(
                    Role.PARTNER_MEMBER if known else Role.PARTNER_ADMIN,
                    name,
                    f"person{number + 1}@{domain}.example",
                    functions=mixes[number % len(mixes)],
                )
            )
        return known

    def _accept_agreement(self, company: Company) -> None:
        row = db.session.scalars(select(Partnership).where(Partnership.name == company.name)).one()
        manager = db.session.get(User, self.manager.user_id)
        assert manager is not None
        partners.change_partnership(
            self.system,
            row,
            name=row.name,
            type=list(PartnershipType)[self.companies.index(company) % 4],
            status=PartnershipStatus.ACTIVE,
            region=company.region,
            manager_id=manager.public_id if self.companies.index(company) % 5 else None,
            external_id=row.external_id,
            agreement_accepted_on=clock.now().date(),
        )

    def _assign(self, company: Company) -> None:
        """What everybody takes when their company joins: all courses but the newest."""
        for course in self.courses[:-1]:
            self._assign_course(company, course, days=60)

    def _assign_newest(self, company: Company) -> None:
        """The newest course, assigned to all a few weeks ago: due soon, begun by some."""
        self._assign_course(company, self.courses[-1], days=33)

    def _assign_course(self, company: Company, course: Taught, days: int) -> None:
        assert company.public_id is not None
        now = clock.now()
        training.assign_course(
            self.manager,
            course.public_id,
            partnership_id=company.public_id,
            job_functions=sorted(course.functions),
            due_on=now.date() + timedelta(days=days),
        )
        for actor in company.people:
            assert actor.user_id is not None
            if course.functions & company.functions[actor.user_id] and not (
                company.is_idle or company.is_untaught
            ):
                self._plan_learning(actor, course, company.eagerness, now, days)

    def _plan_learning(
        self, actor: Actor, course: Taught, eagerness: float, since: datetime, days: int
    ) -> None:
        is_shown = actor.name in {person.name for person in SIGN_INS}
        is_newest = course is self.courses[-1]
        if not is_shown and self.rng.random() > (0.5 if is_newest else 0.95) + 0.1 * eagerness:
            return  # never begins: overdue one day, and compliance says so
        at = since + timedelta(days=min(self.rng.expovariate(1.6 / days), 2 * days) + 1)
        at += timedelta(hours=self.rng.randint(0, 8), seconds=self.rng.randint(0, 3000))
        done = len(course.lessons)
        if is_shown and is_newest:
            at, done = since + timedelta(days=4), 1  # so that there is something to go on with
        elif not is_shown and self.rng.random() < 0.02:
            done = self.rng.randint(0, done - 1)
        self._plan_round(actor, course, at, done, self.rng.random() < 0.3)

    def _plan_round(self, actor: Actor, course: Taught, at: datetime, done: int, fails_first: bool) -> None:
        state: dict[str, UUID] = {}

        def begin() -> None:
            state["enrolment"] = training.enrol(actor, course.public_id).public_id

        def finish(lesson: UUID) -> None:
            training.complete_lesson(actor, state["enrolment"], lesson)

        def submit(answers: dict[str, str | list[str]]) -> None:
            training.submit_attempt(actor, state["enrolment"], answers)

        self.history.at(at, begin)
        for number, lesson in enumerate(course.lessons[:done]):
            self.history.at(at + timedelta(minutes=9 * (number + 1)), lambda lesson=lesson: finish(lesson))
        if done == len(course.lessons):
            end = at + timedelta(minutes=9 * done + 12)
            if fails_first:
                # Which questions are wrong is decided without the world's dice, so that nothing else moves.
                self.history.at(end, lambda: submit(course.half_right(f"{actor.user_id} {at}")))
                end += timedelta(days=1)
            self.history.at(end, lambda: submit(course.right))

    def _use(self, company: Company, pick: float, kind: float) -> None:
        if not company.people:
            return
        actor = company.people[int(pick * 997) % len(company.people)]
        version = db.session.scalars(
            select(AssetVersion)
            .join(Asset, Asset.id == AssetVersion.asset_id)
            .where(Asset.published_at.is_not(None))
            .order_by(AssetVersion.asset_id)
        ).all()[int(pick * len(self.text.assets))]
        marketing.record_usage(actor, version, UsageKind.VIEWED)
        if kind < 0.55:
            marketing.record_usage(actor, version, UsageKind.DOWNLOADED)
