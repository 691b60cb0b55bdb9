"""The mapping of a source, kept from one file to the next."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select

from prm.access import Actor
from prm.errors import DomainError
from prm.extensions import db
from prm.imports.fields import fields_of
from prm.imports.models import ImportKind, ImportMapping
from prm.imports.options import ImportOptions
from prm.imports.queries import find_mapping
from prm.imports.reading import open_file, propose_mapping
from prm.infra import clock
from prm.infra.importing import Table


def remember_mapping(
    actor: Actor, kind: ImportKind, source: str, options: ImportOptions, seen: Iterable[str] = ()
) -> None:
    """Keep how a file was read, where a person stated anything. Stage words add up.

    `seen` are the stage words that this file has: of those only what is stated now counts.
    """
    if not options.says_anything:
        return
    kept = db.session.scalars(
        select(ImportMapping).where(ImportMapping.kind == kind, ImportMapping.source == source)
    ).one_or_none()
    if kept is None:
        kept = ImportMapping(vendor_id=actor.vendor_id, kind=kind, source=source, options={})
        db.session.add(kept)
    gone = set(seen)
    former = {word: stage for word, stage in kept.options.get("stages", {}).items() if word not in gone}
    kept.options = options.as_json() | {"stages": {**former, **options.stages}}
    kept.saved_at = clock.now()
    db.session.flush()


def open_as_last_time(
    actor: Actor, content: bytes, filename: str, kind: ImportKind, source: str
) -> tuple[Table, ImportOptions]:
    """The file as a table, with the options of the last one of its kind and source that fit it.

    How the file itself is read (encoding, separator, sheet) is taken over only where the columns that
    were chosen are found with it: what comes back mended is often saved by another program. Raises
    DomainError where it is no table.
    """
    saved = find_mapping(actor, kind, source)
    if saved is None:
        return open_file(content, filename), ImportOptions()
    options = ImportOptions.from_json(saved.options)
    plain = ImportOptions.from_json({**saved.options, "encoding": None, "delimiter": None, "sheet": None})
    if options != plain and not content.startswith(b"\xef\xbb\xbf"):
        try:
            table = open_file(content, filename, options)
        except DomainError:
            pass
        else:
            if all(column in table.columns for column in options.columns.values() if column):
                return table, options
    table = open_file(content, filename)
    return table, fitting(plain, table, kind)


def fitting(options: ImportOptions, table: Table, kind: ImportKind) -> ImportOptions:
    """Options without the columns that this file lacks."""
    stated = {name: column for name, column in options.columns.items() if column is not None}
    found = propose_mapping(table.columns, fields_of(kind), ImportOptions(columns=stated)).fields
    kept: dict[str, str | None] = {}
    for name, column in options.columns.items():
        if column is None:
            kept[name] = None
        elif found.get(name) in table.columns:
            kept[name] = found[name]
    return ImportOptions.from_json({**options.as_json(), "columns": kept})
