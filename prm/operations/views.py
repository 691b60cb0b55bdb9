"""The page that Prometheus reads."""

from __future__ import annotations

from flask import Blueprint, Response, current_app

from prm.access import public
from prm.errors import NotFound
from prm.extensions import limiter
from prm.infra import metrics as measured
from prm.infra.db import database_bytes
from prm.operations import queries

blueprint = Blueprint("operations", __name__)


@blueprint.get("/metrics")
@limiter.exempt
@public
def metrics() -> Response:
    """Figures in Prometheus' text format, for who bears METRICS_TOKEN; else there is nothing here."""
    if not current_app.config["METRICS_TOKEN"] or not measured.is_allowed():
        raise NotFound
    due, failed = queries.count_jobs()
    return measured.answer(
        measured.expose(
            [
                ("prm_jobs_due", "Work that rows say is to be done.", due),
                ("prm_jobs_failed", "Work that failed and waits for somebody or the next attempt.", failed),
                (
                    "prm_queue_length",
                    "Jobs handed to the queue.",
                    float(current_app.extensions["prm_queue"].pending_count()),
                ),
                ("prm_mails", "Mails by status.", queries.count_mails()),
                ("prm_database_bytes", "Size of the database.", float(database_bytes())),
            ]
        )
    )
