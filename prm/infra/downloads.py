"""Answers that are files: exports we made, and files that people uploaded."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from urllib.parse import quote

from flask import Response

from prm.infra.exporting import csv_bytes

# What somebody uploaded is data, whatever it claims to be: never rendered on our origin.
SANDBOX = "sandbox; default-src 'none'"


def attachment(content: bytes, name: str, media_type: str = "application/octet-stream") -> Response:
    """`content` to be saved under `name` (RFC 6266), never shown as a page of ours."""
    plain = "".join(c if c.isascii() and (c.isalnum() or c in "-_. ") else "_" for c in name) or "file"
    response = Response(content, mimetype=media_type)
    response.headers["Content-Disposition"] = (
        f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
    )
    response.headers["Content-Security-Policy"] = SANDBOX
    return response


def csv_attachment(name: str, columns: Sequence[object], rows: Iterable[Sequence[object]]) -> Response:
    """A CSV export: formula-safe, with the mark that Excel needs."""
    return attachment(csv_bytes(columns, rows), name, "text/csv")


def inline_image(content: bytes, media_type: str) -> Response:
    """An image that we decoded and encoded ourselves, shown in place; cached by who may see it."""
    response = Response(content, mimetype=media_type)
    response.headers["Content-Security-Policy"] = SANDBOX
    return response
