"""Pages of the journal: who did what, and whether it is all still there."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial
from typing import Any

from flask import Blueprint, g, render_template, request, url_for
from flask_babel import format_datetime
from flask_babel import gettext as _
from sqlalchemy import Select
from werkzeug.wrappers import Response

from prm.access import current_actor, requires
from prm.accounts.labels import ROLE_LABELS
from prm.accounts.queries import list_names
from prm.extensions import db, limiter
from prm.infra.clock import day_start
from prm.infra.downloads import asked_form, table_attachment
from prm.infra.tables import Column, Filter, TableSpec, all_rows, paginate
from prm.journal import queries
from prm.journal.chain import canonical
from prm.journal.labels import SUBJECT_LABELS, action_words
from prm.journal.models import JournalEntry
from prm.permissions import P

blueprint = Blueprint("journal", __name__)

_ROLE_NAMES = {role.value: label for role, label in ROLE_LABELS.items()}


@blueprint.get("/<slug:vendor>/journal/")
@requires(P.JOURNAL_VIEW)
def index() -> str | Response:
    """What was done with this vendor's data, newest first."""
    chain = _chain()
    names = list_names(queries.list_actor_refs(chain))
    spec = _spec(chain, names)
    statement = queries.select_entries(chain)
    if form := asked_form(request.args):
        return _export(form, statement, spec, names)
    page = paginate(db.session(), statement, spec, request.args, partial(url_for, "journal.index"))
    return render_template(
        "journal/index.html",
        table_page=page,
        entries=_shown(page.rows, names),
    )


@blueprint.get("/<slug:vendor>/journal/verify")
@requires(P.JOURNAL_VIEW)
@limiter.limit("20/minute")
def verify() -> str:
    """Recompute the whole chain, and say what was found."""
    found = queries.verify_chain(_chain())
    return render_template(
        "journal/verify.html",
        found=found,
        problems=[problem.text(_) for problem in found.problems[:50]],
        more=max(0, len(found.problems) - 50),
        command=f"flask journal verify --vendor {g.vendor.slug} --heads FILE",
    )


def _chain() -> str:
    return str(g.vendor.public_id)


def _spec(chain: str, names: dict[str, str]) -> TableSpec:
    zone = current_actor().time_zone

    def since(statement: Select[Any], day: date) -> Select[Any]:
        return statement.where(JournalEntry.at >= day_start(day, zone))

    def until(statement: Select[Any], day: date) -> Select[Any]:
        return statement.where(JournalEntry.at < day_start(day + timedelta(days=1), zone))

    actors = sorted(names.items(), key=lambda each: each[1].casefold())
    return TableSpec(
        key=JournalEntry.id,
        columns=[
            Column("at", _("When"), sort=JournalEntry.sequence),
            Column("actor", _("Who")),
            Column("action", _("What"), sort=JournalEntry.action),
            Column("subject", _("Of what"), sort=JournalEntry.subject_type),
            Column("facts", _("Facts")),
        ],
        default_sort="-at",
        search=[JournalEntry.action, JournalEntry.subject_ref],
        filters=[
            Filter(
                "action",
                _("What"),
                sorted(
                    ((action, action_words(action)) for action in queries.list_actions(chain)),
                    key=lambda each: each[1].casefold(),
                ),
                lambda statement, value: statement.where(JournalEntry.action == value),
            ),
            Filter(
                "actor",
                _("Who"),
                [*actors, ("system", _("System"))],
                lambda statement, value: statement.where(JournalEntry.actor_ref == value),
            ),
            Filter("since", _("From"), apply=since, kind="date"),
            Filter("until", _("Until"), apply=until, kind="date"),
        ],
    )


def _shown(entries: list[JournalEntry], names: dict[str, str]) -> dict[int, dict[str, Any]]:
    """The rows of one page, finished for the template, by entry."""
    personal = queries.list_personal_values([entry.id for entry in entries])
    return {
        entry.id: {
            "number": entry.sequence,
            "at": format_datetime(entry.at, "medium"),
            "at_iso": entry.at.isoformat(),
            "actor": _actor_name(entry, names),
            "role": _ROLE_NAMES.get(entry.actor_role, ""),
            "action": action_words(entry.action),
            "code": entry.action,
            "subject": SUBJECT_LABELS.get(entry.subject_type, entry.subject_type),
            "subject_ref": _short(entry.subject_ref),
            "facts": [(key, _plain(value, _is_change(entry))) for key, value in entry.facts.items()],
            "personal": list(personal.get(entry.id, {}).items()),
        }
        for entry in entries
    }


def _actor_name(entry: JournalEntry, names: dict[str, str]) -> str:
    if entry.actor_ref == "system":
        return _("System")
    return names.get(entry.actor_ref) or (
        _("Nobody signed in") if entry.actor_ref == "anonymous" else _("Unknown")
    )


def _short(ref: str) -> str:
    """The end of an id: its beginning is the time it was made, and looks like its neighbours'."""
    return f"…{ref[-12:]}" if len(ref) > 12 else ref


def _is_change(entry: JournalEntry) -> bool:
    """Whether the facts are changes: [before, after]."""
    return entry.action.endswith((".changed", ".renamed"))


def _plain(value: Any, is_change: bool) -> str:
    """A fact as text: a change as "before → after", a list with commas."""
    if isinstance(value, list):
        shown = [each if isinstance(each, str) else canonical(each) for each in value]
        if is_change and len(shown) == 2:
            return " → ".join(dict.fromkeys(shown))  # what stayed as it was is said once
        return ", ".join(shown)
    return value if isinstance(value, str) else canonical(value)


def _export(form: str, statement: Select[Any], spec: TableSpec, names: dict[str, str]) -> Response:
    header = [_("Number"), _("When"), _("Who"), _("Role"), _("What"), _("Of what"), _("Id"), _("Facts"),
              _("Digest")]  # fmt: skip
    rows = (
        [e.sequence, e.at, _actor_name(e, names), e.actor_role, e.action, e.subject_type, e.subject_ref,
         canonical(e.facts), e.digest]
        for e in all_rows(db.session(), statement, spec, request.args).rows
    )  # fmt: skip
    return table_attachment(form, "journal", header, rows)
