"""Between forms and broken rules."""

from __future__ import annotations

from flask_wtf import FlaskForm

from prm.errors import DomainError


def show_error(form: FlaskForm, error: DomainError) -> None:
    """Put a broken rule's messages where they belong on the form; what was typed stays there."""
    for name, message in error.fields.items():
        if name in form:
            form[name].errors = [*form[name].errors, message]
    if not any(name in form for name in error.fields):
        form.form_errors = [*form.form_errors, str(error)]
