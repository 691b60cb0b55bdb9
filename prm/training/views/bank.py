"""Pages of authors: the question bank."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from prm.access import current_actor, requires
from prm.errors import Conflict, DomainError
from prm.infra.db import transaction
from prm.infra.downloads import asked_form, table_attachment
from prm.infra.forms import show_error
from prm.infra.markdown import render_markdown
from prm.permissions import P
from prm.training.bank_csv import COLUMNS, row_of
from prm.training.items import Item, Written, item_of, parts_of
from prm.training.labels import DIFFICULTIES, QUESTION_KINDS
from prm.training.models.assessment import BankQuestion, BankQuestionVersion, Difficulty
from prm.training.models.kinds import QuestionKind
from prm.training.queries import bank as queries
from prm.training.queries.quiz import item_of_bank, without_key
from prm.training.question_forms import BANK_FORMS, QuestionForm, stored_in
from prm.training.services import bank as services
from prm.training.views.authoring import keep_text, revision_of
from prm.training.views.blueprint import blueprint
from prm.training.views.questions import adds_row, kind_asked, values_of
from prm.training.views.shared import tabs


@blueprint.get("/<slug:vendor>/training/bank")
@requires(P.COURSE_EDIT)
def bank() -> str | Response:
    """Every question of the bank, to search and filter; as a file that can be taken in again."""
    actor = current_actor()
    args = request.args if "state" in request.args else {**request.args.to_dict(), "state": "active"}
    form = asked_form(request.args)
    if form:
        found = queries.all_of_bank(actor, args)
        rows = [
            row_of(question.topic, question.difficulty, item_of_bank(version))
            for question, version, *_counts in found.rows
        ]
        return table_attachment(form, "questions", COLUMNS, rows, _("Question bank"))
    return render_template(
        "training/bank.html",
        page=queries.page_of_bank(actor, args),
        kinds=QUESTION_KINDS,
        difficulties=DIFFICULTIES,
        tabs=tabs(actor, "training.bank"),
    )


@blueprint.route("/<slug:vendor>/training/bank/new", methods=["GET", "POST"])
@requires(P.COURSE_EDIT)
def new_bank_question() -> str | Response | tuple[str, int]:
    """Write a question of the kind that the address names."""
    actor = current_actor()
    kind = kind_asked()
    form = BANK_FORMS[kind](topic=request.args.get("topic", "")[:80])
    is_row_added = adds_row(form)
    is_previewed = form.is_submitted() and "preview" in request.form
    shown = _previewed(form, kind) if is_previewed else None
    if not (is_row_added or is_previewed) and form.validate_on_submit():
        try:
            with transaction():
                made = services.add_bank_question(actor, kind=kind, **_filed(form), **values_of(form))
            flash(_("The question is saved."), "success")
            return redirect(url_for("training.bank_question", question_id=made.public_id), 303)
        except DomainError as error:
            show_error(form, error)
    page = render_template(
        "training/new_bank_question.html",
        form=form,
        kind=kind,
        kinds=QUESTION_KINDS,
        topics=queries.list_topics(actor),
        shown=shown,
    )
    return (page, 422) if form.is_submitted() and not (is_row_added or shown) else page


@blueprint.get("/<slug:vendor>/training/bank/<uuid:question_id>")
@requires(P.COURSE_EDIT)
def bank_question(question_id: UUID) -> str:
    """One question as learners see it, its key, and where it is drawn."""
    actor = current_actor()
    question, version = queries.get_bank_question(actor, question_id)
    item = item_of_bank(version)
    return render_template(
        "training/bank_question.html",
        question=question,
        version=version,
        item=item,
        shown=without_key(item),
        prompt=render_markdown(item.prompt),
        explanation=render_markdown(item.explanation),
        usages=queries.list_usages(question),
        kinds=QUESTION_KINDS,
        difficulties=DIFFICULTIES,
    )


@blueprint.route("/<slug:vendor>/training/bank/<uuid:question_id>/edit", methods=["GET", "POST"])
@requires(P.COURSE_EDIT)
def edit_bank_question(question_id: UUID) -> str | Response | tuple[str, int]:
    """Change a question of the bank; who saved in between is shown beside one's own text."""
    actor = current_actor()
    question, version = queries.get_bank_question(actor, question_id)
    kind = version.kind
    form = BANK_FORMS[kind](data=_stored(question, version))
    is_row_added = adds_row(form)
    is_previewed = form.is_submitted() and "preview" in request.form
    shown = _previewed(form, kind) if is_previewed else None
    status = 422 if form.is_submitted() and not (is_row_added or shown) else 200
    theirs = None
    if not (is_row_added or is_previewed) and form.validate_on_submit():
        try:
            with transaction():
                services.edit_bank_question(
                    actor, question_id, revision=revision_of(form), **_filed(form), **values_of(form)
                )
            flash(_("The question is saved."), "success")
            return redirect(url_for("training.bank_question", question_id=question_id), 303)
        except Conflict as error:
            question, version = queries.get_bank_question(actor, question_id)
            theirs = item_of_bank(version)
            status = keep_text(form, error, question.revision)
        except DomainError as error:
            show_error(form, error)
    page = render_template(
        "training/edit_bank_question.html",
        form=form,
        question=question,
        kind=kind,
        kinds=QUESTION_KINDS,
        topics=queries.list_topics(actor),
        usages=queries.list_usages(question),
        shown=shown,
        theirs=theirs,
    )
    return page, status


@blueprint.post("/<slug:vendor>/training/bank/<uuid:question_id>/retire")
@requires(P.COURSE_EDIT)
def retire_bank_question(question_id: UUID) -> Response:
    """Out of use, or back into it."""
    is_retired = request.form.get("state") != "active"
    with transaction():
        services.retire_bank_question(current_actor(), question_id, is_retired=is_retired)
    flash(
        _("The question is retired: no new quiz draws it.")
        if is_retired
        else _("The question is in use again."),
        "success",
    )
    return redirect(url_for("training.bank_question", question_id=question_id), 303)


def _filed(form: Any) -> dict[str, Any]:
    return {"topic": form.topic.data or "", "difficulty": Difficulty(form.difficulty.data)}


def _stored(question: BankQuestion, version: BankQuestionVersion) -> dict[str, Any]:
    return {
        "revision": question.revision,
        "topic": question.topic,
        "difficulty": question.difficulty.value,
        **stored_in(item_of_bank(version)),
    }


def _previewed(form: QuestionForm, kind: QuestionKind) -> tuple[Any, Any] | None:
    """(the question as learners would see it, its text as HTML); None where it is no question yet."""
    if not form.validate():
        return None
    try:
        parts = parts_of(kind, Written(**form.written))
    except DomainError as error:
        show_error(form, error)
        return None
    item: Item = item_of("preview", kind, form.prompt.data or "", "", parts)
    return without_key(item), render_markdown(item.prompt)
