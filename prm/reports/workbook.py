"""The revenue report as XLSX: the same figures as numbers, and the orders behind them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction

from flask_babel import gettext as _

from prm.attribution.credits import Model
from prm.attribution.grouping import UNATTRIBUTED, By
from prm.attribution.labels import CREDIT_BY, GROUPINGS, MODELS
from prm.infra.exporting import Sheet, xlsx_bytes
from prm.infra.money import Money
from prm.reports.formats import Formats
from prm.reports.labels import AGAINST, BREAKDOWNS, REVENUE_BY
from prm.reports.presenting import facts_of, notes_of, rank_by
from prm.reports.queries import Overview, Side
from prm.reports.queries.rows import OrderLine
from prm.revenue.queries import By as RevenueBy
from prm.revenue.queries import RevenueReport


def revenue_workbook(overview: Overview, lines: Sequence[OrderLine], formats: Formats) -> bytes:
    """The workbook. `lines` are the overview's orders, of every currency."""
    reports = {
        RevenueBy.QUARTER: overview.by_quarter,
        RevenueBy.PARTNER: overview.by_partner,
        RevenueBy.REGION: overview.by_region,
        RevenueBy.PRODUCT: overview.by_product,
    }
    sheets = [
        _summary(overview, formats),
        *(_breakdown(by, report, overview) for by, report in reports.items()),
        *(_credits(by, overview) for by in overview.credits),
        _trained(overview),
        _orders(overview, lines),
    ]
    return xlsx_bytes(
        sheets,
        title=_("Revenue of %(vendor)s", vendor=overview.vendor_name),
        creator="PRM",
        as_of=overview.as_of,
        zone_name=overview.time_zone,
    )


def _summary(overview: Overview, formats: Formats) -> Sheet:
    def money(minor: int) -> Money:
        return Money(minor, overview.currency)

    rows: list[Sequence[object]] = [
        (_("Revenue"), money(overview.revenue_minor)),
        (_("Orders"), overview.orders),
        (_("Partners with revenue"), overview.partners_with_revenue),
        (_("Partners"), overview.partners),
        (_("Credited to activities"), money(overview.attributed_minor)),
        (_("Unattributed"), money(overview.unattributed_minor)),
        *(
            (
                _("Revenue %(against)s (%(period)s)", against=AGAINST[against],
                  period=formats.period(comparison.period)),
                money(comparison.revenue_minor),
            )
            for against, comparison in overview.comparisons.items()
        ),
        *facts_of(overview, formats),
        *((note, None) for note in notes_of(overview, formats)),
    ]  # fmt: skip
    return Sheet(_("Summary"), (_("Figure"), _("Value")), rows, widths={0: 44, 1: 44})


def _breakdown(by: RevenueBy, report: RevenueReport, overview: Overview) -> Sheet:
    has_targets = any(row.target_minor is not None for row in report.rows)
    return Sheet(
        str(REVENUE_BY[by]),
        (BREAKDOWNS[by], _("Revenue"), _("Target"), _("Of target (%)"), _("Orders"), _("Note"))
        if has_targets
        else (BREAKDOWNS[by], _("Revenue"), _("Orders"), _("Note")),
        [
            (
                row.label,
                Money(row.revenue_minor, overview.currency),
                *(_aimed(row.measured_minor, row.target_minor, overview) if has_targets else ()),
                row.orders,
                _("unmatched") if row.is_unmatched else None,
            )
            for row in report.rows
        ],
        footer=(
            _("Total"),
            Money(report.total_minor, overview.currency),
            *(_aimed(overview.measured_minor, overview.aims.total_minor, overview) if has_targets else ()),
            report.orders,
        ),
    )


def _aimed(measured_minor: int, target_minor: int | None, overview: Overview) -> tuple[object, object]:
    """A target and the percentage reached, with one decimal; nothing where there is none."""
    if target_minor is None:
        return None, None
    percent = Decimal(round(Fraction(measured_minor * 1000, target_minor))) / 10 if target_minor else None
    return Money(target_minor, overview.currency), percent


def _credits(by: By, overview: Overview) -> Sheet:
    def amounts(minor: Sequence[int]) -> list[Money]:
        return [Money(each, overview.currency) for each in minor]

    tally = overview.attribution.tally
    return Sheet(
        str(CREDIT_BY[by]),
        (GROUPINGS[by], *(MODELS[model] for model in Model), _("Models differ by"), _("Orders"), _("Id")),
        [
            *(
                (
                    row.name,
                    *amounts([row.credits[model] for model in Model]),
                    Money(row.spread_minor, overview.currency),
                    row.orders,
                    str(row.id) if row.id else None,
                )
                for row in rank_by(overview.credits[by], overview.terms.model)
            ),
            (
                _("Unattributed"),
                *amounts([tally.unattributed_minor for _model in Model]),
                None,
                tally.untouched_orders,
                UNATTRIBUTED,
            ),
        ],
        footer=(_("Revenue"), *amounts([tally.revenue_minor for _model in Model]), None, tally.orders),
    )


def _trained(overview: Overview) -> Sheet:
    def row(label: str, side: Side) -> Sequence[object]:
        def money(minor: int | None) -> Money | None:
            return None if minor is None else Money(minor, overview.currency)

        return (
            label,
            side.partners,
            side.orders,
            money(side.revenue_minor),
            money(side.mean_minor),
            money(side.median_minor),
            money(side.per_30_days_minor),
            side.partner_days,
        )

    return Sheet(
        _("Trained and untrained"),
        (
            _("Partners"),
            _("Number of partners"),
            _("Orders"),
            _("Revenue"),
            _("Mean per partner"),
            _("Median per partner"),
            _("Per partner and 30 days"),
            _("Partner days"),
        ),
        [
            row(_("Trained on the day of order"), overview.trained.trained),
            row(_("Not trained"), overview.trained.untrained),
            (_("A correlation, not a cause."),),
        ],
    )


def _orders(overview: Overview, lines: Sequence[OrderLine]) -> Sheet:
    attribution = overview.attribution
    touches = {
        unit.id: len(attribution.touches.before(unit, attribution.window_of(unit.anchor))[1])
        for unit in attribution.units
    }

    def rows() -> Iterator[Sequence[object]]:
        for line in lines:
            yield (
                line.external_id, line.ordered_on, line.closed_on, line.partner, line.region or None,
                line.customer or None, line.product or None, Money(line.amount_minor, line.currency),
                line.currency, touches.get(line.id), line.source_system, line.file_name or None,
                line.line, str(line.public_id),
            )  # fmt: skip

    return Sheet(
        _("Orders"),
        (
            _("Order"), _("Ordered on"), _("Deal closed on"), _("Partner"), _("Region"), _("Customer"),
            _("Product"), _("Amount"), _("Currency"), _("Activities in the window"), _("Source"),
            _("Import file"), _("Line"), _("Id"),
        ),
        rows(),
    )  # fmt: skip
