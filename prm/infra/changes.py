"""What changed in tables that something else was computed from, in whichever way it was written.

A table is watched by its columns. Rows flushed, an update() or delete() by statement and a bulk insert
are noted alike, so that who computes from a table need not know who writes it. Noted is the value of
one column, which says whose row it is; take_changes() hands it over before the commit. What a savepoint
takes back stays noted: to judge anew what did not change costs little and is never wrong.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import event, inspect, select
from sqlalchemy.orm import ORMExecuteState, Session
from sqlalchemy.orm.attributes import get_history

_NOTED = "changed"


@dataclass(frozen=True)
class Watch:
    """`key` says whose row it is; a change of any of `columns` (it is one of them) is noted."""

    topic: str
    key: str
    columns: frozenset[str]


_WATCHES: dict[type, Watch] = {}


def watch(topic: str, key: Any, *columns: Any) -> None:
    """Note under `topic` the values of `key` whose rows come, go or change in one of `columns`."""
    names = frozenset({key.key, *(column.key for column in columns)})
    _WATCHES[key.class_] = Watch(topic, key.key, names)


def watched_columns() -> set[tuple[str, str]]:
    """(table, column) of everything that is watched."""
    return {
        (str(inspect(model).local_table.name), name)
        for model, watched in _WATCHES.items()
        for name in watched.columns
    }


def take_changes(session: Session) -> dict[str, set[int]]:
    """Topic → keys noted since the transaction began or they were last taken."""
    session.flush()
    noted: dict[str, set[int]] = session.info.pop(_NOTED, {})
    return noted


def has_changes(session: Session) -> bool:
    """Whether anything was noted that nobody has taken yet, or may be: what waits to be flushed."""
    return bool(session.info.get(_NOTED) or session.new or session.dirty or session.deleted)


def _note(session: Session, topic: str, keys: Iterable[int | None]) -> None:
    if changed := {key for key in keys if key is not None}:
        session.info.setdefault(_NOTED, {}).setdefault(topic, set()).update(changed)


@event.listens_for(Session, "before_flush")
def _note_rows(session: Session, _context: Any, _instances: Any) -> None:
    for row in (*session.new, *session.deleted):
        if watched := _WATCHES.get(type(row)):
            _note(session, watched.topic, [getattr(row, watched.key)])
    for row in session.dirty:
        watched = _WATCHES.get(type(row))
        if watched is None:
            continue
        changed = {name for name in watched.columns if get_history(row, name).has_changes()}
        if not changed:
            continue
        _note(session, watched.topic, [getattr(row, watched.key)])
        if watched.key in changed:  # whose it was until now stands in the database
            model: Any = type(row)
            before = select(getattr(model, watched.key)).where(model.id == inspect(row).identity[0])
            before = before.execution_options(every_vendor=True)
            _note(session, watched.topic, session.scalars(before))


@event.listens_for(Session, "do_orm_execute")
def _note_statement(state: ORMExecuteState) -> None:
    if not (state.is_insert or state.is_update or state.is_delete) or state.bind_mapper is None:
        return
    model: Any = state.bind_mapper.class_
    watched = _WATCHES.get(model)
    if watched is None:
        return
    given = state.parameters if isinstance(state.parameters, list) else [state.parameters or {}]
    if state.is_insert:
        _note(state.session, watched.topic, [row.get(watched.key) for row in given])
        return
    statement: Any = state.statement
    if state.is_update:
        values = {getattr(name, "key", name): value for name, value in (statement._values or {}).items()}
        names = values.keys() | {name for row in given for name in row}
        if not names & watched.columns:
            return
        if watched.key in names:
            new = getattr(values.get(watched.key), "value", None)
            _note(state.session, watched.topic, [new, *(row.get(watched.key) for row in given)])
    whose = select(getattr(model, watched.key)).distinct()
    if statement.whereclause is not None:
        whose = whose.where(statement.whereclause)
    elif any("id" in row for row in given):
        whose = whose.where(model.id.in_([row["id"] for row in given]))
    options = {"every_vendor": True} if state.execution_options.get("every_vendor") else {}
    _note(state.session, watched.topic, state.session.scalars(whose.execution_options(**options)))
