"""What a search finds, kind by kind: each within the person's reach there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, func, or_, select

from prm.access import Actor, visible
from prm.accounts.models import User
from prm.accounts.queries import is_current, select_people
from prm.certification.models import Certificate, Certification
from prm.certification.queries.certificates import select_certificates
from prm.deals.models import Deal
from prm.deals.queries import deals
from prm.extensions import db
from prm.infra.folding import folded
from prm.infra.fulltext import contains_words
from prm.marketing.models import Asset
from prm.marketing.queries import select_assets
from prm.partners.models import Partnership, Region
from prm.permissions import P
from prm.products.models import Product
from prm.products.queries import products
from prm.revenue.models import Order
from prm.revenue.queries.orders import orders
from prm.training.models import CourseVersion
from prm.training.queries import list_published_versions

SHOWN = 8


@dataclass(frozen=True)
class Hit:
    """One row found: `id` opens it, `hint` tells it from its namesakes."""

    id: UUID
    title: str
    hint: str = ""


@dataclass(frozen=True)
class Found:
    """The first hits of one kind; `has_more` where there are others."""

    kind: str
    hits: list[Hit]
    has_more: bool


def search(actor: Actor, words: list[str]) -> list[Found]:
    """Every kind that has a hit. One query a kind, whatever there is."""
    found = []
    for kind, (permission, look) in KINDS.items():
        if words and actor.can(permission):
            hits = look(actor, words)
            if hits:
                found.append(Found(kind, hits[:SHOWN], len(hits) > SHOWN))
    return found


def _rows(statement: Select[Any], *order: Any) -> list[Any]:
    return list(db.session.execute(statement.order_by(*order).limit(SHOWN + 1)))


def _named_like(column: Any, words: list[str]) -> Any:
    """For names of people, which stand in no index: each word somewhere in the column, without accents."""
    return and_(*[folded(column).contains(word, autoescape=True) for word in words])


def _partners(actor: Actor, words: list[str]) -> list[Hit]:
    statement = visible(
        select(Partnership.public_id, Partnership.name, Region.name)
        .outerjoin(Region, Region.id == Partnership.region_id)
        .where(contains_words(Partnership, words)),
        actor, P.PARTNER_STORY, Partnership,
    )  # fmt: skip
    return [Hit(i, name, region or "") for i, name, region in _rows(statement, Partnership.name_folded)]


def _people(actor: Actor, words: list[str]) -> list[Hit]:
    companies = visible(
        select(Partnership.partner_id, Partnership.name, Partnership.public_id, Partnership.created_at),
        actor, P.PEOPLE_VIEW, Partnership,
    )  # fmt: skip
    statement = select_people(actor, companies).where(
        is_current(), or_(_named_like(User.name, words), _named_like(User.email, words))
    )
    return [
        Hit(membership.public_id, user.name, company or user.email)
        for membership, user, company, *_rest in _rows(statement, func.lower(User.name), User.id)
    ]


def _courses(actor: Actor, words: list[str]) -> list[Hit]:
    found = set(db.session.scalars(select(CourseVersion.id).where(contains_words(CourseVersion, words))))
    return [
        Hit(version.course_public_id, version.title)
        for version in list_published_versions(actor)
        if version.id in found
    ]


def _certificates(actor: Actor, words: list[str]) -> list[Hit]:
    statement = select_certificates(actor).where(
        or_(
            contains_words(Certificate, words),
            _named_like(User.name, words),
            _named_like(Certification.name, words),
        )
    )
    return [
        Hit(row.Certificate.public_id, row.Certification.name, f"{row.person} · {row.Certificate.number}")
        for row in _rows(statement, Certificate.issued_at.desc(), Certificate.id)
    ]


def _assets(actor: Actor, words: list[str]) -> list[Hit]:
    statement = select_assets(actor).where(contains_words(Asset, words))
    return [
        Hit(row[0].public_id, row[0].title, row[1].name if row[1] else "")
        for row in _rows(statement, func.lower(Asset.title), Asset.id)
    ]


def _deals(actor: Actor, words: list[str]) -> list[Hit]:
    statement = deals(actor).join(Deal.partnership).add_columns(Partnership.name)
    statement = statement.where(contains_words(Deal, words))
    return [
        Hit(deal.public_id, deal.external_id, _joined(partner, deal.customer_name, deal.product_name))
        for deal, partner in _rows(statement, Deal.received_at.desc(), Deal.id)
    ]


def _orders(actor: Actor, words: list[str]) -> list[Hit]:
    statement = orders(actor).join(Order.partnership).add_columns(Partnership.name)
    statement = statement.where(contains_words(Order, words))
    return [
        Hit(order.public_id, order.external_id, _joined(partner, order.customer_name, order.product_name))
        for order, partner in _rows(statement, Order.ordered_on.desc(), Order.id)
    ]


def _products(actor: Actor, words: list[str]) -> list[Hit]:
    statement = products(actor).where(contains_words(Product, words))
    return [Hit(row[0].public_id, row[0].name) for row in _rows(statement, Product.name_folded)]


def _joined(*parts: str) -> str:
    return " · ".join(part for part in parts if part)


KINDS: dict[str, tuple[P, Callable[[Actor, list[str]], list[Hit]]]] = {
    "partners": (P.PARTNER_STORY, _partners),
    "people": (P.PEOPLE_VIEW, _people),
    "courses": (P.COURSE_VIEW, _courses),
    "certificates": (P.COURSE_TAKE, _certificates),
    "assets": (P.ASSET_VIEW, _assets),
    "deals": (P.DEAL_VIEW, _deals),
    "orders": (P.ORDER_VIEW, _orders),
    "products": (P.PRODUCT_VIEW, _products),
}
