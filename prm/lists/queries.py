"""Reading saved views."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode
from uuid import UUID

from sqlalchemy import func, select

from prm.access import Actor, visible
from prm.errors import NotFound
from prm.extensions import db
from prm.lists.models import SavedView
from prm.permissions import P

MAX_QUERY = 2000
# What an address may say that is no part of the view.
_PASSING = {"page", "format"}


def list_views(actor: Actor, endpoint: str) -> list[SavedView]:
    """The person's views of one list, by name."""
    return list(
        db.session.scalars(
            visible(select(SavedView), actor, P.LIST_KEEP)
            .where(SavedView.endpoint == endpoint)
            .order_by(func.lower(SavedView.name), SavedView.id)
        )
    )


def get_view(actor: Actor, view_id: UUID) -> SavedView:
    """One of the person's own views. Raises NotFound."""
    found = db.session.scalars(
        visible(select(SavedView).where(SavedView.public_id == view_id), actor, P.LIST_KEEP)
    ).one_or_none()
    if found is None:
        raise NotFound
    return found


def settled_query(query: str) -> str:
    """What of an address after "?" makes a view, in one spelling; "" where nothing does."""
    pairs = parse_qsl(query[: 4 * MAX_QUERY], errors="replace", max_num_fields=200)
    kept = sorted((name, value) for name, value in pairs if value and name not in _PASSING)
    return urlencode(kept)
