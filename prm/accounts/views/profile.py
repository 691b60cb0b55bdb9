"""The own profile: name, language, time zone, password, open sessions; quick preferences."""

from __future__ import annotations

from typing import Any

from flask import current_app, flash, redirect, render_template, request, session, url_for
from flask_babel import format_datetime
from flask_babel import gettext as _
from flask_login import current_user, logout_user
from werkzeug.wrappers import Response

from prm.access import current_actor, public, signed_in
from prm.accounts import queries, sessions
from prm.accounts.forms import PasswordForm, ProfileForm, offered_locale
from prm.accounts.passwords import rules_text
from prm.accounts.services import people
from prm.accounts.views.blueprint import blueprint
from prm.accounts.views.confirming import prove, this_user
from prm.accounts.views.sign_in import begin, this_client
from prm.errors import DomainError
from prm.extensions import limiter
from prm.gate import safe_next
from prm.infra.db import transaction
from prm.infra.forms import show_error
from prm.shell import THEMES, offered_locales

A_YEAR = 365 * 24 * 3600


@blueprint.route("/accounts/profile", methods=["GET", "POST"])
@signed_in
def profile() -> str | Response | tuple[str, int]:
    """What a person states of themselves."""
    actor = current_actor()
    user = this_user()
    form = ProfileForm(obj=user if request.method == "GET" else None)
    form.offer(offered_locales(tuple(current_app.config["LANGUAGES"])), user.time_zone)
    if form.validate_on_submit():
        try:
            with transaction():
                people.change_profile(
                    actor,
                    this_user(),
                    name=form.name.data or "",
                    locale=form.locale.data,
                    time_zone=form.time_zone.data,
                )
            flash(_("Your profile is saved."), "success")
            return redirect(url_for("accounts.profile"), 303)
        except DomainError as error:
            show_error(form, error)
    return _page(form, PasswordForm(formdata=None))


@blueprint.post("/accounts/password")
@signed_in
@limiter.limit("20/minute")
def change_password() -> Response | str | tuple[str, int]:
    """Set a new password in exchange for the current one; every other session ends."""
    actor = current_actor()
    if current_user.has_second_factor and not current_user.is_recently_confirmed:
        # The password alone is not enough where there is a second factor.
        return redirect(url_for("accounts.confirm", next=url_for("accounts.profile")), 303)
    form = PasswordForm()
    if form.validate_on_submit():
        try:
            prove(form.current.data or "")
            with transaction():
                user = this_user()
                people.change_password(
                    actor, user, current=form.current.data or "", new=form.password.data or ""
                )
                renewed = sessions.open_session(user, this_client())
            begin(renewed)
            flash(_("Your password is changed. Every other session was ended."), "success")
            return redirect(url_for("accounts.profile"), 303)
        except DomainError as error:
            show_error(form, error)
    user = this_user()
    profile_form = ProfileForm(formdata=None, obj=user)
    profile_form.offer(offered_locales(tuple(current_app.config["LANGUAGES"])), user.time_zone)
    return _page(profile_form, form)


@blueprint.post("/accounts/sessions/end")
@signed_in
def end_sessions() -> Response:
    """Sign out everywhere, here too."""
    with transaction():
        sessions.end_all_sessions(this_user().id)
    logout_user()
    session.clear()
    flash(_("You are signed out everywhere."), "success")
    return redirect(url_for("accounts.sign_in"), 303)


@blueprint.post("/accounts/preferences")
@public
def preferences() -> Response:
    """Keep a theme or a language: in a cookie, and the language with the person signed in."""
    answer = redirect(safe_next(request.form.get("next")) or url_for("accounts.index"), 303)
    theme, locale = request.form.get("theme"), offered_locale(request.form.get("locale"))
    if theme in THEMES:
        _keep(answer, "theme", str(theme))
    if locale is not None:
        _keep(answer, "locale", locale)
        if current_actor().is_signed_in:
            with transaction():
                people.set_locale(this_user(), locale)
    return answer


def _keep(answer: Response, name: str, value: str) -> None:
    answer.set_cookie(
        name, value, max_age=A_YEAR, samesite="Lax", secure=current_app.config["SESSION_COOKIE_SECURE"]
    )


def _page(form: ProfileForm, password_form: PasswordForm) -> str | tuple[str, int]:
    user = this_user()
    page = render_template(
        "accounts/profile.html",
        form=form,
        password_form=password_form,
        rules=rules_text(),
        email=user.email,
        waiting=_waiting(user.id),
        has_second_factor=current_user.has_second_factor,
        sessions=[_shown(each) for each in queries.list_sessions(user.id, current_user.get_id())],
    )
    return (page, 422) if request.method == "POST" else page


def _waiting(user_id: int) -> dict[str, str] | None:
    """The change of the mail address that waits for its confirmation."""
    change = queries.find_open_email_change(user_id)
    if change is None:
        return None
    return {"email": change.email, "until": format_datetime(change.expires_at, "short")}


def _shown(each: queries.OpenSession) -> dict[str, Any]:
    return {
        "client": each.client_name or _("Unknown browser"),
        "since": format_datetime(each.created_at, "medium"),
        "since_iso": each.created_at.isoformat(),
        "until": format_datetime(each.expires_at, "medium"),
        "is_this": each.is_this,
    }
