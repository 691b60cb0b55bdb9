"""The keys that certificates are signed with, from the command line: `flask certification keys`."""

from __future__ import annotations

from pathlib import Path

import click
from flask.cli import with_appcontext

from prm.certification.credentials.rotation import rotate_keys
from prm.certification.credentials.trust import fingerprint, keys_file
from prm.certification.services.keys import list_credential_keys, list_signing_keys
from prm.cli import json_option, print_json, reported, serve_vendor_named, vendor_option, write_file
from prm.extensions import db
from prm.infra.data_integrity import decode_key
from prm.infra.db import transaction
from prm.infra.signing import load_certificate
from prm.vendors.models import Vendor

keys = click.Group("keys", help="The keys that certificates are signed with.")


@keys.command("list")
@vendor_option
@json_option
@with_appcontext
@reported
def keys_list(vendor_slug: str, as_json: bool) -> None:
    """List every key that signs, or signed, for a vendor."""
    serve_vendor_named(vendor_slug)
    rows = [
        {
            "kind": kind,
            "fingerprint": fingerprint(public),
            "created_at": key.created_at.isoformat(),
            "retired_at": key.retired_at.isoformat() if key.retired_at else None,
            "compromised_at": key.compromised_at.isoformat() if key.compromised_at else None,
            "name": name,
        }
        for kind, key, public, name in [
            *(("document", k, load_certificate(k.certificate_pem).dump(), None) for k in list_signing_keys()),
            *(
                ("credential", k, decode_key(k.multibase).public_bytes_raw(), k.method)
                for k in list_credential_keys()
            ),
        ]
    ]
    if as_json:
        print_json(rows)
        return
    if not rows:
        click.echo("no keys yet: they are made with the first certificate")
    for row in rows:
        state = "compromised" if row["compromised_at"] else "retired" if row["retired_at"] else "in use"
        click.echo(f"{row['kind']:<11} {state:<12} since {row['created_at'][:19]}Z  {row['fingerprint']}")


@keys.command("rotate")
@vendor_option
@click.option("--reason", required=True, metavar="TEXT", help="Why, for audits.")
@click.option("--compromised", is_flag=True, help="Somebody else may have the keys in use.")
@json_option
@with_appcontext
@reported
def keys_rotate(vendor_slug: str, reason: str, compromised: bool, as_json: bool) -> None:
    """Destroy the private keys in use and make new ones. What they signed stays valid."""
    vendor, actor = serve_vendor_named(vendor_slug)
    with transaction():
        done = rotate_keys(
            actor, db.session.get_one(Vendor, vendor.id), reason=reason, is_compromised=compromised
        )
    report = {
        "credentials": {"retired": done.credentials[0], "made": done.credentials[1]},
        "documents": {"retired": done.documents[0], "made": done.documents[1]},
        "compromised": compromised,
    }
    if as_json:
        print_json(report)
    else:
        click.echo(f"new keys are in use; credentials are signed with {done.credentials[1]}")


@keys.command("export")
@vendor_option
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="Write it here.")
@with_appcontext
@reported
def keys_export(vendor_slug: str, out: Path | None) -> None:
    """Write a vendor's public keys with their history, for checking offline."""
    vendor, _actor = serve_vendor_named(vendor_slug)
    if not list_credential_keys():
        raise click.ClickException(
            f"{vendor_slug!r} has no keys yet: they are made with the first certificate."
        )
    content = keys_file(vendor)
    if out is None:
        click.echo(content.decode(), nl=False)
    else:
        write_file(out, content)
        click.echo(f"written to {out}")
