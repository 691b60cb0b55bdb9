"""How certificates look: a design is written with a preview beside it, tested and published."""

from __future__ import annotations

import base64
from typing import Any
from uuid import UUID

from flask import current_app, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from prm.access import Actor, current_actor, requires
from prm.certification.designs import queries, services
from prm.certification.designs.checking import PICTURES, PLACEHOLDERS
from prm.certification.designs.layout import Design
from prm.certification.designs.trial import NAMES, draw_preview, try_out
from prm.certification.forms import DesignForm, DesignImageForm
from prm.certification.models import Certification
from prm.certification.printing import PAPER_NAMES, STYLE
from prm.certification.queries.schemes import get_scheme
from prm.certification.views.blueprint import blueprint
from prm.errors import DomainError
from prm.extensions import db, limiter
from prm.infra.db import transaction
from prm.infra.forms import show_error
from prm.infra.pdf import PdfError
from prm.permissions import P
from prm.vendors.models import Paper, Vendor

START = "certification/design_start.html"
TRIED = "try"


@blueprint.route("/<slug:vendor>/certification/schemes/<uuid:scheme_id>/design", methods=["GET", "POST"])
@requires(P.SCHEME_EDIT)
@limiter.limit("120/minute", methods=["POST"])
def design(scheme_id: UUID) -> str | Response | tuple[str, int]:
    """Write a design: see it at once, try it with difficult names, keep it as a draft, publish it."""
    actor = current_actor()
    scheme = get_scheme(actor, scheme_id, P.SCHEME_EDIT)
    form = DesignForm(data=_start(scheme) if request.method == "GET" else None)
    form.specimen.choices = [(key, str(label)) for key, (label, _text) in NAMES.items()]
    form.paper.choices = [(paper.value, PAPER_NAMES[paper]) for paper in Paper]
    shown: dict[str, Any] = {"findings": None, "picture": None, "refusal": None}
    status = 200
    if form.validate_on_submit():
        asked = request.form.get("do", "preview")
        try:
            if asked == "save":
                with transaction():
                    _save(actor, scheme, form)
                flash(_("The draft is saved. It counts once it is published."), "success")
                return redirect(url_for("certification.design", scheme_id=scheme_id), 303)
            if asked in (TRIED, "publish"):
                ready = services.ready_design(actor, form.html.data or "", form.css.data or "")
                shown["findings"] = try_out(ready, _vendor(actor), scheme)
                bad = sum(bool(each.problems) for each in shown["findings"])
                if asked == "publish":
                    if bad:
                        raise DomainError(
                            ngettext(
                                "It is not published: %(num)s trial failed.",
                                "It is not published: %(num)s trials failed.",
                                bad,
                            )
                        )
                    with transaction():
                        _save(actor, scheme, form)
                        made = services.publish_draft(actor, scheme)
                    flash(
                        _("Version %(number)s is in force: certificates look like this from now on.",
                          number=made.number),
                        "success",
                    )  # fmt: skip
                    return redirect(url_for("certification.design", scheme_id=scheme_id), 303)
        except DomainError as error:
            show_error(form, error)
            status = error.status
    elif request.method == "POST":
        status = 422
    if not form.errors:
        shown |= _preview(actor, scheme, form)
    page = render_template(
        "certification/design.html",
        form=form,
        scheme=scheme,
        in_force=queries.find_design(scheme),
        published=queries.list_published(scheme),
        draft=queries.find_draft(scheme),
        images=queries.list_images(actor),
        image_form=DesignImageForm(formdata=None),
        placeholders=PLACEHOLDERS,
        pictures=PICTURES,
        names=NAMES,
        papers=PAPER_NAMES,
        **shown,
    )
    return page, status


