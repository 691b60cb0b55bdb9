"""Invoices, payments and targets from files: idempotent, linked to what they name, undone."""

from __future__ import annotations

import pytest

from prm.errors import Conflict
from prm.imports.services.undoing import undo_batch
from prm.infra.db import transaction
from prm.revenue.queries.targets import list_targets
from tests.factories import VendorRef, World
from tests.factories.revenue import import_file, import_rows, orders
from tests.imports.dumps import differences, dump

INVOICES = (
    "external_id,partner,order_external_id,invoiced_on,due_on,amount,currency\n"
    "I-1,Northwind,O-1,2024-02-01,2024-03-01,60.00,USD\n"
    "I-2,Northwind,O-9,2024-02-02,,40.00,USD\n"
)
PAYMENTS = (
    "external_id,invoice_external_id,paid_on,amount,currency\n"
    "P-1,I-1,2024-02-10,25.00,USD\n"
    "P-2,I-1,2024-02-20,35.00,USD\n"
)
TARGETS = (
    "partner,region,quarter,amount\nNorthwind,,2024-Q1,100\n,West,Q1 2024,500\n,,2024-Q1,1000\n"
    "Northwind,West,2024-Q2,110\n"
)


@pytest.fixture
def vendor(world: World) -> VendorRef:
    vendor = world.vendor("acme")
    world.partnership(vendor, "Northwind", region="West")
    world.partnership(vendor, "Southwind", region="East")
    orders(world, vendor, [{"partner": "Northwind", "ordered_on": "2024-01-31", "amount": "100"}])
    return vendor


def said(report: object) -> list[tuple[int, str | None, str]]:
    return [(row.line, row.column, row.reason) for row in report.rejected]  # type: ignore[attr-defined]


def test_invoices_and_payments_find_what_they_belong_to(world: World, vendor: VendorRef) -> None:
    report = import_file(world, vendor, "invoices", INVOICES)
    assert (report.inserted, said(report)) == (2, [])
    assert [(u.field, u.value, u.rows) for u in report.unmatched] == [("order_external_id", "O-9", 1)]
    report = import_file(world, vendor, "payments", PAYMENTS)
    assert (report.inserted, said(report)) == (2, [])
    found = dump(world, vendor)
    [order] = found["order"]
    assert [invoice["order_id"] for invoice in found["invoice"]] == [order["id"], None]
    assert found["invoice"][0]["due_on"] == "2024-03-01"
    assert {payment["invoice_id"] for payment in found["payment"]} == {found["invoice"][0]["id"]}


def test_two_vendors_with_the_same_numbers_have_each_their_own(world: World, vendor: VendorRef) -> None:
    other = world.vendor("other")
    world.partnership(other, "Northwind", region="West")
    orders(world, other, [{"partner": "Northwind", "ordered_on": "2024-01-31", "amount": "9"}])
    kinds = {"invoices": INVOICES, "payments": PAYMENTS, "targets": TARGETS}
    for kind, content in kinds.items():
        import_file(world, other, kind, content.replace("00,USD", "07,USD").replace("1000", "7777"))
    before = dump(world, other)
    for kind, content in kinds.items():
        report = import_file(world, vendor, kind, content)
        assert (report.inserted, said(report)) == (content.count("\n") - 1, [])
    assert differences(before, dump(world, other)) == []
    with world.acting(vendor) as actor:
        stated = [each.amount_minor for each in list_targets(actor, "USD")]
        assert len(stated) == 4 and 777_700 not in stated


def test_an_invoice_finds_an_order_that_comes_later(world: World, vendor: VendorRef) -> None:
    import_file(world, vendor, "invoices", INVOICES)
    row = {"external_id": "O-9", "partner": "Northwind", "ordered_on": "2024-02-01", "amount": "40"}
    report = import_rows(world, vendor, "orders", [row])
    found = dump(world, vendor)
    assert found["invoice"][1]["order_id"] == found["order"][1]["id"]
    with world.acting(vendor) as actor, transaction():
        assert report.batch is not None
        undo_batch(actor, report.batch)
    assert dump(world, vendor)["invoice"][1]["order_id"] is None


