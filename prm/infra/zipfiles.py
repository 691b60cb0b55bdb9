"""Zip files from strangers: looked through whole before a byte of them is kept, and never unpacked to
a path. A name is only ever a key; what could lead anywhere else is refused all the same, since it
says that the file was made to harm."""

from __future__ import annotations

import re
import stat
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO

from flask_babel import gettext as _

from prm.errors import DomainError

# Encodings of names that do not say theirs, in the order they are tried.
NAME_ENCODINGS = ("utf-8", "cp437", "cp1252", "cp850")
_CONTROLS = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")
_DRIVE = re.compile(r"^[A-Za-z]:")
_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
# What systems leave beside people's files.
_LITTER = re.compile(r"(^|/)(__MACOSX/|\.DS_Store$|Thumbs\.db$|desktop\.ini$)", re.IGNORECASE)
_HEADER_BYTES = 30
_BLOCK = 1024 * 1024


@dataclass(frozen=True)
class ZipLimits:
    """`ratio` is unpacked to packed bytes; below `ratio_from` bytes unpacked it is not looked at."""

    files: int = 10_000
    size: int = 2 * 1024**3
    file_size: int = 512 * 1024**2
    ratio: int = 150
    ratio_from: int = 8 * 1024**2
    name: int = 400


@dataclass(frozen=True)
class Member:
    """A file of the zip: its path with forward slashes, its size in bytes unpacked."""

    path: str
    size: int
    entry: zipfile.ZipInfo


def fold(path: str) -> str:
    """A path as it is compared: however it is composed and whatever the case of its letters."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", path).casefold())


class CheckedZip:
    """A zip whose every entry has been looked at; made by `checking`."""

    def __init__(self, archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo]) -> None:
        self._archive = archive
        self._entries = entries
        self.members = self.named(NAME_ENCODINGS[0])

    def named(self, encoding: str) -> dict[str, Member]:
        """The files by their folded paths, read with `encoding` where a name does not say its own.

        Raises DomainError for a path that leads out, or two files at one path.
        """
        found: dict[str, Member] = {}
        for entry in self._entries:
            path = _clean(_name_of(entry, encoding))
            if path is None:
                continue
            folded = fold(path)
            if folded in found:
                raise DomainError(
                    _(
                        "The zip holds %(first)s and %(second)s, which differ in nothing but upper and lower "
                        "case or not at all: only one of them could be kept. Rename one.",
                        first=found[folded].path,
                        second=path,
                    )
                )
            found[folded] = Member(path, entry.file_size, entry)
        for folded, member in found.items():
            parts = folded.split("/")
            for end in range(1, len(parts)):
                if "/".join(parts[:end]) in found:
                    raise DomainError(
                        _("The zip uses the same path as a file and as a folder: %(path)s.", path=member.path)
                    )
        return found

    @property
    def says_its_encoding(self) -> bool:
        """Whether every name's encoding is known."""
        return all(entry.orig_filename.isascii() or entry.flag_bits & 0x800 for entry in self._entries)

    def read(self, member: Member) -> bytes:
        """The bytes of a file, as many as it said it has. Raises DomainError where it is damaged."""
        return b"".join(self.blocks(member))

    def blocks(self, member: Member) -> Iterator[bytes]:
        """The same, a mebibyte at a time."""
        read = 0
        try:
            with self._archive.open(member.entry) as stream:
                while block := stream.read(_BLOCK):
                    read += len(block)
                    yield block
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError) as error:
            raise DomainError(
                _("%(path)s is damaged in the zip. Export the package again.", path=member.path)
            ) from error
        if read != member.size:
            raise DomainError(_("%(path)s has another size than the zip says.", path=member.path))


@contextmanager
def checking(stream: IO[bytes], limits: ZipLimits) -> Iterator[CheckedZip]:
    """The zip in `stream`, refused with a DomainError that says why where it is not harmless."""
    try:
        archive = zipfile.ZipFile(stream)
    except (zipfile.BadZipFile, EOFError, OSError, ValueError, struct.error, NotImplementedError) as error:
        raise DomainError(_("This is not a zip file, or it is damaged.")) from error
    with archive:
        entries = [entry for entry in archive.infolist() if not _is_folder(entry)]
        stream.seek(0, 2)
        _check_entries(entries, limits, stream.tell())
        yield CheckedZip(archive, [entry for entry in entries if not _LITTER.search(_slashed(entry))])


def _slashed(entry: zipfile.ZipInfo) -> str:
    return entry.orig_filename.replace("\\", "/")


def _is_folder(entry: zipfile.ZipInfo) -> bool:
    return _slashed(entry).endswith("/") and entry.file_size == 0


