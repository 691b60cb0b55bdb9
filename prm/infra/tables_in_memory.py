"""The table component over rows that were computed rather than selected.

The same URL arguments, the same TablePage as prm/infra/tables.py. In such a table's spec
`Column.sort` is a function row → sortable value, `search` functions row → text, and a filter's
`apply` takes (rows, value) and gives rows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from prm.infra.tables import (
    TablePage,
    TableSpec,
    column_choices,
    column_states,
    filter_state,
    read_request,
    url_builder,
)


def matching_rows(rows: Sequence[Any], spec: TableSpec, args: Mapping[str, Any]) -> list[Any]:
    """All rows that the URL asks for, in its order."""
    request = read_request(spec, args)
    found = list(rows)
    for each in spec.filters:
        if each.key in request.chosen:
            found = list(each.apply(found, request.chosen[each.key]))  # type: ignore[arg-type]
    for word in request.search.casefold().split():
        found = [row for row in found if any(word in text(row).casefold() for text in spec.search)]
    key = next(column.sort for column in spec.columns if column.key == request.sort)
    return sorted(found, key=key, reverse=request.direction == "desc")


def paginate_rows(
    rows: Sequence[Any],
    spec: TableSpec,
    args: Mapping[str, Any],
    build_url: Callable[..., str] | None = None,
) -> TablePage:
    """The page that the URL asks for, of rows already in memory."""
    request = read_request(spec, args)
    found = matching_rows(rows, spec, args)
    pages = max(1, -(-len(found) // request.size))
    page = min(request.page, pages)
    offset = (page - 1) * request.size
    shown = found[offset : offset + request.size]
    url = url_builder(spec, request, page, build_url)
    return TablePage(
        rows=shown,
        columns=column_states(spec, request, url),
        filters=[filter_state(each, request) for each in spec.filters],
        sort=request.sort,
        direction=request.direction,
        page=page,
        pages=pages,
        size=request.size,
        sizes=spec.page_sizes,
        total=len(found),
        first=offset + 1 if shown else 0,
        last=offset + len(shown),
        search=request.search if spec.search else None,
        totals={},
        url=url,
        choices=column_choices(spec, request),
    )
