"""The drop folder: files that are put there are imported by themselves, each exactly once.

`<DROP_FOLDER>/<vendor's address>/<kind>[.<source>]/<file>`. A file is taken when it is whole: a
marker `<file>.ready` stands beside it, or nothing has changed it for a while. It is imported with the
mapping of its source, then moved to `done/` or `failed/` beside it, with a report. What is in the
database counts, by the file's hash, and is written with the rows themselves: killed at any point, or
run by two at once, a file is imported once, and at most moved later.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import structlog
from flask_babel import gettext as _
from sqlalchemy import select

from prm.access import Actor
from prm.errors import DomainError
from prm.extensions import db
from prm.imports.models import BatchStatus, DroppedFile, DropStatus, ImportBatch, ImportKind
from prm.imports.options import DEFAULT_SOURCE
from prm.imports.reading import LIMITS
from prm.imports.report import ImportReport
from prm.imports.services.locking import lock_imports
from prm.imports.services.mappings import open_as_last_time
from prm.imports.services.rejected import rejected_csv
from prm.imports.services.running import clean_filename, clean_source, run_import
from prm.infra import clock
from prm.infra.db import transaction
from prm.journal.services import record

log = structlog.get_logger("prm.imports")

DONE, FAILED, READY = "done", "failed", ".ready"
SUFFIXES = (".csv", ".xlsx", ".txt", ".tsv")
#: Seconds for which a file without a marker must have been left alone.
SETTLED_AFTER = 60


@dataclass(frozen=True)
class Dropped:
    """A whole file that waits in a folder."""

    path: Path
    kind: ImportKind
    source: str

    @property
    def marker(self) -> Path:
        return self.path.with_name(self.path.name + READY)


@dataclass(frozen=True)
class Taken:
    """What became of a file; `message` says why it failed."""

    name: str
    kind: ImportKind
    source: str
    sha256: str
    status: DropStatus
    message: str


def waiting_files(folder: Path) -> list[Dropped]:
    """The whole files in a vendor's folder, oldest first. Links and other odd things are left alone."""
    found = [
        (state.st_mtime, Dropped(path, kind, source))
        for kind, source, inside in _folders(folder)
        for path, state in _files(inside)
        if path.suffix.casefold() in SUFFIXES and _is_whole(path, state)
    ]
    return [dropped for _mtime, dropped in sorted(found, key=lambda each: (each[0], str(each[1].path)))]


def _folders(folder: Path) -> Iterator[tuple[ImportKind, str, Path]]:
    kinds = {kind.value: kind for kind in ImportKind}
    for inside in _listed(folder):
        name, _dot, source = inside.name.partition(".")
        if name not in kinds or inside.is_symlink() or not inside.is_dir():
            continue
        try:
            yield kinds[name], clean_source(source or DEFAULT_SOURCE), inside
        except DomainError:
            log.warning("drop_folder_without_source", folder=inside.name)


def _files(folder: Path) -> Iterator[tuple[Path, os.stat_result]]:
    for path in _listed(folder):
        try:
            state = path.lstat()
        except OSError:
            continue  # taken by another sweep meanwhile
        if stat.S_ISREG(state.st_mode):
            yield path, state


