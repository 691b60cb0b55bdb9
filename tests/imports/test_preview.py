"""What a dry run says before anything changes: fields that become something else, names nobody knows."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from prm.extensions import db
from prm.imports.models import ImportKind
from prm.imports.options import ImportOptions
from prm.imports.report import ImportReport
from prm.imports.services.running import plan_import
from prm.partners.models import Partnership
from prm.permissions import Role
from tests.factories import VendorRef, World
from tests.factories.revenue import csv_of, import_rows


@pytest.fixture
def vendor(world: World) -> VendorRef:
    return world.vendor("acme")


def dry_run(world: World, vendor: VendorRef, kind: str, rows: list[dict[str, str]]) -> ImportReport:
    with world.acting(vendor) as actor:
        return plan_import(
            actor,
            csv_of(rows),
            "rows.csv",
            kind=ImportKind(kind),
            source="crm",
            options=ImportOptions(date_format="YYYY-MM-DD"),
        )


def changes(report: ImportReport) -> list[tuple[str, str, str, str]]:
    return [(each.record, each.field, each.before, each.after) for each in report.changes]


def managers(world: World, vendor: VendorRef) -> dict[str, tuple[str | None, int | None]]:
    with world.acting(vendor):
        rows = db.session.scalars(select(Partnership))
        return {row.name: (row.manager_name, row.manager_user_id) for row in rows}


def test_a_dry_run_shows_what_becomes_of_each_field(world: World, vendor: VendorRef) -> None:
    partner = {"external_id": "N-1", "name": "Northwind", "region": "West", "manager": "Mel"}
    deal = {"external_id": "D-1", "partner": "Northwind", "customer": "Blue Yonder", "product": "",
            "stage": "submitted", "registered_on": "2024-03-01", "amount": "100"}  # fmt: skip
    import_rows(world, vendor, "partners", [partner])
    import_rows(world, vendor, "deals", [deal])
    report = dry_run(world, vendor, "partners", [partner | {"name": "North Wind", "region": "East"}])
    assert changes(report) == [
        ("Northwind", "name", "Northwind", "North Wind"),
        ("Northwind", "region", "West", "East"),
    ]
    assert report.created_names == {"regions": ["East"]}
    report = dry_run(world, vendor, "deals", [deal | {"amount": "250", "stage": "approved"}])
    assert sorted(changes(report)) == [
        ("D-1", "amount", "$100.00", "$250.00"),
        ("D-1", "stage", "submitted", "approved"),
    ]


def test_a_manager_with_an_account_looks_after_the_partner_and_others_are_named(
    world: World, vendor: VendorRef
) -> None:
    ana = world.user(Role.CHANNEL_MANAGER, vendor=vendor, name="Ana Ruiz", email="ana@acme.example")
    for _ in range(2):
        world.user(Role.CHANNEL_MANAGER, vendor=vendor, name="Kim Lee")
    world.user(Role.CHANNEL_MANAGER, vendor=world.vendor("other"), name="Foreign Manager")
    rows = [
        {"name": "By name", "manager": "ana  ruiz"},
        {"name": "By address", "manager": "Ana@acme.example"},
        {"name": "Two of them", "manager": "Kim Lee"},
        {"name": "Of another vendor", "manager": "Foreign Manager"},
    ]
    report = import_rows(world, vendor, "partners", rows)
    kept = managers(world, vendor)
    assert {name: key for name, (_text, key) in kept.items()} == {
        "By name": ana.id, "By address": ana.id, "Two of them": None, "Of another vendor": None,
    }  # fmt: skip
    assert kept["Two of them"][0] == "Kim Lee"
    said = "\n".join(report.findings)
    assert "“Kim Lee”" in said and "“Foreign Manager”" in said and "Ana" not in said
    import_rows(world, vendor, "partners", [{"name": "By name", "manager": "Somebody Else"}])
    assert managers(world, vendor)["By name"] == ("Somebody Else", None), "not looked after by Ana any more"
