"""Enrolling, doing lessons, taking the quiz, completing."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Barrier

import pytest
from sqlalchemy import func, select

from prm.audits.queries.story import get_story
from prm.errors import Conflict, DomainError, NotFound
from prm.extensions import db
from prm.infra import clock
from prm.infra.db import transaction
from prm.journal.models import JournalEntry
from prm.partners.models import Partnership
from prm.permissions import Role
from prm.training import queries, services
from prm.training.models import Attempt, Completion, Enrolment, EnrolmentStatus
from prm.training.queries import NextStep
from prm.training.queries.learning import find_my_learning, find_place, list_steps
from tests.factories import World
from tests.factories import training as make
from tests.factories.accounts import join


@pytest.fixture
def scene(world: World):
    """A vendor, a partner's member, a published course."""
    vendor = world.vendor("acme")
    member = world.user(Role.PARTNER_MEMBER, partnership=world.partnership(vendor))
    return vendor, member, make.make_course(world, vendor)


def test_enrolling_twice_is_enrolling_once(world: World, scene) -> None:
    vendor, member, course = scene
    first = make.enrol(world, vendor, member, course)
    again = make.enrol(world, vendor, member, course)
    assert first.id == again.id
    assert first.partnership_id is not None
    assert first.started_at is not None


def test_a_draft_cannot_be_enrolled_in(world: World, scene) -> None:
    vendor, member, _course = scene
    draft = make.make_draft(world, vendor, "Unfinished")
    with pytest.raises(NotFound):
        make.enrol(world, vendor, member, draft)


def test_staff_of_the_vendor_take_courses_too(world: World, scene) -> None:
    vendor, _member, course = scene
    author = world.user(Role.CONTENT_AUTHOR, vendor=vendor)
    make.complete(world, vendor, author, course)
    with world.acting(vendor) as _actor:
        completion = db.session.scalars(select(Completion)).one()
        assert completion.user_id == author.id
        assert completion.partnership_id is None


def test_the_place_is_remembered_from_lesson_to_lesson(world: World, scene) -> None:
    vendor, member, course = scene
    enrolment = make.enrol(world, vendor, member, course)
    with world.acting(vendor, member) as actor:
        item = find_my_learning(actor, course.public_id)
        assert item.next_step is NextStep.START and item.percent == 0
        assert find_place(item, list_steps(item.version_key, item.key)).public_id == course.lessons[0]
        with transaction():
            services.complete_lesson(actor, enrolment.public_id, course.lessons[0])
        item = find_my_learning(actor, course.public_id)
        assert (item.lessons_done, item.percent, item.next_step) == (1, 33, NextStep.LESSON)
        assert find_place(item, list_steps(item.version_key, item.key)).public_id == course.lessons[1]


def test_a_place_saved_by_hand_wins_until_that_lesson_is_done(world: World, scene) -> None:
    vendor, member, course = scene
    enrolment = make.enrol(world, vendor, member, course)
    with world.acting(vendor, member) as actor:
        with transaction():
            services.remember_place(actor, enrolment.public_id, course.lessons[1])
        item = find_my_learning(actor, course.public_id)
        assert (item.lessons_done, item.next_step) == (0, NextStep.LESSON), "begun, though nothing is done"
        assert find_place(item, list_steps(item.version_key, item.key)).public_id == course.lessons[1]
        with transaction():
            services.complete_lesson(actor, enrolment.public_id, course.lessons[1])
        item = find_my_learning(actor, course.public_id)
        assert find_place(item, list_steps(item.version_key, item.key)).public_id == course.lessons[0]


def test_the_quiz_opens_when_every_lesson_is_done(world: World, scene) -> None:
    vendor, member, course = scene
    enrolment = make.enrol(world, vendor, member, course)
    with pytest.raises(Conflict, match="Do every lesson first"):
        make.submit(world, vendor, member, enrolment, course.right_answers)
    make.do_lessons(world, vendor, member, course)
    assert make.submit(world, vendor, member, enrolment, course.right_answers).has_passed


def test_lessons_and_quiz_complete_the_course_once_with_its_score(world: World, scene) -> None:
    vendor, member, course = scene
    with clock.freeze(datetime(2101, 3, 5, 12, tzinfo=UTC)):
        enrolment = make.complete(world, vendor, member, course)
    with world.acting(vendor, member) as actor:
        completion = db.session.scalars(select(Completion)).one()
        assert completion.score_percent == 100
        assert completion.completed_at == datetime(2101, 3, 5, 12, tzinfo=UTC)
        assert completion.course_version_id == course.version_id
        actions = db.session.scalars(select(JournalEntry.action).order_by(JournalEntry.id)).all()
        assert actions.count("training.completed") == 1
        item = queries.list_my_learning(actor)[0]
        assert (item.percent, item.next_step, item.standing) == (100, NextStep.NOTHING, "completed")
        with transaction():  # once more changes nothing
            services.complete_lesson(actor, enrolment.public_id, course.lessons[0])
        assert db.session.scalar(select(func.count()).select_from(Completion)) == 1


