"""Onboarding: the template, plans that begin with it, milestones met, partnerships that become active."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from prm.extensions import db
from prm.infra import clock
from prm.infra.db import transaction
from prm.infra.jobs import sweep
from prm.journal.models import JournalEntry
from prm.onboarding import queries
from prm.onboarding.models import Milestone, MilestoneKind, OnboardingPlan, Side
from prm.onboarding.steps import Step
from prm.partners.models import Partnership, PartnershipStatus
from prm.permissions import Role
from tests.factories import PartnershipRef, UserRef, VendorRef, World
from tests.factories.certification import make_scheme
from tests.factories.partners import make_template, publish_agreement
from tests.factories.training import assign, complete, make_course

ONBOARDING = PartnershipStatus.ONBOARDING
MANUAL_VENDOR = Step(MilestoneKind.MANUAL, Side.VENDOR, 5, title="Create the price list")
MANUAL_PARTNER = Step(MilestoneKind.MANUAL, Side.PARTNER, 9, title="Send the logo")


@pytest.fixture
def acme(world: World) -> VendorRef:
    return world.vendor("acme")


@pytest.fixture
def admin(world: World, acme: VendorRef) -> UserRef:
    return world.user(Role.VENDOR_ADMIN, vendor=acme, name="Ada Admin")


def status_of(world: World, ref: PartnershipRef) -> PartnershipStatus:
    with world.acting(ref.vendor):
        return db.session.scalars(select(Partnership.status).where(Partnership.id == ref.id)).one()


def milestone(world: World, ref: PartnershipRef, title: str) -> UUID:
    with world.acting(ref.vendor):
        return db.session.scalars(
            select(Milestone.public_id).where(Milestone.partnership_id == ref.id, Milestone.title == title)
        ).one()


def tick(world: World, client: FlaskClient, ref: PartnershipRef, step: Step, done: str = "1") -> int:
    url = f"/acme/onboarding/milestones/{milestone(world, ref, step.title)}/tick"
    return client.post(url, data={"done": done}).status_code


def test_the_last_milestone_makes_the_partnership_active_at_once(
    world: World, acme: VendorRef, admin: UserRef
) -> None:
    course = make_course(world, acme, "Basics")
    scheme = make_scheme(world, acme, course)
    make_template(
        world, acme, Step(MilestoneKind.AGREEMENT, Side.PARTNER, 3),
        Step(MilestoneKind.PEOPLE, Side.PARTNER, 10, count=2),
        Step(MilestoneKind.CERTIFIED, Side.PARTNER, 30, certification_id=scheme.public_id), MANUAL_VENDOR,
    )  # fmt: skip
    version = publish_agreement(world, acme)
    north = world.partnership(acme, "Northwind", status=ONBOARDING)
    boss = world.user(Role.PARTNER_ADMIN, partnership=north)
    partner, staff = world.client(boss), world.client(admin)
    home = partner.get("/acme/").text
    assert "Next milestone" in home and "Accept the agreement" in home
    assert "Accept the agreement" in partner.get(f"/acme/onboarding/{north.public_id}").text
    assert "Create the price list" in staff.get(f"/acme/partners/{north.public_id}").text
    partner.post("/acme/partners/agreement", data={"version": version, "is_accepted": "y"})
    mate = world.user(Role.PARTNER_MEMBER, partnership=north)
    assert tick(world, staff, north, MANUAL_VENDOR) == 303
    assert status_of(world, north) is ONBOARDING
    assign(world, north, course)
    complete(world, acme, mate, course)
    assert status_of(world, north) is PartnershipStatus.ACTIVE
    assert "Next milestone" not in partner.get("/acme/").text
    with world.acting(acme):
        entry = db.session.scalars(
            select(JournalEntry).where(JournalEntry.action == "partnership.activated")
        ).one()
        assert entry.facts == {"by": "plan"} and entry.actor_ref == "system"


def test_only_its_owner_ticks_a_milestone(world: World, acme: VendorRef, admin: UserRef) -> None:
    make_template(world, acme, MANUAL_VENDOR, MANUAL_PARTNER, Step(MilestoneKind.AGREEMENT, Side.PARTNER, 1))
    north = world.partnership(acme, "Northwind", status=ONBOARDING)
    other = world.partnership(acme, "Southwind", status=ONBOARDING)
    partner = world.client(world.user(Role.PARTNER_ADMIN, partnership=north))
    staff = world.client(admin)
    assert tick(world, staff, north, MANUAL_PARTNER) == 403
    assert tick(world, partner, north, MANUAL_VENDOR) == 403
    assert tick(world, partner, other, MANUAL_PARTNER) == 404
    assert tick(world, partner, north, MANUAL_PARTNER) == 303
    assert tick(world, staff, north, MANUAL_VENDOR) == 303
    assert tick(world, staff, north, MANUAL_VENDOR, done="0") == 303
    with world.acting(acme):
        agreement = db.session.scalars(
            select(Milestone).where(
                Milestone.partnership_id == north.id, Milestone.kind == MilestoneKind.AGREEMENT
            )
        ).one()
        ticked = db.session.scalars(select(Milestone.title).where(Milestone.ticked_at.is_not(None))).all()
    assert ticked == ["Send the logo"]
    url = f"/acme/onboarding/milestones/{agreement.public_id}/tick"
    assert partner.post(url).status_code == 422, "met by itself"


def test_a_plan_keeps_the_template_it_began_with(world: World, acme: VendorRef, admin: UserRef) -> None:
    make_template(world, acme, MANUAL_VENDOR)
    north = world.partnership(acme, "Northwind", status=ONBOARDING)
    staff = world.client(admin)
    page = staff.get("/acme/onboarding/template").text
    assert 'name="number" type="hidden" value="1"' in page
    added = {"kind": "manual", "title": "Second", "side": "vendor", "days": "4", "number": "1",
             "certification": ""}  # fmt: skip
    assert staff.post("/acme/onboarding/template", data=added).status_code == 303
    late = staff.post("/acme/onboarding/template", data={**added, "title": "Third"})
    assert late.status_code == 409 and "Third" in late.text
    south = world.partnership(acme, "Southwind", status=ONBOARDING)
    assert staff.post("/acme/onboarding/template/1/remove", data={"number": "2"}).status_code == 303
    with world.acting(acme):
        titles = dict.fromkeys((north.id, south.id), 0)
        for key in db.session.scalars(select(Milestone.partnership_id)):
            titles[key] += 1
    assert titles == {north.id: 1, south.id: 2}
    assert "Second" in staff.get("/acme/onboarding/template").text


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"kind": "manual", "title": " "}, "Say what has to be done"),
        ({"kind": "certified"}, "Choose one of your certifications"),
        ({"kind": "people", "count": "0"}, "between 1 and 1,000"),
        ({"days": "-1"}, "between 0 and 730"),
        ({"days": "soon"}, "Not a valid integer"),
        ({"kind": "nonsense"}, "Not a valid choice"),
        ({"number": "x"}, "in the meantime"),
    ],
)
def test_what_cannot_be_a_milestone_is_said(
    world: World, acme: VendorRef, admin: UserRef, changes: dict[str, str], message: str
) -> None:
    data = {"kind": "manual", "title": "T", "side": "vendor", "days": "4", "number": "0",
            "certification": "", **changes}  # fmt: skip
    answer = world.client(admin).post("/acme/onboarding/template", data=data)
    assert answer.status_code in {409, 422} and message in answer.text


def test_somebody_may_decide_that_onboarding_ends(world: World, acme: VendorRef, admin: UserRef) -> None:
    make_template(world, acme, MANUAL_VENDOR)
    north = world.partnership(acme, "Northwind", status=ONBOARDING)
    staff = world.client(admin)
    url = f"/acme/onboarding/{north.public_id}/activate"
    assert "Create the price list" in staff.get(url).text
    assert staff.post(url, data={"reason": " "}).status_code == 422
    assert staff.post(url, data={"reason": "Known for years"}).status_code == 303
    assert status_of(world, north) is PartnershipStatus.ACTIVE
    assert staff.post(url, data={"reason": "Again"}).status_code == 409
    assert tick(world, staff, north, MANUAL_VENDOR) == 409
    with world.acting(acme):
        assert db.session.scalars(select(OnboardingPlan.completed_at)).one() is not None


def test_what_no_reaction_saw_is_found_by_the_sweeper(world: World, acme: VendorRef) -> None:
    north = world.partnership(acme, "Northwind", status=ONBOARDING)
    make_template(world, acme, Step(MilestoneKind.AGREEMENT, Side.PARTNER, 3))
    sweep(world.app)
    with world.acting(acme), transaction():
        assert db.session.scalars(select(OnboardingPlan.partnership_id)).all() == [north.id]
        row = db.session.scalars(select(Partnership)).one()
        row.agreement_accepted_on = clock.today("UTC")
    sweep(world.app)
    sweep(world.app)
    assert status_of(world, north) is PartnershipStatus.ACTIVE


def test_progress_is_told_as_of_any_date(world: World, acme: VendorRef, admin: UserRef) -> None:
    make_template(world, acme, MANUAL_VENDOR, Step(MilestoneKind.PEOPLE, Side.PARTNER, 2, count=1))
    north = world.partnership(acme, "Northwind", status=ONBOARDING)
    start: date = clock.today("UTC")
    with clock.travel(clock.now() + timedelta(days=3)):
        assert tick(world, world.client(admin), north, MANUAL_VENDOR) == 303
    with clock.travel(clock.now() + timedelta(days=5)):
        world.user(Role.PARTNER_MEMBER, partnership=north)
    met = []
    for days in (-1, 0, 3, 5):
        with world.acting(acme) as actor:
            row = db.session.scalars(select(Partnership)).one()
            progress = queries.find_progress(actor, row, start + timedelta(days=days))
            met.append((progress.met, progress.is_completed) if progress else None)
    assert met == [None, (0, False), (1, False), (2, True)]
    old = world.client(admin).get(f"/acme/partners/{north.public_id}?as_of={start.isoformat()}").text
    assert "Create the price list" in old, "on that day onboarding was open"


def test_without_a_template_there_is_no_plan(world: World, acme: VendorRef, admin: UserRef) -> None:
    north = world.partnership(acme, "Northwind", status=ONBOARDING)
    page = world.client(admin).get(f"/acme/onboarding/{north.public_id}").text
    assert "No plan" in page and "Make active now" in page


def test_an_empty_template_begins_with_the_usual_steps(world: World, acme: VendorRef, admin: UserRef) -> None:
    north = world.partnership(acme, "Northwind", status=ONBOARDING)
    staff = world.client(admin)
    assert "Begin with the usual ones" in staff.get("/acme/onboarding/template").text
    usual = "/acme/onboarding/template/usual"
    assert staff.post(usual, data={"number": "0"}, follow_redirects=True).status_code == 200
    page = staff.get("/acme/onboarding/template").text
    assert "Introductory call" in page and "2 people have joined" in page
    again = staff.post(usual, data={"number": "1"}, follow_redirects=True).text
    assert "in the meantime" in again
    sweep(world.app)
    assert "Introductory call" in staff.get(f"/acme/onboarding/{north.public_id}").text
