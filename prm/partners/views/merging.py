"""Merging a duplicate into a partner, and taking the two apart again."""

from __future__ import annotations

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import format_date
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from prm.access import Actor, current_actor, requires
from prm.errors import Conflict, DomainError, NotFound
from prm.infra.db import transaction
from prm.partners.labels import hanging
from prm.partners.models import Partnership
from prm.partners.queries import get_partnership, list_companies, list_named
from prm.partners.queries import merges as queries
from prm.partners.services import merging as services
from prm.partners.views.blueprint import blueprint
from prm.permissions import P

PROPOSED = 500


@blueprint.route("/<slug:vendor>/partners/<uuid:partnership_id>/merge", methods=["GET", "POST"])
@requires(P.PARTNER_EDIT)
def merge(partnership_id: UUID) -> str | Response | tuple[str, int]:
    """Choose a duplicate of this partner, see what hangs on it, merge it into this one."""
    actor = current_actor()
    survivor = get_partnership(actor, partnership_id, P.PARTNER_EDIT)
    problem, status = "", 200
    if request.method == "POST":
        absorbed = _by_id(actor, request.form.get("absorbed", ""))
        try:
            with transaction():
                survivor = get_partnership(actor, partnership_id, P.PARTNER_EDIT)
                absorbed = get_partnership(actor, absorbed.public_id, P.PARTNER_EDIT)
                services.merge_partnerships(actor, survivor, absorbed)
            flash(_("%(name)s is merged into this partner.", name=absorbed.name), "success")
            return redirect(url_for("partners.story", partnership_id=survivor.public_id), 303)
        except DomainError as error:
            problem, status = str(error), error.status
    typed = request.args.get("name", "")
    candidates, chosen = [], None
    if request.method == "GET" and request.args.get("id"):
        chosen = _by_id(actor, request.args["id"])
    elif typed.strip():
        candidates = [p for p in list_named(actor, typed, P.PARTNER_EDIT) if p.id != survivor.id]
        chosen = candidates[0] if len(candidates) == 1 else None
        if not candidates:
            problem = _("You have no other partner of this name.")
    if chosen is not None and chosen.id == survivor.id:
        problem, chosen = _("Choose another partner than this one."), None
    page = render_template(
        "partners/merge.html",
        partnership=survivor,
        typed=typed,
        problem=problem,
        candidates=candidates if chosen is None else [],
        chosen=chosen,
        hanging=hanging(queries.count_hanging(chosen)) if chosen is not None else [],
        merges=queries.list_merges(survivor),
        companies=[n for n in list_companies(actor, P.PARTNER_EDIT, PROPOSED) if n != survivor.name],
        format_date=format_date,
    )
    return page, status


def _by_id(actor: Actor, text: str) -> Partnership:
    try:
        return get_partnership(actor, UUID(text), P.PARTNER_EDIT)
    except ValueError:
        raise NotFound from None


@blueprint.route("/<slug:vendor>/partners/merges/<uuid:merge_id>/undo", methods=["GET", "POST"])
@requires(P.PARTNER_EDIT)
def unmerge(merge_id: UUID) -> str | Response | tuple[str, int]:
    """Ask, then take two partners apart again."""
    actor = current_actor()
    found, survivor, absorbed = queries.get_merge(actor, merge_id)
    problem, missing, status = "", [], 200
    if request.method == "POST":
        try:
            with transaction():
                services.unmerge_partnerships(actor, *queries.get_merge(actor, merge_id))
            flash(_("%(name)s is a partner of its own again.", name=absorbed.name), "success")
            return redirect(url_for("partners.story", partnership_id=absorbed.public_id), 303)
        except services.CannotTakeApart as error:
            problem, missing, status = str(error), hanging(error.counts), error.status
        except Conflict as error:
            problem, status = str(error), error.status
    page = render_template(
        "partners/unmerge.html",
        merge=found,
        survivor=survivor,
        absorbed=absorbed,
        merged_on=format_date(found.merged_at, "long"),
        problem=problem,
        missing=missing,
    )
    return page, status
