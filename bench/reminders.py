"""A day's reminders on a channel as large as the demo's: time, memory, longest transaction.

    flask demo seed --partners 10000 --seed 7            # once, with the settings below
    python bench/reminders.py [DAYS]                     # of the installation that the settings name

Prints a line for each day looked at, from today on, and what the process took. It writes: use a copy.
"""

from __future__ import annotations

import resource
import sys
import time
from datetime import timedelta

from sqlalchemy import func, select

from prm import create_app
from prm.extensions import db
from prm.infra import clock
from prm.infra.db import serve_vendor
from prm.notifications import queries, reminders
from prm.notifications.models import Notification


def megabytes() -> float:
    """The most memory that this process has held, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def look_at(vendor_id: int, day: int) -> None:
    longest, batches = 0.0, 0
    started = time.perf_counter()
    with clock.freeze(clock.now() + timedelta(days=day)), serve_vendor(vendor_id):
        before = db.session.scalar(select(func.count(Notification.id))) or 0
        while reminders.is_due(vendor_id):
            began = time.perf_counter()
            reminders.remind_of_batch(vendor_id)
            longest, batches = max(longest, time.perf_counter() - began), batches + 1
        told = (db.session.scalar(select(func.count(Notification.id))) or 0) - before
    print(
        f"day {day:2}: {time.perf_counter() - started:6.1f} s, {batches:4} batches, the longest "
        f"{longest:5.2f} s, {told:6} told, {megabytes():5.0f} MiB at most"
    )


def main() -> None:
    days = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    app = create_app()
    with app.app_context():
        print(f"{megabytes():.0f} MiB before")
        for vendor_id in queries.list_vendor_ids():
            for day in range(days):
                look_at(vendor_id, day)


if __name__ == "__main__":
    main()
