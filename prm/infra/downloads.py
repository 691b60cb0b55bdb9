"""Answers that are files: exports we made, and files that people uploaded."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from urllib.parse import quote

from flask import Response

from prm.infra.exporting import Sheet, csv_bytes, xlsx_bytes

# What somebody uploaded is data, whatever it claims to be: never rendered on our origin.
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
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
