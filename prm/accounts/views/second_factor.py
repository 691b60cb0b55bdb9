"""Setting up and turning off the second factor, and its recovery codes."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from markupsafe import Markup
from werkzeug.wrappers import Response

from prm.access import current_actor, signed_in
from prm.accounts.forms import EnrolForm
from prm.accounts.services import second_factor as services
from prm.accounts.switcher import list_demanding_second_factor
from prm.accounts.views.blueprint import blueprint
from prm.accounts.views.confirming import recently_confirmed, this_user
from prm.errors import DomainError
from prm.extensions import limiter
from prm.gate import safe_next
from prm.infra.db import transaction
from prm.infra.forms import show_error
from prm.infra.pdf_art import qr_svg

HERE = "accounts.second_factor"


@blueprint.get("/accounts/second-factor")
@signed_in
def second_factor() -> str:
    """Whether signing in asks for a code, and what can be done about it."""
    actor = current_actor()
    return render_template(
        "accounts/second_factor.html",
        is_on=current_user.has_second_factor,
        codes_left=services.count_recovery_codes(current_user.user_id),
        all_codes=services.RECOVERY_CODES,
        demanded_by=list_demanding_second_factor(actor.user_id) if actor.user_id is not None else [],
        next=safe_next(request.args.get("next")) or "",
    )


@blueprint.post("/accounts/second-factor/begin")
@signed_in
@recently_confirmed(HERE, "next")
def begin_second_factor() -> Response:
    """Make a secret and lead to the page that hands it to the device."""
    with transaction():
        services.begin_enrolment(this_user())
    return redirect(url_for("accounts.enrol_second_factor", next=_next()), 303)


@blueprint.route("/accounts/second-factor/enrol", methods=["GET", "POST"])
@signed_in
@limiter.limit("20/minute", methods=["POST"])
@recently_confirmed(HERE, "next")
def enrol_second_factor() -> str | Response | tuple[str, int]:
    """The secret as QR code and as text; a first code of the device puts it in force.

    The answer to a right code shows the recovery codes, this once.
    """
    user = this_user()
    secret = services.find_waiting_secret(user.id)
    if secret is None:
        return redirect(url_for(HERE), 303)
    form = EnrolForm()
    form.next.data = _next()
    if request.method == "POST" and form.validate():
        try:
            with transaction():
                codes = services.confirm_enrolment(current_actor(), this_user(), form.code.data or "")
            return _show_codes(codes, form.next.data, is_first=True)
        except DomainError as error:
            show_error(form, error)
    page = render_template(
        "accounts/enrol_second_factor.html",
        form=form,
        secret=" ".join(secret[place : place + 4] for place in range(0, len(secret), 4)),
        picture=Markup(qr_svg(services.uri_of(secret, user)).decode("ascii")),
    )
    return (page, 422) if request.method == "POST" else page


@blueprint.post("/accounts/second-factor/codes")
@signed_in
@recently_confirmed(HERE)
def renew_recovery_codes() -> str:
    """Ten new recovery codes, shown this once."""
    with transaction():
        codes = services.renew_recovery_codes(current_actor(), this_user())
    return _show_codes(codes, "")


@blueprint.route("/accounts/second-factor/off", methods=["GET", "POST"])
@signed_in
@recently_confirmed("accounts.turn_off_second_factor")
def turn_off_second_factor() -> str | Response:
    """Ask, then sign in with the password alone."""
    if request.method != "POST":
        if not current_user.has_second_factor:
            return redirect(url_for(HERE), 303)
        return render_template("accounts/turn_off_second_factor.html")
    with transaction():
        services.turn_off(current_actor(), this_user())
    flash(_("Your second factor is off. You sign in with your password alone."), "success")
    return redirect(url_for(HERE), 303)


def _next() -> str:
    return safe_next(request.values.get("next")) or ""


def _show_codes(codes: list[str], target: str, *, is_first: bool = False) -> str:
    return render_template(
        "accounts/recovery_codes.html", codes=codes, is_first=is_first, next=target or url_for(HERE)
    )
