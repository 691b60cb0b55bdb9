"""Pages of authors: the lessons of a draft."""

from __future__ import annotations

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from prm.access import current_actor, requires
from prm.errors import Conflict, DomainError
from prm.infra.db import transaction
from prm.infra.forms import show_error
from prm.permissions import P
from prm.training import services
from prm.training.forms import LessonForm
from prm.training.queries import courses as queries
from prm.training.views.authoring import keep_text, revision_of
from prm.training.views.blueprint import blueprint
from prm.training.views.shared import render_lesson


@blueprint.route("/<slug:vendor>/training/versions/<uuid:version_id>/lessons/new", methods=["GET", "POST"])
@requires(P.COURSE_EDIT)
def new_lesson(version_id: UUID) -> str | Response | tuple[str, int]:
    """Write a lesson for the end of a draft."""
    actor = current_actor()
    version = queries.get_version(actor, version_id)
    form = LessonForm()
    is_previewed = form.is_submitted() and "preview" in request.form
    if not is_previewed and form.validate_on_submit():
        try:
            with transaction():
                services.add_lesson(
                    actor,
                    version_id,
                    title=form.title.data or "",
                    body=form.body.data or "",
                    minutes=form.minutes.data,
                )
            flash(_("The lesson is saved."), "success")
            return redirect(url_for("training.version", version_id=version_id), 303)
        except DomainError as error:
            show_error(form, error)
    page = render_template(
        "training/new_lesson.html",
        form=form,
        version=version,
        course=queries.get_course_of(actor, version),
        preview=render_lesson(form.body.data or "", version.course_id) if is_previewed else None,
    )
    return (page, 422) if form.is_submitted() and not is_previewed else page


@blueprint.route("/<slug:vendor>/training/lessons/<uuid:lesson_id>/edit", methods=["GET", "POST"])
@requires(P.COURSE_EDIT)
def edit_lesson(lesson_id: UUID) -> str | Response | tuple[str, int]:
    """Change a lesson; whoever saved in between is shown beside one's own text."""
    actor = current_actor()
    lesson = queries.get_lesson(actor, lesson_id)
    version = queries.get_version_of(actor, lesson)
    form = LessonForm(revision=lesson.revision, title=lesson.title, minutes=lesson.minutes, body=lesson.body)
    is_previewed = form.is_submitted() and "preview" in request.form
    status, theirs = 422 if form.is_submitted() and not is_previewed else 200, None
    if not is_previewed and form.validate_on_submit():
        try:
            with transaction():
                services.edit_lesson(
                    actor,
                    lesson_id,
                    revision=revision_of(form),
                    title=form.title.data or "",
                    body=form.body.data or "",
                    minutes=form.minutes.data,
                )
            flash(_("The lesson is saved."), "success")
            return redirect(url_for("training.version", version_id=version.public_id), 303)
        except Conflict as error:
            theirs = queries.get_lesson(actor, lesson_id)
            status = keep_text(form, error, theirs.revision)
        except DomainError as error:
            show_error(form, error)
    page = render_template(
        "training/edit_lesson.html",
        form=form,
        lesson=lesson,
        version=version,
        course=queries.get_course_of(actor, version),
        theirs=theirs,
        preview=render_lesson(form.body.data or "", version.course_id) if is_previewed else None,
    )
    return page, status


@blueprint.post("/<slug:vendor>/training/versions/<uuid:version_id>/preview")
@requires(P.COURSE_EDIT)
def preview(version_id: UUID) -> str:
    """The text of the form as a learner would see it, for the page to put in; nothing is saved."""
    version = queries.get_version(current_actor(), version_id)
    body = render_lesson(request.form.get("body", ""), version.course_id)
    return render_template("training/preview.html", body=body)


@blueprint.post("/<slug:vendor>/training/lessons/<uuid:lesson_id>/move")
@requires(P.COURSE_EDIT)
def move_lesson(lesson_id: UUID) -> Response:
    """One place up or down."""
    actor = current_actor()
    with transaction():
        services.move_lesson(actor, lesson_id, step=step_asked())
        version = queries.get_version_of(actor, queries.get_lesson(actor, lesson_id))
    return redirect(url_for("training.version", version_id=version.public_id, _anchor="lessons"), 303)


def step_asked() -> int:
    return -1 if request.form.get("direction") == "up" else 1


@blueprint.route("/<slug:vendor>/training/lessons/<uuid:lesson_id>/delete", methods=["GET", "POST"])
@requires(P.COURSE_EDIT)
def delete_lesson(lesson_id: UUID) -> str | Response:
    """Ask, then delete a lesson of a draft."""
    actor = current_actor()
    if request.method == "POST":
        with transaction():
            version = services.delete_lesson(actor, lesson_id)
        flash(_("The lesson is deleted."), "success")
        return redirect(url_for("training.version", version_id=version.public_id), 303)
    lesson = queries.get_lesson(actor, lesson_id)
    return render_template(
        "training/delete_lesson.html", lesson=lesson, version=queries.get_version_of(actor, lesson)
    )
