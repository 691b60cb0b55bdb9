"""The public form by which companies ask to become partners: filled in, confirmed by mail, sent on."""

from __future__ import annotations

from flask import current_app, g, redirect, render_template, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from prm.access import Actor, public
from prm.accounts import sessions
from prm.errors import DomainError, NotFound
from prm.extensions import limiter
from prm.infra import form_timing
from prm.infra.db import bind_vendor, transaction
from prm.infra.forms import show_error
from prm.partners.forms import ApplyForm, make_apply_form
from prm.partners.models import ApplicationForm
from prm.partners.queries import applications as queries
from prm.partners.services import applications as services
from prm.partners.views.blueprint import blueprint
from prm.vendors.models import Vendor


@blueprint.route("/<slug:place>/apply", methods=["GET", "POST"])
@public
@limiter.limit("5/minute;30/day", methods=["POST"])
def apply(place: str) -> str | Response | tuple[str, int]:
    """Ask to become a partner. 404 where the vendor takes no applications, as where there is no vendor."""
    vendor, settings = _open_vendor(place)
    if vendor.slug != place:
        return redirect(url_for("partners.apply", place=vendor.slug), 308)
    questions = queries.list_fields()
    form = make_apply_form(questions)()
    form.offer_countries()
    status = 422 if request.method == "POST" else 200
    if form.validate_on_submit():
        try:
            _refuse_machines(vendor, form)
            with transaction():
                services.apply(
                    _anybody(vendor),
                    company=form.company.data or "",
                    website=form.website.data or "",
                    country=form.country.data or "",
                    contact_name=form.contact_name.data or "",
                    email=form.email.data or "",
                    message=form.message.data or "",
                    answers={q.public_id: form[f"field_{q.public_id.hex}"].data or "" for q in questions},
                )
            return redirect(url_for("partners.apply_sent", place=vendor.slug), 303)
        except DomainError as error:
            status = error.status
            show_error(form, error)
    if not form_timing.has_human_timing(_secret(), _name(vendor), form.opened.data or ""):
        form.opened.data = form_timing.sign_opening(_secret(), _name(vendor))
    return (
        render_template(
            "partners/apply.html",
            form=form,
            intro=settings.intro,
            own_fields=[form[f"field_{q.public_id.hex}"] for q in questions],
        ),
        status,
    )


@blueprint.get("/<slug:place>/apply/sent")
@public
def apply_sent(place: str) -> str:
    """Say that a mail is on its way; the same whoever asks."""
    _open_vendor(place)
    return render_template("partners/apply_sent.html", hours=services.CONFIRM_HOURS)


@blueprint.route("/<slug:place>/apply/confirm/<string(length=43):token>", methods=["GET", "POST"])
@public
@limiter.limit("30/minute")
def apply_confirm(place: str, token: str) -> str | Response | tuple[str, int]:
    """Confirm the address by which one applied. Opening the link alone sends nothing: mail is scanned."""
    vendor, _settings = _open_vendor(place)
    if request.method == "POST":
        with transaction():
            confirmed = services.confirm_application(_anybody(vendor), token)
        if confirmed is not None:
            return redirect(url_for("partners.apply_done", place=vendor.slug), 303)
    found = queries.find_unconfirmed(token)
    page = render_template("partners/apply_confirm.html", application=found, place=vendor.slug)
    return page if found is not None else (page, 404)


@blueprint.get("/<slug:place>/apply/done")
@public
def apply_done(place: str) -> str:
    """Say what happens next; the same whoever asks."""
    _open_vendor(place)
    return render_template("partners/apply_done.html")


def _open_vendor(place: str) -> tuple[Vendor, ApplicationForm]:
    """The vendor of that address, by its former one too, if it takes applications. Raises NotFound."""
    vendor = sessions.find_vendor(place) or sessions.find_renamed(place)
    if vendor is None:
        raise NotFound
    bind_vendor(vendor.id)
    settings = queries.find_form()
    if settings is None or not settings.is_open:
        raise NotFound
    g.vendor = vendor  # the page wears its name and colours
    return vendor, settings


def _anybody(vendor: Vendor) -> Actor:
    return Actor(vendor_id=vendor.id, locale=str(get_locale()))


def _refuse_machines(vendor: Vendor, form: ApplyForm) -> None:
    if form.fax_line.data:
        message = _("Something filled in a field that people do not see. Empty it, and send the form again.")
        raise DomainError(message)
    if not form_timing.has_human_timing(_secret(), _name(vendor), form.opened.data or ""):
        raise DomainError(
            _("That was quicker than people type. Wait a few seconds, and send the form again.")
        )


def _name(vendor: Vendor) -> str:
    return f"apply {vendor.public_id}"


def _secret() -> str:
    return str(current_app.secret_key)
