"""Finding rows by the words in them: FTS5 on SQLite, a GIN index on PostgreSQL.

`SEARCHED` names the columns of every table that is searched. The database keeps the index itself
(triggers on SQLite, an expression index on PostgreSQL), so that no way of writing rows can miss it.
What is found is a criterion on the model's key: the statement around it decides who sees what.
Names and addresses of people are in no index. FTS5 forgets a deleted word only when it next merges:
an erasure makes the indexes anew, since a customer or a title may have been called like a person.
"""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import ColumnElement, Connection, inspect, text

from prm.extensions import db
from prm.infra import folding
from prm.infra.folding import fold

SEARCHED: dict[str, tuple[str, ...]] = {
    "asset": ("title", "description"),
    "certificate": ("number",),
    "course_version": ("title", "summary"),
    "deal": ("external_id", "customer_name", "product_name"),
    "partnership": ("name", "external_id"),
    "product": ("name",),
    "sales_order": ("external_id", "customer_name", "product_name"),
}
# What SQLite keeps an index in; nothing of it is in the models.
TRIGGERS = tuple(f"{table}_words_{act}" for table in sorted(SEARCHED) for act in ("add", "remove", "change"))
MAX_WORDS = 8
_WORD = re.compile(r"[^\W_]+")


def is_model_table(name: str | None, kind: str, _parents: Any = None) -> bool:
    """Alembic's include_name: the tables of the index are none of the models'."""
    is_index = (name or "").startswith(tuple(f"{table}_words" for table in SEARCHED))
    return not (kind == "table" and is_index) and not (
        kind == "index" and name in {f"ix_{table}_words" for table in SEARCHED}
    )


def words_of(asked: str) -> list[str]:
    """The words of a search, lower case and without accents; what is no letter or digit parts them."""
    return [word[:60] for word in _WORD.findall(fold(asked[:400]))][:MAX_WORDS]


def contains_words(model: Any, words: list[str]) -> ColumnElement[bool]:
    """The criterion that every word begins a word of the row, whatever the accents of either.

    `words` come from words_of(): letters and digits alone, at least one.
    """
    table = model.__tablename__
    if db.engine.dialect.name == "sqlite":
        asked = " ".join(f'"{word}"*' for word in words)
        found = text(f"SELECT rowid FROM {table}_words WHERE {table}_words MATCH :asked")
        return model.id.in_(found.bindparams(asked=asked).columns(model.id))  # type: ignore[no-any-return]
    asked = " & ".join(f"{word}:*" for word in words)
    found = text(f"SELECT {table}_found(:asked)").bindparams(asked=asked)
    return model.id.in_(found.columns(model.id))  # type: ignore[no-any-return]


def create_word_indexes(connection: Connection) -> None:
    """Called by migrations: the index of every searched table, with what is in it already."""
    present = set(inspect(connection).get_table_names())
    if connection.dialect.name != "sqlite":
        folding.create_in_postgresql(connection)
    for table in sorted(set(SEARCHED) & present):
        if connection.dialect.name == "sqlite":
            _create_sqlite(connection, table)
        else:
            _create_postgresql(connection, table)


def rebuild_word_indexes() -> list[str]:
    """The statements that make SQLite's indexes anew from the rows alone."""
    return [f"INSERT INTO {table}_words({table}_words) VALUES ('rebuild')" for table in sorted(SEARCHED)]


def drop_word_indexes(connection: Connection) -> None:
    """Undo create_word_indexes, for a downgrade that drops the tables."""
    for table in SEARCHED:
        if connection.dialect.name == "sqlite":
            connection.execute(text(f"DROP TABLE IF EXISTS {table}_words"))
        else:
            connection.execute(text(f"DROP FUNCTION IF EXISTS {table}_found(text)"))
            connection.execute(text(f"DROP INDEX IF EXISTS ix_{table}_words"))
    if connection.dialect.name != "sqlite":
        folding.drop_from_postgresql(connection)


def _vector(table: str) -> str:
    """The words of a row. Must read the same in the index and in a query, or the index is not used."""
    parts = " || ' ' || ".join(f"coalesce({table}.{column}, '')" for column in SEARCHED[table])
    folded = f"{folding.FUNCTION}({parts})"
    return f"to_tsvector('simple', regexp_replace({folded}, '[^[:alnum:]]+', ' ', 'g'))"


def _create_postgresql(connection: Connection, table: str) -> None:
    """The index, and the function that reads it.

    Behind row-level security the index would lie idle: the match may leak, so PostgreSQL puts the
    policy before it. The function runs as the schema's owner, and names the vendor itself.
    """
    connection.execute(
        text(f"CREATE INDEX IF NOT EXISTS ix_{table}_words ON {table} USING gin ({_vector(table)})")
    )
    connection.execute(
        text(
            f"CREATE OR REPLACE FUNCTION {table}_found(asked text) RETURNS SETOF integer "
            "LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$ "
            f"SELECT id FROM {table} WHERE {_vector(table)} @@ to_tsquery('simple', asked) "
            "AND vendor_id = NULLIF(current_setting('prm.vendor_id', true), '')::integer $$"
        )
    )


def _create_sqlite(connection: Connection, table: str) -> None:
    columns = SEARCHED[table]
    names = ", ".join(columns)
    news, olds = (", ".join(f"{row}.{column}" for column in columns) for row in ("new", "old"))
    add = f"INSERT INTO {table}_words(rowid, {names}) VALUES (new.id, {news})"
    remove = f"INSERT INTO {table}_words({table}_words, rowid, {names}) VALUES ('delete', old.id, {olds})"
    for statement in (
        f"CREATE VIRTUAL TABLE IF NOT EXISTS {table}_words USING fts5({names}, content='{table}', "
        "content_rowid='id', tokenize='unicode61 remove_diacritics 2', prefix='2 3')",
        f"CREATE TRIGGER IF NOT EXISTS {table}_words_add AFTER INSERT ON {table} BEGIN {add}; END",
        f"CREATE TRIGGER IF NOT EXISTS {table}_words_remove AFTER DELETE ON {table} BEGIN {remove}; END",
        f"CREATE TRIGGER IF NOT EXISTS {table}_words_change AFTER UPDATE OF {names} ON {table} "
        f"BEGIN {remove}; {add}; END",
        f"INSERT INTO {table}_words({table}_words) VALUES ('rebuild')",
    ):
        connection.execute(text(statement))
