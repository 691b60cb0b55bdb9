"""Which assets are used, and by which partners."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from functools import partial

from flask import g, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from prm.access import current_actor, requires
from prm.extensions import db
from prm.infra import clock
from prm.infra.downloads import csv_attachment
from prm.infra.tables import Column, TableSpec, all_rows, paginate
from prm.marketing import queries
from prm.marketing.views.blueprint import blueprint
from prm.partners.models import Partnership
from prm.permissions import P

PERIODS = {"30": 30, "90": 90, "365": 365}


@blueprint.get("/<slug:vendor>/marketing/usage")
@requires(P.USAGE_VIEW)
def usage() -> str | Response:
    """Which assets are used, and which partners use them."""
    actor = current_actor()
    chosen = request.args.get("days", "90")
    after = None
    if chosen in PERIODS:
        first = clock.today(g.vendor.time_zone) - timedelta(days=PERIODS[chosen])
        after = clock.day_start(first, g.vendor.time_zone)
    partners = queries.usage_by_partner(actor, after, None)
    spec = _usage_spec(partners)
    if request.args.get("format") == "csv":
        rows: Iterable[list[object]]
        if request.args.get("by") == "partner":
            found = all_rows(db.session(), partners.display, spec, request.args).rows
            third = _("Uses")
            rows = ([p.name, views, downloads, uses, _day(at)] for p, views, downloads, uses, at in found)
        else:
            third = _("Partners")
            rows = (
                [r.name, r.views, r.downloads, r.partners, _day(r.last_at)]
                for r in queries.usage_by_asset(actor, after, None)
            )
        return csv_attachment(
            f"usage-{_today().isoformat()}.csv",
            [_("Name"), _("Views"), _("Downloads"), third, _("Last used")],
            rows,
        )
    assets = queries.usage_by_asset(actor, after, None)
    active, everybody = queries.count_active_partners(actor, after, None)
    kept = chosen if chosen in PERIODS or chosen == "all" else None
    return render_template(
        "marketing/usage.html",
        assets=assets,
        table_page=paginate(
            db.session(), partners.statement, spec, request.args,
            partial(url_for, "marketing.usage", days=kept), display=partners.display,
        ),
        chosen=chosen if chosen in PERIODS else "all",
        views=sum(r.views for r in assets),
        downloads=sum(r.downloads for r in assets),
        active=active,
        everybody=everybody,
    )  # fmt: skip


def _usage_spec(partners: queries.PartnerUsage) -> TableSpec:
    return TableSpec(
        key=Partnership.id,
        columns=[
            Column("name", _("Partner"), sort=Partnership.name_folded),
            Column("views", _("Views"), sort=partners.views, is_numeric=True),
            Column("downloads", _("Downloads"), sort=partners.downloads, is_numeric=True),
            Column("uses", _("Uses"), sort=partners.uses, is_numeric=True),
            Column("last", _("Last used"), sort=partners.last_at),
        ],
        default_sort="-uses",
        search=[Partnership.name],
    )


def _day(at: datetime | None) -> date | None:
    """The vendor's day, as the page shows it."""
    return clock.to_zone(at, g.vendor.time_zone).date() if at is not None else None


def _today() -> date:
    return clock.today(g.vendor.time_zone)
