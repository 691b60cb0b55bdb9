"""Dates: how long a certificate is valid, and what it is on a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest

from prm.certification.validity import Status, last_valid_day, may_renew, status_of


@dataclass(frozen=True)
class Dates:
    issued_on: date = date(2025, 1, 10)
    expires_on: date | None = date(2026, 1, 9)
    grace_until: date | None = None
    renewed_on: date | None = None
    revoked_at: datetime | None = None


@pytest.mark.parametrize(
    ("issued_on", "months", "last"),
    [
        (date(2026, 3, 12), 24, date(2028, 3, 11)),
        (date(2026, 1, 1), 12, date(2026, 12, 31)),
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2024, 2, 29), 48, date(2028, 2, 28)),
        (date(2026, 12, 31), 2, date(2027, 2, 28)),
        (date(2026, 3, 12), None, None),
        (date(9990, 1, 1), 600, date.max),
    ],
)
def test_the_last_valid_day(issued_on: date, months: int | None, last: date | None) -> None:
    assert last_valid_day(issued_on, months) == last


@pytest.mark.parametrize(
    ("on", "status"),
    [
        (date(2025, 10, 10), Status.VALID),
        (date(2025, 10, 11), Status.EXPIRING),
        (date(2026, 1, 9), Status.EXPIRING),  # its last day is a valid one
        (date(2026, 1, 10), Status.EXPIRED),
    ],
)
def test_the_status_follows_from_the_day(on: date, status: Status) -> None:
    assert status_of(Dates(), on) is status


def test_a_revocation_counts_whatever_the_dates_say() -> None:
    revoked = Dates(expires_on=None, revoked_at=datetime(2025, 6, 1, tzinfo=UTC))
    assert status_of(revoked, date(2025, 2, 1)) is Status.REVOKED
    assert not Status.REVOKED.holds and not Status.EXPIRED.holds
    assert status_of(Dates(expires_on=None), date(2999, 1, 1)) is Status.VALID


def test_renewal_opens_ninety_days_ahead_and_not_before_half_time() -> None:
    assert not may_renew(Dates(), date(2025, 10, 10))
    assert may_renew(Dates(), date(2025, 10, 11))
    assert may_renew(Dates(), date(2026, 5, 1))
    assert not may_renew(Dates(expires_on=None), date(2030, 1, 1))
    short = Dates(expires_on=date(2025, 3, 9))  # two months
    assert not may_renew(short, date(2025, 1, 10)) and not may_renew(short, date(2025, 2, 7))
    assert may_renew(short, date(2025, 2, 9))
    a_day = Dates(expires_on=date(2025, 1, 10))
    assert not may_renew(a_day, a_day.issued_on)
    assert may_renew(a_day, a_day.issued_on + timedelta(days=1))
