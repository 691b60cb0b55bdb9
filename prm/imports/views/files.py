"""Files of an import: as it came, and what was rejected of it, to be mended and sent again."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from werkzeug.wrappers import Response

from prm.access import current_actor, requires
from prm.imports import queries
from prm.imports.models import BatchStatus
from prm.imports.options import ImportOptions
from prm.imports.services import drafts
from prm.imports.services.rejected import RejectedRow, rejected_csv
from prm.imports.views.blueprint import blueprint
from prm.infra import storage
from prm.infra.downloads import attachment
from prm.permissions import P


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
    rows: Iterable[RejectedRow]
    if batch.status in (BatchStatus.APPLIED, BatchStatus.UNDONE):
        rows = ((row.line, row.raw, row.reasons) for row in queries.list_rejected(actor, batch))
    elif batch.status is BatchStatus.CHECKED:
        report = drafts.plan_batch(actor, batch, ImportOptions.from_json(batch.options))
        rows = ((row.line, row.raw, row.reasons) for row in report.rejected)
    else:
        rows = ()
    name = f"{batch.file.name.rsplit('.', 1)[0]}-rejected.csv"
    facts = batch.file_facts
    content = rejected_csv(rows, facts.get("columns", ()), facts.get("delimiter"))
    return attachment(content, name, "text/csv")
