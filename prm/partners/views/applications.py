"""Applications as the vendor sees them: the queue, one of them, the ruling, the form's editor."""

from __future__ import annotations

from functools import partial
from uuid import UUID

from babel import Locale
from flask import flash, redirect, render_template, request, url_for
from flask_babel import format_date, get_locale
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from prm.access import current_actor, requires
from prm.accounts.models import User
from prm.errors import Conflict, DomainError
from prm.extensions import db
from prm.infra.db import transaction
from prm.infra.forms import show_error
from prm.infra.tables import Column, Filter, TableSpec, paginate
from prm.partners.forms import ApplicationFieldForm, ApplicationFormForm, ApproveForm, PassOnForm, RejectForm
from prm.partners.labels import (
    APPLICATION_STATUS_KINDS,
    APPLICATION_STATUS_LABELS,
    SIGN_LABELS,
    TYPE_LABELS,
)
from prm.partners.models import (
    ApplicationField,
    ApplicationStatus,
    FieldKind,
    PartnerApplication,
    Partnership,
    PartnershipType,
)
from prm.partners.queries import applications as queries
from prm.partners.queries import list_managers, list_region_names
from prm.partners.services import applications as services
from prm.partners.views.blueprint import blueprint
from prm.permissions import P


@blueprint.get("/<slug:vendor>/partners/applications")
@requires(P.APPLICATION_RULE)
def applications() -> str:
    """Who asks to become a partner."""
    actor = current_actor()
    page = paginate(
        db.session(),
        queries.select_applications(actor),
        _spec(),
        request.args,
        partial(url_for, "partners.applications"),
    )
    settings = queries.find_form()
    return render_template(
        "partners/applications.html",
        table_page=page,
        known=queries.list_known(page.rows),
        is_open=settings is not None and settings.is_open,
        STATUS_LABELS=APPLICATION_STATUS_LABELS,
        STATUS_KINDS=APPLICATION_STATUS_KINDS,
        format_date=format_date,
        country_names=_country_names(),
    )


def _spec() -> TableSpec:
    return TableSpec(
        key=PartnerApplication.id,
        columns=[
            Column("company", _("Company"), sort=PartnerApplication.company_folded),
            Column("website", _("Web site"), sort=PartnerApplication.web_domain),
            Column("country", _("Country"), sort=PartnerApplication.country),
            Column("contact", _("Contact")),
            Column("region", _("Region")),
            Column("confirmed", _("Received"), sort=PartnerApplication.confirmed_at),
            Column("status", _("Status"), sort=PartnerApplication.status),
        ],
        default_sort="-confirmed",
        search=[
            PartnerApplication.company,
            PartnerApplication.web_domain,
            PartnerApplication.contact_name,
            PartnerApplication.email,
        ],
        filters=[
            Filter(
                "status",
                _("Status"),
                [(s.value, label) for s, label in APPLICATION_STATUS_LABELS.items()],
                lambda statement, value: statement.where(
                    PartnerApplication.status == ApplicationStatus(value)
                ),
            )
        ],
    )


def _country_names() -> dict[str, str]:
    return dict(Locale.parse(str(get_locale() or "en")).territories)


@blueprint.get("/<slug:vendor>/partners/applications/<uuid:application_id>")
@requires(P.APPLICATION_RULE)
def application(application_id: UUID) -> str:
    """One application: what was sent, whom it may be, the ruling."""
    found = queries.get_application(current_actor(), application_id)
    return _application_page(found, _approve_form(found), RejectForm())


@blueprint.post("/<slug:vendor>/partners/applications/<uuid:application_id>/approve")
@requires(P.APPLICATION_RULE)
def approve_application(application_id: UUID) -> Response | tuple[str, int]:
    """Make the partnership and invite the applicant."""
    actor = current_actor()
    found = queries.get_application(actor, application_id)
    form, status = _approve_form(found), 422
    if form.validate_on_submit():
        try:
            with transaction():
                made = services.approve_application(
                    actor,
                    queries.get_application(actor, application_id),
                    name=form.name.data or "",
                    type=PartnershipType(form.type.data),
                    region=(form.region.data or "").strip() or None,
                    manager_id=UUID(form.manager.data) if form.manager.data else None,
                )
            flash(
                _("%(name)s is a partner in onboarding. The applicant is invited.", name=made.name), "success"
            )
            return redirect(url_for("partners.story", partnership_id=made.public_id), 303)
        except DomainError as error:
            status = error.status
            if isinstance(error, Conflict):
                flash(str(error), "danger")  # ruled on already: the page has no form any more
            show_error(form, error)
    return _application_page(queries.get_application(actor, application_id), form, RejectForm()), status


@blueprint.post("/<slug:vendor>/partners/applications/<uuid:application_id>/reject")
@requires(P.APPLICATION_RULE)
def reject_application(application_id: UUID) -> Response | tuple[str, int]:
    """Say no, with the reason."""
    actor = current_actor()
    found = queries.get_application(actor, application_id)
    form, status = RejectForm(), 422
    if form.validate_on_submit():
        try:
            with transaction():
                services.reject_application(
                    actor, queries.get_application(actor, application_id), reason=form.reason.data or ""
                )
            flash(_("The application is rejected. The applicant reads the reason by mail."), "success")
            return redirect(url_for("partners.applications"), 303)
        except DomainError as error:
            status = error.status
            if isinstance(error, Conflict):
                flash(str(error), "danger")  # ruled on already: the page has no form any more
            show_error(form, error)
    found = queries.get_application(actor, application_id)
    return _application_page(found, _approve_form(found, is_typed=False), form), status


