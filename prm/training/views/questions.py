"""Pages of authors: the quiz of a draft."""

from __future__ import annotations

from typing import Any
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
from prm.training.labels import QUESTION_KINDS
from prm.training.models import QuestionKind
from prm.training.queries import courses as queries
from prm.training.queries.quiz import item_of_question
from prm.training.question_forms import FORMS, QuestionForm, stored_in
from prm.training.views.authoring import keep_text, revision_of
from prm.training.views.blueprint import blueprint
from prm.training.views.lessons import step_asked


@blueprint.route("/<slug:vendor>/training/versions/<uuid:version_id>/questions/new", methods=["GET", "POST"])
@requires(P.COURSE_EDIT)
def new_question(version_id: UUID) -> str | Response | tuple[str, int]:
    """Write a question of the kind that the address names."""
    actor = current_actor()
    version = queries.get_version(actor, version_id)
    kind = kind_asked()
    form = FORMS[kind]()
    is_row_added = adds_row(form)
    if not is_row_added and form.validate_on_submit():
        try:
            with transaction():
                services.add_question(actor, version_id, kind=kind, **values_of(form))
            flash(_("The question is saved."), "success")
            return redirect(url_for("training.version", version_id=version_id, _anchor="quiz"), 303)
        except DomainError as error:
            show_error(form, error)
    page = render_template(
        "training/new_question.html",
        form=form,
        kind=kind,
        kinds=QUESTION_KINDS,
        version=version,
        course=queries.get_course_of(actor, version),
    )
    return (page, 422) if form.is_submitted() and not is_row_added else page


@blueprint.route("/<slug:vendor>/training/questions/<uuid:question_id>/edit", methods=["GET", "POST"])
@requires(P.COURSE_EDIT)
def edit_question(question_id: UUID) -> str | Response | tuple[str, int]:
    """Change a question and its key."""
    actor = current_actor()
    found = queries.get_question(actor, question_id)
    version = queries.get_version_of(actor, found.question)
    kind = found.question.kind
    form = FORMS[kind](data=_stored(found))
    is_row_added = adds_row(form)
    status, theirs = 422 if form.is_submitted() and not is_row_added else 200, None
    if not is_row_added and form.validate_on_submit():
        try:
            with transaction():
                services.edit_question(actor, question_id, revision=revision_of(form), **values_of(form))
            flash(_("The question is saved."), "success")
            return redirect(url_for("training.version", version_id=version.public_id, _anchor="quiz"), 303)
        except Conflict as error:
            theirs = queries.get_question(actor, question_id)
            status = keep_text(form, error, theirs.question.revision)
        except DomainError as error:
            show_error(form, error)
    page = render_template(
        "training/edit_question.html",
        form=form,
        question=found.question,
        kind=kind,
        kinds=QUESTION_KINDS,
        version=version,
        course=queries.get_course_of(actor, version),
        theirs=theirs,
        theirs_item=item_of_question(theirs.question, theirs.choices) if theirs else None,
    )
    return page, status


def kind_asked() -> QuestionKind:
    """The kind that the address names."""
    try:
        return QuestionKind(request.values.get("kind", ""))
    except ValueError:
        return QuestionKind.SINGLE


def adds_row(form: QuestionForm) -> bool:
    """Whether the person asked for one more row rather than to save; fills up the rows."""
    is_asked = form.is_submitted() and "add_row" in request.form
    form.fill_up(1 if is_asked else 0)
    return is_asked


def _stored(found: queries.QuestionWithChoices) -> dict[str, Any]:
    return {
        "revision": found.question.revision,
        **stored_in(item_of_question(found.question, found.choices)),
    }


def values_of(form: QuestionForm) -> dict[str, Any]:
    """What the services take of a question's form."""
    return {
        "prompt": form.prompt.data or "",
        "explanation": form.explanation.data or "",
        **form.written,
    }


@blueprint.post("/<slug:vendor>/training/questions/<uuid:question_id>/move")
@requires(P.COURSE_EDIT)
def move_question(question_id: UUID) -> Response:
    """One place up or down."""
    actor = current_actor()
    with transaction():
        services.move_question(actor, question_id, step=step_asked())
        version = queries.get_version_of(actor, queries.get_question(actor, question_id).question)
    return redirect(url_for("training.version", version_id=version.public_id, _anchor="quiz"), 303)


@blueprint.route("/<slug:vendor>/training/questions/<uuid:question_id>/delete", methods=["GET", "POST"])
@requires(P.COURSE_EDIT)
def delete_question(question_id: UUID) -> str | Response:
    """Ask, then delete a question of a draft."""
    actor = current_actor()
    if request.method == "POST":
        with transaction():
            version = services.delete_question(actor, question_id)
        flash(_("The question is deleted."), "success")
        return redirect(url_for("training.version", version_id=version.public_id, _anchor="quiz"), 303)
    question = queries.get_question(actor, question_id).question
    return render_template(
        "training/delete_question.html", question=question, version=queries.get_version_of(actor, question)
    )
