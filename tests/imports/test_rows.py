"""What rows do: who they mean, what they make and change, and what a second time changes."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from prm.extensions import db
from prm.imports.report import ImportReport
from prm.infra.db import transaction
from prm.infra.names import fold_name
from prm.partners.models import PartnershipAlias
from prm.vendors.models import Vendor
from tests.factories import VendorRef, World
from tests.factories.revenue import csv_of, import_file, import_rows
from tests.imports.dumps import differences, dump

DEAL = {
    "external_id": "D-1", "partner": "Northwind", "customer": "Initech", "product": "Rocket",
    "stage": "won", "registered_on": "2024-01-10", "closed_on": "2024-03-31", "amount": "1000",
}  # fmt: skip
ORDER = {
    "external_id": "O-1", "partner": "Northwind", "customer": "Initech", "product": "Rocket",
    "ordered_on": "2024-03-31", "amount": "1000",
}  # fmt: skip


@pytest.fixture
def vendor(world: World) -> VendorRef:
    vendor = world.vendor("acme")
    world.partnership(vendor, "Northwind")
    return vendor


def deals(world: World, vendor: VendorRef, *rows: dict[str, Any], **options: Any) -> ImportReport:
    return import_file(world, vendor, "deals", csv_of([{**DEAL, **row} for row in rows]), **options)


def orders(world: World, vendor: VendorRef, *rows: dict[str, Any], **options: Any) -> ImportReport:
    return import_file(world, vendor, "orders", csv_of([{**ORDER, **row} for row in rows]), **options)


def reasons(report: ImportReport) -> list[str]:
    return [row.reason for row in report.rejected]


# -- partners ----------------------------------------------------------------------------------


def test_partners_are_recognised_by_external_id_whatever_their_name(world: World, vendor: VendorRef) -> None:
    row = {"external_id": "P-1", "name": "Contoso", "region": "West", "manager": "Mara"}
    import_rows(world, vendor, "partners", [row])
    report = import_rows(world, vendor, "partners", [{**row, "name": "Contoso Ltd", "region": "East"}])
    assert (report.inserted, report.updated, report.created) == (0, 1, {"regions": 1})
    found = [p for p in dump(world, vendor)["partnership"] if p["external_id"] == "P-1"]
    assert [p["name"] for p in found] == ["Contoso Ltd"]


def test_without_external_ids_the_name_is_the_identity_within_the_source(
    world: World, vendor: VendorRef
) -> None:
    rows = [{"name": "Contoso", "region": "West"}, {"name": "Fabrikam", "region": ""}]
    import_rows(world, vendor, "partners", rows)
    before = dump(world, vendor)
    report = import_rows(world, vendor, "partners", [{"name": " contoso ", "region": "west"}, rows[1]])
    assert (report.updated, report.unchanged) == (1, 1)  # only its spelling
    assert len(dump(world, vendor)["partnership"]) == len(before["partnership"]) == 3
    other = import_rows(world, vendor, "partners", [{"name": "Contoso", "region": "West"}], source="erp")
    assert other.inserted == 1


def test_a_partner_entered_by_hand_is_claimed_by_the_first_source_that_names_it(
    world: World, vendor: VendorRef
) -> None:
    report = import_rows(world, vendor, "partners", [{"external_id": "P-7", "name": "NORTHWIND"}])
    assert (report.inserted, report.updated) == (0, 1)
    [partner] = dump(world, vendor)["partnership"]
    assert (partner["source_system"], partner["external_id"]) == ("crm", "P-7")
    again = import_rows(world, vendor, "partners", [{"external_id": "P-7", "name": "NORTHWIND"}])
    assert again.unchanged == 1


def test_a_name_that_several_partners_have_is_not_guessed_at(world: World, vendor: VendorRef) -> None:
    world.partnership(vendor, "Northwind")
    assert "2 partners have this name" in reasons(deals(world, vendor, {}))[0]
    report = import_file(world, vendor, "partners", "name,region\nNorthwind,West\n")
    assert "2 partners have this name already" in reasons(report)[0]
    import_rows(world, vendor, "partners", [{"external_id": "P-1", "name": "Southwind"}])
    assert deals(world, vendor, {"partner": "P-1"}).inserted == 1


def test_two_rows_about_one_partner_are_one_too_many(world: World, vendor: VendorRef) -> None:
    report = import_file(world, vendor, "partners", "name,region\nContoso,West\ncontoso,East\n")
    assert (report.inserted, reasons(report)) == (1, ["This is a duplicate of line 2."])


def test_deals_find_their_partner_by_id_then_name_then_alias(world: World, vendor: VendorRef) -> None:
    import_rows(world, vendor, "partners", [{"external_id": "P-1", "name": "Contoso"}])
    with world.acting(vendor), transaction():
        contoso = dump_key(world, vendor, "Contoso")
        db.session.add(
            PartnershipAlias(
                vendor_id=vendor.id,
                partnership_id=contoso,
                value="Contozo",
                value_folded=fold_name("Contozo"),
            )
        )
    report = deals(
        world, vendor,
        {"external_id": "1", "partner": "P-1"},
        {"external_id": "2", "partner": "cONTOSO"},
        {"external_id": "3", "partner": "Contozo"},
        {"external_id": "4", "partner": "Contosso"},
    )  # fmt: skip
    assert {deal["partnership_id"] for deal in dump(world, vendor)["deal"]} == {contoso}
    assert [(row.column, row.value) for row in report.rejected] == [("partner", "Contosso")]


def dump_key(world: World, vendor: VendorRef, name: str) -> int:
    return next(p["id"] for p in dump(world, vendor)["partnership"] if p["name"] == name)


def test_unknown_partners_are_created_only_where_asked_for(world: World, vendor: VendorRef) -> None:
    rows = [{"external_id": "1", "partner": "Contoso"}, {"external_id": "2", "partner": "contoso "}]
    assert len(deals(world, vendor, *rows).rejected) == 2
    report = deals(world, vendor, *rows, create_partners=True)
    assert (report.inserted, report.created["partners"]) == (2, 1)
    assert {d["partnership_id"] for d in dump(world, vendor)["deal"]} == {dump_key(world, vendor, "Contoso")}


def test_a_rejected_row_creates_nothing(world: World, vendor: VendorRef) -> None:
    before = dump(world, vendor)
    report = deals(
        world, vendor, {"partner": "Contoso", "customer": "Hooli", "closed_on": "", "amount": ""},
        create_partners=True, won_as_orders=True,
    )  # fmt: skip
    assert report.created == {}
    assert [reason["msgid"] for reason in report.rejected[0].reasons] == [
        "A won deal needs a closing date to become an order.",
        "A won deal needs an amount to become an order.",
    ]
    assert differences(before, dump(world, vendor)) == []


# -- products ----------------------------------------------------------------------------------


def test_a_product_gets_a_new_price_and_keeps_its_key(world: World, vendor: VendorRef) -> None:
    import_rows(world, vendor, "products", [{"name": "Rocket", "price": "100"}])
    report = import_rows(world, vendor, "products", [{"name": "rocket", "price": "120.5"}])
    assert report.updated == 1
    [product] = dump(world, vendor)["product"]
    assert (product["name"], product["price_minor"], product["currency"]) == ("rocket", 12050, "USD")
    assert import_rows(world, vendor, "products", [{"name": "rocket", "price": "120.50"}]).unchanged == 1
    assert reasons(import_file(world, vendor, "products", "name,price\nA,1\na,2\n")) == [
        "This is a duplicate of line 2."
    ]


# -- deals -------------------------------------------------------------------------------------


def test_only_what_the_file_has_is_changed(world: World, vendor: VendorRef) -> None:
    deals(world, vendor, {})
    report = import_file(world, vendor, "deals", "deal id,partner,stage\nD-1,Northwind,lost\n")
    assert report.updated == 1
    [deal] = dump(world, vendor)["deal"]
    assert (deal["stage"], deal["amount_minor"], deal["closed_on"]) == ("lost", 100000, "2024-03-31")
    assert (deal["customer_name"], deal["product_name"]) == ("Initech", "Rocket")


def test_an_open_deal_needs_neither_amount_nor_dates(world: World, vendor: VendorRef) -> None:
    row = {"stage": "submitted", "registered_on": "", "closed_on": "", "amount": "", "customer": ""}
    assert deals(world, vendor, row, won_as_orders=True).inserted == 1
    [deal] = dump(world, vendor)["deal"]
    assert (deal["amount_minor"], deal["registered_on"], deal["customer_id"]) == (None, None, None)
    assert deal["received_at"]


def test_the_same_external_id_in_another_source_is_another_deal(world: World, vendor: VendorRef) -> None:
    deals(world, vendor, {})
    assert deals(world, vendor, {}, source="erp").inserted == 1
    assert len(dump(world, vendor)["deal"]) == 2


def test_amounts_are_in_the_vendors_currency_or_the_rows_own(world: World, vendor: VendorRef) -> None:
    with world.app.app_context(), transaction():
        place = db.session.scalars(select(Vendor).where(Vendor.id == vendor.id)).one()
        place.currency = "JPY"
    report = deals(
        world, vendor,
        {"external_id": "1", "currency": ""},
        {"external_id": "2", "currency": "eur"},
        {"external_id": "3", "currency": "Taler"},
        {"external_id": "4", "currency": "", "amount": "1.5"},
        decimal=".",
    )  # fmt: skip
    found = {d["external_id"]: (d["amount_minor"], d["currency"]) for d in dump(world, vendor)["deal"]}
    assert found == {"1": (1000, "JPY"), "2": (100000, "EUR")}
    assert [(row.line, row.column) for row in report.rejected] == [(4, "amount"), (5, "amount")]


# -- won deals become orders -------------------------------------------------------------------


def derived(world: World, vendor: VendorRef) -> list[tuple[Any, ...]]:
    return [
        (o["external_id"], o["ordered_on"], o["amount_minor"], o["is_derived"], o["deal_id"])
        for o in dump(world, vendor)["order"]
    ]


def test_a_won_deal_becomes_an_order_once(world: World, vendor: VendorRef) -> None:
    report = deals(world, vendor, {}, {"external_id": "D-2", "stage": "lost"}, won_as_orders=True)
    assert report.orders_derived == 1
    assert derived(world, vendor) == [("D-1", "2024-03-31", 100000, True, 1)]
    assert deals(world, vendor, {}, won_as_orders=True).orders_derived == 0
    assert len(derived(world, vendor)) == 1


def test_an_order_follows_its_deal(world: World, vendor: VendorRef) -> None:
    deals(world, vendor, {}, won_as_orders=True)
    report = deals(world, vendor, {"amount": "1500", "closed_on": "2024-04-01"})
    assert (report.updated, report.orders_derived) == (1, 1)
    assert derived(world, vendor) == [("D-1", "2024-04-01", 150000, True, 1)]
    assert reasons(deals(world, vendor, {"closed_on": ""})) == [
        "A won deal needs a closing date to become an order."
    ]
    report = deals(world, vendor, {"stage": "lost"})
    assert (report.updated, report.orders_derived) == (1, 0)
    assert derived(world, vendor) == []


def test_a_deal_that_was_there_before_becomes_an_order_when_it_is_asked_for(
    world: World, vendor: VendorRef
) -> None:
    deals(world, vendor, {})
    assert derived(world, vendor) == []
    report = deals(world, vendor, {}, won_as_orders=True)
    assert (report.unchanged, report.orders_derived) == (1, 1)
    assert len(derived(world, vendor)) == 1


def test_the_sources_own_order_is_never_touched_by_a_deal(world: World, vendor: VendorRef) -> None:
    orders(world, vendor, {"external_id": "D-1", "amount": "777"})
    before = dump(world, vendor)["order"]
    report = deals(world, vendor, {}, won_as_orders=True)
    assert report.orders_derived == 0
    assert dump(world, vendor)["order"] == before
    deals(world, vendor, {"stage": "lost"})
    assert dump(world, vendor)["order"] == before


def test_an_order_file_takes_over_what_was_derived(world: World, vendor: VendorRef) -> None:
    deals(world, vendor, {}, won_as_orders=True)
    report = orders(world, vendor, {"external_id": "D-1", "amount": "900"})
    assert report.updated == 1
    assert derived(world, vendor) == [("D-1", "2024-03-31", 90000, False, 1)]
    deals(world, vendor, {"amount": "1"}, won_as_orders=True)
    assert derived(world, vendor) == [("D-1", "2024-03-31", 90000, False, 1)]


# -- orders ------------------------------------------------------------------------------------


def test_an_order_finds_its_deal_whichever_comes_first(world: World, vendor: VendorRef) -> None:
    report = orders(
        world, vendor, {"deal_external_id": "D-1"}, {"external_id": "O-2", "deal_external_id": "D-9"}
    )
    assert [(u.field, u.value, u.rows) for u in report.unmatched if u.field == "deal_external_id"] == [
        ("deal_external_id", "D-1", 1),
        ("deal_external_id", "D-9", 1),
    ]
    deals(world, vendor, {}, {"external_id": "D-2"})
    assert [order["deal_id"] for order in dump(world, vendor)["order"]] == [1, None]
    orders(world, vendor, {"deal_external_id": "D-2"})
    assert [order["deal_id"] for order in dump(world, vendor)["order"]] == [2, None]
    orders(world, vendor, {"deal_external_id": ""})
    assert [order["deal_id"] for order in dump(world, vendor)["order"]] == [None, None]


def test_credit_notes_are_negative_orders(world: World, vendor: VendorRef) -> None:
    orders(world, vendor, {"amount": "-250.50"}, {"external_id": "O-2", "amount": "(10)"}, decimal=".")
    assert [order["amount_minor"] for order in dump(world, vendor)["order"]] == [-25050, -1000]


def test_customers_come_to_be_by_their_first_mention(world: World, vendor: VendorRef) -> None:
    report = orders(
        world, vendor,
        {"external_id": "1", "customer": "Initech"},
        {"external_id": "2", "customer": "  INITECH "},
        {"external_id": "3", "customer": ""},
    )  # fmt: skip
    assert report.created == {"customers": 1}
    assert [(u.field, u.value, u.rows) for u in report.unmatched] == [
        ("product", "Rocket", 3),
        ("customer", "", 1),
    ]
    assert [order["customer_id"] for order in dump(world, vendor)["order"]] == [1, 1, None]
    assert [customer["name"] for customer in dump(world, vendor)["customer"]] == ["Initech"]


def test_other_vendors_see_and_match_nothing(world: World, vendor: VendorRef) -> None:
    other = world.vendor("globex")
    world.partnership(other, "Northwind")
    import_rows(world, other, "products", [{"name": "Rocket", "price": "1"}])
    orders(world, other, {})
    before = dump(world, other)
    report = orders(world, vendor, {})
    assert report.inserted == 1
    assert [u.value for u in report.unmatched] == ["Rocket"]
    assert differences(before, dump(world, other)) == []
    assert len(dump(world, vendor)["order"]) == 1
