"""The server side of the one table component: sort, search, filter, pages, and exports of the same.

A TableSpec says what a table can do; the URL says what a person wants of it. Whatever the URL says,
a page comes out: a parameter that means nothing is as good as absent. Three parameters are common to
all tables (`search`, `sort` with `direction`, `page` with `size`), the others are the spec's filters.

Two queries make a page, however many rows there are: one counts and sums, one fetches. The latter
sorts and cuts keys alone and joins the rest to the few that are left, so that page 150 costs like
page 1.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, and_, func, or_
from sqlalchemy.orm import Session
from sqlalchemy.sql.elements import UnaryExpression

from prm.infra.table_pages import TablePage, offset_of, page_of
from prm.infra.table_requests import Column, Filter, TableRequest, TableSpec, read_request

__all__ = [
    "AllRows",
    "Column",
    "Filter",
    "TablePage",
    "TableSpec",
    "all_rows",
    "narrow",
    "paginate",
    "read_request",
]

MAX_WORDS = 8


@dataclass(frozen=True)
class AllRows:
    """All rows that a table's URL asks for, up to a cap. `rows` streams and can be read once."""

    rows: Iterator[Any]
    total: int
    is_capped: bool


def paginate(
    session: Session,
    statement: Select[Any],
    spec: TableSpec,
    args: Mapping[str, Any],
    build_url: Callable[..., str] | None = None,
    *,
    display: Select[Any] | None = None,
) -> TablePage:
    """The page that the URL's arguments ask for; what they say wrongly is left out.

    `statement` says which rows there are, and carries the joins that sorting and searching need.
    `display` may fetch more beside the same key (joins and columns that only the page needs). With
    one entity or column the rows are that, else named tuples. `build_url` makes a URL of parameters:
    partial(url_for, ".list", vendor=slug).
    """
    request = read_request(spec, args)
    narrowed = _narrowed(statement, spec, request)
    total, totals = _counted(session, narrowed, spec)
    offset = offset_of(total, request)
    rows: list[Any] = []
    if total:
        rows = _fetched(session, narrowed, statement if display is None else display, spec, request, offset)
    return page_of(spec, request, rows, total, build_url, totals=totals)


def all_rows(
    session: Session,
    statement: Select[Any],
    spec: TableSpec,
    args: Mapping[str, Any],
    *,
    cap: int = 100_000,
) -> AllRows:
    """Every row of what the URL's arguments ask for, in its order, streamed for an export.

    At most `cap` rows; `is_capped` says that there were more, which an export has to say too.
    """
    request = read_request(spec, args)
    narrowed = _narrowed(statement, spec, request)
    total, _ = _counted(session, narrowed, spec)
    ordered = narrowed.order_by(None).order_by(*_order(spec, request)).limit(cap)
    is_single = len(statement.column_descriptions) == 1

    def rows() -> Iterator[Any]:
        # Asked for at the first row, closed at the last or when nobody wants more.
        with session.execute(ordered.execution_options(yield_per=1000)) as result:
            yield from result.scalars() if is_single else result

    return AllRows(rows(), total, total > cap)


def narrow(statement: Select[Any], spec: TableSpec, args: Mapping[str, Any]) -> Select[Any]:
    """The statement with the search and the filters of the URL's arguments: for sums of one's own."""
    return _narrowed(statement, spec, read_request(spec, args))


def _narrowed(statement: Select[Any], spec: TableSpec, request: TableRequest) -> Select[Any]:
    for each in spec.filters:
        if each.key in request.chosen:
            statement = each.apply(statement, request.chosen[each.key])
    words = request.search.split()[:MAX_WORDS]
    if words:
        statement = statement.where(and_(*[_found(word, spec.search) for word in words]))
    return statement


def _found(word: str, expressions: Sequence[Any]) -> ColumnElement[bool]:
    """The word somewhere in one of the expressions, whatever its case; % and _ mean themselves.

    SQLite folds the case of ASCII only, so the usual spellings of other words are tried one by one.
    """
    spellings = {word} if word.isascii() else {word, word.lower(), word.upper(), word.title()}
    return or_(
        *[
            expression.icontains(spelling, autoescape=True)
            for expression in expressions
            for spelling in sorted(spellings)
        ]
    )


def _counted(session: Session, narrowed: Select[Any], spec: TableSpec) -> tuple[int, dict[str, Any]]:
    """How many rows there are and the columns' sums, in one query.

    Not through a subquery: the session's tenant filter sees only what stands at the top.
    """
    summed = [column for column in spec.columns if column.total is not None]
    counting = narrowed.with_only_columns(
        func.count(spec.key), *[func.sum(column.total) for column in summed], maintain_column_froms=True
    )
    count, *sums = session.execute(counting.order_by(None)).one()
    # PostgreSQL sums big integers as numeric, and nothing at all as NULL.
    return count, {
        column.key: int(value or 0) if isinstance(column.total.type, Integer) else value
        for column, value in zip(summed, sums, strict=True)
    }


def _fetched(
    session: Session,
    narrowed: Select[Any],
    display: Select[Any],
    spec: TableSpec,
    request: TableRequest,
    offset: int,
) -> list[Any]:
    order = _order(spec, request)
    keys = (
        narrowed.with_only_columns(
            spec.key.label("key"),
            *[part.label(f"sort_{number}") for number, part in enumerate(_sorts(spec, request.sort))],
            maintain_column_froms=True,
        )
        .order_by(None)
        .order_by(*order)
        .limit(request.size)
        .offset(offset)
        .subquery("page_keys")
    )
    kept = [column for name, column in keys.c.items() if name != "key"]
    page = (
        display.join(keys, spec.key == keys.c.key)
        .order_by(None)
        .order_by(*_directed([*kept, keys.c.key], request.direction, _nullable(spec, request.sort)))
    )
    result = session.execute(page)
    if len(display.column_descriptions) == 1:
        return list(result.scalars().unique())
    return list(result)


def _sorts(spec: TableSpec, key: str) -> list[Any]:
    sort = next(column.sort for column in spec.columns if column.key == key)
    return list(sort) if isinstance(sort, list | tuple) else [sort]


def _nullable(spec: TableSpec, key: str) -> list[bool]:
    """Which of the sort's parts may be NULL; the tie-break never is."""
    return [getattr(part, "nullable", True) is not False for part in _sorts(spec, key)] + [False]


def _order(spec: TableSpec, request: TableRequest) -> list[UnaryExpression[Any]]:
    """The order of rows: the column's, blanks last on both databases, ties by key."""
    parts = [*_sorts(spec, request.sort), spec.key]
    return _directed(parts, request.direction, _nullable(spec, request.sort))


def _directed(parts: Sequence[Any], direction: str, nullable: Sequence[bool]) -> list[UnaryExpression[Any]]:
    # NULLS LAST only where there can be any: it keeps an index from being used.
    directed = [part.desc() if direction == "desc" else part.asc() for part in parts]
    return [
        part.nulls_last() if may_be_null else part
        for part, may_be_null in zip(directed, nullable, strict=True)
    ]
