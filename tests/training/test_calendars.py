"""Due dates as a calendar: a file of one's own, and a private address that can be renewed and ended."""

from __future__ import annotations

import re
from datetime import timedelta

from icalendar import Calendar
from sqlalchemy import select

from prm.accounts.models import Membership
from prm.accounts.services.memberships import retire_person
from prm.extensions import db
from prm.infra import clock
from prm.infra.db import transaction
from prm.permissions import Role
from tests.factories.paths import assign_path, make_path
from tests.factories.training import assign, make_course
from tests.factories.world import World


def events(content: bytes) -> list[tuple[str, object]]:
    calendar = Calendar.from_ical(content)
    return [(str(each["summary"]), each["dtstart"].dt) for each in calendar.walk("VEVENT")]


def test_what_is_due_is_in_the_file_and_behind_the_private_address_until_it_is_renewed(world: World) -> None:
    acme = world.vendor()
    northwind = world.partnership(acme)
    ana = world.user(Role.PARTNER_MEMBER, partnership=northwind)
    other = world.user(Role.PARTNER_MEMBER, partnership=northwind)
    today = clock.today("UTC")
    one, two = (make_course(world, acme, t, has_quiz=False) for t in ("One; a, title", "Two"))
    assign(world, northwind, one, user=ana, due_on=today + timedelta(days=3))
    assign(world, northwind, two, user=other, due_on=today + timedelta(days=1))
    assign_path(world, make_path(world, acme, [two], "Both"), northwind, user=ana, due_on=today)
    client, stranger = world.client(ana), world.client()
    answer = client.get("/acme/training/calendar.ics")
    assert answer.content_type.startswith("text/calendar")
    expected = [
        ("Due: Two", today),
        ("Due: the learning path Both", today),
        ("Due: One; a, title", today + timedelta(days=3)),
    ]
    assert events(answer.data) == expected

    def address() -> str:
        page = client.post("/acme/training/calendar/address").text
        found = re.search(r"/training/calendars/[\w-]+\.ics", page)
        assert found
        return found[0]

    first = address()
    assert events(stranger.get(first).data) == expected
    second = address()
    assert stranger.get(first).status_code == 404
    assert stranger.get(second).status_code == 200
    assert second not in client.get("/acme/training/calendar").text, "shown once"
    with world.acting(acme) as actor, transaction():
        membership = db.session.scalars(select(Membership).where(Membership.user_id == ana.id)).one()
        retire_person(actor, membership)
    assert stranger.get(second).status_code == 404, "who left has no calendar here"


def test_an_ended_address_opens_nothing(world: World) -> None:
    acme = world.vendor()
    client = world.client(world.user(Role.PARTNER_MEMBER, partnership=world.partnership(acme)))
    page = client.post("/acme/training/calendar/address").text
    found = re.search(r"/training/calendars/[\w-]+\.ics", page)
    assert found
    assert "Make an address" in client.post("/acme/training/calendar/end").text
    assert world.client().get(found[0]).status_code == 404
