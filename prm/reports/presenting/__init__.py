"""Reports as people read them: finished texts and addresses."""

from prm.reports.presenting.credit import credit_line, credit_summary, disagreements_of, rank_by
from prm.reports.presenting.facts import facts_of, facts_of_terms, name_period, notes_of
from prm.reports.presenting.overview import present

__all__ = [
    "credit_line",
    "credit_summary",
    "disagreements_of",
    "facts_of",
    "facts_of_terms",
    "name_period",
    "notes_of",
    "present",
    "rank_by",
]
