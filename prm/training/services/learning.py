"""Learning: enrolling oneself, doing lessons, completing. Taking the quiz: services/sittings.py."""

from __future__ import annotations

from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import func, select

from prm.access import Actor, visible
from prm.errors import Conflict, NotFound
from prm.extensions import db
from prm.infra import clock
from prm.journal.services import record
from prm.permissions import P
from prm.training.models import (
    Attempt,
    Completion,
    Enrolment,
    EnrolmentStatus,
    Lesson,
    LessonKind,
    LessonProgress,
)
from prm.training.models.placement import PlacementCompletion
from prm.training.models.tasks import TaskStatus, TaskSubmission
from prm.training.queries.assignments import list_latest_enrolments
from prm.training.queries.content import find_package_score
from prm.training.queries.counting import count_questions
from prm.training.queries.courses import find_newest_version
from prm.training.queries.learning import OPEN
from prm.training.queries.placement import is_placed
from prm.training.queries.redoing import find_delta
from prm.training.services.enrolments import insert_enrolments


def enrol(actor: Actor, course_id: UUID) -> Enrolment:
    """Enrol the acting person in the newest version of a course, or return where they already are.

    Raises NotFound where nothing of the course is published.
    """
    newest = find_newest_version(actor, course_id)
    if newest is None or actor.user_id is None:
        raise NotFound
    latest = list_latest_enrolments([newest.course_id], [actor.user_id]).get(
        (actor.user_id, newest.course_id)
    )
    if latest is not None and latest.status is EnrolmentStatus.EXCUSED:
        latest.status, latest.course_version_id = EnrolmentStatus.ASSIGNED, newest.id
        begin(latest)
        record(actor, "training.enrolled", latest, facts={"course": newest.course_public_id})
        return latest
    if latest is not None and (latest.status in OPEN or latest.course_version_id == newest.id):
        return latest
    now = clock.now()
    insert_enrolments(
        [
            {
                "user_id": actor.user_id,
                "partnership_id": actor.partnership_id,
                "course_id": newest.course_id,
                "course_version_id": newest.id,
                "status": EnrolmentStatus.STARTED,
                "assigned_at": now,
                "started_at": now,
            }
        ]
    )
    enrolment = db.session.scalars(
        visible(select(Enrolment), actor, P.COURSE_TAKE).where(Enrolment.course_version_id == newest.id)
    ).one()
    record(
        actor,
        "training.enrolled",
        enrolment,
        facts={"course": newest.course_public_id, "version": newest.number},
    )
    return enrolment


def complete_lesson(actor: Actor, enrolment_id: UUID, lesson_id: UUID) -> Enrolment:
    """Mark a lesson as done and remember the next one as the place to go on.

    Doing it twice changes nothing. The last thing to do completes the course. Raises NotFound where
    the enrolment is not the person's or the lesson not the version's.
    """
    enrolment = lock_enrolment(actor, enrolment_id)
    lesson = next((each for each in _lessons(enrolment) if each.public_id == lesson_id), None)
    if lesson is None:
        raise NotFound
    if lesson.kind is LessonKind.PACKAGE:
        raise Conflict(_("This lesson is done when the package in it says so. Open it and work through it."))
    if lesson.kind is LessonKind.VIDEO:
        raise Conflict(_("This lesson is done when you have watched the video."))
    if lesson.kind is LessonKind.TASK:
        raise Conflict(_("This lesson is done when your work has been graded as passed."))
    if lesson.kind is LessonKind.SESSION:
        raise Conflict(_("This lesson is done when you have attended a session."))
    finish_lesson(actor, enrolment, lesson.id)
    return enrolment


def finish_lesson(actor: Actor, enrolment: Enrolment, lesson_key: int) -> None:
    """Mark a lesson (by key) of a locked enrolment as done, and what follows from it.

    Whether it may be is the caller's to know.
    """
    lessons = _lessons(enrolment)
    begin(enrolment)
    done = _done(enrolment)
    lesson = next(each for each in lessons if each.id == lesson_key)
    if lesson.id not in done:
        db.session.add(
            LessonProgress(
                vendor_id=enrolment.vendor_id,
                enrolment_id=enrolment.id,
                lesson_id=lesson.id,
                completed_at=clock.now(),
            )
        )
        done.add(lesson.id)
    index = lessons.index(lesson)
    following = [each for each in (*lessons[index + 1 :], *lessons[:index]) if each.id not in done]
    enrolment.current_lesson_id = following[0].id if following else None
    db.session.flush()
    if not following:
        complete_if_done(actor, enrolment)


def remember_place(actor: Actor, enrolment_id: UUID, lesson_id: UUID) -> Enrolment:
    """Remember a lesson as the place where the person will go on. Raises NotFound."""
    enrolment = lock_enrolment(actor, enrolment_id)
    lesson = next((each for each in _lessons(enrolment) if each.public_id == lesson_id), None)
    if lesson is None:
        raise NotFound
    begin(enrolment)
    enrolment.current_lesson_id = lesson.id
    db.session.flush()
    return enrolment


# -- parts -------------------------------------------------------------------------------------


