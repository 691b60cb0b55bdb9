"""Importing packages: read whole, kept in the store, made a lesson of a draft."""

from __future__ import annotations

import hashlib
import mimetypes
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import IO
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import insert, select

from prm.access import Actor, require
from prm.errors import DomainError
from prm.extensions import db
from prm.infra import clock, storage
from prm.infra.ids import new_public_id
from prm.infra.zipfiles import fold
from prm.journal.services import record
from prm.permissions import P
from prm.training.models import Lesson, LessonKind
from prm.training.models.content import ContentPackage, LessonPackage, PackageFile
from prm.training.queries.content import get_lesson_package
from prm.training.queries.courses import get_lesson
from prm.training.scorm.manifest import Manifest
from prm.training.scorm.reading import OpenPackage, reading_package
from prm.training.services import drafts
from prm.training.services.authoring import append_lesson, change_lesson
from prm.vendors.models import StoredFile, Vendor

_BLOCK = 1024 * 1024
_ROWS = 500
_WRITERS = 8
_AT_ONCE = 64
_BYTES_AT_ONCE = 32 * 1024 * 1024
OCTETS = "application/octet-stream"
# What browsers must be told rightly, whatever this machine's own tables say.
_TYPES = {
    "html": "text/html", "htm": "text/html", "xhtml": "application/xhtml+xml", "js": "text/javascript",
    "mjs": "text/javascript", "css": "text/css", "json": "application/json", "xml": "text/xml",
    "xsd": "text/xml", "dtd": "text/plain", "txt": "text/plain", "svg": "image/svg+xml", "png": "image/png",
    "jpg": "image/jpeg", "jpeg": "image/jpeg", "gif": "image/gif", "webp": "image/webp",
    "ico": "image/x-icon", "mp4": "video/mp4", "m4v": "video/mp4", "webm": "video/webm",
    "ogv": "video/ogg", "mp3": "audio/mpeg",
    "m4a": "audio/mp4", "ogg": "audio/ogg", "wav": "audio/wav", "vtt": "text/vtt", "woff": "font/woff",
    "woff2": "font/woff2", "ttf": "font/ttf", "otf": "font/otf", "wasm": "application/wasm",
    "pdf": "application/pdf", "zip": "application/zip", "swf": OCTETS,
}  # fmt: skip


@dataclass(frozen=True)
class KeptFile:
    path: str
    key: str
    sha256: str
    size: int


@dataclass(frozen=True)
class KeptPackage:
    """A package whose files are in the store, and no row names them yet."""

    manifest: Manifest
    files: tuple[KeptFile, ...]
    name: str
    sha256: str

    @property
    def size(self) -> int:
        return sum(each.size for each in self.files)


def keep_package(actor: Actor, stream: IO[bytes], name: str, *, is_kept: bool = True) -> KeptPackage:
    """Read a package and put its files into the store, unless it is only to be looked at (not `is_kept`).

    Call it before the transaction: it takes its time.

    Raises DomainError (field "file") with the reason where the package is refused; then nothing of it
    was written anywhere.
    """
    require(actor, P.COURSE_EDIT)
    digest = hashlib.sha256()
    stream.seek(0)
    while block := stream.read(_BLOCK):
        digest.update(block)
    vendor = db.session.get(Vendor, actor.vendor_id)
    assert vendor is not None
    owner = str(vendor.public_id)
    with reading_package(stream) as package:
        package.check()  # before the first file is kept
        kept = []
        for some in _portions(package):
            contents = [(path, package.read(path)) for path in some]
            files = [_as_kept(owner, path, content) for path, content in contents]
            if is_kept:
                _write_all([(file.key, content) for file, (_p, content) in zip(files, contents, strict=True)])
            kept += files
        return KeptPackage(package.manifest, tuple(kept), drafts.clean_line(name)[:200], digest.hexdigest())


def _portions(package: OpenPackage) -> Iterator[list[str]]:
    """The paths of a package, some at a time: what is held in memory at once."""
    portion: list[str] = []
    size = 0
    for path, member in package.files.items():
        if portion and (len(portion) >= _AT_ONCE or size + member.size > _BYTES_AT_ONCE):
            yield portion
            portion, size = [], 0
        portion.append(path)
        size += member.size
    if portion:
        yield portion


def _as_kept(owner: str, path: str, content: bytes) -> KeptFile:
    sha256 = hashlib.sha256(content).hexdigest()
    return KeptFile(path, storage.key_of(owner, sha256), sha256, len(content))


