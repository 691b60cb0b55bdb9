"""Verbs on customers: aliases. Customers themselves come to be when an import first names them."""

from __future__ import annotations

from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import select

from prm.access import Actor, visible
from prm.customers.models import Customer, CustomerAlias
from prm.errors import Conflict, DomainError, NotFound
from prm.extensions import db
from prm.infra.names import fold_name
from prm.journal.services import record
from prm.permissions import P


def add_alias(actor: Actor, customer: Customer, value: str) -> CustomerAlias:
    """Let another name stand for a customer, on kept rows as in every later import.

    Where the name had become a customer by its first mention, its rows go over. Raises DomainError
    (field `value`) for no name or the customer's own; Conflict where the name has an alias already.
    """
    value = " ".join(value.split())
    if not value or len(value) > 200:
        message = _("A missing customer has no name, so it cannot have an alias.")
        raise DomainError(message, {"value": message})
    if fold_name(value) == customer.name_folded:
        message = _("“%(name)s” is the customer's own name.", name=customer.name)
        raise DomainError(message, {"value": message})
    taken = db.session.scalars(
        select(Customer)
        .join(CustomerAlias, CustomerAlias.customer_id == Customer.id)
        .where(CustomerAlias.value_folded == fold_name(value))
    ).one_or_none()
    if taken is not None:
        raise Conflict(_("“%(value)s” stands for %(name)s already.", value=value, name=taken.name))
    alias = CustomerAlias(
        vendor_id=actor.vendor_id, customer_id=customer.id, value=value, value_folded=fold_name(value)
    )
    db.session.add(alias)
    db.session.flush()
    record(
        actor,
        "customer.alias_added",
        alias,
        facts={"customer": str(customer.public_id)},
        personal={"value": value},
    )
    return alias


def remove_alias(actor: Actor, alias_id: UUID) -> CustomerAlias:
    """Let a name stand for a customer of its own again. Raises NotFound."""
    alias = db.session.scalars(
        visible(select(CustomerAlias).where(CustomerAlias.public_id == alias_id), actor, P.IMPORT_RUN)
    ).one_or_none()
    if alias is None:
        raise NotFound
    record(actor, "customer.alias_removed", alias, personal={"value": alias.value})
    db.session.delete(alias)
    db.session.flush()
    return alias
