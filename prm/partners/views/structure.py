"""Branches of a partner, and through whom it buys."""

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
from prm.partners.forms import BranchForm, ParentForm
from prm.partners.models import Partnership, PartnershipBranch
from prm.partners.queries import get_partnership, list_companies, list_region_names
from prm.partners.queries import structure as queries
from prm.partners.queries.desk import get_owned
from prm.partners.services import structure as services
from prm.partners.views.blueprint import blueprint
from prm.permissions import P

PROPOSED = 500


@blueprint.route("/<slug:vendor>/partners/<uuid:partnership_id>/branches", methods=["GET", "POST"])
@requires(P.PARTNER_EDIT)
def branches(partnership_id: UUID) -> str | Response | tuple[str, int]:
    """Branches of a partner; add one."""
    actor = current_actor()
    partnership = get_partnership(actor, partnership_id, P.PARTNER_EDIT)
    form = BranchForm()
    if form.validate_on_submit():
        try:
            with transaction():
                services.add_branch(
                    actor,
                    partnership,
                    name=form.name.data or "",
                    address=form.address.data or "",
                    region=(form.region.data or "").strip() or None,
                )
            flash(_("The branch is saved."), "success")
            return redirect(url_for("partners.branches", partnership_id=partnership.public_id), 303)
        except DomainError as error:
            show_error(form, error)
    page = _page(partnership, form, None)
    return (page, 422) if request.method == "POST" else page


@blueprint.post("/<slug:vendor>/partners/<uuid:partnership_id>/parent")
@requires(P.PARTNER_EDIT)
def parent(partnership_id: UUID) -> Response | tuple[str, int]:
    """Say through which partner this one buys."""
    actor = current_actor()
    partnership = get_partnership(actor, partnership_id, P.PARTNER_EDIT)
    form = ParentForm()
    if form.validate_on_submit():
        try:
            with transaction():
                services.set_parent(actor, partnership, form.parent.data or "")
            flash(_("The changes are saved."), "success")
            return redirect(url_for("partners.branches", partnership_id=partnership.public_id), 303)
        except DomainError as error:
            show_error(form, error)
    return _page(partnership, None, form), 422


def _page(partnership: Partnership, branch: BranchForm | None, parent_form: ParentForm | None) -> str:
    actor = current_actor()
    known = queries.find_parent(actor, partnership)
    if parent_form is None:
        parent_form = ParentForm(formdata=None, data={"parent": known.name if known else ""})
    return render_template(
        "partners/branches.html",
        partnership=partnership,
        branches=queries.list_branches(partnership),
        form=branch or BranchForm(formdata=None),
        parent_form=parent_form,
        regions=list_region_names(actor),
        companies=[n for n in list_companies(actor, P.PARTNER_EDIT, PROPOSED) if n != partnership.name],
    )


@blueprint.route("/<slug:vendor>/partners/branches/<uuid:branch_id>/remove", methods=["GET", "POST"])
@requires(P.PARTNER_EDIT)
def remove_branch(branch_id: UUID) -> str | Response:
    """Ask, then remove a branch."""
    actor = current_actor()
    branch = get_owned(actor, PartnershipBranch, branch_id, P.PARTNER_EDIT)
    partnership = db.session.get_one(Partnership, branch.partnership_id)
    back = url_for("partners.branches", partnership_id=partnership.public_id)
    if request.method == "POST":
        with transaction():
            services.remove_branch(actor, get_owned(actor, PartnershipBranch, branch_id, P.PARTNER_EDIT))
        flash(_("It is removed."), "success")
        return redirect(back, 303)
    return render_template(
        "partners/remove_from_desk.html",
        partnership=partnership,
        title=_("Remove the branch %(name)s?", name=branch.name),
        text=branch.address,
        back=back,
        back_label=_("Branches"),
    )
