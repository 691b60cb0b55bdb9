"""Learning paths: what learners see of them, and writing them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from prm.access import Actor, current_actor, requires
from prm.accounts.labels import FUNCTION_LABELS
from prm.accounts.models import JobFunction
from prm.errors import Conflict, DomainError
from prm.infra.db import transaction
from prm.infra.forms import show_error
from prm.permissions import P
from prm.training import services
from prm.training.labels import SKILL_LEVELS, STEP_STANDINGS
from prm.training.models import SkillLevel, VersionStatus
from prm.training.models.paths import PathVersion
from prm.training.path_forms import PathForm, PublishPathForm, StepForm
from prm.training.queries import authored_paths as authored
from prm.training.queries import list_published_versions
from prm.training.queries import paths as queries
from prm.training.queries.redoing import list_redo
from prm.training.views.authoring import keep_text, revision_of
from prm.training.views.blueprint import blueprint
from prm.training.views.shared import say_published, tabs

LABELS = {"skill_levels": SKILL_LEVELS, "functions": FUNCTION_LABELS, "standings": STEP_STANDINGS}


@blueprint.get("/<slug:vendor>/training/paths")
@requires(P.COURSE_VIEW)
def paths() -> str:
    """The paths I am on, and what other paths there are."""
    actor = current_actor()
    mine = queries.list_my_paths(actor) if actor.can(P.COURSE_TAKE) else []
    taken = {each.path_id: each for each in mine}
    published = queries.list_published_paths(actor)
    level, function = request.args.get("level", ""), request.args.get("function", "")
    return render_template(
        "training/paths.html",
        mine=mine,
        taken=taken,
        published=[each for each in published if _matches(each, level, function)],
        is_empty=not published,
        chosen_level=level,
        chosen_function=function,
        tabs=tabs(actor, "training.paths"),
        **LABELS,
    )


def _matches(path: queries.PublishedPath, level: str, function: str) -> bool:
    return (level not in {each.value for each in SKILL_LEVELS} or path.skill_level.value == level) and (
        function not in {each.value for each in FUNCTION_LABELS}
        or not path.job_functions
        or function in path.job_functions
    )


@blueprint.get("/<slug:vendor>/training/paths/<uuid:path_id>")
@requires(P.COURSE_VIEW)
def path(path_id: UUID) -> str:
    """One path: its courses in order, and where I am on it."""
    actor = current_actor()
    found = queries.get_published_path(actor, path_id)
    mine = queries.find_my_path(actor, path_id) if actor.can(P.COURSE_TAKE) else None
    return render_template(
        "training/path.html",
        path=found,
        mine=mine,
        redone={course for _user, course in list_redo([mine.user_key])} if mine else set(),
        steps=mine.steps if mine else queries.list_steps([found.version_key]).get(found.version_key, []),
        required=[
            title for _k, title in queries.list_required([found.version_key]).get(found.version_key, [])
        ],
        may_take=actor.can(P.COURSE_TAKE) and mine is None,
        version_id=authored.find_version_id(actor, found.version_key),
        **LABELS,
    )


@blueprint.post("/<slug:vendor>/training/paths/<uuid:path_id>/take")
@requires(P.COURSE_TAKE)
def take_path(path_id: UUID) -> Response:
    """Go on a path by one's own choice."""
    with transaction():
        services.take_path(current_actor(), path_id)
    flash(_("You are on this path now. Its courses show under Courses as they open."), "success")
    return redirect(url_for("training.path", path_id=path_id), 303)


# -- writing -----------------------------------------------------------------------------------


@blueprint.route("/<slug:vendor>/training/paths/new", methods=["GET", "POST"])
@requires(P.COURSE_EDIT)
def new_path() -> str | Response | tuple[str, int]:
    """Begin a path with what it is about."""
    actor = current_actor()
    form = _offered(actor, PathForm())
    if form.validate_on_submit():
        try:
            with transaction():
                version = services.create_path(actor, **_details(form))
            return redirect(url_for("training.path_version", path_version_id=version.public_id), 303)
        except DomainError as error:
            show_error(form, error)
    page = render_template("training/new_path.html", form=form)
    return (page, 422) if form.is_submitted() else page


@blueprint.get("/<slug:vendor>/training/path-versions/<uuid:path_version_id>")
@requires(P.COURSE_EDIT)
def path_version(path_version_id: UUID) -> str:
    """One version of a path: a draft to work on, or what was published, as it stands."""
    actor = current_actor()
    return _path_version(actor, authored.get_path_version(actor, path_version_id), _step_form(actor))


def _path_version(actor: Actor, version: PathVersion, form: StepForm) -> str:
    versions = authored.list_path_versions(actor, version.path_id)
    steps = queries.list_steps([version.id]).get(version.id, [])
    here = {str(step.course_id) for step in steps}
    form.course.choices = [each for each in form.course.choices if each[0] not in here]
    is_draft = version.status is VersionStatus.DRAFT
    return render_template(
        "training/path_version.html",
        version=version,
        path=version.path,
        versions=versions,
        steps=steps,
        required=[title for _key, title in queries.list_required([version.id]).get(version.id, [])],
        is_draft=is_draft,
        has_draft=any(each.status is VersionStatus.DRAFT for each in versions),
        problems=services.list_path_problems(version) if is_draft else [],
        form=form,
        **LABELS,
    )


def _step_form(actor: Actor) -> StepForm:
    form = StepForm()
    form.course.choices = [
        (str(each.course_public_id), each.title) for each in list_published_versions(actor)
    ]
    return form


