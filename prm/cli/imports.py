"""Imports from the command line: the same services as the pages use, applied at once."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import UUID

import click
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from prm.access import Actor, system_actor
from prm.cli import json_option, print_json, reported, serve_vendor_named, vendor_option
from prm.errors import Conflict, DomainError
from prm.extensions import db
from prm.imports.fields import STAGE_WORDS, fields_of
from prm.imports.models import ImportBatch, ImportKind
from prm.imports.options import DEFAULT_SOURCE, ImportOptions
from prm.imports.queries import list_batches
from prm.imports.reading import LIMITS, SEPARATORS
from prm.imports.report import ImportReport, say_reason
from prm.imports.services.aliases import FIELDS
from prm.imports.services.aliases import add_alias as add_alias_to
from prm.imports.services.running import plan_import, run_import
from prm.imports.services.undoing import undo_batch
from prm.imports.tasks import sweep_dropped_files
from prm.infra.db import bind_vendor, transaction
from prm.infra.importing.errors import ROW_REASONS
from prm.vendors.models import Vendor

_SHOWN = 20


@click.group("imports")
def group() -> None:
    """Import files of every kind, also from the drop folder; list and undo imports; state aliases."""


def _field_help() -> str:
    lines = [f"{kind.value}: {', '.join(spec.name for spec in fields_of(kind))}." for kind in ImportKind]
    return "\b\nFields by kind:\n" + "\n".join(f"  {line}" for line in lines)


@group.command("run", help=f"""Import FILE (CSV or XLSX) at once: all its good rows, in one transaction.

The same file again changes nothing. Rows that cannot be taken are reported with line, column, value
and reason; an unknown product or customer rejects nothing and is reported as unmatched.

{_field_help()}

