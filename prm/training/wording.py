"""Text as it was typed, made fit to keep."""

from __future__ import annotations

import re

from flask_babel import gettext as _

from prm.errors import DomainError

# What no text holds and PostgreSQL refuses: C0 controls but tab and line end, lone surrogates.
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")


def clean_line(text: str) -> str:
    """One line: spaces folded, no control characters."""
    return " ".join(_CONTROLS.sub("", text).split())


def clean_text(text: str) -> str:
    """Several lines with plain line ends and no control characters."""
    return _CONTROLS.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def need(value: str, field: str, message: str, longest: int) -> str:
    """`value`, or DomainError where it is empty or longer than `longest` characters."""
    if not value.strip():
        raise DomainError(message, {field: message})
    return at_most(value, field, longest)


def at_most(value: str, field: str, longest: int) -> str:
    if len(value) > longest:
        message = _("This may have at most %(count)s characters.", count=longest)
        raise DomainError(message, {field: message})
    return value
