"""Pages of authors: lessons that are a package, a video, a file, a link or a practical task."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response

from prm.access import Actor, current_actor, requires
from prm.errors import Conflict, DomainError, NotFound
from prm.extensions import limiter
from prm.infra.db import transaction
from prm.infra.forms import show_error
from prm.infra.uploads import takes_large_files
from prm.permissions import P
from prm.training.forms import FileForm, LinkForm, PackageForm, SessionLessonForm, TaskForm, VideoForm
from prm.training.labels import EDITIONS, LESSON_KINDS
from prm.training.models import Lesson, LessonKind, VersionStatus
from prm.training.queries import courses as queries
from prm.training.queries import tasks
from prm.training.rubrics import read_rubric, write_rubric
from prm.training.services import authoring, content, packages, sessions
from prm.training.services import tasks as task_services
from prm.training.views.authoring import keep_text, revision_of
from prm.training.views.blueprint import blueprint
from prm.training.views.shared import content_of

FORMS: dict[LessonKind, type[FlaskForm]] = {
    LessonKind.PACKAGE: PackageForm,
    LessonKind.VIDEO: VideoForm,
    LessonKind.FILE: FileForm,
    LessonKind.LINK: LinkForm,
    LessonKind.TASK: TaskForm,
    LessonKind.SESSION: SessionLessonForm,
}


@blueprint.route(
    "/<slug:vendor>/training/versions/<uuid:version_id>/content/"
    "<any(package, video, file, link, task, session):kind>",
    methods=["GET", "POST"],
)
@requires(P.COURSE_EDIT)
@takes_large_files
@limiter.limit("30/minute", methods=["POST"])
def new_content(version_id: UUID, kind: str) -> str | Response | tuple[str, int]:
    """Add a package, a video, a file, a link, a practical task or a session at the end of a draft."""
    actor = current_actor()
    version = queries.get_version(actor, version_id)
    form = FORMS[LessonKind(kind)]()
    _offer_graders(actor, form)
    status = 422 if form.is_submitted() else 200
    if form.validate_on_submit():
        try:
            made = _ADD[LessonKind(kind)](actor, version_id, form)
            flash(_("The lesson is saved."), "success")
            return redirect(url_for("training.edit_content", lesson_id=made.public_id), 303)
        except DomainError as error:
            show_error(form, error)
            status = error.status
    page = render_template(
        "training/new_content.html",
        form=form,
        kind=LessonKind(kind),
        kinds=LESSON_KINDS,
        version=version,
        course=queries.get_course_of(actor, version),
    )
    return page, status


@blueprint.route("/<slug:vendor>/training/lessons/<uuid:lesson_id>/content", methods=["GET", "POST"])
@requires(P.COURSE_EDIT)
@takes_large_files
@limiter.limit("30/minute", methods=["POST"])
def edit_content(lesson_id: UUID) -> str | Response | tuple[str, int]:
    """What was found in it, and what can be changed about it; who saved in between is not run over."""
    actor = current_actor()
    lesson = queries.get_lesson(actor, lesson_id)
    if lesson.kind is LessonKind.TEXT:
        raise NotFound
    version = queries.get_version_of(actor, lesson)
    shown = content_of(lesson)
    form = FORMS[lesson.kind](**_values(lesson, shown))
    if lesson.kind is LessonKind.PACKAGE:
        form.organization.choices = _organizations(shown)
    _offer_graders(actor, form)
    status = 422 if form.is_submitted() else 200
    if form.validate_on_submit():
        try:
            _CHANGE[lesson.kind](actor, lesson_id, form)
            flash(_("The lesson is saved."), "success")
            return redirect(url_for("training.edit_content", lesson_id=lesson_id), 303)
        except Conflict as error:
            lesson = queries.get_lesson(actor, lesson_id)
            status = keep_text(form, error, lesson.revision)
        except DomainError as error:
            show_error(form, error)
    page = render_template(
        "training/edit_content.html",
        form=form,
        lesson=lesson,
        kind=lesson.kind,
        kinds=LESSON_KINDS,
        editions=EDITIONS,
        version=version,
        is_draft=version.status is VersionStatus.DRAFT,
        course=queries.get_course_of(actor, version),
        **shown,
    )
    return page, status


def _offer_graders(actor: Actor, form: Any) -> None:
    if isinstance(form, TaskForm):
        people = [(str(public_id), name) for public_id, _key, name in tasks.list_graders(actor)]
        form.grader.choices = [("", _("Whoever may grade")), *people]


def _organizations(shown: dict[str, Any]) -> list[tuple[int, str]]:
    found = shown["package"].outline["organizations"]
    return [(place, each["title"] or each["identifier"]) for place, each in enumerate(found)]


def _values(lesson: Lesson, shown: dict[str, Any]) -> dict[str, Any]:
    """What the form holds before anybody types."""
    values: dict[str, Any] = {
        "revision": lesson.revision, "title": lesson.title, "minutes": lesson.minutes, "body": lesson.body,
    }  # fmt: skip
    if lesson.kind is LessonKind.PACKAGE:
        values |= {"organization": shown["link"].organization, "score_counts": shown["link"].score_counts}
    elif lesson.kind is LessonKind.VIDEO:
        video = shown["video"]
        values |= {"threshold_percent": video.threshold_percent, "transcript": video.transcript}
    elif lesson.kind is LessonKind.LINK:
        values["url"] = shown["url"]
    elif lesson.kind is LessonKind.TASK:
        task = shown["task"]
        graders = {key: str(public_id) for public_id, key, _name in tasks.list_graders(current_actor())}
        values |= {
            "rubric": write_rubric(task.criteria),
            "pass_percent": task.pass_percent,
            "grader": graders.get(task.grader_key, ""),
        }
    return values


def _common(form: Any) -> dict[str, Any]:
    return {"title": form.title.data or "", "body": form.body.data or "", "minutes": form.minutes.data}


def _has_file(field: Any) -> bool:
    return bool(field.data and getattr(field.data, "filename", ""))


def _need_file(form: Any) -> Any:
    if not _has_file(form.file):
        message = _("Choose a file.")
        raise DomainError(message, {"file": message})
    return form.file.data


# Files are kept before the transaction begins: that takes time, and a file that no row names is no harm.


def _add_package(actor: Actor, version_id: UUID, form: Any) -> Lesson:
    upload = _need_file(form)
    kept = packages.keep_package(actor, upload.stream, upload.filename)
    with transaction():
        lesson = packages.add_package(
            actor,
            version_id,
            kept,
            title=form.title.data or "",
            minutes=form.minutes.data,
            score_counts=bool(form.score_counts.data),
            body=form.body.data or "",
        )
    for finding in kept.manifest.findings:
        flash(finding, "warning")
    return lesson


def _change_package(actor: Actor, lesson_id: UUID, form: Any) -> Lesson:
    kept = None
    if _has_file(form.file):
        kept = packages.keep_package(actor, form.file.data.stream, form.file.data.filename)
    with transaction():
        lesson = packages.edit_package(
            actor,
            lesson_id,
            revision=revision_of(form),
            score_counts=bool(form.score_counts.data),
            organization=form.organization.data,
            kept=kept,
            **_common(form),
        )
    for finding in kept.manifest.findings if kept else ():
        flash(finding, "warning")
    return lesson


def _captions(form: Any) -> dict[str, bytes]:
    if not _has_file(form.captions):
        return {}
    return {(form.language.data or "").strip(): form.captions.data.stream.read(4 * 1024 * 1024)}


def _add_video(actor: Actor, version_id: UUID, form: Any) -> Lesson:
    upload = _need_file(form)
    kept = content.keep_video(actor, upload.stream, upload.filename)
    with transaction():
        return content.add_video(
            actor,
            version_id,
            kept,
            threshold_percent=form.threshold_percent.data,
            transcript=form.transcript.data or "",
            captions=_captions(form),
            **_titled(form, kept.name),
        )


def _change_video(actor: Actor, lesson_id: UUID, form: Any) -> Lesson:
    kept = None
    if _has_file(form.file):
        kept = content.keep_video(actor, form.file.data.stream, form.file.data.filename)
    with transaction():
        return content.edit_video(
            actor,
            lesson_id,
            revision=revision_of(form),
            threshold_percent=form.threshold_percent.data,
            transcript=form.transcript.data or "",
            captions=_captions(form),
            dropped_captions=request.form.getlist("drop_captions"),
            kept=kept,
            **_common(form),
        )


def _add_file(actor: Actor, version_id: UUID, form: Any) -> Lesson:
    upload = _need_file(form)
    kept = content.keep_file(actor, upload.stream.read(), upload.filename)
    with transaction():
        return content.add_file(actor, version_id, kept, **_titled(form, kept.name))


def _change_file(actor: Actor, lesson_id: UUID, form: Any) -> Lesson:
    kept = None
    if _has_file(form.file):
        kept = content.keep_file(actor, form.file.data.stream.read(), form.file.data.filename)
    with transaction():
        return content.edit_file(actor, lesson_id, revision=revision_of(form), kept=kept, **_common(form))


def _add_link(actor: Actor, version_id: UUID, form: Any) -> Lesson:
    with transaction():
        return content.add_link(actor, version_id, url=form.url.data or "", **_common(form))


def _change_link(actor: Actor, lesson_id: UUID, form: Any) -> Lesson:
    with transaction():
        return content.edit_link(
            actor, lesson_id, revision=revision_of(form), url=form.url.data or "", **_common(form)
        )


def _task(form: Any) -> dict[str, Any]:
    """What the services take of a practical task."""
    try:
        grader = UUID(form.grader.data) if form.grader.data else None
    except ValueError:
        message = _("This person may not grade.")
        raise DomainError(message, {"grader": message}) from None
    return {
        **_common(form),
        "rubric": read_rubric(form.rubric.data or ""),
        "pass_percent": form.pass_percent.data,
        "grader_id": grader,
    }


def _add_task(actor: Actor, version_id: UUID, form: Any) -> Lesson:
    with transaction():
        return task_services.add_task(actor, version_id, **_task(form))


def _change_task(actor: Actor, lesson_id: UUID, form: Any) -> Lesson:
    with transaction():
        return task_services.edit_task(actor, lesson_id, revision=revision_of(form), **_task(form))


def _add_session(actor: Actor, version_id: UUID, form: Any) -> Lesson:
    with transaction():
        return sessions.add_session_lesson(actor, version_id, **_common(form))


def _change_session(actor: Actor, lesson_id: UUID, form: Any) -> Lesson:
    with transaction():
        return authoring.edit_lesson(actor, lesson_id, revision=revision_of(form), **_common(form))


def _titled(form: Any, name: str) -> dict[str, Any]:
    """A lesson without a title has its file's name for one."""
    return {**_common(form), "title": form.title.data or name.rpartition(".")[0] or name}


_ADD: dict[LessonKind, Callable[[Actor, UUID, Any], Lesson]] = {
    LessonKind.PACKAGE: _add_package,
    LessonKind.VIDEO: _add_video,
    LessonKind.FILE: _add_file,
    LessonKind.LINK: _add_link,
    LessonKind.TASK: _add_task,
    LessonKind.SESSION: _add_session,
}
_CHANGE: dict[LessonKind, Callable[[Actor, UUID, Any], Lesson]] = {
    LessonKind.PACKAGE: _change_package,
    LessonKind.VIDEO: _change_video,
    LessonKind.FILE: _change_file,
    LessonKind.LINK: _change_link,
    LessonKind.TASK: _change_task,
    LessonKind.SESSION: _change_session,
}
