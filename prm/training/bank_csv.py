"""Questions of the bank as rows of a file, out and in: what is written reads back as it was.

One row a question, several values of a cell parted by " | " (a bar of the text itself as "\\|"):

    kind         right                       wrong
    single       the right choice            the wrong ones
    multiple     the right choices           the wrong ones
    numeric      3.5                         (tolerance in its own column)
    ordering     the lines in order
    matching     left = right | left = right  further answers
    text         en: backup | de: Sicherung
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask_babel import gettext as _

from prm.errors import DomainError
from prm.infra.importing import ImportFileError, Limits, Table, open_table, text_of
from prm.infra.importing.rows import rearmed
from prm.training.items import CHOICE_KINDS, Item, Written, parts_of, written_of
from prm.training.models.assessment import Difficulty
from prm.training.models.kinds import QuestionKind

COLUMNS = ("topic", "difficulty", "kind", "question", "right", "wrong", "tolerance", "explanation")
REQUIRED = ("topic", "kind", "question", "right")
LIMITS = Limits(size=4 * 1024 * 1024, rows=5_000, columns=40, cell=20_000)
_LANGUAGE = re.compile(r"([A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})?):\s+(.+)", re.DOTALL)
_BARS = re.compile(r"\s*(?<!\\)\|\s*")
_SIDES = re.compile(r"\s*(?<!\\)=\s*")


@dataclass(frozen=True)
class ReadRow:
    """A row of a file: what services.bank.add_bank_question takes, or why it cannot be taken."""

    line: int
    cells: tuple[str, ...]
    values: dict[str, Any] = field(default_factory=dict)
    reason: str = ""

    @property
    def prompt(self) -> str:
        return str(self.values.get("prompt", ""))


# -- out ---------------------------------------------------------------------------------------


def row_of(topic: str, difficulty: Difficulty, item: Item) -> tuple[str, ...]:
    """A question as a row under COLUMNS."""
    written = written_of(item)
    right: Sequence[str] = ()
    wrong: Sequence[str] = ()
    if item.kind in CHOICE_KINDS:
        right = [_escaped(text) for text, is_right in written.choices if is_right]
        wrong = [_escaped(text) for text, is_right in written.choices if not is_right]
    elif item.kind is QuestionKind.NUMERIC:
        right = [format(item.number, "f") if item.number is not None else ""]
    elif item.kind is QuestionKind.ORDERING:
        right = [_escaped(text) for text in written.items]
    elif item.kind is QuestionKind.MATCHING:
        right = [f"{_escaped(a, '=')} = {_escaped(b, '=')}" for a, b in written.pairs]
        wrong = [_escaped(text) for text in written.targets]
    else:
        right = [_tagged(language, text) for language, text in written.accepted]
    tolerance = format(item.tolerance, "f") if item.kind is QuestionKind.NUMERIC else ""
    return (
        topic, difficulty.value, item.kind.value, item.prompt,
        " | ".join(right), " | ".join(wrong), tolerance, item.explanation,
    )  # fmt: skip


def _escaped(text: str, also: str = "") -> str:
    for sign in ("\\", "|", *also):
        text = text.replace(sign, f"\\{sign}")
    return text


def _tagged(language: str, text: str) -> str:
    if language:
        return f"{language}: {_escaped(text)}"
    # What looks like a language without being one is kept from being read as one.
    return _escaped(text, ":") if _LANGUAGE.fullmatch(text) else _escaped(text)


# -- in ----------------------------------------------------------------------------------------


def read_questions(content: bytes, name: str) -> list[ReadRow]:
    """Every row of a CSV or XLSX file, taken or with the reason why not.

    Raises DomainError (field "file") where the file as a whole cannot be read.
    """
    try:
        table = open_table(content, name, limits=LIMITS)
    except ImportFileError as error:
        raise _refused(error.notice.text(_)) from None
    places = _places(table)
    return list(_rows(table, places))


def _places(table: Table) -> dict[str, int]:
    places: dict[str, int] = {}
    for place, column in enumerate(table.columns):
        places.setdefault(" ".join(column.casefold().split()), place)
    missing = [column for column in REQUIRED if column not in places]
    if missing:
        raise _refused(
            _(
                "The file lacks the columns %(missing)s. It needs %(needed)s.",
                missing=", ".join(missing), needed=", ".join(COLUMNS),
            )
        )  # fmt: skip
    return places


def _rows(table: Table, places: dict[str, int]) -> Iterator[ReadRow]:
    for row in table.rows():
        texts = [rearmed(text_of(cell)).strip() for cell in row.cells]
        cells = tuple(
            texts[places[column]] if column in places and places[column] < len(texts) else ""
            for column in COLUMNS
        )
        if row.problem is not None:
            yield ReadRow(row.line, cells, reason=row.problem.text(_))
            continue
        if not any(cells):
            continue
        try:
            yield ReadRow(row.line, cells, _read(dict(zip(COLUMNS, cells, strict=True))))
        except DomainError as error:
            yield ReadRow(row.line, cells, reason=str(error))


def _read(cells: dict[str, str]) -> dict[str, Any]:
    """What a row says. Raises DomainError where it is no question."""
    for column in REQUIRED:
        if not cells[column]:
            raise DomainError(_("The column “%(column)s” is empty.", column=column))
    kind = _one_of(QuestionKind, cells["kind"], "kind")
    difficulty = _one_of(Difficulty, cells["difficulty"] or Difficulty.MEDIUM.value, "difficulty")
    written = _written(kind, cells)
    parts_of(kind, Written(**written))
    return {
        "topic": cells["topic"],
        "difficulty": difficulty,
        "kind": kind,
        "prompt": cells["question"],
        "explanation": cells["explanation"],
        **written,
    }


def _written(kind: QuestionKind, cells: dict[str, str]) -> dict[str, Any]:
    right, wrong = _parted(cells["right"]), _parted(cells["wrong"])
    if kind in CHOICE_KINDS:
        pairs = [(_plain(text), True) for text in right] + [(_plain(text), False) for text in wrong]
        # The right ones first would tell: by their words they stand in no order that says anything.
        return {"choices": sorted(pairs)}
    if kind is QuestionKind.NUMERIC:
        return {"answer": cells["right"], "tolerance": cells["tolerance"] or "0"}
    if kind is QuestionKind.ORDERING:
        return {"items": [_plain(text) for text in right]}
    if kind is QuestionKind.MATCHING:
        sides = [_SIDES.split(text, maxsplit=1) for text in right]
        if any(len(each) != 2 for each in sides):
            raise DomainError(_("Write each pair as left = right, parted by |."))
        return {
            "pairs": [(_plain(left), _plain(target)) for left, target in sides],
            "targets": [_plain(text) for text in wrong],
        }
    return {"accepted": [_accepted(text) for text in right]}


def _accepted(text: str) -> tuple[str, str]:
    found = _LANGUAGE.fullmatch(text)
    if found:
        return found.group(1).lower(), _plain(found.group(2))
    return "", _plain(text)


def _parted(text: str) -> list[str]:
    return [each for each in _BARS.split(text) if each]


def _plain(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text)


def _one_of(kind: type[Any], text: str, column: str) -> Any:
    try:
        return kind(text.casefold())
    except ValueError:
        raise DomainError(
            _(
                "“%(value)s” is no %(column)s: use one of %(known)s.",
                value=text[:40], column=column, known=", ".join(each.value for each in kind),
            )
        ) from None  # fmt: skip


def _refused(message: str) -> DomainError:
    return DomainError(message, {"file": message})
