"""Writing courses: what a draft takes, what publishing fixes, what two authors do to each other."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from threading import Barrier

import pytest
from sqlalchemy import func, select

from prm.errors import Conflict, DomainError, Forbidden, NotFound
from prm.extensions import db
from prm.infra.db import transaction
from prm.journal.models import JournalEntry
from prm.permissions import Role
from prm.training import services
from prm.training.models import Choice, Course, CourseVersion, Lesson, Question, QuestionKind
from prm.training.queries import courses as queries
from tests.factories import World
from tests.factories import training as make
from tests.factories.world import VendorRef


@pytest.fixture
def acme(world: World) -> VendorRef:
    return world.vendor("acme")


def test_a_course_begins_as_a_draft_that_no_learner_sees(world: World, acme: VendorRef) -> None:
    draft = make.make_draft(world, acme)
    with world.acting(acme) as actor:
        assert queries.list_published_versions(actor) == []
        assert [course.draft.number for course in queries.list_authored_courses(actor)] == [1]
    make.publish(world, acme, draft)
    with world.acting(acme) as actor:
        (published,) = queries.list_published_versions(actor)
        assert (published.lessons, published.minutes, published.questions) == (2, 10, 3)
        actions = db.session.scalars(select(JournalEntry.action)).all()
        assert {"course.created", "course_version.published"} <= set(actions)


def test_only_authors_begin_courses(world: World, acme: VendorRef) -> None:
    partnership = world.partnership(acme)
    for user in (
        world.user(Role.CHANNEL_MANAGER, vendor=acme),
        world.user(Role.EXECUTIVE, vendor=acme),
        world.user(Role.PARTNER_ADMIN, partnership=partnership),
    ):
        with world.acting(acme, user) as actor, transaction(), pytest.raises(Forbidden):
            services.create_course(actor, title="Mine")


@pytest.mark.parametrize(
    ("lesson", "field"),
    [
        ({"title": ""}, "title"),
        ({"body": " \n"}, "body"),
        ({"body": "x" * 60_001}, "body"),
        ({"minutes": 0}, "minutes"),
        ({"minutes": 10**9}, "minutes"),
    ],
)
def test_a_lesson_out_of_range_is_refused_by_field(
    world: World, acme: VendorRef, lesson: dict, field: str
) -> None:
    draft = make.make_draft(world, acme)
    with world.acting(acme) as actor, transaction(), pytest.raises(DomainError) as caught:
        services.add_lesson(actor, draft.version_public_id, **{"title": "T", "body": "B", **lesson})
    assert set(caught.value.fields) == {field}


@pytest.mark.parametrize(
    ("details", "field"),
    [
        ({"title": "  "}, "title"),
        ({"title": "x" * 201}, "title"),
        ({"summary": "x" * 1001}, "summary"),
        ({"pass_mark": 101}, "pass_mark"),
        ({"pass_mark": -1}, "pass_mark"),
        ({"max_attempts": 0}, "max_attempts"),
        ({"max_attempts": 10**9}, "max_attempts"),
    ],
)
def test_details_out_of_range_are_refused_by_field(
    world: World, acme: VendorRef, details: dict, field: str
) -> None:
    with world.acting(acme) as actor, transaction(), pytest.raises(DomainError) as caught:
        services.create_course(actor, **{"title": "Good", **details})
    assert set(caught.value.fields) == {field}


def test_control_characters_and_foreign_line_ends_do_not_reach_the_database(
    world: World, acme: VendorRef
) -> None:
    with world.acting(acme) as actor, transaction():
        version = services.create_course(actor, title=" A\x00 b\u0007\n c ")
        lesson = services.add_lesson(
            actor, version.public_id, title="T\x00", body="one\r\ntwo\rthree\x00\x1b"
        )
        assert version.title == "A b c"
        assert (lesson.title, lesson.body) == ("T", "one\ntwo\nthree")


CHOICES = [("One", True), ("Two", False)]
TOO_MANY = [*CHOICES, *[(f"{n}", False) for n in range(19)]]


@pytest.mark.parametrize(
    ("question", "field"),
    [
        ({"kind": QuestionKind.SINGLE, "choices": [("One", True)]}, "choices"),
        ({"kind": QuestionKind.SINGLE, "choices": [("One", True), ("Two", True)]}, "choices"),
        ({"kind": QuestionKind.SINGLE, "choices": [("One", False), ("Two", False)]}, "choices"),
        ({"kind": QuestionKind.SINGLE, "choices": [("One", True), (" one ", False)]}, "choices"),
        ({"kind": QuestionKind.SINGLE, "choices": [*CHOICES, ("", True)]}, "choices"),
        ({"kind": QuestionKind.SINGLE, "choices": [*CHOICES, ("x" * 501, False)]}, "choices"),
        ({"kind": QuestionKind.SINGLE, "choices": TOO_MANY}, "choices"),
        ({"kind": QuestionKind.MULTIPLE, "choices": [("One", False), ("Two", False)]}, "choices"),
        ({"kind": QuestionKind.NUMERIC, "answer": None}, "answer"),
        ({"kind": QuestionKind.NUMERIC, "answer": "1,234.5"}, "answer"),
        ({"kind": QuestionKind.NUMERIC, "answer": "5", "tolerance": "-0.1"}, "tolerance"),
        ({"kind": QuestionKind.NUMERIC, "answer": "5", "tolerance": "some"}, "tolerance"),
        ({"kind": QuestionKind.SINGLE, "choices": CHOICES, "prompt": " "}, "prompt"),
    ],
)  # fmt: skip
def test_a_question_that_cannot_be_answered_is_refused(
    world: World, acme: VendorRef, question: dict, field: str
) -> None:
    draft = make.make_draft(world, acme, has_quiz=False)
    with world.acting(acme) as actor, transaction(), pytest.raises(DomainError) as caught:
        services.add_question(actor, draft.version_public_id, **{"prompt": "Which?", **question})
    assert set(caught.value.fields) == {field}
    with world.acting(acme):
        assert db.session.scalar(select(func.count()).select_from(Question)) == 0


def test_numbers_are_kept_exactly(world: World, acme: VendorRef) -> None:
    draft = make.make_draft(world, acme, has_quiz=False)
    for answer, tolerance in (("0,1", "0.0000000001"), ("-12345678901234567890.5", "0")):
        with world.acting(acme) as actor, transaction():
            services.add_question(
                actor, draft.version_public_id, kind=QuestionKind.NUMERIC, prompt="?", answer=answer,
                tolerance=tolerance,
            )  # fmt: skip
    with world.acting(acme) as actor:
        first, second = (each.question for each in queries.list_questions(actor, draft.version_id))
        assert (first.numeric_answer, first.tolerance) == (Decimal("0.1"), Decimal("0.0000000001"))
        assert second.numeric_answer == Decimal("-12345678901234567890.5")


def test_lessons_and_questions_are_put_into_order(world: World, acme: VendorRef) -> None:
    draft = make.make_draft(world, acme, lessons=3)
    one, two, three = draft.lessons
    with world.acting(acme) as actor:
        with transaction():
            assert services.move_lesson(actor, three, step=-1)
            assert not services.move_lesson(actor, one, step=-1)
            assert services.move_question(actor, draft.questions[0].public_id, step=1)
        assert [each.public_id for each in queries.list_lessons(actor, draft.version_id)] == [one, three, two]
        with transaction():
            services.delete_lesson(actor, three)
            services.delete_question(actor, draft.questions[0].public_id)
        assert [each.public_id for each in queries.list_lessons(actor, draft.version_id)] == [one, two]
        assert [each.question.kind for each in queries.list_questions(actor, draft.version_id)] == [
            QuestionKind.MULTIPLE,
            QuestionKind.NUMERIC,
        ]
        assert db.session.scalar(select(func.count()).select_from(Choice)) == 3


def test_an_empty_draft_is_not_published(world: World, acme: VendorRef) -> None:
    draft = make.make_draft(world, acme, lessons=0, has_quiz=False)
    with pytest.raises(DomainError, match="at least one lesson or one question"):
        make.publish(world, acme, draft)


def test_a_published_version_never_changes(world: World, acme: VendorRef) -> None:
    course = make.make_course(world, acme)
    lesson, question = course.lessons[0], course.questions[0].public_id
    version = course.version_public_id
    attempts = [
        lambda actor: services.add_lesson(actor, version, title="T", body="B"),
        lambda actor: services.edit_lesson(actor, lesson, revision=1, title="T", body="B", minutes=None),
        lambda actor: services.move_lesson(actor, lesson, step=1),
        lambda actor: services.delete_lesson(actor, lesson),
        lambda actor: services.add_question(
            actor, version, kind=QuestionKind.SINGLE, prompt="?", choices=CHOICES
        ),
        lambda actor: services.edit_question(actor, question, revision=1, prompt="?", choices=CHOICES),
        lambda actor: services.move_question(actor, question, step=1),
        lambda actor: services.delete_question(actor, question),
        lambda actor: services.publish_version(actor, version),
        lambda actor: services.edit_version(
            actor, version, revision=1, title="T", summary="", skill_level="expert", job_functions=(),
            pass_mark=1, max_attempts=1,
        ),
    ]  # fmt: skip
    for attempt in attempts:
        with world.acting(acme) as actor, pytest.raises(Conflict), transaction():
            attempt(actor)


def test_a_new_version_is_a_copy_and_the_old_one_stays(world: World, acme: VendorRef) -> None:
    course = make.make_course(world, acme)
    with world.acting(acme) as actor:
        with transaction():
            draft = services.start_new_version(actor, course.public_id)
            key = draft.id
        lessons = queries.list_lessons(actor, key)
        assert [each.title for each in lessons] == [f"{course.title}: part 1", f"{course.title}: part 2"]
        questions = queries.list_questions(actor, key)
        assert [[(c.text, c.is_correct) for c in each.choices] for each in questions][:2] == [
            [("Port 80", False), ("Port 8443", True), ("Port 25", False)],
            [("Settings", True), ("Passwords in clear", False), ("Records", True)],
        ]
        assert questions[2].question.numeric_answer == Decimal("98765.4321")
        with transaction():
            services.edit_lesson(
                actor, lessons[0].public_id, revision=1, title="Changed", body="New", minutes=None
            )
        assert queries.list_lessons(actor, course.version_id)[0].title == f"{course.title}: part 1"
        with pytest.raises(Conflict, match="already a draft"), transaction():
            services.start_new_version(actor, course.public_id)


def test_attempts_without_limit_stay_without_limit(world: World, acme: VendorRef) -> None:
    course = make.make_course(world, acme, max_attempts=None)
    newer = make.make_new_version(world, acme, course)
    assert newer.max_attempts is None
    with world.acting(acme):
        assert set(db.session.scalars(select(CourseVersion.max_attempts))) == {None}


def test_the_second_of_two_authors_is_told(world: World, acme: VendorRef) -> None:
    draft = make.make_draft(world, acme)
    lesson, question = draft.lessons[0], draft.questions[0].public_id

    def save_lesson(actor: object, revision: int, body: str) -> None:
        services.edit_lesson(actor, lesson, revision=revision, title="T", body=body, minutes=None)

    with world.acting(acme) as actor:
        with transaction():
            save_lesson(actor, 1, "First")
        with pytest.raises(Conflict), transaction():
            save_lesson(actor, 1, "Second")
        with transaction():
            save_lesson(actor, 2, "Second, knowing")
        for revision, is_taken in ((1, False), (1, True), (2, False)):
            # Choices alone: the question's own row would not change.
            try:
                with transaction():
                    services.edit_question(
                        actor, question, revision=revision, prompt="Which port does the agent listen on?",
                        choices=[(f"Choice {revision}", True), ("Other", False)],
                        explanation="KEYCANARY-single: the agent listens on 8443.",
                    )  # fmt: skip
                assert not is_taken
            except Conflict:
                assert is_taken
    with world.acting(acme):
        assert (
            db.session.scalars(select(Lesson.body).where(Lesson.public_id == lesson)).one()
            == "Second, knowing"
        )


def test_of_eight_authors_who_save_at_once_one_is_first(world: World, acme: VendorRef) -> None:
    draft = make.make_draft(world, acme)
    together = Barrier(8)

    def race(number: int) -> str:
        with world.acting(acme) as actor:
            db.session.rollback()  # give the connection back before waiting
            together.wait(60)
            try:
                with transaction():
                    services.edit_lesson(
                        actor, draft.lessons[0], revision=1, title=f"By {number}", body="B", minutes=None
                    )
            except Conflict:
                return "told"
            finally:
                db.session.remove()
            return "saved"

    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(race, range(8)))
    assert sorted(outcomes) == ["saved"] + ["told"] * 7


def test_publishing_moves_who_has_not_begun(world: World, acme: VendorRef) -> None:
    partnership = world.partnership(acme)
    fresh, begun = (world.user(Role.PARTNER_MEMBER, partnership=partnership) for _ in range(2))
    course = make.make_course(world, acme)
    make.assign(world, partnership, course)
    with world.acting(acme, begun) as actor, transaction():
        services.complete_lesson(actor, make.enrol(world, acme, begun, course).public_id, course.lessons[0])
    newer = make.make_new_version(world, acme, course)
    assert make.enrol(world, acme, fresh, course).course_version_id == newer.id
    assert make.enrol(world, acme, begun, course).course_version_id == course.version_id


def test_a_foreign_course_is_no_course(world: World, acme: VendorRef) -> None:
    foreign = make.make_draft(world, world.vendor("globex"))
    with world.acting(acme) as actor:
        for attempt in (
            lambda: services.add_lesson(actor, foreign.version_public_id, title="T", body="B"),
            lambda: services.delete_lesson(actor, foreign.lessons[0]),
            lambda: services.delete_question(actor, foreign.questions[0].public_id),
            lambda: services.publish_version(actor, foreign.version_public_id),
            lambda: services.start_new_version(actor, foreign.public_id),
            lambda: services.enrol(actor, foreign.public_id),
        ):
            with pytest.raises(NotFound), transaction():
                attempt()


def test_a_course_is_called_what_its_newest_published_version_is(world: World, acme: VendorRef) -> None:
    course = make.make_course(world, acme)
    with world.acting(acme) as actor:
        with transaction():
            draft = services.start_new_version(actor, course.public_id)
            services.edit_version(
                actor, draft.public_id, revision=1, title="Renamed", summary="", skill_level="expert",
                job_functions=(), pass_mark=1, max_attempts=None,
            )  # fmt: skip
        title = select(Course.title).where(Course.id == course.id)
        assert db.session.scalars(title).one() == course.title
        with transaction():
            services.publish_version(actor, draft.public_id)
        assert db.session.scalars(title).one() == "Renamed"
        assert db.session.scalars(select(CourseVersion.title).order_by(CourseVersion.number)).all() == [
            course.title,
            "Renamed",
        ]
