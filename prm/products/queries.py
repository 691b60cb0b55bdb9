"""Reads of products."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select

from prm.access import Actor, visible
from prm.errors import NotFound
from prm.extensions import db
from prm.infra.money import Money
from prm.permissions import P
from prm.products.models import Product, ProductAlias, ProductPrice


def products(actor: Actor) -> Select[Any]:
    """The vendor's products, for a table."""
    return visible(select(Product), actor, P.PRODUCT_VIEW)


def offered_products(actor: Actor) -> Select[Any]:
    """What the vendor sells now; who keeps the products sees the former ones, too."""
    statement = products(actor)
    return statement if actor.can(P.PRODUCT_EDIT) else statement.where(Product.is_active)


def list_prices(actor: Actor, product: Product) -> list[ProductPrice]:
    """The dated prices of a product, latest first."""
    statement = visible(select(ProductPrice), actor, P.PRODUCT_VIEW).where(
        ProductPrice.product_id == product.id
    )
    return list(db.session.scalars(statement.order_by(ProductPrice.valid_from.desc(), ProductPrice.currency)))


def prices_in_force(actor: Actor, some: Iterable[Product], on: date) -> dict[int, list[Money]]:
    """By product key the list prices of a day, one for each currency: one query for all.

    The latest price that has begun; without one, the product's undated price.
    """
    chosen = list(some)
    found: dict[int, dict[str, Money]] = {
        product.id: {product.currency: Money(product.price_minor, product.currency)}
        if product.price_minor is not None and product.currency is not None
        else {}
        for product in chosen
    }
    statement = visible(select(ProductPrice), actor, P.PRODUCT_VIEW).where(
        ProductPrice.product_id.in_(list(found)), ProductPrice.valid_from <= on
    )
    for price in db.session.scalars(statement.order_by(ProductPrice.valid_from)):
        found[price.product_id][price.currency] = Money(price.amount_minor, price.currency)
    return {key: list(by_currency.values()) for key, by_currency in found.items()}


def list_products(actor: Actor) -> list[Product]:
    """All products, by name."""
    return list(db.session.scalars(products(actor).order_by(Product.name_folded)))


def get_product(actor: Actor, product_id: UUID) -> Product:
    """One product. Raises NotFound."""
    product = db.session.scalars(products(actor).where(Product.public_id == product_id)).one_or_none()
    if product is None:
        raise NotFound
    return product


def find_product_named(actor: Actor, folded_name: str) -> Product | None:
    """The product of a folded name (partners.services.fold_name), or None."""
    return db.session.scalars(products(actor).where(Product.name_folded == folded_name)).one_or_none()


def aliases_by_product(actor: Actor, product_keys: Iterable[int]) -> dict[int, list[ProductAlias]]:
    """The aliases of some products, by product key."""
    found: dict[int, list[ProductAlias]] = {}
    statement = visible(select(ProductAlias), actor, P.PRODUCT_VIEW).where(
        ProductAlias.product_id.in_(list(product_keys))
    )
    for alias in db.session.scalars(statement.order_by(ProductAlias.value_folded)):
        found.setdefault(alias.product_id, []).append(alias)
    return found


def list_aliases(actor: Actor) -> list[tuple[ProductAlias, Product]]:
    """All aliases with what they stand for."""
    statement = visible(select(ProductAlias, Product), actor, P.PRODUCT_VIEW, ProductAlias).join(
        Product, Product.id == ProductAlias.product_id
    )
    return [(alias, product) for alias, product in db.session.execute(statement.order_by(ProductAlias.value))]
