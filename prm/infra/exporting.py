"""Tables as CSV and XLSX: typed, deterministic, and inert in every spreadsheet.

What people typed stays text: a cell that a spreadsheet would take for a formula is disarmed. Numbers,
amounts and dates stay what they are, so that a true -5 can be summed.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from itertools import chain, islice
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.workbook.child import INVALID_TITLE_REGEX
from openpyxl.writer.excel import ExcelWriter

from prm.infra.clock import to_zone
from prm.infra.money import Money, exponent_of

MAX_ROWS = 1_048_575
MAX_COLUMNS = 16_384
MAX_CELL = 32_767
_CHUNK = 65_536
_ZIP_EPOCH = (1980, 1, 1, 0, 0, 0)
_FORMULA_STARTS = "=+-@＝＋－＠"
_ALWAYS_ARMED = "\t\r\n"
# What no XML and no sensible text holds: C0 and C1 controls but tab and line ends, lone surrogates,
# and the two non-characters.
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
# A spreadsheet of another locale splits at the other separator and no longer sees our quotes, so
# that whatever follows one of these may come to stand at the beginning of a cell. Each run is
# consumed whole, which keeps this linear.
_RUNS = {
    sign: re.compile(rf"[{other}\r\n][{other}\s]*+([=+\-@＝＋－＠]?)")
    for sign, other in ((",", ";"), (";", ","), ("\t", ";,"), ("|", ";,"))
}
_QUOTED_RUNS = {
    sign: re.compile(rf"([{other}\r\n][{other}\s]*+)'(?=[=+\-@＝＋－＠])")
    for sign, other in ((",", ";"), (";", ","), ("\t", ";,"), ("|", ";,"))
}
_SUMMED_DIGITS = 15


class ExportTooLarge(ValueError):
    """More rows or columns than an XLSX sheet can hold."""


@dataclass(frozen=True)
class Sheet:
    """One sheet: a header, rows of values, and maybe a last row in bold that filters leave alone.

    Values are text, int, Decimal, Money, date, datetime (aware), bool or None; whatever else comes
    is written as its text.
    """

    title: str
    columns: Sequence[object]
    rows: Iterable[Sequence[object]]
    footer: Sequence[object] | None = None
    widths: dict[int, int] = field(default_factory=dict)


# -- CSV ---------------------------------------------------------------------------------------


def csv_bytes(
    columns: Sequence[object],
    rows: Iterable[Sequence[object]],
    *,
    has_mark: bool = True,
    delimiter: str = ",",
    zone_name: str = "UTC",
) -> bytes:
    """A whole CSV file: UTF-8 (with the mark that Excel needs), CRLF, formula-safe."""
    return b"".join(csv_stream(columns, rows, has_mark=has_mark, delimiter=delimiter, zone_name=zone_name))


def csv_stream(
    columns: Sequence[object],
    rows: Iterable[Sequence[object]],
    *,
    has_mark: bool = True,
    delimiter: str = ",",
    zone_name: str = "UTC",
) -> Iterator[bytes]:
    """The same file in pieces of some 64 KB, for rows that are themselves streamed."""
    if delimiter not in _RUNS:
        raise ValueError("the delimiter is a comma, a semicolon, a tab or a bar")
    piece = io.StringIO(newline="")
    if has_mark:
        piece.write("\ufeff")
    writer = csv.writer(piece, delimiter=delimiter, lineterminator="\r\n")
    for row in chain([columns], rows):
        writer.writerow([csv_cell(value, delimiter, zone_name) for value in row])
        if piece.tell() >= _CHUNK:
            yield piece.getvalue().encode()
            piece.seek(0)
            piece.truncate()
    if piece.tell():
        yield piece.getvalue().encode()


def csv_cell(value: object, delimiter: str = ",", zone_name: str = "UTC") -> str:
    """One value as the text of a CSV cell, before quoting.

    Numbers plain, amounts in major units, dates ISO 8601, instants with their offset in the zone.
    """
    plain = _plain(value)
    if plain is None:
        return ""
    if isinstance(plain, str):
        return _disarmed(plain, delimiter)
    if isinstance(plain, bool):
        return "TRUE" if plain else "FALSE"
    if isinstance(plain, Money):
        return f"{plain.amount:f}"
    if isinstance(plain, Decimal):
        return f"{plain:f}"
    if isinstance(plain, datetime):
        return to_zone(plain, zone_name).isoformat(timespec="seconds")
    if isinstance(plain, date):
        return plain.isoformat()
    return str(plain)


def undo_inner_quotes(text: str, delimiter: str) -> str:
    """A cell of our own CSV file without the quotes that were put inside it to disarm it.

    The one at its beginning stays: whoever reads cells of others' files takes that away anyway.
    """
    return _QUOTED_RUNS[delimiter].sub(r"\1", text)


def is_formula_like(text: str) -> bool:
    """Whether a spreadsheet might take the text of a cell for a formula."""
    return bool(text) and (text[0] in _ALWAYS_ARMED or text.lstrip()[:1] in tuple(_FORMULA_STARTS))


def _disarmed(text: str, delimiter: str) -> str:
    text = _RUNS[delimiter].sub(
        lambda run: f"{run.group()[:-1]}'{run.group(1)}" if run.group(1) else run.group(), text
    )
    return f"'{text}" if is_formula_like(text) else text


def _plain(value: object) -> Any:
    """The value as one of the kinds that are written; text without control characters."""
    if isinstance(value, Enum):
        value = value.value
    if value is None or isinstance(value, bool | int | Money | date):
        return value
    if isinstance(value, float):
        value = Decimal(repr(value))
    if isinstance(value, Decimal):
        return value if value.is_finite() else str(value)
    return _CONTROLS.sub("", str(value))


# -- XLSX --------------------------------------------------------------------------------------


def xlsx_bytes(
    sheets: Sequence[Sheet],
    *,
    title: str = "",
    creator: str = "",
    as_of: datetime | None = None,
    zone_name: str = "UTC",
) -> bytes:
    """A workbook of typed cells: header frozen and filtered, widths fitted, text never a formula.

    The same input gives the same bytes: `as_of` (1980 without one) stands for every timestamp.
    Instants are shown on the wall clock of the zone. Text beyond what a cell holds (32,767
    characters) ends in "…". Raises ExportTooLarge.
    """
    if not sheets:
        raise ValueError("a workbook has at least one sheet")
    workbook = Workbook(write_only=True)
    names: list[str] = []
    try:
        for sheet in sheets:
            names.append(sheet_name(sheet.title, names))
            _write_sheet(workbook, names[-1], sheet, zone_name)
    except BaseException:
        _abandon(workbook)
        raise
    stamp = (as_of or datetime(1980, 1, 1, tzinfo=UTC)).astimezone(UTC).replace(tzinfo=None, microsecond=0)
    properties = workbook.properties
    properties.creator = properties.lastModifiedBy = _CONTROLS.sub("", creator)[:255] or "PRM"
    properties.title = _CONTROLS.sub("", title)[:255] or None
    properties.created = properties.modified = stamp
    loose = io.BytesIO()
    # Not Workbook.save(): that stamps the current time.
    ExcelWriter(workbook, zipfile.ZipFile(loose, "w", zipfile.ZIP_STORED)).save()
    return _repacked(loose, stamp)


def sheet_name(title: str, used: Sequence[str] = ()) -> str:
    """A title as Excel allows it for a sheet: its characters, 31 of them, unlike those used."""
    name = INVALID_TITLE_REGEX.sub(" ", _CONTROLS.sub("", str(title)))
    name = " ".join(name.split()).strip("' ")[:31].strip("' ") or "Sheet"
    if name.casefold() == "history":  # Excel keeps this one for itself
        name = f"{name} 1"
    taken = {each.casefold() for each in used}
    unique, number = name, 2
    while unique.casefold() in taken:
        tail = f" ({number})"
        unique, number = name[: 31 - len(tail)].rstrip() + tail, number + 1
    return unique


def money_format(currency: str) -> str:
    """Excel's number format for a currency: its ISO code, its decimals, thousands grouped."""
    digits = exponent_of(currency)
    return f"[${currency}] #,##0" + (f".{'0' * digits}" if digits else "")


