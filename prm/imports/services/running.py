"""One file from bytes to rows: planned in chunks, and written in the same transaction or not at all."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from pathlib import PurePosixPath, PureWindowsPath
from typing import Any

from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import insert, select

from prm.access import Actor
from prm.errors import DomainError
from prm.extensions import db
from prm.imports.fields import MAX_SOURCE
from prm.imports.matching import chunks, load_partners, load_products
from prm.imports.models import (
    BatchStatus,
    ImportBatch,
    ImportKind,
    ImportRow,
    RowOutcome,
)
from prm.imports.options import ImportOptions
from prm.imports.reading import PreparedFile, prepare_file
from prm.imports.report import KEPT_GROUPS, ImportReport, keep_reason
from prm.imports.services.changes import IN_ONE
from prm.imports.services.conflicts import keep_clashes
from prm.imports.services.deals import apply_deals, plan_deals
from prm.imports.services.invoices import apply_invoices, plan_invoices
from prm.imports.services.learning import (
    apply_certificates,
    apply_completions,
    plan_certificates,
    plan_completions,
)
from prm.imports.services.locking import lock_imports
from prm.imports.services.mappings import remember_mapping
from prm.imports.services.orders import apply_orders, plan_orders
from prm.imports.services.partners import apply_partners, plan_partners
from prm.imports.services.payments import apply_payments, plan_payments
from prm.imports.services.people import apply_people, plan_people
from prm.imports.services.preview import describe_changes
from prm.imports.services.products import apply_products, plan_products
from prm.imports.services.rows import FileRow, Planned, Run
from prm.imports.services.targets import apply_targets, plan_targets
from prm.infra import clock, metrics
from prm.infra.db import after_commit
from prm.journal.services import record
from prm.partners.services import MANUAL
from prm.vendors import files
from prm.vendors.models import StoredFile, Vendor

CHUNK = 2000  # rows planned and written at a time: bounds memory, whatever the file holds

Plan = Callable[[Run, list[FileRow]], list[Planned]]
Apply = Callable[[Run, ImportBatch, list[Planned]], None]
KINDS: dict[ImportKind, tuple[Plan, Apply]] = {
    ImportKind.PARTNERS: (plan_partners, apply_partners),
    ImportKind.PRODUCTS: (plan_products, apply_products),
    ImportKind.DEALS: (plan_deals, apply_deals),
    ImportKind.ORDERS: (plan_orders, apply_orders),
    ImportKind.INVOICES: (plan_invoices, apply_invoices),
    ImportKind.PAYMENTS: (plan_payments, apply_payments),
    ImportKind.TARGETS: (plan_targets, apply_targets),
    ImportKind.PEOPLE: (plan_people, apply_people),
    ImportKind.COMPLETIONS: (plan_completions, apply_completions),
    ImportKind.CERTIFICATES: (plan_certificates, apply_certificates),
}


def plan_import(
    actor: Actor, content: bytes, filename: str, *, kind: ImportKind, source: str, options: ImportOptions
) -> ImportReport:
    """The dry run: what importing this file would do now. Changes nothing.

    Raises DomainError where the file as a whole cannot be read as the options say.
    """
    source = clean_source(source)
    return _run(actor, _prepared(actor, content, filename, kind, options), source, options, None)


def run_import(
    actor: Actor, content: bytes, filename: str, *, kind: ImportKind, source: str, options: ImportOptions
) -> ImportReport:
    """Import a file at once: all its good rows, in the open transaction.

    Raises DomainError where the file as a whole cannot be read; nothing is changed then.
    """
    source = clean_source(source)
    prepared = _prepared(actor, content, filename, kind, options)
    file = keep_file(actor, content, filename)
    batch = ImportBatch(
        vendor_id=actor.vendor_id,
        kind=kind,
        source=source,
        file_id=file.id,
        options=options.as_json(),
        file_facts={"columns": list(prepared.table.columns), "delimiter": prepared.table.delimiter},
        status=BatchStatus.DUE,
        created_by_id=actor.user_id,
        created_at=clock.now(),
    )
    db.session.add(batch)
    db.session.flush()
    remember_mapping(actor, kind, source, options)
    return apply_prepared(actor, batch, prepared, file)


def apply_prepared(
    actor: Actor, batch: ImportBatch, prepared: PreparedFile, file: StoredFile
) -> ImportReport:
    """Write what a prepared file says and mark the batch applied, with one journal entry."""
    lock_imports(actor)
    options = ImportOptions.from_json(batch.options)
    report = _run(actor, prepared, batch.source, options, batch)
    report.batch = batch.public_id
    batch.counts = report.counts() | {"findings": report.findings}
    batch.status = BatchStatus.APPLIED
    batch.failure = None
    batch.applied_at = clock.now()
    db.session.flush()
    counts = {name: value for name, value in report.counts().items() if isinstance(value, int)}
    if not report.conflicts:
        del counts["conflicts"]
    record(
        actor,
        "import.applied",
        batch,
        facts={"kind": batch.kind.value, "source": batch.source, "sha256": file.sha256, **counts},
    )
    _measure(batch.kind, counts)
    return report


def _measure(kind: ImportKind, counts: dict[str, int]) -> None:
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    outcomes = {each.value: counts[each.value] for each in RowOutcome if each.value in counts}
    after_commit(lambda: metrics.count_import_rows(app, kind.value, outcomes))


def _prepared(
    actor: Actor, content: bytes, filename: str, kind: ImportKind, options: ImportOptions
) -> PreparedFile:
    return prepare_file(content, filename, kind, options, reporting_currency(actor))


def reporting_currency(actor: Actor) -> str:
    """The currency of amounts whose row names none."""
    return db.session.scalars(select(Vendor.currency).where(Vendor.id == actor.vendor_id)).one()


def _run(
    actor: Actor,
    prepared: PreparedFile,
    source: str,
    options: ImportOptions,
    batch: ImportBatch | None,
) -> ImportReport:
    plan, apply = KINDS[prepared.kind]
    run = Run(
        actor=actor,
        source=source,
        options=options,
        prepared=prepared,
        currency=reporting_currency(actor),
        batch=batch,
        partners=load_partners(source),
        products=load_products(),
    )
    for chunk in chunks(prepared.rows(), CHUNK):
        planned = plan(run, chunk)
        run.count(planned)
        _describe(run, planned)
        if batch is not None:
            apply(run, batch, planned)
            keep_clashes(batch, [(row.line, row.clashes) for row in planned if row.clashes])
            _keep_rows(batch, planned, prepared.kind)
        for row in planned:
            if row.existing is not None and row.existing in db.session:
                db.session.expunge(row.existing)
    report = run.finish()
    report.delimiter = prepared.table.delimiter
    return report


def _describe(run: Run, planned: list[Planned]) -> None:
    """What the first rows that change would change, while they are as they were."""
    kept = run.report.changes
    for row in planned:
        if len(kept) >= KEPT_GROUPS:
            return
        if row.outcome is RowOutcome.UPDATED and row.existing is not None:
            kept += describe_changes(row, run.actor.locale)[: KEPT_GROUPS - len(kept)]


def _keep_rows(batch: ImportBatch, planned: list[Planned], kind: ImportKind) -> None:
    """The lines that changed something or were rejected, with their cells as they came.

    Of people only what is to be mended is kept a second time.
    """
    kept: list[dict[str, Any]] = [
        {
            "batch_id": batch.id,
            "line": row.line,
            "outcome": row.outcome,
            "raw": {} if kind.is_about_people and not row.reasons else row.raw,
            "reasons": [keep_reason(reason) for reason in row.reasons],
        }
        for row in planned
        if row.outcome is not RowOutcome.UNCHANGED or row.order is not None or row.clashes
    ]
    if kept:
        db.session.execute(insert(ImportRow), kept, execution_options=IN_ONE)


def keep_file(actor: Actor, content: bytes, filename: str) -> StoredFile:
    """Keep what somebody gave to import."""
    media_type = _XLSX if content.startswith(b"PK") else "text/csv"
    return files.keep_file(actor, content, name=clean_filename(filename), media_type=media_type)


_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def clean_filename(filename: str) -> str:
    """The last part of a path, printable and not too long: a name to show, never a place."""
    name = PureWindowsPath(PurePosixPath(filename).name).name
    name = "".join(c for c in name if c.isprintable() and unicodedata.category(c) != "Cs").strip()
    return name[-150:] or "file.csv"


def clean_source(source: str) -> str:
    """The name of a source system. Raises DomainError (field `source`)."""
    name = " ".join(source.split())
    if not name or len(name) > MAX_SOURCE or not name.isprintable():
        message = _("Name the source system in at most %(limit)s characters.", limit=MAX_SOURCE)
        raise DomainError(message, {"source": message})
    if name == MANUAL:
        message = _("“%(name)s” is kept for what people enter here. Use another name.", name=name)
        raise DomainError(message, {"source": message})
    return name
