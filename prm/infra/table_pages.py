"""A page of a table as templates take it: rows, columns, filters, and where its controls lead."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import urlencode

from flask_babel import gettext as _

from prm.infra.table_requests import Column, Filter, TableRequest, TableSpec

MIN_COLUMNS_TO_CHOOSE = 4


@dataclass(frozen=True)
class ColumnState:
    """A column as a template shows it; `direction` is set on the one that sorts."""

    key: str
    label: Any
    is_sortable: bool
    is_numeric: bool
    direction: Literal["asc", "desc"] | None
    url: str | None


@dataclass(frozen=True)
class ColumnChoice:
    """A column that a reader may leave out; `is_fixed` is the one that heads the row."""

    key: str
    label: Any
    is_shown: bool
    is_fixed: bool


@dataclass(frozen=True)
class FilterState:
    """A filter as a template shows it: `value` is its text in the URL, '' where it is not set."""

    key: str
    label: Any
    kind: str
    value: str
    chosen: Any
    options: tuple[tuple[str, Any], ...]

    @property
    def name(self) -> str:
        return self.key

    @property
    def choices(self) -> tuple[tuple[str, Any], ...]:
        return self.options


@dataclass(frozen=True)
class TablePage:
    """One page, finished for a template. `first` and `last` count from 1; both are 0 where it is empty.

    `search` is None where the table has none. `totals` holds the sums over all pages, by column key.
    """

    rows: list[Any]
    columns: list[ColumnState]
    filters: list[FilterState]
    sort: str
    direction: Literal["asc", "desc"]
    page: int
    pages: int
    size: int
    sizes: tuple[int, ...]
    total: int
    first: int
    last: int
    search: str | None
    totals: dict[str, Any]
    url: Callable[..., str] = field(repr=False)
    choices: tuple[ColumnChoice, ...] = ()
    """The columns that can be shown or left out; none where there is nothing to choose."""

    @property
    def chosen_columns(self) -> str:
        """As the address names them; empty where all are shown."""
        if all(choice.is_shown for choice in self.choices):
            return ""
        return ",".join(choice.key for choice in self.choices if choice.is_shown)

    @property
    def exports(self) -> list[tuple[str, str, str]]:
        """(label, URL, icon) of everything that is shown, as files: for who answers asked_form()."""
        return [
            (_("CSV"), self.url(format="csv"), "download"),
            (_("XLSX"), self.url(format="xlsx"), "file-spreadsheet"),
        ]

    @property
    def is_filtered(self) -> bool:
        return bool(self.search) or any(each.value for each in self.filters)


def offset_of(total: int, request: TableRequest) -> int:
    """How many rows lie before the page shown; beyond the last page lies the last."""
    pages = max(1, -(-total // request.size))
    return (min(request.page, pages) - 1) * request.size


def page_of(
    spec: TableSpec,
    request: TableRequest,
    rows: Sequence[Any],
    total: int,
    build_url: Callable[..., str] | None,
    *,
    totals: Mapping[str, Any],
) -> TablePage:
    """The page that shows `rows` of `total`, with what its controls need."""
    offset = offset_of(total, request)
    page = offset // request.size + 1
    url = _url_builder(spec, request, page, build_url)
    return TablePage(
        rows=list(rows),
        columns=_column_states(spec, request, url),
        filters=[_filter_state(each, request) for each in spec.filters],
        sort=request.sort,
        direction=request.direction,
        page=page,
        pages=max(1, -(-total // request.size)),
        size=request.size,
        sizes=spec.page_sizes,
        total=total,
        first=offset + 1 if rows else 0,
        last=offset + len(rows),
        search=request.search if spec.search else None,
        totals=dict(totals),
        url=url,
        choices=_column_choices(spec, request),
    )


def _column_states(spec: TableSpec, request: TableRequest, url: Callable[..., str]) -> list[ColumnState]:
    """The columns shown."""
    return [_column_state(column, request, url) for column in spec.columns if column.key in request.columns]


def _column_choices(spec: TableSpec, request: TableRequest) -> tuple[ColumnChoice, ...]:
    """What can be shown; nothing where a table has too few columns to leave one out."""
    labelled = [column for column in spec.columns if column.label]
    if len(labelled) < MIN_COLUMNS_TO_CHOOSE:
        return ()
    return tuple(
        ColumnChoice(column.key, column.label, column.key in request.columns, number == 0)
        for number, column in enumerate(labelled)
    )


def _column_state(column: Column, request: TableRequest, url: Callable[..., str]) -> ColumnState:
    is_sorting = column.key == request.sort
    turned = "desc" if is_sorting and request.direction == "asc" else "asc"
    is_sortable = column.sort is not None
    return ColumnState(
        key=column.key,
        label=column.label,
        is_sortable=is_sortable,
        is_numeric=column.is_numeric,
        direction=request.direction if is_sorting else None,
        url=url(sort=column.key, direction=turned) if is_sortable else None,
    )


def _filter_state(each: Filter, request: TableRequest) -> FilterState:
    return FilterState(
        key=each.key,
        label=each.label,
        kind=each.kind,
        value=request.texts.get(each.key, ""),
        chosen=request.chosen.get(each.key),
        options=tuple((str(value), label) for value, label in each.choices),
    )


def _url_builder(
    spec: TableSpec, request: TableRequest, page: int, build_url: Callable[..., str] | None
) -> Callable[..., str]:
    """url(**changes): this page's URL with some parameters changed, or removed by None.

    Defaults are left out; whatever else changes, the page goes back to the first.
    """
    default_direction = "desc" if spec.default_sort.startswith("-") else "asc"
    default = (spec.default_sort.removeprefix("-"), default_direction)
    is_whole = len(request.columns) == len(spec.columns)
    current: dict[str, Any] = {
        **request.texts,
        "columns": None if is_whole else ",".join(request.columns),
        "search": request.search,
        "sort": request.sort,
        "direction": request.direction,
        "size": request.size,
        "page": page,
    }

    def url(**changes: Any) -> str:
        wanted = {**current, "page": 1, **changes}
        if (wanted["sort"], wanted["direction"]) == default:
            wanted["sort"] = wanted["direction"] = None
        if wanted["size"] == spec.page_sizes[0]:
            wanted["size"] = None
        if wanted["page"] == 1:
            wanted["page"] = None
        kept = {name: str(value) for name, value in wanted.items() if value not in (None, "")}
        return build_url(**kept) if build_url else "?" + urlencode(kept)

    return url
