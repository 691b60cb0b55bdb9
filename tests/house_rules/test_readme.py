"""README.md says what is so: its settings, its commands, and that CI runs them."""

from __future__ import annotations

import re

from prm.cli.settings import settings_table
from tests.house_rules.source import ROOT

README = (ROOT / "README.md").read_text()


def targets() -> set[str]:
    return set(re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text(), re.MULTILINE))


def test_the_settings_table_is_the_settings() -> None:
    assert settings_table() in README, "Paste what `flask settings` prints into README.md."


def test_every_make_target_it_names_exists() -> None:
    named = set(re.findall(r"\bmake ([a-z-]+)", README))
    assert {"demo", "test"} <= named
    assert named <= targets() | {"alone"}, named - targets()


def test_ci_runs_make_test() -> None:
    assert re.search(r"^exec make test$", (ROOT / ".ci" / "run").read_text(), re.MULTILINE)


def test_every_file_it_names_exists() -> None:
    named = set(re.findall(r"`((?:prm|docs|scripts|tests|migrations|templates)/[\w./-]*)`", README))
    named |= set(re.findall(r"!\[[^]]*]\(([^)]+)\)", README))
    missing = [name for name in named if not (ROOT / name).exists()]
    assert not missing, missing
