"""What one run of an import knows, and what it plans for each row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask_babel import ngettext

from prm.access import Actor
from prm.imports.matching import CustomerBook, Made, PartnerBook, ProductBook
from prm.imports.models import ImportBatch, RowOutcome
from prm.imports.options import ImportOptions
from prm.imports.reading import PreparedFile
from prm.imports.report import Disagreement, ImportReport, Rejected, Unmatched, keep_reason
from prm.imports.services.changes import insert_rows
from prm.imports.services.conflicts import Clash
from prm.infra import clock
from prm.infra.importing import ParsedRow, Reason, RejectedRow
from prm.infra.names import fold_name
from prm.infra.wording import N_, Notice
from prm.partners.models import Partnership

FileRow = ParsedRow | RejectedRow


@dataclass
class Planned:
    """What happens to one row: `values` to insert, or to set on `existing`.

    `clashes` are fields that a person changed and the file would change otherwise: left alone.
    `shown`: fields of several columns as people read them, (as it is, as the file has it).
    `order` is what happens to the order derived from a deal: (what, existing order, values).
    """

    line: int
    raw: dict[str, str]
    outcome: RowOutcome
    values: dict[str, Any] = field(default_factory=dict)
    existing: Any = None
    reasons: tuple[Reason, ...] = ()
    order: tuple[str, Any, dict[str, Any]] | None = None
    clashes: list[Clash] = field(default_factory=list)
    shown: Mapping[str, tuple[str, str]] = field(default_factory=dict)


@dataclass
class Run:
    """One run over one file. Without a batch it is a dry run: nothing is written."""

    actor: Actor
    source: str
    options: ImportOptions
    prepared: PreparedFile
    currency: str
    batch: ImportBatch | None
    partners: PartnerBook
    products: ProductBook
    customers: CustomerBook = field(default_factory=CustomerBook)
    regions: dict[str, int | Made] = field(default_factory=dict)
    region_names: dict[str, int] = field(default_factory=dict)
    seen: dict[Any, int] = field(default_factory=dict)
    managers: Mapping[str, int] = field(default_factory=dict)
    strangers: Counter[str] = field(default_factory=Counter)
    unmatched: Counter[tuple[str, str]] = field(default_factory=Counter)
    report: ImportReport = field(default_factory=ImportReport)
    started_at: datetime = field(default_factory=clock.now)

    def has(self, name: str) -> bool:
        """Whether a column of the file fills this field."""
        return name in self.prepared.mapping.fields

    def column(self, name: str) -> str | None:
        return self.prepared.mapping.fields.get(name)

    def rejected(self, row: FileRow, *reasons: Reason) -> Planned:
        return Planned(row.line, row.raw, RowOutcome.REJECTED, reasons=reasons)

    def refusal(self, row: ParsedRow, name: str, notice: Notice) -> Reason:
        """A reason about a field, with the source's column and value."""
        column = self.column(name)
        return Reason(column, row.raw.get(column or "", "")[:200], notice)

    def first_seen(self, row: ParsedRow, name: str, *identities: Any) -> Reason | None:
        """None for the first row of these identities; a Reason naming that row for every other."""
        for identity in identities:
            if (line := self.seen.get(identity)) is not None:
                return self.refusal(row, name, Notice("row_duplicate", DUPLICATE, {"line": line}))
        self.seen.update(dict.fromkeys(identities, row.line))
        return None

    def count(self, planned: list[Planned]) -> None:
        """Add a chunk's outcome to the report."""
        report = self.report
        for row in planned:
            report.read += 1
            if row.outcome is RowOutcome.INSERTED:
                report.inserted += 1
            elif row.outcome is RowOutcome.UPDATED:
                report.updated += 1
            elif row.outcome is RowOutcome.UNCHANGED:
                report.unchanged += 1
            else:
                reasons = tuple(keep_reason(reason) for reason in row.reasons)
                report.rejected.append(Rejected(row.line, reasons, row.raw))
            report.conflicts += [
                Disagreement(row.line, clash.record, clash.field, clash.ours_shown, clash.theirs_shown)
                for clash in row.clashes
            ]
            if row.order is not None and row.order[0] != "delete":
                report.orders_derived += 1

    def finish(self) -> ImportReport:
        """The report, once all rows are counted."""
        in_order = sorted(self.unmatched.items(), key=lambda item: (-item[1], item[0]))
        self.report.unmatched = [Unmatched(name, value, rows) for (name, value), rows in in_order]
        self.report.findings = [*self.prepared.findings, *self._said_of_managers()]
        regions = [region.name for region in self.regions.values() if isinstance(region, Made)]
        partners = [made.name for made in self.partners.made]
        made = {"customers": len(self.customers.made), "partners": len(partners), "regions": len(regions)}
        self.report.created = {name: count for name, count in made.items() if count}
        named = {"regions": regions, "partners": partners}
        self.report.created_names = {what: names[:NAMED] for what, names in named.items() if names}
        return self.report

    def _said_of_managers(self) -> list[str]:
        return [
            ngettext(
                "%(num)s row names the manager “%(name)s”, who is no channel manager here: the name is kept, "
                "but the partner is in nobody’s portfolio.",
                "%(num)s rows name the manager “%(name)s”, who is no channel manager here: the name is kept, "
                "but the partners are in nobody’s portfolio.",
                rows,
                name=name,
            )
            for name, rows in self.strangers.most_common(NAMED)
        ]


NAMED = 20  # how many names of one kind a report lists

DUPLICATE = N_("This is a duplicate of line %(line)s.")


def write_made_partners(run: Run, batch: ImportBatch) -> None:
    """Write the partnerships that rows named and nobody knew (--create-partners)."""
    waiting = [made for made in run.partners.made if made.key is None]
    rows = [
        (
            made.line,
            {
                "name": made.name[:200],
                "name_folded": fold_name(made.name),
                "source_system": run.source,
                "created_at": run.started_at,
            },
        )
        for made in waiting
    ]
    for made, key in zip(waiting, insert_rows(batch, Partnership, rows), strict=True):
        made.key = key
