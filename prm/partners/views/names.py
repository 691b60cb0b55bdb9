"""The other names of a partner: what sources call it."""

from __future__ import annotations

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from prm.access import current_actor, requires
from prm.errors import DomainError
from prm.extensions import db
from prm.infra.db import transaction
from prm.infra.forms import show_error
from prm.partners.forms import NameForm
from prm.partners.models import Partnership, PartnershipAlias
from prm.partners.queries import get_partnership
from prm.partners.queries.desk import get_owned
from prm.partners.queries.partnerships import list_names
from prm.partners.services import names as services
from prm.partners.views.blueprint import blueprint
from prm.permissions import P


@blueprint.route("/<slug:vendor>/partners/<uuid:partnership_id>/names", methods=["GET", "POST"])
@requires(P.PARTNER_EDIT)
def names(partnership_id: UUID) -> str | Response | tuple[str, int]:
    """What else a partner is called in the files of other systems; add a name."""
    actor = current_actor()
    partnership = get_partnership(actor, partnership_id, P.PARTNER_EDIT)
    form, status = NameForm(), 422 if request.method == "POST" else 200
    if form.validate_on_submit():
        try:
            with transaction():
                made = services.add_alias(actor, partnership, form.value.data or "")
            flash(
                _("“%(value)s” stands for this partner in every later import.", value=made.value), "success"
            )
            return redirect(url_for("partners.names", partnership_id=partnership.public_id), 303)
        except DomainError as error:
            status = error.status
            show_error(form, error)
    page = render_template(
        "partners/names.html",
        partnership=partnership,
        form=form,
        names=[alias for alias, _name, _id in list_names(actor, P.PARTNER_EDIT, partnership)],
    )
    return page, status


@blueprint.post("/<slug:vendor>/partners/names/<uuid:alias_id>/remove")
@requires(P.PARTNER_EDIT)
def remove_name(alias_id: UUID) -> Response:
    """Let a name stand for the partner no more."""
    actor = current_actor()
    with transaction():
        alias = get_owned(actor, PartnershipAlias, alias_id, P.PARTNER_EDIT)
        partnership = db.session.get_one(Partnership, alias.partnership_id)
        services.remove_alias(actor, alias)
    flash(_("“%(value)s” no longer stands for this partner.", value=alias.value), "success")
    return redirect(url_for("partners.names", partnership_id=partnership.public_id), 303)
