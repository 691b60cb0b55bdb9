"""The languages in which a vendor's people are spoken to."""

from __future__ import annotations

from typing import Protocol

from flask import current_app


class Speaking(Protocol):
    """A vendor, as far as its languages go."""

    languages: list[str]


def offered_languages(vendor: Speaking | None) -> list[str]:
    """The vendor's choice among the installation's languages, the default first; without a choice, all."""
    installed: list[str] = current_app.config["LANGUAGES"]
    chosen = [code for code in (vendor.languages if vendor is not None else ()) if code in installed]
    return chosen or installed


def language_for(vendor: Speaking | None, wanted: str) -> str:
    """The language wanted where the vendor offers it, else its default."""
    offered = offered_languages(vendor)
    return wanted if wanted in offered else offered[0]


def default_language(vendor: Speaking) -> str | None:
    """The language of who is not known yet; None where the vendor chose none."""
    return offered_languages(vendor)[0] if vendor.languages else None
