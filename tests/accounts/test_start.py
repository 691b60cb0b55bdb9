"""The front doors: where people land."""

from __future__ import annotations

from sqlalchemy import select

from prm.access import system_actor
from prm.accounts import services as accounts
from prm.accounts.models import User
from prm.extensions import db
from prm.infra.db import transaction
from prm.partners.models import Partnership
from prm.partners.services import link_partnership
from prm.permissions import Role
from tests.factories import UserRef, World
from tests.factories.accounts import membership_of


def test_the_sites_address_leads_to_the_start_page(world: World) -> None:
    assert world.client().get("/").location == "/start"


def test_strangers_sign_in_first(world: World) -> None:
    assert world.client().get("/start").location == "/accounts/sign-in?next=/start"


def test_who_works_with_one_vendor_lands_there(world: World) -> None:
    acme = world.vendor("acme")
    for user in (
        world.user(Role.VENDOR_ADMIN, vendor=acme),
        world.user(Role.PARTNER_MEMBER, partnership=world.partnership(acme)),
    ):
        assert world.client(user).get("/start").location == "/acme/"


def test_who_belongs_nowhere_is_told_what_to_do(world: World) -> None:
    with world.app.app_context(), transaction():
        user = accounts.create_user(system_actor(None), email="kim@new.example", name="Kim")
        ref = UserRef(user.id, user.public_id, user.email, user.name)
    answer = world.client(ref).get("/start")
    assert answer.status_code == 200
    assert "You do not belong to a vendor or partner yet" in answer.text


def test_people_of_a_partner_see_each_vendor_of_it(world: World) -> None:
    acme, globex = world.vendor("acme", name="Acme"), world.vendor("globex", name="Globex")
    nina = world.user(Role.PARTNER_ADMIN, partnership=world.partnership(acme, "Northwind"))
    other = world.partnership(globex, "Northwind Ltd")
    partner_id = membership_of(world, nina).partner_id
    assert partner_id is not None
    with world.acting(globex) as actor, transaction():
        row = db.session.scalars(select(Partnership).where(Partnership.id == other.id)).one()
        link_partnership(actor, row, partner_id)
    page = world.client(nina).get("/start").text
    for text in ("Acme", "Globex", "Northwind", "Overdue", "Due", "Expiring certificates"):
        assert text in page
    assert 'href="/acme/"' in page and 'href="/globex/"' in page


def test_staff_of_several_vendors_see_them_all(world: World) -> None:
    acme, globex = world.vendor("acme"), world.vendor("globex")
    eva = world.user(Role.EXECUTIVE, vendor=acme)
    with world.acting(globex) as actor, transaction():
        accounts.add_membership(
            actor, db.session.get_one(User, eva.id), Role.CONTENT_AUTHOR, vendor_id=globex.id
        )
    page = world.client(eva).get("/start").text
    assert "Executive" in page and "Content author" in page


def test_operators_see_vendors_and_none_of_their_business(world: World) -> None:
    acme = world.vendor("acme", name="Acme")
    world.partnership(acme, "Northwind")
    operator = world.user(Role.OPERATOR)
    page = world.client(operator).get("/start").text
    assert "Vendors of this installation" in page and "Acme" in page
    assert "flask vendors create" in page
    assert "Northwind" not in page
    assert world.client(operator).get("/acme/").status_code == 404
