"""Choosing an action for many rows, confirming it, and watching it done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any
from urllib.parse import parse_qsl
from uuid import UUID

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import Row, func
from werkzeug.wrappers import Response

from prm.access import current_actor, requires
from prm.bulk import queries, services
from prm.bulk.actions import ACTIONS, BulkAction
from prm.bulk.models import BulkItem, ItemOutcome
from prm.errors import DomainError, Forbidden, NotFound
from prm.extensions import db
from prm.infra.db import transaction
from prm.infra.downloads import asked_form, table_attachment
from prm.infra.forms import show_error
from prm.infra.tables import Column, Filter, TableSpec, all_rows, paginate
from prm.permissions import P

blueprint = Blueprint("bulk", __name__)

NAMED = 12  # rows named on the page that confirms


@dataclass(frozen=True)
class BulkMenu:
    """What can be done with many rows of the list on this page; `query` is what the list shows."""

    actions: list[tuple[str, Any]]
    url: str
    query: str


@blueprint.app_template_global("bulk_menu")
def bulk_menu() -> BulkMenu | None:
    """The menu of this page's list; None where there is nothing to do with its rows."""
    actor = current_actor()
    if g.get("vendor") is None:
        return None
    actions = [
        (action.key, action.label)
        for action in ACTIONS.values()
        if action.endpoint == request.endpoint and actor.can(action.permission)
    ]
    query = request.query_string.decode("utf-8", "replace")
    return BulkMenu(actions, url_for("bulk.choose"), query) if actions else None


@blueprint.app_template_global("row_public_id")
def row_public_id(row: Any) -> UUID | None:
    """The public id of what a table's row shows: of its first part where it has several (a company's id
    may stand beside a person), or of the row itself."""
    shown = row[0] if isinstance(row, Row) and hasattr(row[0], "public_id") else row
    found: UUID | None = getattr(shown, "public_id", None)
    return found


@blueprint.post("/<slug:vendor>/bulk/choose")
@requires(P.LIST_KEEP)
def choose() -> tuple[str, int]:
    """What an action would do to which rows: asks for its values and to confirm."""
    return _page(_action(), is_first=True)


@blueprint.post("/<slug:vendor>/bulk/start")
@requires(P.LIST_KEEP)
def start() -> Response | tuple[str, int] | str:
    """Start it, and lead to the page that shows how it goes."""
    action, actor = _action(), current_actor()
    form = action.form()
    form.offer(actor)  # type: ignore[attr-defined]
    if form.validate():
        try:
            with transaction():
                run = services.start_run(actor, action, _which(), _values(form))
            return redirect(url_for("bulk.run", run_id=run.public_id), 303)
        except DomainError as error:
            show_error(form, error)
    return _page(action, form=form)


def _action() -> BulkAction:
    """The action asked for. Raises NotFound for none of ours, Forbidden for one that is not theirs."""
    action = ACTIONS.get(request.form.get("action", ""))
    if action is None:
        raise NotFound
    if not current_actor().can(action.permission):
        raise Forbidden
    return action


def _which() -> dict[str, str] | list[UUID]:
    """Everything that a list's address shows, or the rows that were ticked."""
    if request.form.get("which") == "all":
        pairs = parse_qsl(request.form.get("query", "")[:8000], errors="replace", max_num_fields=200)
        return dict(reversed(pairs))
    chosen = []
    for text in request.form.getlist("ids")[: services.MAX_ROWS]:
        try:
            chosen.append(UUID(text))
        except ValueError:
            continue
    return chosen


def _page(action: BulkAction, *, form: Any = None, is_first: bool = False) -> tuple[str, int]:
    actor = current_actor()
    chosen = action.choose(actor, _which())
    names = [row[1] for row in db.session.execute(chosen.limit(NAMED))]
    if form is None:
        form = action.form(formdata=None)
        form.offer(actor)
    counting = chosen.with_only_columns(func.count(), maintain_column_froms=True).order_by(None)
    total = db.session.scalar(counting) or 0
    page = render_template(
        "bulk/choose.html",
        action=action,
        form=form,
        names=names,
        total=total,
        which=request.form.get("which", ""),
        query=request.form.get("query", "")[:8000],
        ids=request.form.getlist("ids")[: services.MAX_ROWS],
        back_url=url_for(action.endpoint),
    )
    return page, 200 if is_first and total else 422


def _values(form: Any) -> dict[str, Any]:
    """The form's values as they are kept: text and ISO dates."""
    return {
        field.name: field.data.isoformat() if isinstance(field.data, date) else (field.data or "")
        for field in form
        if field.name != "csrf_token"
    }


@blueprint.get("/<slug:vendor>/bulk/<uuid:run_id>")
@requires(P.LIST_KEEP)
def run(run_id: UUID) -> str | Response:
    """How far it is, and what became of each row."""
    actor = current_actor()
    found = queries.get_run(actor, run_id)
    spec = _spec()
    statement = queries.select_items(found)
    if form := asked_form(request.args):
        rows = all_rows(db.session(), statement, spec, request.args).rows
        return table_attachment(
            form,
            "results",
            [_("Row"), _("Result"), _("Reason")],
            ([item.label, str(_outcomes()[item.outcome]), item.reason] for item in rows),
        )
    counts = queries.count_outcomes(found)
    action = ACTIONS.get(found.action)
    return render_template(
        "bulk/run.html",
        run=found,
        label=action.label if action else found.action,
        counts={outcome.value: count for outcome, count in counts.items()},
        done=found.total - counts[ItemOutcome.WAITING],
        table_page=paginate(
            db.session(), statement, spec, request.args, partial(url_for, "bulk.run", run_id=run_id)
        ),
        outcomes=_outcomes(),
        back_url=url_for(action.endpoint if action and actor.can(action.permission) else "vendors.home"),
    )


def _outcomes() -> dict[ItemOutcome, str]:
    return {
        ItemOutcome.WAITING: _("Waiting"),
        ItemOutcome.DONE: _("Done"),
        ItemOutcome.REFUSED: _("Refused"),
    }


def _spec() -> TableSpec:
    return TableSpec(
        key=BulkItem.id,
        columns=[
            Column("label", _("Row"), sort=BulkItem.label),
            Column("outcome", _("Result"), sort=BulkItem.outcome),
            Column("reason", _("Reason")),
        ],
        default_sort="-outcome",
        search=[BulkItem.label],
        filters=[
            Filter(
                "outcome",
                _("Result"),
                [(outcome.value, label) for outcome, label in _outcomes().items()],
                lambda statement, value: statement.where(BulkItem.outcome == ItemOutcome(value)),
            )
        ],
    )
