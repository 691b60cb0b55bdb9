"""What an import did, or would do: the report that page and command line show."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any
from uuid import UUID

from flask_babel import gettext as _

from prm.infra.importing import Reason

KEPT_GROUPS = 50  # how many kinds of rejected rows are kept to show; all rows can be downloaded


@dataclass(frozen=True)
class Unmatched:
    """A name that stands for nothing we know, and on how many rows of the file. "" is no name."""

    field: str
    value: str
    rows: int


@dataclass(frozen=True)
class Disagreement:
    """A field that a person changed by hand and the file says otherwise: both values, for people."""

    line: int
    record: str
    field: str
    ours: str
    theirs: str


@dataclass(frozen=True)
class Changed:
    """A field of a row that is here: as it is, and as the file makes it."""

    line: int
    record: str
    field: str
    before: str
    after: str


@dataclass(frozen=True)
class Rejected:
    """A row that was not taken. `reasons` as ImportRow keeps them; the first one is the row's."""

    line: int
    reasons: tuple[dict[str, Any], ...]
    raw: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def column(self) -> str | None:
        column: str | None = self.reasons[0]["column"]
        return column

    @property
    def value(self) -> str:
        return str(self.reasons[0]["value"])

    @property
    def reason(self) -> str:
        """The first reason in the reader's language."""
        return say_reason(self.reasons[0])


@dataclass(frozen=True)
class RejectedGroup:
    """Rows rejected for the same value of the same column; `line` is the first one's."""

    line: int
    rows: int
    reason: dict[str, Any]


@dataclass
class ImportReport:
    """The outcome in rows of the file: inserted, updated, unchanged and rejected sum to `read`.

    `orders_derived` counts the won deals whose order was made or changed; `created` what else came
    to be, by type, and `created_names` the names of such of them as are few. `changes`: the first
    KEPT_GROUPS fields that change. `batch` is None for a dry run. `delimiter` parts the file's columns.
    """

    batch: UUID | None = None
    read: int = 0
    inserted: int = 0
    updated: int = 0
    unchanged: int = 0
    orders_derived: int = 0
    unmatched: list[Unmatched] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    conflicts: list[Disagreement] = field(default_factory=list)
    created: dict[str, int] = field(default_factory=dict)
    created_names: dict[str, list[str]] = field(default_factory=dict)
    changes: list[Changed] = field(default_factory=list)
    findings: list[str] = field(default_factory=list)
    delimiter: str | None = None

    def rejected_groups(self) -> list[RejectedGroup]:
        """The rejected rows by column, value and reason, most rows first."""
        groups: dict[Any, list[Rejected]] = {}
        for row in self.rejected:
            groups.setdefault((row.column, row.value, row.reasons[0]["msgid"]), []).append(row)
        found = [RejectedGroup(rows[0].line, len(rows), rows[0].reasons[0]) for rows in groups.values()]
        return sorted(found, key=lambda group: (-group.rows, group.line))

    def as_json(self) -> dict[str, Any]:
        """The report as the command line prints it: stable."""
        return {
            "batch": str(self.batch) if self.batch else None,
            "read": self.read,
            "inserted": self.inserted,
            "updated": self.updated,
            "unchanged": self.unchanged,
            "orders_derived": self.orders_derived,
            "unmatched": [{"field": u.field, "value": u.value, "rows": u.rows} for u in self.unmatched],
            "rejected": [
                {"line": r.line, "column": r.column, "value": r.value, "reason": r.reason}
                for r in self.rejected
            ],
        }

    def counts(self) -> dict[str, Any]:
        """What ImportBatch.counts keeps: figures, unmatched names and kinds of rejected rows."""
        return {
            "read": self.read,
            "inserted": self.inserted,
            "updated": self.updated,
            "unchanged": self.unchanged,
            "orders_derived": self.orders_derived,
            "rejected": len(self.rejected),
            "conflicts": len(self.conflicts),
            "conflict_rows": [asdict(each) for each in self.conflicts[:KEPT_GROUPS]],
            "created": dict(self.created),
            "created_names": dict(self.created_names),
            "change_rows": [asdict(each) for each in self.changes],
            "unmatched": [{"field": u.field, "value": u.value, "rows": u.rows} for u in self.unmatched],
            "rejected_groups": [
                {"line": group.line, "rows": group.rows, **group.reason}
                for group in self.rejected_groups()[:KEPT_GROUPS]
            ],
        }


def keep_reason(reason: Reason) -> dict[str, Any]:
    """A reason as it is stored: to be said later, in whatever language the reader has."""
    return {
        "column": reason.column,
        "value": reason.value,
        "msgid": reason.notice.msgid,
        "args": {name: keep_plain(value) for name, value in reason.notice.params.items()},
    }


def say_reason(kept: Mapping[str, Any]) -> str:
    """A stored reason as a sentence in the reader's language."""
    sentence: str = _(kept["msgid"])
    return sentence % kept["args"] if kept["args"] else sentence.replace("%%", "%")


def keep_plain(value: Any) -> Any:
    """A parameter of a sentence, as JSON holds it."""
    return value if isinstance(value, int | str | None) else str(value)
