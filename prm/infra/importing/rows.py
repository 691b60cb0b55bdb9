"""From rows of text to typed values: each row whole, or rejected with its reasons."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from collections.abc import Mapping as MappingOf
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from prm.infra.importing.cells import Cell, text_of
from prm.infra.importing.dates import DateError, DateFormat, detect_date_format, parse_date
from prm.infra.importing.errors import row_reason
from prm.infra.importing.mapping import FieldSpec, Mapping, choice_problems
from prm.infra.importing.numbers import detect_decimal
from prm.infra.importing.reading import Row, Table
from prm.infra.money import (
    Money,
    MoneyError,
    decimal_to_minor,
    parse_currency,
    parse_minor,
    split_number,
)
from prm.infra.wording import Notice

Value = str | date | Money | int | None
_SHOWN = 200
_FORMULA_STARTS = tuple("=+-@＝＋－＠")
_SHEET_ERRORS = {"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!"}


@dataclass(frozen=True)
class ConvertOptions:
    """How the values of this file are written.

    `date_format` and `decimal` hold for the whole file, `date_formats` and `decimals` for single
    fields. `choices` adds source words per choice field: {'stage': {'Engaging': 'submitted'}}.
    `currency` is that of amounts whose row names none.
    """

    date_format: DateFormat | None = None
    date_formats: MappingOf[str, DateFormat] = field(default_factory=dict)
    decimal: str | None = None
    decimals: MappingOf[str, str] = field(default_factory=dict)
    currency: str | None = None
    choices: MappingOf[str, MappingOf[str, str]] = field(default_factory=dict)


@dataclass(frozen=True)
class ParsedRow:
    """A good row: field → value (None where blank), and its cells as text, column → text."""

    line: int
    values: dict[str, Value]
    raw: dict[str, str]


@dataclass(frozen=True)
class Reason:
    """One value that cannot be taken. `column` and `value` are the source's."""

    column: str | None
    value: str
    notice: Notice


@dataclass(frozen=True)
class RejectedRow:
    """A bad row with all its reasons; the first one's parts are at hand."""

    line: int
    reasons: tuple[Reason, ...]
    raw: dict[str, str]

    @property
    def column(self) -> str | None:
        return self.reasons[0].column

    @property
    def value(self) -> str:
        return self.reasons[0].value

    @property
    def reason_code(self) -> str:
        return self.reasons[0].notice.code

    @property
    def reason_args(self) -> MappingOf[str, Any]:
        return self.reasons[0].notice.params

    @property
    def reason(self) -> Notice:
        return self.reasons[0].notice


@dataclass(frozen=True)
class Question:
    """What a person has to say before a column can be read."""

    field: str
    column: str
    notice: Notice


class _Refused(Exception):
    """A value that cannot be taken; stays inside this module."""

    def __init__(self, notice: Notice) -> None:
        self.notice = notice