def test_a_course_without_a_quiz_is_completed_by_its_lessons(world: World, scene) -> None:
    vendor, member, _course = scene
    course = make.make_course(world, vendor, "Reading only", has_quiz=False)
    make.complete(world, vendor, member, course)
    with world.acting(vendor):
        assert db.session.scalars(select(Completion)).one().score_percent is None


def test_a_course_without_lessons_is_completed_by_its_quiz(world: World, scene) -> None:
    vendor, member, _course = scene
    course = make.make_course(world, vendor, "Exam only", lessons=0)
    enrolment = make.enrol(world, vendor, member, course)
    make.submit(world, vendor, member, enrolment, course.right_answers)
    with world.acting(vendor):
        assert db.session.scalars(select(Completion)).one().score_percent == 100


def test_an_unanswered_question_takes_no_attempt(world: World, scene) -> None:
    vendor, member, course = scene
    enrolment = make.do_lessons(world, vendor, member, course)
    single, multiple, numeric = course.questions
    for gap in (single, multiple, numeric):
        answers = {k: v for k, v in course.right_answers.items() if k != str(gap.public_id)}
        with pytest.raises(DomainError) as caught:
            make.submit(world, vendor, member, enrolment, answers)
        assert set(caught.value.fields) == {str(gap.public_id)}
    # A choice of another question, two choices of one right one, and words for a number are no answers.
    for question, answer in (
        (single, multiple.right[0]),
        (single, [single.right, single.wrong]),
        (numeric, "many"),
        (numeric, "1e5"),
    ):
        with pytest.raises(DomainError):
            make.submit(
                world, vendor, member, enrolment, {**course.right_answers, str(question.public_id): answer}
            )
    with world.acting(vendor):
        assert db.session.scalar(select(Enrolment.attempts_used)) == 0


def test_the_pass_mark_is_reached_not_rounded(world: World, scene) -> None:
    vendor, member, _course = scene
    course = make.make_course(world, vendor, "Two thirds", pass_mark=67)
    enrolment = make.do_lessons(world, vendor, member, course)
    numeric = course.questions[2]
    two_right = {**course.right_answers, str(numeric.public_id): numeric.wrong}
    attempt = make.submit(world, vendor, member, enrolment, two_right)
    assert (attempt.correct, attempt.questions, attempt.score_percent) == (2, 3, 66)
    assert not attempt.has_passed


def test_the_last_failed_attempt_ends_it_until_one_more_is_granted(world: World, scene) -> None:
    vendor, member, _course = scene
    course = make.make_course(world, vendor, "Once only", max_attempts=1)
    enrolment = make.do_lessons(world, vendor, member, course)
    make.submit(world, vendor, member, enrolment, course.wrong_answers)
    with world.acting(vendor, member) as actor:
        item = queries.list_my_learning(actor)[0]
        assert (item.status, item.next_step) == (EnrolmentStatus.FAILED, NextStep.ASK)
    with pytest.raises(Conflict, match="No attempt is left"):
        make.submit(world, vendor, member, enrolment, course.right_answers)
    manager = world.user(Role.CHANNEL_MANAGER, vendor=vendor)
    with world.acting(vendor, manager) as actor, transaction():
        services.grant_attempt(actor, enrolment.public_id)
    assert make.submit(world, vendor, member, enrolment, course.right_answers).number == 2
    with world.acting(vendor, manager) as actor, transaction(), pytest.raises(Conflict):
        services.grant_attempt(actor, enrolment.public_id)


def test_an_attempt_sent_twice_is_taken_once(world: World, scene) -> None:
    vendor, member, course = scene
    enrolment = make.do_lessons(world, vendor, member, course)
    make.submit(world, vendor, member, enrolment, course.wrong_answers, number=1)
    with pytest.raises(Conflict):
        make.submit(world, vendor, member, enrolment, course.wrong_answers, number=1)
    with world.acting(vendor):
        assert db.session.scalar(select(Enrolment.attempts_used)) == 1


def test_nobody_learns_in_somebody_elses_place(world: World, scene) -> None:
    vendor, member, course = scene
    enrolment = make.do_lessons(world, vendor, member, course)
    colleague = world.user(Role.PARTNER_MEMBER, partnership=world.partnership(vendor, "Southwind"))
    for user in (colleague, world.user(Role.VENDOR_ADMIN, vendor=vendor)):
        with pytest.raises(NotFound):
            make.submit(world, vendor, user, enrolment, course.right_answers)
        with world.acting(vendor, user) as actor, transaction(), pytest.raises(NotFound):
            services.complete_lesson(actor, enrolment.public_id, course.lessons[0])


