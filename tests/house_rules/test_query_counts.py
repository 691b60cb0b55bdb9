"""Twice the rows, the same number of queries: on every page that lists something."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from prm.accounts.models import JobFunction, User
from prm.audits import services as audits
from prm.audits.policy import AgreementCurrent, CertifiedPeople, TrainingCurrent
from prm.audits.queries.campaigns import Chosen
from prm.audits.queries.criteria import list_active_checklists
from prm.certification.accreditation.defining import Wanted
from prm.extensions import db
from prm.imports.models import DroppedFile, DropStatus, ImportBatch, ImportKind
from prm.infra import clock
from prm.infra.db import transaction
from prm.marketing import queries as marketing
from prm.marketing import services as usage
from prm.marketing.models import UsageKind
from prm.notifications.models import Kind
from prm.notifications.services import Told, tell
from prm.onboarding.models import MilestoneKind, Side
from prm.onboarding.steps import Step
from prm.partners.models import FieldKind, Partnership
from prm.partners.queries import desk as desk_queries
from prm.partners.services import applications, desk
from prm.permissions import Role
from prm.revenue.quarters import quarter_of
from tests.counting import counted
from tests.factories import PartnershipRef, UserRef, VendorRef, World
from tests.factories import audits as auditing
from tests.factories.accreditations import make_accreditation
from tests.factories.assessment import add_questions, hand_in, make_exam
from tests.factories.certification import make_scheme
from tests.factories.marketing import make_asset, make_campaign
from tests.factories.partners import apply, make_template, publish_agreement
from tests.factories.paths import assign_path, make_path
from tests.factories.revenue import import_rows
from tests.factories.sessions import make_workshop, plan, sign_up
from tests.factories.training import CourseRef, assign, complete, make_course

# Endpoints that list nothing: one row, a form, or something to download.
NO_LISTS = {
    "vendors.settings",
    "notifications.reminders",
    "operations.retention",
    "vendors.change_identity",
    "reports.revenue_pdf",
    "reports.revenue_xlsx",
}


def fill(world: World, acme: VendorRef, courses: list[CourseRef], count: int, start: int) -> None:
    """`count` more of everything: partners with people, progress, certificates, use, deals, orders."""
    today = clock.today("UTC")
    campaign = make_campaign(world, acme, f"Campaign {start}")
    for number in range(start, start + count):
        make_accreditation(world, acme, Wanted(900), name=f"Accreditation {number}")
    for number in range(start, start + count):
        partnership = world.partnership(acme, f"Partner {number}", region=f"Region {number % 5}")
        person = world.user(
            Role.PARTNER_MEMBER,
            partnership=partnership,
            job_functions=(JobFunction.TECHNICAL,),
            name=f"Person {number}",
        )
        asset = make_asset(world, acme, f"Asset {number}", campaign_id=campaign)
        for course in courses[:2]:
            assign(world, partnership, course, due_on=today + timedelta(days=30))
        assign_path(world, make_path(world, acme, courses, f"Path {number}"), partnership)
        complete(world, acme, person, courses[0])
        add_questions(world, acme, 1, topic=f"Topic {number}")
        hand_in(world, acme, person, courses[2])
        sign_up(world, acme, person, courses[3], plan(world, acme, courses[3]))
        with world.acting(acme, person) as actor, transaction():
            version = marketing.find_newest_version(asset.id)
            assert version is not None
            usage.record_usage(actor, version, UsageKind.DOWNLOADED)
        look_after(world, acme, partnership, number)
    rows = [
        {
            "external_id": f"D{number}-{step}",
            "partner": f"Partner {number}",
            "customer": f"Customer {number}",
            "product": f"Product {number}",
            "stage": "won" if step else "submitted",
            "registered_on": today.isoformat(),
            "closed_on": today.isoformat() if step else "",
            "amount": "100",
        }
        for number in range(start, start + count)
        for step in range(2)
    ]
    import_rows(world, acme, "deals", rows, won_as_orders=True)
    invoices = [
        {
            "external_id": f"I{number}",
            "partner": f"Partner {number}",
            "order_external_id": f"D{number}-1",
            "invoiced_on": today.isoformat(),
            "due_on": today.isoformat(),
            "amount": "100",
        }
        for number in range(start, start + count)
    ]
    import_rows(world, acme, "invoices", invoices)
    payments = [
        {
            "external_id": f"P{number}",
            "invoice_external_id": f"I{number}",
            "paid_on": today.isoformat(),
            "amount": 40,
        }
        for number in range(start, start + count)
    ]
    import_rows(world, acme, "payments", payments)
    quarter = quarter_of(today).key
    targets = [
        {"partner": f"Partner {number}", "quarter": quarter, "amount": "1000"}
        for number in range(start, start + count)
    ]
    import_rows(world, acme, "targets", targets)
    with world.acting(acme), transaction() as session:
        batch = session.scalars(select(ImportBatch).order_by(ImportBatch.id.desc())).first()
        assert batch is not None
        session.add_all(
            DroppedFile(
                kind=ImportKind.TARGETS,
                source="crm",
                name=f"{number}.csv",
                sha256=f"{number:064}",
                status=DropStatus.DONE,
                batch_id=batch.id,
                arrived_at=clock.now(),
            )
            for number in range(start, start + count)
        )
    fill_audits(world, acme, count, start)


def look_after(world: World, acme: VendorRef, partnership: PartnershipRef, number: int) -> None:
    """An application, a question of its form, a task, a milestone and an agreement more."""
    apply(world, acme, company=f"Company {number}", email=f"new@company{number}.example")
    make_template(world, acme, Step(MilestoneKind.MANUAL, Side.VENDOR, 5, title=f"Step {number}"))
    publish_agreement(world, acme)
    with world.acting(acme) as actor, transaction():
        applications.save_field(
            actor, None, label=f"Question {number}", kind=FieldKind.TEXT, choices=(), is_required=False,
            position=number + 1,
        )  # fmt: skip
        row = db.session.scalars(select(Partnership).where(Partnership.id == partnership.id)).one()
        admin = desk_queries.list_task_owners(actor, row)[0][0]
        desk.add_task(actor, row, title=f"Task {number}", owner_id=admin, due_on=clock.today("UTC"))


def fill_audits(world: World, acme: VendorRef, count: int, start: int) -> None:
    """Criteria, checklists, campaigns, and an open audit of every partner."""
    auditor = world.user(Role.CHANNEL_MANAGER, vendor=acme)
    for number in range(start, start + count):
        auditing.make_checklist(world, acme, f"Checklist {number}")
    with world.acting(acme, auditor) as actor, transaction():
        for number in range(start, start + count):
            audits.start_campaign(
                actor,
                name=f"Campaign {number}",
                checklist=list_active_checklists(actor)[0],
                as_of=clock.today("UTC"),
                due_on=clock.today("UTC"),
                auditor_id=auditor.public_id,
                chosen=Chosen(region=f"Region {number % 5}"),
                opens_at_once=True,
            )


def tell_everybody(world: World, acme: VendorRef, visitors: list[UserRef], count: int, start: int) -> None:
    """`count` more notifications for each visitor, each about somebody else."""
    with world.acting(acme) as actor, transaction() as session:
        others = list(session.scalars(select(User.id).order_by(User.id)))
        told = tell(
            actor,
            [
                Told(
                    visitor.id,
                    Kind.COURSE_ASSIGNED,
                    f"row:{number}",
                    visitor.public_id,
                    about_user_key=others[number % len(others)],
                    facts={"course": f"Course {number}", "due_on": "2101-01-01"},
                )
                for visitor in visitors
                for number in range(start, start + count)
            ],
        )
        assert told == count * len(visitors)


def pages_of(app: Flask) -> list[str]:
    """Every page of a vendor that needs no id."""
    return sorted(
        rule.rule.replace("<slug:vendor>", "acme")
        for rule in app.url_map.iter_rules()
        if rule.arguments == {"vendor"}
        and "GET" in (rule.methods or set())
        and rule.endpoint not in NO_LISTS
        and not rule.rule.endswith((".pdf", ".xlsx"))
    )


def measure(app: Flask, client: FlaskClient, pages: list[str]) -> dict[str, int]:
    counts = {}
    for page in pages:
        client.get(page)  # what is made once, on the first visit, does not count
        with counted(app) as statements:
            answer = client.get(page)
        if answer.status_code == 200:
            counts[page] = len(statements)
    return counts


def people(world: World, acme: VendorRef) -> list[UserRef]:
    own = world.partnership(acme, "Own", region="Region 1")
    return [
        world.user(Role.VENDOR_ADMIN, vendor=acme),
        world.user(Role.CHANNEL_MANAGER, vendor=acme, region_names=("Region 1", "Region 2")),
        world.user(Role.CONTENT_AUTHOR, vendor=acme),
        world.user(Role.EXECUTIVE, vendor=acme),
        world.user(Role.PARTNER_ADMIN, partnership=own),
    ]


@pytest.mark.slow
def test_pages_ask_as_many_queries_of_twice_the_rows(world: World) -> None:
    acme = world.vendor("acme")
    courses = [make_course(world, acme, f"Course {n}") for n in range(2)]
    courses.append(make_exam(world, acme, "Practice", with_task=True))
    courses.append(make_workshop(world, acme))
    scheme = make_scheme(world, acme, courses[0])
    make_accreditation(world, acme)
    with world.acting(acme) as actor, transaction():
        audits.set_policy(
            actor,
            [CertifiedPeople(scheme.public_id, 1, "technical"), TrainingCurrent(), AgreementCurrent(12)],
            effective_on=clock.today("UTC"),
        )
    visitors = people(world, acme)
    pages = pages_of(world.app)
    fill(world, acme, courses, 6, start=0)
    tell_everybody(world, acme, visitors, 6, start=0)
    before = [measure(world.app, world.client(visitor), pages) for visitor in visitors]
    fill(world, acme, courses, 6, start=6)
    tell_everybody(world, acme, visitors, 6, start=6)
    after = [measure(world.app, world.client(visitor), pages) for visitor in visitors]
    grown = [
        f"{visitor.name}: {page} asked {old[page]} queries, then {new[page]}"
        for visitor, old, new in zip(visitors, before, after, strict=True)
        for page in old
        if new.get(page) != old[page]
    ]
    assert sum(map(len, before)) > 60, "too few pages were measured"
    assert not grown, "Load what a page shows together, not row by row:\n" + "\n".join(grown)
