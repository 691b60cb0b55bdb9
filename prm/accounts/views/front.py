"""The front doors: the address of the site itself, and the start page across vendors."""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template, url_for
from flask_babel import format_date
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from prm.access import current_actor, public, signed_in
from prm.accounts.labels import ROLE_LABELS
from prm.accounts.switcher import Place, list_places
from prm.accounts.views.blueprint import blueprint
from prm.certification.queries import count_expiring
from prm.extensions import db
from prm.gate import find_actor
from prm.infra.db import serve_vendor
from prm.permissions import P, Role
from prm.training.queries.learning import count_due, count_overdue
from prm.vendors.models import Vendor
from prm.vendors.queries import list_vendors

EXPIRING_DAYS = 90


@blueprint.get("/")
@public
def index() -> Response:
    """The site's address leads to where one works."""
    return redirect(url_for("accounts.start"))


@blueprint.get("/start")
@signed_in
def start() -> str | Response:
    """Every vendor a person works for or with, and what is open there."""
    actor = current_actor()
    places = list_places(actor.user_id) if actor.user_id is not None else []
    if actor.role is Role.OPERATOR:
        vendors = [
            {"name": v.name, "slug": v.slug, "currency": v.currency, "since": format_date(v.created_at)}
            for v in list_vendors()
        ]
        return render_template("accounts/operator.html", vendors=vendors, places=[_shown(p) for p in places])
    if len(places) == 1:
        return redirect(url_for("vendors.home", vendor=places[0].slug))
    return render_template("accounts/start.html", places=[_shown(place) for place in places])


def _shown(place: Place) -> dict[str, Any]:
    """One vendor as a card. One after the other: a database session serves one vendor at a time."""
    card: dict[str, Any] = {
        "name": place.vendor_name,
        "company": place.partner_name,
        "role": ROLE_LABELS[Role(place.role)],
        "url": url_for("vendors.home", vendor=place.slug),
        "open": [],
    }
    with serve_vendor(place.vendor_id):
        vendor = db.session.get_one(Vendor, place.vendor_id)
        actor = find_actor(current_user._get_current_object(), vendor)
        if vendor.second_factor.demands(Role(place.role)) and not current_user.has_second_factor:
            return card
        if actor is None or not actor.can(P.COURSE_TAKE):
            return card
        due, overdue = count_due(actor), count_overdue(actor)
        card["open"] = [
            (_("Overdue"), overdue, "danger"),
            (_("Due"), due - overdue, "warning"),
            (_("Expiring certificates"), count_expiring(actor, EXPIRING_DAYS), "warning"),
        ]
    return card