def _write_all(files: Sequence[tuple[str, bytes]]) -> None:
    """Put files into the store side by side: each waits for the disk (or the bucket), not for us."""
    store = storage.store()
    with ThreadPoolExecutor(_WRITERS) as pool:
        for _done in pool.map(lambda file: store.write(*file), files):
            pass


def add_package(
    actor: Actor,
    version_id: UUID,
    kept: KeptPackage,
    *,
    title: str = "",
    body: str = "",
    minutes: int | None = None,
    score_counts: bool = False,
) -> Lesson:
    """Make a kept package a lesson at the end of a draft; without a title it has the manifest's.

    Raises NotFound, Conflict where the version is published.
    """
    lesson = append_lesson(
        actor,
        version_id,
        kind=LessonKind.PACKAGE,
        title=title or kept.manifest.title,
        body=body,
        minutes=minutes,
    )
    package = _write(actor, kept)
    db.session.add(
        LessonPackage(
            vendor_id=actor.vendor_id,
            lesson_id=lesson.id,
            package_id=package.id,
            organization=kept.manifest.default,
            score_counts=score_counts,
        )
    )
    db.session.flush()
    _record(actor, lesson, package)
    return lesson


def edit_package(
    actor: Actor,
    lesson_id: UUID,
    *,
    revision: int,
    title: str,
    body: str,
    minutes: int | None,
    score_counts: bool,
    organization: int | None = None,
    kept: KeptPackage | None = None,
) -> Lesson:
    """Change a draft's package lesson, with `kept` its package too.

    Raises Conflict where somebody saved since `revision` was read, DomainError for an organization
    that the package has not.
    """
    lesson = get_lesson(actor, lesson_id)
    link, package = get_lesson_package(lesson.id)
    change_lesson(actor, lesson, revision=revision, title=title, body=body, minutes=minutes)
    if kept is not None:
        package = _write(actor, kept)
        link.package_id, link.organization = package.id, kept.manifest.default
    elif organization is not None:
        if not 0 <= organization < len(package.outline["organizations"]):
            message = _("Choose one of the package's organizations.")
            raise DomainError(message, {"organization": message})
        link.organization = organization
    link.score_counts = score_counts
    db.session.flush()
    if kept is not None:
        _record(actor, lesson, package)
    return lesson


def _record(actor: Actor, lesson: Lesson, package: ContentPackage) -> None:
    record(
        actor,
        "package.imported",
        package,
        facts={
            "lesson": lesson.public_id,
            "edition": package.edition.value,
            "files": package.files,
            "sha256": package.sha256,
        },
    )


def _write(actor: Actor, kept: KeptPackage) -> ContentPackage:
    now = clock.now()
    package = ContentPackage(
        vendor_id=actor.vendor_id,
        title=kept.manifest.title,
        file_name=kept.name,
        edition=kept.manifest.edition,
        outline=kept.manifest.as_json(),
        files=len(kept.files),
        size=kept.size,
        sha256=kept.sha256,
        imported_by_id=actor.user_id,
        imported_at=now,
    )
    db.session.add(package)
    db.session.flush()
    for start in range(0, len(kept.files), _ROWS):
        some = kept.files[start : start + _ROWS]
        ids = {each.path: new_public_id() for each in some}
        db.session.execute(
            insert(StoredFile),
            [
                {
                    "public_id": ids[each.path],
                    "vendor_id": actor.vendor_id,
                    "key": each.key,
                    "sha256": each.sha256,
                    "size": each.size,
                    "media_type": media_type_of(each.path),
                    "name": PurePosixPath(each.path).name[:200],
                    "created_at": now,
                }
                for each in some
            ],
        )
        stored = select(StoredFile.public_id, StoredFile.id).where(StoredFile.public_id.in_(ids.values()))
        keys = {public_id: key for public_id, key in db.session.execute(stored).all()}  # noqa: C416
        db.session.execute(
            insert(PackageFile),
            [
                {
                    "vendor_id": actor.vendor_id,
                    "package_id": package.id,
                    "path": each.path,
                    "path_folded": fold(each.path),
                    "file_id": keys[ids[each.path]],
                }
                for each in some
            ],
        )
    return package


def media_type_of(path: str) -> str:
    """What a browser is told that a file of a package is."""
    ending = PurePosixPath(path).suffix.lower().lstrip(".")
    return (_TYPES.get(ending) or mimetypes.types_map.get(f".{ending}") or OCTETS)[:100]
