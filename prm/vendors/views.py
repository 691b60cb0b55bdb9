"""Pages of a vendor as such: its home, its settings, its brand colours."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, flash, g, redirect, render_template, request, url_for
from flask_babel import format_decimal, get_locale
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.wrappers import Response as AnyResponse

from prm.access import current_actor, public, requires
from prm.audits.labels import cell_label, reason_sentence, rule_label
from prm.audits.queries import compliance
from prm.certification.labels import STATUS_LABELS, STATUS_SIGNS
from prm.errors import Conflict, DomainError, NotFound
from prm.extensions import db
from prm.infra.brand_css import brand_stylesheet
from prm.infra.db import transaction
from prm.infra.forms import show_error
from prm.permissions import P
from prm.vendors import home as panels
from prm.vendors import services
from prm.vendors.forms import SettingsForm
from prm.vendors.models import Vendor

blueprint = Blueprint("vendors", __name__)


@blueprint.get("/<slug:vendor>/")
@requires(P.VENDOR_HOME)
def home() -> str:
    """Each role's answer to "what now?"."""
    actor = current_actor()
    return render_template(
        "vendors/home.html",
        learning=panels.my_learning(actor),
        certificates=panels.my_certificates(actor),
        channel=panels.channel(actor),
        company=panels.own_company(actor),
        tasks=panels.my_tasks(actor),
        today=compliance.today_of(actor),
        onboarding=panels.onboarding(actor),
        agreement=panels.waiting_agreement(actor),
        expiring=panels.expiring(actor),
        money=panels.money(actor, str(get_locale())),
        material=panels.newest_material(actor),
        used=panels.authoring(actor),
        drafts=panels.drafts(actor),
        cell_label=cell_label,
        reason_sentence=reason_sentence,
        rule_label=rule_label,
        STATUS_LABELS=STATUS_LABELS,
        STATUS_SIGNS=STATUS_SIGNS,
        is_partner=actor.partnership_id is not None,
    )


@blueprint.get("/vendors/<uuid:vendor_id>/brand.css")
@public
def brand_css(vendor_id: UUID) -> Response:
    """The vendor's colours as CSS custom properties; public, because verification pages wear them."""
    vendor = db.session.scalars(select(Vendor).where(Vendor.public_id == vendor_id)).one_or_none()
    if vendor is None:
        raise NotFound
    css = brand_stylesheet(vendor.brand_primary)
    return Response(css, mimetype="text/css", headers={"Cache-Control": "public, max-age=86400"})


@blueprint.route("/<slug:vendor>/vendors/settings", methods=["GET", "POST"])
@requires(P.VENDOR_SETTINGS)
def settings() -> str | AnyResponse | tuple[str, int]:
    """What the vendor states of itself: name, address, money and time, colours."""
    actor = current_actor()
    form = SettingsForm(obj=g.vendor if request.method == "GET" else None)
    form.offer(g.vendor.currency, g.vendor.time_zone)
    status = 200
    if request.method == "POST":
        status = 422
    if form.validate_on_submit():
        try:
            with transaction():
                vendor = db.session.get_one(Vendor, g.vendor.id)
                services.change_settings(actor, vendor, **_values(form))
            flash(_("The settings are saved."), "success")
            return redirect(url_for("vendors.settings", vendor=vendor.slug), 303)
        except DomainError as error:
            status = error.status
            show_error(form, error)
            if isinstance(error, Conflict):
                form.revision.data = str(g.vendor.revision)
    return (
        render_template(
            "vendors/settings.html",
            form=form,
            contrasts=_contrasts(form.brand_primary.data or "", form.brand_ink.data or ""),
        ),
        status,
    )


@blueprint.get("/<slug:vendor>/vendors/contrast")
@requires(P.VENDOR_SETTINGS)
def contrast() -> str:
    """How readable two colours are, while somebody chooses them."""
    return render_template(
        "vendors/_contrast.html",
        contrasts=_contrasts(request.args.get("brand_primary", ""), request.args.get("brand_ink", "")),
    )


def _values(form: SettingsForm) -> dict[str, Any]:
    revision = form.revision.data or ""
    return {
        "revision": int(revision) if revision.isascii() and revision.isdigit() and len(revision) < 10 else 0,
        "name": form.name.data or "",
        "slug": (form.slug.data or "").strip(),
        "currency": form.currency.data,
        "time_zone": form.time_zone.data,
        "fiscal_year_start_month": form.fiscal_year_start_month.data,
        "brand_primary": form.brand_primary.data or "",
        "brand_ink": form.brand_ink.data or "",
        # Left out of what was sent, it stays as it is.
        "second_factor": form.second_factor.data
        if "second_factor" in request.form
        else g.vendor.second_factor.value,
    }


def _contrasts(primary: str, ink: str) -> list[dict[str, Any]]:
    """Each colour against white: as text, and whether that is enough."""
    shown = []
    for label, field, colour in (
        (_("Main colour"), "brand_primary", primary),
        (_("Colour of headings"), "brand_ink", ink),
    ):
        try:
            ratio: float | None = services.contrast_of(colour)
        except ValueError:
            ratio = None
        shown.append(
            {
                "label": label,
                "field": field,
                "colour": colour if ratio is not None else "#ffffff",
                "ratio": format_decimal(ratio, "0.0") if ratio is not None else "–",
                "is_enough": ratio is not None and ratio >= services.MIN_CONTRAST,
            }
        )
    return shown
