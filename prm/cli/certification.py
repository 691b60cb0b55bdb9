"""Certificates from the command line: issued by decision, checked as files, and the keys behind them."""

from __future__ import annotations

import json
import time
from datetime import date
from pathlib import Path
from typing import Any

import click
from flask.cli import with_appcontext
from sqlalchemy import select

from prm.access import Actor
from prm.certification import rendering, services
from prm.certification.batches.models import IssueBatch
from prm.certification.batches.queries import count_progress, find_open_batch
from prm.certification.batches.running import Interrupted, advance_batch
from prm.certification.batches.services import start_batch
from prm.certification.credentials.checking import Offline, at_noon, check_offline
from prm.certification.credentials.status import count_lists, sign_status_list
from prm.certification.credentials.trust import BadTrust, read_trust
from prm.certification.models import Certificate, Certification
from prm.certification.queries.files import first_files
from prm.certification.queries.people import find_candidate
from prm.certification.queries.schemes import find_scheme, list_schemes
from prm.certification.services.keys import list_roots
from prm.certification.verification import EXPLAINED, Verdict, Verification, check_file
from prm.cli import json_option, print_json, reported, serve_vendor_named, vendor_option, write_file
from prm.cli.certification_keys import keys
from prm.extensions import db
from prm.infra import clock
from prm.infra.db import transaction
from prm.infra.signing import SigningError

SHOWN = (
    "number", "name", "certification", "issuer", "partner", "issued_on", "expires_on", "revoked_on",
    "withdrawn_on",
)  # fmt: skip

WAIT_SECONDS = 3

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
        scheme = _scheme_named(actor, certification)
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
        content = rendering.read_file(actor, first_files([made])[made.id][0].id)
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


@group.command("issue-batch")
@vendor_option
@click.option("--certification", required=True, metavar="C", help="The certification's name or id.")
@json_option
@with_appcontext
@reported
def issue_batch(vendor_slug: str, certification: str, as_json: bool) -> None:
    """Issue a certification to everybody who qualifies, on all cores. Run again, it goes on.

    Whatever ended it before: nobody is issued two, no number is left out. Exit status 1 where a file could
    not be printed; the certificates count all the same.
    """
    vendor, actor = serve_vendor_named(vendor_slug)
    began = time.monotonic()
    with transaction():
        scheme = _scheme_named(actor, certification)
        batch = find_open_batch(scheme) or start_batch(actor, scheme, is_announced=False)
    if batch is None:
        if as_json:
            print_json({"id": None, "total": 0})
        else:
            click.echo("nobody qualifies who does not hold it already")
        return

    def tell(at_work: IssueBatch) -> None:
        if not as_json:
            now = count_progress(at_work)
            click.echo(f"  {now.printed} of {now.total}", err=True)

    try:
        while not advance_batch(vendor.id, batch.id, tell=tell):
            db.session.rollback()
            if db.session.get_one(IssueBatch, batch.id, populate_existing=True).finished_at is not None:
                break
            if not as_json:
                click.echo("  another worker is at it, or was a moment ago: waiting", err=True)
            time.sleep(WAIT_SECONDS)
    except (Interrupted, SigningError) as error:
        raise click.ClickException(f"{error} Run this again to go on.") from error
    done, seconds = count_progress(batch), time.monotonic() - began
    report = {
        "id": str(batch.public_id),
        "certification": scheme.name,
        "total": done.total,
        "issued": done.issued,
        "printed": done.printed,
        "unprinted": done.unprinted,
        "refused": done.refused,
        "seconds": round(seconds, 1),
    }
    if as_json:
        print_json(report)
    else:
        click.echo(
            f"{scheme.name}: {done.issued} issued, {done.printed} printed, {done.unprinted} not printable, "
            f"{done.refused} not issued, in {seconds:.1f} s"
        )
    if done.unprinted:
        raise SystemExit(1)


def _scheme_named(actor: Actor, named: str) -> Certification:
    scheme = find_scheme(actor, named)
    if scheme is None:
        offered = ", ".join(each.name for each in list_schemes(actor)) or "none yet"
        raise click.ClickException(f"There is no certification {named!r}. There are: {offered}")
    return scheme


