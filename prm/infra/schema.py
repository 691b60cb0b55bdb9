"""What the models cannot say: triggers that make the journal append-only and keep signed audits as they
are, row-level security.

Called by migrations; `check_schema` is called at start-up, because Alembic's batch mode on SQLite
rebuilds tables and drops their triggers.
"""

from __future__ import annotations

from sqlalchemy import Connection, inspect, text

from prm.extensions import db
from prm.infra.db import VendorOwned
from prm.infra.fulltext import TRIGGERS
from prm.infra.sealing import POSTGRESQL_TRIGGERS, SQLITE_TRIGGERS, drop_sealed, guard_sealed

APPEND_ONLY = ("journal_entry",)
RLS_POLICY = "tenant"


class SchemaError(RuntimeError):
    """The database lacks a guard it must have; the message says which and how to restore it."""


def guard_append_only(connection: Connection) -> None:
    """Make UPDATE, DELETE (and TRUNCATE on PostgreSQL) of the append-only tables fail, and changes of what
    is sealed."""
    guard_sealed(connection)
    for table in APPEND_ONLY:
        if connection.dialect.name == "sqlite":
            for verb in ("UPDATE", "DELETE"):
                connection.execute(
                    text(
                        f"CREATE TRIGGER IF NOT EXISTS {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                        f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
                    )
                )
        else:
            connection.execute(
                text(
                    "CREATE OR REPLACE FUNCTION prm_append_only() RETURNS trigger AS $$ "
                    "BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$ LANGUAGE plpgsql"
                )
            )
            connection.execute(
                text(
                    f"CREATE OR REPLACE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE OR TRUNCATE "
                    f"ON {table} FOR EACH STATEMENT EXECUTE FUNCTION prm_append_only()"
                )
            )


def drop_append_only(connection: Connection) -> None:
    """Undo guard_append_only, for a downgrade that drops the tables."""
    drop_sealed(connection)
    for table in APPEND_ONLY:
        if connection.dialect.name == "sqlite":
            for verb in ("update", "delete"):
                connection.execute(text(f"DROP TRIGGER IF EXISTS {table}_no_{verb}"))
        else:
            connection.execute(text(f"DROP TRIGGER IF EXISTS {table}_no_change ON {table}"))


def tenant_tables(connection: Connection) -> list[str]:
    """Tables with a vendor_id that always belong to one vendor: what row-level security covers."""
    names = {
        mapper.local_table.name
        for mapper in db.Model.registry.mappers
        if issubclass(mapper.class_, VendorOwned)
    }
    return sorted(names & set(inspect(connection).get_table_names()))


def secure_rows(connection: Connection) -> None:
    """Row-level security (PostgreSQL): a role that is neither owner nor superuser sees one vendor."""
    if connection.dialect.name != "postgresql":
        return
    for table in tenant_tables(connection):
        connection.execute(text(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY"))
        connection.execute(text(f"DROP POLICY IF EXISTS {RLS_POLICY} ON {table}"))
        connection.execute(
            text(
                f"CREATE POLICY {RLS_POLICY} ON {table} "
                "USING (vendor_id = NULLIF(current_setting('prm.vendor_id', true), '')::integer)"
            )
        )


def check_schema(connection: Connection) -> None:
    """Raises SchemaError: a journal trigger or row policy is missing, or PostgreSQL may lose commits."""
    if connection.dialect.name == "sqlite":
        found = set(
            connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).scalars()
        )
        wanted = {f"{table}_no_{verb}" for table in APPEND_ONLY for verb in ("update", "delete")}
        wanted |= set(TRIGGERS) | set(SQLITE_TRIGGERS)
    else:
        found = set(connection.execute(text("SELECT tgname FROM pg_trigger")).scalars())
        wanted = {f"{table}_no_change" for table in APPEND_ONLY} | set(POSTGRESQL_TRIGGERS)
        for setting in ("fsync", "full_page_writes", "synchronous_commit"):
            if connection.execute(text(f"SHOW {setting}")).scalar() == "off":
                raise SchemaError(
                    f"PostgreSQL runs with {setting}=off: a power cut would lose acknowledged work. "
                    "Turn it on in postgresql.conf and reload."
                )
        protected = set(
            connection.execute(
                text("SELECT tablename FROM pg_policies WHERE policyname = :p"), {"p": RLS_POLICY}
            ).scalars()
        )
        if missing := sorted(set(tenant_tables(connection)) - protected):
            raise SchemaError(
                f"Row-level security is missing on {', '.join(missing)}: run `flask db upgrade`."
            )
    if missing := sorted(wanted - found):
        raise SchemaError(f"Triggers are missing: {', '.join(missing)}. Run `flask journal guard`.")
