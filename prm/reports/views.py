"""Pages of reports."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from fractions import Fraction
from functools import partial
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, g, render_template, request, url_for
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
from prm.errors import DomainError, NotFound
from prm.infra import clock
from prm.infra.downloads import attachment
from prm.infra.tables import Column, TableSpec
from prm.infra.tables_in_memory import paginate_rows
from prm.permissions import P
from prm.reports import presenting
from prm.reports.document import revenue_pdf as make_pdf
from prm.reports.drawing import draw, draw_credits
from prm.reports.formats import Formats, formats_for
from prm.reports.forms import LOOKBACKS, ReportForm, read_form, terms_of
from prm.reports.labels import BREAKDOWNS, REVENUE_BY
from prm.reports.queries import Choices, compose_overview, read_choices
from prm.reports.queries.rows import find_order_lines, get_unit, list_order_lines
from prm.reports.queries.targets import find_aims, with_aims
from prm.reports.terms import Terms
from prm.reports.workbook import revenue_workbook
from prm.revenue.queries import By as RevenueBy
from prm.revenue.queries import OrderFilters, RevenueRow, revenue_by

blueprint = Blueprint("reports", __name__)

NEVER = datetime.max.replace(tzinfo=UTC)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True)
class Asked:
    """What the address asks of a report. `terms` is None where it cannot be understood."""

    form: ReportForm
    choices: Choices
    terms: Terms | None
    formats: Formats

    @property
    def status(self) -> int:
        return 200 if self.terms is not None else 422


def _read_asked() -> Asked:
    choices = read_choices(current_actor(), g.vendor, request.args.get("partner", ""))
    form = read_form(request.args, choices)
    terms = None
    if form.validate():
        terms = terms_of(form, clock.today(g.vendor.time_zone), g.vendor.fiscal_year_start_month)
    return Asked(form, choices, terms, formats_for(g.vendor.currency))


def _terms() -> tuple[Terms, Formats]:
    """For answers that show no form. Raises DomainError where the address makes no sense."""
    asked = _read_asked()
    if asked.terms is None:
        messages = [str(message) for errors in asked.form.errors.values() for message in errors]
        raise DomainError(" ".join(messages))
    return asked.terms, asked.formats


def _link(endpoint: str, **arguments: Any) -> str:
    return url_for(endpoint, **arguments)


# -- revenue -----------------------------------------------------------------------------------


@blueprint.get("/<slug:vendor>/reports/revenue")
@requires(P.REPORT_VIEW)
def revenue() -> tuple[str, int]:
    """What the channel brings, and what of it is credited to what partners did."""
    asked = _read_asked()
    shown = charts = overview = None
    if asked.terms is not None and asked.choices.has_orders:
        overview = compose_overview(current_actor(), g.vendor, asked.terms)
        shown = presenting.present(overview, asked.formats, _link)
        charts = draw(overview, asked.formats)
    return (
        render_template(
            "reports/revenue.html",
            form=asked.form,
            has_orders=asked.choices.has_orders,
            terms=asked.terms,
            overview=overview,
            shown=shown,
            charts=charts,
            model_labels=MODELS,
            models=_model_switch(asked.terms, "reports.revenue") if asked.terms else [],
            lookbacks=LOOKBACKS,
        ),
        asked.status,
    )


def _model_switch(terms: Terms, endpoint: str, **arguments: str) -> list[tuple[str, str, bool]]:
    return [
        (
            str(MODELS[model]),
            url_for(endpoint, **terms.arguments(model=model.value, **arguments), _anchor="credit"),
            model is terms.model,
        )
        for model in Model
    ]


@blueprint.get("/<slug:vendor>/reports/revenue.pdf")
@requires(P.REPORT_VIEW)
def revenue_pdf() -> Response:
    """The same figures on paper."""
    terms, formats = _terms()
    overview = compose_overview(current_actor(), g.vendor, terms)
    return attachment(make_pdf(overview, g.vendor, formats), _file_name("pdf"), "application/pdf")


@blueprint.get("/<slug:vendor>/reports/revenue.xlsx")
@requires(P.REPORT_VIEW)
def revenue_xlsx() -> Response:
    """The same figures as a workbook, with the orders behind them."""
    terms, formats = _terms()
    actor = current_actor()
    overview = compose_overview(actor, g.vendor, terms)
    workbook = revenue_workbook(overview, list_order_lines(actor, terms.filters()), formats)
    return attachment(workbook, _file_name("xlsx"), XLSX)


def _file_name(ending: str) -> str:
    today = clock.today(g.vendor.time_zone)
    return f"{g.vendor.slug}-revenue-{today.isoformat()}.{ending}"


@blueprint.get("/<slug:vendor>/reports/breakdown")
@requires(P.REPORT_VIEW)
def breakdown() -> tuple[str, int]:
    """Every row of revenue by quarter, partner, region or product."""
    asked = _read_asked()
    by = _chosen(RevenueBy, request.args.get("by"), RevenueBy.PARTNER)
    page = report = None
    if asked.terms is not None:
        aims = find_aims(current_actor(), g.vendor, asked.terms)
        report = with_aims(revenue_by(current_actor(), by, filters=asked.terms.filters()), aims)
        has_targets = any(row.target_minor is not None for row in report.rows)
        spec = TableSpec(
            key=None,
            columns=[
                Column("label", BREAKDOWNS[by], sort=lambda row: row.label.casefold()),
                Column("revenue", _l("Revenue"), sort=lambda row: row.revenue_minor, is_numeric=True),
                *(
                    [
                        Column("target", _l("Target"), sort=_target_of, is_numeric=True),
                        Column("reached", _l("Of target"), sort=_reached_of, is_numeric=True),
                    ]
                    if has_targets
                    else []
                ),
                Column("share", _l("Share"), is_numeric=True),
                Column("orders", _l("Orders"), sort=lambda row: row.orders, is_numeric=True),
            ],
            default_sort="-revenue",
            search=[_label_of],
        )
        url = partial(url_for, "reports.breakdown", **asked.terms.arguments(by=by.value))
        page = paginate_rows(report.rows, spec, request.args, url)
    return (
        render_template(
            "reports/breakdown.html",
            asked=asked,
            form=asked.form,
            terms=asked.terms,
            by=by,
            title=REVENUE_BY[by],
            report=report,
            page=page,
            formats=asked.formats,
            period=presenting.name_period(asked.terms, [], asked.formats) if asked.terms else "",
        ),
        asked.status,
    )


def _target_of(row: RevenueRow) -> int:
    return row.target_minor if row.target_minor is not None else -1


def _reached_of(row: RevenueRow) -> Fraction:
    """By what part of its target a row has reached; rows without one come after all others."""
    if row.target_minor is None:
        return Fraction(-(10**18))
    return Fraction(row.measured_minor, max(row.target_minor, 1))


def _label_of(row: RevenueRow) -> str:
    return row.label


# -- attribution -------------------------------------------------------------------------------


@blueprint.get("/<slug:vendor>/reports/attribution")
@requires(P.REPORT_VIEW)
def attribution() -> tuple[str, int]:
    """Credited revenue by asset, campaign, course or partner, the models side by side."""
    asked = _read_asked()
    by = _chosen(By, request.args.get("by"), By.CAMPAIGN)
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
        "lines": {row.key: presenting.credit_line(row, by, terms, formats, _link) for row in page.rows},
        "chart_drawing": draw_credits(rows, found.tally.unattributed_minor, terms.model, formats),
        "summary": presenting.credit_summary(found.tally, terms, by, formats, _link),
        "disagreements": presenting.disagreements_of({by: rows}, found.tally.attributed_minor, formats),
        "models": _model_switch(terms, "reports.attribution", by=by.value),
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
    terms, formats = _terms()
    actor = current_actor()
    by = _chosen(By, request.args.get("by"), By.CAMPAIGN)
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
    terms, formats = _terms()
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


def _chosen(kind: Any, text: str | None, default: Any) -> Any:
    """A word of the address as a member; a word that is none counts as absent."""
    try:
        return kind(text)
    except ValueError:
        return default
