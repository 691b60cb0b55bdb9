"""Backups from the command line: taken, verified, put back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from flask import Flask, current_app
from flask.cli import with_appcontext

from prm.cli import json_option, print_json, reported
from prm.extensions import db
from prm.operations.services import backups
from prm.operations.services.ledger import read_ledger


@click.group("backup")
def group() -> None:
    """Back the installation up (database and files), verify a backup, restore one."""


def _tell(line: str) -> None:
    click.echo(f"  {line}", err=True)


file_argument = click.argument("path", metavar="FILE", type=click.Path(path_type=Path))


@group.command("create")
@click.option(
    "--out", required=True, metavar="FILE_OR_FOLDER", type=click.Path(path_type=Path),
    help="A new file, or a folder in which a dated one is made.",
)  # fmt: skip
@json_option
@with_appcontext
@reported
def create_command(out: Path, as_json: bool) -> None:
    """Write database and files, as of now, into one file. People may go on working meanwhile.

    On PostgreSQL run it with the DATABASE_URL of the schema's owner; pg_dump of the server's version
    must be on PATH. Exit status 1 where a file that a row names is missing from the store: the backup
    is made nevertheless, and says which.
    """
    report = backups.create_backup(out, _tell)
    _print(report, as_json)
    if report.missing:
        click.echo(f"{len(report.missing)} files that rows name are missing or damaged:", err=True)
        for key in report.missing[:20]:
            click.echo(f"  {key}", err=True)
        raise click.exceptions.Exit(1)


@group.command("verify")
@file_argument
@json_option
@with_appcontext
@reported
def verify_command(path: Path, as_json: bool) -> None:
    """Hash every part of a backup anew; exit status 1 where anything differs."""
    _print(backups.verify_backup(path, _tell), as_json)


@group.command("restore")
@file_argument
@click.option(
    "--into", metavar="FOLDER_OR_URL",
    help="A folder that becomes DATA_DIR, or a PostgreSQL URL. Default: where the settings point.",
)  # fmt: skip
@click.option("--files", metavar="FOLDER_OR_S3", help="Where files go. Default: FILES_URL, or below --into.")
@click.option("--replace", is_flag=True, help="The target's database may be lost.")
@click.option(
    "--ledger", "ledgers", multiple=True, type=click.Path(path_type=Path),
    help="Repeatable: a file erasures.jsonl that was kept elsewhere.",
)  # fmt: skip
@json_option
@with_appcontext
@reported
def restore_command(
    path: Path, into: str | None, files: str | None, replace: bool, ledgers: tuple[Path, ...], as_json: bool
) -> None:
    """Verify a backup, put it in place, repeat erasures made since, verify the journal.

    Refuses a target that holds a database unless --replace says that it may be lost. Stop the portal
    first where it runs on the target. On PostgreSQL as for `flask backup create`, with pg_restore.
    """
    entries = [entry for each in ledgers for entry in read_ledger(each)]
    db.session.remove()
    db.engine.dispose()
    report = backups.restore_backup(path, _target(into, files), replace=replace, ledger=entries, tell=_tell)
    if as_json:
        print_json(vars(report))
        return
    click.echo(
        f"Restored the state of {report.taken_at}: {report.files} files, "
        f"{sum(report.chains.values())} journal entries in {len(report.chains)} valid chains, "
        f"{report.erased_again} people erased again."
    )


def _target(into: str | None, files: str | None) -> Flask:
    """The installation that is restored into: this one, or the same with other places."""
    changes: dict[str, str] = {}
    if into is not None and "://" in into:
        changes["DATABASE_URL"] = into
    elif into is not None:
        changes |= {"DATA_DIR": str(Path(into).absolute()), "DATABASE_URL": "", "FILES_URL": ""}
    if files is not None:
        changes["FILES_URL"] = files
    target: Flask = current_app.extensions["prm_rebuild"](**changes)
    return target


def _print(report: backups.BackupReport, as_json: bool) -> None:
    if as_json:
        values: dict[str, Any] = {**vars(report), "path": str(report.path)}
        print_json(values)
        return
    click.echo(
        f"{report.path}: sound; state of {report.taken_at}, {report.kind}, schema {report.schema_revision}, "
        f"{report.files} files, {report.size} bytes."
    )
