"""What was aimed at, per fiscal quarter: for the grid in which targets are entered, and for reports."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import aliased

from prm.access import Actor, visible
from prm.extensions import db
from prm.partners.models import Partnership, Region
from prm.permissions import P
from prm.revenue.models import Target, scope_of
from prm.revenue.quarters import Quarter
from prm.revenue.queries.totals import fiscal_start_month


@dataclass(frozen=True)
class StatedTarget:
    """One target with whose it is; neither partner nor region is the vendor as a whole."""

    quarter: Quarter
    amount_minor: int
    partner: tuple[UUID, str, UUID | None] | None  # public id, name, its region's public id
    region: tuple[UUID, str] | None


def list_targets(actor: Actor, currency: str) -> list[StatedTarget]:
    """Every target in a currency, for who reads reports of the whole vendor."""
    own = aliased(Region)
    found = select(
        Target, Partnership.public_id, Partnership.name, own.public_id, Region.public_id, Region.name
    )
    statement = (
        visible(found, actor, P.REPORT_VIEW)
        .outerjoin(Partnership, Partnership.id == Target.partnership_id)
        .outerjoin(own, own.id == Partnership.region_id)
        .outerjoin(Region, Region.id == Target.region_id)
        .where(Target.currency == currency)
        .order_by(Target.fiscal_year, Target.quarter, Target.id)
    )
    start_month = fiscal_start_month(actor)
    return [
        StatedTarget(
            Quarter(target.fiscal_year, target.quarter, start_month),
            target.amount_minor,
            (partner_id, partner, of_region) if partner_id is not None else None,
            (region_id, region) if region_id is not None else None,
        )
        for target, partner_id, partner, of_region, region_id, region in db.session.execute(statement)
    ]


# -- the grid ----------------------------------------------------------------------------------


def partnerships_with_targets(actor: Actor) -> Select[Any]:
    """The partnerships whose targets the actor may state, for a table."""
    return visible(select(Partnership), actor, P.TARGET_EDIT)


def regions_with_targets(actor: Actor) -> list[Region]:
    """The regions whose targets the actor may state, by name."""
    statement = select(Region).order_by(Region.name)
    if actor.region_ids is not None:
        statement = statement.where(Region.id.in_(actor.region_ids))
    return list(db.session.scalars(statement))


def may_aim_for_vendor(actor: Actor) -> bool:
    """Whether the actor, who may state targets, states what the vendor as a whole aims at too."""
    return actor.region_ids is None


def targets_of(
    fiscal_year: int, rows: Iterable[Partnership | Region | None]
) -> dict[tuple[str, int], Target]:
    """(scope, quarter) → target of a year, for partnerships or regions the caller may see (None: all)."""
    scopes = [scope_of_row(row) for row in rows]
    statement = select(Target).where(Target.fiscal_year == fiscal_year, Target.scope.in_(scopes))
    return {(target.scope, target.quarter): target for target in db.session.scalars(statement)}


def scope_of_row(row: Partnership | Region | None) -> str:
    """Target.scope of a partnership, a region, or (None) the vendor as a whole."""
    if isinstance(row, Partnership):
        return scope_of(row.id, None)
    return scope_of(None, row.id if row is not None else None)
