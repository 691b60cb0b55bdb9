"""Pages of practical tasks: handing in and appealing for learners, the queue and grading for graders."""

from __future__ import annotations

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from prm.access import Actor, current_actor, requires
from prm.errors import Conflict, DomainError, NotFound
from prm.extensions import limiter
from prm.infra import storage
from prm.infra.db import transaction
from prm.infra.downloads import attachment
from prm.permissions import P
from prm.training.labels import TASK_STATUSES
from prm.training.models.tasks import TaskStatus, TaskSubmission
from prm.training.queries import learning
from prm.training.queries import tasks as queries
from prm.training.services import tasks as services
from prm.training.views.blueprint import blueprint
from prm.training.views.learning import my_item
from prm.training.views.shared import render_lesson, tabs


@blueprint.post("/<slug:vendor>/training/courses/<uuid:course_id>/lessons/<uuid:lesson_id>/hand-in")
@requires(P.COURSE_TAKE)
@limiter.limit("20/minute")
def hand_in(course_id: UUID, lesson_id: UUID) -> Response | tuple[str, int]:
    """Hand in a text, a file, or both; a form that cannot be taken comes back with what was typed."""
    actor = current_actor()
    item = my_item(actor, course_id)
    upload, file = request.files.get("file"), None
    if upload is not None and upload.filename:
        file = (upload.filename, upload.stream.read())
        upload.close()
    try:
        with transaction():
            services.hand_in(
                actor, item.enrolment_id, lesson_id, text=request.form.get("text", ""), file=file
            )
    except Conflict:
        raise
    except DomainError as error:
        page = render_template(
            "training/hand_in_again.html",
            item=item,
            lesson=learning.get_lesson_of(item, lesson_id),
            text=request.form.get("text", ""),
            message=str(error),
        )
        return page, error.status
    flash(_("Your work is handed in. You are told here when it is graded."), "success")
    return redirect(url_for("training.lesson", course_id=course_id, lesson_id=lesson_id), 303)


@blueprint.get("/<slug:vendor>/training/submissions/<uuid:submission_id>/mine")
@requires(P.COURSE_TAKE)
def own_submitted_file(submission_id: UUID) -> Response:
    """The file that the person handed in."""
    return _file(queries.get_own_submission(current_actor(), submission_id))


@blueprint.post("/<slug:vendor>/training/submissions/<uuid:submission_id>/appeal")
@requires(P.COURSE_TAKE)
def appeal(submission_id: UUID) -> Response:
    """Ask for a second grade."""
    actor = current_actor()
    with transaction():
        submission = services.appeal(actor, submission_id, reason=request.form.get("reason", ""))
    flash(_("Somebody else looks at it now."), "success")
    item = learning.get_my_learning(actor, submission.enrolment_id)
    lesson = next(
        each for each in learning.list_steps(item.version_key, item.key) if each.id == submission.lesson_id
    )
    return redirect(url_for("training.lesson", course_id=item.course_id, lesson_id=lesson.public_id), 303)


@blueprint.get("/<slug:vendor>/training/grading")
@requires(P.TASK_GRADE)
def grading() -> str:
    """What was handed in, first what has waited longest."""
    actor = current_actor()
    args = request.args if "status" in request.args else {**request.args.to_dict(), "status": "open"}
    return render_template(
        "training/grading.html",
        page=queries.page_of_queue(actor, args),
        statuses=TASK_STATUSES,
        tabs=tabs(actor, "training.grading"),
    )


@blueprint.route("/<slug:vendor>/training/submissions/<uuid:submission_id>", methods=["GET", "POST"])
@requires(P.TASK_GRADE)
def grade(submission_id: UUID) -> str | Response | tuple[str, int]:
    """Something handed in, and its grade: a level for each criterion."""
    actor = current_actor()
    submission = queries.get_submission(actor, submission_id)
    errors: dict[str, str] = {}
    if request.method == "POST":
        task = queries.get_task(submission.lesson_id)
        levels = {each.id: _place(request.form.get(f"level-{each.id}", "")) for each in task.criteria}
        comments = {each.id: request.form.get(f"comment-{each.id}", "") for each in task.criteria}
        try:
            with transaction():
                services.grade(
                    actor,
                    submission_id,
                    levels={key: place for key, place in levels.items() if place is not None},
                    comments=comments,
                    feedback=request.form.get("feedback", ""),
                )
            flash(_("The grade is saved."), "success")
            return redirect(url_for("training.grading"), 303)
        except Conflict:
            raise
        except DomainError as error:
            errors = error.fields or {"feedback": str(error)}
    page = _grade_page(actor, submission, errors)
    return (page, 422) if errors else page


@blueprint.post("/<slug:vendor>/training/submissions/<uuid:submission_id>/take")
@requires(P.TASK_GRADE)
def take_submission(submission_id: UUID) -> Response:
    """Be the one who grades it."""
    with transaction():
        services.take_submission(current_actor(), submission_id)
    return redirect(url_for("training.grade", submission_id=submission_id), 303)


@blueprint.get("/<slug:vendor>/training/submissions/<uuid:submission_id>/file")
@requires(P.TASK_GRADE)
def submitted_file(submission_id: UUID) -> Response:
    """The file that was handed in."""
    return _file(queries.get_submission(current_actor(), submission_id))


def _grade_page(actor: Actor, submission: TaskSubmission, errors: dict[str, str]) -> str:
    lesson, course_key = queries.get_lesson_of_submission(submission)
    handed = queries.find_handed_in(submission)
    names = queries.name_people(
        [submission.user_id, submission.grader_id, *[each.grader_key for each in handed.gradings]]
    )
    is_waiting = submission.status in queries.OPEN_STATUSES
    gave_first = any(each.grader_key == actor.user_id for each in handed.gradings)
    return render_template(
        "training/grade.html",
        submission=submission,
        handed=handed,
        lesson=lesson,
        task=queries.get_task(submission.lesson_id),
        brief=render_lesson(lesson.body, course_key),
        names=names,
        statuses=TASK_STATUSES,
        errors=errors,
        given=request.form,
        is_own=submission.user_id == actor.user_id,
        gave_first=gave_first and submission.status is TaskStatus.APPEALED,
        may_take=is_waiting and submission.grader_id not in (None, actor.user_id),
        may_grade=is_waiting
        and submission.user_id != actor.user_id
        and submission.grader_id in (None, actor.user_id)
        and not (gave_first and submission.status is TaskStatus.APPEALED),
    )


def _file(submission: TaskSubmission) -> Response:
    stored = queries.get_submitted_file(submission)
    try:
        return attachment(storage.read(stored.key), stored.name, stored.media_type)
    except storage.StorageError:
        raise NotFound from None


def _place(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 3 else None
