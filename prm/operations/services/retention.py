"""Retention: what a vendor forgets by itself, once a day.

A row of KEPT for each thing that it may forget. What figures rest on is never deleted: a use stays
counted without the person, an application without who wrote it, an import without its lines.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, delete, func, or_, select, update

from prm.access import Actor, require
from prm.accounts.models import MailStatus, OutgoingMail
from prm.errors import DomainError
from prm.extensions import db
from prm.imports.models import BatchStatus, ImportBatch, ImportRow
from prm.infra import clock, storage
from prm.infra.db import bound_vendor
from prm.journal.services import record
from prm.marketing.models import UsageEvent
from prm.notifications.models import Notification
from prm.operations.models import RetentionRule, Thing
from prm.partners.models import PartnerApplication
from prm.permissions import P
from prm.vendors.models import StoredFile, Vendor

MOST_MONTHS = 600
REMOVED_FILE = b"This imported file was deleted: the time for which it was to be kept is over.\n"
_REMOVED = sha256(REMOVED_FILE).hexdigest()
_CHUNK = 500

Criteria = Sequence[ColumnElement[bool]]


@dataclass(frozen=True)
class Kept:
    """How one thing is found and forgotten: its rows, their age, which of them may go at all."""

    model: Any
    at: Any
    may_go: Callable[[], Criteria]
    forget: Callable[[Criteria], int]
    least_months: int = 1


@dataclass(frozen=True)
class Outlook:
    """What is held of one thing, and what the next run forgets of it: `due`, older than `before`."""

    thing: Thing
    months: int | None
    least_months: int
    held: int
    oldest: datetime | None
    due: int
    before: datetime | None


def find_retention(actor: Actor) -> RetentionRule | None:
    """What the vendor served has set; nothing means never."""
    require(actor, P.VENDOR_SETTINGS)
    return db.session.scalars(select(RetentionRule)).one_or_none()


def get_months(actor: Actor) -> dict[Thing, int | None]:
    """After how many months each thing is forgotten; None: never."""
    rule = find_retention(actor)
    return {thing: getattr(rule, thing.column) if rule is not None else None for thing in Thing}


def look_ahead(actor: Actor, months: Mapping[Thing, int | None]) -> list[Outlook]:
    """What the next run would forget with these periods. Two queries for each thing."""
    require(actor, P.VENDOR_SETTINGS)
    zone = _zone()
    today = clock.today(zone)
    outlooks = []
    for thing, kept in KEPT.items():
        may_go = kept.may_go()
        held, oldest = db.session.execute(
            select(func.count(kept.model.id), func.min(kept.at)).where(*may_go)
        ).one()
        due, before = 0, None
        if wanted := months[thing]:
            before = _before(today, wanted, zone)
            due = db.session.scalar(select(func.count(kept.model.id)).where(*may_go, kept.at < before)) or 0
        outlooks.append(Outlook(thing, months[thing], kept.least_months, held, oldest, due, before))
    return outlooks


def set_retention(actor: Actor, months: Mapping[Thing, int | None]) -> RetentionRule:
    """Say after how many months things are forgotten: 0 or None means never; what is not named stays.

    Raises DomainError naming each field that cannot be.
    """
    require(actor, P.VENDOR_SETTINGS)
    check_months(months)
    rule = db.session.scalars(select(RetentionRule)).one_or_none() or RetentionRule()
    for thing, number in months.items():
        setattr(rule, thing.column, number or None)
    rule.applied_on = None
    db.session.add(rule)
    db.session.flush()
    record(actor, "retention.set", rule, facts={thing.column: getattr(rule, thing.column) for thing in Thing})
    return rule


def check_months(months: Mapping[Thing, int | None]) -> None:
    """Raises DomainError naming each field that cannot be."""
    wrong = {}
    for thing, number in months.items():
        least = KEPT[thing].least_months
        if number and not least <= number <= MOST_MONTHS:
            wrong[thing.column] = _(
                "Use a whole number of months from %(least)s to %(most)s.", least=least, most=MOST_MONTHS
            )
    if wrong:
        raise DomainError(next(iter(wrong.values())), wrong)


def apply_retention(actor: Actor) -> dict[Thing, int]:
    """Forget what is older than the vendor's periods, once a day of its zone; how many of each.

    Inside transaction(). Safe to call at any time: of two callers on one day the second does nothing.
    Files are removed after the commit: list_file_keys(), forget_file_keys().
    """
    zone = _zone()
    today = clock.today(zone)
    claimed = db.session.execute(
        update(RetentionRule)
        .where(or_(RetentionRule.applied_on.is_(None), RetentionRule.applied_on < today))
        .values(applied_on=today)
        .execution_options(synchronize_session=False)
    )
    if claimed.rowcount != 1:  # type: ignore[attr-defined]
        return {}
    rule = db.session.scalars(select(RetentionRule)).one()
    forgotten = {}
    for thing, kept in KEPT.items():
        if months := getattr(rule, thing.column):
            forgotten[thing] = kept.forget([*kept.may_go(), kept.at < _before(today, months, zone)])
    if any(forgotten.values()):
        facts = {thing.value: number for thing, number in forgotten.items()}
        record(actor, "retention.applied", rule, facts=facts)
    return forgotten


def list_file_keys() -> list[str]:
    """Stored files of the vendor served that runs have left to remove."""
    rule = db.session.scalars(select(RetentionRule)).one_or_none()
    return list(rule.file_keys) if rule is not None else []


def forget_file_keys(keys: Sequence[str]) -> None:
    """Say that they are removed; inside transaction()."""
    rule = db.session.scalars(select(RetentionRule)).one()
    rule.file_keys = sorted({*rule.file_keys} - {*keys})


def is_named(key: str) -> bool:
    """Whether a row of the vendor served names a stored file."""
    return db.session.scalar(select(StoredFile.id).where(StoredFile.key == key).limit(1)) is not None


# -- one thing each ----------------------------------------------------------------------------


def _uses() -> Criteria:
    return [UsageEvent.user_id.is_not(None)]


def _forget_users(criteria: Criteria) -> int:
    return _run(update(UsageEvent).where(*criteria).values(user_id=None))


def _mails() -> Criteria:
    return [OutgoingMail.vendor_id == bound_vendor(), OutgoingMail.status != MailStatus.DUE]


def _forget_mails(criteria: Criteria) -> int:
    return _run(delete(OutgoingMail).where(*criteria))


def _notifications() -> Criteria:
    return [or_(Notification.mail_due_at.is_(None), Notification.mailed_at.is_not(None))]


def _forget_notifications(criteria: Criteria) -> int:
    return _run(delete(Notification).where(*criteria))


def _applications() -> Criteria:
    return [PartnerApplication.ruled_at.is_not(None), PartnerApplication.email != ""]


def _forget_applicants(criteria: Criteria) -> int:
    """That a company applied, and how it was ruled on, stays."""
    empty = {"contact_name": "", "email": "", "message": "", "answers": []}
    return _run(update(PartnerApplication).where(*criteria).values(empty))


def _imports() -> Criteria:
    over = (BatchStatus.APPLIED, BatchStatus.FAILED, BatchStatus.UNDONE)
    still_there = select(StoredFile.id).where(StoredFile.sha256 != _REMOVED)
    return [ImportBatch.status.in_(over), ImportBatch.file_id.in_(still_there)]


def _forget_files(criteria: Criteria) -> int:
    """The file and its lines; what the import changed stays, and can still be undone."""
    batches = db.session.execute(select(ImportBatch.id, ImportBatch.file_id).where(*criteria)).all()
    if not batches:
        return 0
    owner = db.session.scalars(select(Vendor.public_id).where(Vendor.id == bound_vendor())).one()
    key, digest = storage.put(str(owner), REMOVED_FILE)
    gone: set[str] = set()
    for start in range(0, len(batches), _CHUNK):
        some = batches[start : start + _CHUNK]
        files = [file_id for _batch, file_id in some]
        gone |= set(db.session.scalars(select(StoredFile.key).where(StoredFile.id.in_(files))))
        note = {"key": key, "sha256": digest, "size": len(REMOVED_FILE), "media_type": "text/plain"}
        _run(update(StoredFile).where(StoredFile.id.in_(files)).values(note))
        _run(delete(ImportRow).where(ImportRow.batch_id.in_([batch for batch, _file in some])))
    rule = db.session.scalars(select(RetentionRule)).one()
    rule.file_keys = sorted({*rule.file_keys, *gone})
    return len(batches)


KEPT: dict[Thing, Kept] = {
    Thing.USAGE: Kept(UsageEvent, UsageEvent.at, _uses, _forget_users),
    Thing.MAIL: Kept(OutgoingMail, OutgoingMail.created_at, _mails, _forget_mails),
    # A reminder may come a year ahead and thirty days after: forgotten sooner, it would be told again.
    Thing.NOTIFICATION: Kept(Notification, Notification.at, _notifications, _forget_notifications, 14),
    Thing.APPLICATION: Kept(
        PartnerApplication, PartnerApplication.ruled_at, _applications, _forget_applicants
    ),
    Thing.IMPORT: Kept(ImportBatch, ImportBatch.created_at, _imports, _forget_files),
}


def _run(statement: Any) -> int:
    done = db.session.execute(statement.execution_options(synchronize_session=False))
    return int(done.rowcount)  # type: ignore[attr-defined]


def _zone() -> str:
    return str(db.session.scalars(select(Vendor.time_zone).where(Vendor.id == bound_vendor())).one())


def _before(today: date, months: int, zone: str) -> datetime:
    """The instant before which something is older than so many months."""
    number = today.year * 12 + today.month - 1 - months
    return clock.day_start(date(number // 12, number % 12 + 1, min(today.day, 28)), zone)