def _check_entries(entries: list[zipfile.ZipInfo], limits: ZipLimits, packed: int) -> None:
    if not entries:
        raise DomainError(_("The zip is empty."))
    if len(entries) > limits.files:
        raise DomainError(
            _(
                "The zip holds %(count)s files; at most %(limit)s are taken.",
                count=len(entries),
                limit=limits.files,
            )
        )
    total = sum(entry.file_size for entry in entries)
    if total > limits.size:
        raise DomainError(
            _(
                "Unpacked the zip would be %(size)s MB; at most %(limit)s MB are taken.",
                size=total // 1024**2,
                limit=limits.size // 1024**2,
            )
        )
    if total > limits.ratio_from and total > limits.ratio * max(1, packed):
        raise _bomb()
    for entry in entries:
        _check_entry(entry, limits)
    _refuse_overlaps(entries)


def _check_entry(entry: zipfile.ZipInfo, limits: ZipLimits) -> None:
    name = _shown(entry.orig_filename)
    if entry.flag_bits & 0x1:
        raise DomainError(_("%(path)s is encrypted. Export the package without a password.", path=name))
    if entry.compress_type not in _METHODS:
        raise DomainError(
            _("%(path)s is packed in a way that is not offered here. Zip it with “deflate”.", path=name)
        )
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if kind == stat.S_IFLNK:
        raise DomainError(_("%(path)s is a symbolic link, which could lead anywhere.", path=name))
    if kind not in {0, stat.S_IFREG, stat.S_IFDIR}:
        raise DomainError(_("%(path)s is neither a file nor a folder.", path=name))
    if entry.file_size > limits.file_size:
        raise DomainError(
            _(
                "%(path)s would be %(size)s MB; a file may have at most %(limit)s MB.",
                path=name,
                size=entry.file_size // 1024**2,
                limit=limits.file_size // 1024**2,
            )
        )
    if entry.file_size > limits.ratio_from and entry.file_size > limits.ratio * max(1, entry.compress_size):
        raise _bomb()
    if len(entry.orig_filename) > limits.name:
        raise DomainError(
            _("%(path)s: a path may have at most %(limit)s characters.", path=name, limit=limits.name)
        )


def _bomb() -> DomainError:
    return DomainError(
        _("The zip holds far more than its size says: it is made to fill up whatever unpacks it.")
    )


def _refuse_overlaps(entries: list[zipfile.ZipInfo]) -> None:
    """Two entries that share bytes of the file: how a small zip is made to unpack into a huge one."""
    end = 0
    for entry in sorted(entries, key=lambda each: each.header_offset):
        if entry.header_offset < end:
            raise _bomb()
        end = entry.header_offset + _HEADER_BYTES + entry.compress_size


def _name_of(entry: zipfile.ZipInfo, encoding: str) -> str:
    name = entry.orig_filename
    if name.isascii() or entry.flag_bits & 0x800:
        return name
    raw = name.encode("cp437")
    stated = _unicode_path(entry.extra, raw)
    if stated is not None:
        return stated
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError:
        return name


def _unicode_path(extra: bytes, raw: bytes) -> str | None:
    """Info-ZIP's second name (0x7075), in UTF-8, where it belongs to this one."""
    while len(extra) >= 4:
        kind, size = struct.unpack("<HH", extra[:4])
        field, extra = extra[4 : 4 + size], extra[4 + size :]
        if kind == 0x7075 and len(field) > 5 and field[0] == 1:
            if struct.unpack("<L", field[1:5])[0] != zlib.crc32(raw):
                return None
            try:
                return field[5:].decode()
            except UnicodeDecodeError:
                return None
    return None


def _clean(name: str) -> str | None:
    """The path without `.` and empty parts, None for nothing. Raises DomainError where it leads out."""
    path = name.replace("\\", "/")
    shown = _shown(path)
    if _CONTROLS.search(path):
        raise DomainError(_("A file's name holds control characters: %(path)s.", path=shown))
    if path.startswith("/") or _DRIVE.match(path):
        raise DomainError(
            _("%(path)s is an absolute path: it names a place on a computer, not in the package.", path=shown)
        )
    parts = path.split("/")
    if ".." in [part.strip() for part in parts]:
        raise DomainError(_("%(path)s leads out of the package by “..”.", path=shown))
    return "/".join(part for part in parts if part not in {"", "."}) or None


def _shown(name: str) -> str:
    """A stranger's name as it may stand in a sentence."""
    return "".join(c if c.isprintable() else "\ufffd" for c in name)[:120]