def test_fifty_at_once_on_the_last_attempt_leave_one(world: World, scene) -> None:
    vendor, member, course = scene
    enrolment = make.do_lessons(world, vendor, member, course)
    make.submit(world, vendor, member, enrolment, course.wrong_answers)
    make.submit(world, vendor, member, enrolment, course.wrong_answers)
    together = Barrier(50)

    def race(_number: int) -> str:
        with world.acting(vendor, member) as actor:
            db.session.rollback()  # give the connection back before waiting
            together.wait(60)
            try:
                with transaction():
                    services.submit_attempt(actor, enrolment.public_id, course.wrong_answers)
            except Conflict:
                return "refused"
            finally:
                db.session.remove()
            return "taken"

    with ThreadPoolExecutor(50) as pool:
        outcomes = list(pool.map(race, range(50)))
    assert outcomes.count("taken") == 1, outcomes
    with world.acting(vendor):
        assert db.session.scalar(select(func.count()).select_from(Attempt)) == 3
        assert db.session.scalar(select(Enrolment.attempts_used)) == 3


def test_two_last_lessons_at_once_complete_the_course_once(world: World, scene) -> None:
    vendor, member, _course = scene
    course = make.make_course(world, vendor, "Eight parts", lessons=8, has_quiz=False)
    enrolment = make.enrol(world, vendor, member, course)
    together = Barrier(8)

    def race(lesson) -> None:
        with world.acting(vendor, member) as actor:
            db.session.rollback()  # give the connection back before waiting
            together.wait(60)
            with transaction():
                services.complete_lesson(actor, enrolment.public_id, lesson)
            db.session.remove()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(race, course.lessons))
    with world.acting(vendor):
        assert db.session.scalar(select(func.count()).select_from(Completion)) == 1


def test_a_new_version_leaves_the_completion_and_takes_new_enrolments(world: World, scene) -> None:
    vendor, member, course = scene
    make.complete(world, vendor, member, course)
    newer = make.make_new_version(world, vendor, course)
    with world.acting(vendor, member) as actor:
        item = queries.list_my_learning(actor)[0]
        assert (item.number, item.newest_number, item.percent) == (1, 2, 100)
        assert [version.id for version in queries.list_published_versions(actor)] == [newer.id]
        both = queries.list_published_versions(actor, is_newest_only=False)
        assert [version.number for version in both] == [2, 1]
    enrolment = make.enrol(world, vendor, member, course)
    assert enrolment.course_version_id == newer.id
    with world.acting(vendor, member) as actor:
        assert [item.number for item in queries.list_my_learning(actor)] == [2]
        assert db.session.scalar(select(func.count()).select_from(Completion)) == 1


def test_what_was_completed_at_one_vendor_is_not_told_at_another(world: World, scene) -> None:
    vendor, member, course = scene
    other = world.vendor("other")
    place = world.partnership(other, "Elsewhere")
    join(world, member, place)
    make.complete(world, vendor, member, course)
    manager = world.user(Role.CHANNEL_MANAGER, vendor=other)
    with world.acting(other, manager) as actor:
        company = db.session.get_one(Partnership, place.id)
        [person] = get_story(actor, company, clock.today("UTC")).people
        assert (person.person.name, person.completed) == (member.name, 0)


def test_who_is_at_it_stays_in_their_version(world: World, scene) -> None:
    vendor, member, course = scene
    enrolment = make.enrol(world, vendor, member, course)
    make.make_new_version(world, vendor, course)
    assert make.enrol(world, vendor, member, course).id == enrolment.id


def test_due_and_overdue_are_counted_in_the_vendors_day(world: World) -> None:
    vendor = world.vendor("pacific", time_zone="Pacific/Auckland")
    partnership = world.partnership(vendor)
    member = world.user(Role.PARTNER_MEMBER, partnership=partnership)
    course = make.make_course(world, vendor)
    with clock.freeze(datetime(2101, 5, 1, tzinfo=UTC)):
        make.assign(world, partnership, course, user=member, due_on=datetime(2101, 5, 10).date())  # noqa: DTZ001
    # 10 May 23:30 in Auckland, then 11 May 00:30 there, both still 10 May in UTC.
    for hour, overdue in ((11, 0), (12, 1)):
        with clock.freeze(datetime(2101, 5, 10, hour, 30, tzinfo=UTC)), world.acting(vendor, member) as actor:
            assert queries.count_due(actor) == 1
            assert queries.count_overdue(actor) == overdue
            assert queries.list_my_learning(actor)[0].is_overdue is bool(overdue)
