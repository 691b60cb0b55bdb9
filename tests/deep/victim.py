"""A process that does one piece of work and is killed (SIGKILL) at its n-th step.

    python -m tests.deep.victim FOLDER import|apply|issue|render STEP

Steps are every SQL statement (before and after), every file operation of the store (before and
after fsync and rename), and both sides of every commit. STEP 0 lets it finish and prints how many
steps there were. "acknowledged" is printed once the work's transaction has committed and returned.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import event, select
from sqlalchemy.engine import Engine

from prm import create_app
from prm.access import system_actor
from prm.accounts.sessions import find_vendor
from prm.certification import tasks as certification_tasks
from prm.certification.models import CertificateFile
from prm.extensions import db
from prm.imports import tasks as import_tasks
from prm.imports.models import BatchStatus, ImportBatch, ImportKind
from prm.imports.options import ImportOptions
from prm.imports.services.running import run_import
from prm.infra import storage
from prm.infra.db import serve_vendor, transaction
from tests.conftest import settings
from tests.deep.kill_world import complete_course, deals_file, run_issue

_steps = 0
_last = int(sys.argv[3]) if len(sys.argv) > 3 else 0


def step() -> None:
    """Count one step; die at the one that was asked for."""
    global _steps
    _steps += 1
    if _steps == _last:
        os.kill(os.getpid(), signal.SIGKILL)


def around(function: Callable[..., Any]) -> Callable[..., Any]:
    def stepped(*args: Any, **kwargs: Any) -> Any:
        step()
        result = function(*args, **kwargs)
        step()
        return result

    return stepped


class _SteppedOs:
    """os for prm.infra.storage, with a step on both sides of what reaches the disk."""

    def __getattr__(self, name: str) -> Any:
        found = getattr(os, name)
        return around(found) if name in {"replace", "fsync"} else found


def watch() -> None:
    event.listen(Engine, "before_cursor_execute", lambda *_: step())
    event.listen(Engine, "after_cursor_execute", lambda *_: step())
    event.listen(Engine, "commit", lambda *_: step())
    storage.os = _SteppedOs()  # type: ignore[assignment]


def work(kind: str) -> None:
    vendor = find_vendor("acme")
    assert vendor is not None
    key = vendor.id
    if kind == "apply":
        with serve_vendor(key):
            batch = db.session.scalars(
                select(ImportBatch.id).where(ImportBatch.status == BatchStatus.DUE)
            ).one()
        watch()
        import_tasks.apply_batch(key, batch)
    elif kind == "import":
        watch()
        with serve_vendor(key), transaction():
            run_import(
                system_actor(key),
                deals_file(),
                "deals.csv",
                kind=ImportKind.DEALS,
                source="crm",
                options=ImportOptions(won_as_orders=True, create_partners=True),
            )
    elif kind == "issue":
        watch()
        run_issue(key, complete_course)
    else:
        with serve_vendor(key):
            file = db.session.scalars(
                select(CertificateFile.id).where(CertificateFile.file_id.is_(None))
            ).first()
        assert file is not None
        watch()
        certification_tasks.render_file(key, file)
    print("acknowledged", flush=True)


if __name__ == "__main__":
    application = create_app(settings(Path(sys.argv[1]), TESTING="0"))
    with application.app_context():
        work(sys.argv[2])
    print(f"steps {_steps}", flush=True)
