"""`flask settings`: every setting as README.md lists it."""

from __future__ import annotations

import click

import config


@click.command("settings")
def settings_command() -> None:
    """Print the table of settings: name, default, what it does."""
    click.echo(settings_table())


def settings_table() -> str:
    """The settings as a Markdown table."""
    rows = [
        f"| `{s.name}` | {f'`{s.default}`' if s.default else ''} | {s.purpose} |" for s in config.SETTINGS
    ]
    return "\n".join(["| setting | default | what it does |", "|---|---|---|", *rows])


group = settings_command
