"""Actions on many assets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, func

from prm.access import Actor
from prm.bulk.action import BulkAction, Which
from prm.bulk.forms import CampaignForm, NothingForm
from prm.errors import DomainError
from prm.infra.tables import narrow
from prm.marketing import queries, services
from prm.marketing.listing import list_spec
from prm.marketing.models import Asset
from prm.permissions import P


def _choose(actor: Actor, which: Which) -> Select[Any]:
    listed = queries.select_assets(actor)
    if isinstance(which, list):
        listed = listed.where(Asset.public_id.in_(which))
    else:
        listed = narrow(listed, list_spec(actor), which)
    named = listed.with_only_columns(Asset.public_id, Asset.title, maintain_column_froms=True)
    return named.order_by(None).order_by(func.lower(Asset.title), Asset.id)


def _file(actor: Actor, asset_id: UUID, asked: Mapping[str, Any]) -> None:
    campaign = UUID(asked["campaign"]) if asked["campaign"] else None
    services.file_asset(actor, queries.get_asset(actor, asset_id), campaign)


def _withdraw(actor: Actor, asset_id: UUID, asked: Mapping[str, Any]) -> None:
    found = queries.get_asset(actor, asset_id)
    if found.published_at is None or found.withdrawn_at is not None:
        raise DomainError(_("It is not published."))
    services.withdraw_asset(actor, found)


def _publish(actor: Actor, asset_id: UUID, asked: Mapping[str, Any]) -> None:
    found = queries.get_asset(actor, asset_id)
    if found.published_at is not None and found.withdrawn_at is None:
        raise DomainError(_("It is published already."))
    services.publish_asset(actor, found)


ASSET_ACTIONS = (
    BulkAction(
        "assets.campaign", _l("Put into a campaign"), P.ASSET_EDIT, "marketing.assets",
        CampaignForm, _choose, _file,
    ),
    BulkAction(
        "assets.publish", _l("Publish"), P.ASSET_EDIT, "marketing.assets", NothingForm, _choose, _publish,
        _l("Every partner sees them at once. Withdrawing takes them from the library again."),
    ),
    BulkAction(
        "assets.withdraw", _l("Withdraw"), P.ASSET_EDIT, "marketing.assets", NothingForm, _choose, _withdraw,
        _l("No partner finds them any more; history and usage stay. Publishing brings them back."),
    ),
)  # fmt: skip
