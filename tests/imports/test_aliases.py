"""Aliases: one decision settles all kept rows and every later import, and can be taken back."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from prm.customers import services as customer_services
from prm.customers.models import CustomerAlias
from prm.errors import Conflict, DomainError, Forbidden
from prm.extensions import db
from prm.imports.queries import list_unmatched
from prm.imports.services.aliases import AliasMade, add_alias
from prm.infra.db import transaction
from prm.infra.similar import most_similar
from prm.journal.models import JournalEntry
from prm.permissions import Role
from prm.products import services as product_services
from prm.products.models import Product, ProductAlias
from tests.factories import VendorRef, World
from tests.factories.revenue import import_rows
from tests.imports.dumps import differences, dump
from tests.imports.test_rows import deals, orders


@pytest.fixture
def vendor(world: World) -> VendorRef:
    vendor = world.vendor("acme")
    world.partnership(vendor, "Northwind")
    import_rows(world, vendor, "products", [{"name": "GTX Pro", "price": "1"}, {"name": "GTX", "price": "1"}])
    return vendor


def alias(world: World, vendor: VendorRef, field: str, value: str, to: str) -> AliasMade:
    with world.acting(vendor) as actor, transaction():
        return add_alias(actor, field=field, value=value, to=to)


def products_of(world: World, vendor: VendorRef) -> list[int | None]:
    state = dump(world, vendor)
    return [row["product_id"] for row in (*state["deal"], *state["order"])]


def test_an_alias_matches_every_spelling_and_every_later_row(world: World, vendor: VendorRef) -> None:
    deals(
        world, vendor, {"product": "GTXPro"}, {"external_id": "D-2", "product": "gtxpro"}, won_as_orders=True
    )
    orders(world, vendor, {"product": " GTXPRO "})
    assert products_of(world, vendor) == [None] * 5
    assert alias(world, vendor, "product", "GtxPro", "gtx pro").rows == 5
    assert products_of(world, vendor) == [1] * 5
    report = orders(world, vendor, {"external_id": "O-2", "product": "GTXPro"})
    assert [u.field for u in report.unmatched] == []
    with world.acting(vendor) as actor:
        assert list_unmatched(actor) == []


def test_an_alias_can_be_removed_and_leaves_everything_as_it_was(world: World, vendor: VendorRef) -> None:
    deals(world, vendor, {"product": "GTXPro"}, {"external_id": "D-2", "product": "GTX Pro"})
    before = dump(world, vendor)
    alias(world, vendor, "product", "GTXPro", "GTX Pro")
    with world.acting(vendor) as actor, transaction():
        row = db.session.scalars(select(ProductAlias)).one()
        product_services.remove_alias(actor, row.public_id)
    assert differences(before, dump(world, vendor)) == []
    with world.app.app_context():
        actions = db.session.scalars(select(JournalEntry.action).order_by(JournalEntry.id)).all()
    assert actions[-2:] == ["product.alias_added", "product.alias_removed"]


@pytest.mark.parametrize(
    ("value", "to", "said"),
    [
        ("", "GTX Pro", "Enter the name"),
        ("x" * 201, "GTX Pro", "Enter the name"),
        ("gtx", "GTX Pro", "is the name of a product"),
        ("Other", "Nothing", "There is no product"),
    ],
)
def test_what_cannot_be_an_alias_is_said(
    world: World, vendor: VendorRef, value: str, to: str, said: str
) -> None:
    with pytest.raises(DomainError, match=said):
        alias(world, vendor, "product", value, to)
    assert dump(world, vendor)["product_alias"] == []


def test_one_name_stands_for_one_thing(world: World, vendor: VendorRef) -> None:
    alias(world, vendor, "product", "GTXPro", "GTX Pro")
    with pytest.raises(Conflict, match="stands for GTX Pro already"):
        alias(world, vendor, "product", "gtxpro", "GTX")
    with pytest.raises(DomainError, match="Aliases are for"):
        alias(world, vendor, "colour", "red", "blue")


def test_only_who_runs_imports_sets_aliases(world: World, vendor: VendorRef) -> None:
    manager = world.user(Role.CHANNEL_MANAGER, vendor=vendor)
    with world.acting(vendor, manager) as actor, transaction(), pytest.raises(Forbidden):
        add_alias(actor, field="product", value="X", to="GTX")


def test_two_spellings_of_a_customer_become_one_and_two_again(world: World, vendor: VendorRef) -> None:
    orders(
        world, vendor,
        {"external_id": "1", "customer": "Initech"},
        {"external_id": "2", "customer": "Initech Inc."},
        {"external_id": "3", "customer": "INITECH inc."},
    )  # fmt: skip
    assert len(dump(world, vendor)["customer"]) == 2
    assert alias(world, vendor, "customer", "initech Inc.", "Initech").rows == 2
    state = dump(world, vendor)
    assert [customer["name"] for customer in state["customer"]] == ["Initech"]
    assert {order["customer_id"] for order in state["order"]} == {1}
    orders(world, vendor, {"external_id": "4", "customer": "Initech Inc."})
    assert {order["customer_id"] for order in dump(world, vendor)["order"]} == {1}
    with world.acting(vendor) as actor, transaction():
        row = db.session.scalars(select(CustomerAlias)).one()
        customer_services.remove_alias(actor, row.public_id)
    state = dump(world, vendor)
    assert [customer["name"] for customer in state["customer"]] == ["Initech", "initech Inc."]
    by_order = {order["external_id"]: order["customer_id"] for order in state["order"]}
    assert by_order["1"] == 1
    assert by_order["2"] == by_order["3"] == by_order["4"] != 1


def test_a_missing_customer_cannot_have_an_alias(world: World, vendor: VendorRef) -> None:
    orders(world, vendor, {"external_id": "1", "customer": ""}, {"external_id": "2"})
    with pytest.raises(DomainError, match="A missing customer has no name"):
        alias(world, vendor, "customer", "", "Initech")
    with pytest.raises(DomainError, match="own name"):
        alias(world, vendor, "customer", "initech", "Initech")
    with pytest.raises(DomainError, match="There is no customer"):
        alias(world, vendor, "customer", "X", "Hooli")


def test_a_partners_alias_holds_for_the_next_file(world: World, vendor: VendorRef) -> None:
    row = {"partner": "North Wind Ltd"}
    assert len(deals(world, vendor, row).rejected) == 1
    alias(world, vendor, "partner", "North Wind Ltd", "northwind")
    assert deals(world, vendor, row).inserted == 1
    with pytest.raises(Conflict):
        alias(world, vendor, "partner", "north wind ltd", "Northwind")
    with pytest.raises(DomainError, match="There is no partner"):
        alias(world, vendor, "partner", "X", "Nobody")


def test_a_product_entered_by_hand_matches_what_waited_for_it(world: World, vendor: VendorRef) -> None:
    deals(world, vendor, {"product": "Rocket"})
    with world.acting(vendor) as actor, transaction():
        product_services.create_product(actor, name=" rocket ")
    assert products_of(world, vendor) == [3]


def test_a_renamed_product_keeps_its_former_name_as_an_alias(world: World, vendor: VendorRef) -> None:
    deals(world, vendor, {"product": "GTX"}, {"external_id": "D-2", "product": "GTX One"})
    with world.acting(vendor) as actor, transaction():
        product = db.session.scalars(select(Product).where(Product.name == "GTX")).one()
        product_services.edit_product(actor, product.public_id, name="GTX One", price=None)
    assert products_of(world, vendor) == [2, 2]
    assert [row["value"] for row in dump(world, vendor)["product_alias"]] == ["GTX"]
    report = import_rows(world, vendor, "products", [{"name": "GTX", "price": "9"}])
    assert (report.inserted, report.updated) == (0, 0)
    assert [(each.field, each.ours) for each in report.conflicts] == [("price", "–")]  # taken out by hand
    assert [p["name"] for p in dump(world, vendor)["product"]] == ["GTX Pro", "GTX One"]
    with world.acting(vendor) as actor, transaction():
        product = db.session.scalars(select(Product).where(Product.name == "GTX One")).one()
        product_services.edit_product(actor, product.public_id, name="GTX", price=None)
    assert [row["value"] for row in dump(world, vendor)["product_alias"]] == ["GTX One"]


@pytest.mark.parametrize(
    ("value", "best"),
    [
        ("GTXPro", "GTX Pro"),
        ("gtx-pro 2", "GTX Pro"),
        ("MG Advnaced", "MG Advanced"),
        ("Unlike", None),
        ("", None),
    ],
)
def test_the_most_similar_name_is_suggested(value: str, best: str | None) -> None:
    assert most_similar(value, ["GTX Basic", "GTX Pro", "GTX Plus Pro", "MG Advanced"]) == best
