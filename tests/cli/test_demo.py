"""`make demo` as a newcomer meets it: in a fresh checkout, on a terminal, ended by Ctrl-C."""

from __future__ import annotations

import os
import pty
import re
import select
import shutil
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from prm.permissions import Role
from tests.conftest import ROOT
from tests.servers import free_port

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory, database_kind: str) -> Path:
    """The project's files as git would check them out, with the packages installed already."""
    if database_kind != "sqlite":
        pytest.skip("the demo is always on SQLite")
    folder = tmp_path_factory.mktemp("demo") / "prm"
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "-z"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    (folder / ".venv").symlink_to(ROOT / ".venv")
    return folder


class Terminal:
    """A `make` target running on a terminal of its own."""

    def __init__(self, folder: Path, target: str, port: int) -> None:
        self.folder = folder
        self.text = ""
        unset = {"DATABASE_URL", "DATA_DIR", "SECRET_KEY", "DEMO", "TESTING", "MAKEFLAGS", "PORT"}
        environment = {k: v for k, v in os.environ.items() if k not in unset}
        self.pid, self.screen = pty.fork()
        if self.pid == 0:  # pragma: no cover
            os.chdir(folder)
            os.execvpe("make", ["make", target, f"PORT={port}"], environment)

    def await_words(self, words: str, seconds: float) -> None:
        """Read the screen until it shows `words`."""
        deadline = time.monotonic() + seconds
        while words not in self.text:
            assert time.monotonic() < deadline, self.text
            if select.select([self.screen], [], [], 0.2)[0]:
                try:
                    self.text += os.read(self.screen, 65536).decode(errors="replace").replace("\r\n", "\n")
                except OSError:  # the terminal closed: the program ended
                    raise AssertionError(self.text) from None

    def press_ctrl_c(self) -> None:
        os.write(self.screen, b"\x03")

    def wait(self) -> None:
        os.waitpid(self.pid, 0)
        os.close(self.screen)

    def processes(self) -> list[str]:
        """Command lines of what runs with this checkout's demo folder as its own."""
        wanted = f"DATA_DIR={self.folder / 'instance' / 'demo'}".encode()
        found = []
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                try:
                    if wanted in (entry / "environ").read_bytes().split(b"\0"):
                        found.append((entry / "cmdline").read_bytes().replace(b"\0", b" ").decode())
                except OSError:
                    continue
        return found

    def kill(self) -> None:
        try:
            os.killpg(self.pid, signal.SIGTERM)
            os.waitpid(self.pid, 0)
        except (ProcessLookupError, ChildProcessError):
            pass


@pytest.fixture
def terminals(checkout: Path) -> Iterator[list[Terminal]]:
    opened: list[Terminal] = []
    yield opened
    for terminal in opened:
        terminal.kill()


def start(terminals: list[Terminal], checkout: Path, port: int, target: str = "demo") -> Terminal:
    terminals.append(Terminal(checkout, target, port))
    return terminals[-1]


def get(port: int, path: str) -> str:
    with urllib.request.urlopen(f"http://localhost:{port}{path}", timeout=20) as answer:
        text: str = answer.read().decode()
        return text


def test_a_demo_starts_is_kept_and_is_reset(checkout: Path, terminals: list[Terminal]) -> None:
    a_first_start_says_who_can_sign_in_and_ends_at_ctrl_c(checkout, terminals)
    a_second_start_keeps_it(checkout, terminals)
    a_reset_deletes_the_demo_and_nothing_else(checkout, terminals)


def a_first_start_says_who_can_sign_in_and_ends_at_ctrl_c(checkout: Path, terminals: list[Terminal]) -> None:
    port = free_port()
    demo = start(terminals, checkout, port)
    demo.await_words("What the server says", 400)
    steps = re.findall(r"\[(\d)/8\] .* … ", demo.text)
    assert sorted(set(steps)) == list("12345678"), demo.text
    assert f"http://localhost:{port}/" in demo.text
    table = demo.text.partition("sign in as")[2]
    for role in Role:
        if role is not Role.SYSTEM:
            assert role.value.replace("_", " ") in table.lower().replace("_", " "), role
    assert "@" in table
    assert get(port, "/healthz") == "ok\n"
    assert "<html" in get(port, "/")
    assert len(demo.processes()) >= 4
    demo.press_ctrl_c()
    demo.await_words("stopped.", 60)
    demo.wait()
    assert demo.processes() == []


def a_second_start_keeps_it(checkout: Path, terminals: list[Terminal]) -> None:
    database = checkout / "instance" / "demo" / "prm.sqlite"
    size = database.stat().st_size
    demo = start(terminals, checkout, free_port())
    demo.await_words("What the server says", 60)
    assert "kept as it was" in demo.text
    assert database.stat().st_size >= size
    second = start(terminals, checkout, free_port())
    second.await_words("A demo is running in this folder already", 10)
    demo.press_ctrl_c()
    demo.await_words("stopped.", 60)
    demo.wait()


def a_reset_deletes_the_demo_and_nothing_else(checkout: Path, terminals: list[Terminal]) -> None:
    mine = checkout / "instance" / "mine"
    mine.mkdir()
    key = (checkout / "instance" / "demo" / "secret-key").read_text()
    # The port is refused before the long part starts.
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        demo = start(terminals, checkout, port, "demo-reset")
        demo.await_words(f"Port {port}", 30)
    assert (checkout / "instance" / "demo" / "secret-key").read_text() != key
    assert not (checkout / "instance" / "demo" / "prm.sqlite").exists()
    assert mine.exists()
