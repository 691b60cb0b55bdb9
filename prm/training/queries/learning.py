"""What a person learns: their courses, the next step, how far they are, their lessons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import exists, func, select
from sqlalchemy.orm import aliased

from prm.access import Actor, visible
from prm.errors import NotFound
from prm.extensions import db
from prm.permissions import P
from prm.training.models import (
    Attempt,
    Completion,
    Course,
    CourseVersion,
    Enrolment,
    EnrolmentStatus,
    Lesson,
    LessonKind,
    LessonProgress,
    VersionStatus,
)
from prm.training.models.changes import DeltaEnrolment
from prm.training.models.imported import ImportedCompletion
from prm.training.models.placement import PlacementCompletion
from prm.training.models.tasks import TaskStatus, TaskSubmission
from prm.training.queries.counting import questions_asked
from prm.training.queries.courses import today_of

OPEN = (EnrolmentStatus.ASSIGNED, EnrolmentStatus.STARTED)
_Later = aliased(Enrolment)
_Newer = aliased(CourseVersion)


class NextStep(StrEnum):
    START = "start"
    LESSON = "lesson"
    QUIZ = "quiz"
    WAIT = "wait"  # for a practical task to be graded
    NOTHING = "nothing"  # completed, or excused
    ASK = "ask"  # no attempt left


@dataclass(frozen=True)
class LearningItem:
    """Where one person stands in one course. `percent` is 100 only when it is completed.

    `standing` is a key of labels.STANDINGS. `newest_number` is greater than `number` where a newer
    version has been published since.
    """

    key: int
    enrolment_id: UUID
    course_id: UUID
    title: str
    summary: str
    number: int
    newest_number: int
    status: EnrolmentStatus
    standing: str
    due_on: date | None
    is_overdue: bool
    lessons: int
    lessons_done: int
    questions: int
    is_quiz_passed: bool
    pass_mark: int
    attempts_used: int
    max_attempts: int | None
    minutes: int
    next_step: NextStep
    assigned_at: datetime
    is_assigned: bool
    started_at: datetime | None
    completed_at: datetime | None
    score_percent: int | None
    user_key: int
    course_key: int
    version_key: int
    current_lesson_key: int | None
    is_delta: bool = False  # only what changed since a completion is to be done
    source: str | None = None  # the system that told of the completion, where it was imported
    tasks_waiting: int = 0
    """Practical tasks that were handed in and are not graded yet: they do not keep the quiz shut."""
    is_by_placement: bool = False  # completed by a placement test, without the lessons

    @property
    def percent(self) -> int:
        steps = self.lessons + (1 if self.questions else 0)
        done = self.lessons_done + (1 if self.questions and self.is_quiz_passed else 0)
        if self.completed_at is not None:
            return 100
        return min(99, 100 * done // steps) if steps else 0

    @property
    def attempts_left(self) -> int | None:
        """None: unlimited."""
        return None if self.max_attempts is None else max(0, self.max_attempts - self.attempts_used)

    @property
    def is_quiz_open(self) -> bool:
        """The quiz opens once every lesson is done (or a task handed in), and closes when it is passed or
        used up."""
        return (
            self.questions > 0
            and self.lessons_done + self.tasks_waiting >= self.lessons
            and not self.is_quiz_passed
            and self.attempts_left != 0
        )


@dataclass(frozen=True)
class LessonStep:
    """A lesson in the list of a course."""

    id: int
    public_id: UUID
    title: str
    minutes: int | None
    is_done: bool
    kind: LessonKind = LessonKind.TEXT


# -- for other domains -------------------------------------------------------------------------


def count_due(actor: Actor) -> int:
    """How many of the person's own courses are open and have a due date, overdue ones included."""
    return _count_own(actor, Enrolment.due_on.is_not(None))


def count_overdue(actor: Actor) -> int:
    """How many of the person's own open courses should have been completed before today."""
    return _count_own(actor, Enrolment.due_on < today_of(actor))


def _count_own(actor: Actor, *criteria: Any) -> int:
    return db.session.execute(
        visible(
            select(func.count(Enrolment.id)).select_from(Enrolment), actor, P.COURSE_TAKE, Enrolment
        ).where(Enrolment.status.in_(OPEN), *criteria)
    ).scalar_one()


# -- where a person stands ---------------------------------------------------------------------


