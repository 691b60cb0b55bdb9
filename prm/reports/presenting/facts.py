"""What figures rest on, in words: the period, what is left out, how to ask for them again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from flask_babel import gettext as _
from flask_babel import ngettext

from prm.attribution.credits import Unit
from prm.attribution.labels import MODELS
from prm.reports.formats import Formats
from prm.reports.labels import PRESETS
from prm.reports.periods import Period
from prm.reports.queries import Overview
from prm.reports.terms import Terms


def name_period(terms: Terms, units: Sequence[Unit], formats: Formats) -> str:
    """The preset and its days; for an open end, the day on which something was first or last ordered."""
    first, last = terms.period.first, terms.period.last
    if units:
        first, last = first or units[0].ordered_on, last or units[-1].ordered_on
    if first is None and last is None:
        return str(PRESETS[terms.preset])
    days = formats.period(Period(first, last))
    return _("%(period)s: %(days)s", period=PRESETS[terms.preset], days=days)


def orders_arguments(terms: Terms, currency: str) -> dict[str, str]:
    """The parameters with which the list of orders shows exactly those of the report."""
    wanted = {
        "currency": currency,
        "from": terms.period.first,
        "to": terms.period.last,
        "region": terms.region,
        "partner": terms.partner,
    }
    return {name: str(value) for name, value in wanted.items() if value is not None}


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
