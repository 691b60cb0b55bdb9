"""Text that people type, made fit to keep."""

from __future__ import annotations

import unicodedata

from flask_babel import gettext as _

from prm.errors import DomainError


def one_line(text: str, limit: int) -> str:
    """The text on one line, without control characters, composed, at most `limit` characters."""
    visible = "".join(" " if unicodedata.category(c) in ("Cc", "Cs") else c for c in text)
    return unicodedata.normalize("NFC", " ".join(visible.split()))[:limit]


def required_reason(text: str) -> str:
    """A reason of at most 500 characters. Raises DomainError without one."""
    reason = one_line(text, 500)
    if not reason:
        message = _("Give a reason: it is kept for audits.")
        raise DomainError(message, {"reason": message})
    return reason
