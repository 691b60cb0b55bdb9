"""The demonstration world."""

from __future__ import annotations

import sys

import click
from flask.cli import with_appcontext
from sqlalchemy import func, select

from prm.cli import reported
from prm.demo.people import PASSWORD, SIGN_INS
from prm.demo.seed import seed_demo
from prm.extensions import db
from prm.shell import ROLE_NAMES
from prm.vendors.models import Vendor

group = click.Group("demo", help="The demonstration world.")


@group.command("seed")
@click.option("--seed", default=7, show_default=True, help="The same seed makes the same world.")
@with_appcontext
@reported
def seed_command(seed: int) -> None:
    """Make two vendors with their partners and two years of history. Needs an empty database."""
    if db.session.scalar(select(func.count(Vendor.id))):
        raise click.ClickException("There are vendors already: the demo is made in an empty database.")
    is_terminal = sys.stderr.isatty()

    def tell(line: str) -> None:
        click.echo(f"\r  {line:<60}" if is_terminal else f"  {line}", nl=not is_terminal, err=True)

    seed_demo(seed, tell)
    if is_terminal:
        click.echo("", err=True)
    click.echo("The demo world is made.")


@group.command("sign-ins")
@with_appcontext
def sign_ins_command() -> None:
    """Print who can sign in to the demo."""
    for row in demo_sign_ins():
        click.echo("  ".join(row))


def demo_sign_ins() -> list[tuple[str, str, str, str, str]]:
    """(role, name, email, password, where) of the demo's people."""
    return [
        (
            str(ROLE_NAMES[p.role]._args[0]),
            p.name,
            p.email,
            PASSWORD,
            p.company or {"lumen": "Lumen Analytics", "fjord": "Fjord Storage"}.get(p.at, "installation"),
        )
        for p in SIGN_INS
    ]
