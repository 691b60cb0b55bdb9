"""Assets: made, changed, given new versions, published and withdrawn; the campaigns they belong to."""

from __future__ import annotations

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response

from prm.access import current_actor, requires
from prm.errors import DomainError
from prm.infra.db import transaction
from prm.infra.forms import show_error
from prm.marketing import queries, services
from prm.marketing.files import ACCEPTED, check_upload
from prm.marketing.forms import AssetForm, CampaignForm, NewAssetForm, VersionForm
from prm.marketing.labels import ASSET_TYPE_LABELS, CAMPAIGN_TYPE_LABELS, LANGUAGE_CODES
from prm.marketing.listing import language_name
from prm.marketing.models import AssetType, CampaignType
from prm.marketing.views.blueprint import blueprint
from prm.permissions import P


@blueprint.route("/<slug:vendor>/marketing/new", methods=["GET", "POST"])
@requires(P.ASSET_EDIT)
def create() -> str | Response | tuple[str, int]:
    """A new asset with its first file; published with the same press if wanted."""
    form = NewAssetForm()
    _offer_choices(form)
    if form.validate_on_submit():
        try:
            with transaction():
                made = services.create_asset(
                    current_actor(),
                    title=form.title.data or "",
                    type=AssetType(form.type.data),
                    language=form.language.data,
                    description=form.description.data or "",
                    campaign_id=UUID(form.campaign.data) if form.campaign.data else None,
                    upload=_upload(form.file.data),
                    thumbnail=_picture(form.thumbnail.data),
                )
                if request.form.get("publish"):
                    services.publish_asset(current_actor(), made)
            flash(_("“%(title)s” is in the library.", title=made.title), "success")
            return redirect(url_for("marketing.asset", asset_id=made.public_id))
        except DomainError as error:
            show_error(form, error)
    page = render_template("marketing/edit.html", form=form, asset=None, accepted=ACCEPTED)
    return (page, 422) if request.method == "POST" else page


@blueprint.route("/<slug:vendor>/marketing/<uuid:asset_id>/edit", methods=["GET", "POST"])
@requires(P.ASSET_EDIT)
def edit(asset_id: UUID) -> str | Response | tuple[str, int]:
    """Change what is said of an asset."""
    actor = current_actor()
    found = queries.get_asset(actor, asset_id, P.ASSET_EDIT)
    form = AssetForm(
        data={
            "title": found.title,
            "type": found.type.value,
            "language": found.language,
            "campaign": str(found.campaign.public_id) if found.campaign else "",
            "description": found.description,
            "revision": found.revision,
        }
        if request.method == "GET"
        else None
    )
    _offer_choices(form)
    status = 422
    if form.validate_on_submit():
        try:
            with transaction():
                found = queries.get_asset(actor, asset_id, P.ASSET_EDIT)
                services.change_asset(
                    actor,
                    found,
                    title=form.title.data or "",
                    type=AssetType(form.type.data),
                    language=form.language.data,
                    description=form.description.data or "",
                    campaign_id=UUID(form.campaign.data) if form.campaign.data else None,
                    revision=_whole(form.revision.data),
                )
            flash(_("The changes are saved."), "success")
            return redirect(url_for("marketing.asset", asset_id=found.public_id))
        except DomainError as error:
            show_error(form, error)
            status = error.status
            form.revision.data = str(queries.get_asset(actor, asset_id, P.ASSET_EDIT).revision)
    page = render_template("marketing/edit.html", form=form, asset=found, accepted=ACCEPTED)
    return (page, status) if request.method == "POST" else page


