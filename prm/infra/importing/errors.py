"""Why a file or a value was not taken, in codes and sentences a domain can translate."""

from __future__ import annotations

from typing import Any

from prm.infra.wording import N_, Notice

_FILE_REFUSALS = {
    "file_missing": N_("The file cannot be opened."),
    "file_empty": N_("The file is empty."),
    "file_too_large": N_("The file is larger than %(limit)s MB."),
    "not_a_table": N_("This is not a CSV or XLSX file, whatever its name says."),
    "old_spreadsheet": N_("This is an old or protected Excel file: save it as XLSX or CSV first."),
    "not_text": N_("This is not a text file: it is full of binary characters."),
    "encoding_unknown": N_(
        "The character encoding cannot be told: save the file as UTF-8, or say which one it is."
    ),
    "encoding_wrong": N_("Line %(line)s cannot be read as %(encoding)s."),
    "no_header": N_("The first line must name the columns."),
    "too_many_columns": N_("The file has more than %(limit)s columns."),
    "too_many_rows": N_("The file has more than %(limit)s rows."),
    "too_many_cells": N_("The file has more than %(limit)s cells."),
    "too_many_broken_rows": N_("More than %(limit)s rows have broken quotes, the last one on line %(line)s."),
    "xlsx_unreadable": N_("The spreadsheet is damaged or is not an XLSX workbook."),
    "xlsx_encrypted": N_("The spreadsheet is protected by a password."),
    "xlsx_too_large": N_("The spreadsheet unpacks to more than is allowed."),
    "xlsx_unsafe": N_("The spreadsheet declares entities, which no honest one does."),
    "sheet_missing": N_("The workbook has no sheet called “%(sheet)s”."),
    "sheet_empty": N_("The sheet “%(sheet)s” is empty."),
}


class ImportFileError(ValueError):
    """The file as a whole cannot be read. `.code`, `.message` and `.params` say why."""

    def __init__(self, code: str, **params: Any) -> None:
        self.notice = Notice(code, _FILE_REFUSALS[code], params)
        self.code = code
        self.message = self.notice.msgid
        self.params = params
        super().__init__(self.notice.text())


#: Why a row was rejected. The sentences are shown beside the line, the column and the value.
ROW_REASONS = {
    "row_too_short": N_("The row has %(count)s cells, but there are %(expected)s columns."),
    "row_too_long": N_("The row has %(count)s cells, but there are only %(expected)s columns."),
    "row_broken_quotes": N_("The quotes of this row are broken: one is not closed or not doubled."),
    "cell_too_long": N_("A cell has more than %(limit)s characters, or its quote is not closed."),
    "value_missing": N_("A value is needed here."),
    "value_control": N_("The value contains control characters."),
    "value_error": N_("The spreadsheet shows an error here instead of a value."),
    "text_too_long": N_("The text is longer than %(limit)s characters."),
    "date_unreadable": N_("This is not a date written as %(format)s."),
    "date_impossible": N_("There is no such day in the calendar."),
    "date_out_of_range": N_("The year is not between %(first)s and %(last)s."),
    "date_format_unknown": N_("Say how dates are written in this column."),
    "decimal_unknown": N_("Say whether “.” or “,” is the decimal sign in this column."),
    "integer_unreadable": N_("This is not a whole number."),
    "integer_out_of_range": N_("The number is not between %(first)s and %(last)s."),
    "choice_unknown": N_("This is none of the known values: %(choices)s."),
    "currency_missing": N_("The currency of this amount is not known."),
}


def row_reason(code: str, **params: Any) -> Notice:
    """The notice for one of ROW_REASONS."""
    return Notice(code, ROW_REASONS[code], params)
