"""Which revenue is credited to what partners did."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from flask.cli import with_appcontext

from prm.attribution import queries
from prm.attribution.credits import Model
from prm.attribution.grouping import By, rank_rows
from prm.cli import json_option, print_json, reported, serve_vendor_named, vendor_option
from prm.cli.report import DATE, order_dates
from prm.infra.exporting import csv_stream
from prm.infra.money import format_money
from prm.revenue.queries import OrderFilters

group = click.Group("attribution", help="Which revenue is credited to what partners did.")


@group.command("report")
@vendor_option
@click.option("--model", type=click.Choice([m.value for m in Model]), required=True)
@click.option("--by", type=click.Choice([by.value for by in By]), required=True)
@click.option("--from", "date_from", type=DATE, help="First day of order, YYYY-MM-DD.")
@click.option("--to", "date_to", type=DATE, help="Last day of order, YYYY-MM-DD.")
@click.option(
    "--lookback",
    type=click.IntRange(1, queries.MAX_LOOKBACK),
    default=queries.DEFAULT_LOOKBACK,
    show_default=True,
    metavar="DAYS",
    help="Days before an order in which an activity counts.",
)
@json_option
@with_appcontext
@reported
def report(
    vendor_slug: str, model: str, by: str, date_from: Any, date_to: Any, lookback: int, as_json: bool
) -> None:
    """Credited revenue by asset, campaign, course or partner; amounts in minor units.

    Every order is credited in full or stands under unattributed. The rules:
    docs/decisions/0003-touches-and-credits.md.
    """
    vendor, actor = serve_vendor_named(vendor_slug)
    filters = order_dates(date_from, date_to)
    attribution = queries.get_attribution(actor, vendor, filters, lookback)
    tally, chosen = attribution.tally, Model(model)
    ranked = rank_rows(attribution.rows(By(by)), chosen)
    if as_json:
        print_json(
            {
                "model": model,
                "currency": vendor.currency,
                "revenue_minor": tally.revenue_minor,
                "attributed_minor": tally.attributed_minor,
                "unattributed_minor": tally.unattributed_minor,
                "rows": [
                    {
                        "id": str(row.id) if row.id is not None else None,
                        "name": row.name,
                        "credit_minor": row.credits[chosen],
                    }
                    for row in ranked
                ],
            }
        )
        return
    shown = [(row.name, row.credits[chosen]) for row in ranked]
    shown += [("Unattributed", tally.unattributed_minor), ("Revenue", tally.revenue_minor)]
    for name, amount in shown:
        click.echo(f"{format_money(amount, vendor.currency):>18}  {name}")


@group.command("export")
@vendor_option
@click.option(
    "--out",
    "folder",
    required=True,
    metavar="DIR",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where orders.csv and touches.csv are written.",
)
@json_option
@with_appcontext
@reported
def export(vendor_slug: str, folder: Path, as_json: bool) -> None:
    """Write orders and touches as plain rows, from which anybody can recompute every credit."""
    _vendor, actor = serve_vendor_named(vendor_slug)
    folder.mkdir(parents=True, exist_ok=True)
    written = {}
    for name, columns, rows in (
        ("orders", queries.ORDER_COLUMNS, queries.list_order_rows(actor, OrderFilters())),
        ("touches", queries.TOUCH_COLUMNS, queries.list_touch_rows(actor)),
    ):
        path = folder / f"{name}.csv"
        count = 0

        def counted(rows: Any = rows) -> Any:
            nonlocal count
            for row in rows:
                count += 1
                yield row

        try:
            with path.open("wb") as file:
                file.writelines(csv_stream(columns, counted(), has_mark=False))
        except OSError as error:
            raise click.ClickException(f"{path} cannot be written: {error.strerror}") from error
        written[name] = {"file": str(path), "rows": count}
    if as_json:
        print_json(written)
        return
    for part in written.values():
        click.echo(f"{part['rows']} rows in {part['file']}")