def _abandon(workbook: Workbook) -> None:
    """Rows failed to come: end the sheets' open writers and delete their temporary files."""
    for worksheet in workbook.worksheets:
        if not worksheet.closed:
            worksheet.close()
        worksheet._writer.cleanup()


class _Styles:
    """The styles of one workbook, each made once."""

    def __init__(self, worksheet: Any) -> None:
        self._worksheet = worksheet
        self._made: dict[tuple[str, bool], Any] = {}

    def get(self, kind: str, is_bold: bool) -> Any:
        """The style of a kind: a number format, or 'text', 'quoted', 'header'."""
        key = (kind, is_bold)
        if key not in self._made:
            model = Cell(self._worksheet, row=1, column=1)
            if kind == "header":
                model.font = Font(bold=True, color="FFFFFFFF")
                model.fill = PatternFill("solid", fgColor="FF1F3A5F")
                model.alignment = Alignment(vertical="top", wrap_text=True)
            elif is_bold:
                model.font = Font(bold=True)
            if kind == "quoted":
                model.quotePrefix = True
            elif kind not in ("text", "header"):
                model.number_format = kind
            self._made[key] = model._style
        return self._made[key]


def _write_sheet(workbook: Workbook, name: str, sheet: Sheet, zone_name: str) -> None:
    worksheet = workbook.create_sheet(name)
    styles = _Styles(worksheet)
    header = [_plain(str(label)) for label in sheet.columns]
    if len(header) > MAX_COLUMNS:
        raise ExportTooLarge(f"an XLSX sheet holds {MAX_COLUMNS} columns")
    rows = iter(sheet.rows)
    first = [list(row) for row in islice(rows, 200)]
    for index, width in _widths(header, first, sheet.widths).items():
        worksheet.column_dimensions[get_column_letter(index + 1)].width = width
    worksheet.freeze_panes = "A2"
    worksheet.print_title_rows = "1:1"
    worksheet.page_setup.orientation = "landscape"
    worksheet.page_setup.fitToHeight = 0
    worksheet.sheet_properties.pageSetUpPr.fitToPage = True

    def cells(row: Sequence[object], *, is_bold: bool = False) -> list[Cell | None]:
        return [_cell(worksheet, styles, value, zone_name, is_bold) for value in row]

    worksheet.append([_text_cell(worksheet, styles, label, "header", False) for label in header])
    count = 0
    for row in chain(first, rows):
        count += 1
        if count > MAX_ROWS:
            raise ExportTooLarge(f"an XLSX sheet holds {MAX_ROWS} rows below its header")
        worksheet.append(cells(row))
    if header:
        worksheet.auto_filter.ref = f"A1:{get_column_letter(len(header))}{count + 1}"
    if sheet.footer is not None:
        worksheet.append(cells(sheet.footer, is_bold=True))


