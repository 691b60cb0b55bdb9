"""From bytes and options to typed rows: everything that can be wrong with a file as a whole.

A DomainError of this module names the option that mends it: `columns`, `stages`, `date_format`,
`decimal`, `encoding`, `delimiter`, `sheet`, or `file`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from prm.errors import DomainError
from prm.imports.fields import fields_of
from prm.imports.models import ImportKind
from prm.imports.options import ImportOptions
from prm.imports.report import keep_plain
from prm.infra.exporting import undo_inner_quotes
from prm.infra.importing import (
    DELIMITERS,
    ConvertOptions,
    DatePatternError,
    FieldSpec,
    ImportFileError,
    Limits,
    Mapping,
    ParsedRow,
    Question,
    RejectedRow,
    Table,
    choice_problems,
    compile_date_format,
    convert_rows,
    open_table,
    settle_formats,
    suggest_mapping,
    text_of,
)
from prm.infra.wording import N_, Notice

LIMITS = Limits(size=32 * 1024 * 1024, rows=300_000, columns=256)
SAMPLES = 3
#: What separates columns, by the words that people state it with.
SEPARATORS = {"comma": ",", "semicolon": ";", "tab": "\t", "bar": "|"}
#: The column in which rejected rows come back with what was wrong; never read.
REASON = "reason"
DATES_READ_AS = N_("Dates are read as %(format)s.")
MAX_VALUES = 40  # a column with more different values than this is not offered as stages


@dataclass(frozen=True)
class PreparedFile:
    """A file whose every open question is settled. `rows()` yields them typed or rejected."""

    table: Table
    kind: ImportKind
    mapping: Mapping
    specs: tuple[FieldSpec, ...]
    convert_options: ConvertOptions
    findings: tuple[str, ...]

    def rows(self) -> Iterator[ParsedRow | RejectedRow]:
        return convert_rows(self.table, self.mapping, self.specs, self.convert_options)


def open_file(content: bytes, filename: str, options: ImportOptions | None = None) -> Table:
    """The file as a table. Raises DomainError for what is no table.

    Its field is `encoding` or `sheet` where that was stated and does not fit, else `file`.
    """
    options = options or ImportOptions()
    if options.delimiter is not None and options.delimiter not in DELIMITERS:
        message = _("Columns are separated by a comma, a semicolon, a tab or a bar.")
        raise DomainError(message, {"delimiter": message})
    try:
        table = open_table(
            content,
            filename,
            limits=LIMITS,
            encoding=options.encoding,
            delimiter=options.delimiter,
            sheet=options.sheet,
        )
    except ImportFileError as error:
        message = error.notice.text(_)
        name = {"encoding_wrong": "encoding", "encoding_unknown": "encoding", "sheet_missing": "sheet"}.get(
            error.code, "file"
        )
        field = name if getattr(options, name, None) else "file"
        raise DomainError(message, {field: message}) from error
    sign = table.delimiter
    if sign is not None and any(column.casefold() == REASON for column in table.columns):
        # Rejected rows that we wrote: they read as they came. Others' files mean what they say.
        return table.with_text(lambda text: undo_inner_quotes(text, sign))
    return table


def prepare_file(
    content: bytes, filename: str, kind: ImportKind, options: ImportOptions, currency: str
) -> PreparedFile:
    """Open a file and settle how it is read. `currency` is that of amounts whose row names none.

    Raises DomainError where columns, stages, dates or decimals are not clear.
    """
    table = open_file(content, filename, options)
    specs = fields_of(kind)
    mapping = settle_mapping(table.columns, specs, options)
    convert_options = _stated(specs, options, currency)
    convert_options, questions, findings = settle_formats(table, mapping, specs, convert_options)
    if questions:
        _ask(table, specs, questions)
    said = [_("%(column)s: %(finding)s", column=f.column, finding=f.notice.text(_)) for f in findings]
    said += [notice.text(_) for notice in table.notices]
    return PreparedFile(table, kind, mapping, specs, convert_options, tuple(said))


def settle_mapping(columns: tuple[str, ...], specs: tuple[FieldSpec, ...], options: ImportOptions) -> Mapping:
    """What was stated, over what is suggested for the rest. Raises DomainError (field `columns`)."""
    mapping = propose_mapping(columns, specs, options)
    if problems := mapping.problems(columns, specs):
        message = " ".join(problem.text(_) for problem in problems)
        raise DomainError(message, {"columns": message})
    return mapping


def propose_mapping(
    columns: tuple[str, ...], specs: tuple[FieldSpec, ...], options: ImportOptions
) -> Mapping:
    """What was stated, over what the names of the remaining columns suggest."""
    stated = Mapping({f: c for f, c in options.columns.items() if c is not None}).resolve(columns)
    left_empty = {f for f, c in options.columns.items() if c is None}
    suggested = suggest_mapping(
        [each for each in columns if each not in stated.fields.values() and each.casefold() != REASON],
        [spec for spec in specs if spec.name not in options.columns],
    )
    return Mapping({f: c for f, c in stated.over(suggested).fields.items() if f not in left_empty})


def _stated(specs: tuple[FieldSpec, ...], options: ImportOptions, currency: str) -> ConvertOptions:
    has_stages = any(spec.kind == "choice" for spec in specs)
    if options.stages and not has_stages:
        message = _("Only deals have stages.")
        raise DomainError(message, {"stages": message})
    choices = {"stage": dict(options.stages)} if options.stages else {}
    if problems := choice_problems(specs, choices):
        message = " ".join(problem.text(_) for problem in problems)
        raise DomainError(message, {"stages": message})
    date_format = None
    if options.date_format:
        try:
            date_format = compile_date_format(options.date_format)
        except DatePatternError as error:
            message = error.notice.text(_)
            raise DomainError(message, {"date_format": message}) from error
    if options.decimal not in (None, ".", ","):
        message = _("The decimal sign is a point or a comma.")
        raise DomainError(message, {"decimal": message})
    return ConvertOptions(
        date_format=date_format, decimal=options.decimal, currency=currency, choices=choices
    )


def _ask(table: Table, specs: tuple[FieldSpec, ...], questions: list[Question]) -> None:
    """Raises DomainError: nothing is guessed, the person who knows the file says it."""
    kinds = {spec.name: spec.kind for spec in specs}
    fields: dict[str, str] = {}
    for question in questions:
        line, value = next(
            ((line, text_of(cell)) for line, cell in table.values(question.column) if text_of(cell).strip()),
            (0, ""),
        )
        name = "date_format" if kinds[question.field] == "date" else "decimal"
        sentence = _(
            "Column %(column)s (line %(line)s has “%(value)s”): %(question)s",
            column=question.column, line=line, value=value[:60], question=question.notice.text(_),
        )  # fmt: skip
        fields[name] = f"{fields[name]} {sentence}" if name in fields else sentence
    if "date_format" in fields:
        message = _("It is not clear how this file writes its dates. Nothing was changed.")
    else:
        message = _("It is not clear how this file writes its amounts. Nothing was changed.")
    raise DomainError(message, fields)


def look_into(table: Table, kind: ImportKind, options: ImportOptions) -> dict[str, Any]:
    """What the mapping page shows of a file: how it is read, its columns, the first values of each.

    Columns of few different values come with all of them, for the stages. `found`: what the values
    prove, or leave open, of how dates and amounts are written in the columns proposed for them.
    """
    samples: dict[str, list[str]] = {column: [] for column in table.columns}
    values: dict[str, dict[str, int] | None] = {column: {} for column in table.columns}
    for row in table.rows():
        if row.problem is not None:
            continue
        for column, cell in zip(table.columns, row.cells, strict=True):
            text = text_of(cell).strip()
            if not text:
                continue
            if len(samples[column]) < SAMPLES and text[:80] not in samples[column]:
                samples[column].append(text[:80])
            counted = values[column]
            if counted is not None:
                counted[text] = counted.get(text, 0) + 1
                if len(counted) > MAX_VALUES or len(text) > 60:
                    values[column] = None
    return {
        "columns": list(table.columns),
        "rows": table.row_count,
        "encoding": table.encoding,
        "delimiter": table.delimiter,
        "sheet": table.sheet,
        "sheets": list(table.sheets),
        "found": _formats_found(table, kind, options),
        "samples": samples,
        "values": {column: counted for column, counted in values.items() if counted},
        "notices": [{"msgid": notice.msgid, "args": dict(notice.params)} for notice in table.notices],
    }


def _formats_found(table: Table, kind: ImportKind, options: ImportOptions) -> list[dict[str, Any]]:
    specs = fields_of(kind)
    mapping = propose_mapping(table.columns, specs, options)
    known = Mapping({f: column for f, column in mapping.fields.items() if column in table.columns})
    settled, questions, findings = settle_formats(table, known, specs, ConvertOptions())
    said = {each.field for each in (*questions, *findings)}
    findings += [
        Question(name, known.fields[name], Notice("date_format_plain", DATES_READ_AS, {"format": str(found)}))
        for name, found in settled.date_formats.items()
        if name not in said
    ]
    return [
        {
            "column": each.column,
            "msgid": each.notice.msgid,
            "args": {name: keep_plain(value) for name, value in each.notice.params.items()},
            "is_open": is_open,
        }
        for is_open, some in ((True, questions), (False, findings))
        for each in some
    ]
