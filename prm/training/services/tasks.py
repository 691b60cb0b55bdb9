"""Practical tasks: writing them, handing in, grading against the rubric, appealing."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import select

from prm.access import Actor, require
from prm.errors import Conflict, DomainError, NotFound
from prm.extensions import db
from prm.infra import clock, storage
from prm.infra.uploads import check_upload
from prm.journal.services import record
from prm.permissions import P
from prm.training.models import Enrolment, Lesson, LessonKind
from prm.training.models.tasks import LessonTask, TaskGrading, TaskStatus, TaskSubmission
from prm.training.queries.courses import get_lesson
from prm.training.queries.learning import OPEN
from prm.training.queries.tasks import Criterion, get_own_submission, get_submission, get_task, list_graders
from prm.training.services.authoring import append_lesson, change_lesson
from prm.training.services.learning import begin, finish_lesson, lock_enrolment
from prm.training.wording import at_most, clean_line, clean_text, need
from prm.vendors.models import StoredFile, Vendor

MAX_CRITERIA = 20
MAX_LEVELS = 8
MAX_POINTS = 100
MAX_TEXT = 20_000

Rubric = Sequence[tuple[str, Sequence[tuple[int, str]]]]  # criterion, its levels: points and what earns them


# -- writing -----------------------------------------------------------------------------------


def add_task(
    actor: Actor,
    version_id: UUID,
    *,
    title: str,
    body: str,
    minutes: int | None = None,
    rubric: Rubric,
    pass_percent: int = 60,
    grader_id: UUID | None = None,
) -> Lesson:
    """Add a practical task at the end of a draft. `body` (Markdown) says what to do; `grader_id` is the
    public id of who grades, None: whoever may. Raises NotFound, Conflict, DomainError."""
    need(clean_text(body), "body", _("Say what is to be done."), MAX_TEXT)
    lesson = append_lesson(actor, version_id, kind=LessonKind.TASK, title=title, body=body, minutes=minutes)
    task = LessonTask(vendor_id=actor.vendor_id, lesson_id=lesson.id)
    _set_up(actor, task, rubric, pass_percent, grader_id)
    db.session.add(task)
    db.session.flush()
    return lesson


def edit_task(
    actor: Actor,
    lesson_id: UUID,
    *,
    revision: int,
    title: str,
    body: str,
    minutes: int | None,
    rubric: Rubric,
    pass_percent: int,
    grader_id: UUID | None,
) -> Lesson:
    """Change a draft's practical task. Raises as add_task, and Conflict where somebody saved since."""
    need(clean_text(body), "body", _("Say what is to be done."), MAX_TEXT)
    lesson = get_lesson(actor, lesson_id)
    change_lesson(actor, lesson, revision=revision, title=title, body=body, minutes=minutes)
    task = db.session.scalars(select(LessonTask).where(LessonTask.lesson_id == lesson.id)).one()
    _set_up(actor, task, rubric, pass_percent, grader_id)
    db.session.flush()
    return lesson


def _set_up(
    actor: Actor, task: LessonTask, rubric: Rubric, pass_percent: int, grader_id: UUID | None
) -> None:
    if not 0 <= pass_percent <= 100:
        raise _wrong("pass_percent", _("The pass mark lies between 0 and 100 percent."))
    criteria = [_criterion(title, levels) for title, levels in rubric if title.strip() or levels]
    if not criteria:
        raise _wrong("rubric", _("Write at least one criterion."))
    if len(criteria) > MAX_CRITERIA:
        raise _wrong("rubric", _("A rubric has at most %(count)s criteria.", count=MAX_CRITERIA))
    task.rubric, task.pass_percent, task.grader_id = criteria, pass_percent, None
    if grader_id is not None:
        keys = {public_id: key for public_id, key, _name in list_graders(actor)}
        if grader_id not in keys:
            raise _wrong("grader", _("This person may not grade."))
        task.grader_id = keys[grader_id]


def _criterion(title: str, levels: Sequence[tuple[int, str]]) -> dict[str, Any]:
    name = need(clean_line(title), "rubric", _("A criterion needs a title."), 200)
    kept = sorted(
        ({"points": points, "text": at_most(clean_line(text), "rubric", 300)} for points, text in levels),
        key=lambda level: level["points"],  # type: ignore[arg-type, return-value]
    )
    if len(kept) < 2:
        raise _wrong("rubric", _("%(criterion)s: write at least two levels.", criterion=name))
    if len(kept) > MAX_LEVELS or any(not 0 <= points <= MAX_POINTS for points, _text in levels):
        raise _wrong(
            "rubric",
            _(
                "%(criterion)s: at most %(levels)s levels, of 0 to %(points)s points each.",
                criterion=name, levels=MAX_LEVELS, points=MAX_POINTS,
            ),
        )  # fmt: skip
    if len({points for points, _text in levels}) < len(kept) or kept[-1]["points"] == 0:
        raise _wrong("rubric", _("%(criterion)s: each level has points of its own.", criterion=name))
    return {"id": secrets.token_hex(8), "title": name, "levels": kept}


