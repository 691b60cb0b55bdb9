"""Posting a column's name to a form does not write the column: only what a form declares changes."""

from __future__ import annotations

import re
from typing import Any
from zlib import crc32

import pytest
from sqlalchemy import JSON, Boolean, Date, DateTime, Enum, Integer, LargeBinary
from sqlalchemy.sql.type_api import TypeEngine

from prm.extensions import db
from prm.infra import clock
from prm.infra.db import UtcDateTime
from tests.access.calls import call_of
from tests.access.matrix import MATRIX, ROLES, Line
from tests.access.oracles import Asking
from tests.access.shapes import body_of
from tests.access.site import Site

# A third by name in the quick suite, all of them in the deep one.
CHANGES = [
    pytest.param(line, id=str(line), marks=() if crc32(str(line).encode()) % 3 == 0 else pytest.mark.deep)
    for line in sorted((line for line in MATRIX.values() if line.is_change), key=str)
]
WORD, NUMBER, DAY = "MASSCANARY", "987654321", "1999-09-09"
# Random or of the moment: two calls of the same form differ in these.
RANDOM = re.compile(
    r"public_id|token|hash|digest|sha256|key$|code$|salt|sealed|_pem|commitments|password|^at$|_at$|_ref$|started|ref$|^size$"
)
# The same inside facts kept as JSON: public ids, SHA-256, verification codes.
RANDOM_TEXT = re.compile(r"[0-9a-f]{64}|[0-9a-f]{8}-[0-9a-f-]{27}|(?:[0-9A-Z]{4}-){6}[0-9A-Z]{4}")
# A document printed anew, and who of several people is issued which number.
RANDOM_IN = {
    "stored_file": {"size", "name"},
    "certificate": {"number", "facts", "user_id", "partnership_id"},
    "journal_entry": {"facts"},
    "bank_question_version": {"parts"},
    "quiz_sitting": {"seed"},
    "credential": {"list_index", "document"},
    "credential_key": {"multibase"},
    "badge_picture": {"svg", "png"},
    "audit": {"seed"},
    "notification": {"subject_id"},
    "outgoing_mail": {"subject", "body", "unsubscribe_url"},
}


def hostile_value(kind: TypeEngine[Any], name: str, foreign_vendor: int) -> str:
    if name == "vendor_id":
        return str(foreign_vendor)
    if isinstance(kind, Boolean):
        return "1"
    if isinstance(kind, Enum):
        return str(kind.enums[-1])
    if isinstance(kind, Integer):
        return NUMBER
    if isinstance(kind, Date):
        return DAY
    if isinstance(kind, DateTime | UtcDateTime):
        return f"{DAY}T00:00:00"
    return WORD


def all_columns(foreign_vendor: int) -> dict[str, str]:
    """Every column of every table, with a value that would be noticed."""
    return {
        column.name: hostile_value(column.type, column.name, foreign_vendor)
        for table in db.metadata.tables.values()
        for column in table.columns
        if not isinstance(column.type, JSON | LargeBinary)
    }


def fields_of(site: Site, line: Line, body: dict[str, Any]) -> set[str]:
    """What the form declares: what a call fills in, and every field of its page."""
    declared = set(body)
    if (line.endpoint, "GET") in MATRIX:
        asking = Asking(site, MATRIX[line.endpoint, "GET"])
        asking.call = call_of(*line.key)
        page = asking.ask("admin", site.two.acme, asking.path(site.two.acme, "admin"), method="GET")
        declared |= set(re.findall(r'name="([^"]+)"', page.content.decode()))
    return declared


@pytest.mark.parametrize("line", CHANGES)
def test_only_declared_fields_change(site: Site, line: Line) -> None:
    role = next((role for role in ("admin", *reversed(ROLES)) if line[role] == "ok"), "admin")
    asking, acme = Asking(site, line), site.two.acme
    path, body = asking.path(acme, role), body_of(asking.call.body, acme, role)
    extra = all_columns(site.two.globex.vendor.id)
    for name in fields_of(site, line, body):
        extra.pop(name, None)
    with clock.freeze(clock.now()):
        plain = contents_after(site, asking, role, path, body)
        massed = contents_after(site, asking, role, path, {**extra, **body})
    for table, rows in massed.items():
        assert without_random(table, rows) == without_random(table, plain[table]), (
            f"{line} wrote to {table} what its form does not declare"
        )
    assert not any(WORD in str(row) or DAY in str(row) for rows in massed.values() for row in rows)


def contents_after(
    site: Site, asking: Asking, role: str, path: str, body: dict[str, Any]
) -> dict[str, list[dict[str, Any]]]:
    site.snapshot.restore()
    asking.ask(role, site.two.acme, path, body=body, watch=False)
    contents: dict[str, list[dict[str, Any]]] = site.snapshot.contents()
    site.snapshot.restore()
    return contents


def without_random(table: str, rows: list[dict[str, Any]]) -> list[str]:
    left_out = RANDOM_IN.get(table, set())
    return sorted(
        RANDOM_TEXT.sub("", str({k: v for k, v in row.items() if k not in left_out and not RANDOM.search(k)}))
        for row in rows
    )
