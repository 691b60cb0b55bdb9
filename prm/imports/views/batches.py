"""The list of imports, and one import: its dry run, its progress, its outcome line by line."""

from __future__ import annotations

from functools import partial
from typing import Any
from uuid import UUID

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import Select, func
from sqlalchemy.orm import selectinload
from werkzeug.wrappers import Response

from prm.access import current_actor, requires
from prm.extensions import db
from prm.imports import queries
from prm.imports.labels import (
    DECISION_NAMES,
    FIELD_NAMES,
    KIND_NAMES,
    OUTCOME_LOOKS,
    OUTCOME_NAMES,
    STATUS_LOOKS,
    STATUS_NAMES,
)
from prm.imports.models import BatchStatus, ImportBatch, ImportKind, ImportRow, RowOutcome
from prm.imports.report import say_reason
from prm.imports.views.blueprint import blueprint
from prm.infra.tables import Column, Filter, TableSpec, paginate
from prm.permissions import P
from prm.vendors.models import StoredFile


@blueprint.get("/<slug:vendor>/imports/")
@requires(P.IMPORT_VIEW)
def index() -> str:
    """Every import, newest first."""
    actor = current_actor()
    statement = queries.batches(actor).join(ImportBatch.file)
    display = queries.batches(actor).options(
        selectinload(ImportBatch.file), selectinload(ImportBatch.created_by)
    )
    page = paginate(
        db.session(), statement, _batches_spec(queries.list_sources(actor)), request.args,
        partial(url_for, "imports.index"), display=display,
    )  # fmt: skip
    return render_template(
        "imports/index.html",
        table_page=page,
        unmatched=queries.list_unmatched(actor),
        kind_names=KIND_NAMES,
        status_names=STATUS_NAMES,
        status_looks=STATUS_LOOKS,
    )


def _batches_spec(sources: list[str]) -> TableSpec:
    return TableSpec(
        key=ImportBatch.id,
        columns=[
            Column("file", _("File"), sort=func.lower(StoredFile.name)),
            Column("kind", _("Kind"), sort=ImportBatch.kind),
            Column("source", _("Source"), sort=ImportBatch.source),
            Column("status", _("Status"), sort=ImportBatch.status),
            Column("inserted", _("New"), is_numeric=True),
            Column("updated", _("Changed"), is_numeric=True),
            Column("rejected", _("Rejected"), is_numeric=True),
            Column("created", _("Received"), sort=ImportBatch.id),
        ],
        default_sort="-created",
        search=[StoredFile.name, ImportBatch.source],
        filters=[
            Filter("kind", _("Kind"), [(k.value, n) for k, n in KIND_NAMES.items()], _of_kind),
            Filter("status", _("Status"), [(s.value, n) for s, n in STATUS_NAMES.items()], _of_status),
            Filter("source", _("Source"), [(source, source) for source in sources], _of_source),
        ],
    )


def _of_kind(statement: Select[Any], value: str) -> Select[Any]:
    return statement.where(ImportBatch.kind == ImportKind(value))


def _of_status(statement: Select[Any], value: str) -> Select[Any]:
    return statement.where(ImportBatch.status == BatchStatus(value))


def _of_source(statement: Select[Any], value: str) -> Select[Any]:
    return statement.where(ImportBatch.source == value)


@blueprint.get("/<slug:vendor>/imports/<uuid:batch_id>")
@requires(P.IMPORT_VIEW)
def batch(batch_id: UUID) -> str | Response:
    """One import, wherever it stands."""
    actor = current_actor()
    found = queries.get_batch(actor, batch_id)
    if found.status is BatchStatus.DRAFT and actor.can(P.IMPORT_RUN) and not found.failure:
        return redirect(url_for("imports.mapping", batch_id=batch_id))
    counts = found.counts or {}
    is_done = found.status in (BatchStatus.APPLIED, BatchStatus.UNDONE)
    lines = _lines(found) if is_done else None
    return render_template(
        "imports/batch.html",
        batch=found,
        counts=counts,
        changes_something=any(counts.get(name) for name in ("inserted", "updated", "orders_derived")),
        is_waiting=found.status in (BatchStatus.CHECKING, BatchStatus.DUE),
        is_checked=found.status is BatchStatus.CHECKED,
        is_done=is_done,
        kind_name=KIND_NAMES[found.kind],
        status_name=STATUS_NAMES[found.status],
        status_look=STATUS_LOOKS[found.status],
        field_names=FIELD_NAMES,
        unmatched=counts.get("unmatched", []),
        conflicts=queries.list_conflicts(actor, found) if is_done else [],
        planned_conflicts=counts.get("conflict_rows", []) if not is_done else [],
        planned_changes=counts.get("change_rows", []) if not is_done else [],
        decision_names=DECISION_NAMES,
        rejected_groups=[
            {**group, "reason": say_reason(group)} for group in counts.get("rejected_groups", [])
        ],
        table_page=lines,
        entities=queries.entities_of_lines(actor, found, [row.line for row in lines.rows]) if lines else {},
        say_reason=say_reason,
        outcome_names=OUTCOME_NAMES,
        outcome_looks=OUTCOME_LOOKS,
    )


def _lines(found: ImportBatch) -> Any:
    """The lines of an import that changed something or were rejected."""
    spec = TableSpec(
        key=ImportRow.id,
        columns=[
            Column("line", _("Line"), sort=ImportRow.line),
            Column("outcome", _("Outcome"), sort=ImportRow.outcome),
            Column("record", _("Record")),
            Column("cells", _("Cells of the line")),
        ],
        default_sort="line",
        filters=[
            Filter(
                "outcome",
                _("Outcome"),
                [(outcome.value, name) for outcome, name in OUTCOME_NAMES.items()],
                lambda statement, value: statement.where(ImportRow.outcome == RowOutcome(value)),
            ),
        ],
    )
    return paginate(
        db.session(), queries.batch_rows(current_actor(), found), spec, request.args,
        partial(url_for, "imports.batch", batch_id=found.public_id),
    )  # fmt: skip
