"""One person where they belong: what they are there, what was, what they may beyond their role."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import flash, g, redirect, render_template, request, url_for
from flask_babel import format_date
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from prm.access import Actor, current_actor, requires
from prm.accounts import queries
from prm.accounts.forms import GrantForm, MembershipForm
from prm.accounts.labels import FUNCTION_LABELS, GRANT_LABELS, ROLE_HINTS, ROLE_LABELS
from prm.accounts.models import JobFunction, Membership, User
from prm.accounts.services import changing as services
from prm.accounts.views.blueprint import blueprint
from prm.accounts.views.people import companies_in_reach
from prm.errors import DomainError, NotFound
from prm.infra import clock
from prm.infra.db import transaction
from prm.infra.forms import show_error
from prm.partners.queries import list_region_names
from prm.permissions import P, Reach, Role


@blueprint.get("/<slug:vendor>/accounts/people/<uuid:membership_id>")
@requires(P.PEOPLE_VIEW)
def person(membership_id: UUID) -> str:
    """What somebody is here, since when, and what was before."""
    return _page(membership_id, GrantForm(formdata=None))


@blueprint.route("/<slug:vendor>/accounts/people/<uuid:membership_id>/edit", methods=["GET", "POST"])
@requires(P.PEOPLE_EDIT)
def edit_membership(membership_id: UUID) -> str | Response | tuple[str, int]:
    """Change somebody's role, job functions and regions; the next request follows it."""
    actor = current_actor()
    membership, user, _company = _editable(actor, membership_id)
    form = MembershipForm(obj=membership if request.method != "POST" else None)
    form.role.choices = [(role.value, ROLE_LABELS[role]) for role in services.list_possible_roles(membership)]
    form.region_names.choices = [(name, name) for name in list_region_names(actor)]
    if request.method == "POST" and form.validate():
        try:
            with transaction():
                membership, user, _company = _editable(actor, membership_id)
                following = services.change_membership(
                    actor,
                    membership,
                    role=Role(form.role.data),
                    job_functions=[JobFunction(f) for f in form.job_functions.data or ()],
                    region_names=form.region_names.data or (),
                )
            flash(_("What %(name)s is here is saved.", name=user.name), "success")
            # One's own page may not be within reach any more: the list is.
            return redirect(url_for("accounts.person", membership_id=following.public_id), 303)
        except DomainError as error:
            show_error(form, error)
    page = render_template(
        "accounts/edit_membership.html",
        form=form,
        name=user.name,
        membership_id=membership_id,
        is_me=user.id == actor.user_id,
        has_regions=membership.vendor_id is not None,
        hints={role.value: ROLE_HINTS[role] for role in services.list_possible_roles(membership)},
    )
    return (page, 422) if request.method == "POST" else page


def _editable(actor: Actor, membership_id: UUID) -> tuple[Membership, User, str | None]:
    """Raises NotFound where it is not the actor's to change: the company says what most of its people are."""
    companies = companies_in_reach(actor, P.PEOPLE_EDIT)
    found = queries.get_membership(actor, membership_id, companies, P.PEOPLE_EDIT)
    if _is_companys(actor, found[0]):
        raise NotFound
    return found


def _is_companys(actor: Actor, membership: Membership) -> bool:
    """Whether the company says what a partner's person is, and not the vendor: who was brought into it for
    this vendor alone is the vendor's to change."""
    is_own = actor.reach(P.PEOPLE_EDIT) is Reach.OWN
    return membership.partner_id is not None and membership.at_vendor_id is None and not is_own


@blueprint.post("/<slug:vendor>/accounts/people/<uuid:membership_id>/grants")
@requires(P.PEOPLE_GRANT)
def grant(membership_id: UUID) -> Response | tuple[str, int]:
    """Give somebody a permission beyond their role."""
    actor = current_actor()
    companies = companies_in_reach(actor, P.PEOPLE_GRANT)
    membership, user, _company = queries.get_membership(actor, membership_id, companies, P.PEOPLE_GRANT)
    form = GrantForm()
    form.offer(services.list_grantable(membership))
    if form.validate():
        try:
            with transaction():
                membership, user, _company = queries.get_membership(
                    actor, membership_id, companies, P.PEOPLE_GRANT
                )
                services.grant_permission(
                    actor,
                    membership,
                    P(form.permission.data),
                    starts_on=form.starts_on.data or clock.today(g.vendor.time_zone),
                    ends_on=form.ends_on.data,
                    reason=form.reason.data or "",
                    time_zone=g.vendor.time_zone,
                )
            flash(_("%(name)s may do that now.", name=user.name), "success")
            return redirect(url_for("accounts.person", membership_id=membership_id), 303)
        except DomainError as error:
            show_error(form, error)
    return _page(membership_id, form), 422


