"""Reminding by hand: people within reach, of one thing at most once a day, in the journal."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from prm.extensions import db
from prm.infra import clock
from prm.journal.models import JournalEntry
from prm.notifications.models import Kind
from prm.permissions import Role
from tests.factories import UserRef, VendorRef, World
from tests.factories.certification import issue, make_scheme
from tests.factories.training import assign, make_course
from tests.notifications.reading import told
from tests.servers import SmtpSink

REMIND = "/acme/notifications/remind"


@pytest.fixture
def late(world, acme, northwind, ada):
    """Ada is overdue with a course since yesterday; the test takes place nine days from now."""
    course = make_course(world, acme, "Nimbus")
    assign(world, northwind, course, user=ada, due_on=clock.today("UTC") + timedelta(days=8))
    with clock.freeze(clock.now() + timedelta(days=9)):
        yield course


def reminders(world, acme, user) -> list[str]:
    return [row.text for row in told(world, acme, user) if row.kind is Kind.REMINDED]


def journaled(world: World, acme: VendorRef) -> list[dict]:
    with world.acting(acme):
        return list(
            db.session.scalars(select(JournalEntry.facts).where(JournalEntry.action == "people.reminded"))
        )


def test_all_are_reminded_once_a_day(world, acme, ada, late, mail: SmtpSink) -> None:
    manager = world.user(Role.CHANNEL_MANAGER, vendor=acme, name="Mara Manager")
    client = world.client(manager)
    page = client.get(REMIND).text
    assert "Ada Lovelace" in page and "Remind all: 1" in page
    for _ in range(2):
        assert client.post(REMIND, data={"whom": "all"}).status_code == 303
    [text] = reminders(world, acme, ada)
    assert text.startswith("You are reminded: “Nimbus” was due on ")
    assert "Mara" not in mail.mails_to(ada.email)[-1].text, "a member is shown no names of staff"
    assert len([d for d in mail.mails_to(ada.email) if "You are reminded" in d.text]) == 1
    assert journaled(world, acme) == [{"what": "overdue", "people": 1, "reminders": 1}]
    assert "disabled" in client.get(REMIND).text
    with clock.freeze(clock.now() + timedelta(days=1)):
        world.client(manager).post(REMIND, data={"whom": "all"})
    assert len(reminders(world, acme, ada)) == 2


def test_a_reminder_opens_what_it_is_about(world, acme, ada, boss, late) -> None:
    world.client(boss).post(REMIND, data={"whom": "all"})
    [row] = [row for row in told(world, acme, ada) if row.kind is Kind.REMINDED]
    answer = world.client(ada).post(f"/acme/notifications/{row.public_id}/open")
    assert answer.location == f"/acme/training/courses/{late.public_id}"


def test_only_the_ticked_are_reminded(world, acme, northwind, ada, boss) -> None:
    other = world.user(Role.PARTNER_MEMBER, partnership=northwind, name="Grace Hopper")
    assign(world, northwind, make_course(world, acme), due_on=clock.today("UTC"))
    with clock.freeze(clock.now() + timedelta(days=2)):
        _tick(world, boss, "Grace")
    assert len(reminders(world, acme, other)) == 1
    assert reminders(world, acme, ada) == []


def _tick(world: World, person: UserRef, name: str) -> None:
    client = world.client(person)
    page = client.get(REMIND, query_string={"search": name}).text
    chosen = page.split('name="subject" value="')[1].split('"')[0]
    client.post(REMIND, data={"whom": "ticked", "subject": [chosen, "nonsense"]})


def test_all_means_all_that_the_address_asks_for(world, acme, ada, boss, late) -> None:
    client = world.client(boss)
    assert client.post(f"{REMIND}?search=Grace", data={"whom": "all"}).status_code == 422
    assert reminders(world, acme, ada) == []


def test_nobody_ticked_is_said(world, acme, boss, late) -> None:
    answer = world.client(boss).post(REMIND, data={"whom": "ticked"})
    assert answer.status_code == 422
    assert "nobody to remind" in answer.text
    assert "Ada Lovelace" in answer.text, "the list stays"


def test_who_was_reminded_today_is_not_counted_again(world, acme, northwind, ada, boss) -> None:
    world.user(Role.PARTNER_MEMBER, partnership=northwind, name="Grace Hopper")
    assign(world, northwind, make_course(world, acme), due_on=clock.today("UTC"))
    with clock.freeze(clock.now() + timedelta(days=2)):
        client = world.client(boss)
        assert "Remind all: 2" in client.get(REMIND).text
        _tick(world, boss, "Grace")
        assert "Remind all: 1" in client.get(REMIND).text
        client.post(REMIND, data={"whom": "all"})
        assert "Remind all" not in client.get(REMIND).text


def test_certificates_about_to_expire_are_reminded_of(world, acme, northwind, ada, boss) -> None:
    scheme = make_scheme(world, acme, make_course(world, acme), name="Installer", validity_months=1)
    certificate = issue(world, acme, scheme, ada)
    client = world.client(boss)
    assert "Installer" in client.get(f"{REMIND}?what=expiring").text
    client.post(f"{REMIND}?what=expiring", data={"whom": "all"})
    [text] = reminders(world, acme, ada)
    assert text.startswith("You are reminded: your certificate “Installer” expires on ")
    row = next(row for row in told(world, acme, ada) if row.kind is Kind.REMINDED)
    answer = world.client(ada).post(f"/acme/notifications/{row.public_id}/open")
    assert answer.location == f"/acme/certification/{certificate.public_id}"


def test_nobody_out_of_reach_is_listed_or_reminded(world, acme, northwind, ada, late) -> None:
    southern = world.user(Role.CHANNEL_MANAGER, vendor=acme, region_names=("South",))
    south = world.partnership(acme, "Southwind", region="South")
    boss = world.user(Role.PARTNER_ADMIN, partnership=south)
    manager = world.user(Role.CHANNEL_MANAGER, vendor=acme)
    chosen = world.client(manager).get(REMIND).text.split('name="subject" value="')[1].split('"')[0]
    for person in (southern, boss):
        client = world.client(person)
        assert "Ada Lovelace" not in client.get(REMIND).text
        assert client.post(REMIND, data={"subject": chosen}).status_code == 422
    assert reminders(world, acme, ada) == []
    assert world.client(ada).get(REMIND).status_code == 403
