"""From an uploaded file to a confirmed batch, and the worker's part of it.

A draft changes nothing. What a batch's status says is the truth: a job only advances it, and only
once, however often it runs or is killed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import select, update

from prm.access import Actor, visible
from prm.errors import Conflict, DomainError, NotFound
from prm.extensions import db
from prm.imports.fields import fields_of
from prm.imports.models import BatchStatus, ImportBatch, ImportKind
from prm.imports.options import ImportOptions
from prm.imports.reading import look_into, open_file, prepare_file, settle_mapping
from prm.imports.report import ImportReport
from prm.imports.services.locking import lock_imports
from prm.imports.services.mappings import fitting, open_as_last_time, remember_mapping
from prm.imports.services.people import on_behalf_of
from prm.imports.services.running import (
    apply_prepared,
    clean_source,
    keep_file,
    plan_import,
    reporting_currency,
)
from prm.infra import clock, storage
from prm.infra.db import claim
from prm.journal.services import announce, record
from prm.permissions import P

#: Files of up to this many rows are checked while the person waits, larger ones by the worker.
CHECKED_AT_ONCE = 12_000
#: What can still be thrown away: it has changed nothing.
DISCARDABLE = (BatchStatus.DRAFT, BatchStatus.CHECKING, BatchStatus.CHECKED, BatchStatus.FAILED)


def upload_file(actor: Actor, content: bytes, filename: str, *, kind: ImportKind, source: str) -> ImportBatch:
    """Keep a file as a draft, with the mapping last used for this kind and source.

    Raises DomainError (fields `file`, `source`) where it is no table or the source has no name.
    """
    source = clean_source(source)
    table, options = open_as_last_time(actor, content, filename, kind, source)
    file = keep_file(actor, content, filename)
    batch = ImportBatch(
        vendor_id=actor.vendor_id,
        kind=kind,
        source=source,
        file_id=file.id,
        options=options.as_json(),
        file_facts=look_into(table, kind, options),
        status=BatchStatus.DRAFT,
        created_by_id=actor.user_id,
        created_at=clock.now(),
    )
    db.session.add(batch)
    db.session.flush()
    return batch


def reread_batch(
    actor: Actor, batch_id: UUID, *, encoding: str | None, delimiter: str | None, sheet: str | None
) -> ImportBatch:
    """Read a draft's file in another way; None has it found out. Columns it then lacks are let go.

    Raises DomainError (field `encoding`, `delimiter` or `sheet`) where the file cannot be read so.
    """
    batch = _open_draft(actor, batch_id)
    stated = ImportOptions.from_json(
        {**batch.options, "encoding": encoding, "delimiter": delimiter, "sheet": sheet}
    )
    table = open_file(storage.read(batch.file.key), batch.file.name, stated)
    options = fitting(stated, table, batch.kind)
    batch.options = options.as_json()
    batch.file_facts = look_into(table, batch.kind, options)
    batch.counts = {}
    batch.status = BatchStatus.DRAFT
    batch.failure = None
    return batch


def check_options(batch: ImportBatch, options: ImportOptions) -> None:
    """What can be told without reading the file. Raises DomainError (field `columns`)."""
    settle_mapping(tuple(batch.file_facts["columns"]), fields_of(batch.kind), options)


def plan_batch(actor: Actor, batch: ImportBatch, options: ImportOptions) -> ImportReport:
    """The dry run of a batch with these options; reads only. Raises DomainError as plan_import does."""
    return plan_import(
        actor, storage.read(batch.file.key), batch.file.name,
        kind=batch.kind, source=batch.source, options=options,
    )  # fmt: skip


def save_checked(actor: Actor, batch_id: UUID, options: ImportOptions, report: ImportReport) -> ImportBatch:
    """Keep options together with the dry run that was made with them."""
    batch = _open_draft(actor, batch_id)
    batch.options = options.as_json()
    batch.counts = report.counts() | {"findings": report.findings}
    batch.status = BatchStatus.CHECKED
    batch.failure = None
    _remember(actor, batch, options)
    return batch


def ask_for_check(actor: Actor, batch_id: UUID, options: ImportOptions) -> ImportBatch:
    """Keep options and make the dry run due: the worker does it."""
    batch = _open_draft(actor, batch_id)
    batch.options = options.as_json()
    batch.counts = {}
    batch.status = BatchStatus.CHECKING
    batch.failure = None
    _remember(actor, batch, options)
    announce(actor, "import.check_due", batch)
    return batch


def _remember(actor: Actor, batch: ImportBatch, options: ImportOptions) -> None:
    words = batch.file_facts.get("values", {}).get(options.columns.get("stage") or "", {})
    remember_mapping(actor, batch.kind, batch.source, options, words)


def confirm_batch(actor: Actor, batch_id: UUID) -> ImportBatch:
    """Let the worker apply a checked batch (or try a failed one again).

    Raises Conflict where it was not checked, or was confirmed already.
    """
    batch = _get(actor, batch_id)
    claim(
        update(ImportBatch)
        .where(
            ImportBatch.id == batch.id,
            ImportBatch.status.in_([BatchStatus.CHECKED, BatchStatus.FAILED]),
        )
        .values(status=BatchStatus.DUE, failure=None),
        _("This import was confirmed already, or has to be checked again."),
    )
    db.session.refresh(batch)
    record(actor, "import.confirmed", batch, facts={"kind": batch.kind.value, "source": batch.source})
    return batch


def discard_batch(actor: Actor, batch_id: UUID) -> None:
    """Throw a draft away. Raises Conflict where it is due or was applied."""
    batch = _get(actor, batch_id)
    if batch.status not in DISCARDABLE:
        raise Conflict(_("Only an import that has not been applied can be discarded."))
    file = batch.file
    db.session.delete(batch)
    db.session.flush()
    db.session.delete(file)


def _get(actor: Actor, batch_id: UUID) -> ImportBatch:
    batch = db.session.scalars(
        visible(select(ImportBatch).where(ImportBatch.public_id == batch_id), actor, P.IMPORT_RUN)
    ).one_or_none()
    if batch is None:
        raise NotFound
    return batch


def _open_draft(actor: Actor, batch_id: UUID) -> ImportBatch:
    batch = _get(actor, batch_id)
    if batch.status not in DISCARDABLE:
        raise Conflict(_("This import was confirmed already; its options can no longer change."))
    return batch


# -- the worker's part -------------------------------------------------------------------------


def due_batches() -> list[tuple[int, BatchStatus]]:
    """(key, status) of the served vendor's batches that wait for the worker, oldest first."""
    statement = (
        select(ImportBatch.id, ImportBatch.status)
        .where(ImportBatch.status.in_([BatchStatus.DUE, BatchStatus.CHECKING]))
        .order_by(ImportBatch.id)
    )
    return [(key, status) for key, status in db.session.execute(statement)]


