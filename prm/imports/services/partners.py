"""Partners from a file: found by external id or name within their source, inserted or updated."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from prm.extensions import db
from prm.imports.matching import Made, key_of, select_by
from prm.imports.models import ImportBatch, RowOutcome
from prm.imports.services.changes import insert_rows, update_rows
from prm.imports.services.conflicts import HandEdits, load_hand_edits, take_clashes
from prm.imports.services.rows import FileRow, Planned, Run
from prm.infra.importing import ParsedRow
from prm.infra.names import fold_name
from prm.infra.wording import N_, Notice
from prm.partners.models import Partnership, Region
from prm.partners.queries import list_manager_accounts

AMBIGUOUS = N_("%(count)s partners have this name already; external ids would tell them apart.")


def plan_partners(run: Run, rows: list[FileRow]) -> list[Planned]:
    """What a chunk of rows does."""
    found = {row.line: _find(run, row) for row in rows if isinstance(row, ParsedRow)}
    keys = {key for key in found.values() if isinstance(key, int)}
    existing = {partner.id: partner for partner in select_by(Partnership, Partnership.id, keys)}
    _load_regions(run, rows)
    edits = load_hand_edits(Partnership, keys)
    return [_plan(run, row, found.get(row.line), existing, edits) for row in rows]


def _find(run: Run, row: ParsedRow) -> int | Notice | None:
    """The partnership a row is about, None for a new one, or why that cannot be told.

    By external id within the source; else by name within the source; else one of that name that was
    entered by hand and that no source has claimed.
    """
    book = run.partners
    external_id = row.values["external_id"]
    if external_id and (key := book.by_external_id.get(str(external_id))) is not None:
        return key
    named = [key for key in book.by_name.get(fold_name(str(row.values["name"])), []) if isinstance(key, int)]
    numbered = set(book.by_external_id.values()) | set(book.by_entered_id.values())
    if external_id:
        entered = book.by_entered_id.get(str(external_id))
        if entered is not None:
            return entered
        named = [key for key in named if key not in numbered]
    own = [key for key in named if key in book.of_source]
    candidates = own or [key for key in named if key in book.entered]
    if len(candidates) > 1:
        return Notice("partner_ambiguous", AMBIGUOUS, {"count": len(candidates)})
    return candidates[0] if candidates else None


def _plan(
    run: Run,
    row: FileRow,
    found: int | Notice | None,
    existing: dict[int, Partnership],
    edits: HandEdits,
) -> Planned:
    if not isinstance(row, ParsedRow):
        return run.rejected(row, *row.reasons)
    if isinstance(found, Notice):
        return run.rejected(row, run.refusal(row, "name", found))
    name = " ".join(str(row.values["name"]).split())
    external_id = row.values["external_id"]
    identity = ("id", external_id) if external_id else ("name", fold_name(name))
    identities = [identity, *([("key", found)] if found is not None else [])]
    if duplicate := run.first_seen(row, "external_id" if external_id else "name", *identities):
        return run.rejected(row, duplicate)
    values: dict[str, Any] = {"name": name, "name_folded": fold_name(name)}
    if run.has("manager"):
        values |= _manager(run, row, existing.get(found) if found is not None else None)
    if external_id:
        values["external_id"], values["source_system"] = external_id, run.source
    if found is not None and run.has("region") and edits.is_edited(existing[found], ("region_id",)):
        values["region_id"] = _known_region(run, row)
    elif run.has("region"):
        values["region_id"] = _region(run, row)
    if found is None:
        made = {"source_system": run.source, "created_at": run.started_at}
        return Planned(row.line, row.raw, RowOutcome.INSERTED, {**made, **values})
    partnership = existing[found]
    if partnership.external_id and external_id and partnership.external_id != external_id:
        # What the source says of one that was merged is not said of the one it was merged into.
        values = {}
    changed = {column: value for column, value in values.items() if getattr(partnership, column) != value}
    shown = _shown(run, row, partnership)
    clashes = take_clashes(partnership, changed, edits, shown) if changed else []
    outcome = RowOutcome.UPDATED if changed else RowOutcome.UNCHANGED
    return Planned(row.line, row.raw, outcome, changed, partnership, clashes=clashes, shown=shown)


def _manager(run: Run, row: ParsedRow, existing: Partnership | None) -> dict[str, Any]:
    """Who looks after the partner: the one channel manager of that name or address, or a name alone.

    A name that nobody has here stays beside the person chosen by hand as long as the file says the same.
    """
    name = row.values["manager"]
    if not run.managers:
        run.managers = _load_managers(run)
    key = run.managers.get(fold_name(str(name))) if name else None
    if key:
        return {"manager_name": name, "manager_user_id": key}
    if name:
        run.strangers[str(name)] += 1
    if existing is not None and existing.manager_name == name:
        return {"manager_name": name}
    return {"manager_name": name, "manager_user_id": None}


def _load_managers(run: Run) -> dict[str, int]:
    """Keys of the vendor's channel managers by name and by address; 0 for a name that several have."""
    found: dict[str, int] = {"": 0}
    for key, name, email in list_manager_accounts(run.actor):
        for word in {fold_name(name), fold_name(email)}:
            found[word] = key if found.get(word, key) == key else 0
    return found


def _shown(run: Run, row: ParsedRow, partnership: Partnership) -> dict[str, tuple[str, str]]:
    """Each field as a person reads it: as it is here, and as the file has it."""
    region = next((name for name, key in run.region_names.items() if key == partnership.region_id), "–")
    return {
        "name": (partnership.name, str(row.values["name"])),
        "region": (region, str(row.values["region"] or "–")),
        "manager": (partnership.manager_name or "–", str(row.values["manager"] or "–")),
    }


def _known_region(run: Run, row: ParsedRow) -> int | str | None:
    """The region that a row names, without making it: its name where there is none yet."""
    name = " ".join(str(row.values["region"] or "").split())
    known = run.regions.get(fold_name(name)) if name else None
    return (known if isinstance(known, int) else name[:100]) if name else None


def _load_regions(run: Run, rows: list[FileRow]) -> None:
    if not run.regions and run.has("region"):
        run.region_names = dict(map(tuple, db.session.execute(select(Region.name, Region.id))))
        run.regions.update({fold_name(name): key for name, key in run.region_names.items()})


def _region(run: Run, row: ParsedRow) -> int | Made | None:
    name = " ".join(str(row.values["region"] or "").split())
    if not name:
        return None
    if fold_name(name) not in run.regions:
        run.regions[fold_name(name)] = Made(name, row.line)
    return run.regions[fold_name(name)]


def apply_partners(run: Run, batch: ImportBatch, planned: list[Planned]) -> None:
    """Write a chunk, and the regions it names first."""
    waiting = [made for made in run.regions.values() if isinstance(made, Made) and made.key is None]
    keys = insert_rows(batch, Region, [(made.line, {"name": made.name[:100]}) for made in waiting])
    for made, key in zip(waiting, keys, strict=True):
        made.key = key
    for row in planned:
        if "region_id" in row.values:
            row.values["region_id"] = key_of(row.values["region_id"])
    new = [(row.line, row.values) for row in planned if row.outcome is RowOutcome.INSERTED]
    insert_rows(batch, Partnership, new)
    update_rows(
        batch,
        [(row.line, row.existing, row.values) for row in planned if row.outcome is RowOutcome.UPDATED],
    )
