"""Background work of certification: printing what is due, and batches."""

from __future__ import annotations

from flask import current_app
from sqlalchemy import select

from prm.access import system_actor
from prm.certification import rendering
from prm.certification.batches import running
from prm.certification.batches.queries import list_due_batches
from prm.extensions import db
from prm.infra.db import serve_vendor
from prm.infra.jobs import job, sweeper
from prm.infra.signing import SigningError
from prm.vendors.models import Vendor


@job
def render_file(vendor_key: int, file_key: int) -> None:
    """Print one file. What cannot be printed says so in its row."""
    with serve_vendor(vendor_key):
        try:
            rendering.render_file(system_actor(vendor_key), file_key)
        except rendering.Unprintable:
            return


@sweeper
def render_due_files() -> None:
    """Files whose job was lost, or that could not be printed an hour ago. One that fails does not
    keep the others waiting; where no time stamp is to be had, none of the vendor's is tried further."""
    for vendor_key in db.session.scalars(select(Vendor.id).order_by(Vendor.id)).all():
        with serve_vendor(vendor_key):
            due = rendering.list_due_files()
        for file_key in due:
            try:
                with serve_vendor(vendor_key):
                    rendering.render_file(system_actor(vendor_key), file_key)
            except rendering.NotNow:
                break
            except rendering.Unprintable:
                continue
            except Exception:
                current_app.logger.exception("certificate_file_failed")


@job
def run_batch(vendor_key: int, batch_key: int) -> None:
    """Work on a batch, unless somebody does."""
    with serve_vendor(vendor_key):
        try:
            running.advance_batch(vendor_key, batch_key)
        except (running.Interrupted, SigningError) as error:
            current_app.logger.warning("issue_batch_interrupted: %s", error)


@sweeper
def resume_batches() -> None:
    """Batches whose job was lost or killed. They are put into the queue: they take their time."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    for vendor_key in db.session.scalars(select(Vendor.id).order_by(Vendor.id)).all():
        with serve_vendor(vendor_key):
            due = list_due_batches()
        for batch_key in due:
            run_batch.enqueue(app, vendor_key, batch_key)