# -- handing in --------------------------------------------------------------------------------


def hand_in(
    actor: Actor,
    enrolment_id: UUID,
    lesson_id: UUID,
    *,
    text: str = "",
    file: tuple[str, bytes] | None = None,
) -> TaskSubmission:
    """Hand in a text, a file (name, content), or both, for grading.

    Raises NotFound; Conflict where one waits for its grade or the task is passed; DomainError.
    """
    enrolment = lock_enrolment(actor, enrolment_id)
    lesson = db.session.scalars(
        select(Lesson).where(
            Lesson.public_id == lesson_id,
            Lesson.course_version_id == enrolment.course_version_id,
            Lesson.kind == LessonKind.TASK,
        )
    ).one_or_none()
    if lesson is None:
        raise NotFound
    before = _of_task(enrolment.id, lesson.id)
    if any(each.status is TaskStatus.PASSED for each in before):
        raise Conflict(_("You have passed this task."))
    if any(each.status is not TaskStatus.FAILED for each in before):
        raise Conflict(_("What you handed in waits for its grade."))
    if enrolment.status not in OPEN:
        raise Conflict(_("This course is over for you: nothing can be handed in."))
    words = at_most(clean_text(text).strip(), "text", MAX_TEXT)
    if not words and file is None:
        raise _wrong("text", _("Write something, or choose a file."))
    submission = TaskSubmission(
        vendor_id=actor.vendor_id,
        enrolment_id=enrolment.id,
        lesson_id=lesson.id,
        user_id=enrolment.user_id,
        partnership_id=enrolment.partnership_id,
        number=len(before) + 1,
        text=words,
        file_id=_keep(actor, *file).id if file is not None else None,
        handed_in_at=clock.now(),
        status=TaskStatus.WAITING,
        grader_id=_first_grader(lesson.id, enrolment.user_id),
    )
    db.session.add(submission)
    begin(enrolment)
    enrolment.current_lesson_id = lesson.id
    db.session.flush()
    record(
        actor,
        "task.handed_in",
        submission,
        facts={"lesson": lesson.public_id, "number": submission.number, "has_file": file is not None},
    )
    return submission


def _first_grader(lesson_key: int, user_key: int) -> int | None:
    """Who is named to grade; nobody where that is the person themselves."""
    grader = get_task(lesson_key).grader_key
    return grader if grader != user_key else None


def _of_task(enrolment_key: int, lesson_key: int) -> list[TaskSubmission]:
    return list(
        db.session.scalars(
            select(TaskSubmission)
            .where(TaskSubmission.enrolment_id == enrolment_key, TaskSubmission.lesson_id == lesson_key)
            .execution_options(populate_existing=True)
        )
    )


def _keep(actor: Actor, name: str, content: bytes) -> StoredFile:
    upload = check_upload(name, content)
    vendor = db.session.get_one(Vendor, actor.vendor_id)
    key, digest = storage.put(str(vendor.public_id), content)
    row = StoredFile(
        vendor_id=actor.vendor_id,
        key=key,
        sha256=digest,
        size=len(content),
        media_type=upload.media_type,
        name=upload.name,
        created_at=clock.now(),
    )
    db.session.add(row)
    db.session.flush()
    return row


def appeal(actor: Actor, submission_id: UUID, *, reason: str) -> TaskSubmission:
    """Ask for a second grade by somebody else, once. Raises NotFound, Conflict, DomainError."""
    found = get_own_submission(actor, submission_id)
    submission = _locked(found)
    if submission.status is not TaskStatus.FAILED or submission.appeal:
        raise Conflict(_("A second grade can be asked for once, of a grade that did not pass."))
    if any(
        each.number > submission.number for each in _of_task(submission.enrolment_id, submission.lesson_id)
    ):
        raise Conflict(_("You have handed in again since: that is what counts now."))
    submission.appeal = need(
        clean_text(reason).strip(), "reason", _("Say why the grade should be looked at again."), 4000
    )
    submission.appealed_at = clock.now()
    submission.status = TaskStatus.APPEALED
    submission.grader_id = None
    db.session.flush()
    record(actor, "task.appealed", submission)
    return submission


