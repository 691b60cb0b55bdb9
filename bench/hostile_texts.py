"""100 kB of hostile text through every parser and validator of prm.infra: milliseconds, worst first.

    .venv/bin/python bench/hostile_texts.py

Exits 1 if anything takes longer than LIMIT_MS. What is refused is refused: only time counts here.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from time import perf_counter

sys.path.insert(0, str(Path(__file__).parents[1]))

from prm.infra.clock import now, to_zone
from prm.infra.exporting import Sheet, csv_bytes, csv_cell, sheet_name, xlsx_bytes
from prm.infra.importing import (
    ConvertOptions,
    FieldSpec,
    Mapping,
    compile_date_format,
    convert_rows,
    detect_date_format,
    detect_decimal,
    open_table,
    suggest_mapping,
)
from prm.infra.importing.csvfile import read_records
from prm.infra.importing.encodings import decode_text
from prm.infra.money import parse_currency, parse_minor

SIZE = 100_000
LIMIT_MS = 50.0
UNITS = [
    *(
        "a",
        "1",
        " ",
        "-",
        "(",
        "$",
        ",",
        ".",
        "1,",
        "1.",
        "1 ",
        "9/",
        "1-",
        "\n",
        "\r",
        ";",
        "; =",
        "\t",
        '"',
    ),
    *(
        '""',
        'a"',
        '",',
        '"\n',
        "=",
        "\u00e9",
        "\u0661",
        "\U0001f98b",
        "\u0301",
        "\x00",
        "%(x)s",
        "D",
        "DD.",
        "%d",
    ),
    *("Jan ", "2017-", "A=B"),
]
KINDS = ("text", "date", "money", "integer", "choice")


def _convert(text: str) -> None:
    specs = [FieldSpec(kind, kind) for kind in KINDS]
    mapping = Mapping(dict.fromkeys(KINDS, "a"))
    quoted = '"' + text.replace('"', '""') + '"'
    table = open_table(f"a\n{quoted}\n".encode())
    options = ConvertOptions(date_format=compile_date_format("DD.MM.YYYY"), decimal=",", currency="EUR")
    for row in convert_rows(table, mapping, specs, options):
        assert row.line


TARGETS: dict[str, Callable[[str], object]] = {
    "parse_minor": lambda text: parse_minor(text, "USD"),
    "parse_currency": parse_currency,
    "compile_date_format": compile_date_format,
    "DateFormat.parse": lambda text: compile_date_format("DD.MM.YYYY").parse(text),
    "detect_date_format": lambda text: detect_date_format([(2, text)]),
    "detect_decimal": lambda text: detect_decimal([(2, text)]),
    "open_table": lambda text: open_table(text.encode()),
    "open_table (body)": lambda text: open_table(b"a,b\n" + text.encode()),
    "read_records": lambda text: list(read_records(text, ",")),
    "decode_text (cp1252)": lambda text: decode_text(text.encode("cp1252", "replace") + b"\xe9"),
    "convert_rows": _convert,
    "suggest_mapping": lambda text: suggest_mapping([text], [FieldSpec("name", synonyms=(text[:50],))]),
    "Mapping.from_pairs": lambda text: Mapping.from_pairs([text]),
    "csv_cell": csv_cell,
    "csv_bytes": lambda text: csv_bytes([text], [[text]]),
    "sheet_name": sheet_name,
    "xlsx_bytes": lambda text: xlsx_bytes([Sheet(text, ["a"], [[text]])]),
    "to_zone": lambda text: to_zone(now(), text),
}


def main() -> int:
    """Measure every target with every unit; returns the exit status."""
    results = []
    for name, target in TARGETS.items():
        worst, worst_unit = 0.0, ""
        for unit in UNITS:
            text = (unit * (SIZE // len(unit) + 1))[: SIZE - 1]
            for hostile in (text, text + "x", "1" + text):
                best = min(_milliseconds(target, hostile) for _ in range(2))
                if best > worst:
                    worst, worst_unit = best, unit
        results.append((worst, name, worst_unit))
    for worst, name, unit in sorted(results, reverse=True):
        print(f"{worst:8.2f} ms  {name:24} {unit!r}")
    slow = [name for worst, name, _ in results if worst > LIMIT_MS]
    tried = f"{len(TARGETS)} targets x {3 * len(UNITS)} texts of {SIZE} characters"
    print(f"{tried}; slower than {LIMIT_MS} ms: {len(slow)}")
    return 1 if slow else 0


def _milliseconds(target: Callable[[str], object], text: str) -> float:
    started = perf_counter()
    with suppress(ValueError):
        target(text)
    return (perf_counter() - started) * 1000


if __name__ == "__main__":
    sys.exit(main())
