"""Files of other people's making, and how they are read."""

import io
import zipfile

import openpyxl
import pytest

from prm.infra.importing import (
    ConvertOptions,
    FieldSpec,
    ImportFileError,
    compile_date_format,
    convert_rows,
    open_table,
    suggest_mapping,
)


def refusal(content, **options):
    with pytest.raises(ImportFileError) as refused:
        open_table(content, "some.csv", **options)
    assert "%(" not in str(refused.value)
    return refused.value.code


def workbook(*rows, title="Deals"):
    book = openpyxl.Workbook()
    book.active.title = title
    for row in rows:
        book.active.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def repacked(content, **changed):
    """The workbook with some members replaced or added (`sheet` stands for the first sheet)."""
    names = {"sheet": "xl/worksheets/sheet1.xml", "workbook": "xl/workbook.xml", "styles": "xl/styles.xml"}
    changed = {names.get(name, name): value for name, value in changed.items()}
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name not in changed:
                new.writestr(name, old.read(name))
        for name, value in changed.items():
            new.writestr(name, value)
    return out.getvalue()


def numbered(*values):
    return list(enumerate(values, start=2))


STAGES = {"Won": "won", "Lost": "lost", "Open": "submitted", "Ruled": "approved", "Old": "expired"}
SPECS = (
    FieldSpec("external_id", is_required=True, synonyms=("opportunity_id", "deal id"), max_length=40),
    FieldSpec("partner", is_required=True, synonyms=("sales_agent", "reseller"), max_length=80),
    FieldSpec("customer", synonyms=("account", "end customer")),
    FieldSpec("stage", "choice", True, ("deal_stage",), choices=STAGES),
    FieldSpec("closed_on", "date", synonyms=("close_date",)),
    FieldSpec("amount", "money", synonyms=("close_value", "value"), currency_field="currency"),
    FieldSpec("currency", max_length=3),
    FieldSpec("seats", "integer", first=0, last=1000),
)


HEADER = "external_id,partner,stage,closed_on,amount,currency,seats\n"
US = ConvertOptions(date_format=compile_date_format("MM/DD/YYYY"), decimal=".", currency="USD")


def converted(content, options=US, specs=SPECS):
    table = open_table(content.encode() if isinstance(content, str) else content)
    return list(convert_rows(table, suggest_mapping(table.columns, specs), specs, options))