def _listed(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except OSError:
        return []


def _is_whole(path: Path, state: os.stat_result) -> bool:
    if path.with_name(path.name + READY).exists():
        return True
    return clock.now().timestamp() - state.st_mtime >= SETTLED_AFTER


def take_file(actor: Actor, dropped: Dropped) -> Taken | None:
    """Import a file that was dropped, and put it away with its report.

    None where it is gone or was still being written. Opens its own transactions: nothing of the file's
    import is there without the row that says so.
    """
    content = _read(dropped.path)
    if content is None:
        return None
    sha256 = hashlib.sha256(content).hexdigest()
    name = clean_filename(dropped.path.name)
    report: ImportReport | None = None
    try:
        with transaction():
            lock_imports(actor)
            row = _row_of(actor, dropped, sha256, name)
            if not _is_done(row):
                report = _import(actor, dropped, content, name, row)
    except DomainError as error:
        said = " ".join(dict.fromkeys([str(error), *error.fields.values()]))
        with transaction():
            lock_imports(actor)
            row = _row_of(actor, dropped, sha256, name)
            if not _is_done(row):
                _fail(actor, row, said)
    taken = Taken(row.name, row.kind, row.source, row.sha256, row.status, row.message)
    _put_away(dropped, taken, report)
    return taken


def _read(path: Path) -> bytes | None:
    """The bytes of a regular file that nobody is writing; None for any other."""
    try:
        with open(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as stream:
            before = os.fstat(stream.fileno())
            if not stat.S_ISREG(before.st_mode):
                return None
            content = stream.read(LIMITS.size + 1)
            after = os.fstat(stream.fileno())
    except OSError:
        return None
    is_still = (before.st_size, before.st_mtime_ns) == (after.st_size, after.st_mtime_ns)
    return content if is_still else None


def _row_of(actor: Actor, dropped: Dropped, sha256: str, name: str) -> DroppedFile:
    row = db.session.scalars(
        select(DroppedFile).where(
            DroppedFile.kind == dropped.kind,
            DroppedFile.source == dropped.source,
            DroppedFile.sha256 == sha256,
        )
    ).one_or_none()
    if row is None:
        row = DroppedFile(
            vendor_id=actor.vendor_id,
            kind=dropped.kind,
            source=dropped.source,
            sha256=sha256,
            arrived_at=clock.now(),
        )
        db.session.add(row)
    row.name = name
    return row


def _is_done(row: DroppedFile) -> bool:
    """Whether the file's rows are here; what was undone since may be dropped again."""
    if row.status is not DropStatus.DONE:
        return False
    return (
        db.session.scalar(
            select(ImportBatch.id).where(
                ImportBatch.id == row.batch_id, ImportBatch.status == BatchStatus.APPLIED
            )
        )
        is not None
    )


def _import(actor: Actor, dropped: Dropped, content: bytes, name: str, row: DroppedFile) -> ImportReport:
    _table, options = open_as_last_time(actor, content, name, dropped.kind, dropped.source)
    report = run_import(actor, content, name, kind=dropped.kind, source=dropped.source, options=options)
    row.batch_id = db.session.scalars(
        select(ImportBatch.id).where(ImportBatch.public_id == report.batch)
    ).one()
    row.status, row.message, row.finished_at = DropStatus.DONE, "", clock.now()
    return report


def _fail(actor: Actor, row: DroppedFile, said: str) -> None:
    is_known = row.id is not None and row.message == said[:500]
    row.status, row.message, row.finished_at = DropStatus.FAILED, said[:500], clock.now()
    row.batch_id = None
    db.session.flush()
    if is_known:
        return  # it could not be moved away the last time
    facts = {"kind": row.kind.value, "source": row.source, "sha256": row.sha256}
    record(actor, "import.drop_failed", row, facts=facts)


# -- putting away ------------------------------------------------------------------------------


def _put_away(dropped: Dropped, taken: Taken, report: ImportReport | None) -> None:
    """Move the file to done/ or failed/, its report beside it. What cannot be moved now is moved later."""
    is_done = taken.status is DropStatus.DONE
    folder = dropped.path.parent / (DONE if is_done else FAILED)
    try:
        folder.mkdir(exist_ok=True)
        target = _free(folder, dropped.path.name, taken.sha256)
        if report is not None and report.rejected:
            rows = ((each.line, each.raw, each.reasons) for each in report.rejected)
            rejected = rejected_csv(rows, delimiter=report.delimiter)
            _write(target.with_name(target.name + ".rejected.csv"), rejected)
        _write(target.with_name(target.name + ".report.json"), _as_json(taken, report))
        os.replace(dropped.path, target)
        dropped.marker.unlink(missing_ok=True)
    except OSError as error:
        log.warning("dropped_file_not_moved", file=dropped.path.name, reason=error.strerror)


def _free(folder: Path, name: str, sha256: str) -> Path:
    """A place that no earlier file has; the same file again goes where it was."""
    target = folder / name
    return target if not target.exists() else folder / f"{sha256[:12]}-{name}"


def _as_json(taken: Taken, report: ImportReport | None) -> bytes:
    said: dict[str, Any] = {"file": taken.name, "sha256": taken.sha256, "status": taken.status.value}
    if taken.status is DropStatus.FAILED:
        said["reason"] = taken.message
    elif report is None:
        said["reason"] = _("This file was imported before; nothing was done.")
    else:
        said["report"] = report.as_json()
    return (json.dumps(said, ensure_ascii=False, indent=2) + "\n").encode()


def _write(path: Path, content: bytes) -> None:
    """All of it or nothing, also where two write the same."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    temporary.write_bytes(content)
    os.replace(temporary, path)
