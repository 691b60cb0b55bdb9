"""Practical tasks: handed in, graded by a named person against the rubric, appealed."""

from __future__ import annotations

from uuid import UUID

import pytest
from flask import url_for
from sqlalchemy import select

from prm.errors import Conflict, DomainError, NotFound
from prm.extensions import db
from prm.infra.db import transaction
from prm.journal.models import JournalEntry
from prm.notifications.kinds import target_of
from prm.notifications.labels import sentence
from prm.notifications.models import Kind, Notification
from prm.permissions import Role
from prm.training import queries, services
from prm.training.models import Completion, Lesson, LessonProgress
from prm.training.models.tasks import TaskGrading, TaskStatus, TaskSubmission
from prm.training.queries import NextStep, courses
from prm.training.queries import tasks as found
from prm.training.rubrics import read_rubric, write_rubric
from prm.training.services import tasks
from tests.factories import World
from tests.factories import assessment as exams
from tests.factories import training as make


@pytest.fixture
def scene(world: World):
    """A vendor with a course that is a practical task, its two graders, and a partner's member."""
    vendor = world.vendor("acme")
    graders = [world.user(Role.CONTENT_AUTHOR, vendor=vendor) for _ in range(2)]
    course = exams.make_exam(world, vendor, with_task=True)
    member = world.user(Role.PARTNER_MEMBER, partnership=world.partnership(vendor))
    return vendor, graders, course, member


def grade(world: World, vendor, grader, submission: TaskSubmission, *places: int) -> TaskGrading:
    with world.acting(vendor, grader) as actor, transaction():
        criteria = found.get_task(submission.lesson_id).criteria
        levels = {each.id: place for each, place in zip(criteria, places, strict=False)}
        return tasks.grade(actor, submission.public_id, levels=levels, feedback="Well done.")


def appeal(world: World, vendor, member, submission: TaskSubmission, reason: str = "Look again.") -> None:
    with world.acting(vendor, member) as actor, transaction():
        tasks.appeal(actor, submission.public_id, reason=reason)


def test_a_passing_grade_completes_the_lesson_and_says_who_gave_it(world: World, scene) -> None:
    vendor, (grader, _other), course, member = scene
    submission = exams.hand_in(world, vendor, member, course)
    with world.acting(vendor, member) as actor:
        item = queries.list_my_learning(actor)[0]
        assert (item.next_step, item.tasks_waiting, item.percent) == (NextStep.WAIT, 1, 0)
    grading = grade(world, vendor, grader, submission, 1, 1)
    assert (grading.points, grading.points_possible, grading.percent) == (8, 10, 80)
    assert grading.has_passed and grading.grader_id == grader.id and grading.round == 1
    with world.acting(vendor, member) as actor:
        assert queries.list_my_learning(actor)[0].percent == 100
        assert db.session.scalars(select(Completion)).one().user_id == member.id
        entry = db.session.scalars(select(JournalEntry).where(JournalEntry.action == "task.graded")).one()
        assert entry.actor_ref == f"user:{grader.public_id}"
        assert entry.facts["points"] == 8 and entry.facts["has_passed"]
    with pytest.raises(Conflict, match="passed this task"):
        exams.hand_in(world, vendor, member, course)
    with pytest.raises(Conflict, match="graded already"):
        grade(world, vendor, grader, submission, 1, 1)


def test_the_pass_mark_counts_points_not_rounded_percents(world: World, scene) -> None:
    vendor, (grader, _other), course, member = scene
    submission = exams.hand_in(world, vendor, member, course)
    grading = grade(world, vendor, grader, submission, 2, 0)  # 5 of 10, where 60 % are needed
    assert (grading.percent, grading.has_passed) == (50, False)
    with world.acting(vendor):
        assert db.session.scalars(select(TaskSubmission.status)).one() is TaskStatus.FAILED
        assert not db.session.scalars(select(LessonProgress)).all()
    again = exams.hand_in(world, vendor, member, course, text="Better now.")
    assert again.number == 2
    with pytest.raises(Conflict, match="waits for its grade"):
        exams.hand_in(world, vendor, member, course)
    with pytest.raises(Conflict, match="handed in again since"):
        appeal(world, vendor, member, submission)


