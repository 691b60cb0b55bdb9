"""Retention: what a vendor forgets by itself, once a day."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import delete, or_, select, update

from prm.access import Actor, require
from prm.accounts.models import MailStatus, OutgoingMail
from prm.extensions import db
from prm.infra import clock
from prm.journal.services import record
from prm.marketing.models import UsageEvent
from prm.operations.models import RetentionRule
from prm.permissions import P
from prm.vendors.models import Vendor


def find_retention(actor: Actor) -> RetentionRule | None:
    """What the vendor served has set; nothing means never."""
    require(actor, P.VENDOR_SETTINGS)
    return db.session.scalars(select(RetentionRule)).one_or_none()


def set_retention(actor: Actor, *, usage_months: int | None, mail_months: int | None) -> RetentionRule:
    """Say after how many months a vendor forgets; 0 means never, None leaves it as it is."""
    require(actor, P.VENDOR_SETTINGS)
    rule = db.session.scalars(select(RetentionRule)).one_or_none() or RetentionRule()
    if usage_months is not None:
        rule.usage_months = usage_months or None
    if mail_months is not None:
        rule.mail_months = mail_months or None
    rule.applied_on = None
    db.session.add(rule)
    db.session.flush()
    facts = {"usage_months": rule.usage_months, "mail_months": rule.mail_months}
    record(actor, "retention.set", rule, facts=facts)
    return rule


def apply_retention(actor: Actor) -> tuple[int, int]:
    """Forget what is older than the vendor's periods, once a day of its zone; (uses, mails) forgotten.

    Inside transaction(). Safe to call at any time: of two callers on one day the second does nothing.
    """
    zone = db.session.scalars(select(Vendor.time_zone).where(Vendor.id == actor.vendor_id)).one()
    today = clock.today(zone)
    claimed = db.session.execute(
        update(RetentionRule)
        .where(or_(RetentionRule.applied_on.is_(None), RetentionRule.applied_on < today))
        .values(applied_on=today)
        .execution_options(synchronize_session=False)
    )
    if claimed.rowcount != 1:  # type: ignore[attr-defined]
        return 0, 0
    rule = db.session.scalars(select(RetentionRule)).one()
    uses = mails = 0
    if rule.usage_months:
        uses = db.session.execute(
            update(UsageEvent)
            .where(UsageEvent.at < _before(today, rule.usage_months, zone), UsageEvent.user_id.is_not(None))
            .values(user_id=None)
            .execution_options(synchronize_session=False)
        ).rowcount  # type: ignore[attr-defined]
    if rule.mail_months:
        mails = db.session.execute(
            delete(OutgoingMail)
            .where(
                OutgoingMail.vendor_id == actor.vendor_id,
                OutgoingMail.created_at < _before(today, rule.mail_months, zone),
                OutgoingMail.status != MailStatus.DUE,
            )
            .execution_options(synchronize_session=False)
        ).rowcount  # type: ignore[attr-defined]
    if uses or mails:
        record(actor, "retention.applied", rule, facts={"uses": uses, "mails": mails})
    return uses, mails


def _before(today: date, months: int, zone: str) -> datetime:
    """The instant before which something is older than so many months."""
    number = today.year * 12 + today.month - 1 - months
    return clock.day_start(date(number // 12, number % 12 + 1, min(today.day, 28)), zone)
