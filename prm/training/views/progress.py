"""People × courses for managers, and one person's record."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from itertools import chain, islice
from typing import Any
from uuid import UUID

from flask import render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import func
from werkzeug.wrappers import Response

from prm.access import Actor, current_actor, requires
from prm.accounts.labels import FUNCTION_LABELS
from prm.accounts.models import JobFunction, Membership, User
from prm.extensions import db
from prm.infra.downloads import csv_attachment
from prm.infra.tables import Column, Filter, TableSpec, all_rows, paginate, read_request
from prm.partners.queries import list_companies
from prm.permissions import P, Reach
from prm.training.labels import ITEM_STATES, STANDINGS
from prm.training.queries import (
    LearningItem,
    PublishedVersion,
    content,
    learning,
    list_published_versions,
    quiz,
)
from prm.training.queries import progress as queries
from prm.training.queries.courses import today_of
from prm.training.views.blueprint import blueprint

OFFERED = 200  # companies in the filter; others are found by searching


@blueprint.get("/<slug:vendor>/training/progress")
@requires(P.PROGRESS_VIEW)
def progress() -> str | Response:
    """Who stands where in which course."""
    actor = current_actor()
    courses = list_published_versions(actor)
    statement = queries.select_learners(actor)
    spec = _spec(actor, statement, courses)
    shown = _shown_courses(spec, courses)
    if request.args.get("format") == "csv":
        found = all_rows(db.session(), statement, spec, request.args)
        return _as_csv(actor, [queries.as_person(row) for row in found.rows], shown, found.is_capped)
    page = paginate(db.session(), statement, spec, request.args, partial(url_for, "training.progress"))
    people = [queries.as_person(row) for row in page.rows]
    keys = [course.course_id for course in courses]
    return render_template(
        "training/progress.html",
        table_page=page,
        people=people,
        courses=shown,
        is_empty=not courses,
        cells=queries.list_cells(actor, [p.user_id for p in people], [c.course_id for c in shown]),
        counts=queries.count_standings(actor, keys, today_of(actor)),
        standings=STANDINGS,
        functions=FUNCTION_LABELS,
        csv_url=page.url(format="csv"),
        standing_urls={standing: url_for("training.progress", standing=standing) for standing in STANDINGS},
    )


def _spec(actor: Actor, statement: Any, courses: Sequence[PublishedVersion]) -> TableSpec:
    company = statement.selected_columns["company_name"]
    today = today_of(actor)
    by_id = {str(course.course_public_id): course.course_id for course in courses}
    keys = [by_id[asked]] if (asked := request.args.get("course", "")) in by_id else list(by_id.values())
    filters = [
        Filter(
            "function",
            _("Job function"),
            [(each.value, label) for each, label in FUNCTION_LABELS.items()],
            lambda narrowed, value: narrowed.where(queries.has_function(value)),
        ),
        Filter("course", _("Course"), [(str(c.course_public_id), c.title) for c in courses]),
        Filter(
            "standing",
            _("Standing"),
            [(standing, label) for standing, (label, _kind, _icon) in STANDINGS.items()],
            lambda narrowed, value: narrowed.where(queries.has_standing(value, keys, today)),
        ),
    ]
    if actor.reach(P.PROGRESS_VIEW) is not Reach.OWN:
        names = list_companies(actor, P.PROGRESS_VIEW, OFFERED)
        filters.insert(
            0,
            Filter(
                "company",
                _("Company"),
                [(name, name) for name in dict.fromkeys(names)],
                lambda narrowed, value: narrowed.where(company == value),
                kind="text",  # a link may name one that is not among those offered
            ),
        )
    return TableSpec(
        key=Membership.id,
        columns=[
            Column("name", _("Name"), sort=func.lower(User.name)),
            Column("company", _("Company"), sort=func.lower(company)),
        ],
        default_sort="name",
        search=[User.name, User.email, company],
        filters=filters,
    )


def _shown_courses(spec: TableSpec, courses: Sequence[PublishedVersion]) -> list[PublishedVersion]:
    """The columns: all published courses, or the one that is filtered by."""
    chosen = read_request(spec, request.args).chosen.get("course")
    return [course for course in courses if chosen is None or str(course.course_public_id) == chosen]


def _as_csv(
    actor: Actor, people: Sequence[queries.PersonRow], courses: Sequence[PublishedVersion], is_capped: bool
) -> Response:
    columns = [
        _("Name"), _("Mail address"), _("Company"), _("Job functions"), _("Course"), _("Version"),
        _("Standing"), _("Progress in percent"), _("Due on"), _("Completed at"), _("Score in percent"),
    ]  # fmt: skip
    rows = _csv_rows(actor, people, courses)
    if is_capped:
        rows = chain(rows, [[_("Only the first %(count)s people are listed.", count=len(people))]])
    return csv_attachment("progress.csv", columns, rows)


def _csv_rows(
    actor: Actor, people: Iterable[queries.PersonRow], courses: Sequence[PublishedVersion]
) -> Iterable[list[Any]]:
    keys = [course.course_id for course in courses]
    waiting = iter(people)
    while some := list(islice(waiting, 500)):
        cells = queries.list_cells(actor, [person.user_id for person in some], keys)
        for person in some:
            functions = ", ".join(str(FUNCTION_LABELS[JobFunction(f)]) for f in person.job_functions)
            for course in courses:
                item = cells.get((person.user_id, course.course_id))
                yield [
                    person.name, person.email, person.company or "", functions, course.title,
                    *_csv_cell(item),
                ]  # fmt: skip


def _csv_cell(item: LearningItem | None) -> list[Any]:
    if item is None:
        return [None, str(STANDINGS["none"][0]), None, None, None, None]
    return [
        item.number,
        str(STANDINGS[item.standing][0]),
        item.percent,
        item.due_on,
        item.completed_at,
        item.score_percent,
    ]


@blueprint.get("/<slug:vendor>/training/progress/<uuid:user_id>")
@requires(P.PROGRESS_VIEW)
def person(user_id: UUID) -> str:
    """One person's record: enrolments, attempts, completions, with their dates."""
    actor = current_actor()
    found = queries.get_person(actor, user_id)
    items = learning.list_learning_of(actor, found.user_id)
    return render_template(
        "training/person.html",
        person=found,
        items=items,
        attempts=quiz.list_attempts_of([item.key for item in items]),
        packages=content.list_package_records([item.key for item in items]),
        item_states=ITEM_STATES,
        state_word=content.state_word,
        standings=STANDINGS,
        functions=FUNCTION_LABELS,
        JobFunction=JobFunction,
    )
