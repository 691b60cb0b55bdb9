"""What happens is told to whom it concerns, once, and to nobody else."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from prm.accounts.models import Membership
from prm.extensions import db
from prm.imports.models import ImportKind
from prm.imports.options import ImportOptions
from prm.imports.services.running import run_import
from prm.infra import clock
from prm.infra.db import transaction
from prm.notifications import events
from prm.notifications.models import Kind, Notification
from prm.notifications.recipients import list_recipients, may_be_told
from prm.notifications.services import Told, tell
from prm.partners.models import Partnership
from prm.permissions import Role
from prm.training import services
from prm.training.models import Assignment
from tests.factories.accounts import invite, link_of
from tests.factories.certification import issue, make_scheme, revoke
from tests.factories.revenue import csv_of
from tests.factories.training import assign, complete, do_lessons, make_course, make_new_version
from tests.factories.world import PASSWORD
from tests.notifications.reading import kinds, told, written
from tests.servers import SmtpSink


def test_an_assigned_course_is_told_to_each_person_once(world, acme, northwind, ada, boss) -> None:
    course = make_course(world, acme, "Installing Nimbus")
    due_on = clock.today("UTC") + timedelta(days=20)
    assign(world, northwind, course, user=ada, due_on=due_on)
    assign(world, northwind, course, user=ada, due_on=due_on + timedelta(days=1))
    [row] = told(world, acme, ada)
    assert row.kind is Kind.COURSE_ASSIGNED
    assert row.text.startswith("“Installing Nimbus” is assigned to you, due on ")
    assert told(world, acme, boss) == []


def test_who_joins_later_is_told_of_what_they_are_assigned(world, acme, northwind, ada) -> None:
    assign(world, northwind, make_course(world, acme, "Selling"))
    newcomer = world.user(Role.PARTNER_MEMBER, partnership=northwind)
    assert [row.text for row in told(world, acme, newcomer)] == ["“Selling” is assigned to you."]
    assert len(told(world, acme, ada)) == 1


def test_the_same_event_twice_is_told_once(world, acme, northwind, ada) -> None:
    assign(world, northwind, make_course(world, acme))
    with world.acting(acme) as actor, transaction():
        events.courses_assigned(actor, db.session.scalars(select(Assignment)).one())
    assert written(world, acme) == 1


def test_nothing_is_told_of_what_is_rolled_back(world, acme, northwind, ada) -> None:
    course = make_course(world, acme)
    with pytest.raises(RuntimeError), world.acting(acme) as actor, transaction():
        services.assign_course(actor, course.public_id, partnership_id=northwind.public_id)
        raise RuntimeError
    assert written(world, acme) == 0


def test_who_is_at_a_course_is_told_of_its_new_version(world, acme, northwind, ada, boss) -> None:
    course = make_course(world, acme, "Nimbus")
    do_lessons(world, acme, ada, course)
    complete(world, acme, boss, course)
    make_new_version(world, acme, course)
    assert [row.text for row in told(world, acme, ada)] == ["“Nimbus” has a new version, number 2."]
    assert Kind.COURSE_REPLACED not in kinds(world, acme, boss)


def test_a_certificate_is_told_to_its_holder_and_its_end_to_the_company_too(
    world, acme, northwind, ada, boss
) -> None:
    scheme = make_scheme(world, acme, make_course(world, acme), name="Nimbus Installer")
    certificate = issue(world, acme, scheme, ada)
    assert kinds(world, acme, boss) == []
    revoke(world, acme, certificate)
    assert [row.text for row in told(world, acme, ada)] == [
        "Your certificate “Nimbus Installer” is issued.",
        "Your certificate “Nimbus Installer” was revoked.",
    ]
    assert [row.text for row in told(world, acme, boss)] == ["Certificates of Ada Lovelace: 1 was revoked."]


def test_who_invited_learns_that_it_was_accepted(world, acme, northwind, boss, mail: SmtpSink) -> None:
    other = world.user(Role.PARTNER_ADMIN, partnership=northwind)
    invite(world, acme, boss, email="nora@example.com", role=Role.PARTNER_MEMBER, partnership=northwind)
    path = link_of(mail, "nora@example.com")
    answer = world.client().post(path, data={"name": "Nora New", "password": PASSWORD})
    assert answer.status_code == 303
    assert [row.text for row in told(world, acme, boss)] == [
        "Nora New accepted your invitation to Northwind."
    ]
    assert told(world, acme, other) == []


def test_who_imported_learns_of_rejected_rows(world, acme) -> None:
    admin = world.user(Role.VENDOR_ADMIN, vendor=acme)
    colleague = world.user(Role.VENDOR_ADMIN, vendor=acme)
    content = csv_of([{"name": "Widget", "price": "12"}, {"name": "", "price": "x"}])
    with world.acting(acme, admin) as actor, transaction():
        run_import(actor, content, "p.csv", kind=ImportKind.PRODUCTS, source="erp", options=ImportOptions())
    [row] = told(world, acme, admin)
    assert row.kind is Kind.IMPORT_PROBLEM
    assert row.text.endswith("rejected 1 row.")
    assert told(world, acme, colleague) == []


# -- who may know ------------------------------------------------------------------------------


def test_who_has_left_is_told_nothing_and_sees_nothing(world, acme, northwind, ada) -> None:
    with world.acting(acme), transaction():
        membership = db.session.scalars(select(Membership).where(Membership.user_id == ada.id)).one()
        membership.ended_at = clock.now()
    assign_to_all = make_course(world, acme)
    world.user(Role.PARTNER_MEMBER, partnership=northwind)
    assign(world, northwind, assign_to_all)
    with world.acting(acme):
        rows = db.session.scalars(select(Notification.user_id)).all()
    assert ada.id not in rows


def test_an_administrator_who_becomes_a_member_no_longer_sees_what_was_told_of_others(
    world, acme, northwind, ada, boss
) -> None:
    scheme = make_scheme(world, acme, make_course(world, acme))
    revoke(world, acme, issue(world, acme, scheme, ada))
    client = world.client(boss)
    assert "Ada Lovelace" in client.get("/acme/notifications/").text
    with world.acting(acme), transaction():
        membership = db.session.scalars(select(Membership).where(Membership.user_id == boss.id)).one()
        membership.role = Role.PARTNER_MEMBER
    page = client.get("/acme/notifications/").text
    assert "Ada Lovelace" not in page
    assert "1 unread" not in page


def test_a_manager_of_another_region_is_not_told(world, acme, northwind, ada) -> None:
    south = world.user(Role.CHANNEL_MANAGER, vendor=acme, region_names=("South",))
    world.partnership(acme, "Southwind", region="South")
    with world.acting(acme, south) as actor, transaction():
        row = db.session.scalars(select(Partnership).where(Partnership.id == northwind.id)).one()
        said = tell(
            actor,
            [
                Told(
                    south.id,
                    Kind.COMPLIANCE_LOST,
                    "x",
                    row.public_id,
                    row,
                    None,
                    {"partner": "N", "rules": 1},
                )
            ],
        )
    assert said == 0


def test_recipients_act_as_the_gate_lets_them(world, acme, northwind, ada, boss) -> None:
    other = world.partnership(acme, "Southwind", region="South")
    people = [
        ada,
        boss,
        world.user(Role.VENDOR_ADMIN, vendor=acme),
        world.user(Role.CHANNEL_MANAGER, vendor=acme, region_names=("South",)),
        world.user(Role.EXECUTIVE, vendor=acme),
        world.user(Role.PARTNER_ADMIN, partnership=other, locale="de"),
    ]
    stranger = world.user(Role.VENDOR_ADMIN, vendor=world.vendor("globex"))
    with world.acting(acme):
        found = list_recipients([person.id for person in [*people, stranger]])
    assert stranger.id not in found
    for person in people:
        with world.acting(acme, person) as actor:
            assert found[person.id].actor == actor


def test_who_is_told_is_who_may_see(world, acme, northwind, ada, boss) -> None:
    """By hand from the permission table: of Northwind (North), of one in the South, of no partner."""
    southwind = world.partnership(acme, "Southwind", region="South")
    manager, northerner = (
        world.user(Role.CHANNEL_MANAGER, vendor=acme, region_names=regions) for regions in ((), ("North",))
    )
    expected = {
        world.user(Role.VENDOR_ADMIN, vendor=acme): [True, True, True],
        world.user(Role.EXECUTIVE, vendor=acme): [True, True, True],
        manager: [True, True, True],
        northerner: [True, False, False],
        boss: [True, False, False],
        world.user(Role.PARTNER_ADMIN, partnership=southwind): [False, True, False],
        ada: [False, False, False],
        world.user(Role.CONTENT_AUTHOR, vendor=acme): [False, False, False],
    }
    with world.acting(acme):
        found = list_recipients([person.id for person in expected])
        about = [*(db.session.get(Partnership, place.id) for place in (northwind, southwind)), None]
        for person, judged in expected.items():
            told_of = [may_be_told(found[person.id].actor, Kind.COMPLIANCE_LOST, each) for each in about]
            assert told_of == judged, found[person.id].actor.role
            assert may_be_told(found[person.id].actor, Kind.COURSE_ASSIGNED, None)


def test_one_vendors_news_is_not_anothers(world, acme, northwind, boss) -> None:
    globex = world.vendor("globex")
    admin = world.user(Role.VENDOR_ADMIN, vendor=globex)
    assign(world, northwind, make_course(world, acme))
    assert written(world, acme) == 1
    assert written(world, globex) == 0
    [row] = told(world, acme, boss)
    client = world.client(admin)
    assert client.post(f"/globex/notifications/{row.public_id}/read").status_code == 404
