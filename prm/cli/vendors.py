"""Vendors from the command line."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from prm.access import system_actor
from prm.cli import json_option, print_json, reported, serve_vendor_named, vendor_option
from prm.infra.db import transaction
from prm.operations.models import Thing
from prm.operations.services import retention
from prm.vendors import services
from prm.vendors.models import Paper
from prm.vendors.queries import list_vendors


@click.group("vendors")
def group() -> None:
    """Create vendors; list them; say after how long they forget."""


@group.command("create")
@click.option("--slug", required=True, help="The part of every address that names the vendor: acme.")
@click.option("--name", required=True, help="What the vendor is called.")
@click.option("--currency", default="USD", show_default=True, help="Reporting currency (ISO 4217).")
@click.option("--time-zone", default="UTC", show_default=True, help="IANA time zone: Europe/Berlin.")
@click.option(
    "--paper",
    type=click.Choice([paper.value for paper in Paper]),
    default=Paper.A4.value,
    show_default=True,
    help="What its certificates and reports are made for.",
)
@json_option
@with_appcontext
@reported
def create_command(slug: str, name: str, currency: str, time_zone: str, paper: str, as_json: bool) -> None:
    """Create a vendor and print its slug. Its first people come with `flask users create`."""
    with transaction():
        vendor = services.create_vendor(
            system_actor(None),
            slug=slug,
            name=name,
            currency=currency,
            time_zone=time_zone,
            paper=Paper(paper),
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


@group.command("retention")
@vendor_option
@click.option(
    "--usage-months", type=click.IntRange(0, 600), help="Forget who used an asset after so many months."
)
@click.option("--mail-months", type=click.IntRange(0, 600), help="Delete sent mails after so many months.")
@click.option(
    "--notification-months",
    type=click.IntRange(0, 600),
    help="Delete notifications after so many months, at least 14.",
)
@click.option(
    "--application-months",
    type=click.IntRange(0, 600),
    help="Forget who applied, and what they wrote, so many months after the ruling.",
)
@click.option(
    "--import-months",
    type=click.IntRange(0, 600),
    help="Delete imported files and their lines after so many months.",
)
@json_option
@with_appcontext
@reported
def retention_command(vendor_slug: str, as_json: bool, **asked: int | None) -> None:
    """Say after how many months a vendor forgets (0: never), or print what is set.

    It is done once a day by the worker. Uses stay counted without the person. Failed sign-ins are
    forgotten within the hour in any case.
    """
    _vendor, actor = serve_vendor_named(vendor_slug)
    wanted = {thing: months for thing in Thing if (months := asked[thing.column]) is not None}
    if wanted:
        with transaction():
            retention.set_retention(actor, wanted)
    told = {thing.column: months for thing, months in retention.get_months(actor).items()}
    if as_json:
        print_json(told)
        return
    for name, months in told.items():
        click.echo(f"{name}: {months or 'never'}")