def _whole(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else 0


def _offer_choices(form: AssetForm) -> None:
    form.type.choices = [(t.value, str(label)) for t, label in ASSET_TYPE_LABELS.items()]
    form.language.choices = sorted(
        ((code, language_name(code)) for code in LANGUAGE_CODES), key=lambda pair: pair[1]
    )
    if not form.language.data:
        form.language.data = str(get_locale())
    campaigns = queries.list_campaigns(current_actor())
    form.campaign.choices = [("", _("No campaign")), *[(str(c.public_id), c.name) for c in campaigns]]


def _upload(file: FileStorage | None) -> services.Upload:
    if file is None:
        raise DomainError(_("Choose a file."), {"file": _("Choose a file.")})
    return check_upload(file.filename or "", file.read())


def _picture(file: FileStorage | None) -> bytes | None:
    return (file.read() or None) if file else None


@blueprint.post("/<slug:vendor>/marketing/<uuid:asset_id>/versions")
@requires(P.ASSET_EDIT)
def add_version(asset_id: UUID) -> Response | tuple[str, int]:
    """A new file for an asset."""
    actor = current_actor()
    form = VersionForm()
    found = queries.get_asset(actor, asset_id, P.ASSET_EDIT)
    if form.validate_on_submit():
        try:
            with transaction():
                found = queries.get_asset(actor, asset_id, P.ASSET_EDIT)
                version = services.add_version(
                    actor,
                    found,
                    _upload(form.file.data),
                    note=form.note.data or "",
                    thumbnail=_picture(form.thumbnail.data),
                )
            flash(_("Version %(number)s is in the library.", number=version.number), "success")
            return redirect(url_for("marketing.asset", asset_id=found.public_id))
        except DomainError as error:
            show_error(form, error)
    page = render_template(
        "marketing/asset.html",
        asset=found,
        versions=queries.list_versions(found),
        type_label=ASSET_TYPE_LABELS[found.type],
        language=language_name(found.language),
        usage=queries.usage_of_asset(actor, found) if actor.can(P.USAGE_VIEW) else None,
        version_form=form,
        accepted=ACCEPTED,
    )
    return page, 422


@blueprint.post("/<slug:vendor>/marketing/<uuid:asset_id>/publish")
@requires(P.ASSET_EDIT)
def publish(asset_id: UUID) -> Response:
    """Show it to partners."""
    with transaction():
        found = queries.get_asset(current_actor(), asset_id, P.ASSET_EDIT)
        services.publish_asset(current_actor(), found)
    flash(_("“%(title)s” is published.", title=found.title), "success")
    return redirect(url_for("marketing.asset", asset_id=asset_id))


@blueprint.post("/<slug:vendor>/marketing/<uuid:asset_id>/withdraw")
@requires(P.ASSET_EDIT)
def withdraw(asset_id: UUID) -> Response:
    """Take it from the library; it can be published again."""
    with transaction():
        found = queries.get_asset(current_actor(), asset_id, P.ASSET_EDIT)
        services.withdraw_asset(current_actor(), found)
    flash(_("“%(title)s” is withdrawn. Partners no longer see it.", title=found.title), "success")
    return redirect(url_for("marketing.asset", asset_id=asset_id))


@blueprint.route("/<slug:vendor>/marketing/campaigns", methods=["GET", "POST"])
@requires(P.ASSET_EDIT)
def campaigns() -> str | Response | tuple[str, int]:
    """The campaigns assets belong to, and a new one."""
    form = CampaignForm()
    form.type.choices = [(t.value, str(label)) for t, label in CAMPAIGN_TYPE_LABELS.items()]
    if form.validate_on_submit():
        try:
            with transaction():
                services.create_campaign(
                    current_actor(),
                    name=form.name.data or "",
                    type=CampaignType(form.type.data),
                    starts_on=form.starts_on.data,
                    ends_on=form.ends_on.data,
                )
            flash(_("The campaign is made."), "success")
            return redirect(url_for("marketing.campaigns"))
        except DomainError as error:
            show_error(form, error)
    page = render_template(
        "marketing/campaigns.html",
        form=form,
        campaigns=queries.list_campaigns(current_actor()),
        type_labels=CAMPAIGN_TYPE_LABELS,
    )
    return (page, 422) if request.method == "POST" else page
