"""Replacing what names one person by a neutral mark: in any column of any table, in any file's text.

Knows no domain: it goes through every text and JSON column there is, so that a table added later is
covered without saying so. A mail address and a name of two words or more are replaced wherever they
stand, in addresses, markup and file names too (Ada+Lovelace, Ada%20Lovelace, Ada_Lovelace); a name of
one word only where it is all that stands there, or every "Mark" would go.
"""

from __future__ import annotations

import html
import io
import json
import re
import shutil
import subprocess
import unicodedata
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import quote

from sqlalchemy import JSON, Column, ColumnElement, Connection, String, Table, cast, or_, select, update
from sqlalchemy.exc import IntegrityError

from prm.extensions import db
from prm.infra.fulltext import rebuild_word_indexes

# Append-only or about erasures themselves; personal values of the journal are deleted, not replaced.
_LEFT_OUT = frozenset({"journal_entry", "journal_head", "journal_personal_value", "erasure"})
_ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be", "cp1252")
_JOINTS = "(?:[+_.-]|%20|&nbsp;|&#160;)+"  # between the words of a name, but for spaces
_LARGEST_MEMBER = 64 * 1024 * 1024


@dataclass(frozen=True)
class Trace:
    """What names a person, and what stands there instead."""

    names: tuple[str, ...]
    emails: tuple[str, ...]
    name_mark: str
    email_mark: str

    @cached_property
    def _patterns(self) -> tuple[tuple[re.Pattern[str], str], ...]:
        full = [name for name in self.names if len(name.split()) > 1]
        found = []
        for values, mark in ((self.emails, self.email_mark), (full, self.name_mark)):
            spellings = sorted({_spelling(form) for value in values for form in _forms(value)})
            if spellings:
                # Not inside a longer word or address.
                pattern = rf"(?<![\w.+-])(?:{'|'.join(spellings)})(?![\w-])"
                found.append((re.compile(pattern, re.IGNORECASE), mark))
                # As markup, JSON and addresses have it: what stands before may be "%20".
                coded = sorted({_coded(form, r"\s+") for value in values for form in _cased(value)})
                pattern = rf"(?:(?<![\w.+-])|(?<=%[0-9a-f]{{2}}))(?:{'|'.join(coded)})(?![\w-])"
                found.append((re.compile(pattern, re.IGNORECASE), mark))
        if full:  # as addresses and file names have it
            joined = sorted({_coded(form, _JOINTS) for value in full for form in _cased(value)})
            pattern = rf"(?:(?<![^\W_])|(?<=%[0-9a-f]{{2}}))(?:{'|'.join(joined)})(?![^\W_])"
            found.append((re.compile(pattern, re.IGNORECASE), self.name_mark.replace(" ", "-")))
        return tuple(found)

    @cached_property
    def _alone(self) -> frozenset[str]:
        return frozenset(_folded(name) for name in self.names)

    def replace(self, value: str) -> str:
        """The text without the person."""
        if _folded(value) in self._alone:
            return self.name_mark
        for pattern, mark in self._patterns:
            value = pattern.sub(mark, value)
        return value

    def replace_within(self, value: Any) -> Any:
        """The same for whatever JSON holds."""
        if isinstance(value, str):
            return self.replace(value)
        if isinstance(value, list):
            return [self.replace_within(each) for each in value]
        if isinstance(value, dict):
            return {self.replace_within(key): self.replace_within(each) for key, each in value.items()}
        return value

    def is_in(self, value: str) -> bool:
        return self.replace(value) != value

    @cached_property
    def fragments(self) -> tuple[str, ...]:
        """What a database can look for: pieces that stand in every spelling, whatever its case."""
        pieces: set[str] = set()
        for value in (*self.names, *self.emails):
            plain = max(re.findall(r"[a-z0-9]+", value.lower()), key=len, default="")
            if len(plain) > 1:
                pieces.add(plain)
                continue
            for cased in _cased(value):
                pieces |= {cased, json.dumps(cased)[1:-1], quote(cased)}
        return tuple(sorted(pieces))


def _forms(value: str) -> set[str]:
    return {unicodedata.normalize("NFC", value), unicodedata.normalize("NFD", value)}


def _cased(value: str) -> set[str]:
    """The forms in every case: what is written in codes has no case to ignore."""
    return {cased for form in _forms(value) for cased in (form, form.lower(), form.upper())}


def _spelling(value: str) -> str:
    return r"\s+".join(re.escape(word) for word in value.split())


def _coded(value: str, joint: str) -> str:
    """A pattern of the value with any of its letters percent-encoded, escaped for HTML or for JSON."""
    return joint.join("".join(_letter(letter) for letter in word) for word in value.split())


def _letter(letter: str) -> str:
    ways = {letter, quote(letter, safe=""), html.escape(letter), json.dumps(letter)[1:-1]}
    if not (letter.isascii() and letter.isalnum()):
        ways |= {f"&#{ord(letter)};", f"&#x{ord(letter):x};"}
    found = "|".join(re.escape(way) for way in sorted(ways, key=len, reverse=True))
    return found if len(ways) == 1 else f"(?:{found})"


def _folded(value: str) -> str:
    return " ".join(unicodedata.normalize("NFC", value).casefold().split())


# -- the database ------------------------------------------------------------------------------


def shared_tables() -> list[Table]:
    """Tables of no vendor."""
    return [table for table in _tables() if "vendor_id" not in table.c or table.c.vendor_id.nullable]


