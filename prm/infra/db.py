"""The database: transactions, the tenant filter, and the column types every table uses.

Tenancy in one place: a session serves one vendor (`serve_vendor`). Every ORM statement that
touches a VendorOwned class carries that vendor's criterion; with no vendor bound such a statement
is refused. On PostgreSQL row-level security stands behind it (see infra/schema.py). Core tables
and text() escape the session hook: a house test refuses them outside infra/.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import (
    DateTime,
    Enum,
    ForeignKey,
    ForeignKeyConstraint,
    String,
    UniqueConstraint,
    Uuid,
    event,
    false,
    or_,
    text,
)
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.orm import (
    Mapped,
    ORMExecuteState,
    Session,
    declared_attr,
    mapped_column,
    with_loader_criteria,
)
from sqlalchemy.types import TypeDecorator

from prm.errors import Conflict
from prm.extensions import db
from prm.infra.folding import add_to_sqlite
from prm.infra.ids import new_public_id

_writing: ContextVar[bool] = ContextVar("prm_writing", default=False)


class TenantError(RuntimeError):
    """Code asked for tenant rows without saying whose, or for somebody else's. A programming error."""


# -- column types ------------------------------------------------------------------------------


class UtcDateTime(TypeDecorator[datetime]):
    """An instant: aware UTC in Python on both databases; a naive value is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise TypeError("An instant needs a time zone; take it from prm.infra.clock.")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class ExactDecimal(TypeDecorator[Decimal]):
    """A decimal kept as its digits: SQLite would turn a number into a binary fraction."""

    impl = String(60)
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Any) -> str | None:
        return None if value is None else format(value, "f")

    def process_result_value(self, value: str | None, dialect: Any) -> Decimal | None:
        return None if value is None else Decimal(value)


def enum_column(kind: type[StrEnum], *, check: str = "", **kwargs: Any) -> Mapped[Any]:
    """A column holding `kind`'s values as text, guarded by a CHECK; `check` names that where a table has
    two columns of one kind."""
    length = max(20, *(len(member.value) for member in kind))
    return mapped_column(
        Enum(
            kind,
            native_enum=False,
            create_constraint=True,
            length=length,
            name=check or kind.__name__.lower(),
            values_callable=lambda members: [m.value for m in members],
        ),
        **kwargs,
    )


class Keyed:
    """Integer key for joins, UUIDv7 public id for URLs and files."""

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[UUID] = mapped_column(Uuid, unique=True, default=new_public_id)


class VendorOwned:
    """A row that belongs to exactly one vendor. Rows are read and written only for the bound one."""

    @declared_attr
    def vendor_id(cls) -> Mapped[int]:
        return mapped_column(ForeignKey("vendor.id"), index=True)


class AtVendor:
    """A row of no vendor that counts with all of them, or, if it names one, with that vendor alone:
    it is not there while another vendor is served, unless a statement sets `every_vendor`."""

    @declared_attr
    def at_vendor_id(cls) -> Mapped[int | None]:
        return mapped_column(ForeignKey("vendor.id"))


def tenant_table(*arguments: Any) -> tuple[Any, ...]:
    """Table arguments of a VendorOwned model: the key that composite foreign keys point at, and more."""
    return (UniqueConstraint("vendor_id", "id"), *arguments)


def tenant_key(column: str, target: str, **kwargs: Any) -> ForeignKeyConstraint:
    """A foreign key (vendor_id, column) → target(vendor_id, id): a row cannot point across tenants."""
    return ForeignKeyConstraint(["vendor_id", column], [f"{target}.vendor_id", f"{target}.id"], **kwargs)


# -- the tenant filter -------------------------------------------------------------------------


def bound_vendor(session: Session | None = None) -> int | None:
    """The vendor this session serves, or None."""
    return (session or db.session()).info.get("vendor_id")


@contextmanager
def serve_vendor(vendor_id: int | None) -> Iterator[None]:
    """Bind the session to one vendor for the block.

    Binding another than before ends the open read and forgets loaded rows, so that nothing of one
    vendor is answered from memory to another. Refused inside transaction().
    """
    session = db.session()
    before = session.info.get("vendor_id")
    if before != vendor_id:
        _rebind(session, vendor_id)
    try:
        yield
    finally:
        if session.info.get("vendor_id") != before:
            _rebind(session, before)


def bind_vendor(vendor_id: int | None) -> None:
    """Bind the session for the rest of the application context (the gate does, once a request)."""
    session = db.session()
    if session.info.get("vendor_id") != vendor_id:
        _rebind(session, vendor_id)


def _rebind(session: Session, vendor_id: int | None) -> None:
    if session.info.get("in_transaction"):
        raise TenantError("A transaction serves one vendor from beginning to end.")
    # Forget before ending the read, which would expire what the caller still holds.
    session.expunge_all()
    session.rollback()
    session.info["vendor_id"] = vendor_id


@event.listens_for(Session, "do_orm_execute")
def _apply_tenant_scope(state: ORMExecuteState) -> None:
    vendor_id = state.session.info.get("vendor_id")
    owned = [m.class_ for m in state.all_mappers if issubclass(m.class_, VendorOwned)]
    if owned and vendor_id is None:
        raise TenantError(
            f"{owned[0].__name__} was asked for without a vendor: wrap the call in serve_vendor()."
        )
    if state.is_insert:
        if owned:
            _check_inserted(state, vendor_id)
        return
    if state.is_column_load:
        return
    if vendor_id is None:
        criterion = with_loader_criteria(
            VendorOwned, lambda cls: false(), include_aliases=True, track_closure_variables=False
        )
    else:
        criterion = with_loader_criteria(
            VendorOwned, lambda cls: cls.vendor_id == vendor_id, include_aliases=True
        )
        if not state.execution_options.get("every_vendor"):
            here = with_loader_criteria(
                AtVendor,
                lambda cls: or_(cls.at_vendor_id.is_(None), cls.at_vendor_id == vendor_id),
                include_aliases=True,
            )
            state.statement = state.statement.options(here)
    state.statement = state.statement.options(criterion)


def _check_inserted(state: ORMExecuteState, vendor_id: int | None) -> None:
    statement = state.statement
    if getattr(statement, "_values", None) or getattr(statement, "_multi_values", None):
        raise TenantError("Give the rows of a bulk insert as parameters, not through values().")
    parameters = state.parameters
    rows = parameters if isinstance(parameters, list) else [parameters] if parameters else []
    for row in rows:
        if row.setdefault("vendor_id", vendor_id) != vendor_id:
            raise TenantError("A bulk insert names another vendor than the one served.")


@event.listens_for(Session, "before_flush")
def _stamp_and_check(session: Session, context: Any, instances: Any) -> None:
    vendor_id = session.info.get("vendor_id")
    for row in (*session.new, *session.dirty, *session.deleted):
        if not isinstance(row, VendorOwned):
            continue
        if row.vendor_id is None:
            row.vendor_id = vendor_id
        if vendor_id is None or row.vendor_id != vendor_id:
            raise TenantError(f"{type(row).__name__} of another vendor than the one served.")


@event.listens_for(Session, "after_begin")
def _tell_postgresql(session: Session, transaction: Any, connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        vendor_id = session.info.get("vendor_id")
        connection.execute(
            text("SELECT set_config('prm.vendor_id', :v, true)"),
            {"v": "" if vendor_id is None else str(vendor_id)},
        )


# -- transactions ------------------------------------------------------------------------------

Reaction = Callable[..., None]
_before_commit: list[Callable[[Session], None]] = []


def before_commit(function: Callable[[Session], None]) -> None:
    """Register what transaction() runs before it commits (prm/reactions.py does)."""
    if function not in _before_commit:
        _before_commit.append(function)


def after_commit(function: Callable[[], None]) -> None:
    """Run `function` once the open transaction has committed: enqueue a job, say. Never if it fails.

    It must only hurry along what a committed row already says is due.
    """
    session = db.session()
    if not session.info.get("in_transaction"):
        raise RuntimeError("after_commit() is for code inside transaction().")
    session.info.setdefault("after_commit", []).append(function)


def keep_nothing() -> None:
    """Let nothing that this application context writes be kept: its transactions are rolled back."""
    db.session().info["keeps_nothing"] = True


@contextmanager
def transaction() -> Iterator[Session]:
    """The only place that commits: everything in the block, or nothing of it.

    Takes SQLite's write lock at once (BEGIN IMMEDIATE), so that what is read inside cannot be
    overtaken. What the request loaded before is read anew. Nested blocks join the outer one.
    After keep_nothing() it is always nothing of it, and nothing is enqueued.
    """
    session = db.session()
    if session.info.get("in_transaction"):
        yield session
        return
    session.rollback()
    session.expire_all()
    token = _writing.set(True)
    session.info["in_transaction"] = True
    try:
        yield session
        session.flush()
        for function in _before_commit:
            function(session)
        if session.info.get("keeps_nothing"):
            session.rollback()
            session.info.pop("after_commit", None)
        else:
            session.commit()
    except BaseException:
        session.rollback()
        session.info.pop("after_commit", None)
        raise
    finally:
        session.info.pop("in_transaction", None)
        session.info.pop("happened", None)
        session.info.pop("changed", None)  # see infra/changes.py
        _writing.reset(token)
    for function in session.info.pop("after_commit", []):
        function()


def claim(statement: Any, message: str) -> None:
    """Execute a conditional UPDATE that takes one of something limited.

    Raises Conflict with `message` where no row answered: it was used up or taken first.
    """
    if db.session.execute(statement.execution_options(synchronize_session=False)).rowcount != 1:
        raise Conflict(message)


def database_bytes() -> int:
    """The database's size on disk."""
    if db.engine.dialect.name == "sqlite":
        pages = db.session.execute(text("PRAGMA page_count")).scalar_one()
        return int(pages) * int(db.session.execute(text("PRAGMA page_size")).scalar_one())
    return int(db.session.execute(text("SELECT pg_database_size(current_database())")).scalar_one())


# -- engines -----------------------------------------------------------------------------------


def prepare_engine(engine: Engine) -> None:
    """Durability and locking of one engine: WAL, FULL, foreign keys, immediate write transactions."""
    if engine.dialect.name != "sqlite":
        return

    @event.listens_for(engine, "connect")
    def _on_connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # the begin event below opens transactions, not the driver
        cursor = connection.cursor()
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "recursive_triggers=ON",  # or INSERT OR REPLACE would pass the journal's triggers
            "busy_timeout=30000",  # fifty writers at once on a busy machine, and SQLite is not fair
            "cache_size=-20000",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()
        add_to_sqlite(connection)

    @event.listens_for(engine, "begin")
    def _on_begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if _writing.get() else "BEGIN")
