"""Taking a quiz: started, saved, timed, handed in."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest
from sqlalchemy import func, select

from prm.errors import Conflict, DomainError, NotFound
from prm.extensions import db
from prm.infra import clock, jobs
from prm.infra.db import transaction
from prm.permissions import Role
from prm.training import services
from prm.training.models import Attempt, Completion, Enrolment, EnrolmentStatus
from prm.training.models.assessment import AttemptItem, Difficulty, QuizPool, QuizSitting
from prm.training.queries import quiz
from prm.training.services import bank
from prm.training.services.sittings import GRACE
from tests.factories import World
from tests.factories import assessment as exams
from tests.factories import training as make

T = datetime(2101, 3, 5, 12, tzinfo=UTC)


@pytest.fixture
def scene(world: World):
    """A vendor with a bank of ten questions on networks, and a partner's member."""
    vendor = world.vendor("acme")
    exams.add_questions(world, vendor, 10)
    return vendor, world.user(Role.PARTNER_MEMBER, partnership=world.partnership(vendor))


def start(world: World, vendor, member, course) -> tuple[Enrolment, QuizSitting]:
    with world.acting(vendor, member) as actor, transaction():
        enrolment = services.enrol(actor, course.public_id)
        return enrolment, services.start_quiz(actor, enrolment.public_id)


def save(world: World, vendor, member, enrolment, answers, number: int = 1, flags=None) -> QuizSitting:
    with world.acting(vendor, member) as actor, transaction():
        return services.save_answers(actor, enrolment.public_id, answers, number=number, flags=flags)


def test_an_attempt_draws_its_own_questions_and_shows_them_again_exactly(world: World, scene) -> None:
    vendor, member = scene
    course = exams.make_exam(world, vendor, draws=(("networks", None, 5),), rules={"shuffles_choices": True})
    other = world.user(Role.PARTNER_MEMBER, partnership=world.partnership(vendor, "Southwind"))
    _enrolment, sitting = start(world, vendor, member, course)
    _enrolment, theirs = start(world, vendor, other, course)
    assert sitting.seed != theirs.seed
    attempt_id = exams.take(world, vendor, member, course, wrong=1)
    with world.acting(vendor, member) as actor:
        first = quiz.list_quiz_questions(course.version_id, sitting.seed)
        assert first == quiz.list_quiz_questions(course.version_id, sitting.seed)
        assert len(first) == 5 and len({each.public_id for each in first}) == 5
        attempt = quiz.get_attempt(actor, attempt_id)
        assert (attempt.correct, attempt.questions, attempt.score_percent) == (4, 5, 80)
        reviewed = quiz.review_attempt(attempt, course.version_id)
        assert [each.prompt for each in reviewed] == [each.prompt for each in first]
        assert [each.is_right for each in reviewed] == [False, True, True, True, True]
        rows = db.session.scalars(select(AttemptItem).order_by(AttemptItem.place)).all()
        assert [row.is_right for row in rows] == [each.is_right for each in reviewed]
        assert all(row.question_version_id and not row.question_id for row in rows)


def test_a_published_quiz_keeps_asking_what_the_bank_held_on_that_day(world: World, scene) -> None:
    vendor, member = scene
    course = exams.make_exam(world, vendor, draws=(("Networks", Difficulty.MEDIUM, 10),))
    question = exams.newest_bank_question(world, vendor)
    with world.acting(vendor) as actor, transaction():
        bank.edit_bank_question(
            actor, question.public_id, revision=1, topic="Networks", difficulty=Difficulty.HARD,
            prompt="Rewritten?", choices=[("yes", True), ("no", False)],
        )  # fmt: skip
    exams.add_questions(world, vendor, 3, topic="networks")
    _enrolment, sitting = start(world, vendor, member, course)
    with world.acting(vendor, member):
        prompts = [each.prompt for each in quiz.list_quiz_questions(course.version_id, sitting.seed)]
        assert len(prompts) == 10 and "Rewritten?" not in prompts
    newer = make.make_new_version(world, vendor, course)
    with world.acting(vendor):
        pool = select(func.count(QuizPool.id))
        assert db.session.scalar(pool) == 10 + 12  # the hard one is drawn no more, three came
        assert newer.id != course.version_id


