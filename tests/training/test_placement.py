"""Placement tests: taken once before the lessons, kept apart, and counted by the paths that say so."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from prm.audits.queries.story import get_story
from prm.errors import Conflict, DomainError, NotFound
from prm.extensions import db
from prm.infra import clock, jobs
from prm.infra.db import transaction
from prm.partners.models import Partnership
from prm.permissions import Role
from prm.training import services
from prm.training.models import Attempt, Completion, EnrolmentStatus
from prm.training.models.assessment import Review
from prm.training.models.placement import PlacementCompletion, PlacementTest
from prm.training.queries import learning, paths
from prm.training.queries.placement import find_placement, is_offered
from prm.training.services import quiz_settings, tasks
from prm.training.services.sittings import GRACE
from tests.factories import World
from tests.factories import assessment as exams
from tests.factories import training as make
from tests.factories.paths import assign_path, make_path
from tests.factories.training import CourseRef
from tests.factories.world import UserRef, VendorRef

T = datetime(2101, 3, 5, 12, tzinfo=UTC)


@pytest.fixture
def scene(world: World) -> tuple[VendorRef, UserRef, CourseRef]:
    """A vendor, a partner's member, and a course of two lessons whose quiz of three places people."""
    vendor = world.vendor("acme")
    member = world.user(Role.PARTNER_MEMBER, partnership=world.partnership(vendor))
    return vendor, member, offered(world, vendor)


def offered(world: World, vendor: VendorRef, title: str = "Installing Nimbus", **rules: Any) -> CourseRef:
    course = make.make_draft(world, vendor, title)
    set_rules(world, vendor, course, **{"placement_percent": 90, **rules})
    make.publish(world, vendor, course)
    return course


def set_rules(world: World, vendor: VendorRef, course: CourseRef, **rules: Any) -> None:
    values: dict[str, Any] = {
        "time_limit_minutes": None, "wait_minutes": 0, "shuffles_questions": False,
        "shuffles_choices": False, "is_one_at_a_time": False, "review_now": Review.EXPLANATIONS,
        "review_over": Review.EXPLANATIONS, "revision": 1,
    }  # fmt: skip
    with world.acting(vendor) as actor, transaction():
        quiz_settings.set_rules(actor, course.version_public_id, **{**values, **rules})


def place(
    world: World, vendor: VendorRef, user: UserRef, course: CourseRef, *, is_right: bool = True
) -> PlacementTest:
    enrolment = make.enrol(world, vendor, user, course)
    with world.acting(vendor, user) as actor, transaction():
        services.start_placement(actor, enrolment.public_id)
        answers = course.right_answers if is_right else course.wrong_answers
        return services.submit_placement(actor, enrolment.public_id, answers)


def item_of(world: World, vendor: VendorRef, user: UserRef, course: CourseRef) -> learning.LearningItem:
    with world.acting(vendor, user) as actor:
        found = learning.find_my_learning(actor, course.public_id)
        assert found is not None
        return found


def test_who_passes_has_the_course_completed_by_placement_and_no_attempt_is_used(world: World, scene) -> None:
    vendor, member, course = scene
    test = place(world, vendor, member, course)
    assert (test.has_passed, test.score_percent, test.needed_percent) == (True, 100, 90)
    item = item_of(world, vendor, member, course)
    assert item.status is EnrolmentStatus.COMPLETED and item.is_by_placement and item.is_quiz_passed
    assert (item.attempts_used, item.lessons_done, item.percent, item.score_percent) == (0, 0, 100, 100)
    with world.acting(vendor):
        assert db.session.scalar(select(func.count(Attempt.id))) == 0
    # The quiz stays shut and the lessons stay open: doing them changes nothing of the completion.
    make.do_lessons(world, vendor, member, course)
    item = item_of(world, vendor, member, course)
    assert item.is_by_placement and not item.is_quiz_open and item.lessons_done == 2


def test_who_fails_goes_on_as_usual_and_there_is_no_second_try(world: World, scene) -> None:
    vendor, member, course = scene
    assert not place(world, vendor, member, course, is_right=False).has_passed
    item = item_of(world, vendor, member, course)
    assert (item.status, item.attempts_used, item.attempts_left) == (EnrolmentStatus.STARTED, 0, 3)
    with world.acting(vendor, member) as actor:
        assert not is_offered(item, find_placement(item.key))
        for again in (services.start_placement, lambda *who: services.submit_placement(*who, {})):
            with pytest.raises(Conflict), transaction():
                again(actor, item.enrolment_id)
    make.complete(world, vendor, member, course)
    item = item_of(world, vendor, member, course)
    assert item.completed_at and not item.is_by_placement and item.attempts_used == 1


