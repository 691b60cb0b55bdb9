"""The grid in which targets are entered: partners or regions by the quarters of a fiscal year."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import Any
from uuid import UUID

from flask import flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from prm.access import Actor, current_actor, requires
from prm.errors import DomainError
from prm.extensions import db
from prm.infra import clock
from prm.infra.amounts import money_to_edit, typed_money
from prm.infra.db import transaction
from prm.infra.money import MoneyError
from prm.infra.tables import Column, TablePage, TableSpec, paginate
from prm.infra.tables_in_memory import paginate_rows
from prm.partners.models import Partnership, Region
from prm.permissions import P
from prm.revenue import services
from prm.revenue.quarters import Quarter, quarter_of
from prm.revenue.queries.targets import (
    may_aim_for_vendor,
    partnerships_with_targets,
    regions_with_targets,
    scope_of_row,
    targets_of,
)
from prm.revenue.services import FIRST_YEAR, LAST_YEAR, Aim
from prm.revenue.views.blueprint import blueprint

QUARTERS = (1, 2, 3, 4)


@dataclass(frozen=True)
class Whole:
    """The row of the vendor as a whole."""

    name: str
    public_id: None = None


@dataclass(frozen=True)
class Cell:
    """One field of the grid: what is in it, what was seen there before, and what is wrong with it."""

    name: str
    typed: str
    seen: str
    error: str = ""


@dataclass(frozen=True)
class GridRow:
    """A partner, a region or the whole, and its four cells by quarter."""

    name: str
    cells: dict[int, Cell]


@blueprint.route("/<slug:vendor>/revenue/targets", methods=["GET", "POST"])
@requires(P.TARGET_EDIT)
def targets() -> str | Response | tuple[str, int]:
    """State what is aimed at; what was typed stays where something is wrong with it."""
    actor = current_actor()
    start_month = g.vendor.fiscal_year_start_month
    now = quarter_of(clock.today(g.vendor.time_zone), start_month).year
    year = request.args.get("year", default=now, type=int)
    year = year if FIRST_YEAR <= year <= LAST_YEAR else now
    by = "region" if request.args.get("by") == "region" else "partner"
    errors: dict[str, str] = {}
    status = 200
    if request.method == "POST":
        aims, errors = _read(g.vendor.currency)
        if not errors:
            try:
                with transaction():
                    changed = services.set_targets(actor, year, aims)
                flash(
                    ngettext("%(num)s target was changed.", "%(num)s targets were changed.", changed)
                    if changed
                    else _("No target was changed."),
                    "success",
                )
                return redirect(url_for("revenue.targets", **request.args))
            except DomainError as error:
                if not error.fields:
                    raise
                errors, status = dict(error.fields), error.status
        else:
            status = 422
    page = _page(actor, year, by, errors)
    rendered = render_template(
        "revenue/targets.html",
        table_page=page,
        year=year,
        by=by,
        years=range(now - 1, now + 3) if now - 1 <= year <= now + 2 else [year, *range(now - 1, now + 3)],
        quarters={number: Quarter(year, number, start_month) for number in QUARTERS},
        currency=g.vendor.currency,
        errors=[(f"t-{name.replace('.', '-')}", text) for name, text in errors.items()],
        action=url_for("revenue.targets", **request.args),
    )
    return rendered, status


def _read(currency: str) -> tuple[list[Aim], dict[str, str]]:
    """The posted cells; and by a cell's name what is wrong with it."""
    aims, errors = [], {}
    for key, text in request.form.items():
        kind, sign, name = key.partition(".")
        subject, dot, quarter = name.rpartition(".")
        if kind != "t" or not (sign and dot) or quarter not in ("1", "2", "3", "4"):
            continue
        try:
            whose = None if subject == "vendor" else UUID(subject)
            seen = typed_money(request.form.get(f"o.{name}"), currency)
        except ValueError:
            continue
        try:
            typed = typed_money(text, currency)
        except MoneyError as error:
            errors[name] = error.notice.text(_)
            continue
        aims.append(Aim(whose, int(quarter), typed.minor if typed else None, seen.minor if seen else None))
    return aims, errors


def _page(actor: Actor, year: int, by: str, errors: dict[str, str]) -> TablePage:
    label = _("Partner") if by == "partner" else _("Region")
    columns = [
        Column("name", label, sort=Partnership.name_folded if by == "partner" else _whole_first),
        *(Column(str(number), _("Q%(number)s", number=number)) for number in QUARTERS),
    ]
    url = partial(url_for, "revenue.targets", year=year, by=by)
    if by == "partner":
        spec = TableSpec(key=Partnership.id, columns=columns, default_sort="name", search=[Partnership.name])
        page = paginate(db.session(), partnerships_with_targets(actor), spec, request.args, url)
    else:
        whole = [Whole(_("The whole vendor"))] if may_aim_for_vendor(actor) else []
        spec = TableSpec(key=None, columns=columns, default_sort="name", search=[_name_of])
        page = paginate_rows([*whole, *regions_with_targets(actor)], spec, request.args, url)
    models = [None if isinstance(row, Whole) else row for row in page.rows]
    stored = targets_of(year, models)
    rows = [_grid_row(row, model, stored, errors) for row, model in zip(page.rows, models, strict=True)]
    return replace(page, rows=rows)


def _name_of(row: Whole | Region) -> str:
    return row.name.casefold()


def _whole_first(row: Whole | Region) -> str:
    return "" if isinstance(row, Whole) else row.name.casefold()


def _grid_row(
    row: Any, model: Partnership | Region | None, stored: dict[tuple[str, int], Any], errors: dict[str, str]
) -> GridRow:
    cells = {}
    for number in QUARTERS:
        target = stored.get((scope_of_row(model), number))
        is_current = target is not None and target.currency == g.vendor.currency
        seen = money_to_edit(target.amount_minor, target.currency) if is_current else ""
        name = f"{row.public_id or 'vendor'}.{number}"
        typed = request.form.get(f"t.{name}", seen)
        cells[number] = Cell(name, typed, seen, errors.get(name, ""))
    return GridRow(row.name, cells)
