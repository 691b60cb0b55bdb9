"""Pages of authors: courses, a version's details, publishing, images."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response

from prm.access import current_actor, requires
from prm.accounts.labels import FUNCTION_LABELS
from prm.accounts.models import JobFunction
from prm.errors import Conflict, DomainError, NotFound
from prm.infra import storage
from prm.infra.db import transaction
from prm.infra.downloads import inline_image
from prm.infra.forms import show_error
from prm.permissions import P
from prm.training import services
from prm.training.forms import ImageForm, VersionForm
from prm.training.images import MAX_BYTES
from prm.training.labels import DIFFICULTIES, LESSON_KINDS, QUESTION_KINDS, SKILL_LEVELS
from prm.training.models import SkillLevel, VersionStatus
from prm.training.models.changes import ChangeKind
from prm.training.path_forms import ChangesForm
from prm.training.queries import courses as queries
from prm.training.queries.authored_paths import list_authored_paths
from prm.training.queries.bank import list_draws
from prm.training.queries.changes import is_quiz_changed, list_changed_lessons
from prm.training.queries.counting import count_questions
from prm.training.queries.quiz import item_of_question
from prm.training.services.redoing import Changes
from prm.training.views.blueprint import blueprint
from prm.training.views.shared import render_lesson, say_published, tabs


@blueprint.get("/<slug:vendor>/training/authoring")
@requires(P.COURSE_EDIT)
def authoring() -> str:
    """Every course, what is published of it and what is being written."""
    actor = current_actor()
    return render_template(
        "training/authoring.html",
        courses=queries.list_authored_courses(actor),
        paths=list_authored_paths(actor),
        tabs=tabs(actor, "training.authoring"),
        skill_levels=SKILL_LEVELS,
        functions=FUNCTION_LABELS,
    )


@blueprint.route("/<slug:vendor>/training/authoring/new", methods=["GET", "POST"])
@requires(P.COURSE_EDIT)
def new_course() -> str | Response | tuple[str, int]:
    """Begin a course with what it is about."""
    form = VersionForm()
    if form.validate_on_submit():
        try:
            with transaction():
                version = services.create_course(current_actor(), **_details(form))
            return redirect(url_for("training.version", version_id=version.public_id), 303)
        except DomainError as error:
            show_error(form, error)
    page = render_template("training/new_course.html", form=form)
    return (page, 422) if form.is_submitted() else page


@blueprint.get("/<slug:vendor>/training/versions/<uuid:version_id>")
@requires(P.COURSE_EDIT)
def version(version_id: UUID) -> str:
    """One version: a draft to work on, or what was published, as it stands."""
    actor = current_actor()
    found = queries.get_version(actor, version_id)
    course = queries.get_course_of(actor, found)
    versions = queries.list_versions(actor, course.id)
    lessons = queries.list_lessons(actor, found.id)
    is_draft = found.status is VersionStatus.DRAFT
    questions = queries.list_questions(actor, found.id)
    return render_template(
        "training/version.html",
        version=found,
        course=course,
        versions=versions,
        has_draft=any(each.status is VersionStatus.DRAFT for each in versions),
        is_draft=is_draft,
        lessons=lessons,
        bodies={} if is_draft else {each.id: render_lesson(each.body, course.id) for each in lessons},
        questions=questions,
        items={each.question.id: item_of_question(each.question, each.choices) for each in questions},
        draws=list_draws(found.id),
        difficulties=DIFFICULTIES,
        prompts={each.question.id: render_lesson(each.question.prompt, course.id) for each in questions},
        problems=services.list_problems(found) if is_draft else [],
        images=len(queries.list_images(course.id)),
        kinds=QUESTION_KINDS,
        lesson_kinds=LESSON_KINDS,
        skill_levels=SKILL_LEVELS,
        functions=FUNCTION_LABELS,
    )


@blueprint.route("/<slug:vendor>/training/versions/<uuid:version_id>/details", methods=["GET", "POST"])
@requires(P.COURSE_EDIT)
def edit_version(version_id: UUID) -> str | Response | tuple[str, int]:
    """A draft's title, audience and rules."""
    actor = current_actor()
    found = queries.get_version(actor, version_id)
    course = queries.get_course_of(actor, found)
    form = VersionForm(
        revision=found.revision,
        title=found.title,
        summary=found.summary,
        skill_level=course.skill_level.value,
        job_functions=course.job_functions,
        pass_mark=found.pass_mark,
        max_attempts=found.max_attempts,
    )
    status, theirs = 422 if form.is_submitted() else 200, None
    if form.validate_on_submit():
        try:
            with transaction():
                services.edit_version(actor, version_id, revision=revision_of(form), **_details(form))
            flash(_("Saved."), "success")
            return redirect(url_for("training.version", version_id=version_id), 303)
        except Conflict as error:
            found = queries.get_version(actor, version_id)
            course = queries.get_course_of(actor, found)
            status, theirs = keep_text(form, error, found.revision), found
        except DomainError as error:
            show_error(form, error)
    page = render_template(
        "training/edit_version.html",
        form=form,
        version=found,
        course=course,
        theirs=theirs,
        skill_levels=SKILL_LEVELS,
    )
    return page, status