@group.command("verify")
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE")
@click.option(
    "--keys",
    "key_files",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Check with these keys alone: no network, no database. Repeatable.",
)
@click.option(
    "--status-list",
    "list_files",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="With --keys: a status list, to tell what was revoked. Repeatable.",
)
@click.option(
    "--on",
    metavar="DATE",
    help="With --keys: judge as of this day (2026-01-31) instead of now.",
)
@json_option
@with_appcontext
@reported
def verify(
    file: Path, key_files: tuple[Path, ...], list_files: tuple[Path, ...], on: str | None, as_json: bool
) -> None:
    """Say whether a PDF, JSON, badge (PNG, SVG) or the text of a QR code is a certificate that counts.

    Without --keys this installation is asked; with it, nothing but the files given is read. FILE may be
    - for standard input. Exit status 0 for a valid one, else 1.
    """
    content = click.get_binary_stream("stdin").read() if str(file) == "-" else _read(file)
    if not key_files:
        if list_files or on:
            raise click.ClickException("--status-list and --on go with --keys.")
        verification = check_file(content)
        if as_json:
            print_json(verification.as_json())
        else:
            _print(verification)
        if verification.verdict is not Verdict.VALID:
            raise SystemExit(1)
        return
    try:
        trust = read_trust([_read(each) for each in key_files], [_read(each) for each in list_files])
        at = at_noon(date.fromisoformat(on)) if on else clock.now()
    except BadTrust as error:
        raise click.ClickException(str(error)) from error
    except ValueError as error:
        raise click.ClickException(f"--on takes a day as 2026-01-31, not {on!r}.") from error
    told = check_offline(content, trust, at).as_json()
    if as_json:
        print_json(told)
    else:
        _print_offline(told)
    if told["status"] != Offline.VALID:
        raise SystemExit(1)


@group.command("status-list")
@vendor_option
@click.option("--number", default=1, show_default=True, metavar="N", help="Which of the vendor's lists.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="Write it here.")
@json_option
@with_appcontext
@reported
def status_list(vendor_slug: str, number: int, out: Path | None, as_json: bool) -> None:
    """Write the signed list of revoked credentials, true from now, for checking offline.

    Without --out or --json it is printed.
    """
    vendor, _actor = serve_vendor_named(vendor_slug)
    try:
        signed = sign_status_list(vendor, number)
    except SigningError as error:
        raise click.ClickException(str(error)) from error
    if out is not None:
        write_file(out, signed.document)
    if as_json:
        print_json(
            {
                "number": number,
                "lists": count_lists(),
                "as_of": signed.as_of.isoformat(),
                "file": str(out) if out else None,
                "status_list": json.loads(signed.document),
            }
        )
    elif out is None:
        click.echo(signed.document.decode(), nl=False)
    else:
        click.echo(f"written to {out}, true from {signed.as_of.isoformat()}")


group.add_command(keys)


@group.command("revoke")
@click.argument("number", metavar="NUMBER")
@vendor_option
@click.option("--reason", required=True, metavar="TEXT", help="Why, for audits.")
@json_option
@with_appcontext
@reported
def revoke(number: str, vendor_slug: str, reason: str, as_json: bool) -> None:
    """Revoke a certificate, by its number, for good. Every answer about it changes at once."""
    _vendor, actor = serve_vendor_named(vendor_slug)
    with transaction():
        certificate = db.session.scalars(
            select(Certificate).where(Certificate.number == number.strip().upper())
        ).one_or_none()
        if certificate is None:
            raise click.ClickException(f"{vendor_slug!r} has issued no certificate {number!r}.")
        services.revoke_certificate(actor, certificate, reason=reason)
    assert certificate.revoked_at is not None
    if as_json:
        report = {"number": certificate.number, "revoked_at": certificate.revoked_at.isoformat()}
        print_json({"id": str(certificate.public_id), **report})
    else:
        click.echo(f"{certificate.number} is revoked")


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


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise click.ClickException(f"{file} cannot be read: {error.strerror}") from error


def _print(verification: Verification) -> None:
    stated = verification.as_json()
    click.echo(verification.verdict.value)
    for name in SHOWN:
        if stated.get(name):
            click.echo(f"  {name.replace('_', ' ')}: {stated[name]}")
    for problem in verification.problems:
        click.echo(f"  {EXPLAINED[problem]}")


def _print_offline(told: dict[str, Any]) -> None:
    click.echo(told["status"])
    for name in (*SHOWN, "valid_from", "valid_until"):
        if told.get(name):
            click.echo(f"  {name.replace('_', ' ')}: {told[name]}")
    for reason in told["reasons"]:
        click.echo(f"  because: {reason.replace('_', ' ')}")
    if told["revocation_as_of"]:
        click.echo(f"  revocations known as of {told['revocation_as_of']}")
    for unchecked in told["not_checked"]:
        click.echo(f"  not checked: {unchecked.replace('_', ' ')}")
