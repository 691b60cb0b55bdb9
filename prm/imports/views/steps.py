"""The steps of an import: upload, mapping and dry run, confirmation, undo. A draft changes nothing."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from prm.access import current_actor, requires
from prm.errors import Conflict, DomainError
from prm.imports import queries
from prm.imports.fields import fields_of
from prm.imports.forms import (
    COLUMN,
    STAGE,
    ReadingForm,
    UploadForm,
    mapping_form,
    read_mapping,
    reading_form,
    stage_words,
)
from prm.imports.labels import ENCODING_NAMES, KIND_NAMES, SEPARATOR_NAMES
from prm.imports.models import BatchStatus, ImportBatch, ImportKind, ImportMapping
from prm.imports.options import ImportOptions
from prm.imports.reading import LIMITS, propose_mapping
from prm.imports.report import say_reason
from prm.imports.services import drafts
from prm.imports.services.undoing import undo_batch
from prm.imports.views.blueprint import blueprint
from prm.infra.db import transaction
from prm.infra.forms import show_error
from prm.permissions import P


@blueprint.route("/<slug:vendor>/imports/new", methods=["GET", "POST"])
@requires(P.IMPORT_RUN)
def upload() -> str | Response | tuple[str, int]:
    """Choose what is in the file, where it comes from, and the file."""
    actor = current_actor()
    form = UploadForm()
    if request.method == "GET":
        form.source.data = queries.find_last_source(actor) or form.source.data
        if request.args.get("kind") in {kind.value for kind in ImportKind}:
            form.kind.data = request.args["kind"]
    if form.validate_on_submit():
        file = request.files.get("file")
        try:
            if file is None or not file.filename:
                message = _("Choose a file.")
                raise DomainError(message, {"file": message})
            content = file.stream.read(LIMITS.size + 1)
            with transaction():
                batch = drafts.upload_file(
                    actor, content, file.filename, kind=ImportKind(form.kind.data), source=form.source.data
                )
            return redirect(url_for("imports.mapping", batch_id=batch.public_id))
        except DomainError as error:
            show_error(form, error)
    page = render_template("imports/upload.html", form=form, sources=queries.list_sources(actor))
    return (page, 422) if request.method == "POST" else page


@blueprint.route("/<slug:vendor>/imports/<uuid:batch_id>/mapping", methods=["GET", "POST"])
@requires(P.IMPORT_RUN)
def mapping(batch_id: UUID) -> str | Response | tuple[str, int]:
    """Which column fills which field and how values are written; checked by a dry run."""
    actor = current_actor()
    batch = queries.get_batch(actor, batch_id)
    if batch.status not in drafts.DISCARDABLE:
        return redirect(url_for("imports.batch", batch_id=batch.public_id))
    suggested = _suggested(batch)
    asked = request.form.get("column_stage") if request.method == "POST" else None
    stage_column = asked or suggested.columns.get("stage")
    form = mapping_form(batch, suggested, stage_column)
    status = 200
    if request.method == "POST" and stage_words(batch, stage_column) and _has_other_stages(stage_column):
        form = mapping_form(batch, suggested, stage_column)
        form["stage_column"].data = stage_column
        form["stage_column"].raw_data = None
        form.form_errors = [_("Say what the words of this stage column stand for, then check again.")]
        status = 422
    elif form.validate_on_submit():
        try:
            return _check(batch, read_mapping(form, batch))
        except DomainError as error:
            _show_reading_error(form, error)
            status = 422
    elif request.method == "POST":
        status = 422
    return _mapping_page(batch, form, stage_column, reading_form(batch)), status


def _mapping_page(batch: ImportBatch, form: Any, stage_column: str | None, reading: ReadingForm) -> str:
    facts = batch.file_facts
    saved = queries.find_mapping(current_actor(), batch.kind, batch.source)
    return render_template(
        "imports/mapping.html",
        batch=batch,
        form=form,
        reading=reading,
        encoding_name=ENCODING_NAMES.get(facts["encoding"], facts["encoding"]),
        separator_name=SEPARATOR_NAMES.get(facts["delimiter"]),
        found=[{**each, "text": say_reason(each)} for each in facts.get("found", [])],
        saved=saved,
        as_last_time=_as_last_time(form, saved, stage_words(batch, stage_column)),
        specs=fields_of(batch.kind),
        kind_name=KIND_NAMES[batch.kind],
        stage_words=stage_words(batch, stage_column),
        stage_column=stage_column,
        notices=[say_reason(notice) for notice in facts["notices"]],
    )


def _as_last_time(form: Any, saved: ImportMapping | None, words: list[str]) -> set[str]:
    """The controls that stand as they were saved with the last file of this source."""
    if saved is None:
        return set()
    options = ImportOptions.from_json(saved.options)
    expected = {COLUMN + name: column or "" for name, column in options.columns.items()}
    expected |= {f"{STAGE}{n}": options.stages.get(word, "") for n, word in enumerate(words)}
    expected |= {"date_format": options.date_format or "", "decimal": options.decimal or ""}
    return {name for name, value in expected.items() if value and name in form and form[name].data == value}


@blueprint.post("/<slug:vendor>/imports/<uuid:batch_id>/reading")
@requires(P.IMPORT_RUN)
def reading(batch_id: UUID) -> Response | tuple[str, int]:
    """Read a draft's file with another encoding, separator or sheet."""
    actor = current_actor()
    batch = queries.get_batch(actor, batch_id)
    form = ReadingForm(facts=batch.file_facts)
    if form.validate_on_submit():
        try:
            with transaction():
                drafts.reread_batch(actor, batch_id, **form.stated())
            return redirect(url_for("imports.mapping", batch_id=batch_id))
        except DomainError as error:
            show_error(form, error)
            batch = queries.get_batch(actor, batch_id)
    if batch.status not in drafts.DISCARDABLE:
        return redirect(url_for("imports.batch", batch_id=batch_id))
    suggested = _suggested(batch)
    columns = mapping_form(batch, suggested, suggested.columns.get("stage"), is_shown=True)
    return _mapping_page(batch, columns, suggested.columns.get("stage"), form), 422


