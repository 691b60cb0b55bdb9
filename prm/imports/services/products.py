"""Products from a file: found by name or alias, inserted or given a new price."""

from __future__ import annotations

from typing import Any

from prm.imports.matching import select_by
from prm.imports.models import ImportBatch, RowOutcome
from prm.imports.services.changes import insert_rows, update_rows
from prm.imports.services.conflicts import HandEdits, load_hand_edits, shown_price, take_clashes
from prm.imports.services.rematching import match_products
from prm.imports.services.rows import FileRow, Planned, Run
from prm.infra.importing import ParsedRow
from prm.infra.money import Money
from prm.infra.names import fold_name
from prm.products.models import Product


def plan_products(run: Run, rows: list[FileRow]) -> list[Planned]:
    """What a chunk of rows does."""
    names = [str(row.values["name"]) for row in rows if isinstance(row, ParsedRow)]
    keys = {key for name in names if (key := run.products.find(name)) is not None}
    existing = {product.id: product for product in select_by(Product, Product.id, keys)}
    edits = load_hand_edits(Product, keys)
    return [_plan(run, row, existing, edits) for row in rows]


def _plan(run: Run, row: FileRow, existing: dict[int, Product], edits: HandEdits) -> Planned:
    if not isinstance(row, ParsedRow):
        return run.rejected(row, *row.reasons)
    name = " ".join(str(row.values["name"]).split())
    key = run.products.find(name)
    identities = [("name", fold_name(name)), *([("key", key)] if key is not None else [])]
    if duplicate := run.first_seen(row, "name", *identities):
        return run.rejected(row, duplicate)
    values: dict[str, Any] = {}
    if run.has("price"):
        price = row.values["price"]
        values["price_minor"] = price.minor if isinstance(price, Money) else None
        values["currency"] = price.currency if isinstance(price, Money) else None
    if key is None:
        named = {"name": name, "name_folded": fold_name(name), "created_at": run.started_at}
        return Planned(row.line, row.raw, RowOutcome.INSERTED, {**named, **values})
    product = existing[key]
    if product.name_folded == fold_name(name):
        values["name"] = name  # its spelling may change; called by an alias it keeps its own name
    changed = {column: value for column, value in values.items() if getattr(product, column) != value}
    locale = run.actor.locale
    shown = {
        "name": (product.name, name),
        "price": (
            shown_price(product.price_minor, product.currency, locale),
            shown_price(values.get("price_minor"), values.get("currency"), locale),
        ),
    }
    clashes = take_clashes(product, changed, edits, shown) if changed else []
    outcome = RowOutcome.UPDATED if changed else RowOutcome.UNCHANGED
    return Planned(row.line, row.raw, outcome, changed, product, clashes=clashes, shown=shown)


def apply_products(run: Run, batch: ImportBatch, planned: list[Planned]) -> None:
    """Write a chunk; deals and orders that waited for a product of that name are matched."""
    new = [row for row in planned if row.outcome is RowOutcome.INSERTED]
    keys = insert_rows(batch, Product, [(row.line, row.values) for row in new])
    update_rows(
        batch,
        [(row.line, row.existing, row.values) for row in planned if row.outcome is RowOutcome.UPDATED],
    )
    match_products({row.values["name_folded"]: key for row, key in zip(new, keys, strict=True)})
