"""Verbs on targets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import select

from prm.access import Actor, require
from prm.errors import Conflict, DomainError, Forbidden, NotFound
from prm.extensions import db
from prm.journal.services import record
from prm.partners.models import Partnership, Region
from prm.permissions import P
from prm.revenue.models import Target
from prm.revenue.queries.targets import (
    may_aim_for_vendor,
    partnerships_with_targets,
    regions_with_targets,
    scope_of_row,
    targets_of,
)
from prm.vendors.models import Vendor

FIRST_YEAR, LAST_YEAR = 1900, 2199


@dataclass(frozen=True)
class Aim:
    """One cell of the grid: whose (`subject` is a public id; None the vendor), which quarter, how much.

    Amounts in minor units of the vendor's currency; None is no target. `seen_minor` is what the person
    saw there before.
    """

    subject: UUID | None
    quarter: int
    amount_minor: int | None
    seen_minor: int | None

    @property
    def name(self) -> str:
        """What the cell is called on the page, and in an error's fields."""
        return f"{self.subject or 'vendor'}.{self.quarter}"


def set_targets(actor: Actor, fiscal_year: int, aims: Sequence[Aim]) -> int:
    """State the targets of a fiscal year that differ from what was seen. Returns how many changed.

    Raises NotFound for a partnership or region out of reach, Forbidden for the vendor's own;
    DomainError, or Conflict where somebody else changed one of them meanwhile, with the cells' names.
    """
    require(actor, P.TARGET_EDIT)
    if not FIRST_YEAR <= fiscal_year <= LAST_YEAR:
        raise NotFound
    wanted = [aim for aim in aims if aim.amount_minor != aim.seen_minor]
    rows = _rows(actor, {aim.subject for aim in aims})
    vendor = db.session.scalars(select(Vendor).where(Vendor.id == actor.vendor_id).with_for_update()).one()
    stored = targets_of(fiscal_year, rows.values())
    refusal = _("A target is not negative.")
    negative = {aim.name: refusal for aim in wanted if aim.amount_minor is not None and aim.amount_minor < 0}
    if negative:
        raise DomainError(refusal, negative)
    overtaken = {}
    for aim in wanted:
        now = stored.get((scope_of_row(rows[aim.subject]), aim.quarter))
        amount = now.amount_minor if now is not None and now.currency == vendor.currency else None
        if amount not in (aim.seen_minor, aim.amount_minor):
            overtaken[aim.name] = _("Somebody else changed this meanwhile. Look again before you save.")
    if overtaken:
        raise Conflict(_("Some targets were changed meanwhile. Nothing was saved."), overtaken)
    for aim in wanted:
        _set(vendor, fiscal_year, aim, rows[aim.subject], stored)
    db.session.flush()
    if wanted:
        record(actor, "targets.set", vendor, facts={"fiscal_year": fiscal_year, "targets": _facts(wanted)})
    return len(wanted)


def _rows(actor: Actor, subjects: set[UUID | None]) -> dict[UUID | None, Partnership | Region | None]:
    """The partnerships and regions of public ids, all within reach."""
    found: dict[UUID | None, Partnership | Region | None] = {}
    if None in subjects:
        if not may_aim_for_vendor(actor):
            raise Forbidden
        found[None] = None
    found |= {each.public_id: each for each in regions_with_targets(actor) if each.public_id in subjects}
    named = [each for each in subjects if each is not None and each not in found]
    partnerships = partnerships_with_targets(actor).where(Partnership.public_id.in_(named))
    found |= {each.public_id: each for each in db.session.scalars(partnerships)}
    if set(found) != subjects:
        raise NotFound
    return found


def _set(
    vendor: Vendor,
    fiscal_year: int,
    aim: Aim,
    row: Partnership | Region | None,
    stored: dict[tuple[str, int], Target],
) -> None:
    scope = scope_of_row(row)
    target = stored.get((scope, aim.quarter))
    if aim.amount_minor is None:
        if target is not None:
            db.session.delete(target)
        return
    if target is None:
        target = Target(
            vendor_id=vendor.id,
            partnership_id=row.id if isinstance(row, Partnership) else None,
            region_id=row.id if isinstance(row, Region) else None,
            scope=scope,
            fiscal_year=fiscal_year,
            quarter=aim.quarter,
        )
        db.session.add(target)
    target.amount_minor, target.currency = aim.amount_minor, vendor.currency


def _facts(aims: Sequence[Aim]) -> list[list[object]]:
    return [[str(aim.subject or ""), aim.quarter, aim.amount_minor] for aim in aims]
