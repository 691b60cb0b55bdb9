"""Pages of marketing: the library, one asset, campaigns, and what is used by whom."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_babel import format_date, get_locale
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response

from prm.access import current_actor, requires
from prm.errors import DomainError, NotFound
from prm.extensions import db
from prm.infra import clock, storage
from prm.infra.db import transaction
from prm.infra.downloads import asked_form, attachment, csv_attachment, inline_image, table_attachment
from prm.infra.forms import show_error
from prm.infra.tables import Column, TableSpec, all_rows, paginate
from prm.marketing import queries, services
from prm.marketing.files import KINDS, check_upload
from prm.marketing.forms import AssetForm, CampaignForm, NewAssetForm, VersionForm
from prm.marketing.labels import ASSET_TYPE_LABELS, CAMPAIGN_TYPE_LABELS, LANGUAGE_CODES
from prm.marketing.listing import language_name, library_spec, list_spec
from prm.marketing.models import Asset, AssetType, CampaignType, UsageKind
from prm.partners.models import Partnership
from prm.permissions import P

blueprint = Blueprint("marketing", __name__)
ACCEPTED = ",".join(f".{ending}" for ending in KINDS)


@blueprint.get("/<slug:vendor>/marketing/")
@requires(P.ASSET_VIEW)
def library() -> str:
    """Find material: search, filters, pictures."""
    actor = current_actor()
    page = paginate(
        db.session(),
        queries.select_assets(actor),
        library_spec(actor),
        request.args,
        partial(url_for, "marketing.library"),
    )
    return render_template(
        "marketing/library.html",
        table_page=page,
        type_labels=ASSET_TYPE_LABELS,
        language_name=language_name,
        campaign_labels=CAMPAIGN_TYPE_LABELS,
    )


@blueprint.get("/<slug:vendor>/marketing/list")
@requires(P.ASSET_EDIT)
def assets() -> str | Response:
    """The library as a list, for those who keep it: drafts and what was withdrawn too."""
    actor = current_actor()
    spec, statement = list_spec(actor), queries.select_assets(actor)
    if form := asked_form(request.args):
        rows = all_rows(db.session(), statement, spec, request.args).rows
        header = [_("Title"), _("Type"), _("Language"), _("Campaign"), _("State"), _("Version"), _("Added")]
        return table_attachment(form, "assets", header, map(_exported_asset, rows))
    return render_template(
        "marketing/assets.html",
        table_page=paginate(
            db.session(), statement, spec, request.args, partial(url_for, "marketing.assets")
        ),
        type_labels=ASSET_TYPE_LABELS,
        language_name=language_name,
        state_of=_state_of,
        format_date=format_date,
    )


def _state_of(asset: Asset) -> tuple[str, str]:
    """(kind, label): published, drafted or withdrawn."""
    if asset.withdrawn_at is not None:
        return "warning", _("Withdrawn")
    return ("success", _("Published")) if asset.published_at is not None else ("neutral", _("Draft"))


def _exported_asset(row: Any) -> list[Any]:
    asset, campaign, version = row
    return [
        asset.title, str(ASSET_TYPE_LABELS[asset.type]), language_name(asset.language),
        campaign.name if campaign is not None else "", _state_of(asset)[1], version.number,
        clock.to_zone(asset.created_at, g.vendor.time_zone).date(),
    ]  # fmt: skip


@blueprint.get("/<slug:vendor>/marketing/<uuid:asset_id>")
@requires(P.ASSET_VIEW)
def asset(asset_id: UUID) -> str:
    """One asset: what it is, its newest file, and (for those who may) how it is used."""
    actor = current_actor()
    found = queries.get_asset(actor, asset_id)
    versions = queries.list_versions(found)
    if _is_use() and actor.partnership_id is not None:
        with transaction():
            services.record_usage(actor, versions[0][0], UsageKind.VIEWED)
    return render_template(
        "marketing/asset.html",
        asset=found,
        versions=versions if actor.can(P.ASSET_EDIT) else versions[:1],
        type_label=ASSET_TYPE_LABELS[found.type],
        language=language_name(found.language),
        usage=queries.usage_of_asset(actor, found) if actor.can(P.USAGE_VIEW) else None,
        version_form=VersionForm() if actor.can(P.ASSET_EDIT) else None,
        accepted=ACCEPTED,
    )


def _is_use() -> bool:
    """Whether a request is a person looking: no HEAD, no prefetch, no part of a file."""
    purpose = request.headers.get("Sec-Purpose", "") + request.headers.get("Purpose", "")
    return request.method == "GET" and "prefetch" not in purpose and "Range" not in request.headers


@blueprint.get("/<slug:vendor>/marketing/<uuid:asset_id>/files/<int(max=100000):number>")
@requires(P.ASSET_VIEW)
def download(asset_id: UUID, number: int) -> Response:
    """The file itself, to be saved."""
    actor = current_actor()
    version, file = queries.get_version(actor, queries.get_asset(actor, asset_id), number)
    content = storage.read(file.key)
    if _is_use():
        with transaction():
            services.record_usage(actor, version, UsageKind.DOWNLOADED)
    return attachment(content, file.name, file.media_type)


@blueprint.get("/<slug:vendor>/marketing/<uuid:asset_id>/thumbnail")
@requires(P.ASSET_VIEW)
def thumbnail(asset_id: UUID) -> Response:
    """The asset's small picture, encoded by us."""
    file = queries.find_thumbnail(queries.get_asset(current_actor(), asset_id))
    if file is None:
        raise NotFound
    return inline_image(storage.read(file.key), file.media_type)