@blueprint.post("/<slug:vendor>/accounts/people/<uuid:membership_id>/grants/<uuid:grant_id>/revoke")
@requires(P.PEOPLE_GRANT)
def revoke_grant(membership_id: UUID, grant_id: UUID) -> Response:
    """Take a permission back; the next request follows it."""
    actor = current_actor()
    companies = companies_in_reach(actor, P.PEOPLE_GRANT)
    with transaction():
        membership, _user, _company = queries.get_membership(actor, membership_id, companies, P.PEOPLE_GRANT)
        services.revoke_grant(actor, queries.get_grant(membership, grant_id))
    flash(_("The permission is taken back."), "success")
    return redirect(url_for("accounts.person", membership_id=membership_id), 303)


def _page(membership_id: UUID, form: GrantForm) -> str:
    actor = current_actor()
    companies = companies_in_reach(actor, P.PEOPLE_VIEW)
    membership, user, company = queries.get_membership(actor, membership_id, companies, P.PEOPLE_VIEW)
    form.offer(services.list_grantable(membership))
    is_staff = membership.partner_id is None
    is_companys = actor.can(P.PEOPLE_EDIT) and _is_companys(actor, membership)
    can_edit = actor.can(P.PEOPLE_EDIT) and not is_companys
    # A company's people may be older here than its work with this vendor, which is not told.
    begun = queries.find_company_start(companies, membership)
    return render_template(
        "accounts/person.html",
        name=user.name,
        email=user.email,
        is_me=user.id == actor.user_id,
        company=company,
        is_staff=is_staff,
        role=ROLE_LABELS[Role(membership.role.value)],
        functions=_function_names(membership),
        regions=membership.region_names,
        since=format_date(_no_earlier(membership.joined_at or membership.started_at, begun), "medium"),
        membership_id=membership.public_id,
        can_edit=can_edit,
        is_companys=is_companys,
        admins=queries.list_own_admins(membership.partner_id) if is_companys else [],
        can_end=actor.can(P.PEOPLE_RETIRE) and user.id != actor.user_id,
        can_view_as=actor.can(P.PARTNER_VIEW_AS) and not is_staff and user.id != actor.user_id,
        past=[_shown_past(each, begun) for each in queries.list_past(membership, begun)],
        grants=[_shown_grant(*row) for row in queries.list_grants(membership)],
        form=form if actor.can(P.PEOPLE_GRANT) and form.permission.choices else None,
    )


def _no_earlier(moment: Any, begun: Any) -> Any:
    return max(moment, begun) if begun is not None else moment


def _function_names(membership: Membership) -> list[str]:
    return [str(FUNCTION_LABELS[JobFunction(f)]) for f in membership.job_functions]


def _shown_past(membership: Membership, begun: Any) -> dict[str, Any]:
    return {
        "role": ROLE_LABELS[Role(membership.role.value)],
        "functions": ", ".join(_function_names(membership)),
        "regions": ", ".join(membership.region_names),
        "since": format_date(_no_earlier(membership.started_at, begun), "medium"),
        "until": format_date(membership.ended_at, "medium") if membership.ended_at else "",
    }


def _shown_grant(grant: Any, giver: str | None) -> dict[str, Any]:
    now = clock.now()
    if grant.revoked_at is not None:
        state = ("neutral", _("Taken back"))
    elif grant.ends_at is not None and grant.ends_at <= now:
        state = ("neutral", _("Ended"))
    elif grant.starts_at > now:
        state = ("info", _("Not yet"))
    else:
        state = ("success", _("In force"))
    return {
        "id": grant.public_id,
        "permission": GRANT_LABELS.get(P(grant.permission), grant.permission),
        "since": format_date(grant.starts_at, "medium"),
        "until": format_date(grant.ends_at, "medium") if grant.ends_at is not None else "–",
        "by": giver or "–",
        "reason": grant.reason,
        "state": state,
        "is_open": grant.revoked_at is None and (grant.ends_at is None or grant.ends_at > now),
    }