def _cell(worksheet: Any, styles: _Styles, value: object, zone_name: str, is_bold: bool) -> Cell | None:
    plain = _plain(value)
    if plain is None or plain == "":
        return None
    if isinstance(plain, str):
        kind = "quoted" if is_formula_like(plain) else "text"
        return _text_cell(worksheet, styles, plain, kind, is_bold)
    number_format = "General"
    if isinstance(plain, Money):
        number_format, plain = money_format(plain.currency), plain.amount
    elif isinstance(plain, datetime):
        number_format = "yyyy-mm-dd hh:mm:ss"
        plain = to_zone(plain, zone_name).replace(tzinfo=None, microsecond=0)
    elif isinstance(plain, date):
        number_format = "yyyy-mm-dd"
    elif isinstance(plain, int) and not isinstance(plain, bool):
        number_format = "0"
    if isinstance(plain, int | Decimal) and len(Decimal(plain).as_tuple().digits) > _SUMMED_DIGITS:
        # A spreadsheet keeps fifteen digits: what has more stays exact as text.
        return _text_cell(
            worksheet, styles, f"{plain:f}" if isinstance(plain, Decimal) else str(plain), "text", is_bold
        )
    if isinstance(plain, date) and plain.year < 1900:
        return _text_cell(worksheet, styles, plain.isoformat(), "text", is_bold)
    cell = Cell(worksheet, row=1, column=1, style_array=styles.get(number_format, is_bold))
    cell.value = plain
    return cell


def _text_cell(worksheet: Any, styles: _Styles, text: str, kind: str, is_bold: bool) -> Cell:
    cell = Cell(worksheet, row=1, column=1, style_array=styles.get(kind, is_bold))
    cell.value = text if len(text) <= MAX_CELL else f"{text[: MAX_CELL - 1]}…"
    cell.data_type = "s"  # whatever openpyxl took it for
    return cell


def _widths(header: list[str], rows: list[list[object]], stated: dict[int, int]) -> dict[int, int]:
    """Widths in characters that show the first rows, within reason."""
    widths = {}
    for index, label in enumerate(header):
        longest = max((len(word) for word in label.split()), default=0) + 3
        for row in rows:
            if index < len(row):
                shown = csv_cell(row[index]).split("\n", 1)[0][:60]
                longest = max(longest, len(shown) + (5 if isinstance(row[index], Money) else 1))
        widths[index] = stated.get(index, min(max(longest, 8), 60))
    return widths


def _repacked(loose: io.BytesIO, stamp: datetime) -> bytes:
    """The same package with every member's timestamp and attributes fixed."""
    moment = max(stamp, datetime(1980, 1, 1)).timetuple()[:6]  # noqa: DTZ001 - a zip's own epoch
    packed = io.BytesIO()
    with zipfile.ZipFile(loose) as old, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as new:
        for member in old.namelist():
            entry = zipfile.ZipInfo(member, moment)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3
            entry.external_attr = 0o644 << 16
            new.writestr(entry, old.read(member))
    return packed.getvalue()


def zip_of(files: Mapping[str, bytes]) -> bytes:
    """Files by their paths as one ZIP: in order, stored as they are, without a time of its own."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        for path, content in sorted(files.items()):
            entry = zipfile.ZipInfo(path, _ZIP_EPOCH)
            entry.create_system = 3
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content)
    return packed.getvalue()