def test_every_criterion_needs_a_level_that_it_has(world: World, scene) -> None:
    vendor, (grader, _other), course, member = scene
    submission = exams.hand_in(world, vendor, member, course)
    for places, missing in (((), 2), ((1,), 1), ((3, 1), 1), ((-1, 2), 2)):
        with pytest.raises(DomainError) as caught:
            grade(world, vendor, grader, submission, *places)
        assert len(caught.value.fields) == missing


def test_nobody_grades_their_own_work(world: World, scene) -> None:
    vendor, (grader, _other), course, _member = scene
    submission = exams.hand_in(world, vendor, grader, course)
    with pytest.raises(Conflict, match="their own work"):
        grade(world, vendor, grader, submission, 1, 1)
    with world.acting(vendor, grader) as actor, transaction(), pytest.raises(Conflict):
        tasks.take_submission(actor, submission.public_id)


def test_an_appeal_is_graded_by_somebody_else_once(world: World, scene) -> None:
    vendor, (first, second), course, member = scene
    submission = exams.hand_in(world, vendor, member, course)
    grade(world, vendor, first, submission, 0, 0)
    with pytest.raises(DomainError, match="Say why"):
        appeal(world, vendor, member, submission, " ")
    appeal(world, vendor, member, submission)
    with pytest.raises(Conflict, match="first grade"):
        grade(world, vendor, first, submission, 2, 1)
    assert grade(world, vendor, second, submission, 0, 1).round == 2
    with pytest.raises(Conflict, match="once"):
        appeal(world, vendor, member, submission)
    with world.acting(vendor, member):
        handed = found.list_handed_in(submission.enrolment_id, submission.lesson_id)[0]
        assert [(g.round, g.grader_key, g.has_passed) for g in handed.gradings] == [
            (1, first.id, False), (2, second.id, False),
        ]  # fmt: skip
        assert not handed.may_appeal


def test_graders_are_told_of_work_and_its_author_of_the_grade(world: World, scene) -> None:
    vendor, (first, second), course, member = scene

    def told() -> dict[int, list[tuple[str, str]]]:
        found: dict[int, list[tuple[str, str]]] = {}
        with world.acting(vendor), world.app.test_request_context():
            for row in db.session.scalars(select(Notification).order_by(Notification.id)):
                if row.kind in (Kind.TASK_WAITING, Kind.TASK_GRADED):
                    text = sentence(row, {member.id: "Mia"})
                    endpoint, values = target_of(row)
                    url_for(endpoint, vendor="acme", **values)
                    found.setdefault(row.user_id, []).append((endpoint, text))
        return found

    submission = exams.hand_in(world, vendor, member, course)
    with world.acting(vendor):
        title = db.session.get_one(Lesson, submission.lesson_id).title
    waits = ("training.grade", f"Mia handed in “{title}”: it waits for your grade.")
    assert told() == {first.id: [waits], second.id: [waits]}
    grade(world, vendor, first, submission, 0, 0)
    appeal(world, vendor, member, submission)
    grade(world, vendor, second, submission, 1, 1)
    again = ("training.grade", f"Mia asks for a second grade of “{title}”.")
    assert told() == {
        first.id: [waits],
        second.id: [waits, again],
        member.id: [
            ("training.course", f"Your work “{title}” is graded: not passed yet."),
            ("training.course", f"Your work “{title}” is graded: passed."),
        ],
    }


def test_who_is_named_grades_and_taking_over_is_journaled(world: World, scene) -> None:
    vendor, (named, other), _course, member = scene
    course = exams.make_exam(world, vendor, "Named", with_task=True, grader=named)
    submission = exams.hand_in(world, vendor, member, course)
    assert submission.grader_id == named.id
    with pytest.raises(Conflict, match="Somebody else is named"):
        grade(world, vendor, other, submission, 1, 1)
    with world.acting(vendor, other) as actor, transaction():
        tasks.take_submission(actor, submission.public_id)
    assert grade(world, vendor, other, submission, 1, 1).has_passed
    with world.acting(vendor):
        actions = db.session.scalars(select(JournalEntry.action)).all()
        assert actions.count("task.grader_named") == 1
    own = exams.hand_in(world, vendor, named, course)
    assert own.grader_id is None  # the named grader's own work is nobody's in particular