@blueprint.route(
    "/<slug:vendor>/training/path-versions/<uuid:path_version_id>/details", methods=["GET", "POST"]
)
@requires(P.COURSE_EDIT)
def edit_path(path_version_id: UUID) -> str | Response | tuple[str, int]:
    """A draft's title, audience and what comes before it."""
    actor = current_actor()
    version = authored.get_path_version(actor, path_version_id)
    known = {each.id: str(each.public_id) for each in queries.list_published_paths(actor)}
    form = PathForm(
        revision=version.revision,
        title=version.title,
        summary=version.summary,
        skill_level=version.path.skill_level.value,
        job_functions=version.path.job_functions,
        is_in_order=version.is_in_order,
        accepts_placement=version.accepts_placement,
        required=[
            known[key]
            for key, _title in queries.list_required([version.id]).get(version.id, [])
            if key in known
        ],
    )
    _offered(actor, form, but=version.path.public_id)
    status = 422 if form.is_submitted() else 200
    if form.validate_on_submit():
        try:
            with transaction():
                services.edit_path(actor, path_version_id, revision=revision_of(form), **_details(form))
            flash(_("Saved."), "success")
            return redirect(url_for("training.path_version", path_version_id=path_version_id), 303)
        except Conflict as error:
            version = authored.get_path_version(actor, path_version_id)
            status = keep_text(form, error, version.revision)
        except DomainError as error:
            show_error(form, error)
    return render_template("training/edit_path.html", form=form, version=version), status


def _offered(actor: Actor, form: PathForm, but: UUID | None = None) -> PathForm:
    """The form with the paths that may come before; it leaves the field out where there is none."""
    form.required.choices = [
        (str(each.public_id), each.title)
        for each in queries.list_published_paths(actor)
        if each.public_id != but
    ]
    return form


def _details(form: PathForm) -> dict[str, Any]:
    return {
        "title": form.title.data or "",
        "summary": form.summary.data or "",
        "skill_level": SkillLevel(form.skill_level.data),
        "job_functions": [JobFunction(each) for each in form.job_functions.data or ()],
        "is_in_order": bool(form.is_in_order.data),
        "accepts_placement": bool(form.accepts_placement.data),
        "required_path_ids": [UUID(each) for each in form.required.data or ()],
    }


@blueprint.post("/<slug:vendor>/training/path-versions/<uuid:path_version_id>/steps")
@requires(P.COURSE_EDIT)
def add_step(path_version_id: UUID) -> Response | tuple[str, int]:
    """Add a course at the end of a draft."""
    actor = current_actor()
    version = authored.get_path_version(actor, path_version_id)
    form = _step_form(actor)
    if form.validate_on_submit():
        try:
            with transaction():
                services.add_step(actor, path_version_id, UUID(form.course.data))
            return redirect(
                url_for("training.path_version", path_version_id=path_version_id, _anchor="courses"), 303
            )
        except Conflict:
            raise
        except DomainError as error:
            show_error(form, error)
    return _path_version(actor, version, form), 422


@blueprint.post("/<slug:vendor>/training/path-steps/<uuid:step_id>/move")
@requires(P.COURSE_EDIT)
def move_step(step_id: UUID) -> Response:
    """Move a course up or down in a draft."""
    by = -1 if request.form.get("direction") == "up" else 1
    with transaction():
        version = services.move_step(current_actor(), step_id, by=by)
    return _back_to(version)


@blueprint.post("/<slug:vendor>/training/path-steps/<uuid:step_id>/remove")
@requires(P.COURSE_EDIT)
def remove_step(step_id: UUID) -> Response:
    """Take a course out of a draft; it can be added again."""
    with transaction():
        version = services.remove_step(current_actor(), step_id)
    return _back_to(version)


def _back_to(version: PathVersion) -> Response:
    return redirect(
        url_for("training.path_version", path_version_id=version.public_id, _anchor="courses"), 303
    )


@blueprint.route(
    "/<slug:vendor>/training/path-versions/<uuid:path_version_id>/publish", methods=["GET", "POST"]
)
@requires(P.COURSE_EDIT)
def publish_path(path_version_id: UUID) -> str | Response | tuple[str, int]:
    """Ask, then publish: afterwards the version never changes."""
    actor = current_actor()
    version = authored.get_path_version(actor, path_version_id)
    if version.status is VersionStatus.PUBLISHED:
        return redirect(url_for("training.path_version", path_version_id=path_version_id), 303)
    form = PublishPathForm()
    if version.number == 1:
        del form.asks_again, form.again_by
    if form.validate_on_submit():
        try:
            with transaction():
                services.publish_path(actor, path_version_id, **_asked(form))
            flash(say_published(actor, version.title), "success")
            return redirect(url_for("training.path", path_id=version.path.public_id), 303)
        except Conflict:
            raise
        except DomainError as error:
            show_error(form, error)
    page = render_template(
        "training/publish_path.html",
        form=form,
        version=version,
        steps=queries.list_steps([version.id]).get(version.id, []),
        problems=services.list_path_problems(version),
    )
    return (page, 422) if form.is_submitted() else page


def _asked(form: PublishPathForm) -> dict[str, Any]:
    """What a version after the first asks of who completed an earlier one."""
    if "asks_again" not in form:
        return {}
    return {"asks_again": bool(form.asks_again.data), "again_by": form.again_by.data}


@blueprint.post("/<slug:vendor>/training/paths/<uuid:path_id>/versions")
@requires(P.COURSE_EDIT)
def new_path_version(path_id: UUID) -> Response:
    """Start the next version as a copy of the newest, or go on with the draft there is."""
    with transaction():
        draft = services.start_new_path_version(current_actor(), path_id)
    return redirect(url_for("training.path_version", path_version_id=draft.public_id), 303)
