"""Retention: who used what is forgotten in time, that it was used is not."""

from __future__ import annotations

import json
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import func, select, update

from prm.access import system_actor
from prm.accounts.mailbox import queue_mail
from prm.accounts.models import MailStatus, OutgoingMail
from prm.extensions import db
from prm.imports.models import ImportBatch, ImportRow
from prm.infra import clock, jobs, storage
from prm.infra.db import transaction
from prm.journal.models import JournalEntry
from prm.marketing.models import AssetVersion, UsageEvent, UsageKind
from prm.marketing.services import record_usage
from prm.notifications.models import Kind, Notification
from prm.notifications.services import Told, tell
from prm.operations.models import RetentionRule
from prm.operations.services.retention import REMOVED_FILE
from prm.partners.models import PartnerApplication, Partnership
from prm.partners.services.applications import reject_application
from prm.permissions import Role
from tests.factories import UserRef, VendorRef, World
from tests.factories.marketing import make_asset
from tests.factories.partners import apply
from tests.factories.revenue import csv_of, import_file, import_rows


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


def test_what_one_vendor_keeps_another_need_not(world: World) -> None:
    acme, other = world.vendor("acme"), world.vendor("other")
    for vendor in (acme, other):
        member = world.user(Role.PARTNER_MEMBER, partnership=world.partnership(vendor))
        make_asset(world, vendor)
        use_asset(world, vendor, member, 500)
    set_months(world, "--usage-months", "12")
    jobs.sweep(world.app)
    assert (known_uses(world, acme), known_uses(world, other)) == ((1, 0), (1, 1))
    told = world.app.test_cli_runner().invoke(args=["vendors", "retention", "--vendor", "other", "--json"])
    assert set(json.loads(told.stdout).values()) == {None}


def test_the_person_is_forgotten_and_the_use_stays(world: World) -> None:
    vendor = world.vendor("acme")
    member = world.user(Role.PARTNER_MEMBER, partnership=world.partnership(vendor))
    make_asset(world, vendor)
    for days in (500, 400, 20):
        use_asset(world, vendor, member, days)
    assert set(set_months(world).values()) == {None}
    jobs.sweep(world.app)
    assert known_uses(world, vendor) == (3, 3)
    assert set_months(world, "--usage-months", "12")["usage_months"] == 12
    jobs.sweep(world.app)
    assert known_uses(world, vendor) == (3, 1)
    page = world.client(world.user(Role.VENDOR_ADMIN, vendor=vendor)).get("/acme/marketing/usage")
    assert page.status_code == 200
    with world.app.app_context():
        applied = db.session.scalars(
            select(JournalEntry).where(JournalEntry.action == "retention.applied")
        ).one()
        assert applied.facts == {"usage": 2}


def known_uses(world: World, vendor: VendorRef) -> tuple[int, int]:
    with world.acting(vendor):
        total, known = db.session.execute(
            select(func.count(UsageEvent.id), func.count(UsageEvent.user_id))
        ).one()
        return total, known


def find_application(public_id: UUID) -> PartnerApplication:
    return db.session.scalars(
        select(PartnerApplication).where(PartnerApplication.public_id == public_id)
    ).one()


def test_an_application_stays_without_who_wrote_it(world: World) -> None:
    vendor = world.vendor("acme")
    admin = world.user(Role.VENDOR_ADMIN, vendor=vendor)
    old = apply(world, vendor, company="Old Lane")
    with world.acting(vendor, admin) as actor, transaction():
        row = find_application(old)
        reject_application(actor, row, reason="We have a partner there.")
        row.ruled_at = clock.now() - timedelta(days=400)
    waiting = apply(world, vendor, company="New Lane", email="new@lane.example")
    set_months(world, "--application-months", "12")
    jobs.sweep(world.app)
    with world.acting(vendor):
        row = find_application(old)
        assert (row.company, row.status.value, row.ruled_at is None) == ("Old Lane", "rejected", False)
        assert (row.contact_name, row.email, row.message, row.answers) == ("", "", "", [])
        assert find_application(waiting).email != ""
    client = world.client(admin)
    assert client.get("/acme/partners/applications").status_code == 200
    assert client.get(f"/acme/partners/applications/{row.public_id}").status_code == 200


def test_an_imported_file_goes_and_what_it_changed_stays(world: World) -> None:
    vendor = world.vendor("acme")
    admin = world.user(Role.VENDOR_ADMIN, vendor=vendor)
    with clock.freeze(clock.now() - timedelta(days=400)):
        rows = [{"external_id": "P-1", "name": "Ridge"}, {"external_id": "P-2", "name": ""}]
        import_file(world, vendor, "partners", csv_of(rows))
    with world.acting(vendor):
        batch = db.session.scalars(select(ImportBatch)).one()
        address, key = f"/acme/imports/{batch.public_id}", batch.file.key
        counts = batch.counts
        assert storage.store().has(key) and db.session.scalar(select(func.count(ImportRow.id))) == 2
    set_months(world, "--import-months", "12")
    jobs.sweep(world.app)
    with world.acting(vendor):
        assert not storage.store().has(key)
        assert db.session.scalar(select(func.count(ImportRow.id))) == 0
        assert db.session.scalars(select(ImportBatch)).one().counts == counts
        assert db.session.scalars(select(Partnership.name)).all() == ["Ridge"]
        assert db.session.scalars(select(RetentionRule)).one().file_keys == []
    client = world.client(admin)
    assert client.get(address).status_code == 200
    set_months(world, "--mail-months", "12")  # the next run finds nothing to delete again
    jobs.sweep(world.app)
    assert len(applied(world)) == 1