def settle_formats(
    table: Table, mapping: Mapping, specs: Sequence[FieldSpec], options: ConvertOptions
) -> tuple[ConvertOptions, list[Question], list[Question]]:
    """Fill in what the options leave open from evidence in all values of the file.

    Returns the options to convert with, the questions that stay open (ambiguous or conflicting
    columns), and the findings (which line settled what). A column that is ambiguous by itself
    follows another column of the file whose convention is proven, if it fits that one.
    """
    date_formats, decimals = dict(options.date_formats), dict(options.decimals)
    questions: list[Question] = []
    findings: list[Question] = []
    doubtful_dates, doubtful_decimals = [], []
    mapped = [(spec, mapping.fields[spec.name]) for spec in specs if spec.name in mapping.fields]
    for spec, column in mapped:
        if spec.kind == "date" and not (options.date_format or spec.name in date_formats):
            guess = detect_date_format(table.values(column))
            if guess.format is not None:
                date_formats[spec.name] = guess.format
            if guess.is_ambiguous:
                doubtful_dates.append((spec, column, guess))
            elif guess.notice is not None:
                (questions if guess.is_conflicting else findings).append(
                    Question(spec.name, column, guess.notice)
                )
        elif spec.kind in ("money", "integer") and not (options.decimal or spec.name in decimals):
            amount = detect_decimal(table.values(column))
            if amount.decimal is not None and amount.evidence_line is not None:
                decimals[spec.name] = amount.decimal
            if amount.is_ambiguous:
                doubtful_decimals.append((spec, column, amount))
            elif amount.notice is not None:
                (questions if amount.is_conflicting else findings).append(
                    Question(spec.name, column, amount.notice)
                )
    proven_dates = {found.pattern: found for found in date_formats.values()}
    for spec, column, guess in doubtful_dates:
        fitting = [found for name, found in proven_dates.items() if name in guess.candidates]
        if len(fitting) == 1:
            date_formats[spec.name] = fitting[0]
        elif guess.notice is not None:
            questions.append(Question(spec.name, column, guess.notice))
    proven_decimals = set(decimals.values())
    for spec, column, amount in doubtful_decimals:
        if len(proven_decimals) == 1:
            decimals[spec.name] = next(iter(proven_decimals))
        elif amount.notice is not None:
            questions.append(Question(spec.name, column, amount.notice))
    return replace(options, date_formats=date_formats, decimals=decimals), questions, findings


def convert_rows(
    table: Table, mapping: Mapping, specs: Sequence[FieldSpec], options: ConvertOptions
) -> Iterator[ParsedRow | RejectedRow]:
    """Yield every row of the table, converted or rejected; no value makes it raise.

    Raises KeyError at once for a mapping that names a column the table lacks, and ValueError for an
    unknown field or choice (ask `mapping.problems()` and `choice_problems()` first).
    """
    converters = _Converters(table, mapping, specs, options)
    return (converters.convert(row) for row in table.rows())