# -- keeping the library -----------------------------------------------------------------------


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


# -- use ---------------------------------------------------------------------------------------

PERIODS = {"30": 30, "90": 90, "365": 365}


@blueprint.get("/<slug:vendor>/marketing/usage")
@requires(P.USAGE_VIEW)
def usage() -> str | Response:
    """Which assets are used, and which partners use them."""
    actor = current_actor()
    chosen = request.args.get("days", "90")
    after = None
    if chosen in PERIODS:
        first = clock.today(g.vendor.time_zone) - timedelta(days=PERIODS[chosen])
        after = clock.day_start(first, g.vendor.time_zone)
    partners = queries.usage_by_partner(actor, after, None)
    spec = _usage_spec(partners)
    if request.args.get("format") == "csv":
        rows: Iterable[list[object]]
        if request.args.get("by") == "partner":
            found = all_rows(db.session(), partners.display, spec, request.args).rows
            rows = ([p.name, views, downloads, min(uses, 1), at] for p, views, downloads, uses, at in found)
        else:
            rows = (
                [r.name, r.views, r.downloads, r.partners, r.last_at]
                for r in queries.usage_by_asset(actor, after, None)
            )
        return csv_attachment(
            f"usage-{_today().isoformat()}.csv",
            [_("Name"), _("Views"), _("Downloads"), _("Partners"), _("Last used")],
            rows,
        )
    assets = queries.usage_by_asset(actor, after, None)
    active, everybody = queries.count_active_partners(actor, after, None)
    kept = chosen if chosen in PERIODS or chosen == "all" else None
    return render_template(
        "marketing/usage.html",
        assets=assets,
        table_page=paginate(
            db.session(), partners.statement, spec, request.args,
            partial(url_for, "marketing.usage", days=kept), display=partners.display,
        ),
        chosen=chosen if chosen in PERIODS else "all",
        views=sum(r.views for r in assets),
        downloads=sum(r.downloads for r in assets),
        active=active,
        everybody=everybody,
    )  # fmt: skip


def _usage_spec(partners: queries.PartnerUsage) -> TableSpec:
    return TableSpec(
        key=Partnership.id,
        columns=[
            Column("name", _("Partner"), sort=Partnership.name_folded),
            Column("views", _("Views"), sort=partners.views, is_numeric=True),
            Column("downloads", _("Downloads"), sort=partners.downloads, is_numeric=True),
            Column("uses", _("Uses"), sort=partners.uses, is_numeric=True),
            Column("last", _("Last used"), sort=partners.last_at),
        ],
        default_sort="-uses",
        search=[Partnership.name],
    )


def _today() -> date:
    return clock.today(g.vendor.time_zone)
