"""The demonstration world."""

from __future__ import annotations

import click

group = click.Group("demo", help="The demonstration world.")


def demo_sign_ins() -> list[tuple[str, str, str, str, str]]:
    """(role, name, email, password, where) of the demo's people."""
    return []