class _Converters:
    """The fields of one run, prepared once."""

    def __init__(
        self, table: Table, mapping: Mapping, specs: Sequence[FieldSpec], options: ConvertOptions
    ) -> None:
        by_name = {spec.name: spec for spec in specs}
        if unknown := set(mapping.fields) - set(by_name):
            raise ValueError(f"no such field: {', '.join(sorted(unknown))}")
        if problems := choice_problems(specs, options.choices):
            raise ValueError(problems[0].text())
        position = {column: index for index, column in enumerate(table.columns)}
        self._columns = table.columns
        self._options = options
        # Currencies before the amounts that need them.
        in_order = sorted(specs, key=lambda spec: spec.kind == "money")
        self._fields = [
            (spec, mapping.fields[spec.name], position[mapping.fields[spec.name]])
            for spec in in_order
            if spec.name in mapping.fields
        ]
        self._unmapped = [spec for spec in specs if spec.name not in mapping.fields]
        self._choices = {
            spec.name: _folded_choices(spec, options.choices.get(spec.name, {}))
            for spec in specs
            if spec.kind == "choice"
        }

    def convert(self, row: Row) -> ParsedRow | RejectedRow:
        texts = [text_of(cell) for cell in row.cells]
        raw = dict(zip(self._columns, texts, strict=False))
        if row.problem is not None:
            shown = ", ".join(texts)[:_SHOWN]
            return RejectedRow(row.line, (Reason(None, shown, row.problem),), raw)
        values: dict[str, Value] = {spec.name: None for spec in self._unmapped}
        reasons = [
            Reason(None, "", row_reason("value_missing")) for spec in self._unmapped if spec.is_required
        ]
        for spec, column, index in self._fields:
            try:
                values[spec.name] = self._value(spec, row.cells[index], values)
            except _Refused as refused:
                values[spec.name] = None
                reasons.append(Reason(column, texts[index][:_SHOWN], refused.notice))
        if reasons:
            return RejectedRow(row.line, tuple(reasons), raw)
        return ParsedRow(row.line, values, raw)

    def _value(self, spec: FieldSpec, cell: Cell, values: dict[str, Value]) -> Value:
        if isinstance(cell, str):
            cell = rearmed(cell.strip())
            if not cell.isprintable() and any((c < " " and c not in "\n\r\t") or c == "\x7f" for c in cell):
                raise _Refused(row_reason("value_control"))
            if cell in _SHEET_ERRORS:
                raise _Refused(row_reason("value_error"))
        if cell == "" and isinstance(cell, str):
            if spec.is_required:
                raise _Refused(row_reason("value_missing"))
            return None
        try:
            return self._typed(spec, cell, values)
        except (DateError, MoneyError) as error:
            raise _Refused(error.notice) from error

    def _typed(self, spec: FieldSpec, cell: Cell, values: dict[str, Value]) -> Value:
        if spec.kind == "date":
            return self._date(spec, cell)
        if spec.kind == "money":
            return self._money(spec, cell, values)
        if spec.kind == "integer":
            return self._integer(spec, cell)
        text = text_of(cell)
        if len(text) > spec.max_length:
            raise _Refused(row_reason("text_too_long", limit=spec.max_length))
        if spec.kind == "choice":
            known = self._choices[spec.name]
            if (folded := _fold(text)) not in known:
                names = ", ".join(sorted(set(known.values())))
                raise _Refused(row_reason("choice_unknown", choices=names))
            return known[folded]
        return text

    def _date(self, spec: FieldSpec, cell: Cell) -> date:
        if isinstance(cell, date | datetime | str):
            own = self._options.date_formats.get(spec.name, self._options.date_format)
            return parse_date(cell, own)
        own = self._options.date_formats.get(spec.name, self._options.date_format)
        return parse_date(text_of(cell), own)

    def _money(self, spec: FieldSpec, cell: Cell, values: dict[str, Value]) -> Money:
        named = values.get(spec.currency_field) if spec.currency_field else None
        currency = parse_currency(str(named)) if named else self._options.currency
        if not currency:
            raise _Refused(row_reason("currency_missing"))
        if isinstance(cell, bool | date):
            raise MoneyError("money_unreadable")
        if isinstance(cell, int | Decimal):
            return Money(decimal_to_minor(cell, currency), currency)
        decimal = self._decimal(spec, cell)
        return Money(parse_minor(cell, currency, decimal), currency)

    def _integer(self, spec: FieldSpec, cell: Cell) -> int:
        if isinstance(cell, str):
            try:
                whole, fraction, is_negative = split_number(cell, None, self._decimal(spec, cell))
            except MoneyError as error:
                raise _Refused(row_reason("integer_unreadable")) from error
            number = -int(whole) if is_negative else int(whole)
            if fraction.strip("0") or len(fraction) == 3:
                raise _Refused(row_reason("integer_unreadable"))
        elif isinstance(cell, int) and not isinstance(cell, bool):
            number = cell
        else:
            raise _Refused(row_reason("integer_unreadable"))
        if not spec.first <= number <= spec.last:
            raise _Refused(row_reason("integer_out_of_range", first=spec.first, last=spec.last))
        return number

    def _decimal(self, spec: FieldSpec, text: str) -> str:
        stated = self._options.decimals.get(spec.name, self._options.decimal)
        if stated:
            return stated
        if "." in text or "," in text:
            raise _Refused(row_reason("decimal_unknown"))
        return "."


def rearmed(text: str) -> str:
    """A cell without the quote that exports put before what a spreadsheet would take for a formula.

    So a file that we wrote reads back as it was before.
    """
    return text[1:] if text[:1] == "'" and text[1:].lstrip()[:1] in _FORMULA_STARTS else text


def _folded_choices(spec: FieldSpec, added: MappingOf[str, str]) -> dict[str, str]:
    """Source word → our value, folded; what the run adds wins over what the field knows."""
    own = {value: value for value in spec.choices.values()}
    return {_fold(word): value for word, value in {**own, **spec.choices, **added}.items()}


def _fold(text: str) -> str:
    return " ".join(text.casefold().split())
