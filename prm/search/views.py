"""The page that a search leads to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask import Blueprint, render_template, request, url_for
from flask_babel import lazy_gettext as _l

from prm.access import current_actor, requires
from prm.infra.fulltext import words_of
from prm.permissions import P
from prm.search import queries
from prm.search.queries import Hit

blueprint = Blueprint("search", __name__)


@dataclass(frozen=True)
class Kind:
    """How hits of one kind are shown: where one opens, and the list that has all of them."""

    label: str
    icon: str
    open: Callable[[Hit], str]
    list: str


KINDS = {
    "partners": Kind(
        _l("Partners"), "building",
        lambda hit: url_for("partners.story", partnership_id=hit.id), "partners.index",
    ),
    "people": Kind(
        _l("People"), "users", lambda hit: url_for("accounts.people", search=hit.title), "accounts.people"
    ),
    "courses": Kind(
        _l("Courses"), "school", lambda hit: url_for("training.course", course_id=hit.id), "training.index"
    ),
    "certificates": Kind(
        _l("Certificates"), "certificate",
        lambda hit: url_for("certification.detail", certificate_id=hit.id), "certification.index",
    ),
    "assets": Kind(
        _l("Marketing library"), "speakerphone",
        lambda hit: url_for("marketing.asset", asset_id=hit.id), "marketing.library",
    ),
    "deals": Kind(
        _l("Deals"), "briefcase", lambda hit: url_for("deals.deal", deal_id=hit.id), "deals.index"
    ),
    "orders": Kind(
        _l("Orders"), "receipt", lambda hit: url_for("revenue.order", order_id=hit.id), "revenue.orders"
    ),
    "products": Kind(
        _l("Products"), "package", lambda hit: url_for("products.index", search=hit.title), "products.index"
    ),
}  # fmt: skip


@blueprint.get("/<slug:vendor>/search/")
@requires(P.SEARCH)
def index() -> str:
    """Everything within reach whose words begin with those asked for."""
    asked = " ".join(request.args.get("q", "").split())[:200]
    words = words_of(asked)
    return render_template(
        "search/index.html",
        asked=asked,
        has_words=bool(words),
        found=queries.search(current_actor(), words),
        kinds=KINDS,
    )
