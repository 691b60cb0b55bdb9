"""Outgoing mail: written as a row by whoever has a reason, handed over by a job until it worked.

At least once: the row is claimed by a conditional UPDATE, so that two workers do not send it at the
same time, but whoever dies between handing over and saying so leaves it due. Each mail carries a
stable event id (X-PRM-Event) by which a second copy can be told.
"""

from __future__ import annotations

import smtplib
from datetime import timedelta
from typing import Any

from flask import Flask, current_app
from flask_babel import force_locale
from sqlalchemy import or_, select, update

import config
from prm.access import Actor
from prm.accounts.models import MailStatus, OutgoingMail
from prm.extensions import db
from prm.infra import clock, mail
from prm.infra.db import transaction
from prm.journal.services import announce
from prm.vendors.models import Vendor

MAX_ATTEMPTS = 10
LEASE = timedelta(minutes=10)  # longer than handing one mail over can take
FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=1), timedelta(hours=4)
DEMO_PAGE = "accounts.sent_mail"


class OpenMailbox(RuntimeError):
    """The page of sent mail exists in an installation that is no demo."""


# -- writing -----------------------------------------------------------------------------------


def queue_mail(
    actor: Actor,
    recipient: str,
    subject: str,
    body: str,
    *,
    vendor_id: int | None = None,
    unsubscribe_url: str = "",
) -> OutgoingMail:
    """Make a mail due, inside transaction(): it is sent after the commit, or never if that fails.

    `vendor_id` says on whose behalf it is sent; `unsubscribe_url` takes the one-click POST of RFC 8058.
    """
    row = OutgoingMail(
        vendor_id=vendor_id,
        recipient=recipient,
        subject=" ".join(subject.split())[:200],
        body=body.strip() + "\n",
        unsubscribe_url=unsubscribe_url,
        created_at=clock.now(),
        next_attempt_at=clock.now(),
    )
    db.session.add(row)
    db.session.flush()
    announce(actor, "mail.due", row)
    return row


def queue_template(
    actor: Actor,
    recipient: str,
    mail_name: str,
    locale: str,
    /,
    *,
    vendor_id: int | None = None,
    unsubscribe_url: str = "",
    **context: Any,
) -> OutgoingMail:
    """Make the mail templates/mail/<mail_name>.txt due, in the recipient's language.

    Its first line is the subject.
    """
    with force_locale(locale):
        text = current_app.jinja_env.get_template(f"mail/{mail_name}.txt").render(
            base_url=current_app.config["BASE_URL"], unsubscribe_url=unsubscribe_url, **context
        )
    subject, _, body = text.strip().partition("\n")
    return queue_mail(actor, recipient, subject, body, vendor_id=vendor_id, unsubscribe_url=unsubscribe_url)


def address_of(endpoint: str, **values: Any) -> str:
    """The full address of a page for a mail: from BASE_URL alone, whatever host a request names."""
    path = current_app.url_map.bind("unused.invalid").build(endpoint, values)
    return str(current_app.config["BASE_URL"]) + path


# -- handing over ------------------------------------------------------------------------------


def deliver(mail_id: int) -> None:
    """Hand one due mail over; afterwards it is sent, due again later, or given up. Safe to run twice."""
    if not _claim(mail_id):
        return
    row = db.session.get(OutgoingMail, mail_id)
    if row is None:
        return
    try:
        _hand_over(row)
    except (OSError, smtplib.SMTPException, ValueError) as error:
        with transaction():
            _note_failure(row, error)
        return
    with transaction():
        row.status, row.sent_at, row.last_error = MailStatus.SENT, clock.now(), ""
        if not current_app.config["DEMO"]:
            row.body = ""  # it may hold a link that opens an account


def list_due() -> list[int]:
    """Mails that no job is sending: what the sweeper looks for."""
    return list(
        db.session.scalars(
            select(OutgoingMail.id)
            .where(OutgoingMail.status == MailStatus.DUE, OutgoingMail.next_attempt_at <= clock.now())
            .order_by(OutgoingMail.next_attempt_at)
            .limit(500)
        )
    )


def _claim(mail_id: int) -> bool:
    """Take the mail for as long as LEASE; False where it is not due, or another worker has it."""
    now = clock.now()
    with transaction() as session:
        taken = session.execute(
            update(OutgoingMail)
            .where(
                OutgoingMail.id == mail_id,
                OutgoingMail.status == MailStatus.DUE,
                OutgoingMail.next_attempt_at <= now,
            )
            .values(attempts=OutgoingMail.attempts + 1, next_attempt_at=now + LEASE)
            .execution_options(synchronize_session=False)
        )
    return bool(taken.rowcount == 1)


def _hand_over(row: OutgoingMail) -> None:
    """To the mail server; a demo without one keeps the mail here, where its page shows it."""
    named = current_app.config["SMTP_URL"]
    is_demo = current_app.config["DEMO"]
    if is_demo and named == _DEFAULT_SMTP_URL:
        return  # nobody named a server: what happens to listen here is not for made-up people's mail
    vendor = db.session.get(Vendor, row.vendor_id) if row.vendor_id is not None else None
    try:
        mail.send(
            recipient=row.recipient,
            subject=row.subject,
            body=row.body,
            event_id=str(row.public_id),
            sender_name=(vendor.mail_name or vendor.name) if vendor is not None else "PRM",
            reply_to=vendor.mail_reply_to if vendor is not None else "",
            unsubscribe_url=row.unsubscribe_url,
        )
    except OSError as error:
        # SMTPException is an OSError too: a server that answers and refuses is there.
        if not is_demo or isinstance(error, smtplib.SMTPException):
            raise


_DEFAULT_SMTP_URL = next(s.default for s in config.SETTINGS if s.name == "SMTP_URL")


def _note_failure(row: OutgoingMail, error: Exception) -> None:
    row.last_error = f"{type(error).__name__}: {error}"[:300]
    if row.attempts >= MAX_ATTEMPTS or _is_final(error):
        row.status = MailStatus.FAILED
        return
    wait = min(FIRST_WAIT * 2 ** (row.attempts - 1), LONGEST_WAIT)
    row.next_attempt_at = clock.now() + wait


def _is_final(error: Exception) -> bool:
    """Whether asking again cannot help: the server says so (5xx), or the address cannot be written."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(code >= 500 for code, _ in error.recipients.values())
    if isinstance(error, smtplib.SMTPResponseException):
        return isinstance(error, smtplib.SMTPDataError) and error.smtp_code >= 500
    return isinstance(error, ValueError) and not isinstance(error, OSError)


# -- keeping -----------------------------------------------------------------------------------


def erase_old_bodies() -> None:
    """Empty what could never be handed over once its links have expired anyway."""
    limit = clock.now() - timedelta(days=30)
    with transaction() as session:
        session.execute(
            update(OutgoingMail)
            .where(
                or_(OutgoingMail.status == MailStatus.FAILED, OutgoingMail.status == MailStatus.SENT),
                OutgoingMail.created_at < limit,
                OutgoingMail.body != "",
            )
            .values(body="")
        )


def refuse_open_mailbox(app: Flask) -> None:
    """Raises OpenMailbox where the page of sent mail would be open outside a demo."""
    if not app.config["DEMO"] and DEMO_PAGE in app.view_functions:
        raise OpenMailbox("The page of sent mail exists, and DEMO is not 1: it would open every account.")
