"""Looking at the portal as a partner's person sees it: begin and end."""

from __future__ import annotations

from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask import request as current_request
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from prm.access import current_actor, requires, signed_in
from prm.accounts import queries
from prm.accounts.services import viewing as services
from prm.accounts.views.blueprint import blueprint
from prm.accounts.views.people import companies_in_reach
from prm.errors import DomainError, NotFound
from prm.extensions import db
from prm.infra.db import transaction
from prm.permissions import P
from prm.vendors.models import Vendor


@blueprint.route("/<slug:vendor>/accounts/people/<uuid:membership_id>/view-as", methods=["GET", "POST"])
@requires(P.PARTNER_VIEW_AS)
def view_as(membership_id: UUID) -> str | Response | tuple[str, int]:
    """Ask, then see the portal as this person does: nothing can be changed, both are journaled."""
    actor = current_actor()
    companies = companies_in_reach(actor, P.PARTNER_VIEW_AS)
    problem = ""
    if current_request.method == "POST":
        try:
            with transaction():
                membership, user, company = queries.get_membership(
                    actor, membership_id, companies, P.PARTNER_VIEW_AS
                )
                services.start_viewing(actor, current_user.get_id(), membership, user)
            return redirect(url_for("vendors.home"), 303)
        except NotFound:
            raise
        except DomainError as error:
            problem = str(error)
    membership, user, company = queries.get_membership(actor, membership_id, companies, P.PARTNER_VIEW_AS)
    if membership.partner_id is None:
        raise NotFound
    page = render_template(
        "accounts/view_as.html", name=user.name, company=company, membership_id=membership_id, problem=problem
    )
    return (page, 422) if problem else page


@blueprint.post("/accounts/viewing/end")
@signed_in
def end_viewing() -> Response:
    """See the portal as oneself again."""
    viewing = current_user.viewing
    with transaction():
        ended = services.end_viewing(current_actor(), viewing.id if viewing is not None else None)
        slug = db.session.get_one(Vendor, ended.vendor_id).slug
    flash(_("You see the portal as yourself again."), "success")
    return redirect(url_for("accounts.people", vendor=slug), 303)