def list_my_learning(actor: Actor) -> list[LearningItem]:
    """The person's courses: what is open first, by due date; then what is done. Constant queries."""
    return _listed(actor, _mine(actor))


def find_my_learning(actor: Actor, course_id: UUID) -> LearningItem | None:
    """Where the person stands in a course (by public id), or None where they do not take it."""
    row = db.session.execute(_mine(actor).where(Course.public_id == course_id)).first()
    return _as_item(row, today_of(actor)) if row is not None else None


def get_my_learning(actor: Actor, enrolment_key: int) -> LearningItem:
    """The person's enrolment by key, an earlier version's too. Raises NotFound."""
    statement = visible(_items(), actor, P.COURSE_TAKE, Enrolment).where(Enrolment.id == enrolment_key)
    row = db.session.execute(statement).first()
    if row is None:
        raise NotFound
    return _as_item(row, today_of(actor))


def list_learning_of(actor: Actor, user_id: int) -> list[LearningItem]:
    """Where somebody (by key) stands, earlier versions too. The caller has made sure of the reach."""
    return _listed(actor, _items().where(Enrolment.user_id == user_id))


def list_latest_items(
    actor: Actor, user_keys: Sequence[int], course_keys: Sequence[int]
) -> list[LearningItem]:
    """Where people stand in courses (all by key). The caller has made sure of the reach."""
    return _listed(
        actor,
        _items().where(Enrolment.user_id.in_(user_keys), Enrolment.course_id.in_(course_keys), is_latest()),
    )


def is_latest() -> Any:
    """Criterion: the person's latest enrolment in a course; an earlier version's gives way to it."""
    return ~exists().where(
        _Later.user_id == Enrolment.user_id,
        _Later.course_id == Enrolment.course_id,
        _Later.id > Enrolment.id,
    )


def standing_of(status: EnrolmentStatus, due_on: date | None, today: date, *, is_delta: bool = False) -> str:
    """The key of labels.STANDINGS for an enrolment."""
    if status in OPEN and due_on is not None and due_on < today:
        return "overdue"
    return "redo" if is_delta and status in OPEN else status.value


def _mine(actor: Actor) -> Any:
    statement = visible(_items(), actor, P.COURSE_TAKE, Enrolment)
    return statement.where(is_latest())


def _listed(actor: Actor, statement: Any) -> list[LearningItem]:
    today = today_of(actor)
    return sorted((_as_item(row, today) for row in db.session.execute(statement)), key=_urgency)


def _urgency(item: LearningItem) -> tuple[Any, ...]:
    if item.status in OPEN:
        return (0, item.due_on or date.max, item.title.casefold())
    finished = item.completed_at.timestamp() if item.completed_at else 0
    return (1, date.max, -finished, item.title.casefold())


def _items() -> Any:
    lessons = select(func.count(Lesson.id)).where(Lesson.course_version_id == Enrolment.course_version_id)
    minutes = select(func.coalesce(func.sum(Lesson.minutes), 0)).where(
        Lesson.course_version_id == Enrolment.course_version_id
    )
    handed_in = select(func.count(TaskSubmission.lesson_id.distinct())).where(
        TaskSubmission.enrolment_id == Enrolment.id,
        TaskSubmission.status.in_((TaskStatus.WAITING, TaskStatus.APPEALED)),
    )
    done = select(func.count(LessonProgress.id)).where(LessonProgress.enrolment_id == Enrolment.id)
    passed = select(func.count(Attempt.id)).where(Attempt.enrolment_id == Enrolment.id, Attempt.has_passed)
    newest = select(func.max(_Newer.number)).where(
        _Newer.course_id == Enrolment.course_id, _Newer.status == VersionStatus.PUBLISHED
    )
    counted = {
        "lessons": lessons, "minutes": minutes, "handed_in": handed_in, "done": done,
        "passed": passed, "newest": newest,
    }  # fmt: skip
    return (
        select(
            Enrolment,
            CourseVersion,
            Course,
            Completion,
            DeltaEnrolment.has_quiz.label("delta_quiz"),
            ImportedCompletion.source.label("source"),
            PlacementCompletion.id.label("placed"),
            questions_asked(Enrolment.course_version_id, Enrolment).label("questions"),
            *[each.correlate(Enrolment).scalar_subquery().label(name) for name, each in counted.items()],
        )
        .join(CourseVersion, CourseVersion.id == Enrolment.course_version_id)
        .join(Course, Course.id == Enrolment.course_id)
        .outerjoin(Completion, Completion.enrolment_id == Enrolment.id)
        .outerjoin(DeltaEnrolment, DeltaEnrolment.enrolment_id == Enrolment.id)
        .outerjoin(ImportedCompletion, ImportedCompletion.completion_id == Completion.id)
        .outerjoin(PlacementCompletion, PlacementCompletion.completion_id == Completion.id)
    )


