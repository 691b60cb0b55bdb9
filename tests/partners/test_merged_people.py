"""What a merge means for the people of both: courses, and what they may do beyond their role."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from prm.accounts.models import MembershipGrant
from prm.extensions import db
from prm.infra import clock
from prm.infra.db import transaction
from prm.permissions import P, Role
from prm.training.models import CourseVersion, Enrolment, EnrolmentStatus
from tests.factories import PartnershipRef, UserRef, VendorRef, World
from tests.factories.training import assign, complete, make_course
from tests.partners.test_merging import by_id, contents, merge, undo_url


@pytest.fixture
def acme(world: World) -> VendorRef:
    return world.vendor("acme")


@pytest.fixture
def client(world: World, acme: VendorRef) -> FlaskClient:
    return world.client(world.user(Role.VENDOR_ADMIN, vendor=acme))


@pytest.fixture
def north(world: World, acme: VendorRef) -> PartnershipRef:
    return world.partnership(acme, "Northwind")


def courses_of(world: World, acme: VendorRef, person: UserRef) -> dict[str, str]:
    """Title and status of every course that somebody is enrolled in."""
    with world.acting(acme):
        rows = db.session.execute(
            select(CourseVersion.title, Enrolment.status)
            .join(Enrolment, Enrolment.course_version_id == CourseVersion.id)
            .where(Enrolment.user_id == person.id)
        )
        return {title: status.value for title, status in rows}


def test_people_who_come_over_are_enrolled_in_what_the_survivor_is_assigned(
    world: World, acme: VendorRef, north: PartnershipRef, client: FlaskClient
) -> None:
    twice = world.partnership(acme, "North Wind Inc")
    anna = world.user(Role.PARTNER_ADMIN, partnership=north, name="Anna")
    bob, cleo = (world.user(Role.PARTNER_MEMBER, partnership=twice, name=name) for name in ("Bob", "Cleo"))
    ours, theirs = make_course(world, acme, "Ours"), make_course(world, acme, "Theirs")
    assign(world, north, ours)
    assign(world, twice, theirs)
    before = contents(world, acme)
    assert merge(client, north, twice) == 303
    both = {"Ours": "assigned", "Theirs": "assigned"}
    for person in (anna, bob, cleo):
        assert courses_of(world, acme, person) == both, person.name
    complete(world, acme, bob, ours)
    client.post(undo_url(world, acme))
    assert courses_of(world, acme, anna) == {"Ours": "assigned"}
    assert courses_of(world, acme, bob) == {"Ours": "completed", "Theirs": "assigned"}, "what was done stays"
    assert courses_of(world, acme, cleo) == {"Theirs": "assigned"}
    after = contents(world, acme)
    assert before["assignment"] == after["assignment"]
    assert set(before["enrolment"]) < set(after["enrolment"])


def test_a_course_begun_since_stays_open_and_is_due_no_more(
    world: World, acme: VendorRef, north: PartnershipRef, client: FlaskClient
) -> None:
    twice = world.partnership(acme, "North Wind Inc")
    world.user(Role.PARTNER_ADMIN, partnership=north)
    bob = world.user(Role.PARTNER_MEMBER, partnership=twice, name="Bob")
    course = make_course(world, acme, "Ours")
    assign(world, north, course, due_on=clock.today("UTC") + timedelta(days=9))
    merge(client, north, twice)
    with world.acting(acme), transaction():
        row = db.session.scalars(select(Enrolment).where(Enrolment.user_id == bob.id)).one()
        assert row.due_on is not None
        row.status = EnrolmentStatus.STARTED
    client.post(undo_url(world, acme))
    with world.acting(acme):
        row = db.session.scalars(select(Enrolment).where(Enrolment.user_id == bob.id)).one()
        assert (row.status, row.due_on, row.assignment_id) == (EnrolmentStatus.STARTED, None, None)
        assert row.partnership_id == twice.id


def test_what_somebody_may_do_beyond_their_role_goes_along_and_back(
    world: World, acme: VendorRef, north: PartnershipRef, client: FlaskClient
) -> None:
    twice = world.partnership(acme, "North Wind Inc")
    world.user(Role.PARTNER_ADMIN, partnership=north)
    bob = world.user(Role.PARTNER_MEMBER, partnership=twice, name="Bob")
    with world.acting(acme), transaction():
        company = by_id(twice).partner_id
        db.session.add(
            MembershipGrant(
                user_id=bob.id, partner_id=company, permission=P.COURSE_ASSIGN.value,
                starts_at=clock.now(), reason="Runs the academy", created_at=clock.now(),
            )
        )  # fmt: skip

    def may_assign() -> bool:
        with world.acting(acme, bob) as actor:
            return actor.can(P.COURSE_ASSIGN)

    assert may_assign()
    merge(client, north, twice)
    assert may_assign()
    client.post(undo_url(world, acme))
    assert may_assign()
