"""Sensitive acts: whoever is signed in proves again who they are, and for some minutes that holds."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from prm.access import current_actor, signed_in
from prm.accounts import sessions
from prm.accounts.forms import ConfirmForm
from prm.accounts.models import User
from prm.accounts.services import second_factor
from prm.accounts.services import sign_in as attempts
from prm.accounts.views.blueprint import blueprint
from prm.errors import DomainError, TooMany
from prm.extensions import db, limiter
from prm.gate import safe_next
from prm.infra.db import transaction
from prm.infra.forms import show_error


def recently_confirmed(back: str, *keep: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Let a view run only for who has just proven who they are; else ask, then lead to page `back`.

    What was typed into the fields `keep` goes along. Goes below @signed_in.
    """

    def guard(view: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            if current_user.is_recently_confirmed:
                return view(*args, **kwargs)
            typed = {name: request.values[name][:300] for name in keep if request.values.get(name)}
            return redirect(url_for("accounts.confirm", next=url_for(back, **typed)), 303)

        return guarded

    return guard


@blueprint.route("/accounts/confirm", methods=["GET", "POST"])
@signed_in
@limiter.limit("20/minute", methods=["POST"])
def confirm() -> str | Response | tuple[str, int]:
    """Ask for the password, then go on to what needed it."""
    target = safe_next(request.values.get("next")) or url_for("accounts.profile")
    form = ConfirmForm()
    if not current_user.has_second_factor:
        del form.code
    if form.validate_on_submit():
        try:
            prove(form.current.data or "", form.code.data if form.code else None)
            with transaction():
                sessions.confirm_session(current_user.get_id())
            return redirect(target, 303)
        except DomainError as error:
            show_error(form, error)
    form.next.data = target
    page = render_template("accounts/confirm.html", form=form, email=current_user.email)
    return (page, 422) if request.method == "POST" else page


def prove(password: str, code: str | None = None) -> None:
    """Raises DomainError unless it is the current password; failures count as those at sign-in do.

    `code` has to be right too, where one is asked for.
    """
    email = this_user().email
    with transaction():
        attempt = attempts.note_attempt(email, request.remote_addr or "")
    try:
        attempts.check_attempt(attempt, email, password)
    except TooMany:
        message = _("Too many attempts. Try again in a quarter of an hour.")
        raise DomainError(message, {"current": message}) from None
    except DomainError:
        message = _("This is not your current password.")
        raise DomainError(message, {"current": message}) from None
    with transaction():
        if code is not None:
            second_factor.use_code(current_actor(), this_user(), code)
        attempts.withdraw_attempt(attempt)


def this_user() -> User:
    return db.session.get_one(User, current_user.user_id)
