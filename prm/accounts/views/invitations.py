"""Inviting people, and withdrawing invitations."""

from __future__ import annotations

from functools import partial
from typing import Any
from uuid import UUID

from flask import flash, g, redirect, render_template, request, url_for
from flask_babel import format_date
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from prm.access import Actor, current_actor, requires
from prm.accounts import queries
from prm.accounts.forms import InvitationForm
from prm.accounts.labels import ROLE_HINTS, ROLE_LABELS
from prm.accounts.models import JobFunction
from prm.accounts.services import invitations as services
from prm.accounts.views.blueprint import blueprint
from prm.accounts.views.people import companies_in_reach, tabs
from prm.errors import DomainError, NotFound
from prm.extensions import db, limiter
from prm.infra import clock
from prm.infra.db import transaction
from prm.infra.downloads import asked_form, table_attachment
from prm.infra.forms import show_error
from prm.infra.tables import all_rows, paginate
from prm.partners.models import Partnership, PartnershipStatus
from prm.partners.queries import get_partnership, list_companies, list_named, list_region_names
from prm.partners.queries.people import invitations_spec
from prm.permissions import P, Reach, Role

PROPOSED = 300  # names offered while one types; others are found when typed in full


@blueprint.get("/<slug:vendor>/accounts/invitations")
@requires(P.PEOPLE_VIEW)
def invitations() -> str | Response:
    """Who was invited and has not come yet."""
    actor = current_actor()
    statement = queries.select_invitations(actor, companies_in_reach(actor, P.PEOPLE_VIEW), P.PEOPLE_VIEW)
    spec = invitations_spec()
    if form := asked_form(request.args):
        rows = all_rows(db.session(), statement, spec, request.args).rows
        labels = {role.value: str(label) for role, label in ROLE_LABELS.items()}
        return table_attachment(
            form,
            "invitations",
            [_("Name"), _("Mail address"), _("Company"), _("Role"), _("Invited by"), _("Expires")],
            (
                [row.name, row.email, row.company_name or "", labels[row.role.value], inviter or "",
                 clock.to_zone(row.expires_at, g.vendor.time_zone).date()]
                for row, inviter in rows
            ),
        )  # fmt: skip
    page = paginate(db.session(), statement, spec, request.args, partial(url_for, "accounts.invitations"))
    return render_template(
        "accounts/invitations.html",
        table_page=page,
        expires={row[0].id: format_date(row[0].expires_at, "medium") for row in page.rows},
        role_labels={r.value: label for r, label in ROLE_LABELS.items()},
        tabs=tabs(actor, "accounts.invitations"),
    )


@blueprint.route("/<slug:vendor>/accounts/invite", methods=["GET", "POST"])
@requires(P.PEOPLE_INVITE)
@limiter.limit("60/hour", methods=["POST"])
def invite() -> str | Response | tuple[str, int]:
    """Invite somebody to the vendor or to one of its partners."""
    actor = current_actor()
    form = InvitationForm(request.form if request.method == "POST" else None, **_suggested(actor))
    roles = services.list_invitable_roles(actor)
    form.role.choices = [(role.value, ROLE_LABELS[role]) for role in roles]
    form.region_names.choices = [(name, name) for name in list_region_names(actor)]
    if form.validate_on_submit():
        try:
            with transaction():
                made = services.invite(
                    actor,
                    email=form.email.data or "",
                    name=form.name.data or "",
                    role=Role(form.role.data),
                    company=_company(actor, form),
                    job_functions=[JobFunction(f) for f in form.job_functions.data or ()],
                    region_names=form.region_names.data or (),
                )
            flash(_("%(email)s is invited.", email=made.email), "success")
            return redirect(url_for("accounts.invitations"), 303)
        except DomainError as error:
            show_error(form, error)
    page = render_template(
        "accounts/invite.html",
        form=form,
        is_own_company=actor.reach(P.PEOPLE_INVITE) is Reach.OWN,
        has_vendor_roles=any(role.is_vendor_side for role in roles),
        companies=list_companies(actor, P.PEOPLE_INVITE, PROPOSED),
        hints={role.value: ROLE_HINTS[role] for role in roles},
    )
    return (page, 422) if request.method == "POST" else page


def _suggested(actor: Actor) -> dict[str, Any]:
    """What a link to the form already says: the partner on whose page it stood."""
    if request.method == "POST":
        return {}
    suggested = {"role": Role.PARTNER_MEMBER.value}
    try:
        wanted = UUID(request.args.get("company", ""))
        suggested["company"] = get_partnership(actor, wanted, P.PEOPLE_INVITE).name
        suggested["company_id"] = str(wanted)
    except (ValueError, NotFound):
        pass
    return suggested


def _company(actor: Actor, form: InvitationForm) -> Partnership | None:
    return company_named(actor, form.company.data or "", form.company_id.data or "")


def company_named(actor: Actor, name: str, meant: str = "") -> Partnership | None:
    """The partnership named; a partner's own people name none, it is theirs.

    `meant` is the public id of the one meant where several go by the name. Raises DomainError where
    there is none, or it has ended.
    """
    if actor.reach(P.PEOPLE_INVITE) is Reach.OWN:
        return db.session.get(Partnership, actor.partnership_id)
    name = name.strip()
    if not name:
        return None
    found = list_named(actor, name, P.PEOPLE_INVITE)
    if len(found) > 1:
        found = [each for each in found if str(each.public_id) == meant] or found
    if len(found) != 1:
        message = (
            _("Several partners go by this name. Invite from the page of the one you mean.")
            if found
            else _("You have no partner of this name.")
        )
        raise DomainError(message, {"company": message})
    if found[0].status is PartnershipStatus.ENDED:
        message = _("The partnership with %(name)s has ended.", name=found[0].name)
        raise DomainError(message, {"company": message})
    return found[0]


@blueprint.route("/<slug:vendor>/accounts/invitations/<uuid:invitation_id>/withdraw", methods=["GET", "POST"])
@requires(P.PEOPLE_INVITE)
def withdraw_invitation(invitation_id: UUID) -> str | Response:
    """Ask, then make an invitation's link useless."""
    actor = current_actor()
    companies = companies_in_reach(actor, P.PEOPLE_INVITE)
    if request.method == "POST":
        with transaction():
            found = queries.get_invitation(actor, invitation_id, companies, P.PEOPLE_INVITE)
            services.withdraw_invitation(actor, found)
        flash(_("The invitation of %(name)s is withdrawn.", name=found.name), "success")
        return redirect(url_for("accounts.invitations"), 303)
    found = queries.get_invitation(actor, invitation_id, companies, P.PEOPLE_INVITE)
    return render_template("accounts/withdraw_invitation.html", invitation=found)
