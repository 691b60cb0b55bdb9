"""What lists of amounts have in common, deals as orders: sums by currency, and exports."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from flask_babel import get_locale
from flask_babel import gettext as _
from sqlalchemy import Select, func
from werkzeug.wrappers import Response

from prm.extensions import db
from prm.infra.downloads import attachment
from prm.infra.exporting import Sheet, csv_bytes, xlsx_bytes
from prm.infra.money import Money, format_money
from prm.infra.tables import AllRows

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def shown_money(minor: int | None, currency: str) -> str:
    """An amount in the reader's language; a dash for none."""
    return "–" if minor is None else format_money(minor, currency, str(get_locale() or "en"))


def shown_sums(sums: Sequence[Money]) -> str:
    """Sums of several currencies, one beside the other."""
    return ", ".join(shown_money(each.minor, each.currency) for each in sums)


def currency_sums(statement: Select[Any], model: Any) -> list[Money]:
    """The sum of amounts of a list's statement, one for each currency in it."""
    summed = statement.with_only_columns(
        model.currency, func.sum(model.amount_minor), maintain_column_froms=True
    )
    grouped = summed.order_by(None).group_by(model.currency).order_by(model.currency)
    return [
        Money(int(total), currency) for currency, total in db.session.execute(grouped) if total is not None
    ]


def export(
    form: str, title: str, columns: Sequence[str], rows: Iterable[Sequence[object]], found: AllRows
) -> Response:
    """The rows as CSV or XLSX; says so at its end where there were more than it holds."""
    written: list[Sequence[object]] = list(rows)
    if found.is_capped:
        note = _(
            "Only the first %(count)s of %(total)s rows are in this file.",
            count=len(written),
            total=found.total,
        )
        written.append([note, *[None] * (len(columns) - 1)])
    name = f"{title.lower()}.{form}"
    if form == "csv":
        return attachment(csv_bytes(columns, written), name, "text/csv")
    return attachment(xlsx_bytes([Sheet(title, columns, written)], title=title), name, XLSX)
