"""Partnerships from the command line."""

from __future__ import annotations

import click
from flask.cli import with_appcontext
from sqlalchemy import select

from prm.cli import json_option, print_json, reported, serve_vendor_named, vendor_option
from prm.extensions import db
from prm.infra.db import transaction
from prm.partners import services
from prm.partners.models import Partnership


@click.group("partners")
def group() -> None:
    """Create partnerships of a vendor; list them."""


@group.command("create")
@vendor_option
@click.option("--name", required=True, help="What the reseller company is called.")
@click.option("--external-id", help="What the vendor's own system calls it.")
@click.option("--region", help="Created on first mention.")
@json_option
@with_appcontext
@reported
def create_command(
    vendor_slug: str, name: str, external_id: str | None, region: str | None, as_json: bool
) -> None:
    """Create a partnership and print its id, which `flask users create --partnership` takes."""
    _vendor, actor = serve_vendor_named(vendor_slug)
    with transaction():
        made = services.create_partnership(actor, name=name, external_id=external_id, region=region)
    if as_json:
        print_json({"id": made.public_id, "name": made.name, "external_id": made.external_id})
    else:
        click.echo(made.public_id)


@group.command("list")
@vendor_option
@json_option
@with_appcontext
@reported
def list_command(vendor_slug: str, as_json: bool) -> None:
    """List the partnerships of a vendor."""
    serve_vendor_named(vendor_slug)
    rows = list(db.session.scalars(select(Partnership).order_by(Partnership.name_folded, Partnership.id)))
    if as_json:
        print_json([{"id": p.public_id, "name": p.name, "external_id": p.external_id} for p in rows])
        return
    for partnership in rows:
        click.echo(f"{partnership.public_id}\t{partnership.name}")
