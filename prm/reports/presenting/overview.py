"""The revenue report as people read it: finished texts and addresses for page and PDF alike."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext as _
from flask_babel import ngettext

from prm.attribution.grouping import By
from prm.reports.formats import DASH, Formats
from prm.reports.labels import AGAINST
from prm.reports.presenting.credit import credit_table, disagreements_of
from prm.reports.presenting.facts import facts_of, name_period, notes_of, orders_arguments
from prm.reports.queries import Overview, Side, disagreement
from prm.reports.shown import Line, Link, Shown, Stat, TrainedLine
from prm.revenue.queries import By as RevenueBy
from prm.revenue.queries import RevenueReport, RevenueRow

TOP = 10


def present(overview: Overview, formats: Formats, link: Link) -> Shown:
    """Write out an overview. `link` makes the addresses of the rows behind each figure."""
    return Shown(
        period=name_period(overview.terms, overview.attribution.units, formats),
        stats=_stats(overview, formats, link),
        quarters=_lines(overview.by_quarter, formats, link, None, has_bars=False),
        quarter_note=_quarter_note(overview),
        regions=_lines(overview.by_region, formats, link, None),
        products=_lines(overview.by_product, formats, link, TOP, _more(overview, link, RevenueBy.PRODUCT)),
        partners=_lines(overview.by_partner, formats, link, TOP, _more(overview, link, RevenueBy.PARTNER)),
        totals=Line(
            _("Total"),
            formats.money(overview.revenue_minor),
            formats.count(overview.orders),
            formats.share(overview.revenue_minor, overview.revenue_minor),
            link("revenue.orders", **orders_arguments(overview.terms, overview.currency)),
            target=_target(overview.aims.total_minor, formats),
            reached=_reached(overview.measured_minor, overview.aims.total_minor, formats),
        ),
        credits=[credit_table(overview, by, formats, link) for by in overview.credits],
        disagreements=disagreements_of(overview.credits, overview.attributed_minor, formats),
        trained=[
            _trained_line(_("Trained on the day of order"), overview.trained.trained, formats),
            _trained_line(_("Not trained"), overview.trained.untrained, formats),
        ],
        trained_note=_trained_note(overview, formats),
        notes=notes_of(overview, formats),
        facts=facts_of(overview, formats),
    )


def _quarter_note(overview: Overview) -> str:
    """Said where the period cuts a quarter: its bar must not be read as a whole one."""
    quarters, period = overview.quarters, overview.terms.period
    if not quarters:
        return ""
    is_cut_first = period.first is not None and period.first > quarters[0].first
    is_cut_last = period.last is not None and period.last < quarters[-1].last
    if not (is_cut_first or is_cut_last):
        return ""
    said = _("Of a quarter that the period cuts, only the days inside it count.")
    if overview.aims.total_minor is not None:
        said += " " + _("A target is shown of quarters that are not cut, and of the running one whole.")
    return said


def _more(overview: Overview, link: Link, by: RevenueBy) -> str | None:
    return link("reports.breakdown", **overview.terms.arguments(by=by.value))


def _stats(overview: Overview, formats: Formats, link: Link) -> list[Stat]:
    orders = link("revenue.orders", **orders_arguments(overview.terms, overview.currency))
    revenue, attributed = overview.revenue_minor, overview.attributed_minor
    trained = overview.trained.trained
    return [
        Stat(
            _("Revenue"), formats.short_money(revenue), orders, icon="chart-line", **_delta(overview, formats)
        ),
        Stat(
            _("Orders"),
            formats.count(overview.orders),
            orders,
            hint=_("%(amount)s on average", amount=formats.short_money(revenue // overview.orders))
            if overview.orders
            else "",
            icon="receipt",
        ),
        Stat(
            _("Partners with revenue"),
            formats.count(overview.partners_with_revenue),
            _more(overview, link, RevenueBy.PARTNER),
            hint=_("of %(count)s partners", count=formats.count(overview.partners)),
            icon="building",
        ),
        Stat(
            _("Credited to activities"),
            formats.share(attributed, revenue),
            link("reports.attribution", **overview.terms.arguments()),
            hint=_("%(amount)s; the rest is unattributed", amount=formats.short_money(attributed)),
            icon="target",
        ),
        Stat(
            _("From trained partners"),
            formats.share(trained.revenue_minor, revenue),
            link("reports.revenue", **overview.terms.arguments(_anchor="trained")),
            hint=ngettext(
                "%(n)s partner", "%(n)s partners", trained.partners, n=formats.count(trained.partners)
            ),
            icon="school",
        ),
        _disagreement_stat(overview, formats, link),
    ]


def _disagreement_stat(overview: Overview, formats: Formats, link: Link) -> Stat:
    """How sure one can be of who earned what: the widest gap between two models, by campaign."""
    widest = max(disagreement(overview.credits[By.CAMPAIGN]).values())
    return Stat(
        _("Models disagree on"),
        formats.share(widest, overview.attributed_minor),
        link(
            "reports.attribution",
            **overview.terms.arguments(by=By.CAMPAIGN.value, sort="spread", direction="desc"),
        ),
        hint=_("of what is credited, by campaign"),
        icon="scale",
    )


def _delta(overview: Overview, formats: Formats) -> dict[str, str]:
    """The first comparison as the figure's delta, both in its hint."""
    parts, first = [], None
    for against, comparison in overview.comparisons.items():
        change = formats.change(overview.revenue_minor, comparison.revenue_minor)
        if change != DASH and first is None:
            first = comparison, change
            parts.append(str(AGAINST[against]))
        elif change != DASH:
            parts.append(_("%(change)s %(against)s", change=change, against=AGAINST[against]))
    if first is None:
        return {"hint": _("nothing to compare with")} if overview.comparisons else {}
    comparison, change = first
    kind = "neutral"
    if comparison.revenue_minor != overview.revenue_minor:
        kind = "good" if overview.revenue_minor > comparison.revenue_minor else "bad"
    return {"delta": change, "delta_kind": kind, "hint": ", ".join(parts)}