def test_an_invoice_of_a_derived_order_waits_when_the_deal_is_no_longer_won(
    world: World, vendor: VendorRef
) -> None:
    deal = {
        "external_id": "D-1",
        "partner": "Northwind",
        "stage": "won",
        "closed_on": "2024-01-02",
        "amount": "9",
    }
    import_rows(world, vendor, "deals", [deal], won_as_orders=True)
    import_file(world, vendor, "invoices", INVOICES.replace("O-9", "D-1"))
    assert dump(world, vendor)["invoice"][1]["order_id"] is not None
    lost = import_rows(world, vendor, "deals", [deal | {"stage": "lost"}])
    assert dump(world, vendor)["invoice"][1]["order_id"] is None
    with world.acting(vendor) as actor, transaction():
        assert lost.batch is not None
        undo_batch(actor, lost.batch)
    found = dump(world, vendor)
    assert found["invoice"][1]["order_id"] == found["order"][1]["id"]


@pytest.mark.parametrize(
    ("kind", "content"), [("invoices", INVOICES), ("payments", PAYMENTS), ("targets", TARGETS)]
)
def test_the_same_file_again_changes_nothing_and_undo_takes_it_back(
    world: World, vendor: VendorRef, kind: str, content: str
) -> None:
    if kind == "payments":
        import_file(world, vendor, "invoices", INVOICES)
    before = dump(world, vendor)
    report = import_file(world, vendor, kind, content)
    assert report.rejected == []
    between = dump(world, vendor)
    again = import_file(world, vendor, kind, content)
    assert (again.inserted, again.updated) == (0, 0)
    assert again.unchanged == report.inserted
    assert differences(between, dump(world, vendor)) == []
    changed = import_file(world, vendor, kind, content.replace("25.00", "26.00").replace("60.00", "61.00")
                          .replace(",500", ",501"))  # fmt: skip
    assert (changed.inserted, changed.updated) == (0, 1)
    with world.acting(vendor) as actor:
        for batch in (changed.batch, report.batch):
            assert batch is not None
            with transaction():
                undo_batch(actor, batch)
    assert differences(before, dump(world, vendor)) == []


def test_an_invoice_with_payments_cannot_be_undone_before_them(world: World, vendor: VendorRef) -> None:
    invoices = import_file(world, vendor, "invoices", INVOICES)
    import_file(world, vendor, "payments", PAYMENTS, filename="paid.csv")
    with (
        world.acting(vendor) as actor,
        pytest.raises(Conflict, match=r"2 payments.*paid\.csv"),
        transaction(),
    ):
        assert invoices.batch is not None
        undo_batch(actor, invoices.batch)


def test_what_is_wrong_with_a_row_is_said(world: World, vendor: VendorRef) -> None:
    report = import_file(
        world,
        vendor,
        "invoices",
        "external_id,partner,invoiced_on,due_on,amount\nI-1,Nobody,2024-02-01,2024-01-01,5\n"
        "I-2,Northwind,2024-02-01,,x\n",
    )
    assert said(report) == [
        (2, "partner", "No partner has this external id or name."),
        (3, "amount", "This is not an amount of money."),
    ]
    import_file(world, vendor, "invoices", INVOICES)
    report = import_file(
        world,
        vendor,
        "payments",
        "external_id,invoice_external_id,paid_on,amount,currency\nP-1,I-7,2024-02-01,5,USD\n"
        "P-2,I-1,2024-02-01,5,EUR\n",
    )
    assert said(report) == [
        (2, "invoice_external_id", "No invoice of this source has this external id."),
        (3, "currency", "The invoice is in USD; nothing is converted."),
    ]
    report = import_file(
        world,
        vendor,
        "targets",
        "partner,region,quarter,amount,currency\nNorthwind,,soon,5,USD\n,Moon,2024-Q1,5,USD\n"
        "Northwind,East,2024-Q1,5,USD\n,,2024-Q1,-5,USD\n,,2024-Q1,5,EUR\n,,2024-Q2,5,USD\n,,Q2/2024,6,USD\n",
    )
    assert said(report) == [
        (2, "quarter", "This is not a fiscal quarter: write it like 2025-Q1."),
        (3, "region", "There is no region of this name."),
        (4, "region", "The partner is not of this region."),
        (5, "amount", "A target is not negative."),
        (6, "currency", "Targets are in USD, as reports are; nothing is converted."),
        (8, "quarter", "This is a duplicate of line 7."),
    ]
