"""Assigning courses, and who is enrolled when they join later."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete, func, select

from prm.accounts.models import JobFunction, Membership, OutgoingMail
from prm.errors import DomainError, NotFound
from prm.extensions import db
from prm.infra import clock, jobs
from prm.infra.db import transaction
from prm.partners.models import Partnership
from prm.partners.services import link_partnership
from prm.permissions import Role
from prm.training import queries, services
from prm.training.models import Assignment, Enrolment, EnrolmentStatus
from tests.factories import World
from tests.factories import training as make
from tests.factories.world import PartnershipRef, UserRef, VendorRef


@pytest.fixture
def acme(world: World) -> VendorRef:
    return world.vendor("acme")


@pytest.fixture
def northwind(world: World, acme: VendorRef) -> PartnershipRef:
    return world.partnership(acme, "Northwind", region="North")


def member(world: World, partnership: PartnershipRef, *functions: JobFunction) -> UserRef:
    return world.user(Role.PARTNER_MEMBER, partnership=partnership, job_functions=functions)


def enrolments(world: World, vendor: VendorRef) -> dict[int, Enrolment]:
    with world.acting(vendor):
        return {row.user_id: row for row in db.session.scalars(select(Enrolment))}


def tomorrow(days: int = 1):
    return (clock.now() + timedelta(days=days)).date()


def test_everybody_of_a_partnership_is_enrolled_once(world: World, acme, northwind) -> None:
    people = [member(world, northwind) for _ in range(3)]
    outsider = member(world, world.partnership(acme, "Southwind"))
    course = make.make_course(world, acme)
    assert make.assign(world, northwind, course, due_on=tomorrow()).enrolled == 3
    assert make.assign(world, northwind, course, due_on=tomorrow(5)).enrolled == 0
    found = enrolments(world, acme)
    assert set(found) == {person.id for person in people}
    assert outsider.id not in found
    assert {row.due_on for row in found.values()} == {tomorrow(5)}
    with world.acting(acme):
        assert db.session.scalar(select(func.count()).select_from(Assignment)) == 1


def test_a_job_function_narrows_everybody(world: World, acme, northwind) -> None:
    seller = member(world, northwind, JobFunction.SALES, JobFunction.MARKETING)
    member(world, northwind, JobFunction.TECHNICAL)
    make.assign(world, northwind, make.make_course(world, acme), job_functions=(JobFunction.SALES,))
    assert set(enrolments(world, acme)) == {seller.id}


def test_one_person_is_assigned_and_nobody_else(world: World, acme, northwind) -> None:
    one, _other = member(world, northwind), member(world, northwind)
    course = make.make_course(world, acme)
    make.assign(world, northwind, course, user=one)
    assert set(enrolments(world, acme)) == {one.id}
    stranger = member(world, world.partnership(acme, "Southwind"))
    with pytest.raises(NotFound):
        make.assign(world, northwind, course, user=stranger)


def test_who_is_at_it_keeps_their_progress_and_gets_the_date(world: World, acme, northwind) -> None:
    person = member(world, northwind)
    course = make.make_course(world, acme)
    make.do_lessons(world, acme, person, course)
    assert make.assign(world, northwind, course, due_on=tomorrow()).enrolled == 0
    row = enrolments(world, acme)[person.id]
    assert (row.due_on, row.status) == (tomorrow(), EnrolmentStatus.STARTED)
    with world.acting(acme, person) as actor:
        assert queries.list_my_learning(actor)[0].lessons_done == 2


def test_who_completed_it_is_left_alone_until_there_is_a_newer_version(world: World, acme, northwind) -> None:
    person = member(world, northwind)
    course = make.make_course(world, acme)
    make.complete(world, acme, person, course)
    assert make.assign(world, northwind, course).enrolled == 0
    newer = make.make_new_version(world, acme, course)
    assert make.assign(world, northwind, course).enrolled == 1
    with world.acting(acme, person) as actor:
        assert [item.version_key for item in queries.list_my_learning(actor)] == [newer.id]


@pytest.mark.parametrize("days", [-1, -400])
def test_a_date_in_the_past_is_refused(world: World, acme, northwind, days: int) -> None:
    course = make.make_course(world, acme)
    with pytest.raises(DomainError) as caught:
        make.assign(world, northwind, course, due_on=tomorrow(days))
    assert set(caught.value.fields) == {"due_on"}


def test_managers_assign_within_their_regions_and_partners_within_their_company(
    world: World, acme, northwind
) -> None:
    course = make.make_course(world, acme)
    south = world.partnership(acme, "Southwind", region="South")
    northern = world.user(Role.CHANNEL_MANAGER, vendor=acme, region_names=("North",))
    padmin = world.user(Role.PARTNER_ADMIN, partnership=northwind)
    for user in (northern, padmin):
        make.assign(world, northwind, course, by=user)
        with pytest.raises(NotFound):
            make.assign(world, south, course, by=user)
    for user in (
        member(world, northwind),
        world.user(Role.CONTENT_AUTHOR, vendor=acme),
        world.user(Role.EXECUTIVE, vendor=acme),
    ):
        with pytest.raises(NotFound):
            make.assign(world, northwind, course, by=user)


def test_one_mail_tells_of_all_courses_of_an_assignment(world: World, acme, northwind) -> None:
    person = world.user(Role.PARTNER_MEMBER, partnership=northwind, locale="en", name="Zoë Ångström")
    courses = [make.make_course(world, acme, title) for title in ("Installing", "Selling")]
    with world.acting(acme) as actor, transaction():
        services.assign_courses(
            actor, [each.public_id for each in courses], partnership_id=northwind.public_id, due_on=tomorrow()
        )
    with world.acting(acme) as actor:
        (mail,) = db.session.scalars(select(OutgoingMail)).all()
        assert mail.recipient == person.email
        assert mail.subject == "2 courses for you at Acme"
    make.assign(world, northwind, courses[0], due_on=tomorrow(3))  # nobody is new: nobody is told
    with world.acting(acme), transaction():
        assert db.session.scalar(select(func.count()).select_from(OutgoingMail)) == 1


def test_who_joins_later_is_enrolled_on_joining(world: World, acme, northwind) -> None:
    course = make.make_course(world, acme)
    member(world, northwind)
    make.assign(world, northwind, course, job_functions=(JobFunction.SALES,), due_on=tomorrow(9))
    technician = member(world, northwind, JobFunction.TECHNICAL)
    seller = member(world, northwind, JobFunction.SALES)
    found = enrolments(world, acme)
    assert technician.id not in found
    assert found[seller.id].due_on == tomorrow(9)
    assert found[seller.id].partnership_id == northwind.id
    assert found[seller.id].status is EnrolmentStatus.ASSIGNED


def test_a_company_is_assigned_before_it_has_people(world: World, acme, northwind) -> None:
    course = make.make_course(world, acme)
    assert make.assign(world, northwind, course).people == 0
    first = member(world, northwind)
    assert set(enrolments(world, acme)) == {first.id}


def test_a_newcomer_has_as_many_days_as_everybody_had(world: World, acme, northwind) -> None:
    course = make.make_course(world, acme)
    member(world, northwind)
    start = datetime(2101, 3, 1, 12, tzinfo=UTC)
    with clock.freeze(start):
        make.assign(world, northwind, course, due_on=(start + timedelta(days=10)).date())
    for joined, due in ((timedelta(days=4), 10), (timedelta(days=10), 10), (timedelta(days=20), 30)):
        with clock.freeze(start + joined):
            newcomer = member(world, northwind)
        assert enrolments(world, acme)[newcomer.id].due_on == (start + timedelta(days=due)).date()


def test_joining_a_company_of_two_vendors_enrols_at_both(world: World, acme, northwind) -> None:
    globex = world.vendor("globex")
    elsewhere = world.partnership(globex, "Northwind Ltd")
    first = member(world, northwind)
    with world.acting(globex) as actor, transaction():
        link_to_company_of(actor, elsewhere, first)
    at_acme, at_globex = make.make_course(world, acme), make.make_course(world, globex)
    make.assign(world, northwind, at_acme)
    make.assign(world, elsewhere, at_globex)
    newcomer = member(world, northwind)
    assert newcomer.id in enrolments(world, acme)
    assert newcomer.id in enrolments(world, globex)


def test_linking_a_company_enrols_the_people_it_has(world: World, acme, northwind) -> None:
    globex = world.vendor("globex")
    elsewhere = world.partnership(globex, "Northwind Ltd")
    person = member(world, northwind)
    make.assign(world, elsewhere, make.make_course(world, globex))
    assert enrolments(world, globex) == {}
    with world.acting(globex) as actor, transaction():
        link_to_company_of(actor, elsewhere, person)
    assert set(enrolments(world, globex)) == {person.id}


def link_to_company_of(actor, partnership: PartnershipRef, person: UserRef) -> None:
    from_membership = select(Membership.partner_id).where(Membership.user_id == person.id)
    row = db.session.scalars(select(Partnership).where(Partnership.id == partnership.id)).one()
    link_partnership(actor, row, db.session.scalars(from_membership).one())


def test_the_sweeper_finds_a_newcomer_whose_job_was_lost(world: World, acme, northwind) -> None:
    make.assign(world, northwind, make.make_course(world, acme))
    newcomer = member(world, northwind)
    with world.acting(acme), transaction():
        db.session.execute(delete(Enrolment))
    jobs.sweep(world.app)
    assert set(enrolments(world, acme)) == {newcomer.id}


def test_days_after_joining_count_from_joining_and_for_who_is_there_from_today(world: World) -> None:
    acme = world.vendor()
    northwind = world.partnership(acme)
    ana = world.user(Role.PARTNER_MEMBER, partnership=northwind)
    manager = world.client(world.user(Role.CHANNEL_MANAGER, vendor=acme))
    course = make.make_course(world, acme, has_quiz=False)
    form = {"courses": [str(course.public_id)], "whom": "everybody", "due_on": "", "due_days": "10"}
    address = f"/acme/training/assign?company_id={northwind.public_id}"
    assert "Due 10 days after joining" in manager.post(address, data={**form, "step": "preview"}).text
    assert manager.post(address, data={**form, "due_on": "2099-01-01"}).status_code == 422
    assert manager.post(address, data={**form, "step": "assign"}).status_code == 303
    today = clock.today("UTC")
    with clock.travel(clock.now() + timedelta(days=30)):
        ben = world.user(Role.PARTNER_MEMBER, partnership=northwind)
    with world.acting(acme):
        due = dict(db.session.execute(select(Enrolment.user_id, Enrolment.due_on)).all())
    assert due == {ana.id: today + timedelta(days=10), ben.id: today + timedelta(days=40)}
