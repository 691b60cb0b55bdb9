"""People: who sees whom, and how memberships end."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass

import pytest
from sqlalchemy import select

from prm.accounts import services as accounts
from prm.accounts.models import JobFunction, User
from prm.accounts.switcher import list_places
from prm.extensions import db
from prm.infra.db import transaction
from prm.partners.models import Partnership
from prm.partners.services import link_partnership
from prm.permissions import Role
from tests.counting import counted
from tests.factories import PartnershipRef, UserRef, VendorRef, World
from tests.factories.accounts import at_once, membership_of


@dataclass(frozen=True)
class Cast:
    """A vendor with two partnerships and one of each role; a second vendor with its own."""

    acme: VendorRef
    globex: VendorRef
    north: PartnershipRef
    south: PartnershipRef
    admin: UserRef
    manager: UserRef
    emea_manager: UserRef
    executive: UserRef
    north_admin: UserRef
    north_member: UserRef
    south_member: UserRef
    foreign: UserRef


@pytest.fixture
def cast(world: World) -> Cast:
    acme, globex = world.vendor("acme"), world.vendor("globex")
    north = world.partnership(acme, "Northwind", region="EMEA")
    south = world.partnership(acme, "Southwind", region="APAC")
    elsewhere = world.partnership(globex, "Eastwind")
    return Cast(
        acme,
        globex,
        north,
        south,
        admin=world.user(Role.VENDOR_ADMIN, vendor=acme, name="Ada Admin"),
        manager=world.user(Role.CHANNEL_MANAGER, vendor=acme, name="Max Manager"),
        emea_manager=world.user(Role.CHANNEL_MANAGER, vendor=acme, name="Emil", region_names=("EMEA",)),
        executive=world.user(Role.EXECUTIVE, vendor=acme, name="Eva Executive"),
        north_admin=world.user(Role.PARTNER_ADMIN, partnership=north, name="Nina Northwind"),
        north_member=world.user(
            Role.PARTNER_MEMBER, partnership=north, name="Noah Northwind", job_functions=(JobFunction.SALES,)
        ),
        south_member=world.user(Role.PARTNER_MEMBER, partnership=south, name="Sara Southwind"),
        foreign=world.user(Role.PARTNER_ADMIN, partnership=elsewhere, name="Esra Eastwind"),
    )


def seen(world: World, user: UserRef, query: str = "", page: str = "people", slug: str = "acme") -> list[str]:
    """Names in the CSV of people, in its order."""
    answer = world.client(user).get(f"/{slug}/accounts/{page}?format=csv&{query}")
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].startswith("attachment")
    return [row["Name"] for row in csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig")))]


def test_administrators_see_their_staff_and_their_partners_people(world: World, cast: Cast) -> None:
    assert seen(world, cast.admin) == [
        "Ada Admin", "Emil", "Eva Executive", "Max Manager", "Nina Northwind", "Noah Northwind",
        "Sara Southwind",
    ]  # fmt: skip


def test_channel_managers_see_the_people_of_partners_within_their_scope(world: World, cast: Cast) -> None:
    assert seen(world, cast.manager) == ["Nina Northwind", "Noah Northwind", "Sara Southwind"]
    assert seen(world, cast.emea_manager) == ["Nina Northwind", "Noah Northwind"]


def test_partner_administrators_see_their_own_company(world: World, cast: Cast) -> None:
    assert seen(world, cast.north_admin) == ["Nina Northwind", "Noah Northwind"]


def test_others_see_nobody(world: World, cast: Cast) -> None:
    for user in (cast.executive, cast.north_member):
        assert world.client(user).get("/acme/accounts/people").status_code == 403
    assert world.client(cast.foreign).get("/acme/accounts/people").status_code == 404


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("search=noah", ["Noah Northwind"]),
        ("search=southwind", ["Sara Southwind"]),
        ("role=executive", ["Eva Executive"]),
        ("side=vendor&sort=name&direction=desc", ["Max Manager", "Eva Executive", "Emil", "Ada Admin"]),
        ("side=partner&role=partner_admin", ["Nina Northwind"]),
        ("role=nonsense&side=partner&sort=nonsense", ["Nina Northwind", "Noah Northwind", "Sara Southwind"]),
    ],
)
def test_the_list_is_searched_filtered_and_sorted(
    world: World, cast: Cast, query: str, names: list[str]
) -> None:
    assert seen(world, cast.admin, query) == names


def test_the_page_says_role_functions_and_scope(world: World, cast: Cast) -> None:
    page = world.client(cast.admin).get("/acme/accounts/people").text
    for text in ("Channel manager", "EMEA", "Sales", "Northwind", "Active"):
        assert text in page


def test_the_list_costs_the_same_for_few_and_many(world: World, cast: Cast) -> None:
    client = world.client(cast.admin)

    def statements() -> int:
        with counted(world.app) as found:
            assert client.get("/acme/accounts/people").status_code == 200
        return len(found)

    before = statements()
    for _ in range(12):
        world.user(Role.PARTNER_MEMBER, partnership=cast.north)
    assert statements() == before


# -- a partner's people and its other vendors --------------------------------------------------


@pytest.fixture
def two_vendors(world: World, cast: Cast) -> Cast:
    """Northwind works with both vendors."""
    other = world.partnership(cast.globex, "Northwind Ltd")
    partner_id = membership_of(world, cast.north_admin).partner_id
    assert partner_id is not None
    with world.acting(cast.globex) as actor, transaction():
        row = db.session.scalars(select(Partnership).where(Partnership.id == other.id)).one()
        link_partnership(actor, row, partner_id)
    return cast


def places(world: World, user: UserRef) -> list[str]:
    with world.app.app_context():
        return [place.slug for place in list_places(user.id)]


def join(world: World, user: UserRef, partnership: PartnershipRef, at: VendorRef | None, role: Role) -> None:
    """Another membership of `user`, with the company behind `partnership`."""
    with world.acting(partnership.vendor) as actor, transaction():
        row = db.session.scalars(select(Partnership).where(Partnership.id == partnership.id)).one()
        accounts.add_membership(
            actor,
            db.session.get_one(User, user.id),
            role,
            partner_id=row.partner_id,
            at_vendor_id=at.id if at else None,
        )


def test_a_company_has_the_same_people_with_each_of_its_vendors(world: World, two_vendors: Cast) -> None:
    admin = world.user(Role.VENDOR_ADMIN, vendor=two_vendors.globex, name="Gus Globex")
    assert seen(world, admin, slug="globex") == [
        "Esra Eastwind", "Gus Globex", "Nina Northwind", "Noah Northwind",
    ]  # fmt: skip


def test_no_page_of_one_vendor_names_another(world: World, two_vendors: Cast) -> None:
    for path in ("people", "people/former", "invitations", "invite"):
        page = world.client(two_vendors.admin).get(f"/acme/accounts/{path}").text.lower()
        assert "globex" not in page and "northwind ltd" not in page and "eastwind" not in page


def test_whom_a_vendor_brought_into_a_company_counts_with_that_vendor_alone(
    world: World, two_vendors: Cast
) -> None:
    guest = world.user(Role.EXECUTIVE, vendor=world.vendor("initech"), name="Gast")
    join(world, guest, two_vendors.north, two_vendors.acme, Role.PARTNER_ADMIN)
    assert places(world, guest) == ["acme", "initech"]
    client = world.client(guest)
    assert client.get("/acme/accounts/people").status_code == 200
    assert client.get("/globex/accounts/people").status_code == 404
    admin = world.user(Role.VENDOR_ADMIN, vendor=two_vendors.globex, name="Gus Globex")
    assert "Gast" in seen(world, two_vendors.admin)
    assert "Gast" not in seen(world, admin, slug="globex")


def test_who_comes_to_act_for_the_company_needs_no_limited_membership_any_more(
    world: World, two_vendors: Cast
) -> None:
    guest = world.user(Role.EXECUTIVE, vendor=world.vendor("initech"), name="Gast")
    join(world, guest, two_vendors.north, two_vendors.acme, Role.PARTNER_MEMBER)
    join(world, guest, two_vendors.north, None, Role.PARTNER_MEMBER)
    assert places(world, guest) == ["acme", "globex", "initech"]
    assert seen(world, two_vendors.admin).count("Gast") == 1


# -- ending memberships ------------------------------------------------------------------------


def end(world: World, by: UserRef, whom: UserRef, slug: str = "acme"):
    public_id = membership_of(world, whom).public_id
    return world.client(by).post(f"/{slug}/accounts/people/{public_id}/end")


def test_an_ended_membership_stops_with_the_next_request(world: World, cast: Cast) -> None:
    client = world.client(cast.north_member)
    assert client.get("/acme/vendors/settings").status_code == 403
    assert end(world, cast.admin, cast.north_member).status_code == 303
    assert client.get("/acme/vendors/settings").status_code == 404
    assert "Noah Northwind" not in seen(world, cast.admin)
    assert seen(world, cast.admin, page="people/former") == ["Noah Northwind"]


def test_ending_asks_first_and_asking_changes_nothing(world: World, cast: Cast) -> None:
    public_id = membership_of(world, cast.north_member).public_id
    page = world.client(cast.admin).get(f"/acme/accounts/people/{public_id}/end")
    assert "End the membership of Noah Northwind?" in page.text
    assert "Noah Northwind" in seen(world, cast.admin)


def test_partner_administrators_end_memberships_of_their_own_company(world: World, cast: Cast) -> None:
    assert end(world, cast.north_admin, cast.north_member).status_code == 303
    assert end(world, cast.north_admin, cast.south_member).status_code == 404
    assert "Sara Southwind" in seen(world, cast.admin)


def test_others_end_nothing(world: World, cast: Cast) -> None:
    for user in (cast.manager, cast.executive, cast.north_member):
        assert end(world, user, cast.south_member).status_code == 403
    assert end(world, cast.foreign, cast.south_member).status_code == 404
    assert "Sara Southwind" in seen(world, cast.admin)


def test_nobody_ends_their_own_membership(world: World, cast: Cast) -> None:
    world.user(Role.VENDOR_ADMIN, vendor=cast.acme)
    answer = end(world, cast.admin, cast.admin)
    assert answer.status_code == 422
    assert "You cannot end your own membership" in answer.text


def test_the_last_administrator_of_a_company_stays(world: World, cast: Cast) -> None:
    answer = end(world, cast.admin, cast.north_admin)
    assert answer.status_code == 422
    assert "last administrator" in answer.text
    world.user(Role.PARTNER_ADMIN, partnership=cast.north)
    assert end(world, cast.admin, cast.north_admin).status_code == 303


def test_an_administrator_whose_account_is_closed_does_not_stand_in(world: World, cast: Cast) -> None:
    other = world.user(Role.PARTNER_ADMIN, partnership=cast.north)
    with world.app.app_context(), transaction():
        db.session.get_one(User, other.id).is_active = False
    assert end(world, cast.admin, cast.north_admin).status_code == 422


def test_administrators_who_end_each_other_at_once_do_not_both_go(world: World, cast: Cast) -> None:
    other = world.user(Role.VENDOR_ADMIN, vendor=cast.acme, name="Otto Other")
    pair = [(cast.admin, other), (other, cast.admin)]
    paths = [f"/acme/accounts/people/{membership_of(world, whom).public_id}/end" for _, whom in pair]
    clients = [world.client(by) for by, _ in pair]
    answers = at_once(2, lambda n: clients[n].post(paths[n]).status_code)
    assert sorted(answers)[0] == 303
    assert answers.count(303) == 1


def test_ending_twice_is_said(world: World, cast: Cast) -> None:
    assert end(world, cast.admin, cast.south_member).status_code == 303
    assert end(world, cast.admin, cast.south_member).status_code == 404


def test_a_vendor_ends_a_membership_with_itself_alone(world: World, two_vendors: Cast) -> None:
    client = world.client(two_vendors.north_member)
    assert end(world, two_vendors.admin, two_vendors.north_member).status_code == 303
    assert client.get("/acme/vendors/settings").status_code == 404
    assert client.get("/globex/vendors/settings").status_code == 403
    assert places(world, two_vendors.north_member) == ["globex"]


def test_a_company_ends_a_membership_everywhere(world: World, two_vendors: Cast) -> None:
    client = world.client(two_vendors.north_member)
    assert end(world, two_vendors.north_admin, two_vendors.north_member).status_code == 303
    assert client.get("/acme/vendors/settings").status_code == 404
    assert client.get("/globex/vendors/settings").status_code == 404


def test_a_guest_administrator_cannot_end_who_acts_for_the_company(world: World, two_vendors: Cast) -> None:
    guest = world.user(Role.EXECUTIVE, vendor=world.vendor("initech"), name="Gast")
    join(world, guest, two_vendors.north, two_vendors.acme, Role.PARTNER_ADMIN)
    assert end(world, guest, two_vendors.north_admin).status_code == 422
    assert end(world, guest, two_vendors.north_member).status_code == 303
    assert places(world, two_vendors.north_member) == ["globex"]


def test_a_refused_ending_changes_nothing(world: World, cast: Cast) -> None:
    before = membership_of(world, cast.south_member)
    client = world.client(cast.manager)
    client.post(f"/acme/accounts/people/{before.public_id}/end")
    del client.environ_base["HTTP_X_CSRFTOKEN"]
    admin = world.client(cast.admin)
    del admin.environ_base["HTTP_X_CSRFTOKEN"]
    assert admin.post(f"/acme/accounts/people/{before.public_id}/end").status_code == 400
    assert membership_of(world, cast.south_member).ended_at is None
