"""The only place that asks what time it is.

Instants are aware, in UTC, with microseconds. A test or the seeding of a history sets the clock for
its own context; other threads keep the real time.
"""

from __future__ import annotations

import time as _time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

_LONGEST_ZONE_NAME = 64


class UnknownTimeZone(ValueError):
    """The name is not one of the IANA time zones this machine knows."""


class SetClock:
    """A clock that shows what it was told to, running on from there or standing still."""

    def __init__(self, instant: datetime, *, is_running: bool) -> None:
        self._shown = _as_utc(instant)
        self._is_running = is_running
        self._since = _time.monotonic()

    def now(self) -> datetime:
        if not self._is_running:
            return self._shown
        return self._shown + timedelta(seconds=_time.monotonic() - self._since)

    def move_to(self, instant: datetime) -> None:
        """Show this instant from now on, earlier or later."""
        self._shown = _as_utc(instant)
        self._since = _time.monotonic()

    def advance(self, step: timedelta | None = None, /, **parts: float) -> datetime:
        """Move on by a timedelta or by its parts (`days=3`); returns the new instant."""
        self.move_to(self.now() + (step if step is not None else timedelta(**parts)))
        return self._shown


_set_clock: ContextVar[SetClock | None] = ContextVar("prm_set_clock", default=None)


def now() -> datetime:
    """The current instant: aware, UTC, microseconds."""
    clock = _set_clock.get()
    return clock.now() if clock is not None else datetime.now(UTC)


def today(zone_name: str) -> date:
    """The current date in an IANA zone. Raises UnknownTimeZone."""
    return to_zone(now(), zone_name).date()


def monotonic() -> float:
    """Seconds for measuring durations: never set, never going back, whatever now() shows."""
    return _time.monotonic()


def to_zone(instant: datetime, zone_name: str) -> datetime:
    """The same instant on the wall clock of an IANA zone.

    Raises UnknownTimeZone, and ValueError for an instant without an offset.
    """
    return _as_utc(instant).astimezone(zone(zone_name))


def day_start(on: date, zone_name: str) -> datetime:
    """The instant (UTC) at which a date begins in a zone. Raises UnknownTimeZone.

    Where midnight is skipped by a clock change, the first instant after the gap. A day is
    `day_start(d) <= instant < day_start(d + one day)`: with 23, 24 or 25 hours.
    """
    return datetime.combine(on, time(0), tzinfo=zone(zone_name)).astimezone(UTC)


@lru_cache(maxsize=1024)
def zone(zone_name: str) -> ZoneInfo:
    """The zone of an IANA name. Raises UnknownTimeZone."""
    if len(zone_name) > _LONGEST_ZONE_NAME:
        # The zone is looked for as a package, level by level: a long path exhausts the stack.
        raise UnknownTimeZone(f"unknown time zone: {zone_name[:80]!r}")
    try:
        return ZoneInfo(zone_name)
    except (KeyError, ValueError, OSError) as error:
        raise UnknownTimeZone(f"unknown time zone: {zone_name[:80]!r}") from error


@contextmanager
def freeze(instant: datetime) -> Iterator[SetClock]:
    """Within the block now() stands still at `instant` until the yielded clock is moved."""
    with _use(SetClock(instant, is_running=False)) as clock:
        yield clock


@contextmanager
def travel(instant: datetime) -> Iterator[SetClock]:
    """Within the block now() starts at `instant` and runs on."""
    with _use(SetClock(instant, is_running=True)) as clock:
        yield clock


@contextmanager
def _use(clock: SetClock) -> Iterator[SetClock]:
    token = _set_clock.set(clock)
    try:
        yield clock
    finally:
        _set_clock.reset(token)


def _as_utc(instant: datetime) -> datetime:
    if instant.utcoffset() is None:
        raise ValueError("an instant needs an offset: a naive datetime is nobody's time")
    return instant.astimezone(UTC)