@blueprint.post("/<slug:vendor>/certification/schemes/<uuid:scheme_id>/design/withdraw")
@requires(P.SCHEME_EDIT)
def withdraw_design(scheme_id: UUID) -> Response:
    """Let certificates look as the portal's own page again."""
    actor = current_actor()
    with transaction():
        services.withdraw_design(actor, get_scheme(actor, scheme_id, P.SCHEME_EDIT))
    flash(_("Certificates look as the portal's own page again. Those issued stay as they are."), "success")
    return redirect(url_for("certification.design", scheme_id=scheme_id), 303)


@blueprint.post("/<slug:vendor>/certification/schemes/<uuid:scheme_id>/design/images")
@requires(P.SCHEME_EDIT)
def add_design_image(scheme_id: UUID) -> Response:
    """Keep a picture that designs may name."""
    actor = current_actor()
    scheme = get_scheme(actor, scheme_id, P.SCHEME_EDIT)
    form = DesignImageForm()
    back = redirect(url_for("certification.design", scheme_id=scheme.public_id, _anchor="pictures"), 303)
    if not form.validate_on_submit():
        flash(" ".join(str(text) for texts in form.errors.values() for text in texts), "danger")
        return back
    try:
        with transaction():
            image = services.add_image(actor, name=form.name.data or "", content=form.file.data.read())
    except DomainError as error:
        flash(str(error), "danger")
        return back
    flash(_("The picture “%(name)s” can be named now.", name=image.name), "success")
    return back


@blueprint.post("/<slug:vendor>/certification/schemes/<uuid:scheme_id>/design/images/<uuid:image_id>/remove")
@requires(P.SCHEME_EDIT)
def remove_design_image(scheme_id: UUID, image_id: UUID) -> Response:
    """Let no new design name a picture."""
    actor = current_actor()
    with transaction():
        scheme = get_scheme(actor, scheme_id, P.SCHEME_EDIT)
        services.remove_image(actor, queries.get_image(actor, image_id))
    flash(_("The picture is removed. What was published with it keeps it."), "success")
    return redirect(url_for("certification.design", scheme_id=scheme.public_id, _anchor="pictures"), 303)


# -- parts -------------------------------------------------------------------------------------


def _start(scheme: Certification) -> dict[str, Any]:
    """The draft, else what is in force, else the portal's own page as a design."""
    kept = queries.find_draft(scheme)
    revision = kept.revision if kept is not None else 0
    kept = kept or queries.find_design(scheme)
    html, css = (kept.html, kept.css) if kept is not None else _standard()
    return {
        "html": html,
        "css": css,
        "revision": str(revision),
        "specimen": "short",
        "paper": g.vendor.paper.value,
    }


def _standard() -> tuple[str, str]:
    environment = current_app.jinja_env
    assert environment.loader is not None
    html, _name, _uptodate = environment.loader.get_source(environment, START)
    css, _name, _uptodate = environment.loader.get_source(environment, STYLE)
    return html, css.replace('url("prm:rosette")', "url(rosette)").replace('url("prm:seal")', "url(seal)")


def _save(actor: Actor, scheme: Certification, form: DesignForm) -> None:
    revision = form.revision.data or ""
    services.save_draft(
        actor,
        scheme,
        html=form.html.data or "",
        css=form.css.data or "",
        revision=int(revision) if revision.isascii() and revision.isdigit() and len(revision) < 10 else -1,
    )


def _preview(actor: Actor, scheme: Certification, form: DesignForm) -> dict[str, Any]:
    """The picture of the specimen asked for, or why there is none."""
    try:
        ready: Design = services.ready_design(actor, form.html.data or "", form.css.data or "")
        drawn = draw_preview(
            ready, _vendor(actor), scheme, form.specimen.data or "short", Paper(form.paper.data)
        )
    except DomainError as error:
        return {"refusal": " ".join([str(error), *error.fields.values()])}
    except PdfError as error:
        return {"refusal": str(error)}
    return {"picture": base64.b64encode(drawn).decode("ascii")}


def _vendor(actor: Actor) -> Vendor:
    return db.session.get_one(Vendor, actor.vendor_id)