def tenant_tables() -> list[Table]:
    """Tables whose every row is of one vendor."""
    return [table for table in _tables() if "vendor_id" in table.c and not table.c.vendor_id.nullable]


def _tables() -> list[Table]:
    return [table for table in db.metadata.sorted_tables if table.name not in _LEFT_OUT]


def scrub(tables: Iterable[Table], trace: Trace, vendor_id: int | None = None) -> int:
    """Replace what names the person in every text and JSON column; how many rows that changed.

    Inside transaction(). `vendor_id` narrows tenant tables to one vendor's rows.
    """
    connection = db.session.connection()
    changed = sum(_scrub_table(connection, table, trace, vendor_id) for table in tables)
    db.session.expire_all()
    return changed


def read_columns(table: Table) -> list[Column[Any]]:
    """The columns of a table that an erasure goes through: all text, all JSON.

    Foreign keys in text (a slug, a code) and the words of an enum are no texts.
    """
    if table.name in _LEFT_OUT:
        return []
    return [
        column for column in table.columns
        if isinstance(column.type, String | JSON) and not column.foreign_keys
        and not getattr(column.type, "enums", None)
    ]  # fmt: skip


def _scrub_table(connection: Connection, table: Table, trace: Trace, vendor_id: int | None) -> int:
    columns = read_columns(table)
    if not columns:
        return 0
    keys = list(table.primary_key.columns)
    found: list[ColumnElement[bool]] = [
        cast(column, String).icontains(fragment, autoescape=True)
        for column in columns
        for fragment in trace.fragments
    ]
    statement = select(*keys, *[c for c in columns if c not in keys]).where(or_(*found))
    if vendor_id is not None:
        statement = statement.where(table.c.vendor_id == vendor_id)
    changed = 0
    for row in connection.execute(statement).mappings().all():
        new = {}
        for column in columns:
            replaced = trace.replace_within(row[column.name])
            if replaced != row[column.name]:
                new[column.name] = _fitting(column, replaced)
        if new:
            where = [key == row[key.name] for key in keys]
            _update(connection, update(table).where(*where), new, "-".join(str(row[k.name]) for k in keys))
            changed += 1
    return changed


def _update(connection: Connection, statement: Any, new: dict[str, Any], key: str) -> None:
    try:
        with connection.begin_nested():
            connection.execute(statement.values(new))
    except IntegrityError:  # a unique column: two rows may not bear the same mark
        numbered = {name: f"{v} {key}" if isinstance(v, str) else v for name, v in new.items()}
        connection.execute(statement.values(numbered))


def _fitting(column: Any, value: Any) -> Any:
    if not isinstance(value, str):
        return value
    if column.name.endswith("_folded"):
        value = value.casefold()
    length = getattr(column.type, "length", None)
    return value[:length] if length else value


def compact() -> None:
    """Let go of the bytes of what was deleted or replaced (SQLite: rewrite the file, empty the log).

    PostgreSQL reuses that space by itself: its autovacuum does, or the owner's VACUUM FULL at once.
    """
    if db.engine.dialect.name != "sqlite":
        return
    db.session.remove()
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        raw = connection.connection.driver_connection
        assert raw is not None
        for statement in rebuild_word_indexes():  # which keep the words of what is gone until they merge
            raw.execute(statement)
        raw.execute("VACUUM")
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


# -- files -------------------------------------------------------------------------------------


def is_in_file(content: bytes, trace: Trace) -> bool:
    """Whether a file names the person: as text in the usual encodings, zipped (XLSX, DOCX), as PDF.

    Text inside a PDF is read with pdftotext where it is on PATH.
    """
    return any(trace.is_in(part) for part in _texts(content))


def _texts(content: bytes) -> Iterator[str]:
    if content.startswith(b"PK\x03\x04"):
        yield from _zipped_texts(content)
        return
    if content.startswith(b"%PDF-"):
        yield content.decode("latin-1")
        if pdftotext := shutil.which("pdftotext"):
            done = subprocess.run(
                [pdftotext, "-enc", "UTF-8", "-", "-"],
                input=content,
                capture_output=True,
                check=False,
                timeout=120,
            )
            yield " ".join(done.stdout.decode("utf-8", "replace").split())
        return
    for encoding in _ENCODINGS:
        yield content.decode(encoding, "replace")


def _zipped_texts(content: bytes) -> Iterator[str]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for member in archive.infolist():
                if member.file_size <= _LARGEST_MEMBER and member.filename.endswith((".xml", ".txt", ".csv")):
                    raw = archive.read(member).decode("utf-8", "replace")
                    yield html.unescape(raw)
                    # A name may be split over runs of different formatting.
                    yield html.unescape(re.sub(r"<[^>]*>", "", raw))
    except (zipfile.BadZipFile, OSError, RuntimeError):
        yield content.decode("latin-1")


def redact_text(content: bytes, trace: Trace) -> bytes | None:
    """The same text file without the person; None where it is no text that can be told safely."""
    if content.startswith((b"PK\x03\x04", b"%PDF-")):
        return None
    has_utf16_mark = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ("utf-16", "utf-8", "cp1252"):
        if (encoding == "utf-16") != has_utf16_mark:
            continue
        try:
            decoded = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if any(ord(letter) < 9 for letter in decoded):  # a binary file that happens to decode
            return None
        return trace.replace(decoded).encode(encoding, "replace")
    return None
