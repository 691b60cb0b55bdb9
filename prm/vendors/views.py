"""Pages of a vendor as such: its home, its settings, its brand colours."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, current_app, flash, g, redirect, render_template, request, url_for
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
from prm.infra import storage
from prm.infra.brand_css import brand_stylesheet
from prm.infra.db import transaction
from prm.infra.downloads import inline_image
from prm.infra.forms import show_error
from prm.permissions import P
from prm.shell import offered_locales
from prm.vendors import home as panels
from prm.vendors import identity, services
from prm.vendors.forms import IdentityForm, LogoForm, SettingsForm
from prm.vendors.languages import offered_languages
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
        accredited=panels.accredited(actor),
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


@blueprint.get("/vendors/<uuid:vendor_id>/logo.png")
@public
def logo(vendor_id: UUID) -> Response:
    """The vendor's logo, encoded by us; public, because verification pages wear it."""
    vendor = db.session.scalars(select(Vendor).where(Vendor.public_id == vendor_id)).one_or_none()
    if vendor is None or vendor.logo_sha256 is None:
        raise NotFound
    key = storage.key_of(str(vendor.public_id), vendor.logo_sha256)
    answer = inline_image(storage.read(key), "image/png")
    answer.headers["Cache-Control"] = "public, max-age=86400"
    return answer


@blueprint.route("/<slug:vendor>/vendors/identity", methods=["GET", "POST"])
@requires(P.VENDOR_SETTINGS)
def change_identity() -> str | AnyResponse | tuple[str, int]:
    """The logo, from whom mails come, and which languages are offered."""
    form = _identity_form() if request.method == "GET" else IdentityForm()
    form.offer(offered_locales(tuple(current_app.config["LANGUAGES"])))
    status = 422 if request.method == "POST" else 200
    if form.validate_on_submit():
        revision = form.revision.data or ""
        try:
            with transaction():
                identity.change_identity(
                    current_actor(),
                    db.session.get_one(Vendor, g.vendor.id),
                    revision=int(revision) if revision.isascii() and revision.isdigit() else 0,
                    mail_name=form.mail_name.data or "",
                    mail_reply_to=form.mail_reply_to.data or "",
                    languages=form.languages.data or (),
                    default_language=form.default_language.data,
                )
            flash(_("The settings are saved."), "success")
            return redirect(url_for("vendors.change_identity"), 303)
        except DomainError as error:
            status = error.status
            show_error(form, error)
            if isinstance(error, Conflict):
                form.revision.data = str(g.vendor.revision)
    return _identity_page(form, LogoForm(formdata=None)), status


@blueprint.post("/<slug:vendor>/vendors/logo")
@requires(P.VENDOR_SETTINGS)
def set_logo() -> str | AnyResponse | tuple[str, int]:
    """Show another picture as the logo."""
    form = LogoForm()
    if form.validate_on_submit():
        try:
            with transaction():
                vendor = db.session.get_one(Vendor, g.vendor.id)
                identity.set_logo(current_actor(), vendor, form.logo.data.read())
            flash(_("The logo is shown from now on."), "success")
            return redirect(url_for("vendors.change_identity"), 303)
        except DomainError as error:
            show_error(form, error)
    return _identity_page(_identity_form(), form), 422


@blueprint.post("/<slug:vendor>/vendors/logo/remove")
@requires(P.VENDOR_SETTINGS)
def remove_logo() -> AnyResponse:
    """Show the initials again; a logo can be uploaded anew."""
    with transaction():
        identity.remove_logo(current_actor(), db.session.get_one(Vendor, g.vendor.id))
    flash(_("The logo is no longer shown."), "success")
    return redirect(url_for("vendors.change_identity"), 303)


def _identity_form() -> IdentityForm:
    form = IdentityForm(
        formdata=None,
        data={
            "mail_name": g.vendor.mail_name,
            "mail_reply_to": g.vendor.mail_reply_to,
            "languages": offered_languages(g.vendor),
            "default_language": offered_languages(g.vendor)[0],
            "revision": g.vendor.revision,
        },
    )
    form.offer(offered_locales(tuple(current_app.config["LANGUAGES"])))
    return form


def _identity_page(form: IdentityForm, logo_form: LogoForm) -> str:
    return render_template(
        "vendors/change_identity.html",
        form=form,
        logo_form=logo_form,
        has_logo=g.vendor.logo_sha256 is not None,
        sender=current_app.config["MAIL_FROM"],
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
        # Left out of what was sent, they stay as they are.
        "paper": form.paper.data if "paper" in request.form else g.vendor.paper.value,
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
