"""Mails about notifications: a digest each morning, or at once, or none; nothing lost, nothing twice."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest

from prm.accounts.models import User
from prm.accounts.tasks import deliver_due_mails
from prm.extensions import db
from prm.infra import clock
from prm.infra.db import serve_vendor, transaction
from prm.notifications import services
from prm.notifications.models import Kind, MailWhen
from prm.notifications.queries import Wanted
from prm.notifications.services.telling import next_morning
from prm.notifications.tasks import send_due_mails, send_mails
from prm.permissions import Role
from tests.factories import UserRef, VendorRef, World
from tests.factories.accounts import at_once
from tests.factories.certification import issue, make_scheme, revoke
from tests.factories.training import assign, make_course
from tests.notifications.reading import told
from tests.servers import SmtpSink

NOON = datetime(2101, 3, 1, 12, tzinfo=UTC)


def sweep(world: World) -> None:
    with world.app.app_context():
        send_due_mails()


def want(world: World, vendor: VendorRef, user: UserRef, kind: Kind, mail: MailWhen) -> None:
    with world.acting(vendor, user) as actor, transaction():
        services.save_preferences(actor, {kind: Wanted(True, mail)})


def certify(world: World, acme: VendorRef, user: UserRef, *names: str) -> None:
    course = make_course(world, acme)
    for name in names:
        issue(world, acme, make_scheme(world, acme, course, name=name), user)


def test_the_digest_comes_in_the_morning_where_the_person_lives(world, acme, ada, mail: SmtpSink) -> None:
    with world.app.app_context(), transaction() as session:
        session.get_one(User, ada.id).time_zone = "Asia/Tokyo"
    with clock.freeze(NOON):  # 21:00 in Tokyo
        certify(world, acme, ada, "Installer", "Seller")
    for instant, count in ((NOON + timedelta(hours=9, minutes=59), 0), (NOON + timedelta(hours=10), 1)):
        with clock.freeze(instant):
            sweep(world)
            sweep(world)
        assert len(mail.mails_to(ada.email)) == count
    [sent] = mail.mails_to(ada.email)
    assert sent.message["Subject"] == "2 notifications from Acme"
    assert "Your certificate “Installer” is issued." in sent.text
    assert "http://localhost/acme/certification/" in sent.text
    with clock.freeze(NOON + timedelta(days=3)):
        sweep(world)
    assert len(mail.deliveries) == 1


@pytest.mark.parametrize(
    ("zone", "now", "morning"),
    [
        ("UTC", "2101-03-01T06:59", "2101-03-01T07:00"),
        ("UTC", "2101-03-01T07:00", "2101-03-02T07:00"),
        ("America/New_York", "2101-03-01T11:00", "2101-03-01T12:00"),
        ("Europe/Berlin", "2026-03-28T12:00", "2026-03-29T05:00"),  # the clocks go forward that night
    ],
)
def test_the_next_morning_is_seven_oclock_there(zone: str, now: str, morning: str) -> None:
    moment = datetime.fromisoformat(now).replace(tzinfo=UTC)
    assert next_morning(moment, zone).astimezone(UTC) == datetime.fromisoformat(morning).replace(tzinfo=UTC)


def test_what_was_read_is_not_mailed(world, acme, ada, mail: SmtpSink) -> None:
    with clock.freeze(NOON):
        certify(world, acme, ada, "Installer")
        with world.acting(acme, ada) as actor, transaction():
            assert services.mark_all_read(actor) == 1
    with clock.freeze(NOON + timedelta(days=1)):
        sweep(world)
    assert mail.deliveries == []


def test_an_assignment_is_mailed_at_once_by_default(world, acme, northwind, ada, mail: SmtpSink) -> None:
    assign(world, northwind, make_course(world, acme, "Installing"))
    [sent] = mail.mails_to(ada.email)
    assert sent.message["Subject"] == "1 course for you at Acme"
    assert "“Installing” is assigned to you." in sent.text


def test_preferences_decide_when_a_kind_is_mailed(world, acme, northwind, ada, mail: SmtpSink) -> None:
    want(world, acme, ada, Kind.COURSE_ASSIGNED, MailWhen.OFF)
    want(world, acme, ada, Kind.CERTIFICATE_ISSUED, MailWhen.AT_ONCE)
    assign(world, northwind, make_course(world, acme, "Installing"))
    assert mail.deliveries == []
    certify(world, acme, ada, "Installer")
    [sent] = mail.deliveries
    assert sent.message["Subject"] == "Acme: Your certificate “Installer” is issued."
    assert len(told(world, acme, ada)) == 2  # the portal shows both


def test_what_waits_for_the_digest_follows_a_changed_mind(world, acme, ada, mail: SmtpSink) -> None:
    certify(world, acme, ada, "Installer")
    want(world, acme, ada, Kind.CERTIFICATE_ISSUED, MailWhen.OFF)
    with clock.freeze(clock.now() + timedelta(days=2)):
        sweep(world)
    assert mail.deliveries == []


def test_nothing_is_lost_while_the_server_refuses(world, acme, northwind, ada, mail: SmtpSink) -> None:
    mail.refuse = True
    assign(world, northwind, make_course(world, acme))
    assert mail.deliveries == []
    mail.refuse = False
    with clock.freeze(clock.now() + timedelta(minutes=2)):
        sweep(world)
        with world.app.app_context():
            deliver_due_mails()
            deliver_due_mails()
    assert len(mail.mails_to(ada.email)) == 1


def test_workers_that_make_one_digest_at_once_make_it_once(world, acme, ada, mail: SmtpSink) -> None:
    certify(world, acme, ada, "Installer", "Seller")
    morning = clock.now() + timedelta(days=1)

    def work(_number: int) -> None:
        with clock.freeze(morning), world.app.app_context():
            send_mails(acme.id)

    at_once(6, work)
    assert len(mail.mails_to(ada.email)) == 1


def test_who_dies_while_making_a_mail_leaves_it_due(world, acme, ada, mail: SmtpSink) -> None:
    certify(world, acme, ada, "Installer")
    with clock.freeze(clock.now() + timedelta(days=1)):
        with world.app.app_context(), serve_vendor(acme.id), pytest.raises(RuntimeError), transaction():
            assert services.send_mail(ada.id) is not None
            raise RuntimeError  # the worker is gone
        assert mail.deliveries == []
        sweep(world)
    assert len(mail.deliveries) == 1


def test_the_mail_speaks_the_readers_language(world, acme, northwind, mail: SmtpSink) -> None:
    person = world.user(Role.PARTNER_MEMBER, partnership=northwind, locale="de")
    assign(world, northwind, make_course(world, acme))
    [sent] = mail.mails_to(person.email)
    assert sent.message["Subject"] == "1 Kurs für Sie bei Acme"


def test_whose_reach_ended_gets_no_mail_of_it(world, acme, northwind, ada, boss, mail: SmtpSink) -> None:
    scheme = make_scheme(world, acme, make_course(world, acme))
    revoke(world, acme, issue(world, acme, scheme, ada))
    with world.acting(acme), transaction():
        row = db.session.get_one(User, boss.id)
        row.is_active = False
    with clock.freeze(clock.now() + timedelta(days=2)):
        sweep(world)
    assert mail.mails_to(boss.email) == []
    assert len(mail.mails_to(ada.email)) == 1


# -- ending them -------------------------------------------------------------------------------


def unsubscribe_link(mail: SmtpSink, address: str) -> str:
    header = mail.mails_to(address)[-1].message["List-Unsubscribe"]
    found = re.fullmatch(r"<http://localhost(/notifications/unsubscribe/[\w.-]+)>", header.strip())
    assert found, header
    return found.group(1)


def test_one_click_ends_the_mails_without_signing_in(world, acme, northwind, ada, mail: SmtpSink) -> None:
    assign(world, northwind, make_course(world, acme))
    assert mail.mails_to(ada.email)[-1].message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    path = unsubscribe_link(mail, ada.email)
    stranger = world.app.test_client()  # as a mail program: no cookie, no token of ours
    assert stranger.get(path).status_code == 200
    assign(world, northwind, make_course(world, acme, "Second"))
    assert len(mail.mails_to(ada.email)) == 2, "looking at the page ends nothing"
    for _ in range(2):
        assert stranger.post(path, data={"List-Unsubscribe": "One-Click"}).status_code == 200
    assign(world, northwind, make_course(world, acme, "Third"))
    assert len(mail.mails_to(ada.email)) == 2
    assert len(told(world, acme, ada)) == 3


def test_the_link_ends_the_mails_of_one_person_and_vendor(world, acme, northwind, ada, mail) -> None:
    other = world.user(Role.PARTNER_MEMBER, partnership=northwind)
    assign(world, northwind, make_course(world, acme))
    world.app.test_client().post(unsubscribe_link(mail, ada.email))
    assign(world, northwind, make_course(world, acme, "Second"))
    assert len(mail.mails_to(other.email)) == 2


def test_a_link_we_did_not_sign_ends_nothing(world, acme, northwind, ada, mail: SmtpSink) -> None:
    assign(world, northwind, make_course(world, acme))
    path = unsubscribe_link(mail, ada.email)
    changed = path[:-3] + ("aaa" if path[-3:] != "aaa" else "bbb")
    for wrong in (changed, "/notifications/unsubscribe/none", "/notifications/unsubscribe/" + "A" * 300):
        assert world.client().post(wrong).status_code == 404
    assign(world, northwind, make_course(world, acme, "Second"))
    assert len(mail.mails_to(ada.email)) == 2
