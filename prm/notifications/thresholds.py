"""When a date that comes nearer is worth a word."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from prm.access import Actor
from prm.notifications.queries import Plan

LOOK_BACK = timedelta(days=30)  # what passed longer ago is not news, even on the first day
PAST = 0
BATCH = 250  # enrolments, people, partnerships or audits in one transaction


@dataclass(frozen=True)
class Day:
    """What every stage of a look needs to know of the day."""

    actor: Actor
    plan: Plan
    today: date


def threshold_of(on: date, today: date, days: Sequence[int], since: date) -> int | None:
    """The nearest threshold that a date has reached, PAST once it lies behind; None: nothing to tell.

    `since` is the day on which the date was first known. Pure.
    """
    left = (on - today).days
    if left < 0:
        return PAST if today - on <= LOOK_BACK else None
    reached = [each for each in days if left <= each]
    if not reached:
        return None
    nearest = min(reached)
    return nearest if on - timedelta(days=nearest) > since else None
