"""Verbs on campaigns, assets and their use."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from prm.access import Actor
from prm.errors import Conflict, DomainError
from prm.extensions import db
from prm.infra import clock
from prm.journal.services import record
from prm.marketing import queries
from prm.marketing.files import PICTURES, Upload, make_thumbnail
from prm.marketing.models import (
    Asset,
    AssetType,
    AssetVersion,
    Campaign,
    CampaignType,
    UsageEvent,
    UsageKind,
)
from prm.vendors.files import keep_file

HALF_HOUR = 1800


def create_campaign(
    actor: Actor,
    *,
    name: str,
    type: CampaignType,
    starts_on: date | None = None,
    ends_on: date | None = None,
) -> Campaign:
    """Raises DomainError without a name, with one that is taken, or where it ends before it starts."""
    name = " ".join(name.split())
    if not name:
        raise DomainError(_("Enter a name."), {"name": _("Enter a name.")})
    if starts_on and ends_on and ends_on < starts_on:
        message = _("A campaign cannot end before it starts.")
        raise DomainError(message, {"ends_on": message})
    if db.session.scalar(select(Campaign.id).where(Campaign.name == name)):
        message = _("There is already a campaign of this name.")
        raise DomainError(message, {"name": message})
    campaign = Campaign(
        name=name[:200], type=type, starts_on=starts_on, ends_on=ends_on, created_at=clock.now()
    )
    db.session.add(campaign)
    record(actor, "campaign.created", campaign, facts={"name": campaign.name, "type": type.value})
    return campaign


def create_asset(
    actor: Actor,
    *,
    title: str,
    type: AssetType,
    language: str,
    upload: Upload,
    description: str = "",
    campaign_id: UUID | None = None,
    thumbnail: bytes | None = None,
) -> Asset:
    """An asset with its first version, not yet published. Raises DomainError naming the field."""
    asset = Asset(
        title=_title(title),
        description=description.strip()[:2000],
        type=type,
        language=language,
        campaign_id=_campaign_key(actor, campaign_id),
        created_at=clock.now(),
    )
    db.session.add(asset)
    db.session.flush()
    record(actor, "asset.created", asset, facts={"title": asset.title})
    add_version(actor, asset, upload, thumbnail=thumbnail)
    return asset


def change_asset(
    actor: Actor,
    asset: Asset,
    *,
    title: str,
    type: AssetType,
    language: str,
    description: str,
    campaign_id: UUID | None,
    revision: int,
) -> None:
    """Change what is said of an asset. Raises Conflict where somebody else changed it since `revision`."""
    if revision != asset.revision:
        raise Conflict(_("Somebody else changed this asset. What you typed is still here; compare and save."))
    asset.title, asset.type, asset.language = _title(title), type, language
    asset.description = description.strip()[:2000]
    asset.campaign_id = _campaign_key(actor, campaign_id)
    record(actor, "asset.changed", asset, facts={"title": asset.title})


def _title(title: str) -> str:
    title = " ".join(title.split())
    if not title:
        raise DomainError(_("Enter a title."), {"title": _("Enter a title.")})
    return title[:200]


def _campaign_key(actor: Actor, campaign_id: UUID | None) -> int | None:
    if campaign_id is None:
        return None
    key = db.session.scalar(select(Campaign.id).where(Campaign.public_id == campaign_id))
    if key is None:
        message = _("Choose one of your campaigns.")
        raise DomainError(message, {"campaign": message})
    return key


def add_version(
    actor: Actor, asset: Asset, upload: Upload, *, note: str = "", thumbnail: bytes | None = None
) -> AssetVersion:
    """A new file for an asset; earlier versions stay for what was done with them.

    Without a `thumbnail` a picture is its own; another file keeps the one before.
    """
    newest = queries.find_newest_version(asset.id)
    source = thumbnail or (upload.content if upload.ending in PICTURES else None)
    file = keep_file(actor, upload.content, name=upload.name, media_type=upload.media_type)
    small = None
    if source:
        picture = make_thumbnail(source)
        small = keep_file(actor, picture, name="thumbnail.png", media_type="image/png")
    version = AssetVersion(
        asset_id=asset.id,
        number=(newest.number if newest else 0) + 1,
        file_id=file.id,
        thumbnail_id=small.id if small else (newest.thumbnail_id if newest else None),
        note=note.strip()[:500],
        created_at=clock.now(),
    )
    db.session.add(version)
    record(actor, "asset.version_added", asset, facts={"number": version.number, "file": upload.name})
    return version


def file_asset(actor: Actor, asset: Asset, campaign_id: UUID | None) -> None:
    """Put an asset into a campaign, or into none. Raises DomainError for a campaign that is none of ours."""
    asset.campaign_id = _campaign_key(actor, campaign_id)
    record(actor, "asset.changed", asset, facts={"title": asset.title})


def publish_asset(actor: Actor, asset: Asset) -> None:
    """Show an asset to partners; again after it was withdrawn."""
    asset.published_at, asset.withdrawn_at = clock.now(), None
    record(actor, "asset.published", asset)


def withdraw_asset(actor: Actor, asset: Asset) -> None:
    """Take an asset from the library; its history and usage stay."""
    asset.withdrawn_at = clock.now()
    record(actor, "asset.withdrawn", asset)


def record_usage(actor: Actor, version: AssetVersion, kind: UsageKind) -> bool:
    """Note that a partner's person used a version. Staff of the vendor leave no trace here.

    One view per person, version and half hour; every download. Returns whether an event was written.
    """
    if actor.partnership_id is None or actor.user_id is None:
        return False
    at = clock.now()
    micro = int(at.timestamp()) * 1_000_000 + at.microsecond
    event = UsageEvent(
        partnership_id=actor.partnership_id,
        user_id=actor.user_id,
        asset_id=version.asset_id,
        asset_version_id=version.id,
        kind=kind,
        at=at,
        window=micro // (HALF_HOUR * 1_000_000) if kind is UsageKind.VIEWED else micro,
    )
    seen = select(func.count(UsageEvent.id)).where(
        UsageEvent.user_id == event.user_id,
        UsageEvent.asset_version_id == event.asset_version_id,
        UsageEvent.kind == kind,
        UsageEvent.window == event.window,
    )
    if db.session.scalar(seen):
        return False
    try:
        with db.session.begin_nested():
            db.session.add(event)
    except IntegrityError:
        return False  # another request of the same person noted it first
    return True
