"""One search across everything that a person may see."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import text

from prm.extensions import db
from prm.infra.db import transaction
from prm.infra.folding import PLAIN, fold
from prm.infra.fulltext import MAX_WORDS, SEARCHED, words_of
from prm.partners.models import Partnership
from prm.permissions import Role
from tests.factories import VendorRef, World
from tests.factories.certification import issue, make_scheme
from tests.factories.marketing import make_asset
from tests.factories.revenue import import_file
from tests.factories.training import make_course


@pytest.fixture
def vendor(world: World) -> VendorRef:
    return world.vendor("acme")


def hits(client, asked: str) -> dict[str, list[str]]:
    """Kind → the titles found."""
    answer = client.get("/acme/search/", query_string={"q": asked})
    assert answer.status_code == 200
    found = answer.text.partition('<div class="search-found">')[2].partition("</main>")[0]
    kinds = re.split(r"<h2[^>]*>", found)[1:]
    return {
        kind.partition("<")[0].strip(): re.findall(r'<li><a href="[^"]*">([^<]+)</a>', kind) for kind in kinds
    }


ACCENTS = [
    ("Zoë Ångström", "zoe angstrom"),
    ("Müller", "Muller"),
    ("Zoe Muller", "zoë müller"),
    ("Łódź Trading", "łodz"),
    ("Ệlite", "elite"),
    ("Cafe\u0301 Noir", "café"),  # a letter and a mark of its own
    ("SÃO PAULO", "sao paulo"),
]


@pytest.mark.parametrize(("name", "asked"), ACCENTS)
def test_accents_stand_in_the_way_of_nobody(world: World, vendor: VendorRef, name: str, asked: str) -> None:
    company = world.partnership(vendor, name)
    world.user(Role.PARTNER_MEMBER, partnership=company, name=name, email="somebody@example.com")
    make_asset(world, vendor, name)
    client = world.client(world.user(Role.VENDOR_ADMIN, vendor=vendor))
    found = hits(client, asked)
    assert set(found) == {"Partners", "People", "Marketing library"}, asked
    assert hits(client, "zzz") == {}


def test_every_letter_folds_alike_in_python_and_in_the_database(world: World, vendor: VendorRef) -> None:
    letters = [*PLAIN, "ß", "ø", "Ł", "đ", "я", "Ά", "İ", "ﬁ"]
    with world.acting(vendor):
        for start in range(0, len(letters), 50):
            some = letters[start : start + 50]
            asked = text(" UNION ALL ".join(f"SELECT prm_folded(:l{n})" for n in range(len(some))))
            values = {f"l{n}": letter for n, letter in enumerate(some)}
            folded = list(db.session.execute(asked, values).scalars())
            assert [each for each in folded if each not in "ßøłđяάİiﬁ"] == [
                each for each in map(fold, some) if each not in "ßøłđяάİiﬁ"
            ]


def test_every_kind_is_found_by_the_beginnings_of_its_words(world: World, vendor: VendorRef) -> None:
    company = world.partnership(vendor, "Zephyr Networks", region="West")
    person = world.user(Role.PARTNER_MEMBER, partnership=company, name="Zephyra Jones")
    course = make_course(world, vendor, "Zephyr basics")
    scheme = make_scheme(world, vendor, course, name="Zephyr expert")
    issue(world, vendor, scheme, person)
    make_asset(world, vendor, "Zephyr flyer")
    import_file(world, vendor, "products", "name,price\nZephyr box,10\n")
    import_file(
        world, vendor, "deals",
        "external_id,partner,product,customer,stage,amount,registered_on,closed_on\n"
        "D-1,Zephyr Networks,Zephyr box,Acorn,won,100,2017-01-02,2017-01-20\n",
        won_as_orders=True,
    )  # fmt: skip
    client = world.client(world.user(Role.VENDOR_ADMIN, vendor=vendor))
    assert hits(client, "zeph") == {
        "Partners": ["Zephyr Networks"],
        "People": ["Zephyra Jones"],
        "Courses": ["Zephyr basics"],
        "Certificates": ["Zephyr expert"],
        "Marketing library": ["Zephyr flyer"],
        "Deals": ["D-1"],
        "Orders": ["D-1"],
        "Products": ["Zephyr box"],
    }
    assert hits(client, "d-1") == {"Deals": ["D-1"], "Orders": ["D-1"]}
    assert hits(client, "BOX zeph")["Products"] == ["Zephyr box"]
    assert hits(client, "ephyr") == {"People": ["Zephyra Jones"], "Certificates": ["Zephyr expert"]}


def test_what_changed_is_found_by_its_new_words_alone(world: World, vendor: VendorRef) -> None:
    company = world.partnership(vendor, "Northwind Traders")
    client = world.client(world.user(Role.CHANNEL_MANAGER, vendor=vendor))
    assert hits(client, "northwind") == {"Partners": ["Northwind Traders"]}
    with world.acting(vendor), transaction():
        db.session.get_one(Partnership, company.id).name = "Södra Handel"
    assert hits(client, "northwind") == {}
    assert hits(client, "söd hand") == {"Partners": ["Södra Handel"]}


def test_nothing_is_found_beyond_a_persons_reach(world: World, vendor: VendorRef) -> None:
    west = world.partnership(vendor, "Zephyr West", region="West")
    world.partnership(vendor, "Zephyr East", region="East")
    world.partnership(world.vendor("globex"), "Zephyr Elsewhere")
    scoped = world.client(world.user(Role.CHANNEL_MANAGER, vendor=vendor, region_names=("West",)))
    assert hits(scoped, "zephyr") == {"Partners": ["Zephyr West"]}
    admin = world.client(world.user(Role.PARTNER_ADMIN, partnership=west, name="Someone Else"))
    assert hits(admin, "zephyr") == {"Partners": ["Zephyr West"]}
    member = world.client(world.user(Role.PARTNER_MEMBER, partnership=west, name="A Member"))
    assert hits(member, "zephyr") == {}


def test_more_hits_than_are_shown_lead_to_the_list(world: World, vendor: VendorRef) -> None:
    for number in range(10):
        world.partnership(vendor, f"Zephyr {number}")
    client = world.client(world.user(Role.CHANNEL_MANAGER, vendor=vendor))
    assert len(hits(client, "zephyr")["Partners"]) == 8
    assert 'href="/acme/partners/?search=zephyr"' in client.get("/acme/search/?q=zephyr").text


@pytest.mark.parametrize(
    "asked", ["", "   ", "*", '"', "' OR 1=1 --", "a\x00b", "%", "_", "NEAR(", "a" * 9000]
)
def test_whatever_is_asked_a_page_comes(world: World, vendor: VendorRef, asked: str) -> None:
    client = world.client(world.user(Role.VENDOR_ADMIN, vendor=vendor))
    assert client.get("/acme/search/", query_string={"q": asked}).status_code == 200


def test_words_are_letters_and_digits() -> None:
    assert words_of("GTX-Pro  (Plus)_7 山田太郎") == ["gtx", "pro", "plus", "7", "山田太郎"]
    assert len(words_of("a b c d e f g h i j k")) == MAX_WORDS
    assert words_of('"*()') == []


def test_postgresql_finds_through_its_index_and_for_the_vendor_served(
    world: World, vendor: VendorRef, database_kind: str
) -> None:
    if database_kind != "postgresql":
        pytest.skip("PostgreSQL's functions and planner")
    here = world.partnership(vendor, "Zephyr here")
    there = world.partnership(other := world.vendor("globex"), "Zephyr there")
    found = text("SELECT partnership_found('zephyr:*')")
    for served, expected in ((vendor, [here.id]), (other, [there.id])):
        with world.acting(served):
            assert list(db.session.scalars(found)) == expected
    with world.app.app_context():
        assert list(db.session.scalars(found)) == []
        body = "SELECT prosrc FROM pg_proc WHERE proname = :name"
        for table in SEARCHED:
            source = db.session.execute(text(body), {"name": f"{table}_found"}).scalar_one()
            index = db.session.execute(
                text("SELECT indexdef FROM pg_indexes WHERE indexname = :name"), {"name": f"ix_{table}_words"}
            ).scalar_one()
            # The planner takes an index on an expression only for the same expression.
            assert "gin" in index
            assert re.findall(r"\bcoalesce\((?:\w+\.)?(\w+)", source) == re.findall(
                r"\bCOALESCE\((\w+)", index
            )
