"""Pages of deals: the list, and one deal down to the line it came from."""

from __future__ import annotations

from functools import partial
from typing import Any
from uuid import UUID

from flask import Blueprint, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import Select, func, select
from werkzeug.wrappers import Response

from prm.access import Actor, current_actor, requires
from prm.deals import queries
from prm.deals.labels import STAGE_LOOKS, STAGE_NAMES
from prm.deals.listing import currency_sums, export, shown_money, shown_sums
from prm.deals.models import OPEN_STAGES, Deal, DealStage
from prm.extensions import db
from prm.imports.queries import find_batch_of, find_row
from prm.infra.money import Money
from prm.infra.tables import Column, Filter, TableSpec, all_rows, narrow, paginate
from prm.partners.models import Partnership, Region
from prm.permissions import P
from prm.products.models import Product
from prm.revenue.queries import orders_of_deal

blueprint = Blueprint("deals", __name__)
OPEN = "open"  # what the filter of stages calls all that are not closed


@blueprint.get("/<slug:vendor>/deals/")
@requires(P.DEAL_VIEW)
def index() -> str | Response:
    """The deals within reach, with filters, totals and exports."""
    actor = current_actor()
    spec = _spec(actor)
    if (form := request.args.get("format")) in ("csv", "xlsx"):
        found = all_rows(db.session(), queries.deals_for_export(actor), spec, request.args)
        return export(form, _("Deals"), _exported_columns(), map(_exported, found.rows), found)
    statement = queries.deals(actor)
    page = paginate(
        db.session(), statement, spec, request.args, partial(url_for, "deals.index"),
        display=queries.deals_for_page(),
    )  # fmt: skip
    return render_template(
        "deals/index.html",
        table_page=page,
        sums=shown_sums(currency_sums(narrow(statement, spec, request.args), Deal)),
        money=shown_money,
        stage_names=STAGE_NAMES,
        stage_looks=STAGE_LOOKS,
    )


def _spec(actor: Actor) -> TableSpec:
    columns = [
        Column("external_id", _("Deal"), sort=Deal.external_id),
        Column("partner", _("Partner"), sort=queries.partner_of(Partnership.name_folded)),
        Column("customer", _("Customer"), sort=func.lower(Deal.customer_name)),
        Column("product", _("Product"), sort=func.lower(Deal.product_name)),
        Column("stage", _("Stage"), sort=Deal.stage),
        Column("registered_on", _("Registered on"), sort=Deal.registered_on),
        Column("closed_on", _("Closed on"), sort=Deal.closed_on),
        Column("amount", _("Amount"), sort=Deal.amount_minor, is_numeric=True),
    ]
    filters = [
        Filter(
            "stage",
            _("Stage"),
            [(OPEN, _("Open")), *((stage.value, name) for stage, name in STAGE_NAMES.items())],
            lambda statement, value: statement.where(
                Deal.stage.in_(OPEN_STAGES if value == OPEN else [DealStage(value)])
            ),
        )
    ]
    if not actor.is_partner_side:
        filters += [
            Filter(
                "partner",
                _("Partner"),
                queries.list_partner_choices(actor, P.DEAL_VIEW, request.args.get("partner", "")),
                lambda statement, value: statement.where(queries.is_of(Partnership.public_id == value)),
            ),
            Filter("region", _("Region"), queries.list_region_choices(actor), _in_region),
        ]
    else:
        columns = [column for column in columns if column.key != "partner"]
    filters += [
        Filter(
            "product",
            _("Product"),
            [*queries.list_product_choices(actor), (queries.NONE, _("Unmatched"))],
            _of_product,
        ),
        Filter(
            "from", _("From"), kind="date",
            apply=lambda statement, value: statement.where(value <= queries.DEAL_DATE),
        ),
        Filter(
            "to", _("To"), kind="date",
            apply=lambda statement, value: statement.where(value >= queries.DEAL_DATE),
        ),
    ]  # fmt: skip
    return TableSpec(
        key=Deal.id,
        columns=columns,
        default_sort="-registered_on",
        search=[
            Deal.external_id,
            queries.partner_of(Partnership.name),
            Deal.customer_name,
            Deal.product_name,
        ],
        filters=filters,
    )


def _in_region(statement: Select[Any], region: UUID) -> Select[Any]:
    regions = select(Region.id).where(Region.public_id == region)
    return statement.where(queries.is_of(Partnership.region_id.in_(regions)))


def _of_product(statement: Select[Any], product: UUID | str) -> Select[Any]:
    if product == queries.NONE:
        return statement.where(Deal.product_id.is_(None))
    return statement.where(Deal.product_id.in_(select(Product.id).where(Product.public_id == product)))


def _exported_columns() -> list[str]:
    return [
        _("Deal"), _("Partner"), _("Region"), _("Customer"), _("Product"), _("Product in the source"),
        _("Stage"), _("Registered on"), _("Closed on"), _("Amount"), _("Currency"), _("Source"),
    ]  # fmt: skip


def _exported(row: Any) -> list[object]:
    (
        external_id, partner, region, customer, customer_name, product, product_name, stage,
        registered_on, closed_on, amount_minor, currency, source,
    ) = row  # fmt: skip
    amount = Money(amount_minor, currency) if amount_minor is not None else None
    return [
        external_id, partner, region, customer or customer_name, product, product_name,
        str(STAGE_NAMES[stage]), registered_on, closed_on, amount, currency, source,
    ]  # fmt: skip


@blueprint.get("/<slug:vendor>/deals/<uuid:deal_id>")
@requires(P.DEAL_VIEW)
def deal(deal_id: UUID) -> str:
    """One deal, the orders it became, and where it came from."""
    actor = current_actor()
    found = queries.get_deal(actor, deal_id)
    batch = find_batch_of(actor, found.batch_id)
    return render_template(
        "deals/deal.html",
        money=shown_money,
        deal=found,
        orders=orders_of_deal(actor, found.id),
        stage_name=STAGE_NAMES[found.stage],
        stage_look=STAGE_LOOKS[found.stage],
        batch=batch,
        batch_row=find_row(actor, batch, found.line) if batch else None,
    )
