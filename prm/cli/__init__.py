"""The command line: one file per group. Errors go to stderr with exit status 1.

`flask <group> <command> --help` documents each; `--json` where a command reports.
"""

from __future__ import annotations

import importlib
import json
import pkgutil
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import click
from flask import Flask

from prm.access import Actor, system_actor
from prm.accounts.sessions import find_vendor
from prm.errors import DomainError
from prm.infra.db import bind_vendor
from prm.vendors.models import Vendor


def init_app(app: Flask) -> None:
    """Register every module's `group` (a click.Group)."""
    click.UsageError.exit_code = 1  # 0 or 1, as documented: a missing option is an error like others
    for module in sorted(m.name for m in pkgutil.iter_modules(__path__)):
        group = getattr(importlib.import_module(f"{__name__}.{module}"), "group", None)
        if isinstance(group, click.Command):
            app.cli.add_command(group)


def reported(function: Callable[..., Any]) -> Callable[..., Any]:
    """A broken rule becomes one line on stderr and exit status 1."""

    @wraps(function)
    def run(*args: Any, **kwargs: Any) -> Any:
        try:
            return function(*args, **kwargs)
        except DomainError as error:
            fields = "".join(f"\n  {name}: {text}" for name, text in error.fields.items())
            raise click.ClickException(f"{error}{fields}") from error

    return run


def serve_vendor_named(slug: str) -> tuple[Vendor, Actor]:
    """The vendor of `--vendor SLUG`, bound to this command's session, and the system acting for it.

    Raises click.ClickException (exit status 1) where there is none.
    """
    vendor = find_vendor(slug)
    if vendor is None:
        raise click.ClickException(f"There is no vendor {slug!r}.")
    bind_vendor(vendor.id)
    return vendor, system_actor(vendor.id)


def print_json(report: Any) -> None:
    click.echo(json.dumps(report, ensure_ascii=False, indent=2, default=str))


vendor_option = click.option(
    "--vendor", "vendor_slug", required=True, metavar="SLUG", help="The vendor's slug."
)
json_option = click.option("--json", "as_json", is_flag=True, help="Report as JSON.")


def write_file(file: Path, content: bytes) -> None:
    try:
        file.write_bytes(content)
    except OSError as error:
        raise click.ClickException(f"{file} cannot be written: {error.strerror}") from error
