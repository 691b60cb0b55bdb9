"""Products, deals and orders for tests: imported from CSV, as vendors get them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from prm.imports.models import ImportKind
from prm.imports.options import ImportOptions
from prm.imports.report import ImportReport
from prm.imports.services.running import plan_import, run_import
from prm.infra.db import transaction
from tests.factories.world import VendorRef, World

#: What the real pipeline calls its open stages.
STAGES = {"Engaging": "submitted", "Prospecting": "submitted"}
SALES = "crm-sales-opportunities"


def csv_of(rows: Iterable[Mapping[str, object]]) -> bytes:
    """Rows as a CSV file with the first row's columns."""
    rows = list(rows)
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def import_file(
    world: World,
    vendor: VendorRef,
    kind: str,
    content: bytes | str | Path,
    *,
    source: str = "crm",
    filename: str = "",
    dry_run: bool = False,
    **options: Any,
) -> ImportReport:
    """Import bytes, text or a file; `options` are those of ImportOptions."""
    if isinstance(content, Path):
        filename, content = filename or content.name, content.read_bytes()
    if isinstance(content, str):
        content = content.encode()
    how = {"kind": ImportKind(kind), "source": source, "options": ImportOptions(**options)}
    with world.acting(vendor) as actor:
        if dry_run:
            return plan_import(actor, content, filename or f"{kind}.csv", **how)
        with transaction():
            return run_import(actor, content, filename or f"{kind}.csv", **how)


def import_rows(
    world: World, vendor: VendorRef, kind: str, rows: Iterable[Mapping[str, object]], **options: Any
) -> ImportReport:
    """Import rows given as dicts of our field names; every row must be good."""
    report = import_file(world, vendor, kind, csv_of(rows), **options)
    assert not report.rejected, [(row.line, row.column, row.value, row.reason) for row in report.rejected]
    return report


def orders(world: World, vendor: VendorRef, rows: Iterable[Mapping[str, object]], **options: Any) -> None:
    """Orders by partner, ordered_on (ISO) and amount (major units); the rest may be left out.

    Partners that do not exist yet are created.
    """
    completed = [
        {"external_id": f"O-{number}", "product": "", "customer": "", **row}
        for number, row in enumerate(rows, 1)
    ]
    import_rows(world, vendor, "orders", completed, **{"create_partners": True, **options})


def import_sales(world: World, vendor: VendorRef, folder: Path, **options: Any) -> dict[str, ImportReport]:
    """The real files: partners, products and deals, each won deal an order."""
    folder = folder / SALES
    return {
        "partners": import_file(world, vendor, "partners", folder / "sales_teams.csv"),
        "products": import_file(world, vendor, "products", folder / "products.csv"),
        "deals": import_file(
            world, vendor, "deals", folder / "sales_pipeline.csv",
            **{"stages": STAGES, "won_as_orders": True, **options},
        ),
    }  # fmt: skip
