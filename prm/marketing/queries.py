"""Reading assets, campaigns and their use."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, func, select
from sqlalchemy.orm import aliased

from prm.access import Actor, visible, within_reach
from prm.errors import NotFound
from prm.extensions import db
from prm.marketing.models import Asset, AssetVersion, Campaign, UsageEvent, UsageKind
from prm.partners.models import Partnership
from prm.permissions import P
from prm.vendors.models import StoredFile


@dataclass(frozen=True)
class UsageRow:
    """How often something was used, by how many partnerships, and when last."""

    public_id: UUID
    name: str
    views: int
    downloads: int
    partners: int
    last_at: datetime | None
    is_withdrawn: bool = False


def select_assets(actor: Actor) -> Select[Any]:
    """(Asset, Campaign or None, newest version) of the assets a person may see.

    Those who keep the library see drafts and withdrawn ones too.
    """
    newest = (
        select(AssetVersion.asset_id, func.max(AssetVersion.number).label("number"))
        .group_by(AssetVersion.asset_id)
        .subquery()
    )
    statement = (
        select(Asset, Campaign, AssetVersion)
        .outerjoin(Campaign, Campaign.id == Asset.campaign_id)
        .join(newest, newest.c.asset_id == Asset.id)
        .join(
            AssetVersion,
            and_(AssetVersion.asset_id == Asset.id, AssetVersion.number == newest.c.number),
        )
    )
    return _seen_by(visible(statement, actor, P.ASSET_VIEW, Asset), actor)


def _seen_by(statement: Select[Any], actor: Actor) -> Select[Any]:
    if actor.can(P.ASSET_EDIT):
        return statement
    return statement.where(Asset.published_at.is_not(None), Asset.withdrawn_at.is_(None))


def get_asset(actor: Actor, public_id: UUID, permission: P = P.ASSET_VIEW) -> Asset:
    """Raises NotFound: foreign, missing, or not shown to this person."""
    statement = visible(select(Asset).where(Asset.public_id == public_id), actor, permission)
    asset = db.session.scalars(_seen_by(statement, actor)).one_or_none()
    if asset is None:
        raise NotFound
    return asset


def find_newest_version(asset_id: int) -> AssetVersion | None:
    return db.session.scalars(
        select(AssetVersion)
        .where(AssetVersion.asset_id == asset_id)
        .order_by(AssetVersion.number.desc())
        .limit(1)
    ).one_or_none()


def list_versions(asset: Asset) -> list[tuple[AssetVersion, StoredFile]]:
    """Every version of an asset with its file, newest first."""
    rows = db.session.execute(
        select(AssetVersion, StoredFile)
        .join(StoredFile, StoredFile.id == AssetVersion.file_id)
        .where(AssetVersion.asset_id == asset.id)
        .order_by(AssetVersion.number.desc())
    )
    return [(version, file) for version, file in rows]


def get_version(actor: Actor, asset: Asset, number: int) -> tuple[AssetVersion, StoredFile]:
    """Raises NotFound; people of partners get the newest version only."""
    rows = list_versions(asset)
    for index, (version, file) in enumerate(rows):
        if version.number == number and (index == 0 or actor.can(P.ASSET_EDIT)):
            return version, file
    raise NotFound


def find_thumbnail(asset: Asset) -> StoredFile | None:
    version = find_newest_version(asset.id)
    if version is None or version.thumbnail_id is None:
        return None
    return db.session.scalars(select(StoredFile).where(StoredFile.id == version.thumbnail_id)).one_or_none()


def list_campaigns(actor: Actor) -> list[Campaign]:
    return list(db.session.scalars(select(Campaign).order_by(Campaign.name)))


def list_languages(actor: Actor) -> list[str]:
    """Languages of the assets a person may see."""
    return sorted(set(db.session.scalars(_seen_by(select(Asset.language), actor))))


def list_newest(actor: Actor, limit: int = 4) -> list[Any]:
    """(Asset, Campaign, newest version) last published, for a home page."""
    return list(
        db.session.execute(
            select_assets(actor)
            .where(Asset.published_at.is_not(None), Asset.withdrawn_at.is_(None))
            .order_by(Asset.published_at.desc(), Asset.id.desc())
            .limit(limit)
        )
    )


def usage_by_asset(actor: Actor, after: datetime | None, before: datetime | None) -> list[UsageRow]:
    """Every asset with its use within reach, most used first; unused ones too."""
    joined = aliased(UsageEvent)
    condition = [joined.asset_id == Asset.id, within_reach(joined, actor, P.USAGE_VIEW)]
    rows = db.session.execute(
        _counted(select(Asset.public_id, Asset.title), joined)
        .add_columns(Asset.withdrawn_at.is_not(None))
        .select_from(Asset)
        .outerjoin(joined, and_(*condition, *_between(joined, after, before)))
        .where(Asset.published_at.is_not(None))
        .group_by(Asset.id, Asset.public_id, Asset.title, Asset.withdrawn_at)
        .order_by(func.count(joined.id).desc(), Asset.title)
    )
    return [UsageRow(*row) for row in rows]


@dataclass(frozen=True)
class PartnerUsage:
    """Use of assets by partnership, for a table: `statement` are those within reach, idle ones too;
    the others are values beside a partnership, asked for the rows that need them."""

    statement: Select[Any]
    views: Any
    downloads: Any
    uses: Any
    last_at: Any

    @property
    def display(self) -> Select[Any]:
        """(Partnership, views, downloads, uses, last_at)."""
        return self.statement.add_columns(
            self.views.label("views"), self.downloads.label("downloads"),
            self.uses.label("uses"), self.last_at.label("last_at"),
        )  # fmt: skip


def usage_by_partner(actor: Actor, after: datetime | None, before: datetime | None) -> PartnerUsage:
    """What each partnership within reach used between two instants."""
    event = aliased(UsageEvent)
    limits = _between(event, after, before)

    def of_partner(value: Any, *criteria: Any) -> Any:
        found = select(value).where(
            event.vendor_id == Partnership.vendor_id, event.partnership_id == Partnership.id, *limits
        )
        return found.where(*criteria).correlate(Partnership).scalar_subquery()

    return PartnerUsage(
        visible(select(Partnership), actor, P.USAGE_VIEW),
        of_partner(func.count(event.id), event.kind == UsageKind.VIEWED),
        of_partner(func.count(event.id), event.kind == UsageKind.DOWNLOADED),
        of_partner(func.count(event.id)),
        of_partner(func.max(event.at)),
    )


def count_active_partners(actor: Actor, after: datetime | None, before: datetime | None) -> tuple[int, int]:
    """(partnerships within reach that used something between two instants, all within reach)."""
    used = select(UsageEvent.id).where(
        UsageEvent.vendor_id == Partnership.vendor_id,
        UsageEvent.partnership_id == Partnership.id,
        *_between(UsageEvent, after, before),
    )
    everybody = func.count(Partnership.id)
    counted = select(everybody.filter(used.correlate(Partnership).exists()), everybody)
    active, within = db.session.execute(visible(counted, actor, P.USAGE_VIEW, Partnership)).one()
    return active, within


def usage_of_asset(actor: Actor, asset: Asset) -> UsageRow:
    """The use of one asset within reach."""
    joined = aliased(UsageEvent)
    row = db.session.execute(
        _counted(select(Asset.public_id, Asset.title), joined)
        .select_from(Asset)
        .outerjoin(
            joined,
            and_(joined.asset_id == Asset.id, within_reach(joined, actor, P.USAGE_VIEW)),
        )
        .where(Asset.id == asset.id)
        .group_by(Asset.id, Asset.public_id, Asset.title)
    ).one()
    return UsageRow(*row)


def _between(event: Any, after: datetime | None, before: datetime | None) -> list[Any]:
    limits = []
    if after is not None:
        limits.append(event.at >= after)
    if before is not None:
        limits.append(event.at < before)
    return limits


def _counted(statement: Select[Any], event: Any) -> Select[Any]:
    return statement.add_columns(
        func.count(event.id).filter(event.kind == UsageKind.VIEWED),
        func.count(event.id).filter(event.kind == UsageKind.DOWNLOADED),
        func.count(event.partnership_id.distinct()),
        func.max(event.at),
    )