# -- grading -----------------------------------------------------------------------------------


def take_submission(actor: Actor, submission_id: UUID) -> TaskSubmission:
    """Become the one who grades something handed in. Raises NotFound, Conflict."""
    submission = _locked(get_submission(actor, submission_id))
    _check_grader(actor, submission)
    if submission.grader_id != actor.user_id:
        submission.grader_id = actor.user_id
        db.session.flush()
        record(actor, "task.grader_named", submission, facts={"grader": actor.user_public_id})
    return submission


def grade(
    actor: Actor,
    submission_id: UUID,
    *,
    levels: Mapping[str, int],
    feedback: str = "",
    comments: Mapping[str, str] | None = None,
) -> TaskGrading:
    """Grade something handed in: a level (its place) for each criterion. Passing finishes the lesson.

    Nobody grades themselves, and an appeal is graded by somebody else than who graded first. Raises
    NotFound; Conflict where it is graded already or somebody else is named; DomainError with a field per
    criterion without a level (`level-<id>`).
    """
    require(actor, P.TASK_GRADE)
    # The enrolment first, as handing in does: two who lock both never wait for each other.
    found = get_submission(actor, submission_id)
    enrolment = db.session.scalars(
        select(Enrolment)
        .where(Enrolment.id == found.enrolment_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    submission = _locked(found)
    _check_grader(actor, submission)
    if submission.grader_id not in (None, actor.user_id):
        raise Conflict(_("Somebody else is named to grade this. Take it over first."))
    task = get_task(submission.lesson_id)
    missing = {
        f"level-{each.id}": _("Choose a level for %(criterion)s.", criterion=each.title)
        for each in task.criteria
        if not 0 <= levels.get(each.id, -1) < len(each.levels)
    }
    if missing:
        raise DomainError(_("Every criterion needs a level."), missing)
    points = sum(each.levels[levels[each.id]].points for each in task.criteria)
    grading = TaskGrading(
        vendor_id=actor.vendor_id,
        submission_id=submission.id,
        round=2 if submission.status is TaskStatus.APPEALED else 1,
        grader_id=actor.user_id,
        levels={each.id: levels[each.id] for each in task.criteria},
        comments=_comments(task.criteria, comments or {}),
        points=points,
        points_possible=task.points,
        percent=100 * points // task.points,
        has_passed=100 * points >= task.pass_percent * task.points,
        feedback=at_most(clean_text(feedback).strip(), "feedback", 10_000),
        graded_at=clock.now(),
    )
    db.session.add(grading)
    submission.status = TaskStatus.PASSED if grading.has_passed else TaskStatus.FAILED
    submission.grader_id = actor.user_id
    db.session.flush()
    record(
        actor,
        "task.graded",
        submission,
        facts={
            "round": grading.round,
            "points": points,
            "points_possible": task.points,
            "has_passed": grading.has_passed,
            "grader": actor.user_public_id,
        },
    )
    if grading.has_passed and enrolment.status in OPEN:
        finish_lesson(actor, enrolment, submission.lesson_id)
    return grading


def _comments(criteria: Sequence[Criterion], comments: Mapping[str, str]) -> dict[str, str]:
    kept = {each.id: clean_text(comments.get(each.id, "")).strip() for each in criteria}
    return {key: at_most(text, "feedback", 2000) for key, text in kept.items() if text}


def _check_grader(actor: Actor, submission: TaskSubmission) -> None:
    """Raises Conflict where the person may not grade this one, whatever their role."""
    if submission.user_id == actor.user_id:
        raise Conflict(_("Nobody grades their own work."))
    if submission.status not in (TaskStatus.WAITING, TaskStatus.APPEALED):
        raise Conflict(_("This has been graded already."))
    if submission.status is TaskStatus.APPEALED:
        first = db.session.scalars(
            select(TaskGrading.grader_id).where(
                TaskGrading.submission_id == submission.id, TaskGrading.round == 1
            )
        ).one_or_none()
        if first == actor.user_id:
            raise Conflict(_("You gave the first grade: somebody else has to look at the appeal."))


def _locked(submission: TaskSubmission) -> TaskSubmission:
    row: TaskSubmission = db.session.scalars(
        select(TaskSubmission)
        .where(TaskSubmission.id == submission.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    return row


def _wrong(field: str, message: str) -> DomainError:
    return DomainError(message, {field: message})
