"""`flask worker`: runs queued jobs, and every minute whatever is due."""

from __future__ import annotations

import click
from flask import Flask, current_app
from flask.cli import with_appcontext

from prm.infra.jobs import make_consumer

_JOB_THREADS = 2


@click.command("worker")
@with_appcontext
def worker_command() -> None:
    """Run queued jobs, and every minute whatever is due, until SIGTERM.

    `flask serve` starts one; further machines may run more of them where REDIS_URL is set.
    """
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    make_consumer(app, _JOB_THREADS).run()


group = worker_command
