"""`flask serve`: the web server and the background worker as one foreground process.

`flask serve` supervises two children, each in a process group of its own: granian (which starts the
web processes) and `flask worker`. Whatever ends it ends all of them: Ctrl-C, SIGTERM, a closed
terminal, a child that died (then with exit status 1), even kill -9 of the supervisor.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any
from unicodedata import combining, east_asian_width
from urllib.parse import urlsplit

import click
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask, current_app
from flask.cli import with_appcontext
from flask_migrate import upgrade
from sqlalchemy import func, select

from config import own_environment
from prm.cli.demo import demo_sign_ins
from prm.demo.seed import seed_demo
from prm.extensions import db
from prm.infra.schema import SchemaError, check_schema
from prm.vendors.models import Vendor

_START_SECONDS = 60
_STOP_SECONDS = 25
_BLOCKING_THREADS = min(8, 2 * (os.cpu_count() or 1) + 1)  # per web process; connections suffice for 15
_PR_SET_PDEATHSIG = 1


# -- the command -------------------------------------------------------------------------------


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option(
    "--only",
    type=click.Choice(["web", "worker"]),
    help="Start one of the two: for machines that share the work.",
)
@click.option("--first-step", default=1, hidden=True, help="Number of the first step printed.")
@with_appcontext
def serve_command(host: str, port: int, only: str | None, first_step: int) -> None:
    """Run the portal: web server and background worker, until Ctrl-C or SIGTERM.

    The database must be migrated (`flask db upgrade`). A demo (DEMO=1) does that itself, and
    fills an empty database with a demo world.
    """
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    is_demo = bool(app.config["DEMO"])
    steps = _Steps(first_step, total=first_step - 1 + (3 if is_demo else 2))
    if only != "worker":
        _refuse_taken_port(host, port)
    if is_demo:
        with steps.step("Migrating the database"):
            upgrade()
        with steps.step("Making the demo world") as step:
            _fill_empty_demo(step)
        # scripts/demo starts over where this file is missing: the making was interrupted.
        (app.config["DATA_DIR"] / "ready").touch()
    else:
        with steps.step("Checking the database"):
            _refuse_other_schema(app)
    db.engine.dispose()  # the children open their own connections
    log = app.config["DATA_DIR"] / "server.log" if is_demo else None
    with steps.step("Starting the portal"):
        children = _start(app, host, port, only, log)
    _say_ready(app, only, log)
    sys.exit(_supervise(children))


group = serve_command


# -- before the start --------------------------------------------------------------------------


class _Step:
    """The line of one step: "[6/8] Migrating the database … done (2 s)"."""

    def __init__(self, words: str) -> None:
        self.words = words
        self.outcome = "done"
        self._shown = 0

    def show(self, progress: str) -> None:
        """Put how far it is behind the words, where a terminal can take it back."""
        if sys.stdout.isatty():
            click.echo(f"\r{self.words} … {progress:<{self._shown}}", nl=False)
            self._shown = len(progress)

    def finish(self, outcome: str) -> None:
        """End the line."""
        self.show(outcome)
        click.echo("" if sys.stdout.isatty() else outcome)


class _Steps:
    """Numbers the steps of a start."""

    def __init__(self, first: int, total: int) -> None:
        self.number = first
        self.total = total

    @contextmanager
    def step(self, words: str) -> Iterator[_Step]:
        """Print the line of a step around the block that is the step."""
        step = _Step(f"[{self.number}/{self.total}] {words}")
        self.number += 1
        click.echo(f"{step.words} … ", nl=False)
        sys.stdout.flush()
        started = time.monotonic()
        try:
            yield step
        except BaseException:
            step.finish("failed")
            raise
        step.finish(f"{step.outcome} ({time.monotonic() - started:.0f} s)")


def _refuse_taken_port(host: str, port: int) -> None:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        # As the server will: a connection of a minute ago that still lingers is no obstacle.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
            # Two listeners with SO_REUSEADDR bind alike; only one may listen.
            probe.listen(1)
        except OSError as error:
            raise click.ClickException(
                f"Port {port} of {host} cannot be used ({error.strerror}). Choose another one, for "
                f"example {port + 1}: `make demo PORT={port + 1}` or `flask serve --port {port + 1}`."
            ) from None


def _fill_empty_demo(step: _Step) -> None:
    """Make the demo world if there is no vendor yet."""
    if db.session.scalar(select(func.count(Vendor.id))):
        step.outcome = "kept as it was"
    else:
        seed_demo(tell=step.show)


def _refuse_other_schema(app: Flask) -> None:
    wanted = set(ScriptDirectory(str(_root(app) / "migrations")).get_heads())
    with db.engine.connect() as connection:
        found = set(MigrationContext.configure(connection).get_current_heads())
        if found != wanted:
            raise click.ClickException(
                f"The database is at version {', '.join(found) or '(none)'}, this program needs "
                f"{', '.join(wanted)}. Run `flask db upgrade` first."
            )
        try:
            check_schema(connection)
        except SchemaError as error:
            raise click.ClickException(str(error)) from error


def _root(app: Flask) -> Path:
    return Path(app.root_path).parent


# -- children ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Child:
    name: str
    process: subprocess.Popen[bytes]

    def signal(self, number: int, *, group: bool = False) -> None:
        with suppress(ProcessLookupError):  # gone already
            if group:
                os.killpg(self.process.pid, number)
            elif self.process.poll() is None:
                self.process.send_signal(number)


class _Asked:
    """Counts the signals that ask us to stop."""

    times = 0

    def __call__(self, _number: int, _frame: Any) -> None:
        self.times += 1


_asked = _Asked()


def _start(app: Flask, host: str, port: int, only: str | None, log: Path | None) -> list[_Child]:
    """Start the children and wait until the portal answers. Stops them and raises if it does not."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _asked)
    environment = own_environment(**_metrics_folder(app))
    commands: dict[str, list[str]] = {}
    if only != "worker":
        commands["web server"] = _granian(host, port, app.config["WEB_PROCESSES"])
    if only != "web":
        commands["worker"] = [sys.executable, "-m", "flask", "--app", "prm", "worker"]
    children: list[_Child] = []
    output: IO[bytes] | None = log.open("wb") if log else None
    try:
        for name, command in commands.items():
            children.append(_Child(name, _spawn(command, app, output, environment)))
        if only != "worker":
            _await_answer(app, host, port, children)
    except BaseException:
        _stop(children, seconds=2)  # nobody was served yet, so there is nothing to finish
        if log:
            click.echo(log.read_text(errors="replace")[-4000:], err=True)
        raise
    finally:
        if output:
            output.close()
    return children


