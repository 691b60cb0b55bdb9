"""Between what people send and what the domain takes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from flask_wtf import FlaskForm

from prm.errors import DomainError


def show_error(form: FlaskForm, error: DomainError) -> None:
    """Put a broken rule's messages where they belong on the form; what was typed stays there."""
    for name, message in error.fields.items():
        if name in form:
            form[name].errors = [*form[name].errors, message]
    if not any(name in form for name in error.fields):
        form.form_errors = [*form.form_errors, str(error)]


def asked_date(arguments: Mapping[str, str], name: str) -> date | None:
    """The date (ISO 8601) that an address asks for; None where it is none a calendar here can hold."""
    try:
        asked = date.fromisoformat(arguments.get(name, ""))
    except ValueError:
        return None
    return asked if 1900 <= asked.year <= 2200 else None
