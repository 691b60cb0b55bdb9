"""Answers that are files: exports we made, and files that people uploaded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from urllib.parse import quote

from flask import Response, current_app, request

from prm.infra.exporting import Sheet, csv_bytes, xlsx_bytes
from prm.infra.storage import StorageError, Store

# What somebody uploaded is data, whatever it claims to be: never rendered on our origin.
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SANDBOX = "sandbox; default-src 'none'"
_BLOCK = 1024 * 1024


def attachment(content: bytes, name: str, media_type: str = "application/octet-stream") -> Response:
    """`content` to be saved under `name` (RFC 6266), never shown as a page of ours."""
    plain = "".join(c if c.isascii() and (c.isalnum() or c in "-_. ") else "_" for c in name) or "file"
    response = Response(content, mimetype=media_type)
    response.headers["Content-Disposition"] = (
        f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
    )
    response.headers["Content-Security-Policy"] = SANDBOX
    return response


def asked_form(arguments: Mapping[str, str]) -> str | None:
    """The form of file that an address asks for: csv, xlsx, or None for the page."""
    form = arguments.get("format")
    return form if form in {"csv", "xlsx"} else None


def table_attachment(
    form: str, name: str, columns: Sequence[object], rows: Iterable[Sequence[object]], title: str = ""
) -> Response:
    """An export as asked_form() says it: formula-safe, and in XLSX with typed cells."""
    if form == "csv":
        return csv_attachment(f"{name}.csv", columns, rows)
    title = title or name
    return attachment(xlsx_bytes([Sheet(title, columns, rows)], title=title), f"{name}.xlsx", XLSX)


def csv_attachment(name: str, columns: Sequence[object], rows: Iterable[Sequence[object]]) -> Response:
    """A CSV export: formula-safe, with the mark that Excel needs."""
    return attachment(csv_bytes(columns, rows), name, "text/csv")


def inline_image(content: bytes, media_type: str) -> Response:
    """An image that we decoded and encoded ourselves, shown in place; cached by who may see it."""
    response = Response(content, mimetype=media_type)
    response.headers["Content-Security-Policy"] = SANDBOX
    return response


def stored_in_parts(key: str, size: int, sha256: str, content_type: str) -> Response:
    """A file of the store (its key, bytes and hash), whole (200) or the part asked for (206, RFC 9110).

    Sent block by block. One range at a time; several at once are answered with the whole, which is
    allowed; a range beyond the end is 416. Raises StorageError where the store lacks the file.
    """
    store: Store = current_app.extensions["prm_store"]
    if not store.has(key):
        raise StorageError(f"The file {key} is missing.")
    etag = f'"{sha256[:32]}"'
    headers = {"Accept-Ranges": "bytes", "ETag": etag}
    if request.if_none_match.contains(etag.strip('"')):
        return Response(status=304, headers=headers)
    start, end = 0, size
    asked = request.range
    is_current = "If-Range" not in request.headers or request.headers["If-Range"].strip() == etag
    is_part = asked is not None and asked.units == "bytes" and len(asked.ranges) == 1 and is_current
    if is_part:
        assert asked is not None
        found = asked.range_for_length(size)
        if found is None:
            return Response(status=416, headers={**headers, "Content-Range": f"bytes */{size}"})
        start, end = found
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
    headers["Content-Length"] = str(end - start)
    body = _blocks(store, key, start, end)  # which for HEAD nobody asks for
    return Response(body, status=206 if is_part else 200, headers=headers, content_type=content_type)


def _blocks(store: Store, key: str, start: int, end: int) -> Iterator[bytes]:
    while start < end:
        block = store.read_range(key, start, min(_BLOCK, end - start))
        if not block:
            return
        start += len(block)
        yield block
