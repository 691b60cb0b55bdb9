"""Changing where somebody stands in a course: more time, an excuse, a new beginning; each with a reason."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import delete, select

from prm.access import Actor, visible
from prm.errors import Conflict, DomainError, NotFound
from prm.extensions import db
from prm.journal.services import record
from prm.permissions import P
from prm.training.models import Completion, Course, Enrolment, EnrolmentStatus, LessonProgress
from prm.training.models.content import ItemInteraction, ItemState, PackageProgress, VideoProgress
from prm.training.queries.courses import today_of
from prm.training.queries.learning import OPEN, is_latest
from prm.training.services.drafts import clean_line, need
from prm.training.services.path_following import follow_person


def extend_due_date(actor: Actor, user_id: UUID, course_id: UUID, *, due_on: date, reason: str) -> Enrolment:
    """Give somebody who is at a course until `due_on`.

    Raises NotFound where the person takes no such course within reach, Conflict where they are not at
    it, DomainError for a date in the past or no reason.
    """
    if due_on < today_of(actor):
        message = _("The due date lies in the past.")
        raise DomainError(message, {"due_on": message})
    why = need(clean_line(reason), "reason", _("Say why."), 300)
    enrolment = _latest(actor, user_id, course_id)
    if enrolment.status not in OPEN:
        raise Conflict(_("The person is not at this course."))
    before, enrolment.due_on = enrolment.due_on, due_on
    record(
        actor,
        "training.extended",
        enrolment,
        facts={"from": before, "to": due_on},
        personal={"reason": why},
    )
    return enrolment


def excuse(actor: Actor, user_id: UUID, course_id: UUID, *, reason: str) -> Enrolment:
    """Let somebody off a course: nothing of it is due any more, and paths go on without it.

    They may still take it by their own choice. Raises NotFound, Conflict where they have completed it
    or are excused already, DomainError without a reason.
    """
    why = need(clean_line(reason), "reason", _("Say why."), 300)
    enrolment = _latest(actor, user_id, course_id)
    if enrolment.status in (EnrolmentStatus.COMPLETED, EnrolmentStatus.EXCUSED):
        raise Conflict(_("The person has completed this course or is excused already."))
    before = enrolment.status
    enrolment.status, enrolment.due_on = EnrolmentStatus.EXCUSED, None
    db.session.flush()
    record(
        actor,
        "training.excused",
        enrolment,
        facts={"was": before.value},
        personal={"reason": why},
    )
    follow_person(actor, enrolment.user_id, enrolment.course_id)
    return enrolment


def reset_enrolment(actor: Actor, user_id: UUID, course_id: UUID, *, reason: str) -> Enrolment:
    """Let somebody begin a course anew, with all attempts: what they did in it does not count any more.

    Attempts stay on record. Raises NotFound, Conflict where it is completed (that stays) or nothing is
    begun, DomainError without a reason.
    """
    why = need(clean_line(reason), "reason", _("Say why."), 300)
    enrolment = _latest(actor, user_id, course_id)
    done = select(Completion.id).where(Completion.enrolment_id == enrolment.id)
    if db.session.scalars(done).first() is not None:
        raise Conflict(_("The person has completed this course; a completion stays."))
    if enrolment.status is EnrolmentStatus.ASSIGNED:
        raise Conflict(_("The person has not begun this course."))
    before = enrolment.status
    states = select(ItemState.id).where(ItemState.enrolment_id == enrolment.id)
    db.session.execute(
        delete(ItemInteraction)
        .where(ItemInteraction.state_id.in_(states))
        .execution_options(synchronize_session=False)
    )
    for model in (ItemState, PackageProgress, VideoProgress, LessonProgress):
        db.session.execute(
            delete(model)
            .where(model.enrolment_id == enrolment.id)
            .execution_options(synchronize_session=False)
        )
    enrolment.status, enrolment.started_at, enrolment.current_lesson_id = (
        EnrolmentStatus.ASSIGNED, None, None,
    )  # fmt: skip
    enrolment.extra_attempts = enrolment.attempts_used
    db.session.flush()
    record(
        actor,
        "training.reset",
        enrolment,
        facts={"was": before.value, "attempts_used": enrolment.attempts_used},
        personal={"reason": why},
    )
    return enrolment


def _latest(actor: Actor, user_id: UUID, course_id: UUID) -> Enrolment:
    """The person's latest enrolment in a course within reach, locked. Raises NotFound."""
    enrolment = db.session.scalars(
        visible(select(Enrolment), actor, P.COURSE_ASSIGN)
        .join(Course, Course.id == Enrolment.course_id)
        .where(Enrolment.user.has(public_id=user_id), Course.public_id == course_id, is_latest())
        .with_for_update(of=Enrolment)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if enrolment is None:
        raise NotFound(_("The person does not take this course."))
    return enrolment
