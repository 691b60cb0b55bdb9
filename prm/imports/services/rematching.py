"""Kept rows that named what nobody knew are matched when it becomes known, and let go when it is not.

Called by imports, and by prm/reactions.py after a product or an alias was made by hand.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import delete, func, select, update

from prm.access import Actor
from prm.customers.models import Customer, CustomerAlias
from prm.deals.models import Deal
from prm.extensions import db
from prm.imports.matching import CustomerBook, chunks, key_of
from prm.imports.services.locking import lock_imports
from prm.infra import clock
from prm.infra.names import fold_name
from prm.products.models import Product, ProductAlias
from prm.revenue.models import Order

KEPT: tuple[Any, ...] = (Deal, Order)


def match_products(names: Mapping[str, int]) -> int:
    """Give rows without a product the one that their name (folded) now stands for; returns how many."""
    matched = 0
    for model in KEPT if names else ():
        waiting = select(model.product_name).where(model.product_id.is_(None), model.product_name != "")
        by_key: dict[int, list[str]] = {}
        for name in db.session.scalars(waiting.distinct()):
            if (key := names.get(fold_name(name))) is not None:
                by_key.setdefault(key, []).append(name)
        for key, spellings in by_key.items():
            for some in chunks(spellings, 500):
                matched += _set(
                    update(model)
                    .where(model.product_id.is_(None), model.product_name.in_(some))
                    .values(product_id=key)
                )
    return matched


def product_known(actor: Actor, product: Product) -> None:
    """Reaction to a product made by hand."""
    lock_imports(actor)
    match_products({product.name_folded: product.id})


def product_alias_added(actor: Actor, alias: ProductAlias) -> None:
    """Reaction to an alias: every kept row of that name has its product."""
    lock_imports(actor)
    match_products({alias.value_folded: alias.product_id})


def product_alias_removed(actor: Actor, alias: ProductAlias) -> None:
    """Reaction to the end of an alias: the rows it matched are unmatched again."""
    lock_imports(actor)
    for model in KEPT:
        spellings = _spellings(model.product_name, alias.value_folded, model.product_id == alias.product_id)
        for some in chunks(spellings, 500):
            _set(
                update(model)
                .where(model.product_id == alias.product_id, model.product_name.in_(some))
                .values(product_id=None)
            )


def customer_alias_added(actor: Actor, alias: CustomerAlias) -> None:
    """Reaction to an alias: every row that names it goes to its customer.

    The customer that came to be by that name's first mention goes, if nothing else hangs on it.
    """
    lock_imports(actor)
    for model in KEPT:
        for some in chunks(_spellings(model.customer_name, alias.value_folded), 500):
            _set(update(model).where(model.customer_name.in_(some)).values(customer_id=alias.customer_id))
    shadowed = db.session.scalars(
        select(Customer.id).where(
            Customer.name_folded == alias.value_folded, Customer.id != alias.customer_id
        )
    ).one_or_none()
    if shadowed is not None and not _hangs_on_customer(shadowed):
        db.session.execute(
            delete(Customer).where(Customer.id == shadowed).execution_options(synchronize_session=False)
        )


def customer_alias_removed(actor: Actor, alias: CustomerAlias) -> None:
    """Reaction to the end of an alias: the name stands for a customer of its own again."""
    lock_imports(actor)
    for model in KEPT:
        spellings = _spellings(
            model.customer_name, alias.value_folded, model.customer_id == alias.customer_id
        )
        if not spellings:
            continue
        customer_id = customers_named([alias.value])[alias.value_folded]
        for some in chunks(spellings, 500):
            _set(update(model).where(model.customer_name.in_(some)).values(customer_id=customer_id))


def customers_named(names: Iterable[str]) -> dict[str, int]:
    """Folded name → customer, made where there is none yet."""
    wanted = {fold_name(name): name for name in names if fold_name(name)}
    book = CustomerBook()
    book.load(wanted.values())
    for name in wanted.values():
        book.find_or_make(name, 0)
    for made in book.made:
        customer = Customer(name=made.name[:200], name_folded=fold_name(made.name), created_at=clock.now())
        db.session.add(customer)
        db.session.flush()
        made.key = customer.id
    return {folded: key for folded in wanted if (key := key_of(book.known[folded])) is not None}


def _hangs_on_customer(customer_id: int) -> bool:
    counted = [
        db.session.scalar(select(func.count(attribute)).where(attribute == customer_id))
        for attribute in (Deal.customer_id, Order.customer_id, CustomerAlias.customer_id)
    ]
    return any(counted)


def _spellings(attribute: Any, folded: str, *criteria: Any) -> list[str]:
    """How rows write a name: every spelling that folds to it."""
    found = db.session.scalars(select(attribute).where(attribute != "", *criteria).distinct())
    return sorted(name for name in found if fold_name(name) == folded)


def _set(statement: Any) -> int:
    result = db.session.execute(statement.execution_options(synchronize_session=False))
    return int(result.rowcount)  # type: ignore[attr-defined]
