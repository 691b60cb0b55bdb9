"""Reads of customers."""

from __future__ import annotations

from sqlalchemy import select

from prm.access import Actor, visible
from prm.customers.models import Customer, CustomerAlias
from prm.extensions import db
from prm.permissions import P


def find_customer_named(actor: Actor, folded_name: str) -> Customer | None:
    """The customer of a folded name (partners.services.fold_name), or None."""
    return db.session.scalars(
        visible(select(Customer), actor, P.IMPORT_VIEW).where(Customer.name_folded == folded_name)
    ).one_or_none()


def list_aliases(actor: Actor) -> list[tuple[CustomerAlias, Customer]]:
    """All aliases with what they stand for."""
    statement = visible(select(CustomerAlias, Customer), actor, P.IMPORT_VIEW, CustomerAlias).join(
        Customer, Customer.id == CustomerAlias.customer_id
    )
    return [
        (alias, customer) for alias, customer in db.session.execute(statement.order_by(CustomerAlias.value))
    ]
