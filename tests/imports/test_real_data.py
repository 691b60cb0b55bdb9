"""The real sales files, from the first import to the undo. Figures as published beside the data."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import func, select

from prm.customers.models import Customer
from prm.deals.models import Deal, DealStage
from prm.extensions import db
from prm.imports.queries import list_unmatched
from prm.imports.services.aliases import add_alias
from prm.imports.services.undoing import undo_batch
from prm.infra.db import transaction
from prm.partners.models import Partnership
from prm.revenue.queries import revenue_by
from tests.factories import VendorRef, World
from tests.factories.revenue import SALES, STAGES, import_file, import_sales
from tests.imports.dumps import differences, dump, dump_imports

TOTAL = 10_005_534_00
QUARTERS = {
    "2017-Q1": 1_134_672_00,
    "2017-Q2": 3_086_111_00,
    "2017-Q3": 2_982_255_00,
    "2017-Q4": 2_802_496_00,
}
REGIONS = {"West": 3_568_647_00, "Central": 3_346_293_00, "East": 3_090_594_00}


@pytest.fixture
def vendor(world: World) -> VendorRef:
    return world.vendor("acme")


def revenue(world: World, vendor: VendorRef, by: str) -> dict[str, int]:
    with world.acting(vendor) as actor:
        report = revenue_by(actor, by)
    assert report.currency == "USD"
    assert sum(row.revenue_minor for row in report.rows) == report.total_minor
    return {row.key: row.revenue_minor for row in report.rows}


def test_the_sums_are_those_of_the_source(world: World, vendor: VendorRef, shared_data: Path) -> None:
    reports = import_sales(world, vendor, shared_data)
    assert reports["partners"].inserted == 35
    assert reports["products"].inserted == 7
    deals = reports["deals"]
    assert (deals.read, deals.inserted, deals.updated, deals.unchanged) == (8800, 8800, 0, 0)
    assert deals.orders_derived == 4238
    assert deals.rejected == []
    assert revenue(world, vendor, "quarter") == QUARTERS
    assert revenue(world, vendor, "region") == REGIONS
    assert sum(revenue(world, vendor, "partner").values()) == TOTAL
    assert len(revenue(world, vendor, "partner")) == 30
    with world.acting(vendor):
        stages = dict(
            db.session.execute(select(Deal.stage, func.count(Deal.id)).group_by(Deal.stage)).all()  # type: ignore[arg-type]
        )
        assert stages == {DealStage.WON: 4238, DealStage.LOST: 2473, DealStage.SUBMITTED: 2089}
        assert db.session.scalar(select(func.count(Customer.id))) == 85
        managers = db.session.scalars(select(Partnership.manager_name).distinct()).all()
        assert len(managers) == 6


def test_unknown_products_and_missing_customers_are_listed_and_lose_nothing(
    world: World, vendor: VendorRef, shared_data: Path
) -> None:
    report = import_sales(world, vendor, shared_data)["deals"].as_json()
    assert report["unmatched"] == [
        {"field": "product", "value": "GTXPro", "rows": 1480},
        {"field": "customer", "value": "", "rows": 1425},
    ]
    by_product = revenue(world, vendor, "product")
    assert by_product["GTXPro"] == 3_510_578_00
    assert "GTX Pro" not in by_product
    assert sum(by_product.values()) == TOTAL
    with world.acting(vendor) as actor:
        listed = {(each.field, each.value): (each.deals, each.orders) for each in list_unmatched(actor)}
    assert listed == {("product", "GTXPro"): (1480, 729), ("customer", ""): (1425, 0)}


def test_an_alias_makes_the_product_report_whole(world: World, vendor: VendorRef, shared_data: Path) -> None:
    import_sales(world, vendor, shared_data)
    with world.acting(vendor) as actor, transaction():
        made = add_alias(actor, field="product", value="gtxpro", to="gtx pro")
    assert (made.to, made.rows) == ("GTX Pro", 1480 + 729)
    by_product = revenue(world, vendor, "product")
    assert "GTXPro" not in by_product
    assert by_product["GTX Pro"] == 3_510_578_00
    assert sum(by_product.values()) == TOTAL
    with world.acting(vendor) as actor:
        assert [each.field for each in list_unmatched(actor)] == ["customer"]
    again = import_sales(world, vendor, shared_data)["deals"]
    assert [(each.field, each.rows) for each in again.unmatched] == [("customer", 1425)]
    assert again.unchanged == 8800


def test_the_same_files_again_change_nothing(world: World, vendor: VendorRef, shared_data: Path) -> None:
    import_sales(world, vendor, shared_data)
    before = dump(world, vendor)
    for report in import_sales(world, vendor, shared_data).values():
        assert (report.inserted, report.updated, report.orders_derived) == (0, 0, 0)
        assert report.unchanged == report.read
        assert report.created == {}
    assert differences(before, dump(world, vendor)) == []


def test_a_dry_run_reports_the_same_and_leaves_no_trace(
    world: World, vendor: VendorRef, shared_data: Path
) -> None:
    for kind, name in (("partners", "sales_teams.csv"), ("products", "products.csv")):
        import_file(world, vendor, kind, shared_data / SALES / name)
    before, imports = dump(world, vendor), dump_imports(world, vendor)
    file = shared_data / SALES / "sales_pipeline.csv"
    planned = import_file(world, vendor, "deals", file, dry_run=True, stages=STAGES, won_as_orders=True)
    assert planned.batch is None
    assert differences(before, dump(world, vendor)) == []
    assert differences(imports, dump_imports(world, vendor)) == []
    done = import_file(world, vendor, "deals", file, stages=STAGES, won_as_orders=True)
    assert done.batch is not None
    assert {**planned.as_json(), "batch": None} == {**done.as_json(), "batch": None}
    assert planned.created == done.created == {"customers": 85}


def test_undo_restores_every_table(world: World, vendor: VendorRef, shared_data: Path) -> None:
    empty = dump(world, vendor)
    for kind, name in (("partners", "sales_teams.csv"), ("products", "products.csv")):
        import_file(world, vendor, kind, shared_data / SALES / name)
    before = dump(world, vendor)
    file = shared_data / SALES / "sales_pipeline.csv"
    report = import_file(world, vendor, "deals", file, stages=STAGES, won_as_orders=True)
    assert len(dump(world, vendor)["deal"]) == 8800
    with world.acting(vendor) as actor, transaction():
        undo_batch(actor, report.batch)  # type: ignore[arg-type]
    assert differences(before, dump(world, vendor)) == []
    assert before != empty


def test_stages_that_nobody_explained_reject_their_rows(
    world: World, vendor: VendorRef, shared_data: Path
) -> None:
    import_file(world, vendor, "partners", shared_data / SALES / "sales_teams.csv")
    report = import_file(
        world, vendor, "deals", shared_data / SALES / "sales_pipeline.csv", stages={"engaging": "approved"}
    )
    assert (report.inserted, len(report.rejected)) == (8300, 500)
    assert {(row.column, row.value) for row in report.rejected} == {("deal_stage", "Prospecting")}
    assert all("known values" in row.reason for row in report.rejected)
    assert report.orders_derived == 0


def test_order_of_the_files_does_not_matter(world: World, vendor: VendorRef, shared_data: Path) -> None:
    """Deals before products: what waited for its product is matched when it comes."""
    folder = shared_data / SALES
    import_file(world, vendor, "partners", folder / "sales_teams.csv")
    deals = import_file(
        world, vendor, "deals", folder / "sales_pipeline.csv", stages=STAGES, won_as_orders=True
    )
    assert {each.value for each in deals.unmatched if each.field == "product"} > {"GTX Basic", "GTXPro"}
    waiting = dump(world, vendor)
    products = import_file(world, vendor, "products", folder / "products.csv")
    with world.acting(vendor) as actor:
        assert {each.value for each in list_unmatched(actor)} == {"GTXPro", ""}
    assert revenue(world, vendor, "product")["GTK 500"] == 400_612_00
    with world.acting(vendor) as actor, transaction():
        undo_batch(actor, products.batch)  # type: ignore[arg-type]
    assert differences(waiting, dump(world, vendor)) == []