def _approve_form(found: PartnerApplication, *, is_typed: bool = True) -> ApproveForm:
    is_sent = request.method == "POST" and is_typed
    form = ApproveForm(formdata=request.form if is_sent else None)
    if not is_sent:
        form.name.data, form.type.data = found.company, PartnershipType.VAR.value
        form.region.data = found.region.name if found.region is not None else ""
    form.type.choices = [(t.value, str(label)) for t, label in TYPE_LABELS.items()]
    managers = list_managers(current_actor())
    form.manager.choices = [("", _("Nobody yet")), *[(str(i), n) for i, n in managers]]
    return form


def _pass_on_form(found: PartnerApplication) -> PassOnForm:
    form = PassOnForm(formdata=None, data={"region": found.region.name if found.region is not None else ""})
    form.offer(list_region_names(current_actor()))
    return form


def _application_page(found: PartnerApplication, approve: ApproveForm, reject: RejectForm) -> str:
    actor = current_actor()
    ruler = db.session.get(User, found.ruled_by_id) if found.ruled_by_id else None
    made = db.session.get(Partnership, found.partnership_id) if found.partnership_id else None
    return render_template(
        "partners/application.html",
        application=found,
        is_waiting=found.status is ApplicationStatus.WAITING,
        status_label=APPLICATION_STATUS_LABELS[found.status],
        status_kind=APPLICATION_STATUS_KINDS[found.status],
        likenesses=queries.list_likenesses(actor, found) if found.status is ApplicationStatus.WAITING else [],
        SIGN_LABELS=SIGN_LABELS,
        approve=approve,
        pass_on=_pass_on_form(found),
        reject=reject,
        regions=list_region_names(actor),
        country=_country_names().get(found.country, found.country),
        language=Locale.parse(found.locale).get_display_name(str(get_locale() or "en")),
        received=format_date(found.confirmed_at, "long"),
        ruled=format_date(found.ruled_at, "long") if found.ruled_at else "",
        ruler=ruler.name if ruler else "",
        partnership=made,
    )


# -- the form's editor -------------------------------------------------------------------------


@blueprint.route("/<slug:vendor>/partners/applications/form", methods=["GET", "POST"])
@requires(P.VENDOR_SETTINGS)
def application_form() -> str | Response | tuple[str, int]:
    """Open or close the public form; its own questions."""
    actor = current_actor()
    form = ApplicationFormForm(obj=queries.find_form() if request.method == "GET" else None)
    if form.validate_on_submit():
        with transaction():
            made = services.set_form(actor, is_open=form.is_open.data, intro=form.intro.data or "")
        flash(
            _("Companies can apply now.") if made.is_open else _("The form is closed: nobody can apply."),
            "success",
        )
        return redirect(url_for("partners.application_form"), 303)
    page = render_template(
        "partners/application_form.html",
        form=form,
        fields=queries.list_fields(),
        settings=queries.find_form(),
        FieldKind=FieldKind,
    )
    return (page, 422) if request.method == "POST" else page


@blueprint.route("/<slug:vendor>/partners/applications/form/new", methods=["GET", "POST"])
@requires(P.VENDOR_SETTINGS)
def new_application_field() -> str | Response | tuple[str, int]:
    """Ask applicants something more."""
    return _edit_field(None)


@blueprint.route("/<slug:vendor>/partners/applications/form/<uuid:field_id>", methods=["GET", "POST"])
@requires(P.VENDOR_SETTINGS)
def edit_application_field(field_id: UUID) -> str | Response | tuple[str, int]:
    """Ask something otherwise."""
    return _edit_field(queries.get_field(current_actor(), field_id))


def _edit_field(field: ApplicationField | None) -> str | Response | tuple[str, int]:
    actor = current_actor()
    start = {"kind": FieldKind.TEXT.value, "position": len(queries.list_fields()) + 1}
    if field is not None:
        start = {
            "label": field.label, "kind": field.kind.value, "choices": "\n".join(field.choices),
            "is_required": field.is_required, "position": field.position,
        }  # fmt: skip
    form = ApplicationFieldForm(data=start if request.method == "GET" else None)
    if form.validate_on_submit():
        try:
            with transaction():
                services.save_field(
                    actor,
                    queries.get_field(actor, field.public_id) if field is not None else None,
                    label=form.label.data or "",
                    kind=FieldKind(form.kind.data),
                    choices=(form.choices.data or "").splitlines(),
                    is_required=form.is_required.data,
                    position=form.position.data or 0,
                )
            flash(_("The question is saved."), "success")
            return redirect(url_for("partners.application_form"), 303)
        except DomainError as error:
            show_error(form, error)
    page = render_template("partners/application_field.html", form=form, field_row=field)
    return (page, 422) if request.method == "POST" else page


@blueprint.route("/<slug:vendor>/partners/applications/form/<uuid:field_id>/remove", methods=["GET", "POST"])
@requires(P.VENDOR_SETTINGS)
def remove_application_field(field_id: UUID) -> str | Response:
    """Ask, then leave a question out of the form."""
    actor = current_actor()
    field = queries.get_field(actor, field_id)
    if request.method == "POST":
        with transaction():
            services.remove_field(actor, queries.get_field(actor, field_id))
        flash(_("The question is removed."), "success")
        return redirect(url_for("partners.application_form"), 303)
    return render_template("partners/remove_application_field.html", field_row=field)
