"""Reminders: once for each threshold, the nearest one alone, whatever the worker missed."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlalchemy import select

from prm.audits import services as audits
from prm.audits.policy import AgreementCurrent
from prm.extensions import db
from prm.infra import clock
from prm.infra.db import transaction
from prm.notifications import services
from prm.notifications.models import Kind, ReminderProgress, ReminderStage
from prm.notifications.reminders import PAST, threshold_of
from prm.notifications.tasks import remind_of_dates
from prm.partners.models import Partnership
from prm.permissions import Role
from tests.factories import World
from tests.factories.accounts import at_once
from tests.factories.certification import issue, make_scheme
from tests.factories.training import assign, complete, make_course
from tests.notifications.reading import kinds, told

START = date(2101, 3, 1)


def at(day: date, hour: int = 9) -> datetime:
    return datetime.combine(day, time(hour), tzinfo=UTC)


def run(world: World, *days: date) -> None:
    """A worker that was up on these days, and looked three times on each."""
    for day in days:
        with clock.freeze(at(day)), world.app.app_context():
            for _ in range(3):
                remind_of_dates()


def every_day(first: date, last: date) -> list[date]:
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def around(on: date, *days: int) -> list[date]:
    """The days before, at and after each of so many days ahead of a date."""
    return sorted(on - timedelta(days=ahead + step) for ahead in days for step in (-1, 0, 1))


@pytest.mark.parametrize(
    ("left", "since", "expected"),
    [
        (15, 30, None),
        (14, 30, 14),
        (4, 30, 14),
        (3, 30, 3),
        (0, 30, 3),
        (-1, 30, PAST),
        (-30, 60, PAST),
        (-31, 60, None),  # too long ago to be news
        (10, 10, None),  # was that near when it was assigned: they have just been told
        (14, 14, None),
        (14, 15, 14),
        (2, 10, 3),
    ],
)
def test_the_nearest_threshold_that_was_reached_counts(left: int, since: int, expected: int | None) -> None:
    on = START + timedelta(days=left)
    assert threshold_of(on, START, (14, 3), on - timedelta(days=since)) == expected


def test_a_course_is_reminded_of_at_14_and_3_days_and_when_overdue(world, acme, northwind, ada) -> None:
    with clock.freeze(at(START)):
        assign(world, northwind, make_course(world, acme, "Nimbus"), due_on=START + timedelta(days=30))
    run(world, START, *around(START + timedelta(days=30), 14, 3, 0, -10))
    assert [(row.kind, row.text) for row in told(world, acme, ada)[1:]] == [
        (Kind.COURSE_DUE, "“Nimbus” is due on Mar 31, 2101."),
        (Kind.COURSE_DUE, "“Nimbus” is due on Mar 31, 2101."),
        (Kind.COURSE_OVERDUE, "“Nimbus” was due on Mar 31, 2101."),
    ]


def test_a_worker_that_was_away_sends_the_nearest_reminder_alone(world, acme, northwind, ada) -> None:
    with clock.freeze(at(START)):
        assign(world, northwind, make_course(world, acme), due_on=START + timedelta(days=30))
    run(world, START, START + timedelta(days=29))
    assert kinds(world, acme, ada)[1:] == [Kind.COURSE_DUE]
    run(world, START + timedelta(days=40))
    assert kinds(world, acme, ada)[1:] == [Kind.COURSE_DUE, Kind.COURSE_OVERDUE]


def test_how_far_one_vendors_look_has_come_says_nothing_of_anothers(world, acme, northwind, ada) -> None:
    with clock.freeze(at(START)):
        assign(world, northwind, make_course(world, acme), due_on=START + timedelta(days=30))
    run(world, START)
    with world.acting(world.vendor("other")), transaction():
        db.session.add(ReminderProgress(on=START + timedelta(days=29), stage=list(ReminderStage)[-1]))
    with clock.freeze(at(START + timedelta(days=29))), world.app.app_context():
        remind_of_dates()
    assert kinds(world, acme, ada)[1:] == [Kind.COURSE_DUE]


def test_who_has_completed_is_not_reminded(world, acme, northwind, ada) -> None:
    course = make_course(world, acme)
    with clock.freeze(at(START)):
        assign(world, northwind, course, due_on=START + timedelta(days=30))
        complete(world, acme, ada, course)
    run(world, *around(START + timedelta(days=30), 14, 3, 0))
    assert Kind.COURSE_DUE not in kinds(world, acme, ada)
    assert Kind.COURSE_OVERDUE not in kinds(world, acme, ada)


def test_a_new_due_date_is_reminded_of_anew(world, acme, northwind, ada) -> None:
    course = make_course(world, acme)
    with clock.freeze(at(START)):
        assign(world, northwind, course, due_on=START + timedelta(days=20))
    run(world, START + timedelta(days=6))
    with clock.freeze(at(START + timedelta(days=7))):
        assign(world, northwind, course, due_on=START + timedelta(days=40))
    run(world, START + timedelta(days=8), START + timedelta(days=26))
    assert kinds(world, acme, ada).count(Kind.COURSE_DUE) == 2


def test_a_certificate_is_reminded_of_to_its_holder_and_by_person_to_the_company(
    world, acme, northwind, ada, boss
) -> None:
    course = make_course(world, acme)
    with clock.freeze(at(START)):
        for name in ("Installer", "Seller"):
            issue(world, acme, make_scheme(world, acme, course, name=name, validity_months=6), ada)
    last = date(2101, 8, 31)
    run(world, *around(last, 90, 60, 30, 7, 0))
    assert kinds(world, acme, ada)[2:] == [Kind.CERTIFICATE_EXPIRING] * 8 + [Kind.CERTIFICATE_EXPIRED] * 2
    assert [row.text for row in told(world, acme, boss)] == [
        "Certificates of Ada Lovelace: 2 expire soon.",
        "Certificates of Ada Lovelace: 2 expire soon.",
        "Certificates of Ada Lovelace: 2 expire soon.",
        "Certificates of Ada Lovelace: 2 expire soon.",
        "Certificates of Ada Lovelace: 2 have expired.",
    ]


def test_a_line_for_the_company_names_what_is_new_alone(world, acme, northwind, ada, boss) -> None:
    course = make_course(world, acme)
    for day, name in ((START, "Installer"), (START + timedelta(days=2), "Seller")):
        with clock.freeze(at(day)):
            issue(world, acme, make_scheme(world, acme, course, name=name, validity_months=6), ada)
    last = date(2101, 8, 31)
    run(world, *every_day(last - timedelta(days=90), last - timedelta(days=86)))
    assert [row.text for row in told(world, acme, boss)] == [
        "Certificates of Ada Lovelace: 1 expires soon."
    ] * 2


def test_a_renewed_certificate_is_not_reminded_of(world, acme, northwind, ada) -> None:
    scheme = None
    with clock.freeze(at(START)):
        scheme = make_scheme(world, acme, make_course(world, acme), validity_months=6)
        issue(world, acme, scheme, ada)
    last = date(2101, 8, 31)
    with clock.freeze(at(last - timedelta(days=80))):
        issue(world, acme, scheme, ada)
    run(world, *around(last, 30, 7, 0))
    assert set(kinds(world, acme, ada)) == {Kind.CERTIFICATE_ISSUED}


def test_an_agreement_is_reminded_of_to_manager_and_company(world, acme, northwind, boss) -> None:
    manager = world.user(Role.CHANNEL_MANAGER, vendor=acme)
    far = world.user(Role.CHANNEL_MANAGER, vendor=acme, region_names=("North",))
    with clock.freeze(at(START)), world.acting(acme) as actor, transaction():
        audits.set_policy(actor, [AgreementCurrent(12)], effective_on=START)
        row = db.session.scalars(select(Partnership).where(Partnership.id == northwind.id)).one()
        row.agreement_accepted_on, row.manager_user_id = START, manager.id
    run(world, *around(date(2102, 3, 1), 30, 7, 0))
    for person in (manager, boss):
        assert [row.text for row in told(world, acme, person) if row.kind is Kind.AGREEMENT_ENDING] == [
            "The agreement with Northwind runs out on Mar 1, 2102.",
            "The agreement with Northwind runs out on Mar 1, 2102.",
            "The agreement with Northwind ran out on Mar 1, 2102.",
        ]
    assert told(world, acme, far) == []


def test_a_partner_that_is_no_longer_compliant_is_told_of_once(world, acme, northwind, boss) -> None:
    admin = world.user(Role.VENDOR_ADMIN, vendor=acme)
    with clock.freeze(at(START)), world.acting(acme) as actor, transaction():
        audits.set_policy(actor, [AgreementCurrent(12)], effective_on=START)
        row = db.session.scalars(select(Partnership).where(Partnership.id == northwind.id)).one()
        row.agreement_accepted_on = START
    run(world, START, *every_day(date(2102, 2, 28), date(2102, 3, 5)))
    for person in (admin, boss):
        lost = [row.text for row in told(world, acme, person) if row.kind is Kind.COMPLIANCE_LOST]
        assert lost == ["Northwind is no longer compliant: 1 rule is not met."]


def test_who_was_never_compliant_is_not_told_of(world, acme, northwind, boss) -> None:
    with clock.freeze(at(START)), world.acting(acme) as actor, transaction():
        audits.set_policy(actor, [AgreementCurrent(12)], effective_on=START)
    run(world, START, START + timedelta(days=1))
    assert told(world, acme, boss) == []


def test_the_vendor_says_how_many_days_ahead(world, acme, northwind, ada) -> None:
    with world.acting(acme) as actor, transaction():
        services.save_plan(actor, course_days=[5], certificate_days=[], agreement_days=[])
    with clock.freeze(at(START)):
        assign(world, northwind, make_course(world, acme), due_on=START + timedelta(days=30))
    run(world, *around(START + timedelta(days=30), 14, 7))
    assert Kind.COURSE_DUE not in kinds(world, acme, ada)
    run(world, START + timedelta(days=25))
    assert kinds(world, acme, ada).count(Kind.COURSE_DUE) == 1


def test_workers_that_look_at_a_day_at_once_tell_it_once(world, acme, northwind, ada) -> None:
    with clock.freeze(at(START)):
        assign(world, northwind, make_course(world, acme), due_on=START + timedelta(days=30))
    run(world, START)

    def work(_number: int) -> None:
        with clock.freeze(at(START + timedelta(days=20))), world.app.app_context():
            remind_of_dates()

    at_once(4, work)
    assert kinds(world, acme, ada).count(Kind.COURSE_DUE) == 1


def test_the_first_worker_finds_no_plan_and_makes_one(world, acme) -> None:
    def work(_number: int) -> None:
        with clock.freeze(at(START)), world.app.app_context():
            remind_of_dates()

    at_once(4, work)