def _lines(
    report: RevenueReport,
    formats: Formats,
    link: Link,
    most: int | None,
    rest_url: str | None = None,
    *,
    has_bars: bool = True,
) -> list[Line]:
    rows: Sequence[RevenueRow] = report.rows
    top = rows if most is None or len(rows) <= most + 1 else rows[:most]
    largest = max((row.revenue_minor for row in rows), default=0)
    lines = [
        Line(
            row.label,
            formats.money(row.revenue_minor),
            formats.count(row.orders),
            formats.share(row.revenue_minor, report.total_minor),
            link("revenue.orders", **row.link) if row.orders else None,
            max(0, row.revenue_minor * 1000 // largest) if has_bars and largest > 0 else 0,
            _("unmatched") if row.is_unmatched else "",
            target=_target(row.target_minor, formats),
            reached=_reached(row.measured_minor, row.target_minor, formats),
        )
        for row in top
    ]
    rest = rows[len(top) :]
    if rest:
        amount = sum(row.revenue_minor for row in rest)
        lines.append(
            Line(
                ngettext("%(n)s other", "%(n)s others", len(rest), n=formats.count(len(rest))),
                formats.money(amount),
                formats.count(sum(row.orders for row in rest)),
                formats.share(amount, report.total_minor),
                rest_url,
                is_rest=True,
                target=_target(_sum_of_targets(rest), formats),
            )
        )
    return lines


def _target(minor: int | None, formats: Formats) -> str:
    return "" if minor is None else formats.money(minor)


def _reached(measured_minor: int, target_minor: int | None, formats: Formats) -> str:
    return "" if target_minor is None else formats.share(measured_minor, target_minor)


def _sum_of_targets(rows: Sequence[RevenueRow]) -> int | None:
    stated = [row.target_minor for row in rows if row.target_minor is not None]
    return sum(stated) if stated else None


def _trained_line(label: str, side: Side, formats: Formats) -> TrainedLine:
    return TrainedLine(
        label,
        formats.count(side.partners),
        formats.count(side.orders),
        formats.money(side.revenue_minor),
        formats.money(side.mean_minor),
        formats.money(side.median_minor),
        formats.money(side.per_30_days_minor),
    )


def _trained_note(overview: Overview, formats: Formats) -> str:
    split = overview.trained
    if split.first is None or split.last is None:
        return ""
    return _(
        "Over partners that ordered from %(first)s to %(last)s. A partner who became trained in that time "
        "is on both sides, each with its own days and orders.",
        first=formats.date(split.first),
        last=formats.date(split.last),
    )