def test_a_quiz_that_draws_more_than_there_is_cannot_be_published(world: World, scene) -> None:
    vendor, _member = scene
    exams.add_questions(world, vendor, 2, difficulty=Difficulty.HARD)
    for draws in (
        (("Networks", None, 13),),
        (("Networks", Difficulty.HARD, 3),),
        (("Networks", None, 11), ("Networks", Difficulty.HARD, 2)),  # together one more than there are
        (("Nothing of it", None, 1),),
    ):
        with pytest.raises(DomainError, match="the bank has"):
            exams.make_exam(world, vendor, draws=draws)
    exams.make_exam(world, vendor, draws=(("Networks", None, 10), ("Networks", Difficulty.HARD, 2)))


def test_what_is_saved_is_there_on_another_day_and_takes_no_attempt(world: World, scene) -> None:
    vendor, member = scene
    course = exams.make_exam(world, vendor, draws=(("Networks", None, 3),))
    enrolment, sitting = start(world, vendor, member, course)
    with world.acting(vendor):
        one, two, three = exams.right_answers(course, sitting.seed).items()
    save(world, vendor, member, enrolment, dict([one, two]), flags={two[0]: True})
    save(world, vendor, member, enrolment, {two[0]: None, "q-foreign": "x"})
    with clock.freeze(clock.now() + timedelta(days=40)):
        _same, again = start(world, vendor, member, course)
        assert again.id == sitting.id and again.answers == dict([one]) and again.flagged == [two[0]]
        assert again.ends_at is None
        save(world, vendor, member, enrolment, dict([two]))
        attempt = make.submit(world, vendor, member, enrolment, dict([three]))
        assert attempt.correct == 3
    with world.acting(vendor):
        assert db.session.scalar(select(Enrolment.attempts_used)) == 1
    with pytest.raises(Conflict, match="already sent"):
        save(world, vendor, member, enrolment, {})


def test_gaps_can_be_sent_knowingly(world: World, scene) -> None:
    vendor, member = scene
    course = exams.make_exam(world, vendor, draws=(("Networks", None, 3),), pass_mark=30)
    enrolment, sitting = start(world, vendor, member, course)
    with world.acting(vendor):
        one, *_others = exams.right_answers(course, sitting.seed).items()
    with pytest.raises(DomainError) as caught:
        make.submit(world, vendor, member, enrolment, dict([one]))
    assert len(caught.value.fields) == 2
    with world.acting(vendor, member) as actor, transaction():
        attempt = services.submit_attempt(actor, enrolment.public_id, dict([one]), accepts_gaps=True)
        assert (attempt.correct, attempt.questions, attempt.has_passed) == (1, 3, True)


def test_the_clock_is_the_servers_with_some_seconds_for_the_network(world: World, scene) -> None:
    vendor, member = scene
    course = exams.make_exam(world, vendor, draws=(("Networks", None, 3),), rules={"time_limit_minutes": 10})
    with clock.freeze(T):
        enrolment, sitting = start(world, vendor, member, course)
        assert sitting.ends_at == T + timedelta(minutes=10)
    with world.acting(vendor):
        answers = exams.right_answers(course, sitting.seed)
    one, two, three = answers.items()
    with clock.freeze(sitting.ends_at + GRACE):
        save(world, vendor, member, enrolment, dict([one]))
        with world.acting(vendor):
            jobs.sweep(world.app)
            assert db.session.scalar(select(func.count(Attempt.id))) == 0
    with clock.freeze(sitting.ends_at + GRACE + timedelta(seconds=1)):
        with pytest.raises(Conflict, match="time is up"):
            save(world, vendor, member, enrolment, dict([two]))
        # Late answers do not count; what was saved does, gaps and all.
        late = make.submit(world, vendor, member, enrolment, dict([two, three]))
        assert (late.correct, late.answers) == (1, dict([one]))


