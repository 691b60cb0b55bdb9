"""Pages of orders: the list, and one order down to the line it came from."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any
from uuid import UUID

from flask import render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import Select, func
from werkzeug.wrappers import Response

from prm.access import Actor, current_actor, requires
from prm.deals.listing import currency_sums, export, shown_money, shown_sums
from prm.deals.queries import list_partner_choices, list_product_choices, list_region_choices
from prm.extensions import db
from prm.imports.queries import find_batch_of, find_row
from prm.infra.money import Money
from prm.infra.tables import Column, Filter, TableSpec, all_rows, narrow, paginate
from prm.partners.models import Partnership
from prm.permissions import P
from prm.revenue import queries
from prm.revenue.labels import STANDING_LOOKS, STANDING_NAMES
from prm.revenue.models import Order
from prm.revenue.queries import OrderFilters
from prm.revenue.queries.orders import NONE
from prm.revenue.views.blueprint import blueprint


@blueprint.get("/<slug:vendor>/revenue/orders")
@requires(P.ORDER_VIEW)
def orders() -> str | Response:
    """The orders within reach, with filters, totals and exports."""
    actor = current_actor()
    spec = _spec(actor)
    if (form := request.args.get("format")) in ("csv", "xlsx"):
        found = all_rows(db.session(), queries.orders_for_export(actor), spec, request.args)
        return export(form, _("Orders"), _exported_columns(), map(_exported, found.rows), found)
    statement = queries.orders(actor)
    page = paginate(
        db.session(), statement, spec, request.args, partial(url_for, "revenue.orders"),
        display=queries.orders_for_page(),
    )  # fmt: skip
    return render_template(
        "revenue/orders.html",
        table_page=page,
        sums=shown_sums(currency_sums(narrow(statement, spec, request.args), Order)),
        money=shown_money,
    )


def _filter(key: str, label: str, field: str, **kind: Any) -> Filter:
    """A filter that is a field of OrderFilters, so that reports and the list agree on what it means."""

    def apply(statement: Select[Any], value: Any) -> Select[Any]:
        return queries.narrow_orders(statement, replace(OrderFilters(), **{field: value}))

    return Filter(key, label, apply=apply, **kind)


def _spec(actor: Actor) -> TableSpec:
    is_partner = actor.is_partner_side
    columns = [
        Column("external_id", _("Order"), sort=Order.external_id),
        Column("ordered_on", _("Ordered on"), sort=Order.ordered_on),
        Column("partner", _("Partner"), sort=queries.partner_of(Partnership.name_folded)),
        Column("customer", _("Customer"), sort=func.lower(Order.customer_name)),
        Column("product", _("Product"), sort=func.lower(Order.product_name)),
        Column("amount", _("Amount"), sort=Order.amount_minor, is_numeric=True),
    ]
    filters = []
    if not is_partner:
        partners = list_partner_choices(actor, P.ORDER_VIEW, request.args.get("partner", ""))
        regions = [*list_region_choices(actor), (NONE, _("No region"))]
        filters += [
            _filter("partner", _("Partner"), "partner", choices=partners),
            _filter("region", _("Region"), "region", choices=regions),
        ]
    products = [*list_product_choices(actor), (NONE, _("No product"))]
    filters.append(_filter("product", _("Product"), "product", choices=products))
    if request.args.get("product_name"):
        filters.append(_filter("product_name", _("Unmatched name"), "product_name", kind="text"))
    currencies = queries.list_order_currencies(actor)
    if len(currencies) > 1:
        choices = [(code, code) for code in currencies]
        filters.append(_filter("currency", _("Currency"), "currency", choices=choices))
    filters += [
        _filter("from", _("From"), "date_from", kind="date"),
        _filter("to", _("To"), "date_to", kind="date"),
    ]
    return TableSpec(
        key=Order.id,
        columns=[column for column in columns if not (is_partner and column.key == "partner")],
        default_sort="-ordered_on",
        search=[
            Order.external_id,
            queries.partner_of(Partnership.name),
            Order.customer_name,
            Order.product_name,
        ],
        filters=filters,
    )


def _exported_columns() -> list[str]:
    return [
        _("Order"), _("Ordered on"), _("Partner"), _("Region"), _("Customer"), _("Product"),
        _("Product in the source"), _("Amount"), _("Currency"), _("Deal"), _("Source"),
    ]  # fmt: skip


def _exported(row: Any) -> list[object]:
    (
        external_id, ordered_on, partner, region, customer, customer_name, product, product_name,
        amount_minor, currency, deal, source,
    ) = row  # fmt: skip
    return [
        external_id, ordered_on, partner, region, customer or customer_name, product, product_name,
        Money(amount_minor, currency), currency, deal, source,
    ]  # fmt: skip


@blueprint.get("/<slug:vendor>/revenue/orders/<uuid:order_id>")
@requires(P.ORDER_VIEW)
def order(order_id: UUID) -> str:
    """One order, its deal, and the line of the file it came from."""
    actor = current_actor()
    found = queries.get_order(actor, order_id)
    batch = find_batch_of(actor, found.batch_id)
    return render_template(
        "revenue/order.html",
        order=found,
        deal=queries.find_deal_of(actor, found),
        money=shown_money,
        batch=batch,
        batch_row=find_row(actor, batch, found.line) if batch else None,
        invoices=queries.list_invoices_of(actor, found),
        standing_names=STANDING_NAMES,
        standing_looks=STANDING_LOOKS,
    )
