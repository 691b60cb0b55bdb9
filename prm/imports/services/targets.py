"""Targets from a file: by partner, by region, or of the vendor as a whole, per fiscal quarter."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from prm.extensions import db
from prm.imports.matching import select_by
from prm.imports.models import ImportBatch, RowOutcome
from prm.imports.services.changes import insert_rows, update_rows
from prm.imports.services.rows import FileRow, Planned, Run
from prm.infra.importing import ParsedRow
from prm.infra.money import Money
from prm.infra.names import fold_name
from prm.infra.wording import N_, Notice
from prm.partners.models import Partnership, Region
from prm.revenue.models import Target, scope_of
from prm.revenue.quarters import Quarter, read_quarter
from prm.revenue.queries import fiscal_start_month

NO_QUARTER = N_("This is not a fiscal quarter: write it like 2025-Q1.")
NO_REGION = N_("There is no region of this name.")
OTHER_REGION = N_("The partner is not of this region.")
NEGATIVE = N_("A target is not negative.")
OTHER_CURRENCY = N_("Targets are in %(currency)s, as reports are; nothing is converted.")


def plan_targets(run: Run, rows: list[FileRow]) -> list[Planned]:
    """What a chunk of rows does."""
    regions = {fold_name(name): key for name, key in db.session.execute(select(Region.name, Region.id))}
    start_month = fiscal_start_month(run.actor)
    read = [(row, _read(run, row, regions, start_month)) for row in rows]
    found = [values for _, values in read if isinstance(values, dict)]
    existing = {
        (target.scope, target.fiscal_year, target.quarter): target
        for target in select_by(Target, Target.scope, [values["scope"] for values in found])
    }
    return [_plan(run, row, values, existing) for row, values in read]


def _read(
    run: Run, row: FileRow, regions: dict[str, int], start_month: int
) -> dict[str, Any] | tuple[str, Notice] | None:
    """The columns of the target that a row states; the field and why there is none; None for no row."""
    if not isinstance(row, ParsedRow):
        return None
    quarter = read_quarter(str(row.values["quarter"]), start_month)
    if not isinstance(quarter, Quarter):
        return "quarter", Notice("quarter_unreadable", NO_QUARTER)
    partner_id = region_id = None
    if region := row.values["region"]:
        region_id = regions.get(fold_name(str(region)))
        if region_id is None:
            return "region", Notice("region_unknown", NO_REGION)
    if partner := row.values["partner"]:
        found = run.partners.find(str(partner))
        if isinstance(found, Notice):
            return "partner", found
        assert isinstance(found, int)
        partner_id = found
        if region_id is not None:
            own = db.session.scalar(select(Partnership.region_id).where(Partnership.id == partner_id))
            if own != region_id:
                return "region", Notice("region_other", OTHER_REGION)
        region_id = None
    amount = row.values["amount"]
    assert isinstance(amount, Money)
    if amount.minor < 0:
        return "amount", Notice("target_negative", NEGATIVE)
    if amount.currency != run.currency:
        return "currency", Notice("target_currency", OTHER_CURRENCY, {"currency": run.currency})
    return {
        "partnership_id": partner_id,
        "region_id": region_id,
        "scope": scope_of(partner_id, region_id),
        "fiscal_year": quarter.year,
        "quarter": quarter.number,
        "amount_minor": amount.minor,
        "currency": amount.currency,
    }


def _plan(run: Run, row: FileRow, read: Any, existing: dict[tuple[str, int, int], Target]) -> Planned:
    if not isinstance(row, ParsedRow):
        return run.rejected(row, *row.reasons)
    if isinstance(read, tuple):
        name, notice = read
        return run.rejected(row, run.refusal(row, name, notice))
    key = (read["scope"], read["fiscal_year"], read["quarter"])
    if duplicate := run.first_seen(row, "quarter", key):
        return run.rejected(row, duplicate)
    target = existing.get(key)
    if target is None:
        return Planned(row.line, row.raw, RowOutcome.INSERTED, read)
    changed = {name: value for name, value in read.items() if getattr(target, name) != value}
    outcome = RowOutcome.UPDATED if changed else RowOutcome.UNCHANGED
    return Planned(row.line, row.raw, outcome, changed, target)


def apply_targets(run: Run, batch: ImportBatch, planned: list[Planned]) -> None:
    """Write a chunk."""
    insert_rows(
        batch, Target, [(row.line, row.values) for row in planned if row.outcome is RowOutcome.INSERTED]
    )
    update_rows(
        batch,
        [(row.line, row.existing, row.values) for row in planned if row.outcome is RowOutcome.UPDATED],
    )
