"""The story as of any date: a partnership is told as it stood then, not as it stands today."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from html import unescape

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from prm.extensions import db
from prm.infra import clock
from prm.partners.models import PartnershipMerge, PartnershipPast
from prm.permissions import Role
from tests.factories import PartnershipRef, UserRef, VendorRef, World
from tests.factories.partners import publish_agreement
from tests.factories.revenue import import_rows, orders

START = datetime(2027, 3, 1, 9, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def now() -> Iterator[clock.SetClock]:
    with clock.freeze(START) as frozen:
        yield frozen


@pytest.fixture
def acme(now: clock.SetClock, world: World) -> VendorRef:
    return world.vendor("acme", time_zone="Europe/Berlin")


@pytest.fixture
def admin(world: World, acme: VendorRef) -> UserRef:
    return world.user(Role.VENDOR_ADMIN, vendor=acme, name="Ada Admin")


class Anew:
    """The administrator, signed in anew for each request: no session lasts for weeks."""

    def __init__(self, world: World, admin: UserRef) -> None:
        self._world, self._admin = world, admin

    def get(self, path: str) -> TestResponse:
        return self._world.client(self._admin).get(path)

    def post(self, path: str, data: dict[str, str] | None = None) -> TestResponse:
        return self._world.client(self._admin).post(path, data=data)


@pytest.fixture
def client(world: World, admin: UserRef) -> Anew:
    return Anew(world, admin)


def facts(client: Anew, ref: PartnershipRef, on: date) -> dict[str, str]:
    """The facts of the story page as of a date, by what they are called."""
    page = client.get(f"/acme/partners/{ref.public_id}?as_of={on.isoformat()}")
    assert page.status_code == 200
    found = re.findall(r"<dt[^>]*>(.*?)</dt>\s*<dd[^>]*>(.*?)</dd>", page.text, re.S)
    return {name.strip(): " ".join(re.sub(r"<[^>]+>", " ", value).split()) for name, value in found}


def lead(client: Anew, ref: PartnershipRef, on: date) -> str:
    page = client.get(f"/acme/partners/{ref.public_id}?as_of={on.isoformat()}").text
    found = re.search(r"[^>]*as of [^<]*", page)
    assert found
    return found.group(0)


def act(client: Anew, ref: PartnershipRef, what: str) -> date:
    assert client.post(f"/acme/partners/{ref.public_id}/{what}", data={"reason": "So"}).status_code == 303
    return clock.today("Europe/Berlin")


def test_the_status_is_that_of_the_date(
    world: World, acme: VendorRef, client: Anew, now: clock.SetClock
) -> None:
    north = world.partnership(acme, "Northwind")
    entered = clock.today("Europe/Berlin")
    days = {}
    for what in ("suspend", "resume", "end"):
        now.advance(days=10)
        days[what] = act(client, north, what)
    now.advance(days=10)
    for on, status in {
        entered - DAY: "Not entered yet",
        entered: "Active",
        days["suspend"] - DAY: "Active",
        days["suspend"]: "Suspended",
        days["resume"] - DAY: "Suspended",
        days["resume"]: "Active",
        days["end"] - DAY: "Active",
        days["end"]: "Ended",
        clock.today("Europe/Berlin"): "Ended",
    }.items():
        assert facts(client, north, on)["Status"] == status, on


def test_both_sides_of_a_merge_are_told_before_and_after(
    world: World, acme: VendorRef, client: Anew, now: clock.SetClock
) -> None:
    north, twice = world.partnership(acme, "Northwind"), world.partnership(acme, "North Wind Inc")
    now.advance(days=10)
    merged_on = clock.today("Europe/Berlin")
    url = f"/acme/partners/{north.public_id}/merge"
    assert client.post(url, data={"absorbed": str(twice.public_id)}).status_code == 303
    now.advance(days=10)
    for on, status in {merged_on - DAY: "Active", merged_on: "Ended"}.items():
        assert facts(client, twice, on)["Status"] == status, on
        assert facts(client, north, on)["Status"] == "Active", on
        page = client.get(f"/acme/partners/{twice.public_id}?as_of={on}").text
        assert "which tells its history" in page and f"{north.public_id}?as_of={on}" in page
    with world.acting(acme):
        merge = db.session.scalars(select(PartnershipMerge.public_id)).one()
    assert client.post(f"/acme/partners/merges/{merge}/undo").status_code == 303
    unmerged_on = clock.today("Europe/Berlin")
    now.advance(days=1)
    expected = {
        merged_on - DAY: "Active",
        merged_on: "Ended",
        unmerged_on - DAY: "Ended",
        unmerged_on: "Active",
    }
    for on, status in expected.items():
        assert facts(client, twice, on)["Status"] == status, on
    page = client.get(f"/acme/partners/{twice.public_id}?as_of={merged_on}").text
    assert "taken apart again on" in page
    assert "merged into another" not in client.get(f"/acme/partners/{twice.public_id}").text


def test_manager_region_and_type_are_those_of_the_date_whoever_changed_them(
    world: World, acme: VendorRef, client: Anew, now: clock.SetClock
) -> None:
    mara = world.user(Role.CHANNEL_MANAGER, vendor=acme, name="Mara Manager")
    north = world.partnership(
        acme, "Northwind", region="West", manager_name="Max Before", external_id="N-1", source_system="crm"
    )
    now.advance(days=10)
    form = {
        "name": "Northwind", "type": "msp", "region": "East", "manager": str(mara.public_id),
        "external_id": "N-1", "agreement_accepted_on": "", "is_new_region": "y",
    }  # fmt: skip
    assert client.post(f"/acme/partners/{north.public_id}/edit", data=form).status_code == 302
    edited = clock.today("Europe/Berlin")
    now.advance(days=10)
    south = world.partnership(acme, "Southwind", region="South", external_id="S-1", source_system="crm")
    now.advance(days=10)
    import_rows(
        world, acme, "partners", [{"name": "Southwind", "external_id": "S-1", "region": "North"}]
    )  # fmt: skip
    imported = clock.today("Europe/Berlin")
    now.advance(days=10)
    assert facts(client, north, edited - DAY)["Channel manager"] == "Max Before"
    assert facts(client, north, edited)["Channel manager"] == "Mara Manager"
    assert "Value-added reseller" in lead(client, north, edited - DAY)
    assert "West" in lead(client, north, edited - DAY) and "East" in lead(client, north, edited)
    assert "Managed service provider" in lead(client, north, edited)
    assert "South" in lead(client, south, imported - DAY) and "North" in lead(client, south, imported)


def test_a_day_stated_for_the_agreement_counts_where_it_was_stated(
    world: World, acme: VendorRef, client: Anew, now: clock.SetClock
) -> None:
    north = world.partnership(acme, "Northwind")
    form = {"name": "Northwind", "type": "var", "region": "", "manager": "", "external_id": ""}
    url = f"/acme/partners/{north.public_id}/edit"
    assert client.post(url, data={**form, "agreement_accepted_on": "2027-01-05"}).status_code == 302
    now.advance(days=30)
    assert client.post(url, data={**form, "agreement_accepted_on": "2027-03-20"}).status_code == 302
    assert facts(client, north, date(2027, 3, 30))["Agreement accepted"] == "Jan 5, 2027"
    assert facts(client, north, date(2027, 3, 31))["Agreement accepted"] == "Mar 20, 2027"
    publish_agreement(world, acme, effective_on=date(2027, 4, 20))
    assert facts(client, north, date(2027, 4, 19))["Agreement accepted"] == "Mar 20, 2027"
    assert facts(client, north, date(2027, 4, 21))["Agreement accepted"] == "version 1 not yet"


def test_a_change_that_changes_nothing_leaves_no_past(
    world: World, acme: VendorRef, client: Anew, now: clock.SetClock
) -> None:
    north = world.partnership(acme, "Northwind", region="West")
    form = {"name": "North Wind", "type": "var", "region": "West", "manager": "", "external_id": "X"}
    assert client.post(f"/acme/partners/{north.public_id}/edit", data=form).status_code == 302
    with world.acting(acme):
        assert db.session.scalars(select(PartnershipPast)).all() == []


def test_deals_that_closed_since_were_open_then(
    world: World, acme: VendorRef, client: Anew, now: clock.SetClock
) -> None:
    north = world.partnership(acme, "Northwind")
    deal = {
        "external_id": "D-1", "partner": "Northwind", "customer": "C", "product": "P", "stage": "won",
        "registered_on": "2027-02-01", "closed_on": "2027-02-20", "amount": "100",
    }  # fmt: skip
    import_rows(world, acme, "deals", [deal])

    def open_deals(on: str) -> str:
        page = client.get(f"/acme/partners/{north.public_id}?as_of={on}").text
        text = " ".join(re.sub(r"<[^>]+>", " ", page).split())
        found = re.search(r"Open deals (\d+)", text)
        assert found, text
        return found.group(1)

    assert [open_deals(f"2027-{day}") for day in ("01-31", "02-01", "02-19", "02-20")] == ["0", "1", "1", "0"]


def test_figures_of_the_story_open_what_they_count(
    world: World, acme: VendorRef, client: Anew, now: clock.SetClock
) -> None:
    north = world.partnership(acme, "Northwind")
    days = ("2026-03-01", "2026-03-02", "2027-02-28")
    orders(world, acme, [{"partner": "Northwind", "ordered_on": day, "amount": "10"} for day in days])
    deals = [("D-1", "won", "2027-02-20"), ("D-2", "submitted", ""), ("D-3", "approved", "")]
    import_rows(
        world,
        acme,
        "deals",
        [
            {"external_id": key, "partner": "Northwind", "stage": stage, "registered_on": "2027-02-01",
             "closed_on": closed}
            for key, stage, closed in deals
        ],
    )  # fmt: skip

    def opened(name: str, on: str = "") -> str:
        page = client.get(f"/acme/partners/{north.public_id}{on}").text
        found = re.search(rf'{name}</dt>\s*<dd class="stat-value"><a href="([^"]+)"', page)
        assert found
        return client.get(unescape(found[1])).text

    assert "$20.00" in opened("Revenue, 12 months")
    assert "$10.00" in opened("Revenue, 12 months", "?as_of=2026-03-01")
    listed = opened("Open deals")
    assert "D-2" in listed and "D-3" in listed and "D-1" not in listed
