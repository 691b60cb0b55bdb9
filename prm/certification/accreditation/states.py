"""What an award is on a day. Pure: no database, no clock."""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum
from typing import Protocol

SOON = timedelta(days=90)


class State(StrEnum):
    HOLDS = "holds"
    LAPSING = "lapsing"  # holds, and lapses within 90 days as things are
    ENDED = "ended"
    NOT_YET = "not_yet"

    @property
    def holds(self) -> bool:
        return self in {State.HOLDS, State.LAPSING}


class Dated(Protocol):
    """What a state follows from."""

    @property
    def awarded_on(self) -> date: ...
    @property
    def ended_on(self) -> date | None: ...
    @property
    def lapses_on(self) -> date | None: ...


def end_of(award: Dated, today: date) -> date | None:
    """The day on which an award ended, also where nobody has looked since it lapsed; None: it holds."""
    if award.ended_on is not None:
        return award.ended_on
    return award.lapses_on if award.lapses_on is not None and award.lapses_on <= today else None


def state_of(award: Dated, today: date) -> State:
    """What an award is today; the day on which it ends is not one of its days."""
    if end_of(award, today) is not None:
        return State.ENDED
    if award.lapses_on is not None and award.lapses_on - today <= SOON:
        return State.LAPSING
    return State.HOLDS


def state_then(award: Dated, day: date, today: date) -> State:
    """What it was, is or will be on a day, as is known today."""
    if day < award.awarded_on:
        return State.NOT_YET
    end = award.ended_on or award.lapses_on
    if end is not None and end <= day:
        return State.ENDED
    return state_of(award, max(day, award.awarded_on)) if day <= today else State.HOLDS
