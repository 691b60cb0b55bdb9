"""Things that happened, in order, each at its moment."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator
from datetime import date, datetime

from prm.infra import clock
from prm.infra.db import transaction


class History:
    """Collects what is to happen and lets it happen day by day, oldest first.

    What happens may plan what follows from it.
    """

    def __init__(self, until: datetime) -> None:
        self.until = until
        self._to_come: list[tuple[datetime, int, Callable[[], None]]] = []
        self._planned = 0

    def at(self, instant: datetime, act: Callable[[], None]) -> None:
        """Let `act` happen at an instant; what lies after `until` does not happen."""
        if instant < self.until:
            self._planned += 1
            heapq.heappush(self._to_come, (instant, self._planned, act))

    def play(self) -> Iterator[tuple[date, int]]:
        """Each day in one transaction, the clock at each moment; yields (day, acts to come)."""
        while self._to_come:
            day = self._to_come[0][0].date()
            with clock.freeze(self._to_come[0][0]) as now, transaction():
                while self._to_come and self._to_come[0][0].date() == day:
                    instant, _number, act = heapq.heappop(self._to_come)
                    now.move_to(instant)
                    act()
            yield day, len(self._to_come)
