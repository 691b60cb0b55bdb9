"""Reading tabular files that somebody else made: CSV and XLSX into typed rows, nothing guessed.

`open_table` → `suggest_mapping` (or a stated `Mapping`) → `settle_formats` → `convert_rows`.
A file that cannot be read raises ImportFileError; a row that cannot be read is a RejectedRow.
"""

from prm.infra.importing.cells import Cell, text_of
from prm.infra.importing.csvfile import DELIMITERS
from prm.infra.importing.dates import (
    DateFormat,
    DateFormatGuess,
    DatePatternError,
    compile_date_format,
    detect_date_format,
)
from prm.infra.importing.encodings import ENCODINGS
from prm.infra.importing.errors import ImportFileError
from prm.infra.importing.mapping import FieldSpec, Mapping, choice_problems, suggest_mapping
from prm.infra.importing.numbers import DecimalGuess, detect_decimal
from prm.infra.importing.reading import Limits, Row, Table, open_table
from prm.infra.importing.rows import (
    ConvertOptions,
    ParsedRow,
    Question,
    Reason,
    RejectedRow,
    convert_rows,
    settle_formats,
)
from prm.infra.importing.xlsxfile import XlsxLimits

__all__ = [
    "DELIMITERS",
    "ENCODINGS",
    "Cell",
    "ConvertOptions",
    "DateFormat",
    "DateFormatGuess",
    "DatePatternError",
    "DecimalGuess",
    "FieldSpec",
    "ImportFileError",
    "Limits",
    "Mapping",
    "ParsedRow",
    "Question",
    "Reason",
    "RejectedRow",
    "Row",
    "Table",
    "XlsxLimits",
    "choice_problems",
    "compile_date_format",
    "convert_rows",
    "detect_date_format",
    "detect_decimal",
    "open_table",
    "settle_formats",
    "suggest_mapping",
    "text_of",
]
