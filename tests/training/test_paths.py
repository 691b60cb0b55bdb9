"""Learning paths: in order, waiting for each other, assigned to those who are there and those who join."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from prm.accounts.models import JobFunction
from prm.errors import Conflict, DomainError, Forbidden, NotFound
from prm.extensions import db
from prm.infra import clock
from prm.infra.db import transaction
from prm.notifications.models import Kind, Notification
from prm.permissions import Role
from prm.training import services
from prm.training.models import Enrolment
from prm.training.models.paths import PathEnrolment, PathStatus
from prm.training.queries import paths as queries
from tests.factories.accounts import join
from tests.factories.paths import PathRef, assign_path, make_path
from tests.factories.training import assign, complete, enrol, make_course, make_draft
from tests.factories.world import UserRef, VendorRef, World


def standing(world: World, vendor: VendorRef, user: UserRef) -> Any:
    with world.acting(vendor, user) as actor:
        return queries.list_my_paths(actor)[0]


def courses_of(world: World, vendor: VendorRef, user: UserRef) -> list[str]:
    with world.acting(vendor):
        rows = db.session.scalars(
            select(Enrolment).where(Enrolment.user_id == user.id).order_by(Enrolment.id)
        )
        return [row.course.title for row in rows]


def test_a_course_opens_when_the_one_before_it_is_done_and_the_last_completes_the_path(
    world: World,
) -> None:
    acme = world.vendor()
    northwind = world.partnership(acme)
    ana = world.user(Role.PARTNER_MEMBER, partnership=northwind)
    one, two = (make_course(world, acme, title, has_quiz=False) for title in ("One", "Two"))
    path = make_path(world, acme, [one, two])
    due = clock.today("UTC") + timedelta(days=30)
    assign_path(world, path, northwind, due_on=due)
    assert courses_of(world, acme, ana) == ["One"]
    assert standing(world, acme, ana).following.title == "One"
    assert [step.standing for step in standing(world, acme, ana).steps] == ["assigned", "locked"]

    complete(world, acme, ana, one)
    assert courses_of(world, acme, ana) == ["One", "Two"]
    assert standing(world, acme, ana).steps[1].due_on == due
    with world.acting(acme):
        assert queries.path_completed_on([ana.id], path.id) == {}

    complete(world, acme, ana, two)
    assert standing(world, acme, ana).is_completed
    with world.acting(acme):
        assert queries.path_completed_on([ana.id], path.id) == {ana.id: clock.today("UTC")}


def test_what_was_completed_before_counts_and_a_path_without_order_opens_at_once(world: World) -> None:
    acme = world.vendor()
    northwind = world.partnership(acme)
    ana = world.user(Role.PARTNER_MEMBER, partnership=northwind)
    one, two, three = (make_course(world, acme, t, has_quiz=False) for t in ("One", "Two", "Three"))
    complete(world, acme, ana, one)
    path = make_path(world, acme, [one, two, three], is_in_order=False)
    with world.acting(acme, ana) as actor, transaction():
        services.take_path(actor, path.public_id)
        services.take_path(actor, path.public_id)  # twice is once
    assert courses_of(world, acme, ana) == ["One", "Two", "Three"]
    assert standing(world, acme, ana).done == 1


def test_a_path_waits_for_the_one_before_it(world: World) -> None:
    acme = world.vendor()
    northwind = world.partnership(acme)
    ana = world.user(Role.PARTNER_MEMBER, partnership=northwind)
    one, two = (make_course(world, acme, title, has_quiz=False) for title in ("One", "Two"))
    first = make_path(world, acme, [one], "Foundation")
    second = make_path(world, acme, [two], "Advanced", required=(first,))
    assign_path(world, second, northwind)
    assert courses_of(world, acme, ana) == []
    assert standing(world, acme, ana).waits_for == ("Foundation",)
    assign_path(world, first, northwind)
    complete(world, acme, ana, one)
    assert courses_of(world, acme, ana) == ["One", "Two"]
    with world.acting(acme) as actor, transaction():
        draft = services.start_new_path_version(actor, first.public_id)
        with pytest.raises(DomainError, match="cannot wait for itself"):
            services.edit_path(
                actor, draft.public_id, revision=draft.revision, title="Foundation", summary="",
                skill_level=draft.path.skill_level, job_functions=[], is_in_order=True,
                required_path_ids=[second.public_id],
            )  # fmt: skip


def test_a_function_of_the_whole_channel_is_meant_now_and_later_with_days_after_joining(
    world: World,
) -> None:
    acme = world.vendor()
    northwind, contoso = world.partnership(acme), world.partnership(acme, "Contoso")
    sales, support = (JobFunction.SALES,), (JobFunction.SUPPORT,)
    ana = world.user(Role.PARTNER_MEMBER, partnership=northwind, job_functions=sales)
    world.user(Role.PARTNER_MEMBER, partnership=northwind, job_functions=support)
    path = make_path(world, acme, [make_course(world, acme, has_quiz=False)])
    assign_path(world, path, None, vendor=acme, job_functions=sales, due_days=14)
    with clock.travel(clock.now() + timedelta(days=10)):
        ben = world.user(Role.PARTNER_MEMBER, partnership=contoso, job_functions=sales)
        today = clock.today("UTC")
    with world.acting(acme):
        due = dict(db.session.execute(select(PathEnrolment.user_id, PathEnrolment.due_on)).all())
        told = set(db.session.scalars(select(Notification.user_id)))
    assert due == {ana.id: today + timedelta(days=4), ben.id: today + timedelta(days=14)}
    assert told == {ana.id, ben.id}


def test_assigned_again_moves_the_date_of_the_path_and_its_open_courses_and_tells_nobody_twice(
    world: World,
) -> None:
    acme = world.vendor()
    northwind = world.partnership(acme)
    ana = world.user(Role.PARTNER_MEMBER, partnership=northwind)
    path = make_path(world, acme, [make_course(world, acme, has_quiz=False)])
    today = clock.today("UTC")
    for days in (10, 20):
        assign_path(world, path, northwind, due_on=today + timedelta(days=days))
    found = standing(world, acme, ana)
    assert found.due_on == found.steps[0].due_on == today + timedelta(days=20)
    with world.acting(acme):
        kinds = list(db.session.scalars(select(Notification.kind)))
    assert kinds == [Kind.PATH_ASSIGNED]


def test_a_new_version_takes_over_who_is_at_it_and_asks_again_only_where_it_says_so(world: World) -> None:
    acme = world.vendor()
    northwind = world.partnership(acme)
    ana, ben = (world.user(Role.PARTNER_MEMBER, partnership=northwind) for _ in range(2))
    one, two, three = (make_course(world, acme, t, has_quiz=False) for t in ("One", "Two", "Three"))
    path = make_path(world, acme, [one])
    assign_path(world, path, northwind)
    complete(world, acme, ana, one)
    publish_with(world, acme, path, two)
    assert standing(world, acme, ana).is_completed, "who completed a version keeps it"
    assert [step.title for step in standing(world, acme, ben).steps] == ["One", "Two"]
    until = clock.today("UTC") + timedelta(days=60)
    publish_with(world, acme, path, three, asks_again=True, again_by=until)
    again = standing(world, acme, ana)
    assert (again.is_completed, again.done, again.due_on) == (False, 1, until)
    with world.acting(acme):
        assert ana.id in queries.path_completed_on([ana.id], path.id), "and the completion stays"


def publish_with(world: World, acme: VendorRef, path: PathRef, course: Any, **asks: Any) -> None:
    with world.acting(acme) as actor, transaction():
        draft = services.start_new_path_version(actor, path.public_id)
        services.add_step(actor, draft.public_id, course.public_id)
        services.publish_path(actor, draft.public_id, **asks)


def test_a_person_of_two_vendors_is_on_each_ones_paths_there(world: World) -> None:
    acme, other = world.vendor(), world.vendor("other")
    user = world.user(Role.PARTNER_MEMBER, partnership=world.partnership(acme))
    join(world, user, world.partnership(other))
    for vendor, title in ((acme, "Installer"), (other, "Seller")):
        path = make_path(world, vendor, [make_course(world, vendor, has_quiz=False)], title)
        with world.acting(vendor, user) as actor, transaction():
            services.take_path(actor, path.public_id)
            assert [each.title for each in queries.list_my_paths(actor)] == [title]
    page = world.client(user).get("/other/training/paths").text
    assert "Seller" in page and "Installer" not in page


def test_a_published_version_does_not_change_and_an_empty_one_is_not_published(world: World) -> None:
    acme = world.vendor()
    course = make_course(world, acme, has_quiz=False)
    path = make_path(world, acme, [course])
    empty = make_path(world, acme, [], "Empty", is_published=False)
    unpublished = make_draft(world, acme, "Being written", has_quiz=False)
    with world.acting(acme) as actor, transaction():
        with pytest.raises(NotFound):
            services.add_step(actor, empty.version_public_id, unpublished.public_id)
        with pytest.raises(Conflict):
            services.add_step(actor, path.version_public_id, course.public_id)
        with pytest.raises(DomainError, match="at least one course"):
            services.publish_path(actor, empty.version_public_id)
        services.add_step(actor, empty.version_public_id, course.public_id)
        with pytest.raises(Conflict, match="already"):
            services.add_step(actor, empty.version_public_id, course.public_id)
        with pytest.raises(NotFound):
            services.assign_path(actor, empty.public_id)  # not published


def test_dates_that_cannot_be_are_refused_and_the_channel_is_for_who_is_responsible_for_it(
    world: World,
) -> None:
    acme = world.vendor()
    northwind = world.partnership(acme)
    boss = world.user(Role.PARTNER_ADMIN, partnership=northwind)
    path = make_path(world, acme, [make_course(world, acme, has_quiz=False)])
    for asked in ({"due_on": date(2020, 1, 1)}, {"due_days": 0}, {"due_days": 5, "due_on": date(2099, 1, 1)}):
        with pytest.raises(DomainError):
            assign_path(world, path, northwind, **asked)  # type: ignore[arg-type]
    with pytest.raises(Forbidden):
        assign_path(world, path, None, vendor=acme, by=boss)
    assign_path(world, path, northwind, by=boss)
    with world.acting(acme):
        assert db.session.scalars(select(PathEnrolment.status)).all() == [PathStatus.OPEN]


def test_a_record_tells_whether_a_course_came_with_a_path_by_itself_or_by_choice(world: World) -> None:
    acme = world.vendor()
    northwind = world.partnership(acme)
    ana = world.user(Role.PARTNER_MEMBER, partnership=northwind)
    one, two, three = (make_course(world, acme, title, has_quiz=False) for title in ("One", "Two", "Three"))
    assign(world, northwind, one)
    assign_path(world, make_path(world, acme, [one, two], is_in_order=False), northwind)
    for course in (two, three):
        enrol(world, acme, ana, course)
    manager = world.client(world.user(Role.CHANNEL_MANAGER, vendor=acme))
    page = manager.get(f"/acme/training/progress/{ana.public_id}").text
    assert page.count("by a learning path") == page.count("by their own choice") == 1
    assert page.count("Assigned on") == 2 and page.count("Enrolled on") == 1
