"""Undo takes back everything that a batch did, and refuses where that would lose something else."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from prm.access import system_actor
from prm.errors import Conflict, Forbidden, NotFound
from prm.extensions import db
from prm.imports.models import ImportBatch
from prm.imports.report import ImportReport
from prm.imports.services.aliases import add_alias
from prm.imports.services.undoing import undo_batch
from prm.infra.db import transaction
from prm.journal.models import JournalEntry
from prm.partners.models import Partnership
from prm.permissions import Role
from prm.products.models import Product
from prm.products.services import edit_product
from tests.factories import PartnershipRef, VendorRef, World
from tests.factories.revenue import import_rows
from tests.imports.dumps import differences, dump, dump_imports
from tests.imports.test_rows import DEAL, deals, orders


@pytest.fixture
def vendor(world: World) -> VendorRef:
    vendor = world.vendor("acme")
    world.partnership(vendor, "Northwind")
    return vendor


def undo(world: World, vendor: VendorRef, report: ImportReport) -> None:
    assert report.batch is not None
    with world.acting(vendor) as actor, transaction():
        undo_batch(actor, report.batch)


def refused(world: World, vendor: VendorRef, report: ImportReport) -> str:
    """The refusal's words; that nothing changed is checked."""
    before = dump(world, vendor), dump_imports(world, vendor)
    with pytest.raises(Conflict) as caught:
        undo(world, vendor, report)
    assert (dump(world, vendor), dump_imports(world, vendor)) == before
    return str(caught.value)


def test_what_was_made_goes_and_what_was_changed_comes_back(world: World, vendor: VendorRef) -> None:
    import_rows(world, vendor, "products", [{"name": "Rocket", "price": "1"}])
    deals(world, vendor, {}, {"external_id": "D-2"}, {"external_id": "D-3"}, won_as_orders=True)
    before = dump(world, vendor)
    changed = deals(
        world, vendor,
        {"amount": "2", "customer": "Hooli", "product": "Rokcet", "registered_on": ""},
        {"external_id": "D-2", "stage": "lost"},
        {"external_id": "D-3"},
        {"external_id": "D-4", "customer": "Umbrella", "partner": "Contoso"},
        won_as_orders=True, create_partners=True,
    )  # fmt: skip
    assert (changed.inserted, changed.updated, changed.unchanged) == (1, 2, 1)
    state = dump(world, vendor)
    assert [o["external_id"] for o in state["order"]] == ["D-1", "D-3", "D-4"]
    assert len(state["customer"]) == 3
    undo(world, vendor, changed)
    assert differences(before, dump(world, vendor)) == []


def test_every_kind_can_be_undone(world: World, vendor: VendorRef) -> None:
    empty = dump(world, vendor)
    reports = [
        import_rows(world, vendor, "partners", [{"name": "Contoso", "region": "West", "manager": "Mara"}]),
        import_rows(world, vendor, "products", [{"name": "Rocket", "price": "1"}]),
        deals(world, vendor, {"partner": "Contoso"}, won_as_orders=True),
        orders(world, vendor, {"partner": "Contoso", "deal_external_id": "D-1"}),
        import_rows(world, vendor, "partners", [{"name": "Contoso", "region": "East", "manager": "Mia"}]),
        import_rows(world, vendor, "products", [{"name": "Rocket", "price": "2"}]),
    ]
    for report in reversed(reports):
        undo(world, vendor, report)
    assert differences(empty, dump(world, vendor)) == []


def test_undone_twice_is_a_clear_refusal(world: World, vendor: VendorRef) -> None:
    report = deals(world, vendor, {})
    undo(world, vendor, report)
    assert refused(world, vendor, report) == "This import was undone already; there is nothing left to undo."


def test_an_undone_file_can_be_imported_again(world: World, vendor: VendorRef) -> None:
    report = deals(world, vendor, {}, won_as_orders=True)
    undo(world, vendor, report)
    again = deals(world, vendor, {}, won_as_orders=True)
    assert (again.inserted, again.orders_derived) == (1, 1)
    undo(world, vendor, again)
    assert dump(world, vendor)["deal"] == []


def test_later_imports_of_the_same_rows_are_named_and_come_first(world: World, vendor: VendorRef) -> None:
    first = deals(world, vendor, {})
    second = deals(world, vendor, {"amount": "5"})
    third = deals(world, vendor, {"amount": "6"})
    said = refused(world, vendor, first)
    assert said.startswith("Later imports changed the same rows: ")
    assert str(second.batch) in said
    assert str(third.batch) in said
    assert str(third.batch) in refused(world, vendor, second)
    for report in (third, second, first):
        undo(world, vendor, report)
    assert dump(world, vendor)["deal"] == []


def test_rows_of_later_imports_that_depend_on_it_are_named(world: World, vendor: VendorRef) -> None:
    partners = import_rows(world, vendor, "partners", [{"name": "Contoso", "region": "West"}])
    products = import_rows(world, vendor, "products", [{"name": "Rocket", "price": "1"}])
    sold = deals(world, vendor, {"partner": "Contoso"}, {"external_id": "D-2", "partner": "Contoso"})
    later = orders(world, vendor, {"partner": "Contoso", "product": "", "deal_external_id": "D-1"})
    for report in (partners, products):
        said = refused(world, vendor, report)
        assert "2 deals" in said
        assert str(sold.batch) in said
    said = refused(world, vendor, sold)
    assert "1 order" in said
    assert str(later.batch) in said


