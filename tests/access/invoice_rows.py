"""Invoices, payments and targets of each partner, each text with its canary."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from prm.imports.models import DroppedFile, DropStatus, ImportConflict, ImportKind
from prm.products.models import ProductPrice
from prm.revenue.models import Invoice, Payment, Target, scope_of


def add_conflict(f: Any) -> None:
    """A price that the applied batch left alone, since a person had changed it."""
    product = f.tenant.things["product"]
    price = {"price_minor": None, "currency": None}
    conflict = ImportConflict(
        batch_id=f.tenant.things["batch"].id, line=2, entity_type="product", entity_id=product.id,
        record=f.say("PRODUCT"), field="price", ours=price, theirs=price, ours_shown="–", theirs_shown="–",
    )  # fmt: skip
    f.add(conflict, "import_conflict")


def add_dropped(f: Any) -> None:
    """A file that came through the drop folder."""
    dropped = DroppedFile(
        kind=ImportKind.PRODUCTS, source=f.say("IMPORT"), name=f"{f.say('IMPORT')}.csv", sha256="0" * 64,
        status=DropStatus.FAILED, message=f.say("IMPORT"), arrived_at=f.now,
    )  # fmt: skip
    f.add(dropped)


def add_price(f: Any) -> None:
    """A price of the product from a day on."""
    price = ProductPrice(
        product_id=f.tenant.things["product"].id, valid_from=f.today, amount_minor=12_00, currency="USD"
    )
    f.add(price, "product_price")


def add_invoices(f: Any, owners: tuple[str, ...] = ("PA", "PB")) -> None:
    """An invoice with a payment and a target for each partner."""
    for number, owner in enumerate(owners):
        partnership = f.tenant.partnerships[owner]
        common = {"currency": "USD", "received_at": f.now, "source_system": "erp"}
        invoice = f.add(
            Invoice(
                partnership_id=partnership.id, order_id=f.tenant.things[f"{owner}.order"].id,
                external_id=f"{f.say('ORDER', owner)}-I", order_external_id=f"{f.say('ORDER', owner)}-1",
                invoiced_on=f.today - timedelta(days=9), due_on=f.today - timedelta(days=1),
                amount_minor=5_000_00 + number, **common,
            ),
            f"{owner}.invoice",
        )  # fmt: skip
        f.add(
            Payment(
                invoice_id=invoice.id, external_id=f"{f.say('ORDER', owner)}-P",
                paid_on=f.today - timedelta(days=2), amount_minor=1_000_00, **common,
            )
        )  # fmt: skip
        f.add(
            Target(
                partnership_id=partnership.id, scope=scope_of(partnership.id, None), currency="USD",
                fiscal_year=f.today.year, quarter=1, amount_minor=9_000_00 + number,
            )
        )  # fmt: skip
    if "PB" in owners:  # a source's mistake: an invoice that names an order of another partner
        f.add(
            Invoice(
                partnership_id=f.tenant.partnerships["PB"].id, order_id=f.tenant.things["PA.order"].id,
                external_id=f"{f.say('ORDER', 'PB')}-X", invoiced_on=f.today - timedelta(days=8),
                amount_minor=7_00, currency="USD", received_at=f.now, source_system="erp",
            )
        )  # fmt: skip
