"""Certificates from the command line: issued by decision, checked as files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from flask.cli import with_appcontext

from prm.certification import rendering, services
from prm.certification.models import Paper
from prm.certification.queries.certificates import get_file
from prm.certification.queries.people import find_candidate
from prm.certification.queries.schemes import find_scheme, list_schemes
from prm.certification.services.keys import list_roots
from prm.certification.verification import Verdict, Verification, check_file
from prm.cli import json_option, print_json, reported, serve_vendor_named, vendor_option
from prm.infra.db import transaction
from prm.infra.pdf import EXPLANATIONS

SHOWN = (
    "number", "name", "certification", "issuer", "partner", "issued_on", "expires_on", "revoked_on",
    "withdrawn_on",
)  # fmt: skip

group = click.Group("certification", help="Certificates: issued by decision, checked as files.")


@group.command("issue")
@vendor_option
@click.option("--certification", required=True, metavar="C", help="The certification's name or id.")
@click.option("--user", "email", required=True, metavar="MAIL", help="The person's e-mail address.")
@click.option("--reason", required=True, metavar="TEXT", help="Why, for audits.")
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE.pdf", help="Write the PDF here."
)
@json_option
@with_appcontext
@reported
def issue(
    vendor_slug: str, certification: str, email: str, reason: str, out: Path | None, as_json: bool
) -> None:
    """Certify a person by decision, with a reason that is kept."""
    _vendor, actor = serve_vendor_named(vendor_slug)
    with transaction():
        scheme = find_scheme(actor, certification)
        if scheme is None:
            offered = ", ".join(each.name for each in list_schemes(actor)) or "none yet"
            raise click.ClickException(f"There is no certification {certification!r}. There are: {offered}")
        user = find_candidate(actor, email)
        if user is None:
            raise click.ClickException(f"Nobody with the address {email} belongs to {vendor_slug!r}.")
        made = services.issue_by_decision(actor, scheme, user, reason=reason)
    report: dict[str, Any] = {
        "id": str(made.public_id),
        "number": made.number,
        "code": made.code,
        "verify_url": made.facts["verify_url"],
        "name": made.facts["person"]["name"],
        "certification": scheme.name,
        "issued_on": made.issued_on.isoformat(),
        "expires_on": made.expires_on.isoformat() if made.expires_on else None,
        "file": None,
    }
    if out is not None:
        content = rendering.read_file(actor, get_file(made, Paper.A4).id)
        try:
            out.write_bytes(content)
        except OSError as error:
            raise click.ClickException(
                f"{made.number} is issued, but {out} cannot be written: {error.strerror}"
            ) from error
        report["file"] = str(out)
    if as_json:
        print_json(report)
        return
    click.echo(f"{made.number}  {report['name']}  {scheme.name}")
    click.echo(f"valid until {report['expires_on'] or 'further notice'}; check at {report['verify_url']}")
    if out is not None:
        click.echo(f"written to {out}")


@group.command("verify")
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE.pdf")
@json_option
@with_appcontext
@reported
def verify(file: Path, as_json: bool) -> None:
    """Say whether a file is a certificate of this installation: valid, expired, revoked, withdrawn,
    altered, unknown.

    Exit status 0 for a valid one, else 1.
    """
    try:
        content = file.read_bytes()
    except OSError as error:
        raise click.ClickException(f"{file} cannot be read: {error.strerror}") from error
    verification = check_file(content)
    if as_json:
        print_json(verification.as_json())
    else:
        _print(verification)
    if verification.verdict is not Verdict.VALID:
        raise SystemExit(1)


@group.command("roots")
@vendor_option
@with_appcontext
@reported
def roots(vendor_slug: str) -> None:
    """Print the vendor's root certificates (PEM): what PDF readers need to trust its signatures."""
    serve_vendor_named(vendor_slug)
    found = list_roots()
    if not found:
        raise click.ClickException(
            f"{vendor_slug!r} has no signing key yet: it is made with the first certificate."
        )
    for pem in found:
        click.echo(pem.decode("ascii"), nl=False)


def _print(verification: Verification) -> None:
    stated = verification.as_json()
    click.echo(verification.verdict.value)
    for name in SHOWN:
        if stated.get(name):
            click.echo(f"  {name.replace('_', ' ')}: {stated[name]}")
    for problem in verification.problems:
        click.echo(f"  {EXPLANATIONS[problem]}")
