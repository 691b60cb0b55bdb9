"""Vendors from the command line."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from prm.access import system_actor
from prm.cli import json_option, print_json, reported
from prm.infra.db import transaction
from prm.vendors import services
from prm.vendors.queries import list_vendors


@click.group("vendors")
def group() -> None:
    """Create vendors; list them."""


@group.command("create")
@click.option("--slug", required=True, help="The part of every address that names the vendor: acme.")
@click.option("--name", required=True, help="What the vendor is called.")
@click.option("--currency", default="USD", show_default=True, help="Reporting currency (ISO 4217).")
@click.option("--time-zone", default="UTC", show_default=True, help="IANA time zone: Europe/Berlin.")
@json_option
@with_appcontext
@reported
def create_command(slug: str, name: str, currency: str, time_zone: str, as_json: bool) -> None:
    """Create a vendor and print its slug. Its first people come with `flask users create`."""
    with transaction():
        vendor = services.create_vendor(
            system_actor(None), slug=slug, name=name, currency=currency, time_zone=time_zone
        )
    if as_json:
        print_json({"id": vendor.public_id, "slug": vendor.slug, "name": vendor.name})
    else:
        click.echo(vendor.slug)


@group.command("list")
@json_option
@with_appcontext
@reported
def list_command(as_json: bool) -> None:
    """List the vendors of this installation."""
    vendors = list_vendors()
    if as_json:
        print_json([{"id": v.public_id, "slug": v.slug, "name": v.name} for v in vendors])
        return
    for vendor in vendors:
        click.echo(f"{vendor.slug}\t{vendor.name}")
