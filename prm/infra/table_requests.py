"""What a table can be asked, and what a URL asks of it: understood, or left out.

No database here: prm/infra/tables.py answers with rows of a statement, and what computes its rows can
answer the same questions.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from sqlalchemy import Select

MAX_SEARCH = 200
_RESERVED = {"search", "sort", "direction", "page", "size", "columns"}
_LARGEST = 10**9


@dataclass(frozen=True)
class Column:
    """A column: `sort` is what it is ordered by (None: it cannot be), `total` what its sum is of.

    Text is best sorted by func.lower(...), so that both databases agree.
    """

    key: str
    label: Any
    sort: Any = None
    is_numeric: bool = False
    total: Any = None


@dataclass(frozen=True)
class Filter:
    """One filter: `apply` narrows the statement to a value that has been understood.

    `choices` are (value, label); of kind 'choice' only those values are understood, and `apply` gets
    them as they stand there. Of the other kinds it gets a date, an int or a text.
    """

    key: str
    label: Any
    choices: Sequence[tuple[Any, Any]] = ()
    apply: Callable[[Select[Any], Any], Select[Any]] = lambda statement, _: statement
    kind: Literal["choice", "date", "integer", "text"] = "choice"


@dataclass(frozen=True)
class TableSpec:
    """What a table shows and can be asked for.

    `key` is the primary key that rows are counted, cut and told apart by; the statement has one row
    per key. `search` are the text expressions in which every searched word must be found. The
    default sort is a column's key, with a minus before it for descending.
    """

    key: Any
    columns: Sequence[Column]
    default_sort: str
    search: Sequence[Any] = ()
    filters: Sequence[Filter] = ()
    page_sizes: tuple[int, ...] = (25, 50, 100)

    def __post_init__(self) -> None:
        sortable = {column.key for column in self.columns if column.sort is not None}
        if self.default_sort.removeprefix("-") not in sortable:
            raise ValueError(f"nothing sorts by {self.default_sort!r}")
        keys = [each.key for each in self.filters]
        if len(set(keys)) != len(keys) or set(keys) & _RESERVED:
            raise ValueError("a filter needs a key of its own, other than those common to all tables")


@dataclass(frozen=True)
class TableRequest:
    """What the URL asks of a table, understood and safe."""

    sort: str
    direction: Literal["asc", "desc"]
    page: int
    size: int
    search: str
    chosen: Mapping[str, Any]
    texts: Mapping[str, str]
    columns: tuple[str, ...]
    """Keys of the columns shown; all of the spec's unless the URL names some."""


def read_request(spec: TableSpec, args: Mapping[str, Any]) -> TableRequest:
    """Understand the URL's arguments: unknown columns, values and sizes count as absent."""
    sortable = {column.key for column in spec.columns if column.sort is not None}
    sort = _text(args, "sort")
    if sort in sortable:
        is_descending = _text(args, "direction") == "desc"
    else:
        sort, is_descending = spec.default_sort.removeprefix("-"), spec.default_sort.startswith("-")
    size = _whole(_text(args, "size"))
    chosen: dict[str, Any] = {}
    texts: dict[str, str] = {}
    for each in spec.filters:
        text = _text(args, each.key)
        value = _understood(each, text) if text else None
        if value is not None:
            chosen[each.key], texts[each.key] = value, text
    return TableRequest(
        sort=sort,
        direction="desc" if is_descending else "asc",
        page=max(1, _whole(_text(args, "page")) or 1),
        size=size if size in spec.page_sizes else spec.page_sizes[0],
        search=_text(args, "search") if spec.search else "",
        chosen=chosen,
        texts=texts,
        columns=_columns(spec, args),
    )


def _columns(spec: TableSpec, args: Mapping[str, Any]) -> tuple[str, ...]:
    """The columns asked for, in the spec's order; what heads a row and holds its menu always stays."""
    # A form sends one parameter for each ticked box, an address of ours one with commas.
    given = args.getlist("columns") if hasattr(args, "getlist") else [args.get("columns")]
    wanted = {key for text in given[:50] if isinstance(text, str) for key in text[:500].split(",")}
    known = {column.key for column in spec.columns if column.label}
    if not wanted & known:
        return tuple(column.key for column in spec.columns)
    return tuple(
        column.key
        for number, column in enumerate(spec.columns)
        if number == 0 or not column.label or column.key in wanted
    )


def _understood(each: Filter, text: str) -> Any:
    """A filter's value from its text, or None where it means nothing."""
    if each.kind == "choice":
        return next((value for value, _ in each.choices if str(value) == text), None)
    if each.kind == "date":
        try:
            return date.fromisoformat(text) if len(text) == 10 else None
        except ValueError:
            return None
    if each.kind == "integer":
        sign = -1 if text.startswith("-") else 1
        number = _whole(text.removeprefix("-"))
        return None if number is None else sign * number
    return text


def _text(args: Mapping[str, Any], name: str) -> str:
    """An argument as harmless text: no control characters or lone surrogates, composed, not long."""
    given = args.get(name)
    if not isinstance(given, str):
        return ""
    shortened = given[: 2 * MAX_SEARCH]
    kept = "".join(" " if unicodedata.category(c) in ("Cc", "Cs") else c for c in shortened)
    return unicodedata.normalize("NFC", kept).strip()[:MAX_SEARCH]


def _whole(text: str) -> int | None:
    if text.isascii() and text.isdigit():
        return min(int(text), _LARGEST) if len(text) < 19 else _LARGEST
    return None
