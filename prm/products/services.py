"""Verbs on products and their aliases."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import select

from prm.access import Actor, require, visible
from prm.errors import Conflict, DomainError, NotFound
from prm.extensions import db
from prm.infra import clock
from prm.infra.money import Money
from prm.infra.names import fold_name
from prm.infra.revisions import check_revision, revision_of
from prm.journal.services import record
from prm.permissions import P
from prm.products.models import Product, ProductAlias, ProductPrice


def create_product(actor: Actor, *, name: str, price: Money | None = None) -> Product:
    """Enter a product. Deals and orders that waited for one of this name are matched.

    Raises DomainError (field `name`) without a name, or where a product or an alias has it already.
    """
    name = _free_name(name, None)
    product = Product(
        vendor_id=actor.vendor_id,
        name=name,
        name_folded=fold_name(name),
        price_minor=price.minor if price else None,
        currency=price.currency if price else None,
        created_at=clock.now(),
    )
    db.session.add(product)
    db.session.flush()
    record(actor, "product.created", product, facts={"name": name})
    return product


def revision_of_product(product: Product) -> str:
    """Another text for every state of what edit_product() writes, whoever changed it."""
    return revision_of(product.name, product.price_minor, product.currency)


def edit_product(
    actor: Actor, product_id: UUID, *, name: str, price: Money | None, revision: str | None = None
) -> Product:
    """Change name and list price. The former name stays as an alias: sources go on using it.

    `revision` is of the product that was looked at, if one was. Raises NotFound; Conflict where it is
    another now; DomainError as create_product does.
    """
    product = _get(actor, product_id)
    if revision is not None:
        db.session.refresh(product, with_for_update=True)  # nobody saves between the check and the change
        check_revision(revision, revision_of_product(product))
    name = _free_name(name, product)
    former = product.name
    product.name, product.name_folded = name, fold_name(name)
    product.price_minor = price.minor if price else None
    product.currency = price.currency if price else None
    db.session.flush()
    record(actor, "product.edited", product, facts={"name": name, "former_name": former})
    own = db.session.scalars(
        select(ProductAlias).where(ProductAlias.value_folded == product.name_folded)
    ).one_or_none()
    if own is not None:
        db.session.delete(own)
        db.session.flush()
    if fold_name(former) != product.name_folded:
        add_alias(actor, product, former)
    return product


def add_alias(actor: Actor, product: Product, value: str) -> ProductAlias:
    """Let a source's name stand for a product, for kept rows as for every later import.

    Raises DomainError (field `value`) for no name or one that a product has; Conflict where the name
    stands for another product already.
    """
    value = " ".join(value.split())
    if not value or len(value) > 200:
        message = _("Enter the name that the source uses.")
        raise DomainError(message, {"value": message})
    named = db.session.scalars(select(Product).where(Product.name_folded == fold_name(value))).one_or_none()
    if named is not None:
        message = _("“%(name)s” is the name of a product; it needs no alias.", name=named.name)
        raise DomainError(message, {"value": message})
    taken = db.session.scalars(
        select(Product)
        .join(ProductAlias, ProductAlias.product_id == Product.id)
        .where(ProductAlias.value_folded == fold_name(value))
    ).one_or_none()
    if taken is not None:
        raise Conflict(_("“%(value)s” stands for %(name)s already.", value=value, name=taken.name))
    alias = ProductAlias(
        vendor_id=actor.vendor_id, product_id=product.id, value=value, value_folded=fold_name(value)
    )
    db.session.add(alias)
    db.session.flush()
    record(actor, "product.alias_added", alias, facts={"value": value, "product": str(product.public_id)})
    return alias


def remove_alias(actor: Actor, alias_id: UUID) -> ProductAlias:
    """Let a name stand for nothing again: rows that it matched are unmatched. Raises NotFound."""
    alias = db.session.scalars(
        visible(select(ProductAlias).where(ProductAlias.public_id == alias_id), actor, P.PRODUCT_EDIT)
    ).one_or_none()
    if alias is None:
        raise NotFound
    record(actor, "product.alias_removed", alias, facts={"value": alias.value})
    db.session.delete(alias)
    db.session.flush()
    return alias


def add_price(actor: Actor, product_id: UUID, *, valid_from: date, price: Money) -> ProductPrice:
    """State the list price from a day on; the same day and currency again changes it.

    Raises NotFound; DomainError (field `amount`) for a negative one.
    """
    require(actor, P.PRODUCT_EDIT)
    product = _get(actor, product_id)
    if price.minor < 0:
        message = _("A price is not negative.")
        raise DomainError(message, {"amount": message})
    stated = db.session.scalars(
        select(ProductPrice).where(
            ProductPrice.product_id == product.id,
            ProductPrice.valid_from == valid_from,
            ProductPrice.currency == price.currency,
        )
    ).one_or_none()
    if stated is None:
        stated = ProductPrice(
            vendor_id=product.vendor_id, product_id=product.id, valid_from=valid_from, currency=price.currency
        )
        db.session.add(stated)
    stated.amount_minor = price.minor
    db.session.flush()
    facts = {
        "product": str(product.public_id),
        "valid_from": valid_from.isoformat(),
        "amount_minor": price.minor,
        "currency": price.currency,
    }
    record(actor, "product.price_set", stated, facts=facts)
    return stated


def remove_price(actor: Actor, price_id: UUID) -> Product:
    """Take a dated price back. Returns its product. Raises NotFound."""
    require(actor, P.PRODUCT_EDIT)
    price = db.session.scalars(
        visible(select(ProductPrice).where(ProductPrice.public_id == price_id), actor, P.PRODUCT_EDIT)
    ).one_or_none()
    if price is None:
        raise NotFound
    product = db.session.scalars(select(Product).where(Product.id == price.product_id)).one()
    record(actor, "product.price_removed", price, facts={"product": str(product.public_id)})
    db.session.delete(price)
    db.session.flush()
    return product


def set_active(actor: Actor, product_id: UUID, *, is_active: bool) -> Product:
    """Take a product out of what is offered, or back into it; its orders stay. Raises NotFound."""
    require(actor, P.PRODUCT_EDIT)
    product = _get(actor, product_id)
    if product.is_active is not is_active:
        product.is_active = is_active
        db.session.flush()
        record(actor, "product.activated" if is_active else "product.deactivated", product)
    return product


def _get(actor: Actor, product_id: UUID) -> Product:
    product = db.session.scalars(
        visible(select(Product).where(Product.public_id == product_id), actor, P.PRODUCT_EDIT)
    ).one_or_none()
    if product is None:
        raise NotFound
    return product


def _free_name(name: str, product: Product | None) -> str:
    name = " ".join(name.split())
    if not name or len(name) > 200:
        message = _("A product needs a name of at most 200 characters.")
        raise DomainError(message, {"name": message})
    own = product.id if product is not None else None
    by_name = select(Product.id).where(Product.name_folded == fold_name(name), Product.id != own)
    by_alias = select(ProductAlias.id).where(
        ProductAlias.value_folded == fold_name(name), ProductAlias.product_id != own
    )
    if own is None:
        by_name = select(Product.id).where(Product.name_folded == fold_name(name))
        by_alias = select(ProductAlias.id).where(ProductAlias.value_folded == fold_name(name))
    if db.session.scalar(by_name) is not None:
        message = _("There is a product “%(name)s” already.", name=name)
        raise DomainError(message, {"name": message})
    if db.session.scalar(by_alias) is not None:
        message = _("“%(name)s” is an alias of another product.", name=name)
        raise DomainError(message, {"name": message})
    return name
