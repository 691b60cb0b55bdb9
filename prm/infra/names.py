"""How names of companies and things are compared."""

from __future__ import annotations


def fold_name(name: str) -> str:
    """A name as it is compared: case and spacing do not count. At most 200 characters."""
    return " ".join(name.split()).casefold()[:200]
