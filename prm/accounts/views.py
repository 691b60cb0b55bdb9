"""Pages of accounts."""

from __future__ import annotations

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from prm.access import public, signed_in

blueprint = Blueprint("accounts", __name__)


@blueprint.get("/")
@public
def index() -> Response:
    return redirect(url_for("accounts.start"))


@blueprint.get("/start")
@signed_in
def start() -> str:
    return "start"


@blueprint.get("/accounts/sign-in")
@public
def sign_in() -> str:
    return "sign in"


@blueprint.post("/accounts/sign-out")
@signed_in
def sign_out() -> str:
    return "out"


@blueprint.post("/accounts/preferences")
@public
def preferences() -> Response:
    return redirect(request.form.get("next", "/"))


@blueprint.get("/accounts/profile")
@signed_in
def profile() -> str:
    return "profile"
