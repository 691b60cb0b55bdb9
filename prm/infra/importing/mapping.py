"""Which column of a file fills which of our fields."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from collections.abc import Mapping as MappingOf
from dataclasses import dataclass, field
from typing import Literal

from prm.infra.wording import N_, Notice

Kind = Literal["text", "date", "money", "integer", "choice"]


@dataclass(frozen=True)
class FieldSpec:
    """A field that rows can fill.

    `choices` maps what sources write to our values, for kind 'choice': its values are all we know,
    and they always stand for themselves.
    `currency_field` names the field that holds a money field's currency, where rows carry it.
    `first` and `last` bound an integer.
    """

    name: str
    kind: Kind = "text"
    is_required: bool = False
    synonyms: tuple[str, ...] = ()
    max_length: int = 255
    choices: MappingOf[str, str] = field(default_factory=dict)
    currency_field: str | None = None
    first: int = -(10**9)
    last: int = 10**9


@dataclass(frozen=True)
class Mapping:
    """Our field → their column. One column may fill several fields."""

    fields: MappingOf[str, str]

    @classmethod
    def from_pairs(cls, pairs: Iterable[str]) -> Mapping:
        """From the command line's FIELD=COLUMN. Raises ValueError for a pair without both."""
        fields: dict[str, str] = {}
        for pair in pairs:
            name, sign, column = pair.partition("=")
            if not (sign and name.strip() and column.strip()):
                raise ValueError(f"{pair[:80]!r} is not FIELD=COLUMN")
            fields[name.strip()] = column.strip()
        return cls(fields)

    def over(self, suggestion: Mapping) -> Mapping:
        """This mapping, with what it leaves open taken from a suggestion."""
        return Mapping({**suggestion.fields, **self.fields})

    def resolve(self, columns: Sequence[str]) -> Mapping:
        """With columns spelt as in the file, where they differ only in case, accents or spacing."""
        by_key: dict[str, list[str]] = {}
        for column in columns:
            by_key.setdefault(_squash(column), []).append(column)
        fields = {}
        for name, column in self.fields.items():
            near = by_key.get(_squash(column), [])
            fields[name] = near[0] if column not in columns and len(near) == 1 else column
        return Mapping(fields)

    def problems(self, columns: Sequence[str], specs: Sequence[FieldSpec]) -> list[Notice]:
        """What keeps a file from being read with this mapping; nothing if it can be."""
        known = {spec.name for spec in specs}
        found = [
            Notice("field_unknown", N_("There is no field “%(field)s”."), {"field": name})
            for name in self.fields
            if name not in known
        ]
        found += [
            Notice(
                "column_unknown",
                N_("The file has no column “%(column)s”, which was to fill “%(field)s”."),
                {"column": column, "field": name},
            )
            for name, column in self.fields.items()
            if column not in columns
        ]
        found += [
            Notice(
                "field_unmapped",
                N_("No column fills “%(field)s”, which every row needs."),
                {"field": spec.name},
            )
            for spec in specs
            if spec.is_required and spec.name not in self.fields
        ]
        return found


def choice_problems(specs: Sequence[FieldSpec], added: MappingOf[str, MappingOf[str, str]]) -> list[Notice]:
    """What is wrong with words added for one run: {'stage': {'Engaging': 'submitted'}}."""
    by_name = {spec.name: spec for spec in specs if spec.kind == "choice"}
    found = []
    for name, words in added.items():
        if name not in by_name:
            found.append(Notice("field_unknown", N_("There is no field “%(field)s”."), {"field": name}))
            continue
        known = sorted(set(by_name[name].choices.values()))
        found += [
            Notice(
                "choice_target_unknown",
                N_("“%(word)s” cannot stand for “%(value)s”: there is only %(choices)s."),
                {"word": word, "value": value, "choices": ", ".join(known)},
            )
            for word, value in words.items()
            if value not in known
        ]
    return found


def suggest_mapping(columns: Sequence[str], specs: Sequence[FieldSpec]) -> Mapping:
    """Match columns to fields by name and synonyms, without regard to case, accents and spacing.

    First the exact names, in the order of each field's synonyms; then a column that contains all
    words of one field's name and of no other's. Each column is suggested once; doubt suggests none.
    """
    fields: dict[str, str] = {}
    free = list(dict.fromkeys(columns))
    for spec in specs:
        for wanted in (spec.name, *spec.synonyms):
            exact = [column for column in free if _squash(column) == _squash(wanted)]
            if exact:
                fields[spec.name] = exact[0]
                free.remove(exact[0])
                break
    open_specs = [spec for spec in specs if spec.name not in fields]
    claims = {column: [spec.name for spec in open_specs if _names(spec, column)] for column in free}
    for spec in open_specs:
        claimed = [column for column, names in claims.items() if names == [spec.name]]
        if len(claimed) == 1:
            fields[spec.name] = claimed[0]
    return Mapping({spec.name: fields[spec.name] for spec in specs if spec.name in fields})


def _names(spec: FieldSpec, column: str) -> bool:
    words = set(_words(column))
    return any(set(wanted) <= words for name in (spec.name, *spec.synonyms) if (wanted := _words(name)))


def _words(text: str) -> list[str]:
    plain = unicodedata.normalize("NFKD", text[:200]).casefold()
    return "".join(c if c.isalnum() else "" if unicodedata.combining(c) else " " for c in plain).split()


def _squash(text: str) -> str:
    return "".join(_words(text)) or text