def _as_item(row: Any, today: date) -> LearningItem:
    enrolment, version, completion = row.Enrolment, row.CourseVersion, row.Completion
    limit = version.max_attempts
    is_delta = row.delta_quiz is not None
    standing = standing_of(enrolment.status, enrolment.due_on, today, is_delta=is_delta)
    return LearningItem(
        key=enrolment.id,
        enrolment_id=enrolment.public_id,
        course_id=row.Course.public_id,
        title=version.title,
        summary=version.summary,
        number=version.number,
        newest_number=row.newest or version.number,
        status=enrolment.status,
        standing=standing,
        due_on=enrolment.due_on,
        is_overdue=standing == "overdue",
        lessons=row.lessons,
        lessons_done=row.done,
        minutes=row.minutes,
        questions=row.questions,
        is_quiz_passed=row.passed > 0 or row.delta_quiz is False or row.placed is not None,
        pass_mark=version.pass_mark,
        attempts_used=enrolment.attempts_used,
        max_attempts=None if limit is None else limit + enrolment.extra_attempts,
        next_step=_next_step(enrolment, row, is_delta=is_delta),
        assigned_at=enrolment.assigned_at,
        is_assigned=enrolment.assignment_id is not None,
        started_at=enrolment.started_at,
        completed_at=completion.completed_at if completion else None,
        score_percent=completion.score_percent if completion else None,
        user_key=enrolment.user_id,
        course_key=enrolment.course_id,
        version_key=version.id,
        current_lesson_key=enrolment.current_lesson_id,
        is_delta=is_delta,
        source=row.source,
        tasks_waiting=row.handed_in,
        is_by_placement=row.placed is not None,
    )


def _next_step(enrolment: Enrolment, row: Any, *, is_delta: bool) -> NextStep:
    status = enrolment.status
    if status in (EnrolmentStatus.COMPLETED, EnrolmentStatus.EXCUSED):
        return NextStep.NOTHING
    if status is EnrolmentStatus.FAILED:
        return NextStep.ASK
    if row.done + row.handed_in < row.lessons:
        # A package or a video may be half done, and what a delta carries over was done for another version.
        is_begun = enrolment.current_lesson_id is not None or (row.done + row.handed_in and not is_delta)
        return NextStep.LESSON if is_begun else NextStep.START
    if row.handed_in and (row.passed or not row.questions):
        return NextStep.WAIT
    return NextStep.QUIZ


# -- lessons -----------------------------------------------------------------------------------


def list_steps(version_key: int, enrolment_key: int | None) -> list[LessonStep]:
    """The lessons of a version, with what an enrolment has done of them (both by key)."""
    rows = db.session.execute(
        select(
            Lesson.id,
            Lesson.public_id,
            Lesson.title,
            Lesson.minutes,
            Lesson.kind,
            LessonProgress.id.label("progress"),
        )
        .outerjoin(
            LessonProgress,
            (LessonProgress.lesson_id == Lesson.id) & (LessonProgress.enrolment_id == enrolment_key),
        )
        .where(Lesson.course_version_id == version_key)
        .order_by(Lesson.position, Lesson.id)
    )
    return [
        LessonStep(row.id, row.public_id, row.title, row.minutes, row.progress is not None, row.kind)
        for row in rows
    ]


def find_place(item: LearningItem, steps: Sequence[LessonStep]) -> LessonStep | None:
    """The lesson to go on with: the remembered one, unless done; else the first that is not done."""
    remembered = next((step for step in steps if step.id == item.current_lesson_key), None)
    if remembered is not None and not remembered.is_done:
        return remembered
    return next((step for step in steps if not step.is_done), None)


def get_lesson_of(item: LearningItem, lesson_id: UUID) -> Lesson:
    """A lesson of the version that somebody takes. Raises NotFound."""
    lesson = db.session.scalars(
        select(Lesson).where(Lesson.public_id == lesson_id, Lesson.course_version_id == item.version_key)
    ).one_or_none()
    if lesson is None:
        raise NotFound
    return lesson
