"""The library: assets to find, look at and download; for editors, as a list."""

from __future__ import annotations

from functools import partial
from typing import Any
from uuid import UUID

from flask import g, render_template, request, url_for
from flask_babel import format_date
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from prm.access import current_actor, requires
from prm.errors import NotFound
from prm.extensions import db
from prm.infra import clock, storage
from prm.infra.db import transaction
from prm.infra.downloads import asked_form, attachment, inline_image, table_attachment
from prm.infra.tables import all_rows, paginate
from prm.marketing import queries, services
from prm.marketing.files import ACCEPTED
from prm.marketing.forms import VersionForm
from prm.marketing.labels import ASSET_TYPE_LABELS, CAMPAIGN_TYPE_LABELS
from prm.marketing.listing import language_name, library_spec, list_spec
from prm.marketing.models import Asset, UsageKind
from prm.marketing.views.blueprint import blueprint
from prm.permissions import P


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
