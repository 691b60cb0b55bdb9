"""What the library and the list of assets can be asked."""

from __future__ import annotations

from uuid import UUID

from babel import Locale
from flask_babel import get_locale
from flask_babel import gettext as _
from sqlalchemy import func

from prm.access import Actor
from prm.infra.tables import Column, Filter, TableSpec
from prm.marketing import queries
from prm.marketing.labels import ASSET_TYPE_LABELS
from prm.marketing.models import Asset, AssetType, Campaign
from prm.permissions import P


def language_name(code: str) -> str:
    """A language's name in the reader's language."""
    try:
        return Locale.parse(code).get_display_name(get_locale()) or code
    except ValueError:
        return code


def _filters(actor: Actor) -> list[Filter]:
    filters = [
        Filter(
            "type",
            _("Type"),
            [(t.value, label) for t, label in ASSET_TYPE_LABELS.items()],
            lambda statement, value: statement.where(Asset.type == AssetType(value)),
        ),
        Filter(
            "campaign",
            _("Campaign"),
            [(str(c.public_id), c.name) for c in queries.list_campaigns(actor)],
            lambda statement, value: statement.where(Campaign.public_id == UUID(value)),
        ),
        Filter(
            "language",
            _("Language"),
            [(code, language_name(code)) for code in queries.list_languages(actor)],
            lambda statement, value: statement.where(Asset.language == value),
        ),
    ]
    if actor.can(P.ASSET_EDIT):
        states = {
            "published": (Asset.published_at.is_not(None), Asset.withdrawn_at.is_(None)),
            "draft": (Asset.published_at.is_(None),),
            "withdrawn": (Asset.withdrawn_at.is_not(None),),
        }
        filters.append(
            Filter(
                "state",
                _("State"),
                [("published", _("Published")), ("draft", _("Draft")), ("withdrawn", _("Withdrawn"))],
                lambda statement, value: statement.where(*states[value]),
            )
        )
    return filters


def library_spec(actor: Actor) -> TableSpec:
    """For the rows of queries.select_assets(), as tiles."""
    return TableSpec(
        key=Asset.id,
        columns=[
            Column("newest", _("Newest"), sort=Asset.created_at),
            Column("title", _("Title"), sort=func.lower(Asset.title)),
        ],
        default_sort="-newest",
        search=[Asset.title, Asset.description],
        filters=_filters(actor),
        page_sizes=(24, 48, 96),
    )


def list_spec(actor: Actor) -> TableSpec:
    """For the same rows, as a list for those who keep the library."""
    return TableSpec(
        key=Asset.id,
        columns=[
            Column("title", _("Title"), sort=func.lower(Asset.title)),
            Column("type", _("Type"), sort=Asset.type),
            Column("language", _("Language"), sort=Asset.language),
            Column("campaign", _("Campaign"), sort=func.lower(Campaign.name)),
            Column("state", _("State")),
            Column("version", _("Version"), is_numeric=True),
            Column("created", _("Added"), sort=Asset.created_at),
        ],
        default_sort="title",
        search=[Asset.title, Asset.description],
        filters=_filters(actor),
    )
