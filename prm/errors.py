"""Broken rules, written for the person who reads them; imports nothing of ours.

Services raise a DomainError. One handler per audience (page, htmx, JSON, command line) answers:
prm/infra/http.py for the web, prm/cli/__init__.py for the command line.
"""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import gettext as _


class DomainError(Exception):
    """A rule was broken by what was asked. `str(error)` is a sentence for the person asking.

    `fields` names the form fields at fault: {"closed_on": "The deal cannot close before …"}.
    """

    status = 422

    def __init__(self, message: str, fields: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.fields = dict(fields or {})


class NotFound(DomainError):
    """The row does not exist, or not for this person: the answer is the same."""

    status = 404

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or _("We could not find that page."))


class Forbidden(DomainError):
    status = 403

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or _("Your role does not include this."))


class Conflict(DomainError):
    """Somebody else changed it first, or it is used up."""

    status = 409


class TooMany(DomainError):
    """A limit on attempts was reached; asking again later may work."""

    status = 429
