"""Pages of invoices: the list with what is paid and overdue, and one with its payments."""

from __future__ import annotations

from functools import partial
from typing import Any
from uuid import UUID

from flask import render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import Select
from sqlalchemy.orm import selectinload
from werkzeug.wrappers import Response

from prm.access import Actor, current_actor, requires
from prm.deals.listing import currency_sums, export, shown_money, shown_sums
from prm.deals.queries import list_partner_choices
from prm.extensions import db
from prm.imports.queries import find_batch_of, find_row
from prm.infra.money import Money
from prm.infra.tables import Column, Filter, TableSpec, all_rows, narrow, paginate
from prm.partners.models import Partnership
from prm.permissions import P
from prm.revenue import queries
from prm.revenue.labels import STANDING_LOOKS, STANDING_NAMES
from prm.revenue.models import Invoice
from prm.revenue.queries import Standing
from prm.revenue.queries.invoices import today_of_vendor, with_standing
from prm.revenue.views.blueprint import blueprint


@blueprint.get("/<slug:vendor>/revenue/invoices")
@requires(P.ORDER_VIEW)
def invoices() -> str | Response:
    """The invoices within reach: what was paid on each, and what is overdue."""
    actor = current_actor()
    spec = _spec(actor)
    statement = queries.invoices(actor).options(
        selectinload(Invoice.partnership), selectinload(Invoice.order)
    )
    if (form := request.args.get("format")) in ("csv", "xlsx"):
        found = all_rows(db.session(), statement, spec, request.args)
        rows = with_standing(actor, [row if isinstance(row, Invoice) else row[0] for row in found.rows])
        return export(form, _("Invoices"), _exported_columns(), map(_exported, rows), found)
    page = paginate(db.session(), statement, spec, request.args, partial(url_for, "revenue.invoices"))
    sums = currency_sums(narrow(queries.invoices(actor), spec, request.args), Invoice)
    return render_template(
        "revenue/invoices.html",
        table_page=page,
        standings={each.invoice.id: each for each in with_standing(actor, page.rows)},
        sums=shown_sums(sums),
        money=shown_money,
        standing_names=STANDING_NAMES,
        standing_looks=STANDING_LOOKS,
    )


def _spec(actor: Actor) -> TableSpec:
    is_partner = actor.is_partner_side
    today = today_of_vendor(actor)

    def of_standing(statement: Select[Any], value: str) -> Select[Any]:
        return queries.of_standing(statement, Standing(value), today)

    def of_partner(statement: Select[Any], value: UUID) -> Select[Any]:
        return statement.where(Partnership.public_id == value)

    columns = [
        Column("external_id", _("Invoice"), sort=Invoice.external_id),
        Column("invoiced_on", _("Invoiced on"), sort=Invoice.invoiced_on),
        Column("due_on", _("Due on"), sort=Invoice.due_on),
        Column("partner", _("Partner"), sort=Partnership.name_folded),
        Column("standing", _("Standing")),
        Column("amount", _("Amount"), sort=Invoice.amount_minor, is_numeric=True),
        Column("paid", _("Paid"), is_numeric=True),
        Column("open", _("Still open"), is_numeric=True),
    ]
    filters = [
        Filter(
            "standing", _("Standing"), [(each.value, name) for each, name in STANDING_NAMES.items()],
            of_standing,
        ),
    ]  # fmt: skip
    if not is_partner:
        partners = list_partner_choices(actor, P.ORDER_VIEW, request.args.get("partner", ""))
        filters.append(Filter("partner", _("Partner"), partners, of_partner))
    filters += [
        Filter("from", _("From"), kind="date", apply=lambda s, value: s.where(Invoice.invoiced_on >= value)),
        Filter("to", _("To"), kind="date", apply=lambda s, value: s.where(Invoice.invoiced_on <= value)),
    ]
    return TableSpec(
        key=Invoice.id,
        columns=[column for column in columns if not (is_partner and column.key == "partner")],
        default_sort="-invoiced_on",
        search=[Invoice.external_id, Partnership.name, Invoice.order_external_id],
        filters=filters,
    )


def _exported_columns() -> list[str]:
    return [
        _("Invoice"), _("Invoiced on"), _("Due on"), _("Partner"), _("Order"), _("Standing"), _("Amount"),
        _("Paid"), _("Still open"), _("Currency"), _("Source"),
    ]  # fmt: skip


def _exported(row: queries.InvoiceStanding) -> list[object]:
    invoice = row.invoice
    return [
        invoice.external_id, invoice.invoiced_on, invoice.due_on, invoice.partnership.name,
        invoice.order_external_id or None, STANDING_NAMES[row.standing],
        Money(invoice.amount_minor, invoice.currency), Money(row.paid_minor, invoice.currency),
        Money(row.open_minor, invoice.currency), invoice.currency, invoice.source_system,
    ]  # fmt: skip


@blueprint.get("/<slug:vendor>/revenue/invoices/<uuid:invoice_id>")
@requires(P.ORDER_VIEW)
def invoice(invoice_id: UUID) -> str:
    """One invoice, its payments, and the line of the file it came from."""
    actor = current_actor()
    found = queries.get_invoice(actor, invoice_id)
    batch = find_batch_of(actor, found.invoice.batch_id)
    return render_template(
        "revenue/invoice.html",
        row=found,
        invoice=found.invoice,
        payments=queries.list_payments(found.invoice),
        money=shown_money,
        standing_name=STANDING_NAMES[found.standing],
        standing_look=STANDING_LOOKS[found.standing],
        batch=batch,
        batch_row=find_row(actor, batch, found.invoice.line) if batch else None,
    )