def _details(form: VersionForm) -> dict[str, Any]:
    return {
        "title": form.title.data or "",
        "summary": form.summary.data or "",
        "skill_level": SkillLevel(form.skill_level.data),
        "job_functions": [JobFunction(each) for each in form.job_functions.data or ()],
        "pass_mark": form.pass_mark.data,
        "max_attempts": form.max_attempts.data,
    }


def revision_of(form: FlaskForm) -> int:
    """The revision the person saw; one that nothing has where the form says none."""
    text = str(form["revision"].data or "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def keep_text(form: FlaskForm, error: Conflict, revision: int) -> int:
    """Show a lost update with the person's own text, to be saved over the other; answers 409."""
    show_error(form, error)
    form["revision"].data = revision
    return error.status


@blueprint.route("/<slug:vendor>/training/versions/<uuid:version_id>/publish", methods=["GET", "POST"])
@requires(P.COURSE_EDIT)
def publish(version_id: UUID) -> str | Response | tuple[str, int]:
    """Ask, also what its changes mean, then publish: afterwards the version never changes."""
    actor = current_actor()
    found = queries.get_version(actor, version_id)
    if found.status is VersionStatus.PUBLISHED:
        return redirect(url_for("training.version", version_id=version_id), 303)
    course = queries.get_course_of(actor, found)
    form = ChangesForm()
    changed = list_changed_lessons(found) if found.number > 1 else []
    said = {each.lesson_id: _said(f"lesson-{each.lesson_id}") for each in changed}
    problem = ""
    if form.is_submitted() and form.validate():
        changes = Changes(
            {lesson_id: kind for lesson_id, kind in said.items() if kind is not None},
            _said("quiz") or ChangeKind.EDITORIAL,
            form.redo_by.data,
        )
        try:
            with transaction():
                services.publish_version(actor, version_id, changes=changes)
            flash(say_published(actor, found.title), "success")
            return redirect(url_for("training.course", course_id=course.public_id), 303)
        except Conflict:
            raise
        except DomainError as error:
            show_error(form, error)
            problem = str(error)
    questions = count_questions(found.id)
    page = render_template(
        "training/publish.html",
        version=found,
        course=course,
        form=form,
        problem=problem,
        changed=changed,
        said=said,
        asks_of_quiz=found.number > 1 and questions > 0,
        is_quiz_changed=is_quiz_changed(found),
        quiz=_said("quiz"),
        kinds=ChangeKind,
        problems=services.list_problems(found),
        lessons=len(queries.list_lessons(actor, found.id)),
        questions=questions,
    )
    return (page, 422) if form.is_submitted() else page


def _said(name: str) -> ChangeKind | None:
    """What the form says a change means."""
    asked = request.form.get(name, "")
    return ChangeKind(asked) if asked in {each.value for each in ChangeKind} else None


@blueprint.post("/<slug:vendor>/training/courses/<uuid:course_id>/versions")
@requires(P.COURSE_EDIT)
def new_version(course_id: UUID) -> Response:
    """Start the next version as a copy of what is published, or go on with the draft there is."""
    actor = current_actor()
    course = queries.get_course(actor, course_id)
    draft = queries.find_draft(actor, course.id)
    if draft is None:
        with transaction():
            draft = services.start_new_version(actor, course_id)
        flash(_("This is a copy of the published version. Change it, then publish it."), "success")
    return redirect(url_for("training.version", version_id=draft.public_id), 303)


@blueprint.route("/<slug:vendor>/training/courses/<uuid:course_id>/images", methods=["GET", "POST"])
@requires(P.COURSE_EDIT)
def images(course_id: UUID) -> str | Response | tuple[str, int]:
    """The images that a course's lessons may show."""
    actor = current_actor()
    course = queries.get_course(actor, course_id)
    form = ImageForm()
    if form.validate_on_submit():
        upload = form.image.data
        try:
            content = upload.stream.read(MAX_BYTES + 1)
            with transaction():
                services.add_image(
                    actor, course_id, content=content, name=upload.filename or "", alt=form.alt.data or ""
                )
            flash(_("The image is kept. Copy its line into a lesson."), "success")
            return redirect(url_for("training.images", course_id=course_id), 303)
        except DomainError as error:
            show_error(form, error)
    versions = queries.list_versions(actor, course.id)
    page = render_template(
        "training/images.html",
        form=form,
        course=course,
        newest=versions[0],
        images=queries.list_images(course.id),
    )
    return (page, 422) if form.is_submitted() else page


@blueprint.get("/<slug:vendor>/training/images/<uuid:image_id>")
@requires(P.COURSE_VIEW)
def image(image_id: UUID) -> Response:
    """An image of a lesson."""
    stored = queries.get_image_file(current_actor(), image_id)
    try:
        return inline_image(storage.read(stored.key), stored.media_type)
    except storage.StorageError:
        raise NotFound from None