def test_a_share_between_pass_mark_and_placement_mark_places_nobody(world: World, scene) -> None:
    vendor, member, course = scene  # pass mark 60; two of three are 66 percent
    enrolment = make.enrol(world, vendor, member, course)
    first, *rest = course.questions
    answers = {str(first.public_id): first.wrong} | {str(each.public_id): each.right for each in rest}
    with world.acting(vendor, member) as actor, transaction():
        services.start_placement(actor, enrolment.public_id)
        test = services.submit_placement(actor, enrolment.public_id, answers)
        assert (test.correct, test.has_passed) == (2, False)


def test_it_is_offered_before_the_lessons_only_and_where_the_version_says_so(world: World, scene) -> None:
    vendor, member, course = scene
    plain = make.make_course(world, vendor, "Plain")
    enrolment = make.enrol(world, vendor, member, plain)
    with world.acting(vendor, member) as actor, pytest.raises(NotFound), transaction():
        services.start_placement(actor, enrolment.public_id)

    enrolment = make.enrol(world, vendor, member, course)
    item = item_of(world, vendor, member, course)
    with world.acting(vendor):
        assert is_offered(item, None)
    with world.acting(vendor, member) as actor, transaction():
        services.start_placement(actor, enrolment.public_id)
        services.complete_lesson(actor, enrolment.public_id, course.lessons[0])
    item = item_of(world, vendor, member, course)
    with world.acting(vendor, member) as actor:
        assert not is_offered(item, None)
        for late in (services.start_placement, lambda *who: services.submit_placement(*who, {})):
            with pytest.raises(Conflict), transaction():
                late(actor, enrolment.public_id)

    stranger = world.user(Role.PARTNER_MEMBER, partnership=world.partnership(vendor, "Southwind"))
    with world.acting(vendor, stranger) as actor, pytest.raises(NotFound), transaction():
        services.start_placement(actor, enrolment.public_id)


def test_gaps_take_nothing_and_what_was_saved_stays(world: World, scene) -> None:
    vendor, member, course = scene
    enrolment = make.enrol(world, vendor, member, course)
    first = course.questions[0]
    with world.acting(vendor, member) as actor:
        with transaction():
            services.start_placement(actor, enrolment.public_id)
            services.save_placement(actor, enrolment.public_id, {str(first.public_id): first.right})
        with pytest.raises(DomainError) as refused, transaction():
            services.submit_placement(actor, enrolment.public_id, {})
        assert set(refused.value.fields) == {str(each.public_id) for each in course.questions[1:]}
        with transaction():
            again = services.start_placement(actor, enrolment.public_id)
            assert again.submitted_at is None and list(again.answers) == [str(first.public_id)]
            test = services.submit_placement(actor, enrolment.public_id, {}, accepts_gaps=True)
            assert (test.correct, test.has_passed) == (1, False)


def test_when_time_is_up_what_was_saved_is_taken_by_itself(world: World, app: Flask, scene) -> None:
    vendor, member, _course = scene
    course = offered(world, vendor, "Timed", time_limit_minutes=10)
    with clock.freeze(T):
        enrolment = make.enrol(world, vendor, member, course)
        with world.acting(vendor, member) as actor, transaction():
            test = services.start_placement(actor, enrolment.public_id)
            assert test.ends_at == T + timedelta(minutes=10)
            services.save_placement(actor, enrolment.public_id, course.right_answers)
    with clock.freeze(T + timedelta(minutes=10) + 2 * GRACE):
        jobs.sweep(app)
        jobs.sweep(app)
        item = item_of(world, vendor, member, course)
        assert item.is_by_placement and item.completed_at == T + timedelta(minutes=10) + 2 * GRACE


def test_of_many_submissions_at_once_one_is_taken(world: World, scene) -> None:
    vendor, member, course = scene
    enrolment = make.enrol(world, vendor, member, course)
    with world.acting(vendor, member) as actor, transaction():
        services.start_placement(actor, enrolment.public_id)
    barrier = Barrier(6)

    def submit(_number: int) -> bool:
        with world.acting(vendor, member) as actor:
            db.session.rollback()  # give the connection back before waiting
            barrier.wait(60)
            try:
                with transaction():
                    services.submit_placement(actor, enrolment.public_id, course.right_answers)
            except Conflict:
                return False
            finally:
                db.session.remove()
            return True

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(submit, range(6))) == 1
    with world.acting(vendor):
        for model in (Completion, PlacementTest, PlacementCompletion):
            assert db.session.scalar(select(func.count(model.id))) == 1


