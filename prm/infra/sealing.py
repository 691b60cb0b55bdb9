"""Rows that nobody changes any more once they are signed: triggers hold it, whoever writes.

A row of `audit` is sealed once it has the hash of what was signed, and with it everything that hangs on
it. What goes on is named: whose it is (two partners may turn out to be one), and its report, kept once.
An erasure must be able to take a name out of a text: it opens the seal for its own transaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, delete, insert, inspect, text
from sqlalchemy.orm import Mapped, mapped_column

from prm.extensions import db


class OpenedSeal(db.Model):
    """Only ever there inside a transaction that may change what is sealed."""

    __tablename__ = "opened_seal"

    id: Mapped[int] = mapped_column(primary_key=True)


ROOT = "audit"
#: Columns of a sealed audit that still move: whose it is, and its report (below: once).
MOVES = frozenset({"partnership_id", "report_file_id", "manifest_sha256"})
ONCE = ("report_file_id", "manifest_sha256")
_SIGNED = "record_sha256 IS NOT NULL"
#: Table → how a row of it (`{row}`: OLD or NEW) finds the sealed audit that it hangs on.
HANGING = {
    "audit_item": f"SELECT 1 FROM audit a WHERE a.id = {{row}}.audit_id AND a.{_SIGNED}",
    "audit_finding": f"SELECT 1 FROM audit a WHERE a.id = {{row}}.audit_id AND a.{_SIGNED}",
    "audit_row": "SELECT 1 FROM audit a JOIN audit_item i ON i.audit_id = a.id "
    f"WHERE i.id = {{row}}.item_id AND a.{_SIGNED}",
    "audit_evidence": "SELECT 1 FROM audit a JOIN audit_item i ON i.audit_id = a.id "
    f"WHERE i.id = {{row}}.item_id AND a.{_SIGNED}",
    "audit_action": "SELECT 1 FROM audit a JOIN audit_finding f ON f.audit_id = a.id "
    f"WHERE f.id = {{row}}.finding_id AND a.{_SIGNED}",
}
_IS_SHUT = "NOT EXISTS (SELECT 1 FROM opened_seal)"
_VERBS = ("insert", "update", "delete")
# SQLite has a trigger for each verb; PostgreSQL one for all, and one for TRUNCATE.
SQLITE_TRIGGERS = (
    *(f"{ROOT}_sealed_{what}" for what in ("update", "report", "delete")),
    *(f"{table}_sealed_{verb}" for table in HANGING for verb in _VERBS),
)
POSTGRESQL_TRIGGERS = tuple(f"{table}_{what}" for table in (ROOT, *HANGING) for what in ("sealed", "kept"))


@contextmanager
def opened_seal() -> Iterator[None]:
    """Let this transaction change what is sealed: for erasures, which the law puts before the seal."""
    db.session.execute(insert(OpenedSeal), [{}])
    yield
    db.session.execute(delete(OpenedSeal))


def guard_sealed(connection: Connection) -> None:
    """Make changes of sealed audits fail, whoever asks."""
    if ROOT not in set(inspect(connection).get_table_names()):
        return
    columns = [column["name"] for column in inspect(connection).get_columns(ROOT)]
    guarded = ", ".join(name for name in columns if name not in MOVES)
    for statement in (
        _for_sqlite(guarded) if connection.dialect.name == "sqlite" else _for_postgresql(columns)
    ):
        connection.execute(text(statement))


def drop_sealed(connection: Connection) -> None:
    """Undo guard_sealed, for a downgrade that drops the tables."""
    if connection.dialect.name == "sqlite":
        for name in SQLITE_TRIGGERS:
            connection.execute(text(f"DROP TRIGGER IF EXISTS {name}"))
        return
    for table in (ROOT, *HANGING):
        for what in ("sealed", "kept"):
            connection.execute(text(f"DROP TRIGGER IF EXISTS {table}_{what} ON {table}"))
        connection.execute(text(f"DROP FUNCTION IF EXISTS {table}_sealed()"))
    connection.execute(text(f"DROP FUNCTION IF EXISTS {ROOT}_kept()"))


def _for_sqlite(guarded: str) -> Iterator[str]:
    def trigger(name: str, what: str, table: str, when: str) -> str:
        return (
            f"CREATE TRIGGER IF NOT EXISTS {name} BEFORE {what} ON {table} WHEN {when} AND {_IS_SHUT} "
            f"BEGIN SELECT RAISE(ABORT, '{table} is sealed'); END"
        )

    yield trigger(f"{ROOT}_sealed_update", f"UPDATE OF {guarded}", ROOT, f"OLD.{_SIGNED}")
    yield trigger(
        f"{ROOT}_sealed_report", f"UPDATE OF {', '.join(ONCE)}", ROOT, "OLD.report_file_id IS NOT NULL"
    )
    yield trigger(f"{ROOT}_sealed_delete", "DELETE", ROOT, f"OLD.{_SIGNED}")
    for table, sealed in HANGING.items():
        old, new = (f"EXISTS ({sealed.format(row=row)})" for row in ("OLD", "NEW"))
        for verb, when in zip(_VERBS, (new, f"({old} OR {new})", old), strict=True):
            yield trigger(f"{table}_sealed_{verb}", verb.upper(), table, when)


def _for_postgresql(columns: list[str]) -> Iterator[str]:
    refuse = "RAISE EXCEPTION '% is sealed', TG_TABLE_NAME;"
    end = "IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW;"

    def function(name: str, body: str, last: str = end) -> str:
        return (
            f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger AS $$ BEGIN "
            f"IF {_IS_SHUT} THEN {body} END IF; {last} END $$ LANGUAGE plpgsql"
        )

    def differ(names: Iterable[str]) -> str:
        return " OR ".join(f"OLD.{name} IS DISTINCT FROM NEW.{name}" for name in names)

    changed = differ(name for name in columns if name not in MOVES)
    yield function(
        f"{ROOT}_sealed",
        f"IF TG_OP = 'DELETE' THEN IF OLD.{_SIGNED} THEN {refuse} END IF; "
        f"ELSIF (OLD.{_SIGNED} AND ({changed})) OR (OLD.report_file_id IS NOT NULL AND ({differ(ONCE)})) "
        f"THEN {refuse} END IF;",
    )
    for table, sealed in HANGING.items():
        old, new = (f"EXISTS ({sealed.format(row=row)})" for row in ("OLD", "NEW"))
        yield function(
            f"{table}_sealed",
            f"IF TG_OP <> 'INSERT' THEN IF {old} THEN {refuse} END IF; END IF; "
            f"IF TG_OP <> 'DELETE' THEN IF {new} THEN {refuse} END IF; END IF;",
        )
    is_any = f"EXISTS (SELECT 1 FROM {ROOT} a WHERE a.{_SIGNED})"
    yield function(f"{ROOT}_kept", f"IF {is_any} THEN {refuse} END IF;", "RETURN NULL;")
    for table in (ROOT, *HANGING):
        verbs = "UPDATE OR DELETE" if table == ROOT else "INSERT OR UPDATE OR DELETE"
        yield (
            f"CREATE OR REPLACE TRIGGER {table}_sealed BEFORE {verbs} ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION {table}_sealed()"
        )
        yield (
            f"CREATE OR REPLACE TRIGGER {table}_kept BEFORE TRUNCATE ON {table} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION {ROOT}_kept()"
        )