def _has_other_stages(stage_column: str | None) -> bool:
    """Whether the page asked about the words of another column than the one now chosen."""
    return request.form.get("stage_column", "") != (stage_column or "")


def _suggested(batch: ImportBatch) -> ImportOptions:
    """What was stated for this batch or the last one of its kind, over what its columns suggest."""
    options = ImportOptions.from_json(batch.options)
    columns = tuple(batch.file_facts["columns"])
    suggestion = propose_mapping(columns, fields_of(batch.kind), options).fields
    return ImportOptions.from_json({**options.as_json(), "columns": {**suggestion, **options.columns}})


def _check(batch: ImportBatch, options: ImportOptions) -> Response:
    """The dry run: at once for a file of ordinary size, by the worker for a large one."""
    actor = current_actor()
    drafts.check_options(batch, options)
    if batch.file_facts["rows"] > drafts.CHECKED_AT_ONCE:
        with transaction():
            drafts.ask_for_check(actor, batch.public_id, options)
    else:
        report = drafts.plan_batch(actor, batch, options)
        with transaction():
            drafts.save_checked(actor, batch.public_id, options, report)
    return redirect(url_for("imports.batch", batch_id=batch.public_id))


def _show_reading_error(form: object, error: DomainError) -> None:
    """What is wrong with the file as a whole, at the field that mends it where there is one."""
    show_error(form, error)  # type: ignore[arg-type]
    if str(error) not in form.form_errors and str(error) not in error.fields.values():  # type: ignore[attr-defined]
        form.form_errors = [str(error), *form.form_errors]  # type: ignore[attr-defined]


@blueprint.post("/<slug:vendor>/imports/<uuid:batch_id>/confirm")
@requires(P.IMPORT_RUN)
def confirm(batch_id: UUID) -> Response:
    """Hand a checked import to the worker. Confirming twice is confirming once."""
    actor = current_actor()
    try:
        with transaction():
            drafts.confirm_batch(actor, batch_id)
    except Conflict as error:
        batch = queries.get_batch(actor, batch_id)
        if batch.status not in (BatchStatus.DUE, BatchStatus.APPLIED):
            flash(str(error), "danger")
    return redirect(url_for("imports.batch", batch_id=batch_id))


@blueprint.post("/<slug:vendor>/imports/<uuid:batch_id>/discard")
@requires(P.IMPORT_RUN)
def discard(batch_id: UUID) -> Response:
    """Throw a draft away; the file can be sent again."""
    with transaction():
        drafts.discard_batch(current_actor(), batch_id)
    flash(_("The draft was discarded. Nothing had been changed by it."), "success")
    return redirect(url_for("imports.index"))


@blueprint.route("/<slug:vendor>/imports/<uuid:batch_id>/undo", methods=["GET", "POST"])
@requires(P.IMPORT_RUN)
def undo(batch_id: UUID) -> str | Response | tuple[str, int]:
    """Ask, then take back everything that an import did; or say what stands in the way."""
    actor = current_actor()
    batch = queries.get_batch(actor, batch_id)
    obstacle = None
    if request.method == "POST":
        try:
            with transaction():
                undo_batch(actor, batch_id)
            flash(_("The import was undone: everything is as it was before."), "success")
            return redirect(url_for("imports.batch", batch_id=batch_id))
        except Conflict as error:
            obstacle = str(error)
            batch = queries.get_batch(actor, batch_id)
    elif batch.status is not BatchStatus.APPLIED:
        return redirect(url_for("imports.batch", batch_id=batch_id))
    page = render_template(
        "imports/undo.html", batch=batch, kind_name=KIND_NAMES[batch.kind], obstacle=obstacle
    )
    return (page, 409) if obstacle else page