Stages: {", ".join(sorted(set(STAGE_WORDS.values())))}.
""")  # fmt: skip
@click.argument("file", type=click.Path(path_type=Path))
@vendor_option
@click.option("--kind", required=True, metavar="|".join(kind.value for kind in ImportKind))
@click.option("--source", default=DEFAULT_SOURCE, show_default=True, help="Name of the source system.")
@click.option("--map", "pairs", multiple=True, metavar="FIELD=COLUMN", help="Repeatable.")
@click.option("--stage", "stages", multiple=True, metavar="SOURCE=STAGE", help="Repeatable.")
@click.option("--date-format", metavar="F", help="Such as MM/DD/YYYY or %m/%d/%Y. Default: detected.")
@click.option("--decimal", metavar=".|,", help="The decimal sign. Default: detected.")
@click.option("--encoding", metavar="E", help="Such as utf-8 or cp1252. Default: detected.")
@click.option("--delimiter", metavar=",|;|tab", help="What separates columns. Default: detected.")
@click.option("--sheet", metavar="NAME", help="The sheet of a workbook. Default: the first visible one.")
@click.option("--won-as-orders", is_flag=True, help="Make an order of every won deal.")
@click.option("--create-partners", is_flag=True, help="Create partners that nobody knows yet.")
@click.option("--dry-run", is_flag=True, help="Report what would happen; change nothing.")
@json_option
@with_appcontext
@reported
def run_command(
    file: Path,
    vendor_slug: str,
    kind: str,
    source: str,
    pairs: tuple[str, ...],
    stages: tuple[str, ...],
    date_format: str | None,
    decimal: str | None,
    encoding: str | None,
    delimiter: str | None,
    sheet: str | None,
    won_as_orders: bool,
    create_partners: bool,
    dry_run: bool,
    as_json: bool,
) -> None:
    _vendor, actor = serve_vendor_named(vendor_slug)
    wanted = _kind(kind)
    options = ImportOptions(
        columns=_pairs(pairs, "--map", "FIELD=COLUMN"),
        stages={word: stage.lower() for word, stage in _pairs(stages, "--stage", "SOURCE=STAGE").items()},
        date_format=date_format,
        decimal=decimal,
        encoding=encoding,
        delimiter=SEPARATORS.get(delimiter.lower(), delimiter) if delimiter else None,
        sheet=sheet,
        won_as_orders=won_as_orders,
        create_partners=create_partners,
    )
    if (won_as_orders or stages) and wanted is not ImportKind.DEALS:
        raise DomainError("--stage and --won-as-orders are for deals.")
    content = _read(file)
    if dry_run:
        report = plan_import(actor, content, file.name, kind=wanted, source=source, options=options)
    else:
        report = _run(actor, content, file.name, kind=wanted, source=source, options=options)
    if as_json:
        print_json(report.as_json())
    else:
        _tell(report, is_dry=dry_run)


def _run(actor: Actor, content: bytes, name: str, **how: Any) -> ImportReport:
    try:
        with transaction():
            return run_import(actor, content, name, **how)
    except IntegrityError as error:
        raise Conflict(
            "Somebody else entered the same rows meanwhile. Nothing was changed; run it again."
        ) from error


def _kind(text: str) -> ImportKind:
    try:
        return ImportKind(text)
    except ValueError:
        kinds = ", ".join(kind.value for kind in ImportKind)
        raise DomainError(f"{text!r} is no kind of import; there are {kinds}.") from None


def _pairs(pairs: tuple[str, ...], option: str, form: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for pair in pairs:
        left, sign, right = pair.partition("=")
        if not (sign and left.strip() and right.strip()):
            raise DomainError(f"{option} {pair!r} is not {form}.")
        found[left.strip()] = right.strip()
    return found


def _read(file: Path) -> bytes:
    try:
        with file.open("rb") as stream:
            return stream.read(LIMITS.size + 1)
    except OSError as error:
        raise DomainError(f"{file} cannot be read: {error.strerror}.") from error


def _tell(report: ImportReport, *, is_dry: bool) -> None:
    """The report for a person."""
    click.echo(f"{'Dry run: nothing was changed.' if is_dry else f'Batch {report.batch}'}")
    for label, count in (
        ("read", report.read),
        ("inserted", report.inserted),
        ("updated", report.updated),
        ("unchanged", report.unchanged),
        ("rejected", len(report.rejected)),
        ("orders derived", report.orders_derived),
    ):
        click.echo(f"{count:>9,}  {label}")
    for name, count in report.created.items():
        click.echo(f"{count:>9,}  new {name}")
    for finding in report.findings:
        click.echo(f"  {finding}")
    if report.unmatched:
        click.echo("Unmatched (kept; resolve with `flask imports alias`):")
        for each in report.unmatched:
            click.echo(f"{each.rows:>9,}  {each.field} {each.value or '(none given)'}")
    if report.conflicts:
        click.echo("Changed by hand, and otherwise in the file; left alone until chosen on the import page:")
        for clash in report.conflicts[:_SHOWN]:
            values = f"{clash.ours} here, {clash.theirs} in line {clash.line}"
            click.echo(f"  {clash.record}, {clash.field}: {values}")
    if groups := report.rejected_groups():
        click.echo("Rejected (--json lists every row):")
        for each in groups[:_SHOWN]:
            place = f"{each.reason['column']} {each.reason['value']!r}" if each.reason["column"] else "row"
            click.echo(f"{each.rows:>9,}  {place}, first on line {each.line}: {say_reason(each.reason)}")
        if len(groups) > _SHOWN:
            click.echo(f"           … and {len(groups) - _SHOWN:,} more.")
        if any(each.reason["msgid"] == ROW_REASONS["choice_unknown"] for each in groups):
            click.echo("State what a word stands for with --stage SOURCE=STAGE.")


@group.command("undo")
@click.argument("batch")
@json_option
@with_appcontext
@reported
def undo_command(batch: str, as_json: bool) -> None:
    """Take back everything that BATCH did, or say what stands in the way."""
    actor = _serve_vendor_of(batch)
    with transaction():
        undone = undo_batch(actor, UUID(batch))
    if as_json:
        print_json({"batch": str(undone.public_id), "status": undone.status.value})
    else:
        click.echo(f"Undone: {undone.kind.value} from {undone.file.name}.")


def _serve_vendor_of(batch: str) -> Actor:
    """Bind the session to the vendor that a batch belongs to. Raises DomainError for no such batch."""
    try:
        batch_id = UUID(batch)
    except ValueError:
        raise DomainError(f"{batch!r} is not the id of a batch.") from None
    for vendor_id in db.session.scalars(select(Vendor.id).order_by(Vendor.id)).all():
        bind_vendor(vendor_id)
        if db.session.scalar(select(ImportBatch.id).where(ImportBatch.public_id == batch_id)) is not None:
            return system_actor(vendor_id)
    raise DomainError(f"There is no batch {batch}.")


@group.command("list")
@click.option("--vendor", "vendor_slug", metavar="SLUG", help="One vendor's only.")
@json_option
@with_appcontext
@reported
def list_command(vendor_slug: str | None, as_json: bool) -> None:
    """List imports, newest first."""
    if vendor_slug is not None:
        vendors = [serve_vendor_named(vendor_slug)[0]]
    else:
        vendors = list(db.session.scalars(select(Vendor).order_by(Vendor.slug)))
    listed = []
    for vendor_id, slug in [(vendor.id, vendor.slug) for vendor in vendors]:
        bind_vendor(vendor_id)
        listed += [_listed(slug, batch) for batch in list_batches(system_actor(vendor_id))]
    if as_json:
        print_json(listed)
        return
    for each in listed:
        click.echo(
            f"{each['batch']}  {each['created_at'][:16]}  {each['vendor']}  {each['kind']:<8}  "
            f"{each['status']:<8}  {each['read'] or 0:>7,} rows  {each['file']}"
        )


def _listed(slug: str, batch: ImportBatch) -> dict[str, Any]:
    counts = batch.counts or {}
    return {
        "batch": str(batch.public_id),
        "vendor": slug,
        "kind": batch.kind.value,
        "source": batch.source,
        "file": batch.file.name,
        "sha256": batch.file.sha256,
        "status": batch.status.value,
        "created_at": batch.created_at.isoformat(),
        "applied_at": batch.applied_at.isoformat() if batch.applied_at else None,
        "undone_at": batch.undone_at.isoformat() if batch.undone_at else None,
        **{
            name: counts.get(name)
            for name in ("read", "inserted", "updated", "unchanged", "orders_derived", "rejected")
        },
    }


@group.command("sweep")
@json_option
@with_appcontext
@reported
def sweep_command(as_json: bool) -> None:
    """Import the whole files of the drop folder now; the worker does it each minute."""
    if current_app.config["DROP_FOLDER"] is None:
        raise DomainError("No drop folder is set up: set DROP_FOLDER.")
    taken = [
        {
            "vendor": slug,
            "file": row.name,
            "kind": row.kind.value,
            "source": row.source,
            "sha256": row.sha256,
            "status": row.status.value,
            "reason": row.message,
        }
        for slug, row in sweep_dropped_files()
    ]
    if as_json:
        print_json(taken)
        return
    for each in taken:
        click.echo(f"{each['status']:<8}  {each['vendor']}  {each['kind']}.{each['source']}  {each['file']}")
        if each["reason"]:
            click.echo(f"          {each['reason']}")
    if not taken:
        click.echo("Nothing was waiting.")


@group.command("alias")
@vendor_option
@click.option("--field", required=True, metavar="|".join(FIELDS))
@click.option("--value", required=True, help="What the source calls it.")
@click.option("--to", required=True, help="The name of what it stands for.")
@json_option
@with_appcontext
@reported
def alias_command(vendor_slug: str, field: str, value: str, to: str, as_json: bool) -> None:
    """Let a source's name stand for a product, customer or partner, now and in every later import."""
    _vendor, actor = serve_vendor_named(vendor_slug)
    with transaction():
        made = add_alias_to(actor, field=field, value=value, to=to)
    if as_json:
        print_json({"field": made.field, "value": made.value, "to": made.to, "rows": made.rows})
    else:
        click.echo(f"{made.value} stands for the {made.field} {made.to}: {made.rows:,} rows matched.")
