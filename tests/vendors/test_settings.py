"""A vendor's settings, as its administrators change them."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from prm.extensions import db
from prm.infra.db import transaction
from prm.journal.models import JournalEntry
from prm.permissions import Role
from prm.vendors.models import Vendor
from prm.vendors.services import contrast_of
from prm.vendors.slugs import RESERVED
from tests.factories import UserRef, VendorRef, World


@pytest.fixture
def acme(world: World) -> VendorRef:
    return world.vendor("acme", name="Acme")


@pytest.fixture
def admin(world: World, acme: VendorRef) -> UserRef:
    return world.user(Role.VENDOR_ADMIN, vendor=acme)


def row(world: World, vendor: VendorRef) -> Vendor:
    with world.app.app_context():
        found = db.session.scalars(select(Vendor).where(Vendor.id == vendor.id)).one()
        db.session.expunge(found)
        return found


def save(world: World, user: UserRef, *, at: str = "acme", **changes: Any):
    """Post the whole form, with some fields changed."""
    data = {
        "revision": "1", "name": "Acme", "slug": "acme", "currency": "USD", "time_zone": "UTC",
        "fiscal_year_start_month": "1", "brand_primary": "#1f4e8c", "brand_ink": "#1b2430", **changes,
    }  # fmt: skip
    return world.client(user).post(f"/{at}/vendors/settings", data=data)


def test_administrators_change_what_the_vendor_states(world: World, acme: VendorRef, admin: UserRef) -> None:
    answer = save(
        world, admin, name=" Acme  Robotics ", currency="EUR", time_zone="Europe/Berlin",
        fiscal_year_start_month="4", brand_primary="#0B5D3B", brand_ink="#222222",
    )  # fmt: skip
    assert (answer.status_code, answer.location) == (303, "/acme/vendors/settings")
    changed = row(world, acme)
    assert (changed.name, changed.currency, changed.time_zone) == ("Acme Robotics", "EUR", "Europe/Berlin")
    assert (changed.fiscal_year_start_month, changed.brand_primary) == (4, "#0b5d3b")
    with world.app.app_context():
        entry = db.session.scalars(select(JournalEntry).where(JournalEntry.action == "vendor.changed")).one()
    assert entry.facts["currency"] == ["USD", "EUR"]
    assert entry.chain == str(acme.public_id)


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("name", "   ", "Enter a name."),
        ("name", "x" * 201, "200"),
        ("currency", "XYZ", "Not a valid choice"),
        ("currency", "", "Not a valid choice"),
        ("time_zone", "Mars/Olympus", "Not a valid choice"),
        ("fiscal_year_start_month", "13", "Not a valid choice"),
        ("fiscal_year_start_month", "June", "Invalid Choice"),
        ("slug", "Acme!", "For example: acme"),
        ("slug", "-acme", "For example: acme"),
        ("slug", "x" * 41, "40"),
        ("brand_primary", "#ffcc00", "too light"),
        ("brand_ink", "#999999", "too light"),
        ("brand_primary", "red", "six hexadecimal digits"),
        ("brand_primary", "#12345;", "six hexadecimal digits"),
        ("brand_primary", "", "six hexadecimal digits"),
    ],
)
def test_what_cannot_be_is_told_at_its_field(
    world: World, acme: VendorRef, admin: UserRef, field: str, value: str, sentence: str
) -> None:
    answer = save(world, admin, **{field: value})
    assert answer.status_code == 422
    assert sentence in answer.text
    assert row(world, acme).revision == 1


def test_colours_are_held_to_what_can_be_read(world: World) -> None:
    assert contrast_of("#000000") == pytest.approx(21)
    assert contrast_of("#ffffff") == pytest.approx(1)
    assert contrast_of("#767676") >= 4.5 > contrast_of("#777777")


def test_contrast_is_shown_while_one_chooses(world: World, acme: VendorRef, admin: UserRef) -> None:
    client = world.client(admin)
    shown = client.get("/acme/vendors/contrast?brand_primary=%23ffcc00&brand_ink=%23000000").text
    assert "1.5 : 1, too light" in shown and "21.0 : 1, readable" in shown
    hostile = client.get('/acme/vendors/contrast?brand_primary="/><script>&brand_ink=x').text
    assert "<script>" not in hostile and "–" in hostile


def test_others_neither_see_nor_change_settings(world: World, acme: VendorRef, admin: UserRef) -> None:
    north = world.partnership(acme)
    people = [
        world.user(Role.CHANNEL_MANAGER, vendor=acme),
        world.user(Role.CONTENT_AUTHOR, vendor=acme),
        world.user(Role.EXECUTIVE, vendor=acme),
        world.user(Role.PARTNER_ADMIN, partnership=north),
        world.user(Role.PARTNER_MEMBER, partnership=north),
    ]
    for user in people:
        assert world.client(user).get("/acme/vendors/settings").status_code == 403
        assert save(world, user, name="Mine").status_code == 403
    foreign = world.user(Role.VENDOR_ADMIN, vendor=world.vendor("globex"))
    assert save(world, foreign, name="Mine").status_code == 404
    assert row(world, acme).name == "Acme"


def test_only_what_the_form_shows_can_be_changed(world: World, acme: VendorRef, admin: UserRef) -> None:
    before = row(world, acme)
    save(world, admin, id="99", public_id="0", created_at="2000-01-01", vendor_id="2", is_active="")
    after = row(world, acme)
    assert (after.id, after.public_id, after.created_at) == (before.id, before.public_id, before.created_at)


def test_who_saves_second_keeps_their_text_and_overwrites_nothing(
    world: World, acme: VendorRef, admin: UserRef
) -> None:
    assert save(world, admin, name="First").status_code == 303
    answer = save(world, admin, name="Second")
    assert answer.status_code == 409
    assert "Somebody else changed the settings" in answer.text
    assert 'value="Second"' in answer.text
    assert row(world, acme).name == "First"
    # Having seen that, they save anyway.
    assert save(world, admin, name="Second", revision="2").status_code == 303


@pytest.mark.parametrize("revision", ["", "x", "-1", "9" * 30, "１"])
def test_a_strange_revision_is_a_conflict(
    world: World, acme: VendorRef, admin: UserRef, revision: str
) -> None:
    assert save(world, admin, name="New", revision=revision).status_code == 409


# -- the address -------------------------------------------------------------------------------


def test_addresses_with_the_old_slug_redirect(world: World, acme: VendorRef, admin: UserRef) -> None:
    assert save(world, admin, slug="acme-robotics").status_code == 303
    client = world.client(admin)
    answer = client.get("/acme/accounts/people?role=executive")
    assert (answer.status_code, answer.location) == (308, "/acme-robotics/accounts/people?role=executive")
    assert client.get("/acme-robotics/vendors/settings").status_code == 200


def test_the_old_slug_tells_strangers_nothing(world: World, acme: VendorRef, admin: UserRef) -> None:
    save(world, admin, slug="acme-robotics")
    foreign = world.user(Role.VENDOR_ADMIN, vendor=world.vendor("globex"))
    assert world.client(foreign).get("/acme/").status_code == 404


@pytest.mark.parametrize("slug", sorted(RESERVED))
def test_reserved_words_are_refused(world: World, acme: VendorRef, admin: UserRef, slug: str) -> None:
    assert save(world, admin, slug=slug).status_code == 422


def test_slugs_of_others_are_refused_even_those_they_had_before(
    world: World, acme: VendorRef, admin: UserRef
) -> None:
    globex = world.vendor("globex")
    other = world.user(Role.VENDOR_ADMIN, vendor=globex)
    assert save(world, admin, slug="globex").status_code == 422
    assert save(world, other, at="globex", slug="globex-two").status_code == 303
    assert save(world, admin, slug="globex").status_code == 422


def test_a_vendor_takes_its_own_old_slug_back(world: World, acme: VendorRef, admin: UserRef) -> None:
    save(world, admin, slug="acme-robotics")
    client = world.client(admin)
    page = client.get("/acme-robotics/vendors/settings").text
    assert 'name="revision" type="hidden" value="2"' in page
    assert save(world, admin, at="acme-robotics", revision="2").status_code == 303
    assert client.get("/acme/vendors/settings").status_code == 200
    assert client.get("/acme-robotics/vendors/settings").location == "/acme/vendors/settings"


def test_stored_currencies_and_zones_stay_choosable(world: World, acme: VendorRef, admin: UserRef) -> None:
    with world.app.app_context(), transaction():
        vendor = db.session.get_one(Vendor, acme.id)
        vendor.currency, vendor.time_zone = "DEM", "Etc/GMT+5"
    answer = save(world, admin, currency="DEM", time_zone="Etc/GMT+5", revision="2", name="Kept")
    assert answer.status_code == 303
