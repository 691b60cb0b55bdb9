"""Reports on the command line."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import click
from flask.cli import with_appcontext

from prm.cli import json_option, print_json, reported, serve_vendor_named, vendor_option
from prm.infra.money import format_money
from prm.revenue.queries import By, OrderFilters, revenue_by

group = click.Group("report", help="Reports on the command line.")

DATE = click.DateTime(["%Y-%m-%d"])


def order_dates(first: datetime | None, last: datetime | None) -> OrderFilters:
    """The orders of `--from` to `--to`. Raises click.ClickException where these are the wrong way round."""
    if first is not None and last is not None and last < first:
        raise click.ClickException("The last day lies before the first.")
    return OrderFilters(date_from=first.date() if first else None, date_to=last.date() if last else None)


@group.command("revenue")
@vendor_option
@click.option("--by", type=click.Choice([by.value for by in By]), required=True)
@click.option("--from", "date_from", type=DATE, help="First day of order, YYYY-MM-DD.")
@click.option("--to", "date_to", type=DATE, help="Last day of order, YYYY-MM-DD.")
@json_option
@with_appcontext
@reported
def revenue(vendor_slug: str, by: str, date_from: Any, date_to: Any, as_json: bool) -> None:
    """Revenue by quarter, partner, region or product; amounts in minor units of the vendor's currency.

    The rows sum to the total. Orders in other currencies are not in it; they are named on stderr.
    """
    _vendor, actor = serve_vendor_named(vendor_slug)
    report = revenue_by(actor, by, filters=order_dates(date_from, date_to))
    if as_json:
        print_json(
            {
                "currency": report.currency,
                "total_minor": report.total_minor,
                "rows": [
                    {"key": row.key, "revenue_minor": row.revenue_minor, "orders": row.orders}
                    for row in report.rows
                ],
            }
        )
    else:
        for row in report.rows:
            amount = format_money(row.revenue_minor, report.currency)
            click.echo(f"{amount:>18}  {row.orders:>7}  {row.label}")
        click.echo(f"{format_money(report.total_minor, report.currency):>18}  {report.orders:>7}")
    for other in report.other_currencies:
        amount = format_money(other.total_minor, other.currency)
        click.echo(f"Not included: {other.orders} orders in {other.currency}, {amount}.", err=True)
