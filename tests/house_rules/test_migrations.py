"""Migrations: one head that equals the models; down and up again on both databases."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import inspect

import config
from prm import create_app
from prm.extensions import db
from prm.infra.fulltext import is_model_table
from prm.infra.schema import check_schema
from prm.permissions import Role
from tests.conftest import settings
from tests.factories import World
from tests.servers import postgres_server


@pytest.fixture
def empty_app(tmp_path: Path, database_kind: str) -> Flask:
    """An application on a database of its own with no table in it, as its owner."""
    if database_kind == "sqlite":
        return create_app(settings(tmp_path))
    return create_app(settings(tmp_path, DATABASE_URL=postgres_server().create_database().owner_url))


def close(app: Flask) -> None:
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def test_there_is_one_head() -> None:
    heads = ScriptDirectory(str(config.ROOT / "migrations")).get_heads()
    assert len(heads) == 1, f"Merge them: {heads}"


def test_the_head_equals_the_models(empty_app: Flask) -> None:
    with empty_app.app_context():
        upgrade()
        with db.engine.connect() as connection:
            differences = compare_metadata(
                MigrationContext.configure(connection, opts={"include_name": is_model_table}), db.metadata
            )
            check_schema(connection)
    close(empty_app)
    assert not differences, f"Run scripts/remake-initial-migration: {differences}"


def test_up_down_up_with_rows_in_it(empty_app: Flask) -> None:
    with empty_app.app_context():
        upgrade()
    world = World(empty_app)
    vendor = world.vendor("acme")
    world.user(Role.PARTNER_ADMIN, partnership=world.partnership(vendor))
    close(empty_app)
    with empty_app.app_context():
        downgrade(revision="base")
        assert set(inspect(db.engine).get_table_names()) <= {"alembic_version"}
        db.engine.dispose()
        upgrade()
        with db.engine.connect() as connection:
            check_schema(connection)
    close(empty_app)
    World(empty_app).vendor("acme")
    close(empty_app)
