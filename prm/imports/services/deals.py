"""Deals from a file, and the orders that won ones become."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from prm.deals.models import Deal, DealStage
from prm.extensions import db
from prm.imports.matching import chunks, select_by
from prm.imports.models import ImportBatch, RowOutcome
from prm.imports.services.changes import delete_rows, insert_rows, update_rows
from prm.imports.services.invoices import let_invoices_wait, link_waiting_invoices
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
from prm.infra.importing import ParsedRow, Reason
from prm.infra.wording import N_, Notice
from prm.revenue.models import Order

NO_CLOSE_DATE = N_("A won deal needs a closing date to become an order.")
NO_AMOUNT = N_("A won deal needs an amount to become an order.")
#: What an order takes over from the deal it is derived from.
TAKEN_OVER = (
    "partnership_id", "customer_id", "customer_name", "product_id", "product_name", "amount_minor",
    "currency",
)  # fmt: skip


def plan_deals(run: Run, rows: list[FileRow]) -> list[Planned]:
    """What a chunk of rows does."""
    ids = [str(row.values["external_id"]) for row in rows if isinstance(row, ParsedRow)]
    deals = {
        deal.external_id: deal
        for deal in select_by(Deal, Deal.external_id, ids, Deal.source_system == run.source)
    }
    orders = {
        order.external_id: order
        for order in select_by(Order, Order.external_id, ids, Order.source_system == run.source)
    }
    load_customers(run, rows)
    return [_plan(run, row, deals, orders) for row in rows]


def _plan(run: Run, row: FileRow, deals: dict[str, Deal], orders: dict[str, Order]) -> Planned:
    if not isinstance(row, ParsedRow):
        return run.rejected(row, *row.reasons)
    external_id = str(row.values["external_id"])
    if duplicate := run.first_seen(row, "external_id", ("id", external_id)):
        return run.rejected(row, duplicate)
    values, reasons = sales_values(run, row)
    values["stage"] = DealStage(str(row.values["stage"]))
    for name in ("registered_on", "closed_on"):
        if run.has(name):
            values[name] = row.values[name]
    deal, order = deals.get(external_id), orders.get(external_id)
    becomes_order = _becomes_order(run, values["stage"], order)
    if becomes_order:
        reasons += _missing_for_order(run, row, deal, values)
    if reasons:
        return run.rejected(row, *reasons)
    note_unmatched(run, values)
    settle_names(run, row, values)
    if deal is None:
        planned = Planned(row.line, row.raw, RowOutcome.INSERTED, _complete(run, external_id, values))
        effective = planned.values
    else:
        changed = differing(deal, values)
        outcome = RowOutcome.UPDATED if changed else RowOutcome.UNCHANGED
        planned = Planned(row.line, row.raw, outcome, changed, deal)
        effective = {
            name: changed.get(name, getattr(deal, name)) for name in (*TAKEN_OVER, "closed_on", "external_id")
        }
    planned.order = _plan_order(order, effective, becomes_order=becomes_order)
    return planned


def _complete(run: Run, external_id: str, values: dict[str, Any]) -> dict[str, Any]:
    return {
        "customer_id": None,
        "customer_name": "",
        "product_id": None,
        "product_name": "",
        "amount_minor": None,
        "currency": run.currency,
        "registered_on": None,
        "closed_on": None,
        "source_system": run.source,
        "external_id": external_id,
        "received_at": run.started_at,
        **values,
    }


def _becomes_order(run: Run, stage: DealStage, order: Order | None) -> bool:
    """A won deal has an order if it was asked for now or had one before; the source's own is left alone."""
    if order is not None and not order.is_derived:
        return False
    return stage is DealStage.WON and (run.options.won_as_orders or order is not None)


def _missing_for_order(run: Run, row: ParsedRow, deal: Deal | None, values: dict[str, Any]) -> list[Reason]:
    missing = []
    for name, column, sentence in (
        ("closed_on", "closed_on", NO_CLOSE_DATE),
        ("amount", "amount_minor", NO_AMOUNT),
    ):
        value = values[column] if column in values else getattr(deal, column, None)
        if value is None:
            missing.append(run.refusal(row, name, Notice(f"won_without_{name}", sentence)))
    return missing


def _plan_order(
    order: Order | None, deal: dict[str, Any], *, becomes_order: bool
) -> tuple[str, Order | None, dict[str, Any]] | None:
    """What happens to the derived order: inserted, updated, deleted (the deal is no longer won), nothing."""
    if not becomes_order:
        return ("delete", order, {}) if order is not None and order.is_derived else None
    values = {name: deal[name] for name in TAKEN_OVER} | {"ordered_on": deal["closed_on"]}
    if order is None:
        return "insert", None, values | {"external_id": deal["external_id"]}
    changed = differing(order, values)
    return ("update", order, changed) if changed else None


# -- writing -----------------------------------------------------------------------------------


def apply_deals(run: Run, batch: ImportBatch, planned: list[Planned]) -> None:
    """Write a chunk: deals, then the orders derived from them, then orders that waited for a deal."""
    write_made(run, batch)
    new = [row for row in planned if row.outcome is RowOutcome.INSERTED]
    keys = insert_rows(
        batch,
        Deal,
        [(row.line, with_keys(row.values) | {"batch_id": batch.id, "line": row.line}) for row in new],
    )
    changed = [row for row in planned if row.outcome is RowOutcome.UPDATED]
    update_rows(
        batch,
        [
            (row.line, row.existing, with_keys(row.values) | {"batch_id": batch.id, "line": row.line})
            for row in changed
        ],
    )
    deal_keys = {row.line: key for row, key in zip(new, keys, strict=True)}
    _apply_orders(run, batch, planned, deal_keys)
    _link_waiting_orders(run, {row.values["external_id"]: deal_keys[row.line] for row in new})


def _apply_orders(run: Run, batch: ImportBatch, planned: list[Planned], deal_keys: dict[int, int]) -> None:
    by_action: dict[str, list[tuple[Planned, Any, dict[str, Any]]]] = {}
    for row in planned:
        if row.order is not None:
            action, order, values = row.order
            traced = with_keys(values) | {"batch_id": batch.id, "line": row.line}
            by_action.setdefault(action, []).append((row, order, traced))
    keys = insert_rows(
        batch,
        Order,
        [
            (
                row.line,
                values
                | {
                    "deal_id": deal_keys[row.line] if row.existing is None else row.existing.id,
                    "deal_external_id": values["external_id"],
                    "is_derived": True,
                    "received_at": run.started_at,
                    "source_system": run.source,
                },
            )
            for row, _, values in by_action.get("insert", [])
        ],
    )
    names = [values["external_id"] for _row, _, values in by_action.get("insert", [])]
    link_waiting_invoices(run.source, dict(zip(names, keys, strict=True)))
    let_invoices_wait([order.id for _row, order, _ in by_action.get("delete", [])])
    update_rows(batch, [(row.line, order, values) for row, order, values in by_action.get("update", [])])
    delete_rows(batch, [(row.line, order) for row, order, _ in by_action.get("delete", [])])


def _link_waiting_orders(run: Run, deals: dict[str, int]) -> None:
    """Orders that came before their deal find it now."""
    for some in chunks(deals, 1000):
        waiting = select(Order).where(
            Order.deal_id.is_(None),
            Order.source_system == run.source,
            Order.deal_external_id.in_(some),
        )
        for order in db.session.scalars(waiting):
            order.deal_id = deals[str(order.deal_external_id)]
    db.session.flush()
