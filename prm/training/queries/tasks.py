"""Practical tasks: what is asked, what was handed in, and who may grade it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, func, select
from sqlalchemy.orm import aliased

from prm.access import Actor, visible
from prm.accounts.models import Membership, User
from prm.errors import NotFound
from prm.extensions import db
from prm.infra.tables import Column, Filter, TablePage, TableSpec, paginate
from prm.partners.models import Partnership
from prm.permissions import P, Reach, Role, reach_of
from prm.training.labels import TASK_STATUSES
from prm.training.models import Course, Enrolment, Lesson
from prm.training.models.tasks import LessonTask, TaskGrading, TaskStatus, TaskSubmission
from prm.vendors.models import StoredFile

_Grader = aliased(User)
OPEN_STATUSES = (TaskStatus.WAITING, TaskStatus.APPEALED)


@dataclass(frozen=True)
class Level:
    points: int
    text: str


@dataclass(frozen=True)
class Criterion:
    """What is looked at, and what earns how many points."""

    id: str
    title: str
    levels: tuple[Level, ...]

    @property
    def points(self) -> int:
        """The most that can be had."""
        return max(level.points for level in self.levels)


@dataclass(frozen=True)
class Task:
    """A practical task as its pages show it. `grader_key` is who grades unless somebody else takes it."""

    criteria: tuple[Criterion, ...]
    pass_percent: int
    grader_key: int | None

    @property
    def points(self) -> int:
        return sum(criterion.points for criterion in self.criteria)


@dataclass(frozen=True)
class GradedCriterion:
    title: str
    points: int
    possible: int
    text: str
    comment: str


@dataclass(frozen=True)
class Graded:
    """One grading, in words. `round` 2 is the one on appeal."""

    round: int
    percent: int
    points: int
    possible: int
    has_passed: bool
    feedback: str
    graded_at: datetime
    grader_key: int | None
    criteria: tuple[GradedCriterion, ...]


@dataclass(frozen=True)
class HandedIn:
    """Something handed in, with its gradings, the first first."""

    key: int
    public_id: UUID
    number: int
    text: str
    file_name: str | None
    handed_in_at: datetime
    status: TaskStatus
    appeal: str
    gradings: tuple[Graded, ...]

    @property
    def may_appeal(self) -> bool:
        """Once, against a grade that did not pass."""
        return self.status is TaskStatus.FAILED and not self.appeal


def get_task(lesson_key: int) -> Task:
    """The task of a lesson of that kind (by key). The caller made sure that the lesson may be seen."""
    return task_of(db.session.scalars(select(LessonTask).where(LessonTask.lesson_id == lesson_key)).one())


def task_of(row: LessonTask) -> Task:
    return Task(
        tuple(
            Criterion(
                each["id"],
                each["title"],
                tuple(Level(level["points"], level["text"]) for level in each["levels"]),
            )
            for each in row.rubric
        ),
        row.pass_percent,
        row.grader_id,
    )


def list_handed_in(enrolment_key: int, lesson_key: int) -> list[HandedIn]:
    """What was handed in for a task, the latest first. The caller made sure of the reach."""
    task = get_task(lesson_key)
    rows = db.session.execute(
        select(TaskSubmission, StoredFile.name)
        .outerjoin(StoredFile, StoredFile.id == TaskSubmission.file_id)
        .where(TaskSubmission.enrolment_id == enrolment_key, TaskSubmission.lesson_id == lesson_key)
        .order_by(TaskSubmission.number.desc())
    ).all()
    gradings = _gradings([row.TaskSubmission.id for row in rows], task)
    return [_handed_in(row.TaskSubmission, row.name, gradings) for row in rows]


def _handed_in(row: TaskSubmission, name: str | None, gradings: Mapping[int, list[Graded]]) -> HandedIn:
    return HandedIn(
        row.id, row.public_id, row.number, row.text, name, row.handed_in_at, row.status, row.appeal,
        tuple(gradings.get(row.id, ())),
    )  # fmt: skip


def _gradings(submission_keys: Sequence[int], task: Task) -> dict[int, list[Graded]]:
    found: dict[int, list[Graded]] = {}
    for row in db.session.scalars(
        select(TaskGrading).where(TaskGrading.submission_id.in_(submission_keys)).order_by(TaskGrading.round)
    ):
        found.setdefault(row.submission_id, []).append(_graded(row, task))
    return found


def _graded(row: TaskGrading, task: Task) -> Graded:
    criteria = []
    for each in task.criteria:
        level = each.levels[min(row.levels.get(each.id, 0), len(each.levels) - 1)]
        comment = (row.comments or {}).get(each.id, "")
        criteria.append(GradedCriterion(each.title, level.points, each.points, level.text, comment))
    return Graded(
        row.round, row.percent, row.points, row.points_possible, row.has_passed, row.feedback,
        row.graded_at, row.grader_id, tuple(criteria),
    )  # fmt: skip


def get_own_submission(actor: Actor, submission_id: UUID) -> TaskSubmission:
    """Something that the person handed in. Raises NotFound."""
    return _one(visible(select(TaskSubmission), actor, P.COURSE_TAKE), submission_id)


def get_submission(actor: Actor, submission_id: UUID) -> TaskSubmission:
    """Something handed in, for who may grade it. Raises NotFound."""
    return _one(visible(select(TaskSubmission), actor, P.TASK_GRADE), submission_id)


def _one(statement: Select[Any], submission_id: UUID) -> TaskSubmission:
    row: TaskSubmission | None = db.session.scalars(
        statement.where(TaskSubmission.public_id == submission_id)
    ).one_or_none()
    if row is None:
        raise NotFound
    return row


def find_handed_in(submission: TaskSubmission) -> HandedIn:
    """One submission with its gradings, for a page."""
    name = db.session.scalar(select(StoredFile.name).where(StoredFile.id == submission.file_id))
    gradings = _gradings([submission.id], get_task(submission.lesson_id))
    return _handed_in(submission, name, gradings)


def get_submitted_file(submission: TaskSubmission) -> StoredFile:
    """The file of a submission. Raises NotFound where it has none."""
    stored = db.session.scalars(select(StoredFile).where(StoredFile.id == submission.file_id)).one_or_none()
    if stored is None:
        raise NotFound
    return stored


def get_lesson_of_submission(submission: TaskSubmission) -> tuple[Lesson, int]:
    """(the lesson that it was handed in for, the key of its course)"""
    row = db.session.execute(
        select(Lesson, Enrolment.course_id)
        .join(Enrolment, Enrolment.id == submission.enrolment_id)
        .where(Lesson.id == submission.lesson_id)
    ).one()
    return row[0], row[1]


# -- the queue ---------------------------------------------------------------------------------


def _queue(actor: Actor) -> Select[Any]:
    return visible(
        select(
            TaskSubmission, User.name.label("person"), Lesson.title.label("task"),
            Course.title.label("course"), Partnership.name.label("company"), _Grader.name.label("grader"),
        )
        .join(User, User.id == TaskSubmission.user_id)
        .join(Lesson, Lesson.id == TaskSubmission.lesson_id)
        .join(Enrolment, Enrolment.id == TaskSubmission.enrolment_id)
        .join(Course, Course.id == Enrolment.course_id)
        .outerjoin(Partnership, Partnership.id == TaskSubmission.partnership_id)
        .outerjoin(_Grader, _Grader.id == TaskSubmission.grader_id),
        actor,
        P.TASK_GRADE,
        TaskSubmission,
    )  # fmt: skip


def _queue_spec(actor: Actor) -> TableSpec:
    def by_grader(statement: Select[Any], whose: str) -> Select[Any]:
        if whose == "mine":
            return statement.where(TaskSubmission.grader_id == actor.user_id)
        return statement.where(TaskSubmission.grader_id.is_(None))

    def by_status(statement: Select[Any], status: str) -> Select[Any]:
        if status == "open":
            return statement.where(TaskSubmission.status.in_(OPEN_STATUSES))
        return statement.where(TaskSubmission.status == status)

    return TableSpec(
        key=TaskSubmission.id,
        columns=[
            Column("person", _l("Person"), func.lower(User.name)),
            Column("company", _l("Company"), func.lower(Partnership.name)),
            Column("task", _l("Task"), func.lower(Lesson.title)),
            Column("handed_in_at", _l("Handed in"), TaskSubmission.handed_in_at),
            Column("grader", _l("Grader"), func.lower(_Grader.name)),
            Column("status", _l("Status"), TaskSubmission.status),
        ],
        default_sort="handed_in_at",
        search=[User.name, Lesson.title, Course.title],
        filters=[
            Filter(
                "status", _l("Status"),
                [("open", _l("To be graded")), *[(s.value, TASK_STATUSES[s][0]) for s in TaskStatus]],
                by_status,
            ),
            Filter("grader", _l("Grader"), [("mine", _l("Me")), ("nobody", _l("Nobody yet"))], by_grader),
        ],
    )  # fmt: skip


def page_of_queue(actor: Actor, args: Mapping[str, Any]) -> TablePage:
    """The page of what was handed in that the URL asks for."""
    return paginate(db.session(), _queue(actor), _queue_spec(actor), args)


def list_graders(actor: Actor) -> list[tuple[UUID, int, str]]:
    """(public id, key, name) of everybody at the vendor who may grade, by name."""
    roles = [role for role in Role if role.is_vendor_side and reach_of(role, P.TASK_GRADE) > Reach.NO]
    rows = db.session.execute(
        select(User.public_id, User.id, User.name)
        .join(Membership, Membership.user_id == User.id)
        .where(
            Membership.vendor_id == actor.vendor_id,
            Membership.ended_at.is_(None),
            Membership.role.in_([role.value for role in roles]),
        )
        .distinct()
        .order_by(User.name, User.id)
    )
    return [(public_id, key, name) for public_id, key, name in rows]


def name_people(keys: Sequence[int | None]) -> dict[int, str]:
    """Names of people by key."""
    wanted = [key for key in keys if key is not None]
    rows = db.session.execute(select(User.id, User.name).where(User.id.in_(wanted)))
    return {key: name for key, name in rows}  # noqa: C416 - a result is not a dict's argument
