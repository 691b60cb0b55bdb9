"""The demonstration world."""

from __future__ import annotations

import sys

import click
from flask.cli import with_appcontext
from sqlalchemy import func, select

from prm.cli import reported
from prm.demo.people import PASSWORD, SIGN_INS
from prm.demo.scale import seed_scale
from prm.demo.seed import seed_demo
from prm.extensions import db
from prm.infra import clock
from prm.shell import ROLE_NAMES
from prm.vendors.models import Vendor

group = click.Group("demo", help="The demonstration world.")


@group.command("seed")
@click.option("--seed", default=7, show_default=True, help="The same seed makes the same world.")
@click.option(
    "--partners", type=click.IntRange(10, 100_000),
    help="Instead one vendor with so many partnerships and 36 months of history, for measuring.",
)  # fmt: skip
@with_appcontext
@reported
def seed_command(seed: int, partners: int | None) -> None:
    """Make two vendors with their partners and two years of history. Needs an empty database.

    With --partners N: 5 N people, 12 N completions, 30 N uses and 20 N orders, skewed as real channels
    are. On PostgreSQL run it with the DATABASE_URL of the schema's owner or the portal's.
    """
    if db.session.scalar(select(func.count(Vendor.id))):
        raise click.ClickException("There are vendors already: the demo is made in an empty database.")
    is_terminal = sys.stderr.isatty()

    def tell(line: str) -> None:
        click.echo(f"\r  {line:<60}" if is_terminal else f"  {line}", nl=not is_terminal, err=True)

    if partners is not None:
        _seed_scale(partners, seed)
        return
    seed_demo(seed, tell)
    if is_terminal:
        click.echo("", err=True)
    click.echo("The demo world is made.")


def _seed_scale(partners: int, seed: int) -> None:
    """Make the large world, with a bar on a terminal and a line per kind otherwise."""
    started, is_terminal = clock.monotonic(), sys.stderr.isatty()
    shown = ""

    def tell(words: str, share: float) -> None:
        nonlocal shown
        if is_terminal:
            bar = "█" * round(share * 30)
            click.echo(f"\r  [{bar:<30}] {share:4.0%} {words:<40}", nl=False, err=True)
        elif words.partition(":")[0] != shown:
            shown = words.partition(":")[0]
            click.echo(f"  {share:4.0%} {shown}", err=True)

    counts = seed_scale(partners, seed, tell)
    if is_terminal:
        click.echo("", err=True)
    listed = ", ".join(f"{number:,} {kind}" for kind, number in counts.items())
    click.echo(f"Made in {clock.monotonic() - started:.0f} s: {listed}.")


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
