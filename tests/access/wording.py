"""What an oracle says of an answer, in words."""

from __future__ import annotations

import json
import re

from tests.access.site import Answer


def reason(answer: Answer) -> str:
    """What the portal said, where it says why: a traceback of its log, a message of its form."""
    for line in answer.logged.splitlines():
        if '"exception"' in line:
            told = json.loads(line)["exception"].strip().splitlines()
            ours = [part.strip() for part in told if "/prm/" in part]
            return f": {told[-1][:300]} ({ours[-1] if ours else 'outside prm'})"
    said = re.findall(rb"(?:error|alert)[^>]*>\s*([^<>{}]{8,160})<", answer.content)
    return f" ({b' | '.join(said[:4]).decode('utf-8', 'replace')})" if said else ""


def first_difference(one: Answer, other: Answer) -> str:
    left, right = one.normalised(), other.normalised()
    at = next(
        (i for i, (a, b) in enumerate(zip(left, right, strict=False)) if a != b), min(len(left), len(right))
    )
    return f"{left[max(0, at - 60) : at + 60]!r} / {right[max(0, at - 60) : at + 60]!r}"
