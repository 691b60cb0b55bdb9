"""How one file is to be read, and what else is to be done with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

DEFAULT_SOURCE = "csv"


@dataclass(frozen=True)
class ImportOptions:
    """What a person states about a file; what is left open is suggested or found out.

    `columns`: field → column; None leaves the field empty although a column is suggested for it.
    `stages`: the source's word → our stage. `date_format` like MM/DD/YYYY or %m/%d/%Y. `decimal`
    '.' or ','. `encoding`, `delimiter` and `sheet` say how the file itself is read. `won_as_orders`
    makes an order of every won deal, `create_partners` a partnership of every partner that a deal or
    order names and nobody knows.
    """

    columns: Mapping[str, str | None] = field(default_factory=dict)
    stages: Mapping[str, str] = field(default_factory=dict)
    date_format: str | None = None
    decimal: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    won_as_orders: bool = False
    create_partners: bool = False

    @property
    def says_anything(self) -> bool:
        """Whether a person stated anything at all."""
        return self != ImportOptions()

    def as_json(self) -> dict[str, Any]:
        """What ImportBatch.options keeps."""
        stated = asdict(self)
        return {**stated, "columns": dict(self.columns), "stages": dict(self.stages)}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> ImportOptions:
        """The options of a batch; what an older one did not know keeps its default."""
        known = cls.__dataclass_fields__
        return cls(**{name: value for name, value in kept.items() if name in known})
