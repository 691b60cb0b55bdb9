"""What arrived in the drop folder."""

from __future__ import annotations

from functools import partial

from flask import current_app, g, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import selectinload

from prm.access import current_actor, requires
from prm.extensions import db
from prm.imports import queries
from prm.imports.labels import DROP_LOOKS, DROP_NAMES, KIND_NAMES
from prm.imports.models import DroppedFile, DropStatus, ImportKind
from prm.imports.views.blueprint import blueprint
from prm.infra.tables import Column, Filter, TableSpec, paginate
from prm.permissions import P


@blueprint.get("/<slug:vendor>/imports/dropped")
@requires(P.IMPORT_VIEW)
def dropped() -> str:
    """Every file that arrived, newest first, with its import or why there is none."""
    spec = TableSpec(
        key=DroppedFile.id,
        columns=[
            Column("file", _("File"), sort=DroppedFile.name),
            Column("kind", _("Kind"), sort=DroppedFile.kind),
            Column("source", _("Source"), sort=DroppedFile.source),
            Column("status", _("Status"), sort=DroppedFile.status),
            Column("import", _("Import")),
            Column("arrived", _("Arrived"), sort=DroppedFile.id),
        ],
        default_sort="-arrived",
        search=[DroppedFile.name, DroppedFile.source],
        filters=[
            Filter(
                "kind",
                _("Kind"),
                [(kind.value, name) for kind, name in KIND_NAMES.items()],
                lambda statement, value: statement.where(DroppedFile.kind == ImportKind(value)),
            ),
            Filter(
                "status",
                _("Status"),
                [(status.value, name) for status, name in DROP_NAMES.items()],
                lambda statement, value: statement.where(DroppedFile.status == DropStatus(value)),
            ),
        ],
    )
    statement = queries.dropped_files(current_actor()).options(selectinload(DroppedFile.batch))
    page = paginate(db.session(), statement, spec, request.args, partial(url_for, "imports.dropped"))
    return render_template(
        "imports/dropped.html",
        table_page=page,
        place=f"{g.vendor.slug}/" if current_app.config["DROP_FOLDER"] else "",
        kind_names=KIND_NAMES,
        drop_names=DROP_NAMES,
        drop_looks=DROP_LOOKS,
    )