def lock_enrolment(actor: Actor, enrolment_id: UUID) -> Enrolment:
    """The person's enrolment, locked: what is counted below cannot change meanwhile."""
    enrolment = db.session.scalars(
        visible(select(Enrolment), actor, P.COURSE_TAKE)
        .where(Enrolment.public_id == enrolment_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if enrolment is None:
        raise NotFound
    return enrolment


def begin(enrolment: Enrolment) -> None:
    """Note that the person has begun."""
    if enrolment.status is EnrolmentStatus.ASSIGNED:
        enrolment.status = EnrolmentStatus.STARTED
    if enrolment.started_at is None:
        enrolment.started_at = clock.now()


def _lessons(enrolment: Enrolment) -> list[Lesson]:
    """The lessons in order, without their texts."""
    return list(
        db.session.execute(
            select(Lesson.id, Lesson.public_id, Lesson.kind)
            .where(Lesson.course_version_id == enrolment.course_version_id)
            .order_by(Lesson.position, Lesson.id)
        )
    )  # type: ignore[return-value]


def _done(enrolment: Enrolment) -> set[int]:
    return set(
        db.session.scalars(
            select(LessonProgress.lesson_id).where(LessonProgress.enrolment_id == enrolment.id)
        )
    )


def is_passed(enrolment: Enrolment) -> bool:
    """Whether an attempt of this enrolment passed the quiz."""
    passed = select(func.count(Attempt.id)).where(Attempt.enrolment_id == enrolment.id, Attempt.has_passed)
    return db.session.execute(passed).scalar_one() > 0 or _kept_result(enrolment) is not None


def _kept_result(enrolment: Enrolment) -> Completion | None:
    """The completion whose result stays, where the person redoes lessons that changed but not the quiz."""
    found = find_delta(enrolment.id)
    return found[1] if found is not None and not found[0].has_quiz else None


def is_quiz_open(enrolment: Enrolment) -> bool:
    """Whether every lesson is done, a practical task handed in counting as done."""
    done = _done(enrolment) | set(
        db.session.scalars(
            select(TaskSubmission.lesson_id).where(
                TaskSubmission.enrolment_id == enrolment.id,
                TaskSubmission.status.in_((TaskStatus.WAITING, TaskStatus.APPEALED)),
            )
        )
    )
    return len(done) >= len(_lessons(enrolment))


def complete_if_done(actor: Actor, enrolment: Enrolment) -> None:
    """Write the completion once everything is done. The row lock lets one of two ends through."""
    if len(_done(enrolment)) < len(_lessons(enrolment)):
        return
    if enrolment.status is EnrolmentStatus.COMPLETED:
        _note_lessons_done(actor, enrolment)
        return
    questions = count_questions(enrolment.course_version_id)
    best = db.session.execute(
        select(func.max(Attempt.score_percent)).where(
            Attempt.enrolment_id == enrolment.id, Attempt.has_passed
        )
    ).scalar_one()
    kept = _kept_result(enrolment)
    if questions and best is None and kept is None:
        return
    if not questions:
        best = find_package_score(enrolment)
    if best is None and kept is not None:
        best = kept.score_percent
    delta = find_delta(enrolment.id)
    is_by_placement = delta is not None and is_placed(delta[1].id)
    write_completion(actor, enrolment, best, is_by_placement=is_by_placement)


def write_completion(
    actor: Actor, enrolment: Enrolment, score_percent: int | None, *, is_by_placement: bool
) -> Completion:
    """Write the completion of a locked enrolment. Whether it may be is the caller's to know."""
    enrolment.status = EnrolmentStatus.COMPLETED
    completion = Completion(
        vendor_id=enrolment.vendor_id,
        enrolment_id=enrolment.id,
        user_id=enrolment.user_id,
        partnership_id=enrolment.partnership_id,
        course_id=enrolment.course_id,
        course_version_id=enrolment.course_version_id,
        completed_at=clock.now(),
        score_percent=score_percent,
    )
    db.session.add(completion)
    db.session.flush()
    if is_by_placement:
        db.session.add(PlacementCompletion(vendor_id=enrolment.vendor_id, completion_id=completion.id))
        db.session.flush()
    record(
        actor,
        "training.completed",
        completion,
        facts={"enrolment": enrolment.public_id, "score_percent": score_percent}
        | ({"by_placement": True} if is_by_placement else {}),
    )
    return completion


def _note_lessons_done(actor: Actor, enrolment: Enrolment) -> None:
    """Who completed a course by placement has done its lessons too: paths that ask for them go on."""
    row = db.session.execute(
        select(PlacementCompletion, Completion)
        .join(Completion, Completion.id == PlacementCompletion.completion_id)
        .where(Completion.enrolment_id == enrolment.id, PlacementCompletion.lessons_done_at.is_(None))
    ).one_or_none()
    if row is None or find_delta(enrolment.id) is not None:
        return
    placed, completion = row
    placed.lessons_done_at = clock.now()
    db.session.flush()
    record(actor, "training.lessons_done", completion, facts={"enrolment": enrolment.public_id})
