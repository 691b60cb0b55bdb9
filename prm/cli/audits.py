"""Audits from the command line: write the pack of an audit, verify one."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from uuid import UUID

import click
from flask.cli import with_appcontext

from prm.access import Actor
from prm.audits import packing, packs
from prm.audits.models import Audit
from prm.audits.queries import auditing
from prm.cli import json_option, print_json, reported, serve_vendor_named, vendor_option
from prm.errors import DomainError
from prm.infra.exporting import zip_of

DATE = click.DateTime(["%Y-%m-%d"])


@click.group("audits")
def group() -> None:
    """Write the evidence pack of a closed audit, and verify one."""


@group.command("pack")
@vendor_option
@click.option("--partner", required=True, help="The partner: its id, its external id or its name.")
@click.option("--as-of", type=DATE, required=True, help="The date the audit looked at, YYYY-MM-DD.")
@click.option("--checklist", help="Which audit, where several were closed as of that date.")
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), required=True, help="A new or empty folder."
)
@click.option("--zip", "zip_file", type=click.Path(path_type=Path, dir_okay=False), help="The same as a ZIP.")
@json_option
@with_appcontext
@reported
def pack_command(
    vendor_slug: str,
    partner: str,
    as_of: datetime,
    checklist: str | None,
    out: Path,
    zip_file: Path | None,
    as_json: bool,
) -> None:
    """Write the pack of a partner's closed audit into a folder: the same bytes at every run.

    names.json says who the pseudonyms are. The manifest does not cover it, and the ZIP is without it:
    keep it apart, or delete it.
    """
    _vendor, actor = serve_vendor_named(vendor_slug)
    audit = _closed_audit(actor, partner, as_of, checklist)
    files, names = packs.get_pack(audit)
    try:
        if out.exists() and any(out.iterdir()):
            raise DomainError(f"{out} is not empty. Give a new folder.")
        for path, content in {**files, packing.NAMES: names}.items():
            (out / path).parent.mkdir(parents=True, exist_ok=True)
            (out / path).write_bytes(content)
        if zip_file is not None:
            zip_file.write_bytes(zip_of(files))
    except OSError as error:
        raise DomainError(f"{error.filename} cannot be written: {error.strerror}.") from None
    digest = packing.sha256(files[packing.MANIFEST])
    if as_json:
        print_json({"audit": audit.public_id, "files": sorted(files), "manifest_sha256": digest, "out": out})
    else:
        click.echo(f"{len(files)} files of audit {audit.public_id} in {out}; manifest {digest}")


def _closed_audit(actor: Actor, partner: str, as_of: datetime, checklist: str | None) -> Audit:
    found = [
        audit
        for audit in auditing.list_closed(actor, partner, _uuid(partner), as_of.date())
        if checklist is None or audit.checklist_name.casefold() == checklist.casefold()
    ]
    if not found:
        raise DomainError(f"No closed audit of {partner!r} as of {as_of.date()} was found.")
    if len(found) > 1:
        names = ", ".join(sorted(repr(audit.checklist_name) for audit in found))
        raise DomainError(
            f"Several audits are closed as of {as_of.date()}: say which by --checklist: {names}."
        )
    return found[0]


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


@group.command("verify-pack")
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@json_option
@reported
def verify_command(folder: Path, as_json: bool) -> None:
    """Verify a pack, anywhere, without a database: every byte of every file its manifest covers.

    Exit status 1 naming each file that was changed, is missing or was added, and what is wrong about it.
    Compare the manifest's SHA-256 with the one in the journal: it tells whose pack this is.
    """
    found = packing.verify_folder(folder)
    if as_json:
        print_json(
            {
                "valid": not found.problems,
                "files": found.files,
                "manifest_sha256": found.manifest_sha256,
                "erased_names": found.erased,
                "problems": [{"file": path, "difference": what} for path, what in found.problems],
            }
        )
    else:
        verdict = "NOT VALID" if found.problems else "valid"
        click.echo(f"{folder}: {verdict}; {found.files} files, manifest {found.manifest_sha256}")
        for path, what in found.problems:
            click.echo(f"{path}: {what}", err=True)
    if found.problems:
        raise click.exceptions.Exit(1)
