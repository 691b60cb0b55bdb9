"""`flask serve`: one foreground process, and nothing left behind however it ends."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask_migrate import upgrade

from prm import create_app
from tests.conftest import ROOT
from tests.operations.installation import close
from tests.servers import free_port, postgres_server

SERVING = "The portal is at"


@pytest.fixture
def environment(tmp_path: Path, database_kind: str) -> dict[str, str]:
    """Settings of an installation of its own, as a shell would hold them; its database is empty."""
    return {
        **os.environ,
        "SECRET_KEY": "a secret key for the suite only, of 48 characters",
        "DATA_DIR": str(tmp_path / "instance"),
        "DATABASE_URL": postgres_server().create_database().owner_url
        if database_kind == "postgresql"
        else "",
    }


@pytest.fixture
def migrated(environment: dict[str, str]) -> dict[str, str]:
    app = create_app(environment)
    with app.app_context():
        upgrade()
    close(app)
    # Migrations are the owner's; the portal is served by a role that row-level security binds.
    return {**environment, "DATABASE_URL": environment["DATABASE_URL"].replace("prm_owner", "prm_app")}


def run_flask(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "flask", "--app", "prm", *arguments],
        cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


class Portal:
    """`flask serve` on a free port."""

    def __init__(self, environment: dict[str, str], log: Path) -> None:
        self.port = free_port()
        self.folder = environment["DATA_DIR"]
        self.log = log
        with log.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "flask", "--app", "prm", "serve", "--port", str(self.port)],
                cwd=ROOT,
                env={**environment, "BASE_URL": f"http://localhost:{self.port}"},
                stdout=output,
                stderr=output,
            )

    def await_words(self, words: str, seconds: float = 60) -> None:
        deadline = time.monotonic() + seconds
        while words not in self.log.read_text():
            assert self.process.poll() is None, self.log.read_text()
            assert time.monotonic() < deadline, self.log.read_text()
            time.sleep(0.1)

    def get(self, path: str) -> int:
        with urllib.request.urlopen(f"http://localhost:{self.port}{path}", timeout=10) as answer:
            status: int = answer.status
            return status

    def processes(self) -> dict[int, str]:
        """Every process that was started for this installation: id → command line."""
        found = {}
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                try:
                    if f"DATA_DIR={self.folder}".encode() in (entry / "environ").read_bytes().split(b"\0"):
                        command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                        found[int(entry.name)] = command
                except OSError:  # another user's, or gone meanwhile
                    continue
        return found

    def pid_of(self, words: str) -> int:
        """The first process (the parent) whose command line holds `words`."""
        return min(pid for pid, command in self.processes().items() if words in command)

    def is_gone(self, seconds: float = 30) -> bool:
        deadline = time.monotonic() + seconds
        while self.processes() and time.monotonic() < deadline:
            time.sleep(0.1)
        return not self.processes()

    def ends_with(self) -> int:
        return self.process.wait(60)


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[[dict[str, str]], Portal]]:
    started: list[Portal] = []

    def start(environment: dict[str, str]) -> Portal:
        started.append(Portal(environment, tmp_path / f"serve-{len(started)}.log"))
        return started[-1]

    yield start
    for portal in started:
        for pid in portal.processes():
            os.kill(pid, signal.SIGKILL)
        portal.process.wait()


def test_it_answers_and_stops_at_sigterm(
    migrated: dict[str, str], serve: Callable[[dict[str, str]], Portal]
) -> None:
    folder = Path(migrated["DATA_DIR"]) / "metrics"  # where the processes add their counts up
    folder.mkdir(parents=True)
    (folder / "counter_1.db").write_bytes(b"of an earlier start")
    portal = serve({**migrated, "METRICS_TOKEN": "a token"})
    portal.await_words(SERVING)
    assert portal.get("/healthz") == 200
    assert portal.get("/readyz") == 200
    counts = {path.name for path in folder.glob("counter_*.db")}
    assert counts and "counter_1.db" not in counts
    assert len(portal.processes()) >= 4, "supervisor, web server, web process, worker"
    portal.process.send_signal(signal.SIGTERM)
    assert portal.ends_with() == 0
    assert portal.is_gone(0), portal.processes()
    assert "stopped." in portal.log.read_text()
    assert "Traceback" not in portal.log.read_text()


def test_ctrl_c_stops_it_while_it_is_still_starting(
    migrated: dict[str, str], serve: Callable[[dict[str, str]], Portal]
) -> None:
    portal = serve(migrated)
    portal.await_words("Starting the portal")
    portal.process.send_signal(signal.SIGINT)
    portal.ends_with()
    assert portal.is_gone(0), portal.processes()


@pytest.mark.parametrize("child", ["prm worker", "granian"])
def test_a_child_that_dies_ends_all_with_status_1(
    child: str, migrated: dict[str, str], serve: Callable[[dict[str, str]], Portal]
) -> None:
    portal = serve(migrated)
    portal.await_words(SERVING)
    os.kill(portal.pid_of(child), signal.SIGKILL)
    assert portal.ends_with() == 1
    assert portal.is_gone(5), portal.processes()
    assert "ended unexpectedly" in portal.log.read_text()


def test_killing_the_supervisor_leaves_no_orphan(
    migrated: dict[str, str], serve: Callable[[dict[str, str]], Portal]
) -> None:
    portal = serve(migrated)
    portal.await_words(SERVING)
    portal.process.kill()
    portal.ends_with()
    assert portal.is_gone(), portal.processes()


def test_a_taken_port_is_named_with_what_to_do(migrated: dict[str, str]) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        done = run_flask(migrated, "serve", "--port", str(port))
    assert done.returncode == 1
    assert f"Port {port}" in done.stderr
    assert f"--port {port + 1}" in done.stderr


def test_a_database_that_is_not_migrated_is_refused(environment: dict[str, str]) -> None:
    done = run_flask(environment, "serve", "--port", str(free_port()))
    assert done.returncode == 1
    assert "Run `flask db upgrade` first" in done.stderr
