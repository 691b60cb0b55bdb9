"""Which of the names we know is most like one that we do not."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import SequenceMatcher

LEAST = 0.6
MOST = 2000  # names compared; beyond that a person searches quicker than this does


def most_similar(value: str, names: Iterable[str]) -> str | None:
    """The most similar name, or None where none is similar. Spacing, case and signs do not count."""
    wanted = _bare(value)
    best, best_ratio = None, LEAST
    for name, _ in zip(names, range(MOST), strict=False):
        matcher = SequenceMatcher(None, wanted, _bare(name))
        if matcher.real_quick_ratio() < best_ratio or matcher.quick_ratio() < best_ratio:
            continue
        ratio = matcher.ratio()
        if ratio > best_ratio or (best is None and ratio == best_ratio):
            best, best_ratio = name, ratio
    return best


def _bare(name: str) -> str:
    return "".join(c for c in name[:100].casefold() if c.isalnum())
