"""Every column that could name a person is gone through by an erasure, or said here to name nobody."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    Enum,
    Integer,
    LargeBinary,
    String,
    Table,
    Uuid,
)

from prm.extensions import db
from prm.infra import scrubbing
from prm.infra.db import ExactDecimal, UtcDateTime

# Why these hold nothing of a person although an erasure does not go through them.
NAMES_NOBODY = {
    "badge_picture.svg": "names a certification and a vendor; its bytes are signed",
    "badge_picture.png": "the same, drawn",
    "credential.document": "deleted with the withdrawal of the person's certificates; its bytes are signed",
    "credential_key.sealed_key": "a vendor's key",
    "erasure.subject_hash": "a keyed hash of a random id",
    "erasure.file_keys": "names of files are hashes of their content",
    "journal_entry.chain": "a vendor's random id, or 'installation'",
    "journal_entry.action": "a word of the program's",
    "journal_entry.actor_role": "a word of the program's",
    "journal_entry.actor_ref": "a random id",
    "journal_entry.subject_type": "a word of the program's",
    "journal_entry.subject_ref": "a random id",
    "journal_entry.facts": "never personal: services put such values into personal=",
    "journal_entry.commitments": "salted hashes",
    "journal_entry.digest": "a hash",
    "journal_entry.previous_digest": "a hash",
    "journal_head.chain": "a vendor's random id, or 'installation'",
    "journal_head.digest": "a hash",
    "second_factor.sealed_secret": "a random secret; deleted with what the person signs in with",
    "signing_key.sealed_key": "a vendor's key",
    "signing_key.certificate_pem": "names the vendor",
    "signing_key.ca_pem": "names the vendor",
}
# Rows of these are deleted where they are the person's or name them.
DELETED = {"journal_personal_value"}
HOLD_NO_TEXT = (Integer, BigInteger, Boolean, Date, UtcDateTime, Uuid, ExactDecimal, Enum)


def text_like(table: Table) -> list[Column[Any]]:
    """Columns that could hold a name."""
    return [
        column
        for column in table.columns
        if not column.foreign_keys and (not isinstance(column.type, HOLD_NO_TEXT))
    ]


def test_every_column_that_can_name_somebody_is_gone_through_or_declared() -> None:
    unknown = []
    for table in db.metadata.sorted_tables:
        gone_through = {column.name for column in scrubbing.read_columns(table)}
        for column in text_like(table):
            name = f"{table.name}.{column.name}"
            assert isinstance(column.type, String | JSON | LargeBinary), (
                f"{name}: what does {column.type} hold?"
            )
            if column.name not in gone_through and name not in NAMES_NOBODY and table.name not in DELETED:
                unknown.append(name)
    assert not unknown, (
        f"An erasure does not go through {unknown}. Let prm/infra/scrubbing.py read them, or say in "
        "NAMES_NOBODY why they can name nobody."
    )


def test_what_is_declared_is_there_and_not_gone_through() -> None:
    read = {f"{t.name}.{c.name}" for t in db.metadata.sorted_tables for c in scrubbing.read_columns(t)}
    there = {f"{t.name}.{c.name}" for t in db.metadata.sorted_tables for c in t.columns}
    assert set(NAMES_NOBODY) <= there, "declared, but no column"
    assert not set(NAMES_NOBODY) & read, "declared, although an erasure goes through it"
