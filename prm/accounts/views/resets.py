"""A new password by a link in a mail."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from flask_login import logout_user
from werkzeug.wrappers import Response

from prm.access import current_actor, public
from prm.accounts import queries
from prm.accounts.forms import ResetForm, ResetRequestForm
from prm.accounts.passwords import rules_text
from prm.accounts.services import resets as services
from prm.accounts.views.blueprint import blueprint
from prm.errors import Conflict, DomainError
from prm.extensions import limiter
from prm.infra.db import transaction
from prm.infra.forms import show_error


@blueprint.route("/accounts/reset", methods=["GET", "POST"])
@public
@limiter.limit("5/minute;30/hour", methods=["POST"])
def reset_request() -> str | Response | tuple[str, int]:
    """Ask for a link; the answer is the same for every address."""
    form = ResetRequestForm()
    if form.validate_on_submit():
        with transaction():
            services.request_reset(current_actor(), form.email.data or "")
        return redirect(url_for("accounts.reset_sent"), 303)
    page = render_template("accounts/reset_request.html", form=form)
    return (page, 422) if request.method == "POST" else page


@blueprint.get("/accounts/reset/sent")
@public
def reset_sent() -> str:
    """What happens next."""
    return render_template("accounts/reset_sent.html")


@blueprint.route("/accounts/reset/<string(length=43):token>", methods=["GET", "POST"])
@public
@limiter.limit("20/minute")
def reset(token: str) -> str | Response | tuple[str, int]:
    """Set a new password by the link; it works once and signs nobody in."""
    if queries.find_reset(token) is None:
        return render_template("accounts/link_gone.html", kind="reset"), 404
    form = ResetForm()
    if form.validate_on_submit():
        try:
            with transaction():
                services.use_reset(token, form.password.data or "")
            logout_user()
            session.clear()
            flash(_("Your new password is set. Sign in with it."), "success")
            return redirect(url_for("accounts.sign_in"), 303)
        except Conflict:
            return render_template("accounts/link_gone.html", kind="reset"), 409
        except DomainError as error:
            show_error(form, error)
    page = render_template("accounts/reset.html", form=form, rules=rules_text())
    return (page, 422) if request.method == "POST" else page
