"""Which region's managers see an application: by its country, or as somebody decides."""

from __future__ import annotations

from uuid import UUID

from babel import Locale
from flask import flash, redirect, render_template, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from prm.access import current_actor, requires
from prm.errors import DomainError, NotFound
from prm.infra.db import transaction
from prm.infra.forms import show_error
from prm.partners.forms import CountryRegionForm, PassOnForm
from prm.partners.queries import applications as queries
from prm.partners.queries import list_region_names
from prm.partners.services import application_regions as services
from prm.partners.views.blueprint import blueprint
from prm.permissions import P


@blueprint.route("/<slug:vendor>/partners/applications/regions", methods=["GET", "POST"])
@requires(P.VENDOR_SETTINGS)
def application_regions() -> str | Response | tuple[str, int]:
    """From which countries who applies is for the managers of which region."""
    actor = current_actor()
    regions = list_region_names(actor)
    form = CountryRegionForm()
    form.offer(regions)
    if form.validate_on_submit():
        try:
            with transaction():
                services.set_country_region(actor, country=form.country.data, region=form.region.data)
            flash(
                _("Who applies from there is for the managers of %(region)s.", region=form.region.data),
                "success",
            )
            return redirect(url_for("partners.application_regions"), 303)
        except DomainError as error:
            show_error(form, error)
    page = render_template(
        "partners/application_regions.html",
        form=form,
        has_regions=bool(regions),
        rows=queries.list_country_regions(),
        country_names=dict(Locale.parse(str(get_locale() or "en")).territories),
    )
    return (page, 422) if request.method == "POST" else page


@blueprint.post("/<slug:vendor>/partners/applications/regions/<uuid:country_region_id>/remove")
@requires(P.VENDOR_SETTINGS)
def remove_application_region(country_region_id: UUID) -> Response:
    """Let those from a country wait for who sees every region."""
    actor = current_actor()
    with transaction():
        services.remove_country_region(actor, queries.get_country_region(actor, country_region_id))
    flash(_("Who applies from there waits for those who see every region."), "success")
    return redirect(url_for("partners.application_regions"), 303)


@blueprint.post("/<slug:vendor>/partners/applications/<uuid:application_id>/region")
@requires(P.APPLICATION_RULE)
def pass_application_on(application_id: UUID) -> Response:
    """Let the managers of another region rule on it."""
    actor = current_actor()
    form = PassOnForm()
    form.offer(list_region_names(actor))
    chosen = form.region.data if form.validate_on_submit() else None
    try:
        if chosen is None:
            raise DomainError(_("Choose a region."))
        with transaction():
            found = queries.get_application(actor, application_id)
            services.pass_application_on(actor, found, region=chosen)
        flash(_("The application is passed on."), "success")
    except DomainError as error:
        if isinstance(error, NotFound):
            raise
        flash(str(error), "danger")
    try:
        queries.get_application(actor, application_id)
    except NotFound:  # it is for others now
        return redirect(url_for("partners.applications"), 303)
    return redirect(url_for("partners.application", application_id=application_id), 303)
