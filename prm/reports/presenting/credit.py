"""Credit as people read it: tables, sums, and how much the models disagree."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from flask_babel import gettext as _
from flask_babel import ngettext

from prm.attribution.credits import Model, Tally
from prm.attribution.grouping import UNATTRIBUTED, By, CreditRow, rank_rows
from prm.attribution.labels import BY_GROUPING, CREDIT_BY, GROUPINGS, MODELS
from prm.reports.formats import Formats
from prm.reports.presenting.facts import orders_arguments
from prm.reports.queries import Overview, disagreement
from prm.reports.shown import CreditLine, CreditTable, Link
from prm.reports.terms import Terms

TOP_CREDITS = 6


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
    orders = link("revenue.orders", **orders_arguments(terms, formats.currency))
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
