"""Keys from the command line: what documents are signed with, and what keeps those keys closed."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from prm.accounts.services.second_factor import reseal_secrets
from prm.certification.services.keys import reseal_signing_keys, rotate_signing_key
from prm.cli import json_option, print_json, reported, serve_vendor_named, vendor_option
from prm.infra.db import serve_vendor, transaction
from prm.infra.signing import SigningError
from prm.vendors.queries import list_vendors

group = click.Group("keys", help="Change the keys that sign documents, and the one that keeps them closed.")


@group.command("rotate")
@vendor_option
@json_option
@with_appcontext
@reported
def rotate_command(vendor_slug: str, as_json: bool) -> None:
    """Sign a vendor's documents with a new key from now on.

    What was signed before stays valid. Who trusts the vendor's roots in a PDF reader needs the new one
    too: `flask certification roots`.
    """
    vendor, actor = serve_vendor_named(vendor_slug)
    with transaction():
        key = rotate_signing_key(actor, vendor)
        made = {"vendor": vendor_slug, "key": str(key.public_id)}
    if as_json:
        print_json(made)
        return
    click.echo(f"{vendor_slug} signs with key {made['key']} from now on.")


@group.command("reseal")
@json_option
@with_appcontext
@reported
def reseal_command(as_json: bool) -> None:
    """Seal signing keys and second factors with SECRET_KEY, after it was changed.

    SECRET_KEY_PREVIOUS must name the earlier one. Exit status 1 where something cannot be opened; then
    what was opened before it is sealed anew already, and the command can be run again.
    """
    try:
        keys = 0
        for vendor in list_vendors():
            with serve_vendor(vendor.id), transaction():
                keys += reseal_signing_keys()
        with transaction():
            factors = reseal_secrets()
    except SigningError as error:
        raise click.ClickException(str(error)) from error
    if as_json:
        print_json({"signing_keys": keys, "second_factors": factors})
        return
    click.echo(f"Sealed with SECRET_KEY: {keys} signing keys, {factors} second factors.")
