"""What the channel brings: as a page, on paper, as a workbook, broken down."""

from __future__ import annotations

from fractions import Fraction
from functools import partial

from flask import Response, g, render_template, request, url_for
from flask_babel import lazy_gettext as _l

from prm.access import current_actor, requires
from prm.attribution.labels import MODELS
from prm.infra import clock
from prm.infra.downloads import attachment
from prm.infra.tables import Column, TableSpec
from prm.infra.tables_in_memory import paginate_rows
from prm.permissions import P
from prm.reports import presenting
from prm.reports.document import revenue_pdf as make_pdf
from prm.reports.drawing import draw
from prm.reports.forms import LOOKBACKS
from prm.reports.labels import BREAKDOWNS, REVENUE_BY
from prm.reports.queries import compose_overview
from prm.reports.queries.rows import list_order_lines
from prm.reports.queries.targets import find_aims, with_aims
from prm.reports.views.asked import chosen_of, model_switch, read_asked, terms_asked
from prm.reports.views.blueprint import blueprint
from prm.reports.workbook import revenue_workbook
from prm.revenue.queries import By as RevenueBy
from prm.revenue.queries import RevenueRow, revenue_by

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@blueprint.get("/<slug:vendor>/reports/revenue")
@requires(P.REPORT_VIEW)
def revenue() -> tuple[str, int]:
    """What the channel brings, and what of it is credited to what partners did."""
    asked = read_asked()
    shown = charts = overview = None
    if asked.terms is not None and asked.choices.has_orders:
        overview = compose_overview(current_actor(), g.vendor, asked.terms)
        shown = presenting.present(overview, asked.formats, url_for)
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
            models=model_switch(asked.terms, "reports.revenue") if asked.terms else [],
            lookbacks=LOOKBACKS,
        ),
        asked.status,
    )


@blueprint.get("/<slug:vendor>/reports/revenue.pdf")
@requires(P.REPORT_VIEW)
def revenue_pdf() -> Response:
    """The same figures on paper."""
    terms, formats = terms_asked()
    overview = compose_overview(current_actor(), g.vendor, terms)
    return attachment(make_pdf(overview, g.vendor, formats), _file_name("pdf"), "application/pdf")


@blueprint.get("/<slug:vendor>/reports/revenue.xlsx")
@requires(P.REPORT_VIEW)
def revenue_xlsx() -> Response:
    """The same figures as a workbook, with the orders behind them."""
    terms, formats = terms_asked()
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
    asked = read_asked()
    by = chosen_of(RevenueBy, request.args.get("by"), RevenueBy.PARTNER)
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
