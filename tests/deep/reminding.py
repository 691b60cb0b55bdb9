"""A worker that looks at a day's reminders and is killed (SIGKILL) at its n-th step.

    python -m tests.deep.reminding FOLDER ISO_DATE STEP

Steps are every SQL statement and both sides of every commit. STEP 0 lets it finish and prints how many
steps there were.
"""

from __future__ import annotations

import os
import signal
import sys
from datetime import UTC, date, datetime, time
from pathlib import Path

from sqlalchemy import event
from sqlalchemy.engine import Engine

from prm import create_app
from prm.accounts.sessions import find_vendor
from prm.infra import clock
from prm.infra.db import serve_vendor
from prm.notifications import reminders
from tests.conftest import settings

_steps = 0
_last = int(sys.argv[3])


def step(*_arguments: object) -> None:
    """Count one step; die at the one that was asked for."""
    global _steps
    _steps += 1
    if _steps == _last:
        os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    reminders.BATCH = 20
    application = create_app(settings(Path(sys.argv[1]), TESTING="0"))
    for moment in ("before_cursor_execute", "after_cursor_execute", "commit"):
        event.listen(Engine, moment, step)
    day = datetime.combine(date.fromisoformat(sys.argv[2]), time(9), tzinfo=UTC)
    with clock.freeze(day), application.app_context():
        vendor = find_vendor("acme")
        assert vendor is not None
        with serve_vendor(vendor.id):
            reminders.remind(vendor.id)
    print(f"steps {_steps}", flush=True)
