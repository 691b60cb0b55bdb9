"""Payments from a file, each on an invoice of the same source."""

from __future__ import annotations

from typing import Any

from prm.imports.matching import select_by
from prm.imports.models import ImportBatch, RowOutcome
from prm.imports.services.changes import insert_rows, update_rows
from prm.imports.services.rows import FileRow, Planned, Run
from prm.infra.importing import ParsedRow
from prm.infra.money import Money
from prm.infra.wording import N_, Notice
from prm.revenue.models import Invoice, Payment

UNKNOWN_INVOICE = N_("No invoice of this source has this external id.")
OTHER_CURRENCY = N_("The invoice is in %(currency)s; nothing is converted.")


def plan_payments(run: Run, rows: list[FileRow]) -> list[Planned]:
    """What a chunk of rows does."""
    parsed = [row for row in rows if isinstance(row, ParsedRow)]
    ids = [str(row.values["external_id"]) for row in parsed]
    existing = {
        payment.external_id: payment
        for payment in select_by(Payment, Payment.external_id, ids, Payment.source_system == run.source)
    }
    named = [str(row.values["invoice_external_id"]) for row in parsed]
    invoices = {
        invoice.external_id: invoice
        for invoice in select_by(Invoice, Invoice.external_id, named, Invoice.source_system == run.source)
    }
    return [_plan(run, row, existing, invoices) for row in rows]


def _plan(run: Run, row: FileRow, existing: dict[str, Payment], invoices: dict[str, Invoice]) -> Planned:
    if not isinstance(row, ParsedRow):
        return run.rejected(row, *row.reasons)
    external_id = str(row.values["external_id"])
    if duplicate := run.first_seen(row, "external_id", ("id", external_id)):
        return run.rejected(row, duplicate)
    invoice = invoices.get(str(row.values["invoice_external_id"]))
    if invoice is None:
        notice = Notice("invoice_unknown", UNKNOWN_INVOICE)
        return run.rejected(row, run.refusal(row, "invoice_external_id", notice))
    amount = row.values["amount"]
    assert isinstance(amount, Money)
    if amount.currency != invoice.currency:
        notice = Notice("payment_currency", OTHER_CURRENCY, {"currency": invoice.currency})
        return run.rejected(row, run.refusal(row, "currency" if run.has("currency") else "amount", notice))
    values: dict[str, Any] = {
        "invoice_id": invoice.id,
        "paid_on": row.values["paid_on"],
        "amount_minor": amount.minor,
        "currency": amount.currency,
    }
    payment = existing.get(external_id)
    if payment is None:
        whole = {
            "source_system": run.source,
            "external_id": external_id,
            "received_at": run.started_at,
            **values,
        }
        return Planned(row.line, row.raw, RowOutcome.INSERTED, whole)
    changed = {name: value for name, value in values.items() if getattr(payment, name) != value}
    outcome = RowOutcome.UPDATED if changed else RowOutcome.UNCHANGED
    return Planned(row.line, row.raw, outcome, changed, payment)


def apply_payments(run: Run, batch: ImportBatch, planned: list[Planned]) -> None:
    """Write a chunk."""

    def traced(row: Planned) -> dict[str, Any]:
        return row.values | {"batch_id": batch.id, "line": row.line}

    insert_rows(
        batch, Payment, [(row.line, traced(row)) for row in planned if row.outcome is RowOutcome.INSERTED]
    )
    update_rows(
        batch,
        [(row.line, row.existing, traced(row)) for row in planned if row.outcome is RowOutcome.UPDATED],
    )