def apply_due_batch(actor: Actor, batch_id: int) -> None:
    """Apply a confirmed batch; nothing where it is no longer due.

    The claim stands in the transaction that writes the rows: killed at any point, the batch is as
    due as before; run twice, the second finds nothing to claim. Raises DomainError as run_import.
    """
    lock_imports(actor)
    claimed = db.session.execute(
        update(ImportBatch)
        .where(ImportBatch.id == batch_id, ImportBatch.status == BatchStatus.DUE)
        .values(status=BatchStatus.APPLIED, applied_at=clock.now())
        .execution_options(synchronize_session=False)
    )
    if claimed.rowcount != 1:  # type: ignore[attr-defined]
        return
    batch = db.session.scalars(select(ImportBatch).where(ImportBatch.id == batch_id)).one()
    prepared = prepare_file(
        storage.read(batch.file.key), batch.file.name, batch.kind,
        ImportOptions.from_json(batch.options), reporting_currency(actor),
    )  # fmt: skip
    apply_prepared(on_behalf_of(actor, batch), batch, prepared, batch.file)


def mark_failed(actor: Actor, batch_id: int, reason: str) -> None:
    """A due batch that cannot be applied: what it says is shown, and it can be tried again."""
    failed = db.session.execute(
        update(ImportBatch)
        .where(ImportBatch.id == batch_id, ImportBatch.status == BatchStatus.DUE)
        .values(status=BatchStatus.FAILED, failure=reason[:500])
        .execution_options(synchronize_session=False)
    )
    if failed.rowcount == 1:  # type: ignore[attr-defined]
        batch = db.session.scalars(select(ImportBatch).where(ImportBatch.id == batch_id)).one()
        record(actor, "import.failed", batch, facts={"kind": batch.kind.value, "source": batch.source})


def check_due_batch(actor: Actor, batch_id: int) -> Mapping[str, Any] | None:
    """The values of a CHECKING batch after its dry run; None where it is no longer due. Reads only."""
    batch = db.session.scalars(
        select(ImportBatch).where(ImportBatch.id == batch_id, ImportBatch.status == BatchStatus.CHECKING)
    ).one_or_none()
    if batch is None:
        return None
    try:
        report = plan_batch(on_behalf_of(actor, batch), batch, ImportOptions.from_json(batch.options))
    except DomainError as error:
        said = " ".join(dict.fromkeys([str(error), *error.fields.values()]))
        return {"status": BatchStatus.DRAFT, "failure": said[:500]}
    counts = report.counts() | {"findings": report.findings}
    return {"status": BatchStatus.CHECKED, "counts": counts, "failure": None}


def keep_check(batch_id: int, values: Mapping[str, Any]) -> None:
    """Write what a dry run found, unless the person has moved on meanwhile."""
    db.session.execute(
        update(ImportBatch)
        .where(ImportBatch.id == batch_id, ImportBatch.status == BatchStatus.CHECKING)
        .values(**values)
        .execution_options(synchronize_session=False)
    )
