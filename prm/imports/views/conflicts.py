"""Where a file and a person disagree: keep ours, or take the file's."""

from __future__ import annotations

from uuid import UUID

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from prm.access import current_actor, requires
from prm.errors import DomainError
from prm.imports.models import ConflictDecision
from prm.imports.services.conflicts import decide_conflicts
from prm.imports.views.blueprint import blueprint
from prm.infra.db import transaction
from prm.permissions import P

_DECISIONS = {each.value: each for each in (ConflictDecision.OURS, ConflictDecision.THEIRS)}


@blueprint.post("/<slug:vendor>/imports/<uuid:batch_id>/conflicts")
@requires(P.IMPORT_RUN)
def decide(batch_id: UUID) -> Response:
    """Decide one conflict, or all that are open."""
    decision = _DECISIONS.get(request.form.get("decision", ""))
    if decision is None:
        raise DomainError(_("Choose whether ours is kept or the file's is taken."))
    with transaction():
        decided = decide_conflicts(current_actor(), batch_id, decision, _asked())
    flash(
        ngettext("%(num)s conflict was decided.", "%(num)s conflicts were decided.", decided)
        if decided
        else _("There was nothing left to decide."),
        "success",
    )
    return redirect(url_for("imports.batch", batch_id=batch_id, _anchor="conflicts"))


def _asked() -> UUID | None:
    """The one conflict that is meant; None for all."""
    named = request.form.get("conflict")
    if not named:
        return None
    try:
        return UUID(named)
    except ValueError:
        raise DomainError(_("There is no such conflict.")) from None
