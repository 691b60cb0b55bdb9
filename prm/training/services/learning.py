"""Learning: enrolling oneself, doing lessons, taking the quiz, completing."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import func, or_, select, update

from prm.access import Actor, visible
from prm.errors import Conflict, DomainError, NotFound
from prm.extensions import db
from prm.infra import clock
from prm.infra.db import claim
from prm.journal.services import record
from prm.permissions import P
from prm.training.models import (
    Attempt,
    Completion,
    CourseVersion,
    Enrolment,
    EnrolmentStatus,
    Lesson,
    LessonKind,
    LessonProgress,
    Question,
    QuestionKind,
)
from prm.training.queries.assignments import list_latest_enrolments
from prm.training.queries.content import find_package_score
from prm.training.queries.courses import find_newest_version
from prm.training.queries.learning import OPEN
from prm.training.queries.quiz import list_keys
from prm.training.queries.redoing import find_delta
from prm.training.scoring import Answer, Key, read_answer, score_answers
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
        _complete_if_done(actor, enrolment)


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


def submit_attempt(
    actor: Actor, enrolment_id: UUID, answers: Mapping[str, object], *, number: int | None = None
) -> Attempt:
    """Take one attempt with these answers and score it.

    `answers` maps question ids (text) to a choice's id, several choices' ids, or a number as text.
    `number` is the attempt the person was shown: sent twice, it is taken once. Raises NotFound;
    Conflict where no attempt is left, lessons are still to do, the quiz is passed, or that number
    was taken; DomainError with a field per unanswered question, which takes no attempt.
    """
    enrolment = lock_enrolment(actor, enrolment_id)
    version = db.session.scalars(
        select(CourseVersion).where(CourseVersion.id == enrolment.course_version_id)
    ).one()
    keys = list_keys(version.id)
    if not keys:
        raise NotFound
    if enrolment.status is EnrolmentStatus.COMPLETED or _is_passed(enrolment):
        raise Conflict(_("You have already passed this quiz."))
    if len(_done(enrolment)) < len(_lessons(enrolment)):
        raise Conflict(_("Do every lesson first: then the quiz opens."))
    kept = _read(keys, answers)
    _claim_attempt(enrolment, version, number)
    score = score_answers(keys, kept)
    attempt = Attempt(
        vendor_id=enrolment.vendor_id,
        enrolment_id=enrolment.id,
        number=enrolment.attempts_used,
        submitted_at=clock.now(),
        answers=kept,
        correct=len(score.right),
        questions=score.questions,
        score_percent=score.percent,
        has_passed=score.reaches(version.pass_mark),
    )
    db.session.add(attempt)
    begin(enrolment)
    is_last = (
        version.max_attempts is not None
        and enrolment.attempts_used >= version.max_attempts + enrolment.extra_attempts
    )
    if not attempt.has_passed and is_last:
        enrolment.status = EnrolmentStatus.FAILED
    db.session.flush()
    record(
        actor,
        "training.attempted",
        attempt,
        facts={
            "enrolment": enrolment.public_id,
            "number": attempt.number,
            "score_percent": attempt.score_percent,
            "has_passed": attempt.has_passed,
        },
    )
    if attempt.has_passed:
        _complete_if_done(actor, enrolment)
    return attempt


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


def _is_passed(enrolment: Enrolment) -> bool:
    passed = select(func.count(Attempt.id)).where(Attempt.enrolment_id == enrolment.id, Attempt.has_passed)
    return db.session.execute(passed).scalar_one() > 0 or _kept_result(enrolment) is not None


def _kept_result(enrolment: Enrolment) -> Completion | None:
    """The completion whose result stays, where the person redoes lessons that changed but not the quiz."""
    found = find_delta(enrolment.id)
    return found[1] if found is not None and not found[0].has_quiz else None


def _read(keys: list[Key], answers: Mapping[str, object]) -> dict[str, Answer]:
    kept: dict[str, Answer] = {}
    missing: dict[str, str] = {}
    for key in keys:
        answer = read_answer(key, answers.get(key.question_id))
        if answer is not None:
            kept[key.question_id] = answer
        elif key.kind is QuestionKind.NUMERIC and str(answers.get(key.question_id) or "").strip():
            missing[key.question_id] = _("Enter a number such as 3.5, without thousands separators.")
        else:
            missing[key.question_id] = _("Answer this question.")
    if missing:
        raise DomainError(_("Every question needs an answer. No attempt was used."), missing)
    return kept


def _claim_attempt(enrolment: Enrolment, version: CourseVersion, number: int | None) -> None:
    """Take one attempt; raises Conflict where none is left or that number is taken."""
    free = Enrolment.attempts_used < (version.max_attempts or 0) + Enrolment.extra_attempts
    statement = (
        update(Enrolment)
        .where(
            Enrolment.id == enrolment.id,
            Enrolment.status.in_(OPEN),
            or_(version.max_attempts is None, free),
        )
        .values(attempts_used=Enrolment.attempts_used + 1)
    )
    if number is not None:
        statement = statement.where(Enrolment.attempts_used == number - 1)
    claim(statement, _("No attempt is left, or this one was already submitted."))
    db.session.refresh(enrolment, ["attempts_used"])


def _complete_if_done(actor: Actor, enrolment: Enrolment) -> None:
    """Write the completion once everything is done. The row lock lets one of two ends through."""
    if enrolment.status is EnrolmentStatus.COMPLETED:
        return
    if len(_done(enrolment)) < len(_lessons(enrolment)):
        return
    questions = db.session.execute(
        select(func.count(Question.id)).where(Question.course_version_id == enrolment.course_version_id)
    ).scalar_one()
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
    enrolment.status = EnrolmentStatus.COMPLETED
    completion = Completion(
        vendor_id=enrolment.vendor_id,
        enrolment_id=enrolment.id,
        user_id=enrolment.user_id,
        partnership_id=enrolment.partnership_id,
        course_id=enrolment.course_id,
        course_version_id=enrolment.course_version_id,
        completed_at=clock.now(),
        score_percent=best,
    )
    db.session.add(completion)
    db.session.flush()
    record(
        actor,
        "training.completed",
        completion,
        facts={"enrolment": enrolment.public_id, "score_percent": best},
    )
