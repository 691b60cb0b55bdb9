"""Reading branches, parents and those who buy through a partner."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select, true
from sqlalchemy.orm import joinedload

from prm.access import Actor, visible
from prm.extensions import db
from prm.partners.models import Partnership, PartnershipBranch, PartnershipParent
from prm.permissions import P

SHOWN = 100


def list_branches(partnership: Partnership, end: datetime | None = None) -> list[PartnershipBranch]:
    """By name; with `end` those alone that were noted before."""
    return list(
        db.session.scalars(
            select(PartnershipBranch)
            .options(joinedload(PartnershipBranch.region))
            .where(
                PartnershipBranch.partnership_id == partnership.id,
                true() if end is None else PartnershipBranch.created_at < end,
            )
            .order_by(PartnershipBranch.name, PartnershipBranch.id)
        )
    )


def find_parent(actor: Actor, partnership: Partnership) -> Partnership | None:
    """Through whom a partner buys. The partner knows its distributor; the vendor's staff whom they reach."""
    statement = (
        select(Partnership)
        .join(PartnershipParent, PartnershipParent.parent_id == Partnership.id)
        .where(PartnershipParent.partnership_id == partnership.id)
    )
    if actor.partnership_id is None:
        statement = visible(statement, actor, P.PARTNER_VIEW)
    return db.session.scalars(statement).one_or_none()


def list_children(actor: Actor, partnership: Partnership) -> list[tuple[UUID, str]]:
    """Who buys through a partner, of those within reach, by name."""
    statement = (
        select(Partnership.public_id, Partnership.name)
        .join(PartnershipParent, PartnershipParent.partnership_id == Partnership.id)
        .where(PartnershipParent.parent_id == partnership.id)
        .order_by(Partnership.name_folded)
        .limit(SHOWN)
    )
    rows = db.session.execute(visible(statement, actor, P.PARTNER_VIEW, Partnership))
    return [(public_id, name) for public_id, name in rows]


def list_ancestors(key: int) -> list[int]:
    """Keys of a partner's parent, its parent, and so on: at most as many as there are."""
    found: list[int] = []
    current: int | None = key
    while current is not None:
        current = db.session.scalar(
            select(PartnershipParent.parent_id).where(PartnershipParent.partnership_id == current)
        )
        if current is None or current in found:
            break
        found.append(current)
    return found
