"""What is credited to what partners did, and the orders and activities behind it."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import Any
from uuid import UUID

from flask import g, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from prm.access import current_actor, requires
from prm.attribution.credits import Model
from prm.attribution.grouping import UNATTRIBUTED, By, CreditRow
from prm.attribution.labels import CREDIT_BY, GROUPINGS, MODEL_HINTS, MODELS, TOUCH_KINDS
from prm.attribution.queries import (
    TouchShares,
    get_attribution,
    list_credits,
    list_touches_before,
    name_of_target,
)
from prm.errors import NotFound
from prm.infra import clock
from prm.infra.tables import Column, TableSpec
from prm.infra.tables_in_memory import paginate_rows
from prm.permissions import P
from prm.reports import presenting
from prm.reports.drawing import draw_credits
from prm.reports.formats import Formats
from prm.reports.forms import LOOKBACKS
from prm.reports.queries.rows import find_order_lines, get_unit
from prm.reports.terms import Terms
from prm.reports.views.asked import Asked, chosen_of, model_switch, read_asked, terms_asked
from prm.reports.views.blueprint import blueprint
from prm.revenue.queries import OrderFilters

NEVER = datetime.max.replace(tzinfo=UTC)


@blueprint.get("/<slug:vendor>/reports/attribution")
@requires(P.REPORT_VIEW)
def attribution() -> tuple[str, int]:
    """Credited revenue by asset, campaign, course or partner, the models side by side."""
    asked = read_asked()
    by = chosen_of(By, request.args.get("by"), By.CAMPAIGN)
    context: dict[str, Any] = {}
    if asked.terms is not None and asked.choices.has_orders:
        context = _attribution_context(asked, asked.terms, by)
    return (
        render_template(
            "reports/attribution.html",
            form=asked.form,
            terms=asked.terms,
            has_orders=asked.choices.has_orders,
            by=by,
            caption=CREDIT_BY[by],
            model_labels=MODELS,
            lookbacks=LOOKBACKS,
            **context,
        ),
        asked.status,
    )


def _attribution_context(asked: Asked, terms: Terms, by: By) -> dict[str, Any]:
    formats = asked.formats
    found = get_attribution(current_actor(), g.vendor, terms.filters(), terms.lookback_days)
    rows = presenting.rank_by(found.rows(by), terms.model)
    spec = TableSpec(
        key=None,
        columns=[
            Column("name", GROUPINGS[by], sort=lambda row: row.name.casefold()),
            *[
                Column(model.value, MODELS[model], sort=partial(_credit_of, model), is_numeric=True)
                for model in Model
            ],
            Column("spread", _l("Models differ by"), sort=lambda row: row.spread_minor, is_numeric=True),
            Column("orders", _l("Orders"), sort=lambda row: row.orders, is_numeric=True),
        ],
        default_sort=f"-{terms.model.value}",
        search=[lambda row: row.name],
        page_sizes=(50, 100),
    )
    url = partial(url_for, "reports.attribution", **terms.arguments(by=by.value))
    page = paginate_rows(rows, spec, request.args, url)
    return {
        "page": page,
        "lines": {row.key: presenting.credit_line(row, by, terms, formats, url_for) for row in page.rows},
        "chart_drawing": draw_credits(rows, found.tally.unattributed_minor, terms.model, formats),
        "summary": presenting.credit_summary(found.tally, terms, by, formats, url_for),
        "disagreements": presenting.disagreements_of({by: rows}, found.tally.attributed_minor, formats),
        "models": model_switch(terms, "reports.attribution", by=by.value),
        "groupings": [
            (str(label), url_for("reports.attribution", **terms.arguments(by=each.value)), each is by)
            for each, label in GROUPINGS.items()
        ],
        "model_hint": MODEL_HINTS[terms.model],
        "facts": presenting.facts_of_terms(
            terms, g.vendor.currency, g.vendor.time_zone, clock.now(), formats
        ),
        "period": presenting.name_period(terms, found.units, formats),
    }


def _credit_of(model: Model, row: CreditRow) -> int:
    return row.credits[model]


@blueprint.get("/<slug:vendor>/reports/credits")
@requires(P.REPORT_VIEW)
def credits() -> str:
    """Every order and activity behind one row of credit."""
    terms, formats = terms_asked()
    actor = current_actor()
    by = chosen_of(By, request.args.get("by"), By.CAMPAIGN)
    key = request.args.get("row", "")
    found = get_attribution(actor, g.vendor, terms.filters(), terms.lookback_days)
    name = _name_of_row(found.rows(by), key)
    rows = list_credits(found, terms.model, by, key)
    spec = TableSpec(
        key=None,
        columns=[
            Column("ordered_on", _l("Ordered on"), sort=lambda row: (row.unit.ordered_on, row.unit.id)),
            Column("order", _l("Order")),
            Column("partner", _l("Partner")),
            Column("touches", _l("Activities"), sort=lambda row: row.touches, is_numeric=True),
            Column("what", _l("What")),
            Column("at", _l("When"), sort=lambda row: row.last_at or NEVER),
            Column("amount", _l("Order amount"), sort=lambda row: row.unit.amount_minor, is_numeric=True),
            Column("credit", _l("Credit"), sort=lambda row: row.amount_minor, is_numeric=True),
            Column("source", _l("Import line")),
        ],
        default_sort="ordered_on",
        page_sizes=(50, 100, 200),
    )
    url = partial(url_for, "reports.credits", **terms.arguments(by=by.value, row=key))
    page = paginate_rows(rows, spec, request.args, url)
    lines = find_order_lines(actor, [row.unit.id for row in page.rows])
    return render_template(
        "reports/credits.html",
        page=page,
        lines=lines,
        name=name,
        total=formats.money(sum(row.amount_minor for row in rows)),
        orders=formats.count(len({row.unit.id for row in rows})),
        terms=terms,
        model_label=MODELS[terms.model],
        formats=formats,
        kinds=TOUCH_KINDS,
        name_of=partial(name_of_target, found.catalogue),
        time_zone=g.vendor.time_zone,
        is_unattributed=key == UNATTRIBUTED,
        back_url=url_for("reports.attribution", **terms.arguments(by=by.value)),
        facts=presenting.facts_of_terms(terms, g.vendor.currency, g.vendor.time_zone, clock.now(), formats),
    )


def _name_of_row(rows: list[CreditRow], key: str) -> str:
    """What a row is called. Raises NotFound for a key that no row here has."""
    names = {row.key: row.name for row in rows}
    if key == UNATTRIBUTED:
        return _("Unattributed")
    if key not in names:
        raise NotFound
    return names[key]


@blueprint.get("/<slug:vendor>/reports/orders/<uuid:order_id>")
@requires(P.REPORT_VIEW)
def order(order_id: UUID) -> str:
    """One order, the activities in its window, and what each model gives them."""
    terms, formats = terms_asked()
    actor = current_actor()
    unit, line = get_unit(actor, g.vendor, order_id)
    is_counted = line.currency == g.vendor.currency
    found = get_attribution(
        actor,
        g.vendor,
        OrderFilters(date_from=unit.ordered_on, date_to=unit.ordered_on, partner=line.partner_id),
        terms.lookback_days,
    )
    touches = list_touches_before(found, unit) if is_counted else []
    spec = TableSpec(
        key=None,
        columns=[
            Column("at", _l("When"), sort=lambda row: row.at),
            Column("what", _l("Activity")),
            *[
                Column(model.value, MODELS[model], sort=partial(_share_of, model), is_numeric=True)
                for model in Model
            ],
        ],
        default_sort="at",
        page_sizes=(100, 200),
    )
    url = partial(url_for, "reports.order", order_id=order_id, **terms.arguments())
    return render_template(
        "reports/order.html",
        page=paginate_rows(touches, spec, request.args, url),
        count=formats.count(len(touches)),
        line=line,
        unit=unit,
        window=found.window_of(unit.anchor),
        is_counted=is_counted,
        terms=terms,
        model_labels=MODELS,
        kinds=TOUCH_KINDS,
        formats=formats,
        amount=Formats(formats.locale, line.currency).money(line.amount_minor),
        time_zone=g.vendor.time_zone,
    )


def _share_of(model: Model, row: TouchShares) -> int:
    return row.shares[model]
