"""The charts of the revenue report: the same drawings for page and PDF."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext as _

from prm.attribution.credits import Model
from prm.attribution.grouping import By, CreditRow, rank_rows
from prm.attribution.labels import MODELS
from prm.infra.charts import Chart, bar_chart, money_format, stacked_bar
from prm.reports.formats import Formats
from prm.reports.labels import REVENUE_BY
from prm.reports.queries import Overview
from prm.revenue.queries import By as RevenueBy

MOST_BARS = 8
MOST_REGIONS = 6  # more colours are not told apart


@dataclass(frozen=True)
class Charts:
    by_quarter: Chart
    by_campaign: Chart


def draw(overview: Overview, formats: Formats) -> Charts:
    """Every chart of the report."""
    return Charts(
        draw_quarters(overview, formats),
        draw_credits(
            overview.credits[By.CAMPAIGN], overview.unattributed_minor, overview.terms.model, formats
        ),
    )


def draw_quarters(overview: Overview, formats: Formats) -> Chart:
    """Revenue per quarter, in parts by region where no part is negative."""
    labels = [quarter.label for quarter in overview.quarters]
    number = money_format(overview.currency, formats.locale)
    title = str(REVENUE_BY[RevenueBy.QUARTER])
    regions = overview.quarters_by_region
    summary = "; ".join(
        f"{row.label}: {formats.money(row.revenue_minor)}" for row in overview.by_quarter.rows
    )
    if any(amount < 0 for amounts in regions.values() for amount in amounts):
        sums = [sum(column) for column in zip(*regions.values(), strict=True)]
        return bar_chart(
            labels,
            [formats.major(amount) for amount in sums],
            title=title,
            number=number,
            summary=summary,
            is_rtl=formats.is_rtl,
        )
    series = {}
    for place, (name, amounts) in enumerate(regions.items()):
        if place < MOST_REGIONS - 1 or len(regions) <= MOST_REGIONS:
            series[name or _("No region")] = list(amounts)
        else:
            others = series.setdefault(_("Other regions"), [0] * len(labels))
            series[_("Other regions")] = [a + b for a, b in zip(others, amounts, strict=True)]
    return stacked_bar(
        labels,
        {name: [formats.major(amount) for amount in amounts] for name, amounts in series.items()},
        title=title,
        number=number,
        summary=summary,
        is_rtl=formats.is_rtl,
    )


def draw_credits(rows: Sequence[CreditRow], unattributed_minor: int, model: Model, formats: Formats) -> Chart:
    """What a model credits to whom, most first, and what stays unattributed."""
    shown = [(row.name, row.credits[model]) for row in rank_rows(rows, model)][:MOST_BARS]
    shown.append((_("Unattributed"), unattributed_minor))
    return bar_chart(
        [name for name, _amount in shown],
        [formats.major(amount) for _name, amount in shown],
        title=_("Credited revenue under “%(model)s”", model=MODELS[model]),
        number=money_format(formats.currency, formats.locale),
        summary="; ".join(f"{name}: {formats.money(amount)}" for name, amount in shown),
        is_horizontal=True,
        is_rtl=formats.is_rtl,
    )
