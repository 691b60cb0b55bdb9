"""What people changed by hand is not overwritten by a file: both values wait for a decision."""

from __future__ import annotations

import re
from typing import Any

import pytest
from sqlalchemy import select

from prm.errors import Conflict
from prm.extensions import db
from prm.imports.models import ConflictDecision, ImportConflict
from prm.imports.report import ImportReport
from prm.imports.services.conflicts import decide_conflicts
from prm.imports.services.undoing import undo_batch
from prm.infra.db import transaction
from prm.infra.money import Money
from prm.partners.models import Partnership
from prm.partners.services import get_or_create_region
from prm.permissions import Role
from prm.products.models import Product
from prm.products.services import edit_product
from tests.factories import VendorRef, World
from tests.factories.revenue import import_rows
from tests.imports.dumps import differences, dump

PARTNER = {"external_id": "N-1", "name": "Northwind", "region": "West", "manager": "Melvin"}
PRODUCT = {"name": "Rocket", "price": "100"}


@pytest.fixture
def vendor(world: World) -> VendorRef:
    vendor = world.vendor("acme")
    import_rows(world, vendor, "partners", [PARTNER])
    import_rows(world, vendor, "products", [PRODUCT])
    return vendor


def edit_partner(world: World, vendor: VendorRef, *, region: str = "", **values: Any) -> None:
    """A person's change of the partner."""
    with world.acting(vendor) as actor, transaction():
        row = db.session.scalars(select(Partnership)).one()
        for name, value in values.items():
            setattr(row, name, value)
        if region:
            row.region_id = get_or_create_region(actor, region).id


def price_by_hand(world: World, vendor: VendorRef, minor: int) -> None:
    with world.acting(vendor) as actor, transaction():
        product = db.session.scalars(select(Product)).one()
        edit_product(actor, product.public_id, name=product.name, price=Money(minor, "USD"))


def conflicts(world: World, vendor: VendorRef) -> list[tuple[str, str, str, str]]:
    with world.acting(vendor):
        found = db.session.scalars(select(ImportConflict).order_by(ImportConflict.id))
        return [(each.field, each.ours_shown, each.theirs_shown, each.decision.value) for each in found]


def decide(world: World, vendor: VendorRef, report: ImportReport, decision: str) -> int:
    assert report.batch is not None
    with world.acting(vendor) as actor, transaction():
        return decide_conflicts(actor, report.batch, ConflictDecision(decision))


def undo(world: World, vendor: VendorRef, report: ImportReport) -> None:
    assert report.batch is not None
    with world.acting(vendor) as actor, transaction():
        undo_batch(actor, report.batch)


def partner(world: World, vendor: VendorRef) -> tuple[str, str | None, str | None]:
    with world.acting(vendor):
        row = db.session.scalars(select(Partnership)).one()
        return row.name, row.region.name if row.region else None, row.manager_name


def test_what_was_changed_by_hand_waits_and_the_rest_is_imported(world: World, vendor: VendorRef) -> None:
    edit_partner(world, vendor, region="East", manager_name="Dustin")
    report = import_rows(
        world,
        vendor,
        "partners",
        [PARTNER | {"name": "Northwind Ltd", "region": "North", "manager": "Rocco"}],
    )
    assert (report.read, report.updated, len(report.conflicts)) == (1, 1, 2)
    assert partner(world, vendor) == ("Northwind Ltd", "East", "Dustin")
    assert conflicts(world, vendor) == [
        ("region", "East", "North", "open"),
        ("manager", "Dustin", "Rocco", "open"),
    ]
    with world.acting(vendor):
        names = {row["name"] for row in dump(world, vendor)["region"]}
    assert names == {"West", "East"}, "a region that nobody took is not made"


def test_the_files_values_are_taken_when_somebody_says_so_and_undone_with_the_import(
    world: World, vendor: VendorRef
) -> None:
    edit_partner(world, vendor, name="Nordwind", name_folded="nordwind", region="East")
    before = dump(world, vendor)
    report = import_rows(world, vendor, "partners", [PARTNER | {"name": "North Wind", "region": "Moon"}])
    assert (report.updated, report.unchanged) == (0, 1)
    assert differences(before, dump(world, vendor)) == []
    assert decide(world, vendor, report, "theirs") == 2
    assert partner(world, vendor) == ("North Wind", "Moon", "Melvin")
    again = import_rows(world, vendor, "partners", [PARTNER | {"name": "North Wind", "region": "Mars"}])
    assert again.conflicts == [], "what was taken is the import's word again"
    undo(world, vendor, again)
    undo(world, vendor, report)
    assert differences(before, dump(world, vendor)) == []


