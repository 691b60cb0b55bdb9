"""Handing one mail to the server that SMTP_URL names."""

from __future__ import annotations

import smtplib
import ssl
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from urllib.parse import unquote, urlsplit

from flask import current_app

from prm.infra import clock


def send(
    *,
    recipient: str,
    subject: str,
    body: str,
    event_id: str,
    sender_name: str = "",
    reply_to: str = "",
    unsubscribe_url: str = "",
) -> None:
    """Deliver one plain-text mail; `event_id` is stable, so that a second delivery can be told.

    `unsubscribe_url` makes it one that mail programs can end with one click (RFC 2369, RFC 8058).
    Raises OSError or smtplib.SMTPException where the server cannot be reached or refuses.
    """
    message = EmailMessage()
    user, _, domain = current_app.config["MAIL_FROM"].partition("@")
    message["From"] = Address(sender_name, user, domain)
    message["To"] = recipient
    message["Subject"] = " ".join(subject.split())
    message["Date"] = format_datetime(clock.now())
    message["Message-ID"] = make_msgid(idstring=event_id, domain=domain or "localhost")
    message["X-PRM-Event"] = event_id
    message["Auto-Submitted"] = "auto-generated"
    if reply_to:
        message["Reply-To"] = reply_to
    if unsubscribe_url:
        message["List-Unsubscribe"] = f"<{unsubscribe_url}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(body)
    url = urlsplit(current_app.config["SMTP_URL"])
    host, port = url.hostname or "localhost", url.port
    client: smtplib.SMTP
    if url.scheme == "smtps":
        client = smtplib.SMTP_SSL(host, port or 465, timeout=20, context=ssl.create_default_context())
    else:
        client = smtplib.SMTP(host, port or 25, timeout=20)
    with client:
        if url.scheme == "smtp+starttls":
            client.starttls(context=ssl.create_default_context())
        if url.username:
            client.login(unquote(url.username), unquote(url.password or ""))
        client.send_message(message)
