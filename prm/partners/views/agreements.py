"""The partner agreement: its versions for the vendor, reading and accepting it for a partner."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial
from uuid import UUID

from flask import flash, g, redirect, render_template, request, url_for
from flask_babel import format_date
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from prm.access import current_actor, requires
from prm.errors import Conflict, DomainError
from prm.extensions import db
from prm.infra import clock
from prm.infra.db import transaction
from prm.infra.forms import show_error
from prm.infra.markdown import render_markdown
from prm.infra.tables import Column, TableSpec, paginate
from prm.partners.forms import AcceptAgreementForm, AgreementForm
from prm.partners.models import AgreementAcceptance, AgreementVersion, Partnership
from prm.partners.queries import agreements as queries
from prm.partners.services import agreements as services
from prm.partners.views.blueprint import blueprint
from prm.permissions import P

TIME_TO_READ = timedelta(days=30)


def _today() -> date:
    return clock.today(g.vendor.time_zone)


def _day_of_effect(newest: AgreementVersion | None) -> date:
    """The first version counts at once; with a later one partners that miss it miss the policy's rule."""
    if newest is None:
        return _today()
    return max(_today() + TIME_TO_READ, newest.effective_on)


@blueprint.get("/<slug:vendor>/partners/agreements")
@requires(P.VENDOR_SETTINGS)
def agreements() -> str:
    """Every version of the agreement."""
    in_force = queries.find_agreement(_today())
    return render_template(
        "partners/agreements.html",
        versions=queries.list_agreements(current_actor()),
        in_force_id=in_force.id if in_force else None,
        today=_today(),
        format_date=format_date,
    )


@blueprint.route("/<slug:vendor>/partners/agreements/new", methods=["GET", "POST"])
@requires(P.VENDOR_SETTINGS)
def new_agreement() -> str | Response | tuple[str, int]:
    """Write the next version, beginning with the text of the last."""
    actor = current_actor()
    versions = queries.list_agreements(actor)
    form = AgreementForm()
    if request.method == "GET":
        form.effective_on.data = _day_of_effect(versions[0][0] if versions else None)
        form.title.data = versions[0][0].title if versions else _("Partner agreement")
        form.body.data = versions[0][0].body if versions else ""
    if form.validate_on_submit():
        try:
            with transaction():
                made = services.publish_agreement(
                    actor,
                    title=form.title.data or "",
                    body=form.body.data or "",
                    effective_on=form.effective_on.data or _today(),
                )
            flash(_("Version %(number)s is published.", number=made.number), "success")
            return redirect(url_for("partners.agreement", agreement_id=made.public_id), 303)
        except DomainError as error:
            show_error(form, error)
    page = render_template("partners/new_agreement.html", form=form, asked=queries.count_asked(actor))
    return (page, 422) if request.method == "POST" else page


@blueprint.get("/<slug:vendor>/partners/agreements/<uuid:agreement_id>")
@requires(P.VENDOR_SETTINGS)
def agreement(agreement_id: UUID) -> str:
    """One version, and who accepted it."""
    actor = current_actor()
    version = queries.get_agreement(actor, agreement_id)
    spec = TableSpec(
        key=AgreementAcceptance.id,
        columns=[
            Column("partner", _("Partner"), sort=Partnership.name_folded),
            Column("person", _("Accepted by")),
            Column("on", _("Date"), sort=AgreementAcceptance.accepted_on),
        ],
        default_sort="-on",
        search=[Partnership.name],
    )
    return render_template(
        "partners/agreement.html",
        version=version,
        body=render_markdown(version.body),
        effective=format_date(version.effective_on, "long"),
        table_page=paginate(
            db.session(),
            queries.select_acceptances(actor, version),
            spec,
            request.args,
            partial(url_for, "partners.agreement", agreement_id=version.public_id),
        ),
        format_date=format_date,
    )


@blueprint.route("/<slug:vendor>/partners/agreement", methods=["GET", "POST"])
@requires(P.AGREEMENT_ACCEPT)
def own_agreement() -> str | Response | tuple[str, int]:
    """Read the agreement in force, or one that takes effect later, and accept it for the own company."""
    actor = current_actor()
    form, status = AcceptAgreementForm(), 200
    if request.method == "POST":
        status = 422
    if form.validate_on_submit():
        try:
            with transaction():
                services.accept_agreement(actor, form.read_id())
            flash(_("Thank you. The agreement is accepted."), "success")
            return redirect(url_for("vendors.home"), 303)
        except DomainError as error:
            status = error.status
            if isinstance(error, Conflict):
                form.is_accepted.data = False
            show_error(form, error)
    versions = queries.list_open_agreements(_today())
    asked = request.args.get("version")
    version = next(
        (each for each in versions if str(each.public_id) == asked), versions[0] if versions else None
    )
    accepted = (
        queries.find_acceptance(actor.partnership_id, version, _today())
        if version is not None and actor.partnership_id is not None
        else None
    )
    if version is not None:
        form.version.data = str(version.public_id)
    page = render_template(
        "partners/own_agreement.html",
        form=form,
        version=version,
        body=render_markdown(version.body) if version else "",
        effective=format_date(version.effective_on, "long") if version else "",
        accepted=accepted,
        is_renewable=accepted is not None
        and version.effective_on <= _today()
        and accepted[0].accepted_on < _today(),
        others=[each for each in versions if each is not version],
        today=_today(),
        format_date=format_date,
    )
    return page, status