def test_ours_is_kept_against_the_same_words_and_asked_about_others(world: World, vendor: VendorRef) -> None:
    price_by_hand(world, vendor, 9000)
    report = import_rows(world, vendor, "products", [PRODUCT])
    assert [(each.ours, each.theirs) for each in report.conflicts] == [("$90.00", "$100.00")]
    assert decide(world, vendor, report, "ours") == 1
    assert import_rows(world, vendor, "products", [PRODUCT]).conflicts == []
    other = import_rows(world, vendor, "products", [PRODUCT | {"price": "120"}])
    assert [(each.ours, each.theirs) for each in other.conflicts] == [("$90.00", "$120.00")]
    assert dump(world, vendor)["product"][0]["price_minor"] == 9000


def test_the_file_that_agrees_with_us_is_no_conflict(world: World, vendor: VendorRef) -> None:
    price_by_hand(world, vendor, 12000)
    report = import_rows(world, vendor, "products", [PRODUCT | {"price": "120"}])
    assert (report.unchanged, report.conflicts) == (1, [])


def test_a_later_file_takes_the_place_of_an_open_question(world: World, vendor: VendorRef) -> None:
    price_by_hand(world, vendor, 9000)
    first = import_rows(world, vendor, "products", [PRODUCT])
    import_rows(world, vendor, "products", [PRODUCT | {"price": "120"}])
    assert [each[3] for each in conflicts(world, vendor)] == ["superseded", "open"]
    assert decide(world, vendor, first, "theirs") == 0


def test_what_changed_again_meanwhile_is_not_overwritten(world: World, vendor: VendorRef) -> None:
    price_by_hand(world, vendor, 9000)
    report = import_rows(world, vendor, "products", [PRODUCT])
    price_by_hand(world, vendor, 8000)
    with pytest.raises(Conflict, match="Rocket was changed again meanwhile"):
        decide(world, vendor, report, "theirs")
    assert dump(world, vendor)["product"][0]["price_minor"] == 8000


def test_a_dry_run_shows_conflicts_and_keeps_none(world: World, vendor: VendorRef) -> None:
    price_by_hand(world, vendor, 9000)
    report = import_rows(world, vendor, "products", [PRODUCT], dry_run=True)
    assert len(report.conflicts) == 1
    assert conflicts(world, vendor) == []


def test_undo_names_the_first_of_what_hangs_on_the_batch(world: World, vendor: VendorRef) -> None:
    products = import_rows(world, vendor, "products", [{"name": "Sledge"}])
    rows = [
        {"external_id": f"O-{n}", "partner": "Northwind", "product": "Sledge", "ordered_on": "2024-01-31",
         "amount": 5}
        for n in range(4)
    ]  # fmt: skip
    import_rows(world, vendor, "orders", rows)
    with pytest.raises(Conflict, match=r"4 orders \(O-0, O-1, O-2 …\)"):
        undo(world, vendor, products)


def test_conflicts_are_decided_on_the_page(world: World, vendor: VendorRef) -> None:
    edit_partner(world, vendor, name="Nordwind", name_folded="nordwind", manager_name="Dustin")
    report = import_rows(world, vendor, "partners", [PARTNER | {"manager": "Rocco"}])
    admin = world.client(world.user(Role.VENDOR_ADMIN, vendor=vendor))
    url = f"/acme/imports/{report.batch}"
    page = admin.get(url).text
    assert "Here, by hand" in page
    assert re.search(r"Dustin</td>\s*<td[^>]*>Rocco", page)
    first, second = dict.fromkeys(re.findall(r'name="conflict" value="([0-9a-f-]{36})"', page))
    assert admin.post(f"{url}/conflicts", data={"decision": "ours", "conflict": first}).status_code == 302
    assert admin.post(f"{url}/conflicts", data={"decision": "ours", "conflict": first}).status_code == 409
    assert admin.post(f"{url}/conflicts", data={"decision": "perhaps"}).status_code == 422
    assert admin.post(f"{url}/conflicts", data={"decision": "ours", "conflict": "x"}).status_code == 422
    page = admin.post(f"{url}/conflicts", data={"decision": "theirs"}, follow_redirects=True).text
    assert "Ours was kept" in page
    assert page.count("was taken") == 1
    assert second != first
    assert partner(world, vendor) == ("Nordwind", "West", "Rocco")
    executive = world.client(world.user(Role.EXECUTIVE, vendor=vendor))
    assert "Keep ours" not in executive.get(url).text
    assert executive.post(f"{url}/conflicts", data={"decision": "ours"}).status_code == 403
