"""Backups: database and stored files as of one moment in one file, verified before anything is put back.

The database is taken first. Files are only ever added before the row that names them, so that every
file which a row of the snapshot names is there when the files are read afterwards.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask, current_app
from flask_migrate import upgrade
from sqlalchemy import select

import config
from prm.errors import DomainError
from prm.extensions import db
from prm.infra import archive, clock, snapshots, storage
from prm.infra.db import transaction
from prm.infra.schema import SchemaError, check_schema
from prm.journal.models import JournalHead
from prm.journal.queries import verify_chain
from prm.operations.models import BackupTaken
from prm.operations.services.ledger import LedgerEntry, list_ledger
from prm.operations.services.replaying import replay_ledger
from prm.vendors.models import StoredFile

PRODUCT = "prm"
DATABASE_PART = "database"
FILES_PREFIX = "files/"
_TELL_EVERY = 200

Tell = Callable[[str], None]


@dataclass(frozen=True)
class BackupReport:
    """What a backup holds. `missing`: files that rows name and the store lacks, or holds damaged."""

    path: Path
    taken_at: str
    kind: str
    schema_revision: str
    files: int
    size: int
    missing: tuple[str, ...]


@dataclass(frozen=True)
class RestoreReport:
    """What a restore did. `chains`: entries of each journal chain, all of them verified."""

    taken_at: str
    schema_revision: str
    files: int
    chains: dict[str, int]
    erased_again: int


def create_backup(out: Path, tell: Tell = lambda _line: None) -> BackupReport:
    """Write the installation as of now into `out`: a file that must not exist, or a folder to put one in.

    Consistent while people work. Raises DomainError where it cannot be taken.
    """
    path = _place(out)
    tell("Copying the database")
    with (
        _as_sentences(),
        snapshots.take_snapshot(current_app.config["SQLALCHEMY_DATABASE_URI"], path.parent) as snapshot,
        archive.writing(path) as writer,
    ):
        revision = ",".join(MigrationContext.configure(snapshot.connection).get_current_heads())
        keys = sorted(snapshot.connection.scalars(select(StoredFile.key).distinct()))
        heads = {
            chain: [sequence, digest]
            for chain, sequence, digest in snapshot.connection.execute(
                select(JournalHead.chain, JournalHead.sequence, JournalHead.digest)
            )
        }
        writer.add_file(DATABASE_PART, snapshot.path)
        missing = _add_files(writer, keys, tell)
        stated = {
            "product": PRODUCT,
            "taken_at": snapshot.taken_at.isoformat(),
            "database": snapshot.kind,
            "schema_revision": revision,
            "journal_heads": heads,
            "missing": missing,
        }
        writer.finish(stated)
    report = BackupReport(
        path, stated["taken_at"], snapshot.kind, revision, len(keys) - len(missing), path.stat().st_size,
        tuple(missing),
    )  # fmt: skip
    with transaction():
        db.session.add(BackupTaken(taken_at=snapshot.taken_at, files=report.files, size=report.size))
    return report


def _add_files(writer: archive.ArchiveWriter, keys: Sequence[str], tell: Tell) -> list[str]:
    missing = []
    for number, key in enumerate(keys, 1):
        try:
            content = storage.read(key)
        except storage.StorageError:
            missing.append(key)
            continue
        if hashlib.sha256(content).hexdigest() != key.rpartition("/")[2]:
            missing.append(key)  # damaged: keeping it would pass the damage on as sound
            continue
        writer.add_bytes(FILES_PREFIX + key, content)
        if number % _TELL_EVERY == 0 or number == len(keys):
            tell(f"Files: {number} of {len(keys)}")
    return missing


def verify_backup(path: Path, tell: Tell = lambda _line: None) -> BackupReport:
    """Hash every part of a backup anew. Raises DomainError that lists what is wrong."""
    with _as_sentences(path), archive.reading(path) as reader:
        return _verified(path, reader, tell)


def _verified(path: Path, reader: archive.ArchiveReader, tell: Tell) -> BackupReport:
    manifest = reader.manifest
    if manifest.get("product") != PRODUCT:
        raise DomainError(f"{path} is not a backup of this portal.")

    def told(done: int, total: int) -> None:
        if done % _TELL_EVERY == 0 or done == total:
            tell(f"Verified: {done} of {total} parts")

    problems = reader.verify(told)
    for part in reader.parts:
        if part.name.startswith(FILES_PREFIX) and part.name.rpartition("/")[2] != part.sha256:
            problems.append(f"{part.name} does not bear the name of its content")
    if problems:
        shown = "\n  ".join(problems[:20])
        raise DomainError(f"{path} is damaged ({len(problems)} problems); nothing was changed.\n  {shown}")
    files = sum(part.name.startswith(FILES_PREFIX) for part in reader.parts)
    return BackupReport(
        path, manifest["taken_at"], manifest["database"], manifest["schema_revision"], files,
        path.stat().st_size, tuple(manifest["missing"]),
    )  # fmt: skip


def restore_backup(
    path: Path,
    target: Flask,
    *,
    replace: bool = False,
    ledger: Sequence[LedgerEntry] = (),
    tell: Tell = lambda _line: None,
) -> RestoreReport:
    """Put a backup into the installation that `target` is, after every hash of it was verified.

    Erasures that the target knows of, and those of `ledger`, are repeated. Raises DomainError, and
    changes nothing, where the file is damaged or of a newer version, and where the target holds a
    database and `replace` does not allow to lose it.
    """
    with _as_sentences(path), archive.reading(path) as reader:
        report = _verified(path, reader, tell)
        _refuse_unknown_revision(report.schema_revision)
        url = target.config["SQLALCHEMY_DATABASE_URI"]
        with target.app_context():
            if snapshots.has_tables(url) and not replace:
                raise DomainError(
                    "The target holds a database already; --replace puts this one in its stead."
                )
            known = {entry.subject_hash: entry for entry in [*ledger, *list_ledger()]}
            _release()
            target.config["DATA_DIR"].mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=target.config["DATA_DIR"], prefix=".restoring-") as folder:
                database = _extract(reader, Path(folder))
                _put_files(reader, report.files, tell)
                tell("Putting the database in place")
                snapshots.put_back(report.kind, database, url, replace=replace)
            upgrade()
            with db.engine.connect() as connection:
                check_schema(connection)
            erased = replay_ledger(list(known.values()), tell)
            chains = _verify_chains(reader.manifest["journal_heads"], tell)
            _release()
    return RestoreReport(report.taken_at, report.schema_revision, report.files, chains, erased)


def _refuse_unknown_revision(revision: str) -> None:
    known = {each.revision for each in ScriptDirectory(str(config.ROOT / "migrations")).walk_revisions()}
    if not revision or not set(revision.split(",")) <= known:
        raise DomainError(
            f"The backup's schema ({revision or 'none'}) is not one this version knows: restore it with the "
            "version of the portal that wrote it, or a newer one."
        )


def _extract(reader: archive.ArchiveReader, folder: Path) -> Path:
    part = next((part for part in reader.parts if part.name == DATABASE_PART), None)
    if part is None:
        raise DomainError("The backup holds no database.")
    path = folder / DATABASE_PART
    with path.open("wb") as stream:
        for block in reader.blocks(part):
            stream.write(block)
    return path


def _put_files(reader: archive.ArchiveReader, total: int, tell: Tell) -> None:
    done = 0
    for part in reader.parts:
        if not part.name.startswith(FILES_PREFIX):
            continue
        storage.store().write(part.name.removeprefix(FILES_PREFIX), reader.read(part))
        done += 1
        if done % _TELL_EVERY == 0 or done == total:
            tell(f"Files: {done} of {total}")


def _verify_chains(heads: dict[str, Any], tell: Tell) -> dict[str, int]:
    """Entries by chain. Raises DomainError where the journal is not what was backed up."""
    counted = {}
    for chain, (sequence, digest) in sorted(heads.items()):
        tell(f"Verifying the journal: {chain}")
        found = verify_chain(chain, (sequence, digest))
        if not found.is_valid:
            raise DomainError(f"The restored journal {chain} does not verify: {found.problems[0].text()}")
        counted[chain] = found.entries
    return counted


def _release() -> None:
    """Close what this process holds open of the target's database."""
    db.session.remove()
    db.engine.dispose()


def _place(out: Path) -> Path:
    path = out / f"prm-{clock.now():%Y%m%d-%H%M%S}.tar" if out.is_dir() else out
    if path.exists():
        raise DomainError(f"{path} exists already: give another name, or a folder to put the backup in.")
    if not path.parent.is_dir():
        raise DomainError(f"There is no folder {path.parent}.")
    return path


@contextmanager
def _as_sentences(path: Path | None = None) -> Iterator[None]:
    """What goes wrong outside, as a sentence for the operator."""
    try:
        yield
    except archive.ArchiveError as error:
        raise DomainError(f"{path} is not a sound backup: {error}. Nothing was changed.") from error
    except (snapshots.SnapshotError, storage.StorageError, SchemaError) as error:
        raise DomainError(str(error)) from error
    except OSError as error:
        raise DomainError(f"{error.filename or path}: {error.strerror}.") from error
