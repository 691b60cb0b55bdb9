"""How long a vendor keeps what; the page that Prometheus reads."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Response, current_app, flash, g, redirect, render_template, request, url_for
from flask_babel import format_date, format_decimal, ngettext
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from prm.access import current_actor, public, requires
from prm.errors import DomainError, NotFound
from prm.extensions import limiter
from prm.infra import clock
from prm.infra import metrics as measured
from prm.infra.db import database_bytes, transaction
from prm.infra.forms import show_error
from prm.operations import queries
from prm.operations.forms import RetentionForm
from prm.operations.labels import THING_LABELS, THING_REMAINS
from prm.operations.services import retention as rules
from prm.operations.services.retention import Outlook
from prm.permissions import P

blueprint = Blueprint("operations", __name__)


@blueprint.route("/<slug:vendor>/operations/retention", methods=["GET", "POST"])
@requires(P.VENDOR_SETTINGS)
def retention() -> str | AnyResponse | tuple[str, int]:
    """How long things are kept, and what the next run forgets. Asks before anything is lost by it."""
    actor = current_actor()
    kept = rules.get_months(actor)
    form = RetentionForm()
    if request.method == "GET":
        form.process(data={thing.column: months for thing, months in kept.items()})
    status = 422 if request.method == "POST" else 200
    if form.validate_on_submit():
        wanted = form.months()
        try:
            rules.check_months(wanted)
            losing = [each for each in rules.look_ahead(actor, wanted) if each.due]
            if losing and request.form.get("is_sure") != "yes":
                return render_template("operations/confirm_retention.html", form=form, rows=_rows(losing))
            with transaction():
                rules.set_retention(current_actor(), wanted)
            flash(_("The periods are saved. They are applied once a day."), "success")
            return redirect(url_for("operations.retention"), 303)
        except DomainError as error:
            status = error.status
            show_error(form, error)
    outlook = rules.look_ahead(current_actor(), kept)
    return render_template("operations/retention.html", form=form, rows=_rows(outlook)), status


def _rows(outlook: Sequence[Outlook]) -> list[dict[str, Any]]:
    """Finished texts of what is held and what goes."""
    zone = g.vendor.time_zone
    rows = []
    for each in outlook:
        kept = _("for ever")
        if each.months:
            kept = ngettext("%(num)s month", "%(num)s months", each.months)
        rows.append(
            {
                "thing": THING_LABELS[each.thing],
                "remains": THING_REMAINS[each.thing],
                "kept": kept,
                "held": format_decimal(each.held),
                "oldest": format_date(clock.to_zone(each.oldest, zone), "medium") if each.oldest else "–",
                "due": format_decimal(each.due),
                "before": format_date(clock.to_zone(each.before, zone), "long") if each.before else "",
            }
        )
    return rows


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
                ("prm_last_backup_age_seconds", "Age of the last backup.", queries.get_backup_age()),
            ]
        )
    )
