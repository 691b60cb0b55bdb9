"""What keeps private keys and second factors closed, from the command line.

A vendor's own keys, which sign: `flask certification keys`.
"""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from prm.access import system_actor
from prm.accounts.services.second_factor import reseal_secrets
from prm.certification.credentials.rotation import reseal_keys
from prm.cli import json_option, print_json, reported
from prm.infra.db import serve_vendor, transaction
from prm.infra.signing import SigningError
from prm.vendors.queries import list_vendors

group = click.Group("keys", help="Change what keeps private keys and second factors closed.")


@group.command("reseal")
@json_option
@with_appcontext
@reported
def reseal_command(as_json: bool) -> None:
    """Seal anew what rests sealed, after SECRET_KEY or KEY_ENCRYPTION_KEY was changed.

    The settings …_PREVIOUS must name the earlier value. Exit status 1 where something cannot be opened;
    then what was opened before it is sealed anew already, and the command can be run again.
    """
    try:
        keys = 0
        for vendor in list_vendors():
            with serve_vendor(vendor.id), transaction():
                keys += reseal_keys(system_actor(vendor.id))
        with transaction():
            factors = reseal_secrets()
    except SigningError as error:
        raise click.ClickException(str(error)) from error
    if as_json:
        print_json({"signing_keys": keys, "second_factors": factors})
        return
    click.echo(f"Sealed anew: {keys} signing keys, {factors} second factors.")
