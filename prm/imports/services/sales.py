"""What deals and orders have in common: partner, customer, product and amount of a row."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from prm.customers.models import Customer
from prm.imports.matching import Key, Made, key_of
from prm.imports.models import ImportBatch
from prm.imports.services.changes import insert_rows
from prm.imports.services.rows import Run, write_made_partners
from prm.infra.importing import ParsedRow, Reason
from prm.infra.money import Money, MoneyError, parse_currency
from prm.infra.names import fold_name
from prm.infra.wording import Notice


def sales_values(run: Run, row: ParsedRow) -> tuple[dict[str, Any], list[Reason]]:
    """The columns that deals and orders share, for the fields that the file fills; or why not.

    Nothing is made yet: an unknown partner that may be made comes as its name.
    """
    values: dict[str, Any] = {}
    reasons: list[Reason] = []
    partner = run.partners.find(str(row.values["partner"]))
    if isinstance(partner, Notice):
        if partner.code == "partner_unknown" and run.options.create_partners:
            values["partnership_id"] = str(row.values["partner"])
        else:
            reasons.append(run.refusal(row, "partner", partner))
    else:
        values["partnership_id"] = partner
    if run.has("customer"):
        values["customer_name"] = " ".join(str(row.values["customer"] or "").split())
    if run.has("product"):
        name = values["product_name"] = " ".join(str(row.values["product"] or "").split())
        values["product_id"] = run.products.find(name) if name else None
    try:
        values |= _amount(run, row)
    except MoneyError as error:
        reasons.append(run.refusal(row, "currency", error.notice))
    return values, reasons


def _amount(run: Run, row: ParsedRow) -> dict[str, Any]:
    """amount_minor and currency. Raises MoneyError for a currency that is none."""
    values: dict[str, Any] = {}
    named = row.values["currency"]
    if run.has("currency"):
        values["currency"] = parse_currency(str(named)) if named else run.currency
    if run.has("amount"):
        amount = row.values["amount"]
        if isinstance(amount, Money):
            values["currency"] = amount.currency
        values["amount_minor"] = amount.minor if isinstance(amount, Money) else None
    return values


def note_unmatched(run: Run, values: Mapping[str, Any]) -> None:
    """Count the names of an accepted row that stand for nothing we know."""
    if "product_name" in values and values["product_id"] is None:
        run.unmatched["product", values["product_name"]] += 1
    if "customer_name" in values and not values["customer_name"]:
        run.unmatched["customer", ""] += 1


def settle_names(run: Run, row: ParsedRow, values: dict[str, Any]) -> None:
    """For an accepted row: its customer and, where that is allowed, its partner come to be."""
    if isinstance(values["partnership_id"], str):
        values["partnership_id"] = run.partners.make(values["partnership_id"], row.line)
    if "customer_name" in values:
        values["customer_id"] = run.customers.find_or_make(values["customer_name"], row.line)


def load_customers(run: Run, rows: list[Any]) -> None:
    """Look up the customers that a chunk of rows names."""
    if run.has("customer"):
        run.customers.load(
            str(row.values["customer"])
            for row in rows
            if isinstance(row, ParsedRow) and row.values["customer"]
        )


def differing(existing: Any, values: Mapping[str, Any]) -> dict[str, Any]:
    """What a re-import changes on a row: the source's words, and with a name what it stands for.

    What a name stands for does not differ by itself: an alias has seen to that.
    """
    derived = {"customer_id": "customer_name", "product_id": "product_name"}
    changed = {
        name: value
        for name, value in values.items()
        if name not in derived and key_of_value(value) != getattr(existing, name)
    }
    return changed | {
        name: values[name] for name, word in derived.items() if word in changed and name in values
    }


def key_of_value(value: Any) -> Any:
    """A value as a row holds it; what is still to be made equals nothing that exists."""
    return (value.key or value) if isinstance(value, Made) else value


def write_made(run: Run, batch: ImportBatch) -> None:
    """Write the partnerships and customers that rows of this chunk named first."""
    write_made_partners(run, batch)
    waiting = [made for made in run.customers.made if made.key is None]
    rows = [
        (
            made.line,
            {"name": made.name[:200], "name_folded": fold_name(made.name), "created_at": run.started_at},
        )
        for made in waiting
    ]
    for made, key in zip(waiting, insert_rows(batch, Customer, rows), strict=True):
        made.key = key


def with_keys(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values with every Made replaced by its key."""
    keyed: dict[str, Any] = dict(values)
    for name in ("partnership_id", "customer_id"):
        found: Key | None = keyed.get(name)
        if found is not None:
            keyed[name] = key_of(found)
    return keyed