def _granian(host: str, port: int, processes: int) -> list[str]:
    return [
        sys.executable, "-m", "granian", "prm.wsgi:app",
        "--interface", "wsgi",
        "--host", host,
        "--port", str(port),
        "--workers", str(processes),
        "--blocking-threads", str(_BLOCKING_THREADS),
        "--backpressure", str(_BLOCKING_THREADS * 8),  # those who wait beyond it are refused a connection
        "--respawn-failed-workers",
        "--workers-kill-timeout", str(_STOP_SECONDS - 5),
        "--no-ws",
        "--log-level", "warning",
    ]  # fmt: skip


def _metrics_folder(app: Flask) -> dict[str, str]:
    """An empty folder in which the children add their counts up, unless the operator gives one."""
    if not app.config["METRICS_TOKEN"] or app.config["METRICS_FOLDER"]:
        return {}
    folder = app.config["DATA_DIR"] / "metrics"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return {"PROMETHEUS_MULTIPROC_DIR": str(folder)}


def _spawn(
    command: list[str], app: Flask, output: IO[bytes] | None, environment: dict[str, str]
) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        command,
        env=environment,
        cwd=_root(app),
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT if output else None,
        start_new_session=True,  # Ctrl-C reaches us alone; we stop them in order
        preexec_fn=_end_with_supervisor,  # noqa: PLW1509 - one prctl() call, nothing that could lock
    )


def _end_with_supervisor() -> None:
    """In the child: get SIGTERM when the supervisor is gone, however it went (Linux only)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def _await_answer(app: Flask, host: str, port: int, children: list[_Child]) -> None:
    address = "127.0.0.1" if host in {"0.0.0.0", ""} else host
    request = urllib.request.Request(
        f"http://{f'[{address}]' if ':' in address else address}:{port}/healthz",
        headers={"Host": urlsplit(app.config["BASE_URL"]).netloc},
    )
    deadline = time.monotonic() + _START_SECONDS
    while True:
        if _asked.times:
            raise click.Abort
        for child in children:
            if child.process.poll() is not None:
                raise click.ClickException(f"The {child.name} ended while it was starting.")
        try:
            with urllib.request.urlopen(request, timeout=5):
                return
        except (urllib.error.URLError, OSError) as error:
            if time.monotonic() > deadline:
                raise click.ClickException(
                    f"The portal did not answer within {_START_SECONDS} s ({error})."
                ) from None
        time.sleep(0.1)


def _supervise(children: list[_Child]) -> int:
    """Wait for a request to stop (0) or for a child that dies (1); stop what still runs."""
    dead = None
    while not _asked.times and dead is None:
        time.sleep(0.2)
        dead = next((c for c in children if c.process.poll() is not None), None)
    if dead is not None:
        _tell(f"The {dead.name} ended unexpectedly (status {dead.process.returncode}); stopping.")
    else:
        _tell("\nStopping … ", end="")
    _stop(children)
    if dead is None:
        _tell("stopped.")
    return 0 if dead is None else 1


def _stop(children: list[_Child], seconds: float = _STOP_SECONDS) -> None:
    """Ask politely, wait, then end what is left of every group. A second Ctrl-C does not wait."""
    for child in children:
        child.signal(signal.SIGTERM)
    deadline = time.monotonic() + seconds
    while any(c.process.poll() is None for c in children):
        if time.monotonic() > deadline or _asked.times > 1:
            break
        time.sleep(0.05)
    for child in children:
        child.signal(signal.SIGKILL, group=True)
        child.process.wait()


# -- what the person sees ----------------------------------------------------------------------


def _tell(words: str, *, end: str = "\n") -> None:
    """Print, if anybody still listens: a closed terminal must not keep us from stopping."""
    with suppress(OSError):
        click.echo(words + end, nl=False)
        sys.stdout.flush()


def _say_ready(app: Flask, only: str | None, log: Path | None) -> None:
    if only == "worker":
        _tell("\nThe worker runs. Ctrl-C stops it.")
        return
    _tell(f"\nThe portal is at {app.config['BASE_URL']}/   (Ctrl-C stops it)")
    if log:
        _tell("\n" + _table(("role", "name", "sign in as", "password", "at"), demo_sign_ins()))
        _tell(f"\nWhat the server says is written to {log}")


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    columns = range(len(head))
    widths = [max(_columns_of(row[column]) for row in (head, *rows)) for column in columns]
    lines = (head, tuple("─" * width for width in widths), *rows)
    return "\n".join(
        "  " + "  ".join(line[c] + " " * (widths[c] - _columns_of(line[c])) for c in columns).rstrip()
        for line in lines
    )


def _columns_of(text: str) -> int:
    """How many columns a terminal gives the text: ideographs take two, combining marks none."""
    return sum(0 if combining(letter) else 2 if east_asian_width(letter) in "WF" else 1 for letter in text)
