"""The revenue report as people read it: finished texts and addresses for page and PDF alike."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from flask_babel import gettext as _
from flask_babel import ngettext

from prm.attribution.credits import Model, Tally, Unit
from prm.attribution.grouping import UNATTRIBUTED, By, CreditRow, rank_rows
from prm.attribution.labels import BY_GROUPING, CREDIT_BY, GROUPINGS, MODELS
from prm.reports.formats import DASH, Formats
from prm.reports.labels import AGAINST, PRESETS
from prm.reports.periods import Period
from prm.reports.queries import Overview, Side, disagreement
from prm.reports.shown import CreditLine, CreditTable, Line, Link, Shown, Stat, TrainedLine
from prm.reports.terms import Terms
from prm.revenue.queries import By as RevenueBy
from prm.revenue.queries import RevenueReport, RevenueRow

TOP = 10
TOP_CREDITS = 6


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
            link("revenue.orders", **_orders_arguments(overview.terms, overview.currency)),
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


def name_period(terms: Terms, units: Sequence[Unit], formats: Formats) -> str:
    """The preset and its days; for an open end, the day on which something was first or last ordered."""
    first, last = terms.period.first, terms.period.last
    if units:
        first, last = first or units[0].ordered_on, last or units[-1].ordered_on
    if first is None and last is None:
        return str(PRESETS[terms.preset])
    days = formats.period(Period(first, last))
    return _("%(period)s: %(days)s", period=PRESETS[terms.preset], days=days)


def _quarter_note(overview: Overview) -> str:
    """Said where the period cuts a quarter: its bar must not be read as a whole one."""
    quarters, period = overview.quarters, overview.terms.period
    if not quarters:
        return ""
    is_cut_first = period.first is not None and period.first > quarters[0].first
    is_cut_last = period.last is not None and period.last < quarters[-1].last
    if is_cut_first or is_cut_last:
        return _("Of a quarter that the period cuts, only the days inside it count.")
    return ""


def _orders_arguments(terms: Terms, currency: str) -> dict[str, str]:
    """The parameters with which the list of orders shows exactly those of the report."""
    wanted = {
        "currency": currency,
        "from": terms.period.first,
        "to": terms.period.last,
        "region": terms.region,
        "partner": terms.partner,
    }
    return {name: str(value) for name, value in wanted.items() if value is not None}


def _more(overview: Overview, link: Link, by: RevenueBy) -> str | None:
    return link("reports.breakdown", **overview.terms.arguments(by=by.value))


# -- headline ----------------------------------------------------------------------------------


def _stats(overview: Overview, formats: Formats, link: Link) -> list[Stat]:
    orders = link("revenue.orders", **_orders_arguments(overview.terms, overview.currency))
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


# -- revenue -----------------------------------------------------------------------------------


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


# -- credit ------------------------------------------------------------------------------------


def credit_table(
    overview: Overview, by: By, formats: Formats, link: Link, most: int | None = TOP_CREDITS
) -> CreditTable:
    """A grouping by what the chosen model credits most; the rest in one row, nothing left out."""
    terms = overview.terms
    ranked = rank_by(overview.credits[by], terms.model)
    top = ranked if most is None or len(ranked) <= most + 1 else ranked[:most]
    url = link("reports.attribution", **terms.arguments(by=by.value))
    lines = [credit_line(row, by, terms, formats, link) for row in top]
    rest = ranked[len(top) :]
    if rest:
        amounts = {model: sum(row.credits[model] for row in rest) for model in Model}
        label = ngettext("%(n)s other", "%(n)s others", len(rest), n=formats.count(len(rest)))
        lines.append(_summary_line(label, amounts, dict.fromkeys(Model, url), "", formats, is_rest=True))
    summary = credit_summary(overview.attribution.tally, terms, by, formats, link)
    return CreditTable(by, str(GROUPINGS[by]), str(BY_GROUPING[by]), str(CREDIT_BY[by]), lines, summary, url)


def credit_summary(tally: Tally, terms: Terms, by: By, formats: Formats, link: Link) -> list[CreditLine]:
    """What is credited, what no activity came before (always there, also at zero), and the revenue."""
    unattributed = link("reports.credits", **terms.arguments(by=by.value, row=UNATTRIBUTED))
    orders = link("revenue.orders", **_orders_arguments(terms, formats.currency))
    return [
        _summary_line(label, dict.fromkeys(Model, amount), dict.fromkeys(Model, url), count, formats)
        for label, amount, url, count in (
            (_("Credited"), tally.attributed_minor, None, formats.count(tally.influenced_orders)),
            (
                _("Unattributed"),
                tally.unattributed_minor,
                unattributed,
                formats.count(tally.untouched_orders),
            ),
            (_("Revenue"), tally.revenue_minor, orders, formats.count(tally.orders)),
        )
    ]


def rank_by(rows: Iterable[CreditRow], chosen: Model) -> list[CreditRow]:
    """Every row, most under the chosen model first; those it gives nothing come last."""
    rows = list(rows)
    first = rank_rows(rows, chosen)
    known = {row.key for row in first}
    others = [row for row in rows if row.key not in known]
    return first + sorted(others, key=lambda row: (-row.spread_minor, row.name.casefold(), row.key))


def credit_line(row: CreditRow, by: By, terms: Terms, formats: Formats, link: Link) -> CreditLine:
    return CreditLine(
        row.name,
        {model: formats.money(row.credits[model]) for model in Model},
        {
            model: link("reports.credits", **terms.arguments(by=by.value, model=model.value, row=row.key))
            for model in Model
        },
        formats.money(row.spread_minor),
        formats.count(row.orders),
    )


def _summary_line(
    label: str,
    amounts: dict[Model, int],
    urls: dict[Model, str | None],
    orders: str,
    formats: Formats,
    *,
    is_rest: bool = False,
) -> CreditLine:
    return CreditLine(
        label, {model: formats.money(amounts[model]) for model in Model}, urls, "", orders, is_rest
    )


def disagreements_of(
    credits: Mapping[By, Sequence[CreditRow]], attributed_minor: int, formats: Formats
) -> list[str]:
    """How much the models disagree, per grouping: the widest gap between any two."""
    sentences = []
    for by, rows in credits.items():
        gaps = disagreement(rows)
        (one, other), widest = max(gaps.items(), key=lambda gap: gap[1])
        if widest:
            sentences.append(
                _(
                    "%(by_grouping)s: %(amount)s (%(share)s of what is credited) goes to other rows under "
                    "“%(one)s” than under “%(other)s”.",
                    by_grouping=BY_GROUPING[by],
                    amount=formats.money(widest),
                    share=formats.share(widest, attributed_minor),
                    one=MODELS[one],
                    other=MODELS[other],
                )
            )
    return sentences


# -- training ----------------------------------------------------------------------------------


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


# -- what the figures rest on ------------------------------------------------------------------


def notes_of(overview: Overview, formats: Formats) -> list[str]:
    """What is not in the figures."""
    return [
        ngettext(
            "Not in these figures: %(n)s order in %(currency)s, %(amount)s. Nothing is converted.",
            "Not in these figures: %(n)s orders in %(currency)s, %(amount)s. Nothing is converted.",
            other.orders,
            n=formats.count(other.orders),
            currency=other.currency,
            amount=Formats(formats.locale, other.currency).money(other.total_minor),
        )
        for other in overview.other_currencies
    ]


def facts_of(overview: Overview, formats: Formats) -> list[tuple[str, str]]:
    """As-of instant, currency, filters, model and look-back, and a value to compare printouts by."""
    facts = facts_of_terms(overview.terms, overview.currency, overview.time_zone, overview.as_of, formats)
    return [*facts, (_("Check value"), overview.fingerprint)]


def facts_of_terms(
    terms: Terms, currency: str, time_zone: str, as_of: datetime, formats: Formats
) -> list[tuple[str, str]]:
    """What figures rest on, so that they can be asked for again."""
    return [
        (_("As of"), formats.instant(as_of, time_zone)),
        (_("Time zone"), time_zone),
        (_("Currency"), _("%(currency)s, nothing converted", currency=currency)),
        (_("Period"), name_period(terms, [], formats)),
        (_("Region"), terms.region_name or _("All regions")),
        (_("Partner"), terms.partner_name or _("All partners")),
        (_("Model"), str(MODELS[terms.model])),
        (
            _("Look-back"),
            ngettext("%(n)s day", "%(n)s days", terms.lookback_days, n=formats.count(terms.lookback_days)),
        ),
    ]
