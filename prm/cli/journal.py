"""The journal from the command line: verify it, write its heads down, restore its guards."""

from __future__ import annotations

import json
from pathlib import Path

import click
from flask.cli import with_appcontext
from sqlalchemy.exc import DBAPIError

from prm.cli import json_option, print_json, reported, serve_vendor_named
from prm.errors import DomainError
from prm.extensions import db
from prm.infra import clock
from prm.infra.db import transaction
from prm.infra.fulltext import create_word_indexes
from prm.infra.schema import guard_append_only
from prm.journal.chain import INSTALLATION
from prm.journal.queries import Verification, get_heads, verify_chain


@click.group("journal")
def group() -> None:
    """Verify the journal, write its heads down, restore its guards."""


@group.command("verify")
@click.option("--vendor", "vendor_slug", metavar="SLUG", help="The vendor whose chain is verified.")
@click.option("--installation", is_flag=True, help="Verify the installation's own chain instead.")
@click.option(
    "--heads", "heads_file", type=click.Path(path_type=Path), help="Written earlier by `flask journal heads`."
)
@json_option
@with_appcontext
@reported
def verify_command(
    vendor_slug: str | None, installation: bool, heads_file: Path | None, as_json: bool
) -> None:
    """Recompute every digest of one chain; exit status 1 where anything was tampered with.

    A cut tail shows only against a head that was written down earlier, somewhere else: give it with
    --heads. Without one the answer says "tail not checked".
    """
    if bool(vendor_slug) is installation:
        raise DomainError("Give either --vendor SLUG or --installation.")
    if vendor_slug:
        vendor, _actor = serve_vendor_named(vendor_slug)
        chain, shown = str(vendor.public_id), vendor.slug
    else:
        chain = shown = INSTALLATION
    found = verify_chain(chain, _exported(heads_file, chain) if heads_file else None)
    if as_json:
        print_json(
            {
                "chain": chain,
                "entries": found.entries,
                "head": found.head,
                "valid": found.is_valid,
                "tail_checked": found.is_tail_checked,
                "problems": [{"code": p.code, "message": p.text()} for p in found.problems],
            }
        )
    else:
        _print(shown, found)
    if not found.is_valid:
        raise click.exceptions.Exit(1)


def _print(shown: str, found: Verification) -> None:
    tail = "tail checked" if found.is_tail_checked else "tail not checked (no exported head given)"
    verdict = "valid" if found.is_valid else "NOT VALID"
    click.echo(f"{shown}: {verdict}; {found.entries} entries, head {found.head}; {tail}")
    for problem in found.problems:
        click.echo(problem.text(), err=True)


def _exported(path: Path, chain: str) -> tuple[int, str]:
    """The head of `chain` in a file of `flask journal heads`. Raises DomainError without one."""
    try:
        head = json.loads(path.read_text())["heads"][chain]
        return int(head["sequence"]), str(head["digest"])
    except OSError as error:
        raise DomainError(f"{path} cannot be read: {error.strerror}.") from None
    except (KeyError, TypeError):
        raise DomainError(f"{path} names no head of the chain {chain}.") from None
    except ValueError:
        raise DomainError(f"{path} is not a file of `flask journal heads`.") from None


@group.command("heads")
@click.option("--out", type=click.Path(path_type=Path), help="Write to this file. Default: to the screen.")
@with_appcontext
@reported
def heads_command(out: Path | None) -> None:
    """Print the head of every chain as JSON, to be kept where nobody can change it."""
    exported = {
        "exported_at": clock.now().isoformat(),
        "heads": {
            chain: {"sequence": sequence, "digest": digest}
            for chain, (sequence, digest) in sorted(get_heads().items())
        },
    }
    if out is None:
        print_json(exported)
        return
    try:
        out.write_text(json.dumps(exported, indent=2) + "\n")
    except OSError as error:
        raise DomainError(f"{out} cannot be written: {error.strerror}.") from None


@group.command("guard")
@with_appcontext
@reported
def guard_command() -> None:
    """Make the triggers anew that refuse changes of the journal and of signed audits (PostgreSQL: as the
    schema's owner)."""
    try:
        with transaction():
            guard_append_only(db.session.connection())
            create_word_indexes(db.session.connection())
    except DBAPIError as error:
        reason = str(error.orig).splitlines()[0]
        raise DomainError(
            f"The guards could not be made: {reason}. Name the schema's owner in DATABASE_URL."
        ) from None
    click.echo("The journal refuses changes.")
