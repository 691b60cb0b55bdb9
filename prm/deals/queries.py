"""Reads of deals."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import selectinload

from prm.access import Actor, visible
from prm.customers.models import Customer
from prm.deals.models import Deal
from prm.errors import NotFound
from prm.extensions import db
from prm.partners.models import Partnership, Region
from prm.partners.queries import has_partners
from prm.permissions import P
from prm.products.models import Product

NONE = "none"  # in a filter: rows that have no region, or no product at all
MOST_CHOICES = 300

#: When a deal counts for a range of dates: on the day it closed, while it is open when it came.
DEAL_DATE = func.coalesce(Deal.closed_on, Deal.registered_on)


def deals(actor: Actor) -> Select[Any]:
    """The deals within reach, for a table."""
    return visible(select(Deal), actor, P.DEAL_VIEW)


def partner_of(column: Any) -> Any:
    """A column of a deal's partnership as a value: who only counts and sums deals need not join it."""
    return select(column).where(Partnership.id == Deal.partnership_id).correlate(Deal).scalar_subquery()


def is_of(criterion: Any) -> Any:
    """Deals of partnerships that a criterion fits."""
    return Deal.partnership_id.in_(select(Partnership.id).where(criterion))


def deals_for_page() -> Select[Any]:
    """What a page of deals shows beside them; narrowed by the keys of deals() only."""
    return select(Deal).options(
        selectinload(Deal.partnership), selectinload(Deal.customer), selectinload(Deal.product)
    )


def deals_for_export(actor: Actor) -> Select[Any]:
    """The same deals as plain columns, in the order of EXPORTED."""
    statement = (
        select(
            Deal.external_id, Partnership.name, Region.name, Customer.name, Deal.customer_name,
            Product.name, Deal.product_name, Deal.stage, Deal.registered_on, Deal.closed_on,
            Deal.amount_minor, Deal.currency, Deal.source_system,
        )
        .select_from(Deal)
        .join(Partnership, Partnership.id == Deal.partnership_id)
        .outerjoin(Region, Region.id == Partnership.region_id)
        .outerjoin(Customer, Customer.id == Deal.customer_id)
        .outerjoin(Product, Product.id == Deal.product_id)
    )  # fmt: skip
    return visible(statement, actor, P.DEAL_VIEW, Deal)


def get_deal(actor: Actor, deal_id: UUID) -> Deal:
    """One deal with what its page shows. Raises NotFound."""
    deal = db.session.scalars(
        visible(select(Deal).where(Deal.public_id == deal_id), actor, P.DEAL_VIEW).options(
            selectinload(Deal.partnership).selectinload(Partnership.region),
            selectinload(Deal.customer),
            selectinload(Deal.product),
        )
    ).one_or_none()
    if deal is None:
        raise NotFound
    return deal


def list_partner_choices(actor: Actor, permission: P, chosen: str) -> list[tuple[UUID, str]]:
    """(public id, name) of partnerships to filter by; of very many only the chosen one."""
    statement = visible(select(Partnership.public_id, Partnership.name), actor, permission, Partnership)
    found = db.session.execute(statement.order_by(Partnership.name_folded).limit(MOST_CHOICES + 1)).all()
    if len(found) > MOST_CHOICES:
        try:
            only = UUID(chosen)
        except ValueError:
            return []
        found = db.session.execute(statement.where(Partnership.public_id == only)).all()
    return [(public_id, name) for public_id, name in found]


def list_region_choices(actor: Actor) -> list[tuple[UUID, str]]:
    """(public id, name) of the regions with partners."""
    statement = select(Region.public_id, Region.name).where(has_partners())
    return [(public_id, name) for public_id, name in db.session.execute(statement.order_by(Region.name))]


def list_product_choices(actor: Actor) -> list[tuple[UUID, str]]:
    """(public id, name) of the vendor's products."""
    statement = visible(select(Product.public_id, Product.name), actor, P.PRODUCT_VIEW, Product)
    return [
        (public_id, name) for public_id, name in db.session.execute(statement.order_by(Product.name_folded))
    ]
