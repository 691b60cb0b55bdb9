"""scripts/bootstrap on machines that lack something."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import ROOT


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A fresh copy of what bootstrap reads, with no .venv."""
    folder = tmp_path / "prm"
    shutil.copytree(ROOT / "scripts", folder / "scripts")
    for name in ("requirements.txt", "requirements-dev.txt"):
        shutil.copy(ROOT / name, folder / name)
    return folder


@pytest.fixture
def bootstrap(checkout: Path, tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run it where some programs are replaced by shell scripts: bootstrap(id="echo 1000")."""

    def run(*arguments: str, **programs: str) -> subprocess.CompletedProcess[str]:
        folder = tmp_path / "programs"
        folder.mkdir()
        for name, body in programs.items():
            program = folder / name.replace("_", "-")
            program.write_text(f"#!/bin/sh\n{body}\n")
            program.chmod(0o755)
        return subprocess.run(
            [checkout / "scripts" / "bootstrap", *arguments],
            env={**os.environ, "PATH": f"{folder}:{os.environ['PATH']}"},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    return run


def test_without_root_it_names_the_line_to_run(
    bootstrap: Callable[..., subprocess.CompletedProcess[str]], checkout: Path
) -> None:
    done = bootstrap(id="echo 1000", dpkg_query="exit 1")
    assert done.returncode == 1
    assert "sudo apt-get update && sudo apt-get install -y" in done.stderr
    assert "libpango-1.0-0" in done.stderr
    assert "fonts-noto-cjk" in done.stderr
    assert "chromium" not in done.stderr, "only the tests need a browser"
    assert not (checkout / ".venv").exists()


def test_the_tests_need_a_browser_unless_one_is_named(
    bootstrap: Callable[..., subprocess.CompletedProcess[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHROMIUM", "/opt/browser")
    done = bootstrap("--dev", id="echo 1000", dpkg_query="exit 1")
    assert "poppler-utils" in done.stderr
    assert "chromium" not in done.stderr


def test_as_root_it_installs_what_is_missing_and_says_why_that_failed(
    bootstrap: Callable[..., subprocess.CompletedProcess[str]],
) -> None:
    done = bootstrap(
        id="echo 0", dpkg_query="exit 1", apt_get='echo "apt-get $*"; [ "$1" = update ] || exit 100'
    )
    assert done.returncode == 1
    assert "Installing system packages (" in done.stdout
    assert "apt-get install" in done.stderr, "the output of what failed is shown"


def test_an_unknown_option_is_refused(bootstrap: Callable[..., subprocess.CompletedProcess[str]]) -> None:
    done = bootstrap("--everything")
    assert done.returncode == 2
    assert "scripts/bootstrap --dev" in done.stderr
