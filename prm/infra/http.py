"""The edge: security headers, request ids, structured logs, error pages, health."""

from __future__ import annotations

import logging
import secrets
import sys
from typing import Any

import structlog
from flask import Blueprint, Flask, Response, current_app, g, jsonify, render_template, request
from flask_babel import gettext as _
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from sqlalchemy import text
from sqlalchemy.exc import DataError, OperationalError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge, SecurityError, UnsupportedMediaType
from werkzeug.middleware.proxy_fix import ProxyFix

from prm.access import current_actor, public
from prm.errors import DomainError
from prm.extensions import db, limiter
from prm.infra import clock
from prm.infra.uploads import is_for_large_files

CONTENT_SECURITY_POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
)

# What issuers publish for whoever checks a certificate: kept by caches, read by pages of other sites.
PUBLISHED = frozenset(
    f"certification.{name}"
    for name in ("did_document", "issuer_profile", "issuer_keys", "status_list", "badge_picture")
)

blueprint = Blueprint("health", __name__)
access_log = structlog.get_logger("prm.request")


def init_app(app: Flask) -> None:
    """Wire the edge into the application."""
    _configure_logs(app)
    if app.config["PROXIES"]:
        count = app.config["PROXIES"]
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=count, x_proto=count, x_host=count, x_port=count
        )
    app.before_request(_begin)
    app.before_request(_limit_body)
    app.before_request(_limit_form)
    app.after_request(_finish)
    app.register_blueprint(blueprint)
    app.register_error_handler(DomainError, _domain_error)
    app.register_error_handler(CSRFError, _csrf_error)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(StaleDataError, _stale)
    app.register_error_handler(OperationalError, _busy)
    app.register_error_handler(UnicodeError, _bad_text)
    app.register_error_handler(DataError, _bad_value)
    app.register_error_handler(Exception, _unexpected)


# -- logs --------------------------------------------------------------------------------------


def _configure_logs(app: Flask) -> None:
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(
            logging.getLevelNamesMapping().get(app.config["LOG_LEVEL"].upper(), logging.INFO)
        ),
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=False,
    )


def _begin() -> None:
    g.request_id = secrets.token_hex(8)
    g.started = clock.monotonic()
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=g.request_id)


def _limit_body() -> None:
    """Let a view marked by takes_large_files have a larger body, from who is signed in."""
    view = current_app.view_functions.get(request.endpoint or "")
    if is_for_large_files(view) and request.method == "POST" and current_user.is_authenticated:
        request.max_content_length = current_app.config["MAX_CONTENT_BYTES"]


def _limit_form() -> None:
    """Hold URL-encoded forms to the limits of the others: Werkzeug reads them whole, unlimited.

    Raises RequestEntityTooLarge; UnsupportedMediaType for JSON, which Flask-WTF would take for a form
    (and fail at, where it is a list or nested deeply): no page here reads any.
    """
    if request.is_json and request.method not in {"GET", "HEAD", "OPTIONS"}:
        raise UnsupportedMediaType
    if request.mimetype != "application/x-www-form-urlencoded":
        return
    request.max_content_length = current_app.config["MAX_FORM_MEMORY_SIZE"]
    if request.get_data().count(b"&") >= current_app.config["MAX_FORM_PARTS"]:
        raise RequestEntityTooLarge


def _finish(response: Response) -> Response:
    headers = response.headers
    headers["X-Content-Type-Options"] = "nosniff"
    headers["X-Request-Id"] = g.get("request_id", "")
    if request.is_secure:
        headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
    if g.get("is_content_host"):
        # Of another origin than the portal, whose pages it may not do without: headers of its own.
        return _note(response)
    headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
    headers["Referrer-Policy"] = "same-origin"
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
    if request.endpoint in PUBLISHED:
        headers["Cross-Origin-Resource-Policy"] = "cross-origin"
        headers["Access-Control-Allow-Origin"] = "*"
        headers.setdefault("Cache-Control", "no-store")
    headers["X-Frame-Options"] = "DENY"
    if request.endpoint not in {"assets.serve", "vendors.brand_css", *PUBLISHED}:
        headers["Cache-Control"] = "no-store"
    return _note(response)


