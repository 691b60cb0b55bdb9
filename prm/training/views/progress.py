"""People × courses and paths for managers, and one person's record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

from flask import render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import Select
from werkzeug.wrappers import Response

from prm.access import Actor, current_actor, requires
from prm.accounts.labels import FUNCTION_LABELS
from prm.accounts.models import JobFunction
from prm.extensions import db
from prm.infra.downloads import asked_form, table_attachment
from prm.infra.tables import TableSpec, all_rows, paginate, read_request
from prm.permissions import P
from prm.training.labels import ITEM_STATES, PATH_STANDINGS, STANDINGS, STEP_STANDINGS
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
from prm.training.queries import content, learning, list_published_versions, paths, placement, quiz
from prm.training.queries import progress as queries
from prm.training.queries.courses import today_of
from prm.training.queries.redoing import list_redo
from prm.training.views.blueprint import blueprint


@dataclass(frozen=True)
class _Table:
    """What a table of people shows: courses, or paths."""

    columns: list[MatrixColumn]
    asked: list[MatrixColumn]
    spec: TableSpec
    standings: Mapping[str, tuple[Any, str, str]]
    counts: Mapping[str, int]
    filter_key: str
    subject: Any

    def cells_of(
        self, actor: Actor, people: Mapping[int, UUID | None], shown: Sequence[MatrixColumn]
    ) -> Cells:
        """(user, column) → the cell, for people (key → public id, or None for a file)."""
        make = _path_cells if self.filter_key == "path" else _course_cells
        return make(actor, people, [each.key for each in shown])


@blueprint.get("/<slug:vendor>/training/progress")
@requires(P.PROGRESS_VIEW)
def progress() -> str | Response:
    """Who stands where in which course, or on which path."""
    actor = current_actor()
    statement = queries.select_learners(actor)
    is_paths = request.args.get("show") == "paths"
    table = _paths(actor, statement) if is_paths else _courses(actor, statement)
    url = partial(url_for, "training.progress", show="paths" if is_paths else None)
    if form := asked_form(request.args):
        return _exported(actor, form, table, statement)
    page = paginate(db.session(), statement, table.spec, request.args, url)
    people = [queries.as_person(row) for row in page.rows]
    shown = shown_columns(table.asked, page)
    return render_template(
        "training/progress.html",
        table_page=page,
        people=people,
        columns=shown,
        is_paths=is_paths,
        is_empty=not table.columns,
        cells=table.cells_of(actor, {p.user_id: p.public_id for p in people}, shown),
        done=_done(table, [p.user_id for p in people]),
        total=len(table.asked),
        counts=table.counts,
        standings=table.standings,
        functions=FUNCTION_LABELS,
        csv_url=page.url(format="csv"),
        xlsx_url=page.url(format="xlsx"),
        clear_url=url(),
        standing_urls={each: url(standing=each) for each in table.standings},
        tabs=_tabs(actor, is_paths=is_paths),
    )


def _tabs(actor: Actor, *, is_paths: bool) -> list[tuple[str, str, bool]]:
    found = [
        (_("Courses"), url_for("training.progress"), not is_paths),
        (_("Learning paths"), url_for("training.progress", show="paths"), is_paths),
    ]
    if actor.can(P.CERTIFICATE_VIEW):
        found.append((_("Certifications"), url_for("certification.progress"), False))
    return found


def _exported(actor: Actor, form: str, table: _Table, statement: Select[Any]) -> Response:
    found = all_rows(db.session(), statement, table.spec, request.args)
    kept = set(read_request(table.spec, request.args).columns)
    shown = [each for each in table.asked if str(each.public_id) in kept]

    def cells_of(user_keys: list[int]) -> Cells:
        return table.cells_of(actor, dict.fromkeys(user_keys), shown)

    rows = export_rows(found, shown, cells_of, table.standings)
    return table_attachment(form, "progress", export_head(table.subject), rows, _("Progress"))


def _done(table: _Table, user_keys: list[int]) -> dict[int, int]:
    keys = [each.key for each in table.asked]
    if table.filter_key == "path":
        return queries.count_done_paths(user_keys, keys)
    return queries.count_done_courses(user_keys, keys)


def _evidence(user_id: UUID | None, anchor: str) -> str:
    """Where a cell leads; nowhere in a file, which holds many thousand of them."""
    return url_for("training.person", user_id=user_id, _anchor=anchor) if user_id else ""


# -- courses -----------------------------------------------------------------------------------


def _courses(actor: Actor, statement: Select[Any]) -> _Table:
    columns = [
        MatrixColumn(v.course_id, v.course_public_id, v.title, v.skill_level, v.number)
        for v in list_published_versions(actor)
    ]
    asked = asked_columns(columns, request.args, "course")
    keys, today = [each.key for each in asked], today_of(actor)
    spec = matrix_spec(
        actor,
        statement,
        asked,
        offered=columns,
        filter_key="course",
        filter_label=_("Course"),
        standings=[(standing, label) for standing, (label, _kind, _icon) in STANDINGS.items()],
        has_standing=lambda standing: queries.has_standing(standing, keys, today),
        done=queries.done_courses(keys),
        sort_of=queries.completed_at,
    )
    counts = queries.count_standings(actor, [each.key for each in columns], today)
    return _Table(columns, asked, spec, STANDINGS, counts, "course", _("Course"))


def _course_cells(actor: Actor, people: Mapping[int, UUID | None], keys: Sequence[int]) -> Cells:
    return {
        (item.user_key, item.course_key): MatrixCell(
            standing=item.standing,
            url=_evidence(people[item.user_key], f"c-{item.enrolment_id}"),
            completed_on=item.completed_at,
            due_on=item.due_on,
            percent=item.percent,
            score_percent=item.score_percent,
            number=item.number,
            is_by_placement=item.is_by_placement,
        )
        for item in queries.list_cells(actor, list(people), keys).values()
    }


# -- paths -------------------------------------------------------------------------------------


def _paths(actor: Actor, statement: Select[Any]) -> _Table:
    columns = [
        MatrixColumn(p.id, p.public_id, p.title, p.skill_level, p.number)
        for p in paths.list_published_paths(actor)
    ]
    asked = asked_columns(columns, request.args, "path")
    keys, today = [each.key for each in asked], today_of(actor)
    spec = matrix_spec(
        actor,
        statement,
        asked,
        offered=columns,
        filter_key="path",
        filter_label=_("Learning path"),
        standings=[(standing, label) for standing, (label, _kind, _icon) in PATH_STANDINGS.items()],
        has_standing=lambda standing: queries.has_path_standing(standing, keys, today),
        done=queries.done_paths(keys),
        sort_of=queries.path_completed_at,
    )
    counts = queries.count_path_standings(actor, [each.key for each in columns], today)
    return _Table(columns, asked, spec, PATH_STANDINGS, counts, "path", _("Learning path"))


_SHOWN = PATH_STANDINGS.keys() - {"none"}


def _path_cells(actor: Actor, people: Mapping[int, UUID | None], keys: Sequence[int]) -> Cells:
    return {
        (each.user_key, each.path_key): MatrixCell(
            standing=each.standing if each.standing in _SHOWN else "started",
            url=_evidence(people[each.user_key], f"p-{each.path_id}"),
            completed_on=each.completed_on if each.is_completed else None,
            due_on=each.due_on,
            percent=each.percent,
            number=each.number,
        )
        for each in paths.list_paths_of(actor, list(people), keys)
    }


# -- one person --------------------------------------------------------------------------------


@blueprint.get("/<slug:vendor>/training/progress/<uuid:user_id>")
@requires(P.PROGRESS_VIEW)
def person(user_id: UUID) -> str:
    """One person's record: paths, enrolments, attempts, completions, with their dates."""
    actor = current_actor()
    found = queries.get_person(actor, user_id)
    items = learning.list_learning_of(actor, found.user_id)
    on_paths = paths.list_paths_of(actor, [found.user_id])
    return render_template(
        "training/person.html",
        person=found,
        items=items,
        paths=on_paths,
        by_path={step.course_key for each in on_paths if each.is_assigned for step in each.steps},
        external=queries.list_external_certificates(actor, found.user_id),
        redo={each.enrolment_key: each for each in list_redo([found.user_id]).values()},
        attempts=quiz.list_attempts_of([item.key for item in items]),
        placements=placement.list_placements([item.key for item in items]),
        packages=content.list_package_records([item.key for item in items]),
        item_states=ITEM_STATES,
        state_word=content.state_word,
        standings=STEP_STANDINGS,
        functions=FUNCTION_LABELS,
        JobFunction=JobFunction,
    )
