"""A name put into every text and JSON column of a tenant's every table: an erasure's scrubbing finds it."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import JSON, Column, Table, select, update
from sqlalchemy.exc import DataError, IntegrityError

from prm.extensions import db
from prm.infra import scrubbing
from prm.infra.db import serve_vendor, transaction
from prm.infra.scrubbing import Trace
from prm.infra.sealing import opened_seal
from prm.vendors.models import Vendor
from tests.access.site import Site

NAME = "Xéno Quillfeather"
EMAIL = "xeno@quill.example"
TRACE = Trace((NAME,), (EMAIL,), "Former person", "former-person@erased.invalid")
# As people and programs write it.
WAYS = (
    NAME,
    f"Ask {NAME.upper()} today",
    "?search=X%C3%A9no+Quillfeather&page=2",
    "?search=xeno%40quill.example",
    "Certificate_Xéno_Quillfeather.pdf",
    "<b>X&#233;no Quillfeather</b>",
    '{"who": "X\\u00e9no Quillfeather"}',
    f"<{EMAIL.upper()}>",
)


class _NothingIsKept(Exception):
    pass


def plant(table: Table, column: Column[Any], text: str, vendor_id: int | None) -> bool:
    """Write a text into one row of the vendor's; False where the table has none, or does not take it."""
    connection = db.session.connection()
    keys = list(table.primary_key.columns)
    statement = select(*keys).limit(1)
    if "vendor_id" in table.c and not table.c.vendor_id.nullable:
        statement = statement.where(table.c.vendor_id == vendor_id)
    row = connection.execute(statement).first()
    if row is None or len(text) > (getattr(column.type, "length", None) or 10_000):
        return False
    value: Any = {"note": [text]} if isinstance(column.type, JSON) else text
    where = [key == found for key, found in zip(keys, row, strict=True)]
    try:
        with connection.begin_nested():
            connection.execute(update(table).where(*where).values({column.name: value}))
    except (IntegrityError, DataError):
        return False
    return True


def rows_that_name(tables: list[Table]) -> list[str]:
    connection = db.session.connection()
    found = []
    for table in tables:
        for row in connection.execute(select(table)).mappings():
            found += [
                f"{table.name}.{name}: {value}"
                for name, value in row.items()
                if "quillfeather" in str(value).casefold() or "@quill" in str(value).casefold()
            ]
    return found


@pytest.mark.parametrize("text", WAYS)
def test_a_name_in_any_column_is_found(site: Site, text: str) -> None:
    planted, missed = 0, set()
    with site.app.app_context():
        vendor_id = db.session.scalars(select(Vendor.id).order_by(Vendor.id)).first()
        tables = [*scrubbing.tenant_tables(), *scrubbing.shared_tables()]
        with pytest.raises(_NothingIsKept), serve_vendor(vendor_id), transaction(), opened_seal():
            for table in tables:
                for column in scrubbing.read_columns(table):
                    if plant(table, column, text, vendor_id):
                        planted += 1
                    else:
                        missed.add(f"{table.name}.{column.name}")
            scrubbing.scrub(scrubbing.tenant_tables(), TRACE, vendor_id)
            scrubbing.scrub(scrubbing.shared_tables(), TRACE)
            assert rows_that_name(tables) == []
            raise _NothingIsKept
    assert planted > 100, sorted(missed)
