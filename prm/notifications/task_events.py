"""Who is told of practical tasks: what prm/reactions.py calls, `function(actor, submission)`."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from prm.access import Actor
from prm.extensions import db
from prm.notifications.models import Kind
from prm.notifications.services import Told, tell
from prm.partners.models import Partnership
from prm.training.models import Course, CourseVersion, Lesson
from prm.training.models.tasks import TaskGrading, TaskStatus, TaskSubmission
from prm.training.queries.tasks import list_graders


def work_waits(actor: Actor, submission: TaskSubmission) -> None:
    """Who is named to grade; where nobody is, everybody who may. Of an appeal not who graded first."""
    is_appeal = submission.status is TaskStatus.APPEALED
    graders = {key for _id, key, _name in list_graders(actor)}
    if submission.grader_id is not None:
        graders &= {submission.grader_id}
    graders -= {submission.user_id}
    if is_appeal:
        graded = select(TaskGrading.grader_id).where(TaskGrading.submission_id == submission.id)
        graders -= set(db.session.scalars(graded))
    partnership = (
        db.session.get(Partnership, submission.partnership_id) if submission.partnership_id else None
    )
    _course_id, title = _what(submission)
    tell(
        actor,
        [
            Told(
                key,
                Kind.TASK_WAITING,
                f"task_waiting:{submission.public_id}:{'appeal' if is_appeal else 'first'}",
                submission.public_id,
                partnership,
                submission.user_id,
                facts={"task": title, "is_appeal": is_appeal},
            )
            for key in sorted(graders)
        ],
    )


def work_graded(actor: Actor, submission: TaskSubmission) -> None:
    """Who handed it in."""
    course_id, title = _what(submission)
    rounds = select(TaskGrading.round).where(TaskGrading.submission_id == submission.id)
    last = max(db.session.scalars(rounds))
    tell(
        actor,
        [
            Told(
                submission.user_id,
                Kind.TASK_GRADED,
                f"task_graded:{submission.public_id}:{last}",
                course_id,
                facts={"task": title, "has_passed": submission.status is TaskStatus.PASSED},
            )
        ],
    )


def _what(submission: TaskSubmission) -> tuple[UUID, str]:
    """The public id of the course, and the task's title."""
    row = db.session.execute(
        select(Course.public_id, Lesson.title)
        .join(CourseVersion, CourseVersion.course_id == Course.id)
        .join(Lesson, Lesson.course_version_id == CourseVersion.id)
        .where(Lesson.id == submission.lesson_id)
    ).one()
    return row[0], row[1]
