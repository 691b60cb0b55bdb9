"""Partnerships: the list, the story, entering and changing one."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from prm.extensions import db
from prm.infra import clock
from prm.infra.db import transaction
from prm.partners.models import Partnership, PartnershipStatus, Region
from prm.partners.services import change_partnership
from prm.permissions import Role
from prm.reports.queries import read_choices
from prm.vendors.models import Vendor
from tests.factories import PartnershipRef, VendorRef, World
from tests.factories.revenue import import_rows


@pytest.fixture
def acme(world: World) -> VendorRef:
    return world.vendor("acme")


@pytest.fixture
def admin(world: World, acme: VendorRef) -> FlaskClient:
    return world.client(world.user(Role.VENDOR_ADMIN, vendor=acme))


def typed(**changes: str) -> dict[str, str]:
    return {
        "name": "Harbor Systems", "type": "var", "status": "active", "region": "West", "manager": "",
        "external_id": "H-1", "agreement_accepted_on": "2026-02-01", **changes,
    }  # fmt: skip


def test_a_partner_is_entered_and_changed(world: World, acme: VendorRef, admin: FlaskClient) -> None:
    manager = world.user(Role.CHANNEL_MANAGER, vendor=acme, name="Marta Ruiz")
    entered = typed(manager=str(manager.public_id), is_new_region="y")
    made = admin.post("/acme/partners/new", data=entered)
    assert made.status_code == 302
    story = admin.get(made.location).text
    assert "Harbor Systems" in story and "Marta Ruiz" in story and "H-1" in story
    assert admin.post(made.location + "/edit", data=typed(name="Harbor & Pine")).status_code == 302
    with world.acting(acme):
        row = db.session.scalars(select(Partnership)).one()
        assert (row.name, row.manager_name, row.agreement_accepted_on) == (
            "Harbor & Pine", None, date(2026, 2, 1),
        )  # fmt: skip


def test_a_managers_name_from_an_import_outlives_an_edit(
    world: World, acme: VendorRef, admin: FlaskClient
) -> None:
    import_rows(
        world, acme, "partners", [{"external_id": "H-1", "name": "Harbor", "manager": "Lena Imported"}]
    )
    with world.acting(acme):
        address = f"/acme/partners/{db.session.scalars(select(Partnership.public_id)).one()}"
    assert "Lena Imported (has no account)" in admin.get(f"{address}/edit").text
    assert admin.post(f"{address}/edit", data=typed(is_new_region="y")).status_code == 302
    assert "Lena Imported" in admin.get(address).text
    chosen = world.user(Role.CHANNEL_MANAGER, vendor=acme, name="Marta Ruiz")
    admin.post(f"{address}/edit", data=typed(manager=str(chosen.public_id)))
    told = admin.get(address).text
    assert "Marta Ruiz" in told and "Lena Imported" not in told


def test_what_cannot_be_is_said_and_kept(world: World, acme: VendorRef, admin: FlaskClient) -> None:
    world.partnership(acme, "First", external_id="H-1")
    stranger = world.user(Role.VENDOR_ADMIN, vendor=world.vendor("globex"))
    for changes, message in (
        ({"name": " "}, "name"),
        ({"external_id": "H-1", "name": "Second"}, "is taken"),
        ({"manager": str(stranger.public_id)}, "Not a valid choice"),
        ({"status": "nonsense"}, "Not a valid choice"),
        ({"agreement_accepted_on": "tomorrow"}, "Not a valid date"),
    ):
        answer = admin.post("/acme/partners/new", data=typed(**changes))
        assert answer.status_code == 422, changes
        assert message in answer.text and 'value="West"' in answer.text, changes
    with world.acting(acme):
        assert db.session.scalars(select(Partnership.name)).all() == ["First"]


def test_a_scoped_manager_keeps_to_their_regions(world: World, acme: VendorRef) -> None:
    west = world.partnership(acme, "Northwind", region="West")
    east = world.partnership(acme, "Southwind", region="East")
    manager = world.client(world.user(Role.CHANNEL_MANAGER, vendor=acme, region_names=("West",)))
    page = manager.get("/acme/partners/").text
    assert "Northwind" in page and "Southwind" not in page
    assert manager.get(f"/acme/partners/{west.public_id}").status_code == 200
    assert manager.get(f"/acme/partners/{east.public_id}").status_code == 404
    assert manager.post(f"/acme/partners/{east.public_id}/edit", data=typed()).status_code == 404
    moved = manager.post(f"/acme/partners/{west.public_id}/edit", data=typed(region="East"))
    assert moved.status_code == 422 and "regions you look after" in moved.text


def test_a_partner_sees_the_own_story_only(world: World, acme: VendorRef) -> None:
    own, other = world.partnership(acme, "Northwind"), world.partnership(acme, "Southwind")
    client = world.client(world.user(Role.PARTNER_ADMIN, partnership=own, name="Zoë Ångström"))
    assert "Zoë Ångström" in client.get(f"/acme/partners/{own.public_id}").text
    assert client.get(f"/acme/partners/{other.public_id}").status_code == 404
    assert client.get("/acme/partners/new").status_code == 403


def test_the_list_filters_searches_and_exports(world: World, acme: VendorRef, admin: FlaskClient) -> None:
    world.partnership(acme, "Northwind", region="West")
    world.partnership(acme, "=Southwind", region="East")
    assert "Southwind" not in admin.get("/acme/partners/?region=West").text
    assert "Northwind" not in admin.get("/acme/partners/?search=south").text
    export = admin.get("/acme/partners/?format=csv").get_data(as_text=True)
    assert "'=Southwind" in export and "Northwind" in export


def set_status(world: World, ref: PartnershipRef, status: PartnershipStatus) -> None:
    with world.acting(ref.vendor) as actor, transaction():
        row = db.session.scalars(select(Partnership).where(Partnership.id == ref.id)).one()
        change_partnership(
            actor, row, name=row.name, type=row.type, status=status, region=None, manager_id=None,
            external_id=None, agreement_accepted_on=None,
        )  # fmt: skip


def test_people_of_an_ended_partnership_reach_the_vendor_no_more(
    world: World, acme: VendorRef, admin: FlaskClient
) -> None:
    own = world.partnership(acme, "Northwind")
    client = world.client(world.user(Role.PARTNER_ADMIN, partnership=own))
    assert client.get("/acme/").status_code == 200
    set_status(world, own, PartnershipStatus.ENDED)
    assert client.get("/acme/").status_code == 404
    assert "/acme/" not in client.get("/start").text
    set_status(world, own, PartnershipStatus.ACTIVE)
    assert client.get("/acme/").status_code == 200


def opened(client: FlaskClient, url: str) -> dict[str, str]:
    """What the edit page of a partner would send unchanged."""
    page = client.get(url).text
    revision = re.search(r'name="revision"[^>]*value="([0-9a-f]+)"', page)
    assert revision is not None
    return {"name": "Northwind", "type": "var", "region": "West", "manager": "", "external_id": "N-1",
            "agreement_accepted_on": "", "revision": revision[1]}  # fmt: skip


def test_a_stale_page_does_not_take_another_change_back(
    world: World, acme: VendorRef, admin: FlaskClient
) -> None:
    north = world.partnership(acme, "Northwind", region="West", external_id="N-1", source_system="crm")
    world.partnership(acme, "Southwind", region="East")
    url = f"/acme/partners/{north.public_id}/edit"
    first, second = opened(admin, url), opened(admin, url)
    assert admin.post(url, data={**first, "type": "msp"}).status_code == 302
    late = admin.post(url, data={**second, "region": "East"})
    assert late.status_code == 409
    assert "changed while you were writing" in late.text and "What is saved now" in late.text
    assert "Managed service provider" in late.text and 'value="East"' in late.text
    again = re.search(r'name="revision"[^>]*value="([0-9a-f]+)"', late.text)
    assert again is not None
    over = admin.post(url, data={**second, "type": "msp", "region": "East", "revision": again[1]})
    assert over.status_code == 302
    with world.acting(acme):
        row = db.session.scalars(select(Partnership).where(Partnership.id == north.id)).one()
        assert (row.type.value, row.region.name if row.region else "") == ("msp", "East")


def test_an_import_meanwhile_is_not_taken_back_either(
    world: World, acme: VendorRef, admin: FlaskClient
) -> None:
    north = world.partnership(acme, "Northwind", region="West", external_id="N-1", source_system="crm")
    url = f"/acme/partners/{north.public_id}/edit"
    stale = opened(admin, url)
    import_rows(world, acme, "partners", [{"name": "Northwind", "external_id": "N-1", "region": "North"}])
    late = admin.post(url, data={**stale, "type": "msp"})
    assert late.status_code == 409 and "North</" in late.text
    assert admin.post(url, data={**opened(admin, url), "region": "North"}).status_code == 302


def test_an_agreement_was_not_accepted_tomorrow(world: World) -> None:
    with clock.freeze(datetime(2027, 3, 1, 23, 30, tzinfo=UTC)):  # half past midnight in Berlin
        berlin = world.vendor("berlin", time_zone="Europe/Berlin")
        admin = world.client(world.user(Role.VENDOR_ADMIN, vendor=berlin))
        north = world.partnership(berlin, "Northwind", region="West")
        url = f"/berlin/partners/{north.public_id}/edit"
        for address in (url, "/berlin/partners/new"):
            ahead = admin.post(address, data=typed(agreement_accepted_on="2027-03-03"))
            assert ahead.status_code == 422 and "still to come" in ahead.text, address
            assert 'value="2027-03-03"' in ahead.text, address
        assert admin.post(url, data=typed(agreement_accepted_on="2027-03-02")).status_code == 302


def region_names(world: World, acme: VendorRef) -> list[str]:
    with world.acting(acme):
        return list(db.session.scalars(select(Region.name).order_by(Region.name)))


def test_a_mistyped_region_is_refused_and_the_closest_named(
    world: World, acme: VendorRef, admin: FlaskClient
) -> None:
    north = world.partnership(acme, "Northwind", region="West")
    world.partnership(acme, "Southwind", region="East")
    url = f"/acme/partners/{north.public_id}/edit"
    assert "Make it a new region" not in admin.get(url).text
    for address in (url, "/acme/partners/new"):
        answer = admin.post(address, data=typed(region="Wset"))
        assert answer.status_code == 422, address
        assert "Did you mean “West”?" in answer.text and 'value="Wset"' in answer.text, address
        assert 'name="is_new_region"' in answer.text, address
    strange = admin.post(url, data=typed(region="Qqq"))
    assert strange.status_code == 422 and "There is no region “Qqq” yet." in strange.text
    for tick in ({}, {"is_new_region": "y"}):
        assert admin.post(url, data=typed(region=" west ", **tick)).status_code == 302
    assert region_names(world, acme) == ["East", "West"]
    assert admin.post(url, data=typed(region="South", is_new_region="y")).status_code == 302
    assert region_names(world, acme) == ["East", "South", "West"]


def test_who_looks_after_some_regions_makes_no_other(world: World, acme: VendorRef) -> None:
    north = world.partnership(acme, "Northwind", region="West")
    manager = world.client(world.user(Role.CHANNEL_MANAGER, vendor=acme, region_names=("West",)))
    url = f"/acme/partners/{north.public_id}/edit"
    for tick in ({}, {"is_new_region": "y"}):
        answer = manager.post(url, data=typed(region="Wset", **tick))
        assert answer.status_code == 422 and "regions you look after" in answer.text
        assert "is_new_region" not in answer.text
    assert region_names(world, acme) == ["West"]


def test_filters_offer_no_region_without_partners(world: World, acme: VendorRef, admin: FlaskClient) -> None:
    north = world.partnership(acme, "Northwind", region="Wset")
    world.partnership(acme, "Southwind", region="West")
    edit = f"/acme/partners/{north.public_id}/edit"
    lists = (
        "partners/",
        "deals/",
        "revenue/orders",
        "audits/",
        "certification/accreditations",
    )
    for path in lists:
        assert ">Wset<" in admin.get(f"/acme/{path}").text, path
    assert admin.post(edit, data=typed(region="West")).status_code == 302
    for path in lists:
        page = admin.get(f"/acme/{path}").text
        assert ">West<" in page and ">Wset<" not in page, path
    with world.acting(acme) as actor:
        choices = read_choices(actor, db.session.get_one(Vendor, acme.id))
        assert [name for _id, name in choices.regions] == ["West"]
