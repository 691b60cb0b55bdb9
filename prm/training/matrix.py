"""People × what they are to have learned: what such a table can be asked, and its file.

Courses, learning paths and certifications show in tables of one build: a row is a person, a column
something they can have completed; each is a column of the table component, so that columns are chosen
and sorted by as everywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import chain, islice
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import func

from prm.access import Actor
from prm.accounts.labels import FUNCTION_LABELS
from prm.accounts.models import JobFunction, Membership, User
from prm.infra.tables import AllRows, Column, Filter, TablePage, TableSpec
from prm.partners.queries import list_companies
from prm.permissions import P, Reach
from prm.training.labels import SKILL_LEVELS
from prm.training.models import SkillLevel
from prm.training.queries.progress import PersonRow, as_person, has_function

OFFERED = 200  # companies in the filter; others are found by searching
AT_ONCE = 500  # people whose cells an export asks for in one go


@dataclass(frozen=True)
class MatrixColumn:
    """What people can have completed. `key` is its integer key, `number` its version, if it has one."""

    key: int
    public_id: UUID
    title: str
    skill_level: SkillLevel
    number: int | None = None


@dataclass(frozen=True)
class MatrixCell:
    """Where somebody stands. `standing` is a key of the table's standings; `url` leads to the evidence."""

    standing: str
    url: str
    completed_on: datetime | date | None = None
    due_on: date | None = None
    until: date | None = None
    percent: int | None = None
    score_percent: int | None = None
    number: int | None = None
    is_by_placement: bool = False


Cells = Mapping[tuple[int, int], MatrixCell]


def matrix_spec(
    actor: Actor,
    statement: Any,
    columns: Sequence[MatrixColumn],
    *,
    offered: Sequence[MatrixColumn],
    filter_key: str,
    filter_label: Any,
    standings: Sequence[tuple[str, Any]],
    has_standing: Callable[[str], Any],
    done: Any,
    sort_of: Callable[[int], Any],
) -> TableSpec:
    """What the table of select_learners() can be asked: search, filters, order, columns.

    `filter_key` names one of the columns `offered` to narrow to; `has_standing` gives the criterion of a
    standing in at least one column; `done` counts a person's completed columns; `sort_of` is what a column
    (by key) is sorted by.
    """
    company = statement.selected_columns["company_name"]
    filters = [
        Filter(
            "function",
            _("Job function"),
            [(each.value, label) for each, label in FUNCTION_LABELS.items()],
            lambda narrowed, value: narrowed.where(has_function(value)),
        ),
        Filter("level", _("Skill level"), [(each.value, label) for each, label in SKILL_LEVELS.items()]),
        Filter(filter_key, filter_label, [(str(c.public_id), c.title) for c in offered]),
        Filter(
            "standing",
            _("Standing"),
            standings,
            lambda narrowed, value: narrowed.where(has_standing(value)),
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
            Column("done", _("Completed"), sort=done),
            *[Column(str(each.public_id), each.title, sort=sort_of(each.key)) for each in columns],
        ],
        default_sort="name",
        search=[User.name, User.email, company],
        filters=filters,
    )


def asked_columns(
    columns: Sequence[MatrixColumn], arguments: Mapping[str, str], filter_key: str
) -> list[MatrixColumn]:
    """The columns that an address narrows the table to: by one of them, and by level."""
    one, level = arguments.get(filter_key, ""), arguments.get("level", "")
    known = {str(each.public_id) for each in columns}
    levels = {each.value for each in SKILL_LEVELS}
    return [
        each
        for each in columns
        if (one not in known or str(each.public_id) == one)
        and (level not in levels or each.skill_level.value == level)
    ]


def shown_columns(columns: Sequence[MatrixColumn], page: TablePage) -> list[MatrixColumn]:
    """Those of the columns that the reader has not left out."""
    keys = {column.key for column in page.columns}
    return [each for each in columns if str(each.public_id) in keys]


def export_head(subject: Any) -> list[Any]:
    """The columns of a file: a row for each person and each column of the table."""
    return [
        _("Name"), _("Mail address"), _("Company"), _("Job functions"), subject, _("Version"),
        _("Standing"), _("Progress in percent"), _("Due on"), _("Completed at"), _("Score in percent"),
    ]  # fmt: skip


def export_rows(
    found: AllRows,
    columns: Sequence[MatrixColumn],
    cells_of: Callable[[list[int]], Cells],
    standings: Mapping[str, tuple[Any, str, str]],
) -> Iterable[list[Any]]:
    """The rows of a file, some hundred people's cells read at a time; its last says what was left out."""
    rows: Iterable[list[Any]] = _rows(map(as_person, found.rows), columns, cells_of, standings)
    if found.is_capped:
        rows = chain(
            rows, [[_("Only the first %(count)s people of %(total)s are listed.", **_counts(found))]]
        )
    return rows


def _standing_in_file(cell: MatrixCell, standings: Mapping[str, tuple[Any, str, str]]) -> str:
    standing = str(standings[cell.standing][0])
    return _("%(standing)s (by placement)", standing=standing) if cell.is_by_placement else standing


def _counts(found: AllRows) -> dict[str, int]:
    return {"count": min(found.total, 100_000), "total": found.total}


def _rows(
    people: Iterator[PersonRow],
    columns: Sequence[MatrixColumn],
    cells_of: Callable[[list[int]], Cells],
    standings: Mapping[str, tuple[Any, str, str]],
) -> Iterator[list[Any]]:
    while some := list(islice(people, AT_ONCE)):
        cells = cells_of([person.user_id for person in some])
        for person in some:
            functions = ", ".join(str(FUNCTION_LABELS[JobFunction(f)]) for f in person.job_functions)
            head = [person.name, person.email, person.company or "", functions]
            for column in columns:
                cell = cells.get((person.user_id, column.key))
                if cell is None:
                    yield [*head, column.title, None, str(standings["none"][0]), None, None, None, None]
                else:
                    yield [
                        *head, column.title, cell.number, _standing_in_file(cell, standings), cell.percent,
                        cell.due_on or cell.until, cell.completed_on, cell.score_percent,
                    ]  # fmt: skip
