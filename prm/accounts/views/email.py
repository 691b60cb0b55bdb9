"""Changing the address one signs in with."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from prm.access import current_actor, public, signed_in
from prm.accounts import queries
from prm.accounts.forms import EmailForm
from prm.accounts.services import email_changes as services
from prm.accounts.views.blueprint import blueprint
from prm.accounts.views.confirming import recently_confirmed, this_user
from prm.errors import Conflict, DomainError
from prm.extensions import limiter
from prm.infra.db import transaction
from prm.infra.forms import show_error


@blueprint.route("/accounts/email", methods=["GET", "POST"])
@signed_in
@limiter.limit("20/hour", methods=["POST"])
@recently_confirmed("accounts.change_email", "email")
def change_email() -> str | Response | tuple[str, int]:
    """Ask for another address to sign in with; a link sent there makes it so."""
    form = EmailForm() if request.method == "POST" else EmailForm(request.args)
    if request.method == "POST" and form.validate():
        try:
            with transaction():
                change = services.request_email_change(current_actor(), this_user(), form.email.data or "")
            flash(
                _("Open the link in the mail to %(email)s: from then on you sign in with it.",
                  email=change.email),
                "success",
            )  # fmt: skip
            return redirect(url_for("accounts.profile"), 303)
        except DomainError as error:
            show_error(form, error)
    page = render_template("accounts/change_email.html", form=form, email=current_user.email)
    return (page, 422) if request.method == "POST" else page


@blueprint.post("/accounts/email/cancel")
@signed_in
def cancel_email() -> Response:
    """Take back a change that waits; the link in its mail works no more."""
    with transaction():
        services.cancel_email_change(current_actor(), this_user())
    flash(_("Your mail address stays as it is."), "success")
    return redirect(url_for("accounts.profile"), 303)


@blueprint.route("/accounts/email/<string(length=43):token>", methods=["GET", "POST"])
@public
@limiter.limit("20/minute")
def confirm_email(token: str) -> str | Response | tuple[str, int]:
    """Ask, then make the address that the link was sent to the one to sign in with."""
    found = queries.find_email_change(token)
    if found is None:
        return render_template("accounts/link_gone.html", kind="email"), 404
    if request.method != "POST":
        return render_template("accounts/confirm_email.html", email=found.email)
    here = current_user.get_id() if current_user.is_authenticated else None
    try:
        with transaction():
            services.confirm_email_change(token, session_token=here)
    except Conflict:
        return render_template("accounts/link_gone.html", kind="email"), 409
    flash(_("From now on you sign in with %(email)s.", email=found.email), "success")
    return redirect(url_for("accounts.profile"), 303)
