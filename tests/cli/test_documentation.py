"""docs/commands.md says what the commands say of themselves."""

from __future__ import annotations

from flask import Flask

from prm.cli.documentation import OURS, document
from tests.house_rules.source import ROOT


def test_the_page_of_commands_is_up_to_date(app: Flask) -> None:
    with app.app_context():
        wanted = document()
    found = (ROOT / "docs/commands.md").read_text()
    assert found == wanted, "Run: .venv/bin/flask --app prm commands > docs/commands.md"


def test_every_command_of_ours_is_documented(app: Flask) -> None:
    flasks_own = {"db", "run", "shell", "routes", "commands"}
    assert set(app.cli.commands) - flasks_own == set(OURS)
