"""Letters without their accents, the same on both databases: "Zoe" finds "Zoë".

What folds is what SQLite's full-text index folds: a letter that is one of a–z with marks. PostgreSQL has
`unaccent` for it, which only a superuser can install, so both get a function of their own.
"""

from __future__ import annotations

import unicodedata
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, text

FUNCTION = "prm_folded"


def _plain(letter: str) -> str | None:
    """The letter of a–z that a letter is without its marks; None where it is none or has none."""
    base, *marks = unicodedata.normalize("NFD", letter)
    if not marks or not base.isascii() or not base.isalpha():
        return None
    return base.lower() if all(unicodedata.combining(mark) for mark in marks) else None


# Latin-1 to Latin Extended-B, and Latin Extended Additional: every letter that Unicode composes so.
_RANGES = (range(0xC0, 0x250), range(0x1E00, 0x1F00))
PLAIN = {chr(code): plain for each in _RANGES for code in each if (plain := _plain(chr(code))) is not None}
_TABLE = str.maketrans(PLAIN)


def fold(value: str) -> str:
    """Lower case, without the marks of letters."""
    if value.isascii():
        return value.lower()
    return unicodedata.normalize("NFC", value).translate(_TABLE).lower()


def folded(column: Any) -> ColumnElement[str]:
    """The same in a statement."""
    made: ColumnElement[str] = getattr(func, FUNCTION)(column)
    return made


def add_to_sqlite(connection: Any) -> None:
    """Give a driver's connection the function."""
    connection.create_function(
        FUNCTION, 1, lambda value: None if value is None else fold(str(value)), deterministic=True
    )


def create_in_postgresql(connection: Connection) -> None:
    """Called by migrations, before what uses it."""
    marked, plain = "".join(PLAIN), "".join(PLAIN.values())
    connection.execute(
        text(
            f"CREATE OR REPLACE FUNCTION {FUNCTION}(value text) RETURNS text "
            "LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ "
            # Most texts have no marks at all, and translate() is slow on a table this long.
            "SELECT CASE WHEN octet_length(value) = char_length(value) THEN lower(value) "
            f"ELSE lower(translate(normalize(value, NFC), '{marked}', '{plain}')) END $$"
        )
    )


def drop_from_postgresql(connection: Connection) -> None:
    """Undo create_in_postgresql, after what used it is gone."""
    connection.execute(text(f"DROP FUNCTION IF EXISTS {FUNCTION}(text)"))
