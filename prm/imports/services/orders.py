"""Orders from a file."""

from __future__ import annotations

from typing import Any

from prm.deals.models import Deal
from prm.imports.matching import select_by
from prm.imports.models import ImportBatch, RowOutcome
from prm.imports.services.changes import insert_rows, update_rows
from prm.imports.services.invoices import link_waiting_invoices
from prm.imports.services.rows import FileRow, Planned, Run
from prm.imports.services.sales import (
    differing,
    load_customers,
    note_unmatched,
    sales_values,
    settle_names,
    with_keys,
    write_made,
)
from prm.infra.importing import ParsedRow
from prm.revenue.models import Order


def plan_orders(run: Run, rows: list[FileRow]) -> list[Planned]:
    """What a chunk of rows does."""
    parsed = [row for row in rows if isinstance(row, ParsedRow)]
    ids = [str(row.values["external_id"]) for row in parsed]
    orders = {
        order.external_id: order
        for order in select_by(Order, Order.external_id, ids, Order.source_system == run.source)
    }
    named = [str(row.values["deal_external_id"]) for row in parsed if row.values["deal_external_id"]]
    deals = {
        deal.external_id: deal.id
        for deal in select_by(Deal, Deal.external_id, named, Deal.source_system == run.source)
    }
    load_customers(run, rows)
    return [_plan(run, row, orders, deals) for row in rows]


def _plan(run: Run, row: FileRow, orders: dict[str, Order], deals: dict[str, int]) -> Planned:
    if not isinstance(row, ParsedRow):
        return run.rejected(row, *row.reasons)
    external_id = str(row.values["external_id"])
    if duplicate := run.first_seen(row, "external_id", ("id", external_id)):
        return run.rejected(row, duplicate)
    values, reasons = sales_values(run, row)
    if reasons:
        return run.rejected(row, *reasons)
    values["ordered_on"] = row.values["ordered_on"]
    values["is_derived"] = False  # what the source states itself no longer follows a deal
    named = row.values["deal_external_id"]
    if run.has("deal_external_id"):
        values["deal_external_id"] = named
        if named and named not in deals:
            run.unmatched["deal_external_id", str(named)] += 1
    note_unmatched(run, values)
    settle_names(run, row, values)
    if (order := orders.get(external_id)) is None:
        whole = {
            "customer_name": "",
            "product_name": "",
            "currency": run.currency,
            "source_system": run.source,
            "external_id": external_id,
            "received_at": run.started_at,
            "deal_id": deals.get(str(named)) if named else None,
            **values,
        }
        return Planned(row.line, row.raw, RowOutcome.INSERTED, whole)
    changed = differing(order, values)
    if "deal_external_id" in changed:
        changed["deal_id"] = deals.get(str(named)) if named else None
    outcome = RowOutcome.UPDATED if changed else RowOutcome.UNCHANGED
    return Planned(row.line, row.raw, outcome, changed, order)


def apply_orders(run: Run, batch: ImportBatch, planned: list[Planned]) -> None:
    """Write a chunk."""
    write_made(run, batch)

    def traced(row: Planned) -> dict[str, Any]:
        return with_keys(row.values) | {"batch_id": batch.id, "line": row.line}

    new = [(row.line, traced(row)) for row in planned if row.outcome is RowOutcome.INSERTED]
    keys = insert_rows(batch, Order, new)
    link_waiting_invoices(
        run.source, {values["external_id"]: key for (_, values), key in zip(new, keys, strict=True)}
    )
    update_rows(
        batch,
        [(row.line, row.existing, traced(row)) for row in planned if row.outcome is RowOutcome.UPDATED],
    )
