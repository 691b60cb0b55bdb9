"""Invoices from a file; each finds its order whichever comes first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select, update

from prm.extensions import db
from prm.imports.matching import chunks, select_by
from prm.imports.models import ImportBatch, ImportChange, RowOutcome
from prm.imports.services.changes import TYPE_OF, insert_rows, update_rows
from prm.imports.services.rows import FileRow, Planned, Run
from prm.infra.importing import ParsedRow, Reason
from prm.infra.money import Money
from prm.infra.wording import N_, Notice
from prm.revenue.models import Invoice, Order

DUE_BEFORE = N_("An invoice is not due before its date.")


def plan_invoices(run: Run, rows: list[FileRow]) -> list[Planned]:
    """What a chunk of rows does."""
    parsed = [row for row in rows if isinstance(row, ParsedRow)]
    ids = [str(row.values["external_id"]) for row in parsed]
    existing = {
        invoice.external_id: invoice
        for invoice in select_by(Invoice, Invoice.external_id, ids, Invoice.source_system == run.source)
    }
    named = [str(row.values["order_external_id"]) for row in parsed if row.values["order_external_id"]]
    orders = orders_named(run.source, named)
    return [_plan(run, row, existing, orders) for row in rows]


def orders_named(source: str, external_ids: Sequence[str]) -> dict[str, int]:
    """External id → key of the orders that one source calls so."""
    return {
        order.external_id: order.id
        for order in select_by(Order, Order.external_id, external_ids, Order.source_system == source)
    }


def _plan(run: Run, row: FileRow, existing: dict[str, Invoice], orders: dict[str, int]) -> Planned:
    if not isinstance(row, ParsedRow):
        return run.rejected(row, *row.reasons)
    external_id = str(row.values["external_id"])
    if duplicate := run.first_seen(row, "external_id", ("id", external_id)):
        return run.rejected(row, duplicate)
    reasons: list[Reason] = []
    partner = run.partners.find(str(row.values["partner"]))
    if isinstance(partner, Notice):
        reasons.append(run.refusal(row, "partner", partner))
    invoiced_on, due_on = row.values["invoiced_on"], row.values["due_on"]
    if due_on is not None and due_on < invoiced_on:  # type: ignore[operator]
        reasons.append(run.refusal(row, "due_on", Notice("due_before", DUE_BEFORE)))
    if reasons:
        return run.rejected(row, *reasons)
    amount = row.values["amount"]
    assert isinstance(amount, Money)
    values: dict[str, Any] = {
        "partnership_id": partner,
        "invoiced_on": invoiced_on,
        "amount_minor": amount.minor,
        "currency": amount.currency,
    }
    if run.has("due_on"):
        values["due_on"] = due_on
    if run.has("order_external_id"):
        named = values["order_external_id"] = str(row.values["order_external_id"] or "")
        if named and named not in orders:
            run.unmatched["order_external_id", named] += 1
    invoice = existing.get(external_id)
    if invoice is None:
        whole = {
            "source_system": run.source,
            "external_id": external_id,
            "received_at": run.started_at,
            "order_id": orders.get(values.get("order_external_id", "")),
            **values,
        }
        return Planned(row.line, row.raw, RowOutcome.INSERTED, whole)
    changed = {name: value for name, value in values.items() if getattr(invoice, name) != value}
    if "order_external_id" in changed:
        changed["order_id"] = orders.get(changed["order_external_id"])
    outcome = RowOutcome.UPDATED if changed else RowOutcome.UNCHANGED
    return Planned(row.line, row.raw, outcome, changed, invoice)


def apply_invoices(run: Run, batch: ImportBatch, planned: list[Planned]) -> None:
    """Write a chunk."""

    def traced(row: Planned) -> dict[str, Any]:
        return row.values | {"batch_id": batch.id, "line": row.line}

    insert_rows(
        batch, Invoice, [(row.line, traced(row)) for row in planned if row.outcome is RowOutcome.INSERTED]
    )
    update_rows(
        batch,
        [(row.line, row.existing, traced(row)) for row in planned if row.outcome is RowOutcome.UPDATED],
    )


# -- orders that come later, or go -------------------------------------------------------------


def link_waiting_invoices(source: str, orders: Mapping[str, int]) -> None:
    """Invoices that came before their order find it now. `orders`: external id → key."""
    for some in chunks(orders, 1000):
        waiting = select(Invoice).where(
            Invoice.order_id.is_(None), Invoice.source_system == source, Invoice.order_external_id.in_(some)
        )
        for invoice in db.session.scalars(waiting):
            invoice.order_id = orders[invoice.order_external_id]
    db.session.flush()


def let_invoices_wait(order_keys: Sequence[int]) -> None:
    """Orders are about to go: their invoices stay and wait for one of that name."""
    for some in chunks(order_keys, 1000):
        db.session.execute(
            update(Invoice)
            .where(Invoice.order_id.in_(some))
            .values(order_id=None)
            .execution_options(synchronize_session=False)
        )


def relink_invoices(batch: ImportBatch) -> None:
    """After an undo: the batch's invoices belong to the orders that they name again."""
    keys = select(ImportChange.entity_id).where(
        ImportChange.batch_id == batch.id, ImportChange.entity_type == TYPE_OF[Invoice]
    )
    invoices = list(db.session.scalars(select(Invoice).where(Invoice.id.in_(keys))))
    orders = orders_named(batch.source, [each.order_external_id for each in invoices])
    for invoice in invoices:
        invoice.order_id = orders.get(invoice.order_external_id)
    db.session.flush()
