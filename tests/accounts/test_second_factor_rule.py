"""A vendor may let people in with a second factor only."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from prm.extensions import db
from prm.infra.db import transaction
from prm.journal.models import JournalEntry
from prm.permissions import Role
from prm.vendors.models import SecondFactorRule, Vendor
from tests.accounts.devices import code_at, shown_secret
from tests.factories import UserRef, VendorRef, World
from tests.factories.accounts import confirm


def require(world: World, vendor: VendorRef, rule: SecondFactorRule) -> None:
    with world.app.app_context(), transaction():
        db.session.get_one(Vendor, vendor.id).second_factor = rule


def test_whom_a_vendor_asks_is_led_to_setting_one_up(world: World, acme: VendorRef, ada: UserRef) -> None:
    require(world, acme, SecondFactorRule.STAFF)
    client = world.client(ada)
    answer = client.get("/acme/accounts/people?search=x")
    assert answer.status_code == 303
    page = client.get(answer.location).text
    assert "Acme lets you in with a second factor only." in page
    confirm(client)
    begun = client.post("/accounts/second-factor/begin", data={"next": "/acme/accounts/people?search=x"})
    secret = shown_secret(client.get(begun.location).text)
    done = client.post(begun.location, data={"code": code_at(secret)})
    assert 'href="/acme/accounts/people?search=x"' in done.text
    assert client.get("/acme/accounts/people").status_code == 200


@pytest.mark.parametrize(
    ("rule", "staff", "partner"),
    [
        (SecondFactorRule.OPTIONAL, 200, 200), (SecondFactorRule.STAFF, 303, 200),
        (SecondFactorRule.EVERYBODY, 303, 303),
    ],
)  # fmt: skip
def test_a_rule_concerns_whom_it_names(
    world: World, acme: VendorRef, ada: UserRef, rule: SecondFactorRule, staff: int, partner: int
) -> None:
    boss = world.user(Role.PARTNER_ADMIN, partnership=world.partnership(acme))
    require(world, acme, rule)
    assert world.client(ada).get("/acme/accounts/people").status_code == staff
    assert world.client(boss).get("/acme/accounts/people").status_code == partner


def test_nothing_is_changed_without_it(world: World, acme: VendorRef, ada: UserRef) -> None:
    require(world, acme, SecondFactorRule.EVERYBODY)
    answer = world.client(ada).post("/acme/vendors/settings", data={})
    assert answer.status_code == 403 and "second factor" in answer.text


def test_other_vendors_are_not_affected(world: World, acme: VendorRef, ada: UserRef) -> None:
    globex = world.vendor("globex")
    gus = world.user(Role.EXECUTIVE, vendor=globex)
    require(world, acme, SecondFactorRule.EVERYBODY)
    assert world.client(gus).get("/globex/").status_code == 200
    assert world.client(gus).get("/acme/").status_code == 404  # not told, either


def test_administrators_choose_the_rule(world: World, acme: VendorRef, ada: UserRef) -> None:
    client = world.client(ada)
    data = {
        "revision": "1", "name": "Acme", "slug": "acme", "currency": "USD", "time_zone": "UTC",
        "fiscal_year_start_month": "1", "brand_primary": "#1f4e8c", "brand_ink": "#1b2430",
    }  # fmt: skip
    assert client.post("/acme/vendors/settings", data={**data, "second_factor": "nobody"}).status_code == 422
    assert client.post("/acme/vendors/settings", data={**data, "second_factor": "staff"}).status_code == 303
    assert client.get("/acme/vendors/settings").location.startswith("/accounts/second-factor")
    with world.app.app_context():
        entry = db.session.scalars(select(JournalEntry).where(JournalEntry.action == "vendor.changed")).one()
        assert entry.facts["second_factor"] == ["optional", "staff"]
