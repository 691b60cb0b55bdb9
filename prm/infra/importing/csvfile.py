"""Records of a CSV text, each with the physical line on which it starts.

The reader is strict and picks itself up: a record whose quotes are broken is reported on its first
line, and reading goes on with the line after that, so that one stray quote costs one row.
"""

from __future__ import annotations

import csv
import re
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from typing import Any

from prm.infra.importing.errors import ImportFileError, row_reason
from prm.infra.wording import Notice

DELIMITERS = (",", ";", "\t", "|")
MAX_BROKEN_ROWS = 200
_SAMPLE_CHARACTERS = 131_072
_SAMPLE_RECORDS = 300
_SAMPLE_LINES = 3000
_LINE = re.compile(r"[^\r\n]*+(?:\r\n?|\n)|[^\r\n]++")
_SEPARATOR_HINT = re.compile(r"\s{0,8}sep=([,;\t|])\s{0,8}")


def sniff(text: str) -> tuple[str, bool, int, tuple[str, ...]]:
    """(delimiter, whether a space may stand before a quote, lines to skip at the top, its rivals).

    The delimiter is the one that splits the header and then most records into as many cells as the
    header. Excel's own first line `sep=;` is obeyed. A rival splits every record as evenly: then a
    person has to look.
    """
    sample = _whole_lines(text)
    first = _LINE.match(sample)
    hint = _SEPARATOR_HINT.fullmatch(first.group()) if first else None
    if first and hint:
        return hint.group(1), _has_space_before_quote(sample, hint.group(1)), 1, ()
    best, best_score = ",", (0.0, 0)
    even: list[str] = []
    for delimiter in DELIMITERS:
        widths = [len(record) for record in _sampled(sample, delimiter)]
        if not widths or widths[0] < 2:
            continue
        if len(widths) > 1 and set(widths) == {widths[0]}:
            even.append(delimiter)
        score = (sum(width == widths[0] for width in widths) / len(widths), widths[0])
        if score > best_score:
            best, best_score = delimiter, score
    rivals = tuple(each for each in even if each != best) if best in even else ()
    return best, _has_space_before_quote(sample, best), 0, rivals


def read_records(
    text: str, delimiter: str, *, has_space_before_quote: bool = False, skip_lines: int = 0
) -> Iterator[tuple[int, list[str], Notice | None]]:
    """Yield (line, cells, problem) for every record that is not blank.

    Raises ImportFileError when more than MAX_BROKEN_ROWS have broken quotes.
    """
    lines = _Lines(text, skip_lines)

    def start() -> Any:
        return csv.reader(
            lines.following(), delimiter=delimiter, strict=True, skipinitialspace=has_space_before_quote
        )

    reader = start()
    broken = 0
    while True:
        line = lines.begin()
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            broken += 1
            if broken > MAX_BROKEN_ROWS:
                raise ImportFileError("too_many_broken_rows", limit=MAX_BROKEN_ROWS, line=line) from error
            first = lines.back_to_second()
            reader = start()
            if "field limit" in str(error):
                problem = row_reason("cell_too_long", limit=csv.field_size_limit())
            else:
                problem = row_reason("row_broken_quotes")
            yield line, [first[:200].rstrip("\r\n")], problem
            continue
        if cells and any(cell.strip() for cell in cells):
            yield line, cells, None


class _Lines:
    """Physical lines (LF, CRLF, CR), counted, with those of the current record at hand."""

    def __init__(self, text: str, skip_lines: int) -> None:
        self._matches = _LINE.finditer(text)
        self._pending: deque[str] = deque()
        self._taken: list[str] = []
        self._next_line = 1 + skip_lines
        for _ in range(skip_lines):
            next(self._matches, None)

    def following(self) -> Iterator[str]:
        """The lines from here on: first those given back, then the text's."""
        taken = self._taken
        while self._pending:
            taken.append(self._pending.popleft())
            yield taken[-1]
        for match in self._matches:
            line = match.group()
            taken.append(line)
            yield line

    def begin(self) -> int:
        """A record begins: forget the lines of the last one. Returns this one's first line."""
        self._next_line += len(self._taken)
        self._taken.clear()
        return self._next_line

    def back_to_second(self) -> str:
        """Give back all lines of the current record but its first, which is returned."""
        first, *others = self._taken
        self._pending.extendleft(reversed(others))
        self._taken[:] = [first]
        return first


def _whole_lines(text: str) -> str:
    if len(text) <= _SAMPLE_CHARACTERS:
        return text
    sample = text[:_SAMPLE_CHARACTERS]
    end = max(sample.rfind("\n"), sample.rfind("\r"))
    return sample[: end + 1] if end > 0 else sample


def _sampled(sample: str, delimiter: str) -> list[list[str]]:
    """The first records as a lenient reader sees them."""
    records: list[list[str]] = []
    lines = (match.group() for match in islice(_LINE.finditer(sample), _SAMPLE_LINES))
    with suppress(csv.Error):  # what was read up to a broken place is evidence enough
        records.extend(islice(filter(None, csv.reader(lines, delimiter=delimiter)), _SAMPLE_RECORDS))
    return records


def _has_space_before_quote(sample: str, delimiter: str) -> bool:
    """Whether quoted cells stand behind a space (a, "b"), which otherwise would be text."""
    return any(cell.startswith(' "') for record in _sampled(sample, delimiter) for cell in record)
