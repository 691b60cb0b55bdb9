"""Rows of an XLSX workbook, after everything about the package has been distrusted.

An XLSX file is a zip of XML. Before anything is unpacked, the directory's declared sizes are held
against limits (Python's zipfile never unpacks more than declared); then the beginning of each part
is parsed by itself, and one that declares a document type is refused: entities live nowhere else.
"""

from __future__ import annotations

import io
import warnings
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from xml.parsers import expat

from openpyxl import load_workbook

from prm.infra.importing.cells import Cell
from prm.infra.importing.errors import ImportFileError

_CHUNK = 65_536


@dataclass(frozen=True)
class XlsxLimits:
    """What a workbook may hold. Sizes in bytes."""

    members: int = 2_000
    unpacked: int = 256 * 1024 * 1024
    ratio: int = 200
    ratio_from: int = 16 * 1024 * 1024
    rows: int = 200_000
    columns: int = 512
    cells: int = 5_000_000


@dataclass(frozen=True)
class SheetRows:
    """One sheet's rows that are not blank, each with its row number, and all sheets' names."""

    sheet: str
    sheets: tuple[str, ...]
    rows: list[tuple[int, tuple[Cell, ...]]]


def read_xlsx(content: bytes, limits: XlsxLimits, sheet: str | None = None) -> SheetRows:
    """Read one sheet: the named one, else the first visible one. Raises ImportFileError."""
    check_package(content, limits)
    try:
        with warnings.catch_warnings():
            # openpyxl warns of styles and extensions that it leaves out; values are all we read.
            warnings.simplefilter("ignore")
            return _read(content, limits, sheet)
    except ImportFileError:
        raise
    except Exception as error:  # the library fails on damaged workbooks in every way there is
        raise ImportFileError("xlsx_unreadable") from error


def check_package(content: bytes, limits: XlsxLimits) -> None:
    """Refuse a zip that is too large, too well packed, protected, or declares entities."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            members = package.infolist()
            if any(member.flag_bits & 0x1 for member in members):
                raise ImportFileError("xlsx_encrypted")
            unpacked = sum(member.file_size for member in members)
            packed = sum(member.compress_size for member in members)
            if (
                len(members) > limits.members
                or unpacked > limits.unpacked
                or (unpacked > limits.ratio_from and unpacked > limits.ratio * max(packed, 1))
            ):
                raise ImportFileError("xlsx_too_large")
            names = {member.filename for member in members}
            if len(names) != len(members) or "[Content_Types].xml" not in names:
                raise ImportFileError("xlsx_unreadable")
            for member in members:
                with package.open(member) as part:
                    _refuse_document_type(part)
    except ImportFileError:
        raise
    except Exception as error:  # zipfile too: BadZipFile, zlib.error, NotImplementedError, EOFError
        raise ImportFileError("xlsx_unreadable") from error


def _refuse_document_type(part: object) -> None:
    """Parse up to the root element: a document type stands before it or nowhere."""
    found: list[str] = []
    parser = expat.ParserCreate()

    def stop_at(what: str) -> None:
        found.append(what)
        raise StopIteration

    parser.StartDoctypeDeclHandler = lambda *_: stop_at("doctype")
    parser.StartElementHandler = lambda *_: stop_at("element")
    try:
        while not found and (chunk := part.read(_CHUNK)):  # type: ignore[attr-defined]
            parser.Parse(chunk, False)
    except StopIteration:
        pass
    except (expat.ExpatError, ValueError, LookupError):
        return  # not XML (an image, say): no parser will be given it as such
    if found == ["doctype"]:
        raise ImportFileError("xlsx_unsafe")


def _read(content: bytes, limits: XlsxLimits, wanted: str | None) -> SheetRows:
    workbook = load_workbook(
        io.BytesIO(content), read_only=True, data_only=True, keep_links=False, keep_vba=False
    )
    try:
        names = tuple(workbook.sheetnames)
        worksheets = workbook.worksheets
        if wanted is not None:
            worksheets = [each for each in worksheets if each.title == wanted]
            if not worksheets:
                raise ImportFileError("sheet_missing", sheet=wanted[:80])
        visible = [each for each in worksheets if each.sheet_state == "visible"] or worksheets
        if not visible:
            raise ImportFileError("xlsx_unreadable")
        worksheet = visible[0]
        worksheet.reset_dimensions()  # what a file says of its own size is not believed
        rows = list(_rows(worksheet, limits))
        return SheetRows(worksheet.title, names, rows)
    finally:
        workbook.close()


def _rows(worksheet: object, limits: XlsxLimits) -> Iterator[tuple[int, tuple[Cell, ...]]]:
    # Rows and columns beyond the limits are asked for by one more than is allowed: openpyxl would
    # otherwise pad to whatever coordinate a cell claims.
    seen: dict[str, str] = {}
    cells = 0
    numbered = enumerate(
        worksheet.iter_rows(  # type: ignore[attr-defined]
            max_row=limits.rows + 2, max_col=limits.columns + 1, values_only=True
        ),
        start=1,
    )
    for number, values in numbered:
        if number > limits.rows + 1:
            raise ImportFileError("too_many_rows", limit=limits.rows)
        width = len(values)
        if values.count(None) == width:  # what openpyxl pads with, up to whatever row a cell claims
            continue
        while width and (values[width - 1] is None or values[width - 1] == ""):
            width -= 1
        if not width:
            continue
        if width > limits.columns:
            raise ImportFileError("too_many_columns", limit=limits.columns)
        cells += width
        if cells > limits.cells:
            raise ImportFileError("too_many_cells", limit=limits.cells)
        row = tuple(_cell(value, seen) for value in values[:width])
        if any(not isinstance(value, str) or value.strip() for value in row):
            yield number, row


def _cell(value: object, seen: dict[str, str]) -> Cell:
    """A cell's value, numbers exact to the fifteen digits a spreadsheet keeps."""
    if value is None:
        return ""
    if isinstance(value, str):
        return seen.setdefault(value, value) if len(value) < 100 else value
    if isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        number = Decimal(f"{value:.15g}")
        if number.is_finite() and number == number.to_integral_value() and abs(number) < 10**15:
            return int(number)
        return number
    if isinstance(value, datetime):
        is_midnight = value.time() == time(0)
        return value.date() if is_midnight else value.replace(microsecond=0)
    if isinstance(value, date):
        return value
    if isinstance(value, time | timedelta):
        return str(value)
    return str(value)