def test_when_time_runs_out_a_job_hands_in_what_was_saved(world: World, scene) -> None:
    vendor, member = scene
    course = exams.make_exam(
        world, vendor, draws=(("Networks", None, 3),), rules={"time_limit_minutes": 10}, max_attempts=1
    )
    with clock.freeze(T):
        enrolment, sitting = start(world, vendor, member, course)
        with world.acting(vendor):
            answers = exams.right_answers(course, sitting.seed)
        save(world, vendor, member, enrolment, answers)
    with clock.freeze(T + timedelta(minutes=11)):
        for _twice in range(2):
            jobs.sweep(world.app)
    with world.acting(vendor):
        attempt = db.session.scalars(select(Attempt)).one()
        assert (attempt.score_percent, attempt.submitted_at) == (100, T + timedelta(minutes=11))
        assert db.session.scalars(select(QuizSitting.submitted_at)).one() == attempt.submitted_at
        assert db.session.scalars(select(Enrolment.status)).one() is EnrolmentStatus.COMPLETED
        assert db.session.scalars(select(Completion.score_percent)).one() == 100
        assert services.close_expired(None, sitting.id) is None  # type: ignore[arg-type]


def test_the_next_attempt_waits(world: World, scene) -> None:
    vendor, member = scene
    course = exams.make_exam(world, vendor, draws=(("Networks", None, 3),), rules={"wait_minutes": 90})
    with clock.freeze(T):
        exams.take(world, vendor, member, course, wrong=3)
    with clock.freeze(T + timedelta(minutes=89)), pytest.raises(Conflict, match="try again from"):
        start(world, vendor, member, course)
    with clock.freeze(T + timedelta(minutes=90)):
        _enrolment, sitting = start(world, vendor, member, course)
        assert sitting.number == 2


def test_nobody_saves_into_somebody_elses_attempt(world: World, scene) -> None:
    vendor, member = scene
    course = exams.make_exam(world, vendor, draws=(("Networks", None, 3),))
    enrolment, _sitting = start(world, vendor, member, course)
    colleague = world.user(Role.PARTNER_MEMBER, partnership=world.partnership(vendor, "Southwind"))
    for user in (colleague, world.user(Role.VENDOR_ADMIN, vendor=vendor)):
        with pytest.raises(NotFound):
            save(world, vendor, user, enrolment, {})


def test_fifty_at_once_on_the_last_attempt_of_an_open_sitting_leave_one(world: World, scene) -> None:
    vendor, member = scene
    course = exams.make_exam(world, vendor, draws=(("Networks", None, 3),), max_attempts=1)
    enrolment, sitting = start(world, vendor, member, course)
    with world.acting(vendor):
        answers = exams.right_answers(course, sitting.seed, wrong=3)
    save(world, vendor, member, enrolment, answers)
    together = Barrier(50)

    def race(_number: int) -> str:
        with world.acting(vendor, member) as actor:
            db.session.rollback()  # give the connection back before waiting
            together.wait(60)
            try:
                with transaction():
                    services.submit_attempt(actor, enrolment.public_id, {}, number=1)
            except Conflict:
                return "refused"
            finally:
                db.session.remove()
            return "taken"

    with ThreadPoolExecutor(50) as pool:
        outcomes = list(pool.map(race, range(50)))
    assert outcomes.count("taken") == 1, outcomes
    with world.acting(vendor):
        assert db.session.scalar(select(func.count(Attempt.id))) == 1
        assert db.session.scalar(select(func.count(AttemptItem.id))) == 3
        assert db.session.scalar(select(Enrolment.attempts_used)) == 1
        assert db.session.scalar(select(func.count(QuizSitting.id))) == 1
