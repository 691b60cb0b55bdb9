"""Background work of certification: printing what is due, and batches."""

from __future__ import annotations

from flask import current_app
from sqlalchemy import select

from prm.access import system_actor
from prm.certification import rendering
from prm.certification.accreditation import printing as accreditation_printing
from prm.certification.accreditation import services as accreditation
from prm.certification.batches import running
from prm.certification.batches.queries import list_due_batches
from prm.certification.services import issue_on_experience
from prm.extensions import db
from prm.infra.db import serve_vendor, transaction
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


# -- accreditations ----------------------------------------------------------------------------


@job
def print_award(vendor_key: int, award_key: int) -> None:
    """Print the document of an award. What cannot be printed says so in its row."""
    with serve_vendor(vendor_key):
        try:
            accreditation_printing.print_award(award_key)
        except rendering.Unprintable:
            return


@job
def look_at_partner(vendor_key: int, partner_key: int) -> None:
    """Award and end what the people of one company make of it, at one vendor."""
    with serve_vendor(vendor_key), transaction():
        keys = accreditation.list_partnerships_of(partner_key)
        accreditation.refresh(system_actor(vendor_key), keys)


@job
def look_at_everybody(vendor_key: int) -> None:
    """Award and end what all companies of a vendor meet."""
    with serve_vendor(vendor_key):
        accreditation.refresh_all(system_actor(vendor_key))


@sweeper
def look_at_today() -> None:
    """Once a day for each vendor: certificates for deals won, and accreditations as certificates lapse.
    One vendor that fails does not keep the others waiting."""
    for vendor_key in db.session.scalars(select(Vendor.id).order_by(Vendor.id)).all():
        try:
            with serve_vendor(vendor_key):
                actor = system_actor(vendor_key)
                if accreditation.is_due(actor):
                    issued = 1
                    while issued:
                        with transaction():
                            issued = issue_on_experience(actor)
                    accreditation.look_at_today(actor)
                due = accreditation_printing.list_due()
            for award_key in due:
                print_award(vendor_key, award_key)
        except Exception:
            current_app.logger.exception("accreditations_failed", extra={"vendor": vendor_key})
