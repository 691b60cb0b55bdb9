"""Bulk actions in the background."""

from __future__ import annotations

from sqlalchemy import select

from prm.bulk import queries, services
from prm.extensions import db
from prm.infra.db import serve_vendor
from prm.infra.jobs import job, sweeper
from prm.vendors.models import Vendor


@job
def advance_run(vendor_id: int, run_id: int) -> None:
    """Do everything that waits in one run; what was done before is left alone."""
    with serve_vendor(vendor_id):
        while services.advance_run(run_id):
            pass


@sweeper
def advance_due_runs() -> None:
    """Runs whose job was lost or killed."""
    for vendor_id in db.session.scalars(select(Vendor.id).order_by(Vendor.id)).all():
        with serve_vendor(vendor_id):
            due = queries.list_due_runs()
        for run_id in due:
            advance_run(vendor_id, run_id)
