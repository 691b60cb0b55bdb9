"""How long a certificate is valid, and what it is on a given day. Pure: no database, no clock."""

from __future__ import annotations

import calendar
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Protocol

EXPIRING_DAYS = 90


class Status(StrEnum):
    VALID = "valid"
    EXPIRING = "expiring"
    GRACE = "grace"  # over, and still renewed by what a renewal asks alone
    EXPIRED = "expired"
    RENEWED = "renewed"  # another one has taken its place
    REVOKED = "revoked"

    @property
    def holds(self) -> bool:
        """Whether the certificate counts: valid, be it for a few days more."""
        return self in {Status.VALID, Status.EXPIRING}


class Standing(StrEnum):
    """What a certificate is on a day, told apart for whoever checks it."""

    NOT_ISSUED = "not_issued"
    VALID = "valid"
    EXPIRING = "expiring"
    SUPERSEDED = "superseded"
    GRACE = "grace"
    EXPIRED = "expired"
    REVOKED = "revoked"
    WITHDRAWN = "withdrawn"  # its holder was erased


class Dated(Protocol):
    """What a status follows from."""

    @property
    def issued_on(self) -> date: ...
    @property
    def expires_on(self) -> date | None: ...
    @property
    def grace_until(self) -> date | None: ...
    @property
    def renewed_on(self) -> date | None: ...
    @property
    def revoked_at(self) -> datetime | None: ...


def status_of(certificate: Dated, on: date) -> Status:
    """What a certificate is on a day of the vendor's zone; its last day is a valid one.

    A revocation counts from the moment it was made, and for every day asked about. Renewed: whether or
    not its own time is over; who holds it holds the one that followed.
    """
    if certificate.revoked_at is not None:
        return Status.REVOKED
    if certificate.renewed_on is not None and on >= certificate.renewed_on:
        return Status.RENEWED
    return _by_time(certificate, on)


def own_status_of(certificate: Dated, on: date) -> Status:
    """The same as if nothing had renewed it: what its own dates say."""
    return Status.REVOKED if certificate.revoked_at is not None else _by_time(certificate, on)


def _by_time(certificate: Dated, on: date) -> Status:
    if certificate.expires_on is None:
        return Status.VALID
    left = (certificate.expires_on - on).days
    if left < 0:
        in_grace = certificate.grace_until is not None and on <= certificate.grace_until
        return Status.GRACE if in_grace else Status.EXPIRED
    return Status.EXPIRING if left <= EXPIRING_DAYS else Status.VALID


def standing_on(
    certificate: Dated, on: date, *, revoked_on: date | None, renewed_on: date | None
) -> Standing:
    """What a certificate was, is or will be on a day of the vendor's zone, as is known now.

    Unlike status_of, a revocation counts from its day: who asks about an earlier one is told what it was
    then. Superseded: renewed by another one, whether or not its own time is over.
    """
    if on < certificate.issued_on:
        return Standing.NOT_ISSUED
    if revoked_on is not None and on >= revoked_on:
        return Standing.REVOKED
    if renewed_on is not None and on >= renewed_on:
        return Standing.SUPERSEDED
    return Standing(_by_time(certificate, on).value)


def may_renew(certificate: Dated, on: date) -> bool:
    """Whether a new certificate may follow this one: it has lapsed, or will within 90 days.

    Not before half of its time is over, or a short validity would be renewed at once.
    """
    if not status_of(certificate, on).holds:
        return True
    if certificate.expires_on is None:
        return False
    half = (certificate.expires_on - certificate.issued_on) / 2
    opens = max(certificate.expires_on - timedelta(days=EXPIRING_DAYS), certificate.issued_on + half)
    return on > certificate.issued_on and on >= opens


def last_day_of_grace(expires_on: date | None, days: int) -> date | None:
    """The last day on which a certificate that ran out is renewed like one that did not; None: no grace."""
    if expires_on is None or not days or expires_on == date.max:
        return None
    return expires_on + timedelta(days=min(days, (date.max - expires_on).days))


def last_valid_day(issued_on: date, months: int | None) -> date | None:
    """The last day of a validity in months; None: it does not expire.

    24 months from 12 March 2026 end with 11 March 2028; a month from 31 January ends with February.
    """
    if months is None:
        return None
    years, month = divmod(issued_on.month - 1 + months, 12)
    year, month = issued_on.year + years, month + 1
    if year > date.max.year:
        return date.max
    last = calendar.monthrange(year, month)[1]
    if issued_on.day > last:
        return date(year, month, last)
    return date(year, month, issued_on.day) - timedelta(days=1)