def test_people_who_joined_since_keep_their_partner(world: World, vendor: VendorRef) -> None:
    report = import_rows(world, vendor, "partners", [{"name": "Contoso"}])
    with world.acting(vendor):
        row = db.session.scalars(select(Partnership).where(Partnership.name == "Contoso")).one()
        contoso = PartnershipRef(row.id, row.public_id, vendor, row.name)
    world.user(Role.PARTNER_ADMIN, partnership=contoso)
    assert refused(world, vendor, report) == (
        "1 row was changed since: Partner Contoso. Undoing would lose that."
    )


def test_edits_by_hand_are_named_and_not_lost(world: World, vendor: VendorRef) -> None:
    report = import_rows(
        world, vendor, "products", [{"name": f"Rocket {n}", "price": "1"} for n in range(1, 9)]
    )
    with world.acting(vendor) as actor, transaction():
        for product in db.session.scalars(select(Product).where(Product.id <= 6)).all():
            edit_product(actor, product.public_id, name=product.name, price=None)
    said = refused(world, vendor, report)
    assert said.startswith("6 rows were changed since: Product Rocket 1, Product Rocket 2, ")
    assert said.endswith("Product Rocket 5 …. Undoing would lose that.")


def test_edits_of_what_the_import_left_alone_survive_its_undo(world: World, vendor: VendorRef) -> None:
    report = import_rows(world, vendor, "partners", [{"name": "Northwind", "manager": "Mara"}])
    assert report.updated == 1
    with world.acting(vendor), transaction():
        partner = db.session.scalars(select(Partnership)).one()
        partner.agreement_accepted_on = None
        partner.name = "Northwind"
        partner.source_system = "elsewhere"
    undo(world, vendor, report)
    [partner_row] = dump(world, vendor)["partnership"]
    assert (partner_row["manager_name"], partner_row["source_system"]) == (None, "elsewhere")


def test_an_alias_set_since_stays_and_goes_on_matching(world: World, vendor: VendorRef) -> None:
    import_rows(world, vendor, "products", [{"name": "Rocket", "price": "1"}])
    deals(world, vendor, {"product": "Rokcet"})
    changed = deals(world, vendor, {"product": "Rocket"}, {"external_id": "D-2", "product": "Rokcet"})
    with world.acting(vendor) as actor, transaction():
        add_alias(actor, field="product", value="Rokcet", to="Rocket")
    undo(world, vendor, changed)
    [deal] = dump(world, vendor)["deal"]
    assert (deal["product_name"], deal["product_id"]) == ("Rokcet", 1)


def test_an_alias_of_a_product_keeps_it_from_going(world: World, vendor: VendorRef) -> None:
    report = import_rows(world, vendor, "products", [{"name": "Rocket", "price": "1"}])
    with world.acting(vendor) as actor, transaction():
        add_alias(actor, field="product", value="Rokcet", to="Rocket")
    assert "1 alias" in refused(world, vendor, report)


def test_customers_that_others_name_by_now_stay(world: World, vendor: VendorRef) -> None:
    first = orders(world, vendor, {"customer": "Initech"}, {"external_id": "O-2", "customer": "Hooli"})
    orders(world, vendor, {"external_id": "O-3", "customer": "Initech"})
    undo(world, vendor, first)
    assert [customer["name"] for customer in dump(world, vendor)["customer"]] == ["Initech"]


def test_orders_that_waited_for_a_deal_wait_again(world: World, vendor: VendorRef) -> None:
    orders(world, vendor, {"deal_external_id": "D-1"})
    before = dump(world, vendor)
    report = deals(world, vendor, {})
    assert dump(world, vendor)["order"][0]["deal_id"] is not None
    undo(world, vendor, report)
    assert differences(before, dump(world, vendor)) == []


def test_only_applied_imports_of_ones_own_vendor_can_be_undone(world: World, vendor: VendorRef) -> None:
    report = deals(world, vendor, {})
    other = world.vendor("globex")
    with pytest.raises(NotFound):
        undo(world, other, report)
    with world.acting(vendor) as actor, transaction(), pytest.raises(NotFound):
        undo_batch(actor, uuid4())
    executive = world.user(Role.EXECUTIVE, vendor=vendor)
    with world.acting(vendor, executive) as actor, transaction(), pytest.raises(Forbidden):
        undo_batch(actor, UUID(str(report.batch)))


def test_the_journal_keeps_one_entry_per_import_and_per_undo(world: World, vendor: VendorRef) -> None:
    report = deals(world, vendor, {}, {"external_id": "D-2", "partner": "Nobody"})
    undo(world, vendor, report)
    with world.app.app_context():
        entries = db.session.scalars(
            select(JournalEntry).where(JournalEntry.action.like("import.%")).order_by(JournalEntry.id)
        ).all()
        kept: list[tuple[str, dict[str, Any]]] = [(entry.action, entry.facts) for entry in entries]
        assert {entry.subject_ref for entry in entries} == {str(report.batch)}
    with world.acting(vendor):
        sha256 = db.session.scalars(select(ImportBatch)).one().file.sha256
    assert kept == [
        (
            "import.applied",
            {
                "kind": "deals", "source": "crm", "sha256": sha256, "read": 2, "inserted": 1, "updated": 0,
                "unchanged": 0, "orders_derived": 0, "rejected": 1,
            },
        ),
        ("import.undone", {"kind": "deals", "source": "crm"}),
    ]  # fmt: skip
    assert DEAL["customer"] not in str(kept)
    assert system_actor(vendor.id).ref == "system"
