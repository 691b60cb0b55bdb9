"""People: the vendor's own staff and the partners' people, within the actor's reach."""

from __future__ import annotations

from functools import partial
from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask import request as current_request
from flask_babel import format_date
from flask_babel import gettext as _
from sqlalchemy import Select, func, select
from werkzeug.wrappers import Response

from prm.access import Actor, current_actor, requires
from prm.accounts import queries
from prm.accounts.labels import FUNCTION_LABELS, ROLE_LABELS
from prm.accounts.models import JobFunction, Membership
from prm.accounts.services import memberships as services
from prm.accounts.views.blueprint import blueprint
from prm.extensions import db
from prm.infra.db import transaction
from prm.infra.downloads import asked_form, table_attachment
from prm.infra.tables import TableSpec, all_rows, paginate
from prm.partners.queries.people import companies_in_reach, list_spec
from prm.permissions import P, Reach, Role


@blueprint.get("/<slug:vendor>/accounts/people")
@requires(P.PEOPLE_VIEW)
def people() -> str | Response:
    """Who belongs to the vendor and its partners today."""
    return _list("accounts.people", is_former=False)


@blueprint.get("/<slug:vendor>/accounts/people/former")
@requires(P.PEOPLE_VIEW)
def former_people() -> str | Response:
    """Whose membership has ended: history stays."""
    return _list("accounts.former_people", is_former=True)


def _list(endpoint: str, *, is_former: bool) -> str | Response:
    actor = current_actor()
    companies = companies_in_reach(actor, P.PEOPLE_VIEW)
    statement = queries.select_people(actor, companies)
    current = queries.is_current()
    statement = statement.where(~current, ~queries.is_replaced()) if is_former else statement.where(current)
    spec = list_spec(actor, statement, is_former)
    if form := asked_form(current_request.args):
        return _export(form, statement, spec, is_former)
    page = paginate(db.session(), statement, spec, current_request.args, partial(url_for, endpoint))
    return render_template(
        "accounts/people.html",
        table_page=page,
        people={row[0].id: _shown(actor, row) for row in page.rows},
        is_former=is_former,
        tabs=tabs(actor, endpoint),
    )


def tabs(actor: Actor, endpoint: str) -> list[tuple[Any, ...]]:
    """The three lists of people: (label, url, whether it is this one, count)."""
    companies = companies_in_reach(actor, P.PEOPLE_VIEW)
    invitations = queries.select_invitations(actor, companies, P.PEOPLE_VIEW).subquery()
    count = db.session.scalar(select(func.count()).select_from(invitations))
    return [
        (label, url_for(target), target == endpoint, number)
        for label, target, number in (
            (_("Current"), "accounts.people", None),
            (_("Invited"), "accounts.invitations", count),
            (_("Former"), "accounts.former_people", None),
        )
    ]


def _shown(actor: Actor, row: Any) -> dict[str, Any]:
    """One row, finished for the template."""
    membership: Membership = row[0]
    # A company's people may be older here than its work with this vendor, which is not told.
    joined = membership.joined_at or membership.started_at
    since = max(joined, row.created_at) if row.created_at else joined
    can_end = actor.can(P.PEOPLE_RETIRE) and membership.user_id != actor.user_id
    return {
        "name": row[1].name,
        "email": row[1].email,
        "is_me": membership.user_id == actor.user_id,
        "is_active": row[1].is_active,
        "company": row.company_name,
        "partnership_id": row.public_id,
        "role": ROLE_LABELS[Role(membership.role.value)],
        "functions": [str(FUNCTION_LABELS[JobFunction(f)]) for f in membership.job_functions],
        "regions": membership.region_names,
        "since": format_date(since, "medium"),
        "until": format_date(membership.ended_at, "medium") if membership.ended_at else "",
        "url": url_for("accounts.person", membership_id=membership.public_id)
        if membership.ended_at is None
        else None,
        "end_url": url_for("accounts.end_membership", membership_id=membership.public_id)
        if can_end
        else None,
    }


def _export(form: str, statement: Select[Any], spec: TableSpec, is_former: bool) -> Response:
    actor = current_actor()
    header = [
        _("Name"),
        _("Mail address"),
        _("Company"),
        _("Role"),
        _("Job functions"),
        _("Since"),
        _("Until"),
    ]
    shown = (_shown(actor, row) for row in all_rows(db.session(), statement, spec, current_request.args).rows)
    rows = (
        [p["name"], p["email"], p["company"] or "", str(p["role"]), ", ".join(p["functions"]), p["since"],
         p["until"]]
        for p in shown
    )  # fmt: skip
    return table_attachment(form, "former-people" if is_former else "people", header, rows)


@blueprint.route("/<slug:vendor>/accounts/people/<uuid:membership_id>/end", methods=["GET", "POST"])
@requires(P.PEOPLE_RETIRE)
def end_membership(membership_id: UUID) -> str | Response:
    """Ask, then end somebody's membership; it takes effect with their next request."""
    actor = current_actor()
    companies = companies_in_reach(actor, P.PEOPLE_RETIRE)
    if current_request.method == "POST":
        with transaction():
            membership, user, _company = queries.get_membership(
                actor, membership_id, companies, P.PEOPLE_RETIRE
            )
            services.retire_person(actor, membership)
        flash(_("The membership of %(name)s has ended.", name=user.name), "success")
        return redirect(url_for("accounts.people"), 303)
    membership, user, company = queries.get_membership(actor, membership_id, companies, P.PEOPLE_RETIRE)
    return render_template(
        "accounts/end_membership.html",
        name=user.name,
        company=company,
        role=ROLE_LABELS[Role(membership.role.value)],
        membership_id=membership.public_id,
        is_companys=membership.partner_id is not None
        and membership.at_vendor_id is None
        and actor.reach(P.PEOPLE_RETIRE) is not Reach.OWN,
    )
