"""The ledger of erasures: keyed hashes in the database, mirrored into a file beside it.

A backup from before an erasure holds the person; the ledger outlives it, so that a restore can erase
them again. The file DATA_DIR/erasures.jsonl is for the day on which the database itself is lost.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

from flask import current_app
from sqlalchemy import inspect, select

from prm.errors import DomainError
from prm.extensions import db
from prm.operations.models import Erasure

FILE_NAME = "erasures.jsonl"


@dataclass(frozen=True)
class LedgerEntry:
    subject_hash: str
    erased_at: datetime


def hash_subject(subject: UUID | str, secret: str | None = None) -> str:
    """The keyed hash of an account, by its public id, or of somebody without one, by their folded address;
    with an earlier SECRET_KEY if one is given."""
    key = secret if secret is not None else str(current_app.config["SECRET_KEY"])
    named = subject.encode() if isinstance(subject, str) else subject.bytes
    return hmac.new(f"erasure:{key}".encode(), named, hashlib.sha256).hexdigest()


def hashes_of(subject: UUID | str) -> set[str]:
    """Every hash that somebody may stand under in a ledger: one per secret key there was."""
    earlier: list[str] = current_app.config["SECRET_KEY_FALLBACKS"]
    return {hash_subject(subject), *(hash_subject(subject, secret) for secret in earlier)}


def list_ledger() -> list[LedgerEntry]:
    """What the database and the file beside it say, each erasure once."""
    entries = {entry.subject_hash: entry for entry in _read_file(_file())} if _file().exists() else {}
    if "erasure" in inspect(db.engine).get_table_names():
        for subject_hash, erased_at in db.session.execute(select(Erasure.subject_hash, Erasure.erased_at)):
            entries.setdefault(subject_hash, LedgerEntry(subject_hash, erased_at))
    return sorted(entries.values(), key=lambda entry: (entry.erased_at, entry.subject_hash))


def read_ledger(path: Path) -> list[LedgerEntry]:
    """The entries of a ledger file. Raises DomainError where it is none."""
    try:
        return _read_file(path)
    except OSError as error:
        raise DomainError(f"{path} cannot be read: {error.strerror}.") from None


def write_ledger(path: Path, entries: Iterable[LedgerEntry]) -> None:
    """Write a whole ledger file, durably."""
    temporary = path.with_name(f".{path.name}.writing")
    with temporary.open("w") as stream:
        for entry in entries:
            line = {"subject_hash": entry.subject_hash, "erased_at": entry.erased_at.isoformat()}
            stream.write(json.dumps(line) + "\n")
        stream.flush()
        os.fsync(stream.fileno())
    os.replace(temporary, path)


def mirror_ledger() -> None:
    """Bring the file beside the database up to date; it keeps what a restored database lacks."""
    _file().parent.mkdir(parents=True, exist_ok=True)
    write_ledger(_file(), list_ledger())


def _file() -> Path:
    return Path(current_app.config["DATA_DIR"]) / FILE_NAME


def _read_file(path: Path) -> list[LedgerEntry]:
    entries = []
    for number, line in enumerate(path.read_text().splitlines(), 1):
        try:
            row = json.loads(line)
            entries.append(LedgerEntry(row["subject_hash"], datetime.fromisoformat(row["erased_at"])))
        except (ValueError, KeyError, TypeError):
            raise DomainError(f"Line {number} of {path} is not an entry of an erasure ledger.") from None
    return entries
