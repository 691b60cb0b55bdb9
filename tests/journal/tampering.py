"""Whoever has the whole database in their hands: past triggers, past the portal."""

from __future__ import annotations

import sqlite3
from typing import Any

from flask import Flask
from sqlalchemy import make_url

from prm.extensions import db
from prm.infra.schema import guard_append_only
from tests.servers import postgres_server


def tamper(app: Flask, statement: str, **values: Any) -> int:
    """Run one statement (parameters as :name) as nobody should be able to; rows it changed."""
    url = make_url(app.config["SQLALCHEMY_DATABASE_URI"])
    if url.get_backend_name() == "sqlite":
        connection = sqlite3.connect(str(url.database), isolation_level=None)
        try:
            for verb in ("update", "delete"):
                connection.execute(f"DROP TRIGGER IF EXISTS journal_entry_no_{verb}")
            changed = connection.execute(statement, values).rowcount
        finally:
            connection.close()
        with app.app_context():
            with db.engine.begin() as guarded:
                guard_append_only(guarded)
            db.session.remove()
        return changed
    for name in values:
        statement = statement.replace(f":{name}", f"%({name})s")
    with postgres_server().connect(str(url.database)) as superuser:
        superuser.execute("SET session_replication_role = replica")
        return superuser.execute(statement, values).rowcount