def test_a_file_that_another_row_names_stays_in_the_store(world: World) -> None:
    vendor = world.vendor("acme")
    rows = [{"external_id": "P-1", "name": "Ridge"}]
    with clock.freeze(clock.now() - timedelta(days=400)):
        import_rows(world, vendor, "partners", rows)
    import_rows(world, vendor, "partners", rows)  # the same bytes, today
    set_months(world, "--import-months", "12")
    jobs.sweep(world.app)
    with world.acting(vendor):
        old, new = db.session.scalars(select(ImportBatch).order_by(ImportBatch.id))
        assert storage.read(old.file.key) == REMOVED_FILE
        assert b"Ridge" in storage.read(new.file.key)


def test_old_notifications_go_and_those_waiting_for_a_mail_stay(world: World) -> None:
    vendor = world.vendor("acme")
    admin = world.user(Role.VENDOR_ADMIN, vendor=vendor)
    with world.acting(vendor) as actor, transaction():
        for days, is_mailed in ((500, True), (500, False), (20, True)):
            key, at = f"problem:{days}:{is_mailed}", clock.now() - timedelta(days=days)
            tell(actor, [Told(admin.id, Kind.IMPORT_PROBLEM, key)])
            mailed = {"mailed_at": at} if is_mailed else {"mail_due_at": clock.now() + timedelta(days=1)}
            db.session.execute(update(Notification).where(Notification.key == key).values(at=at, **mailed))
    set_months(world, "--notification-months", "14")
    jobs.sweep(world.app)
    with world.acting(vendor):
        left = sorted(db.session.scalars(select(Notification.key)))
    assert left == ["problem:20:True", "problem:500:False"]


def applied(world: World) -> list[dict[str, int]]:
    with world.app.app_context():
        return [
            entry.facts
            for entry in db.session.scalars(
                select(JournalEntry).where(JournalEntry.action == "retention.applied")
            )
        ]


# -- the page ----------------------------------------------------------------------------------

PERIODS = {
    "usage_months": "",
    "mail_months": "",
    "notification_months": "",
    "application_months": "",
    "import_months": "",
}
PAGE = "/acme/operations/retention"


def test_the_page_says_what_goes_and_asks_before(world: World) -> None:
    vendor = world.vendor("acme")
    admin = world.client(world.user(Role.VENDOR_ADMIN, vendor=vendor))
    for days in (100, 100, 5):
        send_mail(world, vendor, days, MailStatus.SENT)
    assert "for ever" in admin.get(PAGE).text
    asked = admin.post(PAGE, data={**PERIODS, "mail_months": "1"})
    assert asked.status_code == 200 and "Delete what is older?" in asked.text
    assert "Mails that were sent: 2, from before" in asked.text
    assert set(set_months(world).values()) == {None}, "saved before anybody was sure"
    saved = admin.post(PAGE, data={**PERIODS, "mail_months": "1", "is_sure": "yes"}, follow_redirects=True)
    assert saved.status_code == 200 and "The periods are saved" in saved.text and "1 month" in saved.text
    jobs.sweep(world.app)
    with world.app.app_context():
        assert db.session.scalar(select(func.count(OutgoingMail.id))) == 1
    assert applied(world) == [{"mail": 2}]


def test_what_loses_nothing_is_saved_at_once(world: World) -> None:
    vendor = world.vendor("acme")
    admin = world.client(world.user(Role.VENDOR_ADMIN, vendor=vendor))
    assert admin.post(PAGE, data={**PERIODS, "usage_months": "24"}).status_code == 303
    assert set_months(world)["usage_months"] == 24
    assert admin.post(PAGE, data=PERIODS).status_code == 303
    assert set_months(world)["usage_months"] is None


@pytest.mark.parametrize(
    ("field", "typed"),
    [("mail_months", "soon"), ("mail_months", "0"), ("usage_months", "9999"), ("notification_months", "6")],
)
def test_a_period_that_cannot_be_is_said_and_kept(world: World, field: str, typed: str) -> None:
    vendor = world.vendor("acme")
    admin = world.client(world.user(Role.VENDOR_ADMIN, vendor=vendor))
    answer = admin.post(PAGE, data={**PERIODS, field: typed})
    assert answer.status_code == 422 and f'value="{typed}"' in answer.text
    assert set(set_months(world).values()) == {None}


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
