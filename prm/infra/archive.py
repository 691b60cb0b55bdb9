"""A tar file of parts with a manifest of their hashes, written once and verified whole.

`manifest.json` is the last member: it can only be written when every part is. A file that lacks it
is one whose writing was cut short.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import tarfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

MANIFEST = "manifest.json"
FORMAT = 1
_BLOCK = 1024 * 1024
_LONGEST_MANIFEST = 512 * _BLOCK


class ArchiveError(ValueError):
    """The file is not an archive of ours, or is damaged; the message says what is wrong with it."""


@dataclass(frozen=True)
class Part:
    """A member: its name in the tar, SHA-256 as hex, length in bytes."""

    name: str
    sha256: str
    size: int


class ArchiveWriter:
    """Adds parts; made by `writing`."""

    def __init__(self, tar: tarfile.TarFile) -> None:
        self._tar = tar
        self.parts: list[Part] = []

    def add_bytes(self, name: str, content: bytes) -> Part:
        self._tar.addfile(_member(name, len(content)), io.BytesIO(content))
        return self._added(name, hashlib.sha256(content).hexdigest(), len(content))

    def add_file(self, name: str, path: Path) -> Part:
        """Add a file without holding it in memory; its hash is of the bytes that were added."""
        with path.open("rb") as stream:
            size = os.fstat(stream.fileno()).st_size
            counted = _Hashed(stream)
            self._tar.addfile(_member(name, size), counted)  # type: ignore[arg-type]
        return self._added(name, counted.sha256.hexdigest(), size)

    def finish(self, stated: Mapping[str, Any]) -> None:
        manifest = {"format": FORMAT, **stated, "parts": [vars(part) for part in self.parts]}
        content = json.dumps(manifest, ensure_ascii=False, indent=1, sort_keys=True).encode()
        self._tar.addfile(_member(MANIFEST, len(content)), io.BytesIO(content))

    def _added(self, name: str, sha256: str, size: int) -> Part:
        part = Part(name, sha256, size)
        self.parts.append(part)
        return part


@contextmanager
def writing(path: Path) -> Iterator[ArchiveWriter]:
    """An archive at `path`, there only once the block has ended well. Readable by its owner alone."""
    temporary = path.with_name(f".{path.name}.writing")
    try:
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as stream:
            with tarfile.open(fileobj=stream, mode="w", format=tarfile.PAX_FORMAT) as tar:
                yield ArchiveWriter(tar)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


class ArchiveReader:
    """Reads an archive; made by `reading`, which has checked that it has a manifest."""

    def __init__(self, tar: tarfile.TarFile) -> None:
        self._tar = tar
        try:
            self._members = {member.name: member for member in tar.getmembers()}
            self.manifest = self._read_manifest()
            self.parts = [Part(p["name"], p["sha256"], p["size"]) for p in self.manifest["parts"]]
        except (tarfile.TarError, EOFError, KeyError, TypeError) as error:
            raise ArchiveError(f"it cannot be read ({error})") from error

    def _read_manifest(self) -> dict[str, Any]:
        member = self._members.get(MANIFEST)
        if member is None:
            raise ArchiveError("it has no manifest: its writing was cut short, or it is something else")
        if member.size > _LONGEST_MANIFEST:
            raise ArchiveError("its manifest is longer than any of ours")
        stream = self._tar.extractfile(member)
        try:
            manifest = json.loads(stream.read() if stream else b"")
        except ValueError as error:
            raise ArchiveError(f"its manifest cannot be read ({error})") from error
        if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
            raise ArchiveError("its format is not one that this version reads")
        return manifest

    def verify(self, tell: Callable[[int, int], None] = lambda _done, _all: None) -> list[str]:
        """Hash every part anew; sentences on what is wrong, none where all is well."""
        problems = []
        named = {part.name for part in self.parts} | {MANIFEST}
        problems += [f"{name} is not in the manifest" for name in sorted(set(self._members) - named)]
        for number, part in enumerate(self.parts, 1):
            if part.name not in self._members:
                problems.append(f"{part.name} is missing")
                continue
            digest, size = hashlib.sha256(), 0
            try:
                for block in self.blocks(part):
                    digest.update(block)
                    size += len(block)
            except (tarfile.TarError, EOFError, OSError) as error:
                problems.append(f"{part.name} cannot be read ({error})")
                continue
            if (digest.hexdigest(), size) != (part.sha256, part.size):
                problems.append(f"{part.name} is not what was written: its SHA-256 differs")
            tell(number, len(self.parts))
        return problems

    def blocks(self, part: Part) -> Iterator[bytes]:
        """The bytes of a part, a mebibyte at a time."""
        stream = self._tar.extractfile(self._members[part.name])
        if stream is None:
            raise ArchiveError(f"{part.name} is not a file")
        while block := stream.read(_BLOCK):
            yield block

    def read(self, part: Part) -> bytes:
        return b"".join(self.blocks(part))


@contextmanager
def reading(path: Path) -> Iterator[ArchiveReader]:
    """The archive at `path`. Raises ArchiveError where it is none; nothing is verified yet."""
    try:
        tar = tarfile.open(path, mode="r:")  # noqa: SIM115 - closed below; its opening is what may fail
    except (tarfile.TarError, EOFError) as error:
        raise ArchiveError(f"it is not a tar file ({error})") from error
    except OSError as error:
        raise ArchiveError(f"it cannot be opened ({error.strerror})") from error
    with tar:
        yield ArchiveReader(tar)


class _Hashed:
    """A stream that hashes what is read from it."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self.sha256 = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        block = self._stream.read(size)
        self.sha256.update(block)
        return block


def _member(name: str, size: int) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.size, member.mode = size, 0o600
    return member
