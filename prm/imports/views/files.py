"""Files of an import: as it came, and what was rejected of it, to be mended and sent again."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from werkzeug.wrappers import Response

from prm.access import current_actor, requires
from prm.imports import queries
from prm.imports.models import BatchStatus
from prm.imports.options import ImportOptions
from prm.imports.reading import REASON
from prm.imports.report import say_reason
from prm.imports.services import drafts
from prm.imports.views.blueprint import blueprint
from prm.infra import storage
from prm.infra.downloads import attachment, csv_attachment
from prm.permissions import P

_NUMBER = re.compile(r"[+-]\d{1,18}(?:\.\d{1,6})?", re.ASCII)


@blueprint.get("/<slug:vendor>/imports/<uuid:batch_id>/file")
@requires(P.IMPORT_VIEW)
def file(batch_id: UUID) -> Response:
    """The file as it was uploaded, byte for byte."""
    batch = queries.get_batch(current_actor(), batch_id)
    return attachment(storage.read(batch.file.key), batch.file.name, batch.file.media_type)


@blueprint.get("/<slug:vendor>/imports/<uuid:batch_id>/rejected.csv")
@requires(P.IMPORT_VIEW)
def rejected(batch_id: UUID) -> Response:
    """The rejected rows with their cells and reasons, to be mended and sent again."""
    actor = current_actor()
    batch = queries.get_batch(actor, batch_id)
    rows: Iterable[tuple[int, Mapping[str, Any], Iterable[Mapping[str, Any]]]]
    if batch.status in (BatchStatus.APPLIED, BatchStatus.UNDONE):
        rows = ((row.line, row.raw, row.reasons) for row in queries.list_rejected(actor, batch))
    elif batch.status is BatchStatus.CHECKED:
        report = drafts.plan_batch(actor, batch, ImportOptions.from_json(batch.options))
        rows = ((row.line, row.raw, row.reasons) for row in report.rejected)
    else:
        rows = ()
    columns = list(batch.file_facts.get("columns") or _columns_of(rows := list(rows)))
    name = f"{batch.file.name.rsplit('.', 1)[0]}-rejected.csv"
    columns = [column for column in columns if column.casefold() != REASON]
    return csv_attachment(name, [*columns, REASON], _written(rows, columns))


def _columns_of(rows: Iterable[tuple[int, Mapping[str, Any], Any]]) -> list[str]:
    """The columns of an import without a mapping page: those of its fullest rejected row."""
    return list(max((raw for _line, raw, _reasons in rows), key=len, default={}))


def _written(
    rows: Iterable[tuple[int, Mapping[str, Any], Iterable[Mapping[str, Any]]]], columns: list[str]
) -> Iterator[list[object]]:
    for line, raw, reasons in rows:
        said = dict.fromkeys(
            f"{reason['column']}: {say_reason(reason)}" if reason["column"] else say_reason(reason)
            for reason in reasons
        )
        place = _("Line %(line)s.", line=line)
        yield [*[_cell(raw.get(column, "")) for column in columns], " ".join([place, *said])]


def _cell(text: str) -> object:
    """A signed number stays one, so that it can be read again; other text is disarmed by the export."""
    return Decimal(text) if _NUMBER.fullmatch(text) else text
