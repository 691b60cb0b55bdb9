"""The command line's own documentation: docs/commands.md is printed from the commands themselves."""

from __future__ import annotations

import click
from flask import current_app
from flask.cli import with_appcontext

OURS = (
    "accreditations", "attribution", "audits", "backup", "certification", "demo", "imports", "journal",
    "keys", "partners", "report", "serve", "settings", "training", "users", "vendors", "worker",
)  # fmt: skip


@click.command("commands")
@with_appcontext
def group() -> None:
    """Print every command with its options, as docs/commands.md holds them."""
    click.echo(document(), nl=False)


def document() -> str:
    """Markdown: a section per command of ours, its help as click prints it."""
    parts = [
        "# Commands\n\n"
        "Run them as `.venv/bin/flask --app prm …` with the settings of the installation. Each has\n"
        "`--help`, and `--json` where it reports. Exit status 0, or 1 with the reason on stderr.\n"
        "This page is the output of `flask commands`.\n"
    ]
    for name in OURS:
        command = current_app.cli.get_command(click.Context(current_app.cli), name)
        if command is not None:
            parts += _sections(command, f"flask {name}")
    return "\n".join(parts)


def _sections(command: click.Command, path: str) -> list[str]:
    if isinstance(command, click.Group):
        return [
            text
            for name in sorted(command.commands)
            for text in _sections(command.commands[name], f"{path} {name}")
        ]
    context = click.Context(command, info_name=path, max_content_width=100, terminal_width=100)
    return [f"## {path}\n\n```text\n{command.get_help(context)}\n```\n"]
