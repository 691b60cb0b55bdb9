"""The whole content of the business tables, to be compared."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from prm.customers.models import CustomerAlias
from prm.extensions import db
from prm.imports.models import ImportBatch, ImportChange, ImportRow
from prm.imports.services.changes import ENTITIES, snapshot
from prm.partners.models import PartnershipAlias
from prm.products.models import ProductAlias
from tests.factories import VendorRef, World

TABLES: dict[str, Any] = {
    **ENTITIES,
    "product_alias": ProductAlias,
    "customer_alias": CustomerAlias,
    "partnership_alias": PartnershipAlias,
}


def dump(world: World, vendor: VendorRef) -> dict[str, list[dict[str, Any]]]:
    """Every row and column of what imports write to, by table."""
    with world.acting(vendor):
        return {
            name: [snapshot(row) for row in db.session.scalars(select(model).order_by(model.id))]
            for name, model in TABLES.items()
        }


def dump_imports(world: World, vendor: VendorRef) -> dict[str, list[dict[str, Any]]]:
    """The imports' own tables."""
    with world.acting(vendor):
        return {
            model.__tablename__: [
                snapshot(row) for row in db.session.scalars(select(model).order_by(model.id))
            ]
            for model in (ImportBatch, ImportRow, ImportChange)
        }


def differences(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """Where two dumps differ, short enough to read."""
    found = []
    for table in before:
        old = {row["id"]: row for row in before[table]}
        new = {row["id"]: row for row in after[table]}
        for key in sorted(set(old) | set(new)):
            if old.get(key) != new.get(key):
                found.append(f"{table} {key}: {old.get(key)} → {new.get(key)}")
    return found[:10]
