"""Certifications a vendor offers: making, changing and applying them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from prm.access import Actor, current_actor, requires
from prm.certification import services
from prm.certification.batches.queries import count_progress, find_open_batch, get_batch, list_exceptions
from prm.certification.batches.services import start_batch
from prm.certification.forms import SchemeForm
from prm.certification.labels import BATCH_STATES
from prm.certification.models import Certification
from prm.certification.queries import schemes as queries
from prm.certification.views.blueprint import blueprint
from prm.errors import DomainError
from prm.infra.db import transaction
from prm.infra.forms import show_error
from prm.permissions import P
from prm.training.labels import SKILL_LEVELS
from prm.training.models import SkillLevel
from prm.training.queries import list_published_versions


@blueprint.get("/<slug:vendor>/certification/schemes")
@requires(P.SCHEME_EDIT)
def schemes() -> str:
    """Every certification: what it needs, who holds it."""
    return render_template(
        "certification/schemes.html",
        rows=queries.list_scheme_rows(current_actor()),
        skill_levels=SKILL_LEVELS,
    )


@blueprint.route("/<slug:vendor>/certification/schemes/new", methods=["GET", "POST"])
@requires(P.SCHEME_EDIT)
def create_scheme() -> str | Response | tuple[str, int]:
    """A new certification."""
    actor = current_actor()
    start = {"skill_level": SkillLevel.FOUNDATION.value, "validity_months": 24, "is_active": True}
    form = SchemeForm(data=start if request.method == "GET" else None)
    _offer(actor, form, [])
    if form.validate_on_submit():
        try:
            with transaction():
                scheme = services.create_scheme(actor, **_values(form))
            flash(_("“%(name)s” can be earned now.", name=scheme.name), "success")
            return redirect(url_for("certification.edit_scheme", scheme_id=scheme.public_id))
        except DomainError as error:
            show_error(form, error)
    page = render_template(
        "certification/edit_scheme.html", form=form, scheme=None, qualified=0, running=None
    )
    return (page, 422) if request.method == "POST" else page


@blueprint.route("/<slug:vendor>/certification/schemes/<uuid:scheme_id>", methods=["GET", "POST"])
@requires(P.SCHEME_EDIT)
def edit_scheme(scheme_id: UUID) -> str | Response | tuple[str, int]:
    """Change a certification; who qualifies under it can be issued a certificate with one press."""
    actor = current_actor()
    scheme = queries.get_scheme(actor, scheme_id, P.SCHEME_EDIT)
    needed = queries.list_needed([scheme.id]).get(scheme.id, [])
    form = SchemeForm(data=_start(scheme, needed) if request.method == "GET" else None)
    _offer(actor, form, needed)
    status = 422
    if form.validate_on_submit():
        try:
            with transaction():
                scheme = queries.get_scheme(actor, scheme_id, P.SCHEME_EDIT)
                services.change_scheme(actor, scheme, revision=_whole(form.revision.data), **_values(form))
            flash(_("The changes are saved. What was issued before stays as it is."), "success")
            return redirect(url_for("certification.edit_scheme", scheme_id=scheme_id))
        except DomainError as error:
            show_error(form, error)
            status = error.status
            scheme = queries.get_scheme(actor, scheme_id, P.SCHEME_EDIT)
            form.revision.data = str(scheme.revision)
    page = render_template(
        "certification/edit_scheme.html",
        form=form,
        scheme=scheme,
        qualified=len(services.list_issuable(actor, scheme)),
        running=find_open_batch(scheme),
    )
    return (page, status) if request.method == "POST" else page


@blueprint.post("/<slug:vendor>/certification/schemes/<uuid:scheme_id>/apply")
@requires(P.SCHEME_EDIT)
def apply_scheme(scheme_id: UUID) -> Response:
    """Issue a certificate to everybody who qualifies: in the background, however many they are."""
    actor = current_actor()
    with transaction():
        scheme = queries.get_scheme(actor, scheme_id, P.SCHEME_EDIT)
        running = find_open_batch(scheme)
        batch = running or start_batch(actor, scheme)
    if batch is None:
        flash(_("Nobody qualifies who does not hold it already."), "info")
        return redirect(url_for("certification.edit_scheme", scheme_id=scheme_id))
    return redirect(url_for("certification.batch", batch_id=batch.public_id), 303)


@blueprint.get("/<slug:vendor>/certification/batches/<uuid:batch_id>")
@requires(P.SCHEME_EDIT)
def batch(batch_id: UUID) -> str:
    """How far the issue to everybody who qualifies is."""
    found = get_batch(current_actor(), batch_id)
    return render_template(
        "certification/batch.html",
        batch=found,
        progress_of=count_progress(found),
        exceptions=list_exceptions(found),
        states=BATCH_STATES,
    )


# -- parts -------------------------------------------------------------------------------------


def _offer(actor: Actor, form: SchemeForm, needed: list[queries.Needed]) -> None:
    form.skill_level.choices = [(level.value, str(label)) for level, label in SKILL_LEVELS.items()]
    form.versions.choices = [
        (public_id, _("%(title)s, version %(number)s or later", title=title, number=number))
        for public_id, title, number in queries.offered_versions(list_published_versions(actor), needed)
    ]


def _start(scheme: Certification, needed: list[queries.Needed]) -> dict[str, Any]:
    return {
        "name": scheme.name,
        "summary": scheme.summary,
        "skill_level": scheme.skill_level.value,
        "validity_months": scheme.validity_months,
        "versions": [str(each.version_id) for each in needed],
        "is_active": scheme.is_active,
        "revision": scheme.revision,
    }


def _values(form: SchemeForm) -> dict[str, Any]:
    return {
        "name": form.name.data or "",
        "summary": form.summary.data or "",
        "skill_level": SkillLevel(form.skill_level.data),
        "validity_months": form.validity_months.data,
        "course_version_ids": [UUID(value) for value in form.versions.data or ()],
        "is_active": form.is_active.data,
    }


def _whole(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else 0
