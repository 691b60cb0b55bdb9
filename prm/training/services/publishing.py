"""Publishing a draft, and starting the next version from what is published."""

from __future__ import annotations

from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import func, insert, select, update

from prm.access import Actor, visible
from prm.errors import Conflict, DomainError, NotFound
from prm.extensions import db
from prm.infra import clock
from prm.infra.ids import new_random_id
from prm.journal.services import record
from prm.permissions import P
from prm.training.items import CHOICE_KINDS, check_choices, check_parts
from prm.training.models import (
    Choice,
    Course,
    CourseVersion,
    Enrolment,
    EnrolmentStatus,
    Lesson,
    Question,
    QuestionKind,
    VersionStatus,
)
from prm.training.models.changes import DeltaEnrolment, LessonChange
from prm.training.queries.bank import list_draw_problems, list_draws
from prm.training.queries.content import counts_packages
from prm.training.queries.courses import list_choices
from prm.training.queries.placement import has_task
from prm.training.queries.quiz import get_rules
from prm.training.services import drafts
from prm.training.services.attached import copy_content
from prm.training.services.quiz_settings import copy_settings, keep_pools
from prm.training.services.redoing import Changes, say_what_changed


def publish_version(actor: Actor, version_id: UUID, *, changes: Changes | None = None) -> CourseVersion:
    """Publish a draft: from now on it never changes, and who enrols enrols in it.

    Who was assigned an earlier version and has not begun takes this one. `changes` says which changes
    since the version before are material: who completed an earlier version redoes those, and nothing
    else; without it, nothing. Raises Conflict where it is published already, DomainError where
    something is missing or `changes` leaves open what a change means.
    """
    version = drafts.lock_draft(actor, version_id)
    problems = list_problems(version)
    if problems:
        raise DomainError(" ".join(problems))
    say_what_changed(actor, version, changes)
    keep_pools(actor, version)
    version.status = VersionStatus.PUBLISHED
    version.published_at = clock.now()
    db.session.flush()
    course = db.session.scalars(
        visible(select(Course), actor, P.COURSE_EDIT).where(Course.id == version.course_id)
    ).one()
    course.title = version.title
    moved = db.session.execute(
        update(Enrolment)
        .where(
            Enrolment.course_id == course.id,
            Enrolment.course_version_id != version.id,
            Enrolment.status == EnrolmentStatus.ASSIGNED,
            # Who redoes what an earlier version changed is moved with what they need not redo: by a job.
            Enrolment.id.not_in(select(DeltaEnrolment.enrolment_id)),
        )
        .values(course_version_id=version.id, current_lesson_id=None)
        .execution_options(synchronize_session=False)
    ).rowcount
    record(
        actor,
        "course_version.published",
        version,
        facts={"course": course.public_id, "number": version.number, "moved": moved},
    )
    return version


def list_problems(version: CourseVersion) -> list[str]:
    """What keeps a draft from being published, one sentence each."""
    questions = list(
        db.session.scalars(
            select(Question)
            .where(Question.course_version_id == version.id)
            .order_by(Question.position, Question.id)
        )
    )
    lessons = db.session.execute(
        select(func.count(Lesson.id)).where(Lesson.course_version_id == version.id)
    ).scalar_one()
    problems = []
    draws = list_draws(version.id)
    if not lessons and not questions and not draws:
        problems.append(_("Write at least one lesson or one question."))
    if (questions or draws) and counts_packages(version.id):
        problems.append(
            _("The score of a package counts as the test, and there is a quiz too. Keep one of them.")
        )
    percent = get_rules(version.id).placement_percent
    if percent is not None:
        if percent < version.pass_mark:
            problems.append(_("The placement test passes with less than the pass mark of the quiz."))
        if not lessons or not (questions or draws):
            problems.append(_("The placement test needs lessons that it stands for, and a quiz."))
        if has_task(version.id):
            problems.append(_("A placement test cannot stand for a practical task. Keep one of them."))
    choices = list_choices([question.id for question in questions])
    for number, question in enumerate(questions, 1):
        try:
            if question.kind is QuestionKind.NUMERIC:
                if question.numeric_answer is None:
                    raise DomainError(_("It has no answer."))
            elif question.kind in CHOICE_KINDS:
                check_choices(question.kind, [(c.text, c.is_correct) for c in choices.get(question.id, ())])
            else:
                check_parts(question.kind, question.parts)
        except DomainError as error:
            problems.append(_("Question %(number)s: %(problem)s", number=number, problem=str(error)))
    return [*problems, *list_draw_problems(draws)]


def start_new_version(actor: Actor, course_id: UUID) -> CourseVersion:
    """Copy a course's newest published version into a draft and return it.

    Raises NotFound where nothing is published, Conflict where there is a draft already.
    """
    course = db.session.scalars(
        visible(select(Course), actor, P.COURSE_EDIT).where(Course.public_id == course_id).with_for_update()
    ).one_or_none()
    if course is None:
        raise NotFound
    versions = list(
        db.session.scalars(
            select(CourseVersion)
            .where(CourseVersion.course_id == course.id)
            .order_by(CourseVersion.number.desc())
        )
    )
    if any(version.status is VersionStatus.DRAFT for version in versions):
        raise Conflict(_("There is already a draft of this course."))
    if not versions:
        raise NotFound
    return _copy(actor, versions[0])


def _copy(actor: Actor, source: CourseVersion) -> CourseVersion:
    draft = CourseVersion(
        vendor_id=actor.vendor_id,
        course_id=source.course_id,
        number=source.number + 1,
        title=source.title,
        summary=source.summary,
        pass_mark=source.pass_mark,
        max_attempts=source.max_attempts,
    )
    db.session.add(draft)
    db.session.flush()
    lessons = db.session.scalars(select(Lesson).where(Lesson.course_version_id == source.id))
    copies = {
        lesson.id: Lesson(
            vendor_id=actor.vendor_id,
            course_version_id=draft.id,
            position=lesson.position,
            kind=lesson.kind,
            title=lesson.title,
            body=lesson.body,
            minutes=lesson.minutes,
        )
        for lesson in list(lessons)
    }
    db.session.add_all(copies.values())
    db.session.flush()
    db.session.add_all(
        LessonChange(vendor_id=actor.vendor_id, lesson_id=copy.id, origin_id=origin)
        for origin, copy in copies.items()
    )
    copy_content(actor, copies)
    _copy_questions(actor, source, draft)
    copy_settings(actor, source, draft)
    record(actor, "course_version.started", draft, facts={"number": draft.number, "from": source.public_id})
    return draft


def _copy_questions(actor: Actor, source: CourseVersion, draft: CourseVersion) -> None:
    questions = list(
        db.session.scalars(
            select(Question).where(Question.course_version_id == source.id).order_by(Question.id)
        )
    )
    if not questions:
        return
    copies = {
        question.id: Question(
            vendor_id=actor.vendor_id,
            course_version_id=draft.id,
            position=question.position,
            kind=question.kind,
            prompt=question.prompt,
            explanation=question.explanation,
            numeric_answer=question.numeric_answer,
            tolerance=question.tolerance,
            parts=question.parts,
        )
        for question in questions
    }
    db.session.add_all(copies.values())
    db.session.flush()
    rows = [
        {
            "public_id": new_random_id(),
            "vendor_id": actor.vendor_id,
            "question_id": copies[question_id].id,
            "position": choice.position,
            "text": choice.text,
            "is_correct": choice.is_correct,
        }
        for question_id, of_question in list_choices(list(copies)).items()
        for choice in of_question
    ]
    if rows:
        db.session.execute(insert(Choice), rows)
