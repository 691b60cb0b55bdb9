"""Reads of reports: the figures, composed from what other domains know."""

from prm.reports.queries.overview import (
    CREDIT_GROUPINGS,
    Choices,
    Comparison,
    Overview,
    compose_overview,
    disagreement,
    read_choices,
)
from prm.reports.queries.trained import Side, TrainedSplit

__all__ = [
    "CREDIT_GROUPINGS",
    "Choices",
    "Comparison",
    "Overview",
    "Side",
    "TrainedSplit",
    "compose_overview",
    "disagreement",
    "read_choices",
]
