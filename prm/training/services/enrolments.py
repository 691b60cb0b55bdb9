"""Writing enrolments: many at once, and never two of one person in one version."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from prm.extensions import db
from prm.infra.db import bound_vendor
from prm.training.models import Enrolment

_DEFAULTS = {
    "assignment_id": None,
    "due_on": None,
    "started_at": None,
    "current_lesson_id": None,
    "attempts_used": 0,
    "extra_attempts": 0,
}


def insert_enrolments(rows: Sequence[dict[str, Any]]) -> None:
    """Insert what is not there yet. In the order of people, so that two who do it do not wait in a ring."""
    if not rows:
        return
    is_postgresql = db.session.get_bind().dialect.name == "postgresql"
    insert = pg_insert if is_postgresql else sqlite_insert
    statement = insert(Enrolment).on_conflict_do_nothing(
        index_elements=["vendor_id", "user_id", "course_version_id"]
    )
    ordered = sorted(rows, key=lambda row: (row["user_id"], row["course_version_id"]))
    vendor_id = bound_vendor()
    db.session.execute(statement, [{**_DEFAULTS, "vendor_id": vendor_id, **row} for row in ordered])