def test_a_manager_grades_in_their_regions_and_partners_grade_nothing(world: World, scene) -> None:
    vendor, _graders, course, _member = scene
    west = world.partnership(vendor, "Westward", region="West")
    submission = exams.hand_in(world, vendor, world.user(Role.PARTNER_MEMBER, partnership=west), course)
    for role, kwargs in (
        (Role.CHANNEL_MANAGER, {"vendor": vendor, "region_names": ("East",)}),
        (Role.PARTNER_ADMIN, {"partnership": west}),
    ):
        with pytest.raises(DomainError):
            grade(world, vendor, world.user(role, **kwargs), submission, 1, 1)
    manager = world.user(Role.CHANNEL_MANAGER, vendor=vendor, region_names=("West",))
    assert grade(world, vendor, manager, submission, 1, 1).has_passed


def test_a_task_in_waiting_does_not_keep_the_quiz_shut(world: World, scene) -> None:
    vendor, (grader, _other), _course, member = scene
    exams.add_questions(world, vendor, 3)
    course = exams.make_exam(world, vendor, "Both", with_task=True, draws=(("Networks", None, 2),))
    with pytest.raises(Conflict, match="Do every lesson first"):
        exams.take(world, vendor, member, course)
    submission = exams.hand_in(world, vendor, member, course)
    exams.take(world, vendor, member, course)
    with world.acting(vendor, member) as actor:
        item = next(each for each in queries.list_my_learning(actor) if each.title == "Both")
        assert item.next_step is NextStep.WAIT and item.completed_at is None
    grade(world, vendor, grader, submission, 1, 1)
    with world.acting(vendor):
        assert db.session.scalars(select(Completion)).one().score_percent == 100


def test_what_is_handed_in_is_bounded_and_checked(world: World, scene) -> None:
    vendor, _graders, course, member = scene
    for what in (
        {"text": "  "},
        {"text": "x" * 20_001},
        {"file": ("virus.exe", b"MZ")},
        {"file": ("fake.pdf", b"not a pdf")},
        {"file": ("empty.txt", b"")},
    ):
        with pytest.raises(DomainError):
            exams.hand_in(world, vendor, member, course, **what)
    with world.acting(vendor, member) as actor, transaction(), pytest.raises(NotFound):
        enrolment = services.enrol(actor, course.public_id)
        tasks.hand_in(actor, enrolment.public_id, UUID(int=1), text="x")
    with world.acting(vendor, member) as actor, transaction(), pytest.raises(Conflict):
        services.complete_lesson(actor, enrolment.public_id, course.lessons[0])


def test_a_copy_of_a_version_has_the_task_and_its_rubric(world: World, scene) -> None:
    vendor, _graders, course, _member = scene
    newer = make.make_new_version(world, vendor, course)
    with world.acting(vendor) as actor:
        task = found.get_task(courses.list_lessons(actor, newer.id)[0].id)
        assert [each.title for each in task.criteria] == ["Diagnosis", "Repair"]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("0: nothing\nDiagnosis", "before its levels"),
        ("Diagnosis\n0: nothing", "at least two levels"),
        ("Diagnosis\n1: a\n1: b", "points of its own"),
        ("Diagnosis\n0: a\n500: b", "points each"),
        ("", "at least one criterion"),
    ],
)
def test_a_rubric_that_cannot_grade_is_refused(world: World, scene, text: str, problem: str) -> None:
    vendor, _graders, _course, _member = scene
    draft = make.make_draft(world, vendor)
    with world.acting(vendor) as actor, transaction(), pytest.raises(DomainError, match=problem):
        tasks.add_task(actor, draft.version_public_id, title="T", body="B", rubric=read_rubric(text))


def test_a_rubric_reads_back_as_it_was_written() -> None:
    criteria = tuple(
        found.Criterion(str(n), title, tuple(found.Level(*level) for level in levels))
        for n, (title, levels) in enumerate(exams.RUBRIC)
    )
    assert read_rubric(write_rubric(criteria)) == [
        (title, [tuple(level) for level in levels]) for title, levels in exams.RUBRIC
    ]
