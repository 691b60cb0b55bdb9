"""Background work of operations: what is forgotten by itself."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from prm.access import system_actor
from prm.extensions import db
from prm.infra import clock, storage
from prm.infra.bulk import refresh_statistics
from prm.infra.db import serve_vendor, transaction
from prm.infra.jobs import sweeper
from prm.operations.services import retention
from prm.operations.services.erasing import finish_erasures
from prm.vendors.models import Vendor


@sweeper
def forget_what_is_over() -> None:
    """Each vendor's retention, once a day; and files of an erasure that was cut short."""
    for vendor_id in db.session.scalars(select(Vendor.id).order_by(Vendor.id)).all():
        with serve_vendor(vendor_id):
            with transaction():
                retention.apply_retention(system_actor(vendor_id))
            _remove_files()
    finish_erasures()


def _remove_files() -> None:
    """Out of the store, once the commit says that nothing names them; cut short, the next minute goes on."""
    if keys := retention.list_file_keys():
        for key in keys:
            if not retention.is_named(key):
                storage.store().remove(key)
        with transaction():
            retention.forget_file_keys(keys)


@sweeper
def count_what_tables_hold() -> None:
    """Once a day and process: SQLite chooses its indexes by these counts, and never counts by itself."""
    today = clock.today("UTC")
    if _counted_on.get("day") != today:
        _counted_on["day"] = today
        with transaction():
            refresh_statistics()


_counted_on: dict[str, date] = {}
