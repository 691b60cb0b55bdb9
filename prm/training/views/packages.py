"""Packages and videos while they are open: what the page's script asks of the portal."""

from __future__ import annotations

import json
from uuid import UUID

from flask import Response, jsonify, render_template, request
from flask_babel import gettext as _
from flask_login import current_user

from prm.access import current_actor, requires
from prm.errors import DomainError, NotFound
from prm.extensions import limiter
from prm.infra.db import transaction
from prm.infra.downloads import SANDBOX, attachment, stored_in_parts
from prm.infra.storage import StorageError, read
from prm.permissions import P
from prm.training.models import LessonKind
from prm.training.queries import content as queries
from prm.training.queries.courses import get_lesson, get_version_of
from prm.training.services.launching import Launched, launch_package, launch_preview, renew_launch
from prm.training.services.saving import read_commit, save_commit
from prm.training.services.watching import report_watched
from prm.training.views.blueprint import blueprint
from prm.training.views.learning import my_item
from prm.training.views.shared import content_of, render_lesson, with_policy

_LESSON = "/<slug:vendor>/training/courses/<uuid:course_id>/lessons/<uuid:lesson_id>"


def _person() -> str:
    """Whom a limit counts: people, since a whole class may share an address."""
    if current_user.is_authenticated:
        return f"user:{current_user.user_id}"
    return f"address:{request.remote_addr}"


@blueprint.post(f"{_LESSON}/launch")
@requires(P.COURSE_TAKE)
@limiter.limit("60/minute", key_func=_person)
def launch(course_id: UUID, lesson_id: UUID) -> Response:
    """Open a package: where it runs, and what its player is told."""
    actor = current_actor()
    with transaction():
        launched = launch_package(actor, my_item(actor, course_id).enrolment_id, lesson_id)
    return _as_json(launched)


@blueprint.post("/<slug:vendor>/training/lessons/<uuid:lesson_id>/launch")
@requires(P.COURSE_EDIT)
@limiter.limit("60/minute", key_func=_person)
def launch_for_author(lesson_id: UUID) -> Response:
    """The same for who writes the course: nothing is kept."""
    with transaction():
        launched = launch_preview(current_actor(), lesson_id)
    return _as_json(launched)


def _as_json(launched: Launched) -> Response:
    return jsonify(
        launch=str(launched.launch.public_id),
        origin=launched.origin,
        url=launched.url,
        start=launched.start,
    )


@blueprint.post("/<slug:vendor>/training/launches/<uuid:launch_id>/renew")
@requires(P.COURSE_TAKE)
@limiter.limit("30/minute", key_func=_person)
def renew(launch_id: UUID) -> Response:
    """The player is open still."""
    with transaction():
        renewed = renew_launch(current_actor(), launch_id)
    return jsonify(expires_at=renewed.expires_at.isoformat())


@blueprint.post("/<slug:vendor>/training/launches/<uuid:launch_id>/save")
@requires(P.COURSE_TAKE)
@limiter.limit("240/minute", key_func=_person)
def save(launch_id: UUID) -> Response:
    """Keep what the package said."""
    commit = read_commit(request.form.get("commit", ""))
    with transaction():
        saved = save_commit(
            current_actor(), launch_id, commit, takes_over=request.form.get("take_over") == "1"
        )
    return jsonify(done=saved.is_done, score=saved.standing.percent)


@blueprint.get("/<slug:vendor>/training/lessons/<uuid:lesson_id>/try")
@requires(P.COURSE_EDIT)
def try_lesson(lesson_id: UUID) -> Response:
    """A lesson that is not text as a learner sees it; nothing of it is kept."""
    actor = current_actor()
    lesson = get_lesson(actor, lesson_id)
    if lesson.kind is LessonKind.TEXT:
        raise NotFound
    shown = content_of(lesson)
    version = get_version_of(actor, lesson)
    page = render_template(
        "training/try_lesson.html",
        lesson=lesson,
        version=version,
        body=render_lesson(lesson.body, version.course_id),
        **shown,
    )
    return with_policy(page, shown)


# -- videos and files --------------------------------------------------------------------------


@blueprint.get("/<slug:vendor>/training/lessons/<uuid:lesson_id>/video")
@requires(P.COURSE_TAKE)
def video(lesson_id: UUID) -> Response:
    """The video of a lesson, whole or in parts."""
    lesson = queries.get_open_lesson(current_actor(), lesson_id, LessonKind.VIDEO)
    stored = queries.get_video_file(lesson.id)
    try:
        response = stored_in_parts(stored.key, stored.size, stored.sha256, stored.media_type)
    except StorageError:
        raise NotFound from None
    response.headers["Content-Security-Policy"] = SANDBOX
    return response


@blueprint.get("/<slug:vendor>/training/lessons/<uuid:lesson_id>/captions/<string:language>")
@requires(P.COURSE_TAKE)
def captions(lesson_id: UUID, language: str) -> Response:
    """The captions of a video in one language."""
    lesson = queries.get_open_lesson(current_actor(), lesson_id, LessonKind.VIDEO)
    stored = queries.get_captions_file(lesson.id, language)
    try:
        response = Response(read(stored.key), content_type="text/vtt; charset=utf-8")
    except StorageError:
        raise NotFound from None
    response.headers["Content-Security-Policy"] = SANDBOX
    return response


@blueprint.get("/<slug:vendor>/training/lessons/<uuid:lesson_id>/file")
@requires(P.COURSE_TAKE)
def lesson_file(lesson_id: UUID) -> Response:
    """The file of a lesson, to be saved."""
    lesson = queries.get_open_lesson(current_actor(), lesson_id, LessonKind.FILE)
    stored = queries.get_lesson_file(lesson.id)
    try:
        return attachment(read(stored.key), stored.name, stored.media_type)
    except StorageError:
        raise NotFound from None


@blueprint.post(f"{_LESSON}/watched")
@requires(P.COURSE_TAKE)
@limiter.limit("60/minute", key_func=_person)
def watched(course_id: UUID, lesson_id: UUID) -> Response:
    """What of a video was played since the last time, and where the person is in it."""
    actor = current_actor()
    spans, position = _read_spans(request.form.get("spans", "")), request.form.get("position", "0")
    with transaction():
        progress, is_done = report_watched(
            actor,
            my_item(actor, course_id).enrolment_id,
            lesson_id,
            spans,
            int(position) if position.isascii() and position.isdigit() and len(position) < 10 else 0,
        )
    return jsonify(done=is_done, watched=progress.watched_milliseconds)


def _read_spans(text: str) -> list[list[int]]:
    try:
        read_ = json.loads(text) if len(text) < 100_000 else None
    except (ValueError, RecursionError):
        read_ = None
    is_good = isinstance(read_, list) and all(
        isinstance(each, list)
        and len(each) == 2
        and all(isinstance(n, int) and not isinstance(n, bool) and 0 <= n < 10**9 for n in each)
        for each in read_
    )
    if not is_good:
        raise DomainError(_("What the player sent cannot be read."))
    return read_  # type: ignore[no-any-return]
