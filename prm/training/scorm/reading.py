"""A package as a file: looked through whole, before anything of it is kept."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO

from flask_babel import gettext as _

from prm.errors import DomainError
from prm.infra.zipfiles import NAME_ENCODINGS, CheckedZip, Member, ZipLimits, checking, fold
from prm.training.scorm.elements import parse_manifest
from prm.training.scorm.manifest import MANIFEST, OTHERS, Manifest, read_manifest

LIMITS = ZipLimits()


@dataclass(frozen=True)
class OpenPackage:
    """A package that was found good: its manifest, and its files by their path in it."""

    manifest: Manifest
    files: dict[str, Member]
    archive: CheckedZip

    @property
    def size(self) -> int:
        return sum(member.size for member in self.files.values())

    def check(self) -> None:
        """Raises DomainError where any file is damaged."""
        for member in self.files.values():
            for _block in self.archive.blocks(member):
                pass

    def read(self, path: str) -> bytes:
        """Raises DomainError where the file is damaged."""
        return self.archive.read(self.files[path])


@contextmanager
def reading_package(stream: IO[bytes], limits: ZipLimits = LIMITS) -> Iterator[OpenPackage]:
    """The package in `stream`. Raises DomainError (field "file") with the reason where it is refused."""
    try:
        with checking(stream, limits) as archive:
            yield _open(archive)
    except DomainError as error:
        if "file" in error.fields:
            raise
        raise DomainError(str(error), {"file": str(error)}) from error


def _open(archive: CheckedZip) -> OpenPackage:
    top = _top_folder(archive.members)
    content = archive.read(archive.members[fold(top + MANIFEST)])
    root = parse_manifest(content)
    refused: DomainError | None = None
    # Names that do not say their encoding are read as the manifest's addresses want them.
    for encoding in NAME_ENCODINGS[:1] if archive.says_its_encoding else NAME_ENCODINGS:
        files = _below(archive.named(encoding), top)
        try:
            return OpenPackage(read_manifest(root, {fold(path): path for path in files}), files, archive)
        except DomainError as error:
            refused = refused or error
    assert refused is not None
    raise refused


def _below(members: dict[str, Member], top: str) -> dict[str, Member]:
    """The files of the package's own folder, by their path in it."""
    folded = fold(top)
    return {member.path[len(top) :]: member for key, member in members.items() if key.startswith(folded)}


def _top_folder(members: dict[str, Member]) -> str:
    """The folder around the manifest, "" or ending in a slash. Raises DomainError without a manifest."""
    found = [
        member.path[: -len(MANIFEST)]
        for key, member in members.items()
        if key == MANIFEST or key.endswith("/" + MANIFEST)
    ]
    if not found:
        for name, standard in OTHERS.items():
            if any(key == name or key.endswith("/" + name) for key in members):
                raise DomainError(
                    _(
                        "This is a package of %(standard)s. Export it as SCORM 1.2 or SCORM 2004.",
                        standard=standard,
                    )
                )
        if any(key.endswith((".au", ".crs")) for key in members):
            raise DomainError(
                _("This is a package of %(standard)s. Export it as SCORM 1.2 or SCORM 2004.", standard="AICC")
            )
        if any(key.endswith(".zip") for key in members):
            raise DomainError(_("The zip holds no imsmanifest.xml, but further zips: upload one of those."))
        raise DomainError(
            _("The zip holds no imsmanifest.xml: it is no SCORM package. Export it as SCORM from its tool.")
        )
    shallowest = min(path.count("/") for path in found)
    tops = [path for path in found if path.count("/") == shallowest]
    if len(tops) > 1:
        raise DomainError(
            _("The zip holds %(count)s packages side by side. Upload them one by one.", count=len(tops))
        )
    return tops[0]
