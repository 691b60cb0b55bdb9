"""Files: content-addressed under the vendor's own prefix, in a folder or an S3 bucket.

A key is `<vendor>/<first two hex digits>/<sha256>`; it comes from the content alone, never from a
name a person chose. Writing the same bytes twice is one file.
"""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from flask import current_app

_KEY = re.compile(r"^[0-9a-z-]{1,40}/[0-9a-f]{2}/[0-9a-f]{64}$")


class StorageError(RuntimeError):
    """The store lacks a file that a row names, or cannot be reached."""


class Store(Protocol):
    def write(self, key: str, content: bytes) -> None: ...
    def read(self, key: str) -> bytes: ...
    def read_range(self, key: str, start: int, length: int) -> bytes: ...
    def has(self, key: str) -> bool: ...
    def keys(self) -> Iterator[str]: ...
    def remove(self, key: str) -> None: ...


class FolderStore:
    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def _path(self, key: str) -> Path:
        if not _KEY.match(key):
            raise StorageError(f"Not a storage key: {key!r}")
        return self.folder / key

    def write(self, key: str, content: bytes) -> None:
        """Durable when it returns: temporary name, fsync, rename, fsync of the folder."""
        path = self._path(key)
        if path.exists():
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".writing-")
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.write(content)
                stream.flush()
                os.fsync(stream.fileno())
            os.replace(temporary, path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def read(self, key: str) -> bytes:
        try:
            return self._path(key).read_bytes()
        except FileNotFoundError:
            raise StorageError(f"The file {key} is missing from {self.folder}.") from None

    def read_range(self, key: str, start: int, length: int) -> bytes:
        """At most `length` bytes from `start` on."""
        try:
            with self._path(key).open("rb") as stream:
                stream.seek(start)
                return stream.read(length)
        except FileNotFoundError:
            raise StorageError(f"The file {key} is missing from {self.folder}.") from None

    def has(self, key: str) -> bool:
        return self._path(key).exists()

    def keys(self) -> Iterator[str]:
        for path in sorted(self.folder.glob("*/??/*")):
            if not path.name.startswith("."):
                yield path.relative_to(self.folder).as_posix()

    def remove(self, key: str) -> None:
        self._path(key).unlink(missing_ok=True)


class BucketStore:
    def __init__(self, bucket: str, prefix: str, endpoint_url: str | None) -> None:
        import boto3  # heavy, and only where S3 is configured

        self.bucket, self.prefix = bucket, prefix
        self.client = boto3.client("s3", endpoint_url=endpoint_url or None)

    def _name(self, key: str) -> str:
        if not _KEY.match(key):
            raise StorageError(f"Not a storage key: {key!r}")
        return f"{self.prefix}/{key}" if self.prefix else key

    def write(self, key: str, content: bytes) -> None:
        self.client.put_object(Bucket=self.bucket, Key=self._name(key), Body=content)

    def read(self, key: str) -> bytes:
        try:
            return bytes(self.client.get_object(Bucket=self.bucket, Key=self._name(key))["Body"].read())
        except self.client.exceptions.NoSuchKey:
            raise StorageError(f"The file {key} is missing from the bucket.") from None

    def read_range(self, key: str, start: int, length: int) -> bytes:
        try:
            found = self.client.get_object(
                Bucket=self.bucket, Key=self._name(key), Range=f"bytes={start}-{start + length - 1}"
            )
            return bytes(found["Body"].read())
        except self.client.exceptions.NoSuchKey:
            raise StorageError(f"The file {key} is missing from the bucket.") from None

    def has(self, key: str) -> bool:
        listed = self.client.list_objects_v2(Bucket=self.bucket, Prefix=self._name(key), MaxKeys=1)
        return bool(listed.get("KeyCount"))

    def keys(self) -> Iterator[str]:
        start = f"{self.prefix}/" if self.prefix else ""
        for page in self.client.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=start):
            for entry in page.get("Contents", []):
                yield entry["Key"].removeprefix(start)

    def remove(self, key: str) -> None:
        self.client.delete_object(Bucket=self.bucket, Key=self._name(key))


def make_store(files_url: str, endpoint_url: str = "") -> Store:
    """The store that FILES_URL names: a folder, or s3://bucket/prefix."""
    if files_url.startswith("s3://"):
        parts = urlsplit(files_url)
        return BucketStore(parts.netloc, parts.path.strip("/"), endpoint_url)
    return FolderStore(Path(files_url))


def store() -> Store:
    found: Store = current_app.extensions["prm_store"]
    return found


def key_of(owner: str, digest: str) -> str:
    """The key of a content (its sha256 as hex) of an owner."""
    return f"{owner}/{digest[:2]}/{digest}"


def put(owner: str, content: bytes) -> tuple[str, str]:
    """Keep `content` under `owner` (a vendor's public id); returns (key, sha256 as hex).

    Call it before the row that names it is written: a file without a row is an orphan that the
    reconciler lists, a row without a file would be a loss.
    """
    digest = hashlib.sha256(content).hexdigest()
    key = key_of(owner, digest)
    store().write(key, content)
    return key, digest


def read(key: str) -> bytes:
    return store().read(key)