def test_the_mark_is_at_least_the_pass_mark_and_a_practical_task_is_not_skipped(world: World) -> None:
    vendor = world.vendor("acme")
    course = make.make_draft(world, vendor, pass_mark=60)
    for percent in (59, 101):
        with pytest.raises(DomainError) as refused:
            set_rules(world, vendor, course, placement_percent=percent)
        assert "placement_percent" in refused.value.fields
    set_rules(world, vendor, course, placement_percent=60)
    with world.acting(vendor) as actor:
        with transaction():
            tasks.add_task(
                actor, course.version_public_id, title="Mend", body="Mend it.", rubric=exams.RUBRIC
            )
        with pytest.raises(DomainError, match="practical task"), transaction():
            services.publish_version(actor, course.version_public_id)


def test_a_path_counts_a_placement_unless_its_version_says_otherwise(world: World, scene) -> None:
    vendor, member, course = scene
    other = make.make_course(world, vendor, "Next", has_quiz=False)
    lenient = make_path(world, vendor, [course, other], "Lenient")
    strict = make_path(world, vendor, [course, other], "Strict", accepts_placement=False)
    for path in (lenient, strict):
        assign_path(world, path, None, vendor=vendor)
    place(world, vendor, member, course)

    def standings() -> dict[str, list[tuple[str, bool, bool]]]:
        with world.acting(vendor, member) as actor:
            return {
                each.title: [(step.standing, step.is_done, step.is_by_placement) for step in each.steps]
                for each in paths.list_my_paths(actor)
            }

    found = standings()
    assert found["Lenient"] == [("completed", True, True), ("assigned", False, False)]
    assert found["Strict"][0] == ("placed", False, False)

    make.complete(world, vendor, member, other)
    with world.acting(vendor, member) as actor:
        assert {each.title: each.is_completed for each in paths.list_my_paths(actor)} == {
            "Lenient": True,
            "Strict": False,
        }
    make.do_lessons(world, vendor, member, course)  # now they have done what the strict one asks for
    assert standings()["Strict"][0] == ("completed", True, False)
    with world.acting(vendor, member) as actor:
        assert all(each.is_completed for each in paths.list_my_paths(actor))
    assert item_of(world, vendor, member, course).is_by_placement


def test_every_page_of_evidence_says_by_placement_and_none_tells_the_key(world: World, scene) -> None:
    vendor, member, course = scene
    client, at = world.client(member), f"/acme/training/courses/{course.public_id}"
    assert "placement test" in client.get(at).text
    client.post(f"{at}/enrol")
    start = client.get(f"{at}/placement")
    assert "Start the placement test" in start.text
    assert client.post(f"{at}/placement/start").location == f"{at}/placement/questions"
    first = course.questions[0]
    seen = [start, client.get(f"{at}/placement/questions")]
    seen.append(
        client.post(
            f"{at}/placement/save", data={f"q-{first.public_id}": first.right, "shown": str(first.public_id)}
        )
    )
    assert seen[-1].json["saved"]
    refused = client.post(f"{at}/placement/questions", data={"do": "send"})
    assert refused.status_code == 422 and "accept_gaps" in refused.text
    seen.append(refused)
    form = {f"q-{key}": value for key, value in course.right_answers.items()}
    assert client.post(f"{at}/placement/questions", data=form).location == f"{at}/placement"
    seen += [client.get(f"{at}/placement"), client.get(at)]
    assert "by placement" in seen[-1].text and "by placement" in seen[-2].text
    assert client.post(f"{at}/placement/questions", data=form).location == f"{at}/placement"
    assert client.post(f"{at}/placement/save", data=form).status_code == 409
    assert all("KEYCANARY" not in page.text and "98765" not in page.text for page in seen[:3] + seen[4:])

    admin = world.client(world.user(Role.VENDOR_ADMIN, vendor=vendor))
    assert "by placement" in admin.get("/acme/training/progress").text
    assert "(by placement)" in admin.get("/acme/training/progress?format=csv").text
    person = admin.get(f"/acme/training/progress/{member.public_id}").text
    assert "by placement" in person and "Placement test" in person
    with world.acting(vendor) as actor:
        story = get_story(actor, db.session.scalars(select(Partnership)).one(), clock.today("UTC"))
        assert [each.is_by_placement for each in story.timeline if each.kind == "completion"] == [True]


def test_a_failed_test_tells_the_score_and_nothing_of_the_questions(world: World, scene) -> None:
    vendor, member, course = scene  # whose rules show explanations after every attempt
    place(world, vendor, member, course, is_right=False)
    page = world.client(member).get(f"/acme/training/courses/{course.public_id}/placement").text
    assert "Not passed" in page and "0%" in page and "KEYCANARY" not in page
    assert all(choice not in page for choice in ("Port 8443", "Settings"))
