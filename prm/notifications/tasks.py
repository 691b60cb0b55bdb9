"""Background work of notifications: mails when they are due, and each day's reminders."""

from __future__ import annotations

from flask import current_app

from prm.infra.db import serve_vendor, transaction
from prm.infra.jobs import job, sweeper
from prm.notifications import queries, reminders, services


@job
def send_mails(vendor_id: int) -> None:
    """The mails of notifications that are due at one vendor, each in a transaction of its own."""
    with serve_vendor(vendor_id):
        for user_key in queries.list_mail_due():
            with transaction():
                services.send_mail(user_key)


@sweeper
def send_due_mails() -> None:
    """Digests whose morning has come, and mails at once whose job was lost."""
    for vendor_id in queries.list_vendor_ids():
        send_mails(vendor_id)


@sweeper
def remind_of_dates() -> None:
    """What today makes due, once for each vendor. One that fails does not keep the others waiting."""
    for vendor_id in queries.list_vendor_ids():
        try:
            with serve_vendor(vendor_id):
                reminders.remind(vendor_id)
        except Exception:
            current_app.logger.exception("reminders_failed", extra={"vendor": vendor_id})
