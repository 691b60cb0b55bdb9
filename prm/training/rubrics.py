"""A rubric as authors type it: lines of text into criteria with levels, and back.

Diagnosis
0: wrong or missing
3: right, without a reason
5: right, with its reason
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from flask_babel import gettext as _

from prm.errors import DomainError
from prm.training.queries.tasks import Criterion
from prm.training.wording import clean_text

_LEVEL = re.compile(r"\s*(\d{1,4})\s*[:)\u2013-]\s*(.*)")


def read_rubric(text: str) -> list[tuple[str, list[tuple[int, str]]]]:
    """The criteria with their levels (points, text). Raises DomainError (field "rubric") for a level
    that belongs to no criterion."""
    criteria: list[tuple[str, list[tuple[int, str]]]] = []
    for number, line in enumerate(clean_text(text).splitlines(), 1):
        if not line.strip():
            continue
        found = _LEVEL.fullmatch(line)
        if found is None:
            criteria.append((line.strip(), []))
        elif not criteria:
            message = _("Line %(number)s: write the criterion before its levels.", number=number)
            raise DomainError(message, {"rubric": message})
        else:
            criteria[-1][1].append((int(found.group(1)), found.group(2).strip()))
    return criteria


def write_rubric(criteria: Sequence[Criterion]) -> str:
    """The same as text."""
    return "\n\n".join(
        "\n".join([criterion.title, *(f"{level.points}: {level.text}" for level in criterion.levels)])
        for criterion in criteria
    )
