"""Signing in and out."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from flask_login import current_user, login_user, logout_user
from structlog import get_logger
from werkzeug.wrappers import Response

from prm.access import Actor, public, signed_in
from prm.accounts import sessions
from prm.accounts.clients import client_name
from prm.accounts.forms import CodeForm, SignInForm
from prm.accounts.models import User
from prm.accounts.services import second_factor
from prm.accounts.services import sign_in as services
from prm.accounts.views.blueprint import blueprint
from prm.errors import Conflict, DomainError, TooMany
from prm.extensions import limiter
from prm.gate import safe_next
from prm.infra.db import transaction
from prm.infra.forms import show_error

security_log = get_logger("prm.security")
STEP = "sign_in_step"  # where the cookie holds the token of a sign-in that waits for its code


@blueprint.route("/accounts/sign-in", methods=["GET", "POST"])
@public
@limiter.limit("30/minute;200/hour", methods=["POST"])
def sign_in() -> str | Response | tuple[str, int, dict[str, str]]:
    """Sign in with address and password; then on to where one wanted to go on this site."""
    target = safe_next(request.values.get("next"))
    if current_user.is_authenticated:
        return redirect(target or url_for("accounts.start"))
    form = SignInForm()
    if request.method == "GET":
        form.next.data = target or ""
        return render_template("accounts/sign_in.html", form=form)
    status, headers = 422, {}
    if form.validate_on_submit():
        try:
            proven = authenticate(form.email.data or "", form.password.data or "")
            if isinstance(proven, str):
                session.clear()
                session[STEP] = proven
                return redirect(url_for("accounts.sign_in_code", next=target), 303)
            begin(proven)
            return redirect(target or url_for("accounts.start"), 303)
        except DomainError as error:
            security_log.info("sign_in_refused", status=error.status)
            show_error(form, error)
            if isinstance(error, TooMany):
                status, headers = 429, {"Retry-After": str(round(services.WINDOW.total_seconds()))}
    form.next.data = target or ""
    page = render_template("accounts/sign_in.html", form=form, is_paused=status == 429)
    return page, status, headers


@blueprint.route("/accounts/sign-in/code", methods=["GET", "POST"])
@public
@limiter.limit("30/minute;200/hour", methods=["POST"])
def sign_in_code() -> str | Response | tuple[str, int, dict[str, str]]:
    """The second step of a sign-in: a code of the device, or a recovery code."""
    target = safe_next(request.values.get("next"))
    if current_user.is_authenticated:
        return redirect(target or url_for("accounts.start"), 303)
    token = str(session.get(STEP, ""))
    user = services.find_step(token)
    if user is None:
        flash(_("Sign in with your mail address and password first."), "info")
        return redirect(url_for("accounts.sign_in", next=target), 303)
    form = CodeForm()
    form.next.data = target or ""
    if request.method != "POST":
        return render_template("accounts/sign_in_code.html", form=form)
    status, headers = 422, {}
    if form.validate():
        try:
            begin(_complete(token, user, form.code.data or ""))
            return redirect(target or url_for("accounts.start"), 303)
        except Conflict as error:
            flash(str(error), "info")
            return redirect(url_for("accounts.sign_in", next=target), 303)
        except DomainError as error:
            security_log.info("sign_in_code_refused", status=error.status)
            show_error(form, error)
            if isinstance(error, TooMany):
                status, headers = 429, {"Retry-After": str(round(services.WINDOW.total_seconds()))}
    page = render_template("accounts/sign_in_code.html", form=form, is_paused=status == 429)
    return page, status, headers


def _complete(token: str, user: User, code: str) -> sessions.SignedIn:
    """The session that a right code opens; the attempt is counted before the code is looked at."""
    email = user.email
    with transaction():
        attempt = services.note_attempt(email, request.remote_addr or "")
    services.check_limit(attempt)
    with transaction():
        actor = Actor(name=user.name, user_id=user.id, user_public_id=user.public_id)
        second_factor.use_code(actor, user, code)
        return services.complete_step(attempt, token, user, this_client())


def authenticate(email: str, password: str) -> sessions.SignedIn | str:
    """A new session of the person, if the password is theirs. Raises DomainError, TooMany.

    For somebody with a second factor: the token of the step that asks for a code.

    Three steps, because the attempt must be committed before it is counted, and the password is
    verified while no transaction holds the database.
    """
    with transaction():
        attempt = services.note_attempt(email, request.remote_addr or "")
    user = services.check_attempt(attempt, email, password)
    with transaction():
        if second_factor.is_on(user.id):
            return services.open_step(attempt, user, password)
        return services.complete_attempt(attempt, user, password, this_client())


def begin(signed_in_person: sessions.SignedIn) -> None:
    """Make this browser's cookie the person's; nothing of what it held before stays."""
    session.clear()
    login_user(signed_in_person)
    security_log.info("signed_in", actor=f"user:{signed_in_person.public_id}")


def this_client() -> str:
    return client_name(request.user_agent.string)


@blueprint.post("/accounts/sign-out")
@signed_in
def sign_out() -> Response:
    """End this session at once: the row ends, not only the cookie."""
    with transaction():
        sessions.end_session(current_user.get_id())
    logout_user()
    session.clear()
    flash(_("You are signed out."), "success")
    return redirect(url_for("accounts.sign_in"), 303)
