"""Seeing the portal as a partner's person does: a look, on record, and nothing but a look."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, text
from werkzeug.routing import AnyConverter, Rule

from prm.access import SIGNED_IN, mark_of
from prm.accounts import services as accounts
from prm.accounts import tasks
from prm.accounts.models import User
from prm.extensions import db
from prm.infra import clock
from prm.infra.db import transaction
from prm.journal.models import JournalEntry
from prm.partners.models import Partnership
from prm.partners.services import link_partnership
from prm.permissions import TABLE, P, Role
from tests.factories import PartnershipRef, UserRef, VendorRef, World
from tests.factories.accounts import membership_of
from tests.factories.marketing import make_asset
from tests.factories.training import assign, make_course

BAR = "You see the portal as Noah Northwind does."


@pytest.fixture
def noah(world: World, north: PartnershipRef) -> UserRef:
    return world.user(Role.PARTNER_MEMBER, partnership=north, name="Noah Northwind")


def view(world: World, client: FlaskClient, whom: UserRef):
    return client.post(f"/acme/accounts/people/{membership_of(world, whom).public_id}/view-as")


@pytest.fixture
def client(world: World, admin: UserRef, noah: UserRef) -> FlaskClient:
    """Ada, who sees the portal as Noah does."""
    client = world.client(admin)
    assert view(world, client, noah).status_code == 303
    return client


def journaled(world: World, acme: VendorRef) -> list[tuple[str, str]]:
    with world.app.app_context():
        rows = db.session.scalars(
            select(JournalEntry)
            .where(JournalEntry.chain == str(acme.public_id), JournalEntry.action.startswith("viewing."))
            .order_by(JournalEntry.sequence)
        )
        return [(row.action, row.actor_ref) for row in rows]


def lapse(world: World) -> None:
    """What the sweeper does each minute."""
    with world.app.app_context():
        tasks.end_lapsed_viewings()


def contents(world: World, acme: VendorRef) -> dict[str, list[str]]:
    """Every row of every table."""
    with world.app.app_context(), db.engine.connect() as connection:
        if connection.dialect.name == "postgresql":  # or row-level security shows no row of a vendor
            connection.execute(text("SELECT set_config('prm.vendor_id', :v, true)"), {"v": str(acme.id)})
        return {
            name: sorted(map(repr, connection.execute(select(table)).all()))
            for name, table in db.metadata.tables.items()
        }


# -- beginning ---------------------------------------------------------------------------------


def test_the_portal_is_shown_as_the_person_sees_it(world: World, client: FlaskClient, noah: UserRef) -> None:
    page = client.get("/acme/").text
    assert BAR in page
    assert client.get("/acme/training/").status_code == 200
    assert client.get("/acme/accounts/people").status_code == 403  # as it is for Noah
    assert client.get("/acme/vendors/settings").status_code == 403
    assert BAR in client.get("/acme/vendors/settings").text


def test_it_asks_first_and_asking_begins_nothing(world: World, admin: UserRef, noah: UserRef) -> None:
    client = world.client(admin)
    page = client.get(f"/acme/accounts/people/{membership_of(world, noah).public_id}/view-as")
    assert "See the portal as Noah Northwind does?" in page.text
    assert BAR not in client.get("/acme/").text


def test_both_are_journaled_at_the_beginning_and_the_end(
    world: World, acme: VendorRef, admin: UserRef, noah: UserRef, client: FlaskClient
) -> None:
    assert client.post("/accounts/viewing/end").status_code == 303
    who = f"user:{admin.public_id}"
    assert journaled(world, acme) == [("viewing.started", who), ("viewing.ended", who)]
    with world.app.app_context():
        for entry in db.session.scalars(
            select(JournalEntry).where(JournalEntry.action.startswith("viewing."))
        ):
            assert entry.facts == {"viewer": who, "viewed": f"user:{noah.public_id}"}
    assert BAR not in client.get("/acme/accounts/people").text
    assert client.post("/accounts/viewing/end").status_code == 409


def test_only_who_may_see_the_partner_looks(
    world: World, acme: VendorRef, north: PartnershipRef, noah: UserRef
) -> None:
    boss = world.user(Role.PARTNER_ADMIN, partnership=north)
    for user, status in (
        (boss, 403), (world.user(Role.CONTENT_AUTHOR, vendor=acme), 403),
        (world.user(Role.EXECUTIVE, vendor=acme), 403),
        (world.user(Role.CHANNEL_MANAGER, vendor=acme, region_names=("APAC",)), 404),
        (world.user(Role.CHANNEL_MANAGER, vendor=acme, region_names=("EMEA",)), 303),
        (world.user(Role.VENDOR_ADMIN, vendor=world.vendor("globex")), 404),
    ):  # fmt: skip
        assert view(world, world.client(user), noah).status_code == status, user.name


def test_staff_are_not_looked_as(world: World, acme: VendorRef, admin: UserRef, noah: UserRef) -> None:
    colleague = world.user(Role.CONTENT_AUTHOR, vendor=acme)
    assert view(world, world.client(admin), colleague).status_code == 404
    with world.acting(acme) as actor, transaction():
        path = f"/acme/accounts/people/{membership_of(world, noah).public_id}/view-as"
        accounts.add_membership(
            actor, db.session.get_one(User, noah.id), Role.CONTENT_AUTHOR, vendor_id=acme.id
        )
    assert world.client(admin).post(path).status_code == 422


# -- nothing but a look ------------------------------------------------------------------------


def address(rule: Rule, known: dict[str, object]) -> str:
    values = {name: known.get(name, uuid4()) for name in rule.arguments}
    for name, converter in rule._converters.items():
        kind = type(converter).__name__
        if name in known:
            continue
        if kind == "IntegerConverter":
            values[name] = 1
        elif isinstance(converter, AnyConverter):
            values[name] = min(converter.items)
        elif kind not in {"UUIDConverter"}:
            values[name] = "x" * 43 if "token" in name else "a4"
    built = rule.build(values)
    assert built is not None
    return built[1]


def test_no_address_changes_anything(
    world: World, acme: VendorRef, north: PartnershipRef, noah: UserRef, client: FlaskClient
) -> None:
    asset = make_asset(world, acme, "Sheet")
    course = make_course(world, acme, "Installing")
    assign(world, north, course)
    known = {
        "vendor": "acme", "asset_id": asset.public_id, "course_id": course.public_id,
        "lesson_id": course.lessons[0], "membership_id": membership_of(world, noah).public_id,
        "partnership_id": north.public_id, "number": 1,
    }  # fmt: skip
    before = contents(world, acme)
    seen = {"looked": 0, "refused": 0}
    for rule in world.app.url_map.iter_rules():
        if rule.endpoint in {"accounts.end_viewing", "accounts.sign_out", "assets.serve"}:
            continue
        path = address(rule, known)
        for method in ("GET", "POST"):
            if method not in (rule.methods or ()):
                continue
            answer = client.open(path, method=method)
            assert answer.status_code < 500, (method, path)
            if method == "POST":
                assert answer.status_code == 403, (path, answer.status_code)
                seen["refused"] += 1
            elif mark_of(world.app.view_functions[rule.endpoint]) == SIGNED_IN:
                assert answer.status_code == 403, path
            elif answer.status_code == 200:
                seen["looked"] += 1
            assert "noah" not in answer.headers.get("Set-Cookie", "").lower()
    assert seen["looked"] > 12 and seen["refused"] > 50, seen
    after = contents(world, acme)
    assert {name for name in before if before[name] != after[name]} == set()
    # The same asset, seen by Noah himself, counts.
    world.client(noah).get(f"/acme/marketing/{asset.public_id}")
    assert contents(world, acme)["usage_event"] != after["usage_event"]


def test_their_own_pages_stay_theirs(
    world: World, acme: VendorRef, noah: UserRef, client: FlaskClient
) -> None:
    for path in ("/accounts/profile", "/start", "/accounts/email", "/accounts/second-factor"):
        answer = client.get(path)
        assert answer.status_code == 403
        assert noah.email not in answer.text
        assert BAR in answer.text  # and the button that ends it


def test_other_vendors_are_not_shown_nor_named(
    world: World, acme: VendorRef, admin: UserRef, noah: UserRef
) -> None:
    globex = world.vendor("globex", name="Globex")
    other = world.partnership(globex, "Northwind Ltd")
    partner_id = membership_of(world, noah).partner_id
    assert partner_id is not None
    with world.acting(globex) as actor, transaction():
        row = db.session.scalars(select(Partnership).where(Partnership.id == other.id)).one()
        link_partnership(actor, row, partner_id)
    client = world.client(admin)
    view(world, client, noah)
    assert "globex" not in client.get("/acme/").text.lower()
    missing, foreign = client.get("/nowhere/"), client.get("/globex/")
    assert (missing.status_code, foreign.status_code) == (403, 403)


# -- ending ------------------------------------------------------------------------------------


def test_it_ends_after_an_hour_and_the_journal_says_so(
    world: World, acme: VendorRef, client: FlaskClient
) -> None:
    with clock.freeze(clock.now() + timedelta(minutes=61)):
        assert BAR not in client.get("/acme/accounts/people").text
        lapse(world)
    assert journaled(world, acme)[1:] == [("viewing.ended", "system")]


def test_it_ends_with_the_session(world: World, acme: VendorRef, client: FlaskClient) -> None:
    assert client.post("/accounts/sign-out").status_code == 303
    lapse(world)
    assert journaled(world, acme)[1:] == [("viewing.ended", "system")]


def test_another_session_of_the_viewer_is_their_own(
    world: World, admin: UserRef, client: FlaskClient
) -> None:
    assert BAR not in world.client(admin).get("/acme/").text


def test_looking_as_somebody_else_ends_the_look_before(
    world: World, acme: VendorRef, north: PartnershipRef, admin: UserRef, client: FlaskClient
) -> None:
    client.post("/accounts/viewing/end")
    nina = world.user(Role.PARTNER_ADMIN, partnership=north, name="Nina")
    view(world, client, nina)
    assert "You see the portal as Nina does." in client.get("/acme/").text


def test_who_leaves_is_seen_no_more(
    world: World, north: PartnershipRef, noah: UserRef, client: FlaskClient
) -> None:
    boss = world.user(Role.PARTNER_ADMIN, partnership=north)
    world.client(boss).post(f"/acme/accounts/people/{membership_of(world, noah).public_id}/end")
    assert client.get("/acme/").status_code == 404
    assert client.post("/accounts/viewing/end").status_code == 303


def test_a_viewer_who_loses_the_right_looks_no_more(
    world: World, acme: VendorRef, noah: UserRef, admin: UserRef
) -> None:
    manager = world.user(Role.CHANNEL_MANAGER, vendor=acme)
    client = world.client(manager)
    assert view(world, client, noah).status_code == 303
    assert client.get("/acme/").status_code == 200
    world.client(admin).post(
        f"/acme/accounts/people/{membership_of(world, manager).public_id}/edit", data={"role": "executive"}
    )
    assert client.get("/acme/").status_code == 404


def test_every_permission_to_look_as_is_one_to_see_people() -> None:
    """Who looks as somebody sees no more than their own role shows of that company."""
    for role, reach in TABLE[P.PARTNER_VIEW_AS].items():
        for shown in (P.PEOPLE_VIEW, P.PROGRESS_VIEW, P.CERTIFICATE_VIEW, P.DEAL_VIEW, P.ORDER_VIEW):
            assert TABLE[shown][role] >= reach
