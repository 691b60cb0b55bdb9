"""A person who changes company: what was true on each side before and after, and what goes along."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from flask.testing import FlaskClient

from prm.accounts.models import JobFunction
from prm.audits import services as audits
from prm.audits.policy import CertifiedPeople
from prm.audits.queries import compliance
from prm.infra import clock
from prm.infra.db import transaction
from prm.permissions import Role
from tests.factories import PartnershipRef, UserRef, VendorRef, World
from tests.factories.accounts import invite, link_of, membership_of, sign_in
from tests.factories.certification import make_scheme
from tests.factories.training import complete, make_course
from tests.factories.world import PASSWORD
from tests.servers import SmtpSink

START = datetime(2027, 1, 4, 9, tzinfo=UTC)


@pytest.fixture
def now() -> Iterator[clock.SetClock]:
    with clock.freeze(START) as frozen:
        yield frozen


@pytest.fixture
def acme(now: clock.SetClock, world: World) -> VendorRef:
    return world.vendor("acme", time_zone="Europe/Berlin")


def holders(world: World, acme: VendorRef, as_of: date) -> dict[str, tuple[int | None, bool]]:
    """By partner: how many certified people count on a day, and whether that is enough."""
    with world.acting(acme) as actor:
        standings = compliance.list_standings(actor, as_of)
        return {s.name: (s.cells[0].held, s.cells[0].is_met) for s in standings}


def learns_at(world: World, admin: UserRef) -> bool:
    """Whether Ana, with the course completed, stands in the matrix of somebody's company."""
    lines = world.client(admin).get("/acme/training/progress?format=csv").text.splitlines()
    own = [line for line in lines if line.startswith("Ana Silva,")]
    assert all("Completed" in line for line in own)
    return bool(own)


def certified_at(world: World, admin: UserRef) -> bool:
    """Whether Ana's certificate is among those that somebody's company sees."""
    return "Ana Silva" in world.client(admin).get("/acme/certification/").text


def people_of(client: FlaskClient, url: str) -> tuple[int, int]:
    """(people, certified people) as the story page counts them."""
    page = " ".join(re.sub(r"<[^>]+>", " ", client.get(url).text).split())
    people = re.search(r"People (\d+) Certified people (\d+)", page)
    assert people, page
    return int(people.group(1)), int(people.group(2))


def retire(world: World, by: UserRef, whom: UserRef) -> None:
    answer = world.client(by).post(f"/acme/accounts/people/{membership_of(world, whom).public_id}/end")
    assert answer.status_code == 303


def certified(world: World, acme: VendorRef, company: PartnershipRef) -> UserRef:
    """Ana, technical, of a company; certified, and the policy asks for one such person."""
    course = make_course(world, acme, "Installing")
    scheme = make_scheme(world, acme, course)
    with world.acting(acme) as actor, transaction():
        rules = [CertifiedPeople(scheme.public_id, 1, "technical")]
        audits.set_policy(actor, rules, effective_on=START.date())
    ana = world.user(
        Role.PARTNER_MEMBER, partnership=company, name="Ana Silva", email="ana@example.com",
        password=PASSWORD, job_functions=(JobFunction.TECHNICAL,),
    )  # fmt: skip
    complete(world, acme, ana, course)
    return ana


def test_who_changes_company_counts_there_from_that_day_and_takes_the_certificate_along(
    world: World, mail: SmtpSink, acme: VendorRef, now: clock.SetClock
) -> None:
    north, south = world.partnership(acme, "Northwind"), world.partnership(acme, "Southwind")
    nina = world.user(Role.PARTNER_ADMIN, partnership=north, name="Nina")
    sara = world.user(Role.PARTNER_ADMIN, partnership=south, name="Sara")
    ana = certified(world, acme, north)
    now.advance(days=10)
    left_on = now.now().date()
    client = world.client(ana)
    assert "Nimbus Installer" in client.get("/acme/certification/").text
    assert (learns_at(world, nina), learns_at(world, sara)) == (True, False)
    assert (certified_at(world, nina), certified_at(world, sara)) == (True, False)
    retire(world, nina, ana)
    assert (learns_at(world, nina), learns_at(world, sara)) == (False, False)
    assert client.get("/acme/").status_code == 404  # with the next request

    now.advance(days=3)
    joined_on = now.now().date()
    # Their sign-in is the same: who they are does not hang on where they work.
    invite(world, acme, sara, email=ana.email, role=Role.PARTNER_MEMBER, partnership=south)
    sign_in(client, ana.email)
    assert client.post(link_of(mail, ana.email)).status_code == 303
    assert client.get("/acme/").status_code == 200
    answer = world.client(sara).post(
        f"/acme/accounts/people/{membership_of(world, ana).public_id}/edit",
        data={"role": "partner_member", "job_functions": ["technical"]},
    )
    assert answer.status_code == 303

    now.advance(days=5)
    day = timedelta(days=1)
    for as_of, expected in {
        left_on - day: {"Northwind": (1, True), "Southwind": (0, False)},
        left_on: {"Northwind": (0, False), "Southwind": (0, False)},
        joined_on - day: {"Northwind": (0, False), "Southwind": (0, False)},
        joined_on: {"Northwind": (0, False), "Southwind": (1, True)},
        now.now().date(): {"Northwind": (0, False), "Southwind": (1, True)},
    }.items():
        assert holders(world, acme, as_of) == expected, as_of
    # What each side is told on the page of its story: people, and who of them is certified.
    admin = world.client(world.user(Role.VENDOR_ADMIN, vendor=acme))
    for as_of, both in {
        left_on - day: ((2, 1), (1, 0)),
        left_on: ((1, 0), (1, 0)),
        joined_on: ((1, 0), (2, 1)),
    }.items():
        for side, counts in zip((north, south), both, strict=True):
            url = f"/acme/partners/{side.public_id}?as_of={as_of}"
            for who in (admin, world.client(nina if side is north else sara)):
                assert people_of(who, url) == counts, (side.name, as_of)
    # The matrix of training follows the person with what they completed; the certificate was issued at
    # the former company, which goes on seeing it.
    assert (learns_at(world, nina), learns_at(world, sara)) == (False, True)
    assert (certified_at(world, nina), certified_at(world, sara)) == (True, True)
    assert "Nimbus Installer" in world.client(ana).get("/acme/certification/").text
    # The former company sees that Ana was there; the new one what she holds now.
    assert "Ana Silva" in world.client(nina).get("/acme/accounts/people/former").text
    assert "Ana Silva" not in world.client(nina).get("/acme/accounts/people").text
    assert "Ana Silva" in world.client(sara).get("/acme/accounts/people").text


def test_a_changed_function_counts_from_that_day(world: World, acme: VendorRef, now: clock.SetClock) -> None:
    north = world.partnership(acme, "Northwind")
    nina = world.user(Role.PARTNER_ADMIN, partnership=north)
    ana = certified(world, acme, north)
    now.advance(days=10)
    changed_on = now.now().date()
    answer = world.client(nina).post(
        f"/acme/accounts/people/{membership_of(world, ana).public_id}/edit",
        data={"role": "partner_member", "job_functions": ["sales"]},
    )
    assert answer.status_code == 303
    now.advance(days=1)
    assert holders(world, acme, changed_on - timedelta(days=1)) == {"Northwind": (1, True)}
    assert holders(world, acme, changed_on) == {"Northwind": (0, False)}
