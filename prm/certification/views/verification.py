"""Is this certificate genuine? For anybody, without signing in."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date
from functools import wraps
from typing import ParamSpec, TypeVar

from flask import jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from prm.access import public
from prm.certification.accreditation.labels import STATE_LABELS
from prm.certification.accreditation.verification import AwardCheck, check_award_code, check_award_file
from prm.certification.codes import read_code
from prm.certification.forms import FileForm
from prm.certification.labels import STANDING_LABELS
from prm.certification.verification import (
    EXPLAINED,
    MAX_FILE_BYTES,
    Verdict,
    Verification,
    check_code,
    check_file,
)
from prm.certification.views.blueprint import blueprint
from prm.errors import DomainError
from prm.extensions import limiter
from prm.infra import clock
from prm.shell import shown_vendor
from prm.training.labels import SKILL_LEVELS

# Kind, icon: never by colour alone.
SIGNS = {
    Verdict.VALID: ("success", "circle-check"),
    Verdict.EXPIRED: ("warning", "clock"),
    Verdict.REVOKED: ("danger", "certificate-off"),
    Verdict.WITHDRAWN: ("danger", "certificate-off"),
    Verdict.ALTERED: ("danger", "alert-triangle"),
    Verdict.UNKNOWN: ("danger", "help-circle"),
}
# No answer about a code comes sooner: how long one took tells nothing of whether there is such a code.
LEAST_SECONDS = 0.04
P = ParamSpec("P")
R = TypeVar("R")


def even_time(view: Callable[P, R]) -> Callable[P, R]:
    """Answer after LEAST_SECONDS, however soon the answer was found."""

    @wraps(view)
    def held(*args: P.args, **kwargs: P.kwargs) -> R:
        started = clock.monotonic()
        try:
            return view(*args, **kwargs)
        finally:
            time.sleep(max(0.0, LEAST_SECONDS - (clock.monotonic() - started)))

    return held


@blueprint.get("/verify/<string(maxlength=100):code>")
@limiter.limit("60/minute")
@public
@even_time
def verify(code: str) -> tuple[Response | str, int]:
    """What stands behind a code, today and on the day that `?on=` asks about."""
    on = _asked_day()
    verification = check_code(code, on)
    if verification.verdict is Verdict.UNKNOWN and (award := check_award_code(code, on)) is not None:
        return _answer_award(award)
    return _answer(verification, 404 if verification.verdict is Verdict.UNKNOWN else 200)


@blueprint.get("/verify/<string(maxlength=100):code>.json")
@limiter.limit("60/minute")
@public
@even_time
def verify_json(code: str) -> tuple[Response, int]:
    """The same for machines that cannot say what they accept."""
    on = _asked_day()
    verification = check_code(code, on)
    if verification.verdict is Verdict.UNKNOWN and (award := check_award_code(code, on)) is not None:
        return jsonify(award.as_json()), 200
    return jsonify(verification.as_json()), 404 if verification.verdict is Verdict.UNKNOWN else 200


@blueprint.get("/verify/")
@limiter.limit("60/minute")
@public
def verify_form() -> str | Response | tuple[str, int]:
    """Type a code, or hand in a file."""
    typed = request.args.get("code", "")
    if typed.strip():
        code = read_code(typed)
        if code is not None:
            return redirect(url_for("certification.verify", code=code), 303)
        problem = _("This is not a complete code: it has 28 letters and digits.")
        return _form(FileForm(), typed[:100], problem), 422
    return _form(FileForm())


@blueprint.post("/verify/")
@limiter.limit("20/minute")
@public
def verify_file() -> tuple[Response | str, int]:
    """Whether a file is what was issued, byte for byte. It is looked at and not kept."""
    form = FileForm()
    if not form.validate_on_submit():
        if _wants_json():
            return jsonify({"error": _("Choose a file.")}), 422
        return _form(form), 422
    content = form.file.data.read()
    if len(content) <= MAX_FILE_BYTES and (award := check_award_file(content)) is not None:
        return _answer_award(award, is_file=True)
    return _answer(check_file(content), 200, is_file=True)


# -- parts -------------------------------------------------------------------------------------


def _asked_day() -> date | None:
    """The day asked about, if any. Raises DomainError where it is none."""
    text = request.args.get("on", "").strip()
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise DomainError(_("Write the day as year, month and day: 2026-01-31.")) from None


def _wants_json() -> bool:
    offered = ["text/html", "application/json"]
    return request.accept_mimetypes.best_match(offered) == "application/json"


def _form(form: FileForm, typed: str = "", problem: str = "") -> str:
    return render_template("certification/verify_form.html", form=form, typed=typed, problem=problem)


def _answer_award(check: AwardCheck, *, is_file: bool = False) -> tuple[Response | str, int]:
    if _wants_json():
        return jsonify(check.as_json()), 200
    if check.is_altered:
        kind, icon = "danger", "alert-triangle"
    else:
        kind, icon = ("success", "circle-check") if check.state.holds else ("warning", "clock")
    page = render_template(
        "certification/verify_accreditation.html",
        check=check,
        level=SKILL_LEVELS[check.skill_level],
        kind=kind,
        icon_name=icon,
        is_file=is_file,
        then_label=STATE_LABELS[check.then] if check.then else None,
        vendor=shown_vendor(check.vendor),
    )
    return page, 200


def _answer(verification: Verification, status: int, *, is_file: bool = False) -> tuple[Response | str, int]:
    if _wants_json():
        return jsonify(verification.as_json()), status
    kind, icon = SIGNS[verification.verdict]
    page = render_template(
        "certification/verify.html",
        verification=verification,
        verdict=verification.verdict.value,
        standing=verification.standing.value if verification.standing else None,
        kind=kind,
        icon_name=icon,
        level=SKILL_LEVELS[verification.skill_level] if verification.skill_level else None,
        is_file=is_file,
        problems=[_(EXPLAINED[problem]) for problem in verification.problems],
        then_label=STANDING_LABELS[verification.then] if verification.then else None,
        detail=verification.detail.value if verification.detail else None,
        issuer_id=verification.vendor.public_id if verification.vendor is not None else None,
        form=FileForm(formdata=None),
        vendor=shown_vendor(verification.vendor) if verification.vendor is not None else None,
    )
    return page, status
