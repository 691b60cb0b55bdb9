"""A plugin for pytest: the portal of the tests with one guard weakened, so that they can be seen to fail.

`WEAKENED=<a mutant's line> pytest -p tests.deep.weakened tests/…`. run_tests does that.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from typing import Any

from prm import create_app
from tests.deep.mutants import ROOT, Mutant, all_mutants

VARIABLE = "WEAKENED"
SECONDS = 600


def pytest_configure() -> None:
    with tempfile.TemporaryDirectory() as folder:
        # What is weakened is code, marks and filters of this process, not this one application.
        settings = {
            "TESTING": "1",
            "SECRET_KEY": "x" * 48,
            "DATA_DIR": folder,
            "BASE_URL": "http://localhost",
        }
        app = create_app(settings)
        (mutant,) = (each for each in all_mutants(app) if str(each) == os.environ[VARIABLE])
        mutant.apply(app)


def run_tests(mutant: Mutant, tests: str) -> dict[str, Any]:
    """What the mutation run tells of a mutant whose tests are named: caught where one of them fails."""
    command = [sys.executable, "-m", "pytest", "-x", "-q", "--no-header", "--tb=no", "-p", "no:cacheprovider"]
    done = subprocess.run(
        [*command, "-p", __name__, *tests.split()],
        env={**os.environ, VARIABLE: str(mutant)}, cwd=ROOT, capture_output=True, timeout=SECONDS, text=True,
        check=False,
    )  # fmt: skip
    failed = [line for line in done.stdout.splitlines() if line.startswith("FAILED ")]
    if done.returncode == 1 and failed:
        return {"outcome": "caught", "by": failed[0], "asked": 1}
    if done.returncode == 0:
        return {"outcome": "missed", "why": f"not by {tests} either"}
    return {"outcome": "broken", "why": (done.stderr or done.stdout)[-200:]}
