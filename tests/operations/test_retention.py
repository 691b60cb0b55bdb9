"""Retention: who used what is forgotten in time, that it was used is not."""

from __future__ import annotations

import json
from datetime import timedelta

from sqlalchemy import func, select

from prm.access import system_actor
from prm.accounts.mailbox import queue_mail
from prm.accounts.models import MailStatus, OutgoingMail
from prm.extensions import db
from prm.infra import clock, jobs
from prm.infra.db import transaction
from prm.journal.models import JournalEntry
from prm.marketing.models import AssetVersion, UsageEvent, UsageKind
from prm.marketing.services import record_usage
from prm.permissions import Role
from tests.factories import UserRef, VendorRef, World
from tests.factories.marketing import make_asset


def use_asset(world: World, vendor: VendorRef, user: UserRef, days_ago: int) -> None:
    with (
        world.acting(vendor, user) as actor,
        clock.freeze(clock.now() - timedelta(days=days_ago)),
        transaction(),
    ):
        record_usage(actor, db.session.scalars(select(AssetVersion)).one(), UsageKind.DOWNLOADED)


def send_mail(world: World, vendor: VendorRef, days_ago: int, status: MailStatus) -> None:
    with clock.freeze(clock.now() - timedelta(days=days_ago)), world.acting(vendor), transaction():
        mail = queue_mail(system_actor(None), "a@example.com", "Hello", "Body", vendor_id=vendor.id)
        mail.status, mail.next_attempt_at = status, clock.now() + timedelta(days=9999)


def set_months(world: World, *options: str) -> dict[str, int | None]:
    result = world.app.test_cli_runner().invoke(
        args=["vendors", "retention", "--vendor", "acme", "--json", *options]
    )
    assert result.exit_code == 0, result.output
    told: dict[str, int | None] = json.loads(result.stdout)
    return told


def test_the_person_is_forgotten_and_the_use_stays(world: World) -> None:
    vendor = world.vendor("acme")
    member = world.user(Role.PARTNER_MEMBER, partnership=world.partnership(vendor))
    make_asset(world, vendor)
    for days in (500, 400, 20):
        use_asset(world, vendor, member, days)
    assert set_months(world) == {"usage_months": None, "mail_months": None}
    jobs.sweep(world.app)
    assert known_uses(world, vendor) == (3, 3)
    assert set_months(world, "--usage-months", "12") == {"usage_months": 12, "mail_months": None}
    jobs.sweep(world.app)
    assert known_uses(world, vendor) == (3, 1)
    page = world.client(world.user(Role.VENDOR_ADMIN, vendor=vendor)).get("/acme/marketing/usage")
    assert page.status_code == 200
    with world.app.app_context():
        applied = db.session.scalars(
            select(JournalEntry).where(JournalEntry.action == "retention.applied")
        ).one()
        assert applied.facts == {"uses": 2, "mails": 0}


def known_uses(world: World, vendor: VendorRef) -> tuple[int, int]:
    with world.acting(vendor):
        total, known = db.session.execute(
            select(func.count(UsageEvent.id), func.count(UsageEvent.user_id))
        ).one()
        return total, known


def test_sent_mails_go_and_due_ones_stay(world: World) -> None:
    vendor = world.vendor("acme")
    for days, status in ((100, MailStatus.SENT), (100, MailStatus.DUE), (5, MailStatus.SENT)):
        send_mail(world, vendor, days, status)
    set_months(world, "--mail-months", "1")
    jobs.sweep(world.app)
    with world.app.app_context():
        left = db.session.scalars(select(OutgoingMail.status).order_by(OutgoingMail.id)).all()
    assert left == [MailStatus.DUE, MailStatus.SENT]


def test_it_is_done_once_a_day(world: World) -> None:
    vendor = world.vendor("acme")
    set_months(world, "--mail-months", "1")
    jobs.sweep(world.app)
    send_mail(world, vendor, 100, MailStatus.SENT)
    jobs.sweep(world.app)
    with world.app.app_context():
        assert db.session.scalar(select(func.count(OutgoingMail.id))) == 1
    with clock.travel(clock.now() + timedelta(days=1)):
        jobs.sweep(world.app)
    with world.app.app_context():
        assert db.session.scalar(select(func.count(OutgoingMail.id))) == 0
