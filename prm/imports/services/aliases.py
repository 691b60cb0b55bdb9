"""An alias by field: what the page of unmatched names and the command offer alike."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy import select

from prm.access import Actor, require
from prm.customers import services as customers
from prm.customers.queries import find_customer_named
from prm.errors import DomainError
from prm.extensions import db
from prm.imports.queries import count_unmatched
from prm.infra.names import fold_name
from prm.partners.models import Partnership
from prm.partners.services import names as partners
from prm.permissions import P
from prm.products import services as products
from prm.products.queries import find_product_named

FIELDS = ("product", "customer", "partner")


@dataclass(frozen=True)
class AliasMade:
    """What an alias did: `rows` deals and orders had waited for it."""

    field: str
    value: str
    to: str
    rows: int


def add_alias(actor: Actor, *, field: str, value: str, to: str) -> AliasMade:
    """Let a source's name stand for the product, customer or partner called `to`.

    Raises DomainError (fields `field`, `value`, `to`) or Conflict, written for the person.
    """
    require(actor, P.IMPORT_RUN)
    if field not in FIELDS:
        message = _("Aliases are for %(fields)s.", fields=", ".join(FIELDS))
        raise DomainError(message, {"field": message})
    waiting = count_unmatched(actor, field, fold_name(value))
    if field == "product":
        product = find_product_named(actor, fold_name(to))
        if product is None:
            raise _unknown(_("There is no product “%(name)s”.", name=to))
        products.add_alias(actor, product, value)
        return AliasMade(field, value, product.name, waiting)
    if field == "customer":
        customer = find_customer_named(actor, fold_name(to))
        if customer is None:
            raise _unknown(_("There is no customer “%(name)s”.", name=to))
        customers.add_alias(actor, customer, value)
        return AliasMade(field, value, customer.name, waiting)
    partnership = _add_partner_alias(actor, value, to)
    return AliasMade(field, value, partnership.name, 0)


def _unknown(message: str) -> DomainError:
    return DomainError(message, {"to": message})


def _add_partner_alias(actor: Actor, value: str, to: str) -> Partnership:
    """Rows of an unknown partner are rejected, not kept: the alias holds for later imports."""
    named = db.session.scalars(
        select(Partnership).where(
            Partnership.name_folded == fold_name(to), Partnership.merged_into_id.is_(None)
        )
    ).all()
    if not named:
        raise _unknown(_("There is no partner “%(name)s”.", name=to))
    if len(named) > 1:
        raise _unknown(_("Several partners are called “%(name)s”.", name=to))
    partners.add_alias(actor, named[0], value)
    return named[0]
