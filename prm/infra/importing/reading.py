"""Open a CSV or XLSX file as a table of named columns and numbered rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NamedTuple

from prm.infra.importing.cells import Cell, text_of
from prm.infra.importing.csvfile import DELIMITERS, read_records, sniff
from prm.infra.importing.encodings import decode_text
from prm.infra.importing.errors import ImportFileError, row_reason
from prm.infra.importing.xlsxfile import XlsxLimits, read_xlsx
from prm.infra.wording import N_, Notice

_BINARY = (
    b"%PDF",
    b"\x89PNG",
    b"GIF8",
    b"\xff\xd8\xff",
    b"\x1f\x8b",
    b"Rar!",
    b"7z\xbc\xaf",
    b"BZh",
)
_OLD_OFFICE = b"\xd0\xcf\x11\xe0"
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")


@dataclass(frozen=True)
class Limits:
    """What a file may hold. `size` in bytes, `cell` in characters."""

    size: int = 32 * 1024 * 1024
    rows: int = 500_000
    columns: int = 512
    cell: int = 32_767
    xlsx: XlsxLimits = field(default_factory=XlsxLimits)


class Row(NamedTuple):
    """One row: where it stands in the file, its cells, and what is wrong with its shape, if anything.

    `line` is the physical line on which a CSV record starts, or the row number of a sheet. A row
    without a problem has one cell per column. CSV cells are text; a sheet's may be numbers or dates.
    """

    line: int
    cells: tuple[Cell, ...]
    problem: Notice | None = None


@dataclass(frozen=True)
class Table:
    """An opened file. `rows()` may be called any number of times; each starts at the first row."""

    filename: str
    kind: str
    columns: tuple[str, ...]
    row_count: int
    encoding: str | None
    delimiter: str | None
    notices: tuple[Notice, ...]
    sheet: str | None
    sheets: tuple[str, ...]
    _open: Callable[[], Iterator[Row]]

    def rows(self) -> Iterator[Row]:
        """All rows in file order, malformed ones included (see Row.problem). Never raises."""
        return self._open()

    def with_text(self, change: Callable[[str], str]) -> Table:
        """The same table with every text below its header changed."""

        def rows() -> Iterator[Row]:
            for row in self.rows():
                cells = tuple(change(cell) if isinstance(cell, str) else cell for cell in row.cells)
                yield row._replace(cells=cells)

        return replace(self, _open=rows)

    def values(self, column: str) -> Iterator[tuple[int, Cell]]:
        """(line, cell) of one column for all well-formed rows. Raises KeyError for no such column."""
        try:
            index = self.columns.index(column)
        except ValueError as error:
            raise KeyError(column) from error
        return ((row.line, row.cells[index]) for row in self.rows() if row.problem is None)

    def head(self, count: int) -> list[Row]:
        """The first rows, for a preview."""
        return [row for row, _ in zip(self.rows(), range(count), strict=False)]


def open_table(
    source: bytes | Path | str,
    filename: str = "",
    *,
    limits: Limits | None = None,
    encoding: str | None = None,
    delimiter: str | None = None,
    sheet: str | None = None,
) -> Table:
    """Open a tabular file by what it is, not by what it is called.

    `encoding`, `delimiter` and `sheet` override what would be detected. Raises ImportFileError for
    a file that is too large, unsafe or no table; whatever is wrong with single rows is in the rows.
    """
    limits = limits or Limits()
    content, filename = _content(source, filename, limits)
    if not content.strip(b"\0 \t\r\n"):
        raise ImportFileError("file_empty")
    if content.startswith(_OLD_OFFICE):
        raise ImportFileError("old_spreadsheet")
    if content.startswith(_BINARY):
        raise ImportFileError("not_a_table")
    if content.startswith(_ZIP):
        return _open_xlsx(content, filename, limits, sheet)
    return _open_csv(content, filename, limits, encoding, delimiter)


def _content(source: bytes | Path | str, filename: str, limits: Limits) -> tuple[bytes, str]:
    megabytes = max(1, limits.size // (1024 * 1024))
    if isinstance(source, bytes):
        content = source
    else:
        path = Path(source)
        filename = filename or path.name
        try:
            with path.open("rb") as stream:
                content = stream.read(limits.size + 1)
        except (OSError, ValueError) as error:
            raise ImportFileError("file_missing") from error
    if len(content) > limits.size:
        raise ImportFileError("file_too_large", limit=megabytes)
    return content, filename


def _open_csv(
    content: bytes, filename: str, limits: Limits, encoding: str | None, delimiter: str | None
) -> Table:
    text, used_encoding = decode_text(content, encoding)
    sniffed, has_space, skip_lines, rivals = sniff(text)
    if delimiter is not None and delimiter not in DELIMITERS:
        raise ValueError(f"the delimiter is one of {DELIMITERS!r}")
    separator = delimiter or sniffed

    def records() -> Iterator[tuple[int, list[str], Notice | None]]:
        return read_records(text, separator, has_space_before_quote=has_space, skip_lines=skip_lines)

    count = 0
    header: list[str] | None = None
    for _, cells, problem in records():
        if header is None:
            if problem is not None:
                raise ImportFileError("no_header")
            header = cells
            continue
        count += 1
        if count > limits.rows:
            raise ImportFileError("too_many_rows", limit=limits.rows)
    columns, notices = _name_columns(header or [], limits)
    if used_encoding not in ("utf-8", "utf-16", "utf-16-le", "utf-16-be", "utf-32"):
        notices.append(
            Notice(
                "encoding_guessed",
                N_("The file is not UTF-8; it was read as %(encoding)s. Check names with accents."),
                {"encoding": used_encoding},
            )
        )

    if rivals and delimiter is None:
        notices.append(
            Notice(
                "delimiter_ambiguous",
                N_("%(rivals)s could separate the columns as well as %(delimiter)s, which was taken."),
                {"rivals": ", ".join(map(_shown_sign, rivals)), "delimiter": _shown_sign(separator)},
            )
        )

    def rows() -> Iterator[Row]:
        following = records()
        next(following)
        for line, cells, problem in following:
            yield _shape(line, cells, problem, len(columns), limits)

    return Table(filename, "csv", columns, count, used_encoding, separator, tuple(notices), None, (), rows)


def _shown_sign(sign: str) -> str:
    return "TAB" if sign == "\t" else f"“{sign}”"


def _open_xlsx(content: bytes, filename: str, limits: Limits, sheet: str | None) -> Table:
    found = read_xlsx(content, limits.xlsx, sheet)
    if not found.rows:
        raise ImportFileError("sheet_empty", sheet=found.sheet[:80])
    (_, header), *body = found.rows
    columns, notices = _name_columns([text_of(cell) for cell in header], limits)
    if len(found.sheets) > 1 and sheet is None:
        notices.append(
            Notice(
                "sheet_chosen",
                N_("The workbook has %(count)s sheets; “%(sheet)s” was read."),
                {"count": len(found.sheets), "sheet": found.sheet[:80]},
            )
        )

    def rows() -> Iterator[Row]:
        for line, cells in body:
            # A sheet has no missing cells, only blank ones.
            padded = (*cells, *[""] * (len(columns) - len(cells)))
            yield _shape(line, padded, None, len(columns), limits)

    return Table(
        filename,
        "xlsx",
        columns,
        len(body),
        None,
        None,
        tuple(notices),
        found.sheet,
        found.sheets,
        rows,
    )


def _shape(line: int, cells: Sequence[Cell], problem: Notice | None, width: int, limits: Limits) -> Row:
    """Hold a record against the header. Surplus cells that are blank are dropped."""
    if problem is None and len(cells) != width:
        surplus = cells[width:]
        if len(cells) < width:
            problem = row_reason("row_too_short", count=len(cells), expected=width)
        elif any(text_of(cell).strip() for cell in surplus):
            problem = row_reason("row_too_long", count=len(cells), expected=width)
        else:
            cells = cells[:width]
    if problem is None and any(isinstance(c, str) and len(c) > limits.cell for c in cells):
        problem = row_reason("cell_too_long", limit=limits.cell)
    return Row(line, tuple(cells), problem)


def _name_columns(header: list[str], limits: Limits) -> tuple[tuple[str, ...], list[Notice]]:
    """Unique, non-empty column names: what was missing or double gets a name of its own."""
    if len(header) > limits.columns:
        raise ImportFileError("too_many_columns", limit=limits.columns)
    names = ["".join(c for c in name if c.isprintable() or c == "\t").strip() for name in header]
    names = [" ".join(name[:200].split()) for name in names]
    if not any(names):
        raise ImportFileError("no_header")
    notices: list[Notice] = []
    used: set[str] = set()
    taken = set(names)
    columns: list[str] = []
    for number, name in enumerate(names, start=1):
        unique = name
        if not name:
            unique = _unused(f"#{number}", used | taken)
            notices.append(
                Notice(
                    "column_unnamed",
                    N_("Column %(number)s has no name; it is shown as “%(name)s”."),
                    {"number": number, "name": unique},
                )
            )
        elif name in used:
            unique = _unused(name, used | taken)
            notices.append(
                Notice(
                    "column_repeated",
                    N_("The name “%(name)s” stands over several columns; one is shown as “%(new)s”."),
                    {"name": name, "new": unique},
                )
            )
        used.add(unique)
        columns.append(unique)
    return tuple(columns), notices


def _unused(name: str, used: set[str]) -> str:
    if name not in used:
        return name
    number = 2
    while f"{name} ({number})" in used:
        number += 1
    return f"{name} ({number})"
