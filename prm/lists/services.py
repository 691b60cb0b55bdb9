"""Verbs on saved views."""

from __future__ import annotations

from flask_babel import gettext as _
from sqlalchemy import func, select

from prm.access import Actor, require, visible
from prm.errors import DomainError
from prm.extensions import db
from prm.infra import clock
from prm.lists.models import SavedView
from prm.lists.queries import MAX_QUERY, settled_query
from prm.permissions import P

MAX_VIEWS = 50  # of one person at one vendor


def save_view(actor: Actor, *, endpoint: str, name: str, query: str) -> SavedView:
    """Keep a list as it is shown now; a view of that name is replaced.

    Raises DomainError without a name or a choice worth keeping, or where there are too many.
    """
    require(actor, P.LIST_KEEP)
    name = " ".join(name.split())[:80]
    settled = settled_query(query)
    if not name:
        raise DomainError(_("Give the view a name."), {"name": _("Enter a name.")})
    if not settled:
        raise DomainError(_("The list shows everything: filter or sort it first, then save the view."))
    if len(settled) > MAX_QUERY:
        raise DomainError(_("This is too much for a view: choose fewer filters."))
    own = visible(select(SavedView), actor, P.LIST_KEEP)
    found = db.session.scalars(
        own.where(SavedView.endpoint == endpoint, SavedView.name == name)
    ).one_or_none()
    if found is not None:
        found.query = settled
        return found
    if (db.session.scalar(own.with_only_columns(func.count(SavedView.id))) or 0) >= MAX_VIEWS:
        raise DomainError(_("You have %(num)s views already. Delete one first.", num=MAX_VIEWS))
    view = SavedView(
        user_id=actor.user_id, endpoint=endpoint, name=name, query=settled, created_at=clock.now()
    )
    db.session.add(view)
    return view


def delete_view(actor: Actor, view: SavedView) -> None:
    """Forget a view; the list itself stays as it is."""
    require(actor, P.LIST_KEEP)
    db.session.delete(view)
