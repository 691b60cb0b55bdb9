"""The table component over rows that were computed rather than selected.

The same URL arguments, the same TablePage as prm/infra/tables.py. In such a table's spec
`Column.sort` is a function row → sortable value, `search` functions row → text, and a filter's
`apply` takes (rows, value) and gives rows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from prm.infra.table_pages import TablePage, offset_of, page_of
from prm.infra.table_requests import TableSpec, read_request


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
    offset = offset_of(len(found), request)
    shown = found[offset : offset + request.size]
    return page_of(spec, request, shown, len(found), build_url, totals={})
