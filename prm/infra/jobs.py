"""Background work: an embedded queue by default, Redis by REDIS_URL.

The database is the truth: a job only advances what a row says is due and is safe to run twice, so
a lost queue loses nothing: `sweep` (every minute) enqueues whatever is due and was not done.
Tasks live in each domain's tasks.py: ids in, call a service.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask, current_app
from huey import Huey, MemoryHuey, RedisHuey, SqliteHuey

from prm.infra import metrics
from prm.infra.db import after_commit

_SWEEPERS: list[Callable[[], None]] = []


def make_queue(app: Flask) -> Huey:
    """The queue that the settings name; at once and in this process under TESTING."""
    if app.config["TESTING"]:
        return MemoryHuey("prm", immediate=True)
    if url := app.config["REDIS_URL"]:
        return RedisHuey("prm", url=url)
    folder = app.config["DATA_DIR"]
    folder.mkdir(parents=True, exist_ok=True)
    return SqliteHuey("prm", filename=str(folder / "queue.sqlite"), fsync=True)


def init_app(app: Flask) -> None:
    app.extensions["prm_queue"] = make_queue(app)


class Job:
    """A function that runs in the background. `enqueue` is called after the commit that made it due."""

    def __init__(self, function: Callable[..., None]) -> None:
        self.function = function
        self.name = f"{function.__module__}.{function.__name__}"
        JOBS[self.name] = self

    def __call__(self, *arguments: Any) -> None:
        self.function(*arguments)

    def enqueue(self, app: Flask, *arguments: Any) -> None:
        queue = app.extensions["prm_queue"]
        if app.config["TESTING"]:
            # In the caller's process, but as a job runs: in a context and a session of its own.
            with app.app_context(), _counted(app, self.name):
                self.function(*arguments)
            return
        queue.enqueue(_runner(app).s(self.name, list(arguments)))


JOBS: dict[str, Job] = {}


def job(function: Callable[..., None]) -> Job:
    """Declare a background function: ids in, safe to run twice."""
    return Job(function)


def sweeper(function: Callable[[], None]) -> Callable[[], None]:
    """Declare what finds due rows that no job advanced; called every minute, for all vendors."""
    _SWEEPERS.append(function)
    return function


@contextmanager
def _counted(app: Flask, name: str) -> Iterator[None]:
    try:
        yield
    except BaseException:
        metrics.count_job(app, name, "failed")
        raise
    metrics.count_job(app, name, "done")


def _runner(app: Flask) -> Any:
    queue = app.extensions["prm_queue"]
    if "prm_runner" not in app.extensions:

        @queue.task(name="run", retries=3, retry_delay=10)  # type: ignore[untyped-decorator]
        def run(name: str, arguments: list[Any]) -> None:
            with app.app_context(), _counted(app, name):
                JOBS[name](*arguments)

        app.extensions["prm_runner"] = run
    return app.extensions["prm_runner"]


def sweep(app: Flask) -> None:
    """Find everything due and do it. A failing sweeper is logged and does not stop the others."""
    for function in _SWEEPERS:
        with app.app_context():
            try:
                with _counted(app, f"{function.__module__}.{function.__name__}"):
                    function()
            except Exception:
                app.logger.exception("sweeper_failed", extra={"sweeper": function.__name__})


def make_consumer(app: Flask, workers: int = 2) -> Any:
    """The worker: runs queued jobs and, every minute, the sweepers."""
    queue = app.extensions["prm_queue"]
    _runner(app)

    @queue.periodic_task(lambda _moment: True, name="sweep")  # type: ignore[untyped-decorator]
    def sweep_each_minute() -> None:
        sweep(app)

    return queue.create_consumer(
        workers=workers,
        max_delay=0.2,  # Huey's SQLite polling would back off to ten seconds
        periodic=True,
        graceful_signal="TERM",  # what service managers and `flask serve` send
        shutdown_timeout=20,  # then jobs are interrupted; their rows still say that they are due
    )


def enqueue_after_commit(task: Job, *arguments: Any) -> None:
    """Hurry along what the open transaction makes due; nothing is enqueued if it fails."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    after_commit(lambda: task.enqueue(app, *arguments))
