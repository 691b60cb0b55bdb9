"""What the address asks of a report."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import g, request, url_for

from prm.access import current_actor
from prm.attribution.credits import Model
from prm.attribution.labels import MODELS
from prm.errors import DomainError
from prm.infra import clock
from prm.reports.formats import Formats, formats_for
from prm.reports.forms import ReportForm, read_form, terms_of
from prm.reports.queries import Choices, read_choices
from prm.reports.terms import Terms


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


def read_asked() -> Asked:
    choices = read_choices(current_actor(), g.vendor, request.args.get("partner", ""))
    form = read_form(request.args, choices)
    terms = None
    if form.validate():
        terms = terms_of(form, clock.today(g.vendor.time_zone), g.vendor.fiscal_year_start_month)
    return Asked(form, choices, terms, formats_for(g.vendor.currency))


def terms_asked() -> tuple[Terms, Formats]:
    """For answers that show no form. Raises DomainError where the address makes no sense."""
    asked = read_asked()
    if asked.terms is None:
        messages = [str(message) for errors in asked.form.errors.values() for message in errors]
        raise DomainError(" ".join(messages))
    return asked.terms, asked.formats


def model_switch(terms: Terms, endpoint: str, **arguments: str) -> list[tuple[str, str, bool]]:
    """(label, address, is chosen) of each model, for the same page."""
    return [
        (
            str(MODELS[model]),
            url_for(endpoint, **terms.arguments(model=model.value, **arguments), _anchor="credit"),
            model is terms.model,
        )
        for model in Model
    ]


def chosen_of(kind: Any, text: str | None, default: Any) -> Any:
    """A word of the address as a member; a word that is none counts as absent."""
    try:
        return kind(text)
    except ValueError:
        return default
