"""The mails about notifications: made once, then in the hands of the outbox (prm/accounts/mailbox.py).

Taking the rows and writing the mail are one transaction, so that a worker who dies leaves them due,
and of two workers only one takes them.
"""

from __future__ import annotations

from dataclasses import dataclass

from flask import current_app
from flask_babel import force_locale, ngettext
from flask_babel import gettext as _
from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy import select, update

from prm.access import system_actor
from prm.accounts.mailbox import address_of, queue_template
from prm.accounts.models import OutgoingMail
from prm.extensions import db
from prm.infra import clock
from prm.infra.db import bound_vendor
from prm.notifications.kinds import target_of
from prm.notifications.labels import sentence
from prm.notifications.models import Kind, Notification
from prm.notifications.queries import is_mine, list_names
from prm.notifications.recipients import list_recipients
from prm.vendors.languages import language_for
from prm.vendors.models import Vendor

MOST = 50  # lines in one mail; the rest is in the portal


@dataclass(frozen=True)
class Line:
    text: str
    url: str


def send_mail(user_key: int) -> OutgoingMail | None:
    """Make the mail due to a person at the vendor served: one about all that is due and unread.

    None where somebody else made it, or nothing is left to say. Inside transaction().
    """
    now = clock.now()
    taken = list(
        db.session.scalars(
            update(Notification)
            .where(
                Notification.user_id == user_key,
                Notification.mailed_at.is_(None),
                Notification.mail_due_at <= now,
            )
            .values(mailed_at=now)
            .returning(Notification.id)
            .execution_options(synchronize_session=False)
        )
    )
    recipient = list_recipients([user_key]).get(user_key) if taken else None
    if recipient is None:
        return None
    rows = list(
        db.session.scalars(
            select(Notification)
            .where(is_mine(recipient.actor), Notification.id.in_(taken), Notification.read_at.is_(None))
            .order_by(Notification.at, Notification.id)
        )
    )
    if not rows:
        return None
    vendor = db.session.get_one(Vendor, bound_vendor())
    names = list_names(rows)
    locale = language_for(vendor, recipient.actor.locale)
    token = unsubscribe_token(str(recipient.actor.user_public_id), str(vendor.public_id))
    with force_locale(locale):
        lines = [Line(sentence(row, names), _address(row, vendor)) for row in rows[:MOST]]
        subject = _subject(rows, lines, vendor)
    return queue_template(
        system_actor(vendor.id),
        recipient.email,
        "notifications",
        locale,
        vendor_id=vendor.id,
        unsubscribe_url=address_of("notifications.unsubscribe", token=token),
        subject=subject,
        name=recipient.actor.name,
        vendor=vendor.name,
        lines=lines,
        more=len(rows) - len(lines),
        url=address_of("notifications.index", vendor=vendor.slug),
        preferences_url=address_of("notifications.preferences", vendor=vendor.slug),
    )


def _subject(rows: list[Notification], lines: list[Line], vendor: Vendor) -> str:
    if all(row.kind is Kind.COURSE_ASSIGNED for row in rows):
        return ngettext(
            "%(num)s course for you at %(vendor)s",
            "%(num)s courses for you at %(vendor)s",
            len(rows),
            vendor=vendor.name,
        )
    if len(rows) == 1:
        return _("%(vendor)s: %(sentence)s", vendor=vendor.name, sentence=lines[0].text)
    return ngettext(
        "%(num)s notification from %(vendor)s",
        "%(num)s notifications from %(vendor)s",
        len(rows),
        vendor=vendor.name,
    )


def _address(row: Notification, vendor: Vendor) -> str:
    endpoint, values = target_of(row)
    return address_of(endpoint, vendor=vendor.slug, **values)


# -- the link that ends them -------------------------------------------------------------------


def unsubscribe_token(user_id: str, vendor_id: str) -> str:
    """What a mail's unsubscribe link holds: whose mails at which vendor, signed; it does not expire."""
    token = _serializer().dumps([user_id, vendor_id])
    return token if isinstance(token, str) else token.decode()


def read_unsubscribe_token(token: str) -> tuple[str, str] | None:
    """(person's, vendor's public id) of a link's token, or None where we did not sign it."""
    try:
        user_id, vendor_id = _serializer().loads(token)
    except (BadSignature, ValueError, TypeError):
        return None
    return str(user_id), str(vendor_id)


def _serializer() -> URLSafeSerializer:
    older: list[str] = current_app.config["SECRET_KEY_FALLBACKS"]
    return URLSafeSerializer([*older, current_app.config["SECRET_KEY"]], salt="unsubscribe")