def _note(response: Response) -> Response:
    if request.endpoint not in {"assets.serve", "health.healthz", "health.readyz"}:
        # The path only: a query string may hold what somebody searched for. Codes and tokens in
        # paths are cut by logged_path.
        access_log.info(
            "request",
            method=request.method,
            path=logged_path(),
            status=response.status_code,
            ms=round((clock.monotonic() - g.get("started", clock.monotonic())) * 1000),
            actor=current_actor().ref,
        )
    return response


def logged_path() -> str:
    """The rule of the URL instead of the path, where the path may hold a secret or a stranger's text."""
    if g.get("is_content_host"):
        return "(content host)"
    return request.url_rule.rule if request.url_rule is not None else "(no rule)"


# -- errors ------------------------------------------------------------------------------------


def _answer(status: int, message: str, extra: dict[str, str] | None = None) -> tuple[Any, int]:
    if request.accept_mimetypes.best_match(["text/html", "application/json"]) == "application/json":
        return jsonify({"error": message, "request_id": g.get("request_id")}), status
    return (
        render_template("errors/error.html", status=status, message=message, request_id=g.get("request_id")),
        status,
    )


def _domain_error(error: DomainError) -> tuple[Any, int]:
    db.session.rollback()
    if error.status in {403, 404, 429}:
        access_log.info("refused", status=error.status, path=logged_path(), actor=current_actor().ref)
    return _answer(error.status, str(error))


def _csrf_error(error: CSRFError) -> tuple[Any, int]:
    return _answer(400, _("This form is no longer valid. Go back, reload the page and send it again."))


def _http_error(error: HTTPException) -> Any:
    if error.code is None or error.code < 400:
        return error
    if isinstance(error, SecurityError):
        # A host that is not ours: there is no address of a page to put into a page.
        return Response(
            _("This server does not answer to that host name.") + "\n", 400, mimetype="text/plain"
        )
    messages = {
        400: _("The request could not be understood."),
        404: _("We could not find that page."),
        405: _("This address does not take that kind of request."),
        413: _("What you sent is larger than this portal accepts."),
        415: _("This kind of file cannot be read here."),
        429: _("Too many requests. Wait a moment and try again."),
    }
    answer, status = _answer(error.code, messages.get(error.code, _("The request failed.")))
    response = Response(answer) if isinstance(answer, str) else answer
    response.status_code = status
    if error.code == 405 and getattr(error, "valid_methods", None):
        response.headers["Allow"] = ", ".join(error.valid_methods)  # type: ignore[attr-defined]
    return response


def _stale(error: StaleDataError) -> tuple[Any, int]:
    db.session.rollback()
    return _answer(
        409, _("Somebody else changed this in the meantime. Reload it and make your change again.")
    )


def _busy(error: OperationalError) -> tuple[Any, int]:
    db.session.rollback()
    access_log.error("database_unavailable", path=logged_path(), exc_info=error)
    return _answer(503, _("The database is busy. Nothing was changed; try again in a moment."))


def _bad_text(error: UnicodeError) -> tuple[Any, int]:
    db.session.rollback()
    return _answer(400, _("The text you sent is not valid Unicode."))


def _bad_value(error: DataError) -> tuple[Any, int]:
    """PostgreSQL's refusal of what no column can hold: a NUL character, a number beyond its range."""
    db.session.rollback()
    access_log.info("unstorable_value", path=logged_path())
    return _answer(400, _("What you sent holds a character or a number that cannot be kept."))


def _unexpected(error: Exception) -> tuple[Any, int]:
    db.session.rollback()
    access_log.error("unexpected", path=logged_path(), exc_info=error)
    return _answer(
        500,
        _("Something went wrong on our side. It was logged; quote the number below if you report it."),
    )


# -- health ------------------------------------------------------------------------------------


@blueprint.get("/healthz")
@limiter.exempt
@public
def healthz() -> Response:
    """The process answers."""
    return Response("ok\n", mimetype="text/plain")


@blueprint.get("/readyz")
@limiter.exempt
@public
def readyz() -> Response:
    """The process can do its work: the database answers."""
    db.session.execute(text("SELECT 1"))
    return Response("ready\n", mimetype="text/plain")
