"""Saving a list's view and deleting one; the menu that every table shows them in."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from flask import Blueprint, current_app, flash, g, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from prm.access import current_actor, enforce, mark_of, requires
from prm.errors import Forbidden, NotFound
from prm.infra.db import transaction
from prm.lists import queries, services
from prm.permissions import P

blueprint = Blueprint("lists", __name__)


@dataclass(frozen=True)
class ShownView:
    """A saved view as the menu shows it."""

    name: str
    url: str
    delete_url: str
    is_current: bool


@dataclass(frozen=True)
class ViewMenu:
    """The person's views of the list on this page; `query` is what saving would keep, "" for nothing."""

    views: list[ShownView]
    endpoint: str
    query: str


@blueprint.app_template_global("view_menu")
def view_menu() -> ViewMenu | None:
    """The menu of this page's list; None where the page is no list that a person could come back to."""
    actor, endpoint = current_actor(), request.endpoint or ""
    if g.get("vendor") is None or not actor.can(P.LIST_KEEP) or not _is_list(endpoint):
        return None
    query = queries.settled_query(request.query_string.decode("utf-8", "replace"))
    return ViewMenu(
        [
            ShownView(
                view.name,
                f"{url_for(endpoint)}?{view.query}",
                url_for("lists.delete_view", view_id=view.public_id),
                view.query == query,
            )
            for view in queries.list_views(actor, endpoint)
        ],
        endpoint,
        query,
    )


def _is_list(endpoint: str) -> bool:
    """Whether an endpoint is a page that needs no more than the vendor."""
    if endpoint not in current_app.view_functions:
        return False
    rules = current_app.url_map.iter_rules(endpoint)
    return any(rule.arguments == {"vendor"} and "GET" in (rule.methods or ()) for rule in rules)


@blueprint.post("/<slug:vendor>/lists/views")
@requires(P.LIST_KEEP)
def save_view() -> Response:
    """Keep a list as it is shown now, under a name; back to the list."""
    actor = current_actor()
    endpoint = request.form.get("endpoint", "")
    _check_list(endpoint)
    query = request.form.get("query", "")
    with transaction():
        view = services.save_view(actor, endpoint=endpoint, name=request.form.get("name", ""), query=query)
    flash(_("The view “%(name)s” is saved.", name=view.name), "success")
    return redirect(f"{url_for(endpoint)}?{view.query}", 303)


@blueprint.post("/<slug:vendor>/lists/views/<uuid:view_id>/delete")
@requires(P.LIST_KEEP)
def delete_view(view_id: UUID) -> Response:
    """Forget one of the person's views; back to the whole list."""
    actor = current_actor()
    with transaction():
        view = queries.get_view(actor, view_id)
        endpoint, name = view.endpoint, view.name
        services.delete_view(actor, view)
    flash(_("The view “%(name)s” is deleted.", name=name), "success")
    # A list that is no more: its views can still be deleted.
    return redirect(url_for(endpoint if _is_list(endpoint) else "vendors.home"), 303)


def _check_list(endpoint: str) -> None:
    """Raises NotFound where there is no such list for this person."""
    if not _is_list(endpoint):
        raise NotFound
    try:
        enforce(mark_of(current_app.view_functions[endpoint]) or "", current_actor())
    except Forbidden:
        raise NotFound from None
