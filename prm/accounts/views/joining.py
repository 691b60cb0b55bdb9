"""Accepting an invitation by the link in its mail."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from prm.access import public
from prm.accounts import queries, sessions
from prm.accounts.forms import AcceptForm, JoinForm
from prm.accounts.labels import ROLE_LABELS
from prm.accounts.models import Invitation, MembershipRole, User
from prm.accounts.passwords import rules_text
from prm.accounts.services import invitations as services
from prm.accounts.services.people import find_user, fold_email
from prm.accounts.views.blueprint import blueprint
from prm.accounts.views.sign_in import begin, this_client
from prm.errors import DomainError
from prm.extensions import db, limiter
from prm.infra.db import serve_vendor, transaction
from prm.infra.forms import show_error
from prm.partners.queries import has_account
from prm.permissions import Role
from prm.vendors.models import Vendor

SEPARATE = "separate"  # the choice of an account of its own, instead of linking a company


@blueprint.route("/accounts/invitations/<string(length=43):token>", methods=["GET", "POST"])
@public
@limiter.limit("30/minute")
def invitation(token: str) -> str | Response | tuple[str, int]:
    """Say who invites to what; a new person sets a password, a known one is signed in and agrees."""
    found = queries.find_invitation(token)
    if found is None:
        return render_template("accounts/link_gone.html", kind="invitation"), 404
    vendor = db.session.get_one(Vendor, found.vendor_id)
    user_id: int | None = current_user.user_id if current_user.is_authenticated else None
    with serve_vendor(vendor.id):
        form = _form(found, user_id)
        if form is not None and form.validate_on_submit():
            try:
                return _accept(token, vendor.slug, user_id, form)
            except DomainError as error:
                show_error(form, error)
        page = _page(found, vendor, user_id, form)
    return (page, 422) if request.method == "POST" else page


def _form(found: Invitation, user_id: int | None) -> AcceptForm | JoinForm | None:
    """What has to be filled in; None where somebody has to sign in first."""
    if user_id is None:
        return AcceptForm(name=found.name) if find_user(found.email) is None else None
    if not _is_theirs(found, user_id):
        return None
    form = JoinForm()
    companies = _companies(found, user_id)
    form.company.choices = [(str(c.public_id), c.name) for c in companies]
    if companies:
        form.company.choices.append((SEPARATE, _("A separate account for %(name)s", name=found.company_name)))
        form.company.data = form.company.data or form.company.choices[0][0]
    return form


def _is_theirs(found: Invitation, user_id: int) -> bool:
    return db.session.get_one(User, user_id).email_folded == fold_email(found.email)


def _companies(found: Invitation, user_id: int) -> list[Any]:
    """The companies that the person could link to the partnership that invites them."""
    if found.role is not MembershipRole.PARTNER_ADMIN or found.partnership_public_id is None:
        return []
    if has_account(found.partnership_public_id):
        return []
    return queries.list_own_companies(user_id)


def _accept(token: str, slug: str, user_id: int | None, form: AcceptForm | JoinForm) -> Response:
    chosen = form.company.data if isinstance(form, JoinForm) and form.company.choices else None
    with transaction():
        user = services.accept_invitation(
            token,
            user_id=user_id,
            name=form.name.data or "" if isinstance(form, AcceptForm) else "",
            password=form.password.data or "" if isinstance(form, AcceptForm) else "",
            locale=str(get_locale()),
            partner_public_id=UUID(chosen) if chosen and chosen != SEPARATE else None,
        )
        opened = sessions.open_session(user, this_client()) if user_id is None else None
    if opened is not None:
        begin(opened)
    flash(_("Welcome. You have joined."), "success")
    return redirect(url_for("vendors.home", vendor=slug), 303)


def _page(found: Invitation, vendor: Vendor, user_id: int | None, form: AcceptForm | JoinForm | None) -> str:
    inviter = db.session.get(User, found.invited_by_id) if found.invited_by_id is not None else None
    return render_template(
        "accounts/invitation.html",
        form=form,
        is_new=isinstance(form, AcceptForm),
        is_other_person=form is None and user_id is not None,
        inviter=inviter.name if inviter is not None else vendor.name,
        vendor_name=vendor.name,
        company=found.company_name,
        email=found.email,
        role=ROLE_LABELS[Role(found.role.value)],
        rules=rules_text(),
        here=request.path,
    )
