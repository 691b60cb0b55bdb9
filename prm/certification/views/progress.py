"""People × certifications for managers."""

from __future__ import annotations

from functools import partial

from flask import render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from prm.access import Actor, current_actor, require, requires
from prm.accounts.labels import FUNCTION_LABELS
from prm.certification.labels import STATUS_LABELS, STATUS_SIGNS
from prm.certification.queries import list_schemes, matrix
from prm.certification.queries.certificates import today_of
from prm.certification.views.blueprint import blueprint
from prm.extensions import db
from prm.infra.downloads import asked_form, table_attachment
from prm.infra.tables import all_rows, paginate, read_request
from prm.permissions import P
from prm.training.matrix import (
    Cells,
    MatrixCell,
    MatrixColumn,
    asked_columns,
    export_head,
    export_rows,
    matrix_spec,
    shown_columns,
)
from prm.training.queries.progress import as_person, select_learners


@blueprint.get("/<slug:vendor>/certification/people")
@requires(P.PROGRESS_VIEW)
def progress() -> str | Response:
    """Who holds which certification."""
    actor = current_actor()
    today = today_of(actor)
    statement = select_learners(actor)
    require(actor, P.CERTIFICATE_VIEW)
    columns = [
        MatrixColumn(each.id, each.public_id, each.name, each.skill_level)
        for each in list_schemes(actor, is_active_only=False)
    ]
    asked = asked_columns(columns, request.args, "certification")
    keys = [each.key for each in asked]
    standings = {"none": (_("Never issued"), "neutral", "minus")} | {
        status.value: (label, *STATUS_SIGNS[status]) for status, label in STATUS_LABELS.items()
    }
    spec = matrix_spec(
        actor,
        statement,
        asked,
        offered=columns,
        filter_key="certification",
        filter_label=_("Certification"),
        standings=[(standing, label) for standing, (label, _kind, _icon) in standings.items()],
        has_standing=lambda standing: matrix.has_standing(actor, standing, keys, today),
        done=matrix.count_held(keys),
        sort_of=matrix.issued_on,
    )
    if form := asked_form(request.args):
        kept = set(read_request(spec, request.args).columns)
        shown = [each for each in asked if str(each.public_id) in kept]
        found = all_rows(db.session(), statement, spec, request.args)
        rows = export_rows(found, shown, lambda users: _cells(actor, users, shown), standings)
        return table_attachment(form, "certifications", export_head(_("Certification")), rows)
    page = paginate(db.session(), statement, spec, request.args, partial(url_for, "certification.progress"))
    people = [as_person(row) for row in page.rows]
    shown = shown_columns(asked, page)
    cells = _cells(actor, [each.user_id for each in people], shown)
    return render_template(
        "certification/progress.html",
        table_page=page,
        people=people,
        columns=shown,
        is_empty=not columns,
        cells=cells,
        done=_held(actor, [each.user_id for each in people], asked),
        total=len(asked),
        counts=matrix.count_standings(actor, [each.key for each in columns], today),
        standings=standings,
        functions=FUNCTION_LABELS,
        csv_url=page.url(format="csv"),
        xlsx_url=page.url(format="xlsx"),
        clear_url=url_for("certification.progress"),
        standing_urls={each: url_for("certification.progress", standing=each) for each in standings},
        tabs=[
            (_("Courses"), url_for("training.progress"), False),
            (_("Learning paths"), url_for("training.progress", show="paths"), False),
            (_("Certifications"), url_for("certification.progress"), True),
        ],
    )


def _cells(actor: Actor, user_keys: list[int], columns: list[MatrixColumn]) -> Cells:
    today = today_of(actor)
    return {
        (each.user_id, each.certification_id): MatrixCell(
            standing=matrix.standing_of(each, today),
            url=url_for("certification.detail", certificate_id=each.public_id),
            completed_on=each.issued_on,
            until=each.expires_on,
        )
        for each in matrix.list_newest(actor, user_keys, [column.key for column in columns])
    }


def _held(actor: Actor, user_keys: list[int], columns: list[MatrixColumn]) -> dict[int, int]:
    """Under how many of the columns each person has a certificate that was not revoked."""
    held: dict[int, int] = {}
    for each in matrix.list_newest(actor, user_keys, [column.key for column in columns]):
        if each.revoked_at is None:
            held[each.user_id] = held.get(each.user_id, 0) + 1
    return held
